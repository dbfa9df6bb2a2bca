//! Security Center, API version 2018-12-03.

mod describe_image_instances;
mod list_publish_batch;

pub use describe_image_instances::{ImageInstance, ImagePageInfo, ImagesPage};
pub use list_publish_batch::{BatchPageInfo, BatchesPage, PublishBatch};

use crate::model::record::{placeholders, vocabulary};

placeholders! {
    /// An empty string says nothing.
    NoText: ""
}

vocabulary! {
    /// `YES` or `NO`.
    YesNo: "YES" "NO"
}
