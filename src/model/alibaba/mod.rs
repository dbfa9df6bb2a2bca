//! Alibaba Cloud.

pub mod oos;
pub mod sas;
