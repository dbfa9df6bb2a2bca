//! Amazon Web Services.

pub mod ssm;
