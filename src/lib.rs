//! Policy-as-code compliance evaluation of saved cloud API responses.
pub mod discover;
pub mod load;
pub mod evaluate;
pub mod finding;
pub mod model;
pub mod operation;
pub mod policy;
pub mod source;
pub mod suggest;
