//! Formats of a result.

mod each_verdict;
mod grouped;
mod hostile_texts;
mod markdown;
mod ocsf;
mod oscal;
mod saved;
