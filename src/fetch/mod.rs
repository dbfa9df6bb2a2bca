//! Live calls: the documented operations, made as their vendors say, with the answers kept as evidence.

pub mod credentials;
pub mod endpoint;
pub mod provider;
pub mod request;
pub mod sign;
