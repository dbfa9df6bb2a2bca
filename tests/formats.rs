//! The formats of a result, as their readers take them.

mod each;
mod hostile;
mod limits;
mod schemas;
mod summary;
