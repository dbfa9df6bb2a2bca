//! Huawei Cloud.

pub mod coc;
