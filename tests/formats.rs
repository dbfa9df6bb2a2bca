//! Formats of a result.

mod each;
mod each_verdict;
mod grouped;
mod hostile;
mod hostile_texts;
mod html;
mod limits;
mod markdown;
mod ocsf;
mod oscal;
mod saved;
mod schemas;
mod summary;
