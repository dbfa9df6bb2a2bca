//! Plain structs with the documented fields of every operation's resources, each with the type that it has on the wire.

mod alibaba;
mod aws;
mod huawei;

use std::borrow::Cow;

use serde::Deserialize;

pub(crate) use alibaba::{Batch, Image, PatchState};
pub(crate) use aws::Baseline;
pub(crate) use huawei::Node;

/// A text that may hold escapes: only then is it copied.
///
/// Serde borrows a `Cow` that is a field itself, but copies one within an `Option`; hence the struct.
#[derive(Deserialize)]
#[expect(dead_code, reason = "it is only parsed")]
pub(crate) struct Escaped<'a>(#[serde(borrow)] Cow<'a, str>);
