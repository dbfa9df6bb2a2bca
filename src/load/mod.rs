//! Bytes become payloads: formats, operation detection, error bodies, pages.

mod digest;
mod error_body;
mod feed;
mod large;
mod limits;
mod open;
mod pages;
mod recognise;
mod snapshots;
mod split;
mod survey;
mod work;

pub use error_body::{ErrorBody, error_response, error_text};
pub use feed::{Feed, FeedError, MAX_VALUE_BYTES};
pub use limits::{Limits, SizeError, parse_size, write_size};
pub use open::{Counter, Opened, Rereadable, open};
pub use pages::{Page, PageFacts, Wholeness, hull};
pub use recognise::{Document, Members, Recognised, Stranger, describe, recognise};
pub use snapshots::{Assembly, Snapshot, SnapshotProblem, assemble};
pub use split::{SplitError, Splitter};
pub use work::{Batch, Batches, Content, PayloadHead};
