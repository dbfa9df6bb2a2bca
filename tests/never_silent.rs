//! `never_silent`
