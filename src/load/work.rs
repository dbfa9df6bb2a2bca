//! What the loader hands to those who judge.

use std::num::NonZeroUsize;
use std::ops::Range;
use std::sync::Arc;

use serde_json::value::RawValue;

use super::Members;
use crate::operation::Operation;
use crate::source::{Gap, Position};

/// A piece of a file: some whole documents, or some whole resources of one payload.
#[derive(Debug)]
pub struct Batch {
    /// The bytes; not yet known to be UTF-8.
    pub text: Vec<u8>,
    /// Position of the first byte in its file.
    pub base: Position,
    /// Where bytes of the file were left out.
    pub gaps: Vec<Gap>,
    /// What the bytes are.
    pub content: Content,
}

/// Takes batches in order.
pub trait Batches {
    /// Takes a batch, and says whether to go on.
    fn take(&mut self, batch: Batch) -> bool;

    /// A buffer that was a batch's text and is of no use any more; an empty one if there is none.
    fn spare(&mut self) -> Vec<u8> {
        Vec::new()
    }

    /// How many threads may work on the input before there is a batch.
    fn threads(&self) -> NonZeroUsize {
        NonZeroUsize::MIN
    }
}

impl<F: FnMut(Batch) -> bool> Batches for F {
    fn take(&mut self, batch: Batch) -> bool {
        self(batch)
    }
}

/// What the bytes of a [`Batch`] are.
#[derive(Debug)]
pub enum Content {
    /// A document a line; blank lines do not count.
    Lines {
        /// Index of the first document in its file.
        first_document: u64,
    },
    /// Documents.
    Documents {
        /// Index of the first document in its file; `None` where the file is one document.
        first_document: Option<u64>,
        /// Where they stand in the text.
        spans: Vec<Range<usize>>,
    },
    /// A payload that is too large to be handled as a document, with only one of its resources; all of them
    /// follow.
    Head(Arc<PayloadHead>),
    /// Resources of the payload whose head came before.
    Resources {
        /// What the payload says beside its resources.
        head: Arc<PayloadHead>,
        /// Index of the first resource in its payload.
        first_index: u64,
        /// Where they stand in the text.
        spans: Vec<Range<usize>>,
        /// Whether these are the payload's last resources.
        last: bool,
    },
    /// No JSON, but perhaps an error response in another form.
    Text {
        /// Whether these are only the first bytes of the file.
        cut: bool,
    },
}

/// A payload without its resources.
#[derive(Debug)]
pub struct PayloadHead {
    /// The operation that it answers.
    pub operation: Operation,
    /// Index of its document in its file; `None` where the file is one document.
    pub document: Option<u64>,
    /// Where it begins.
    pub start: Position,
    /// How many resources it holds.
    pub resources: u64,
    /// Its members but for the resources, in the order of the text.
    pub members: Vec<(String, Box<RawValue>)>,
}

impl PayloadHead {
    /// Its members.
    pub fn borrowed(&self) -> Members<'_> {
        self.members.iter().map(|(name, value)| (name.as_str().into(), value.as_ref())).collect()
    }
}
