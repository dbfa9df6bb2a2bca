//! Policies: finding them, reading what they say of themselves, choosing among them.
//!
//! A rule is a Rego package whose METADATA gives it an id. This module reads METADATA and text; what the
//! Rego itself means is for `evaluate` to say.

mod file;
mod find;
mod metadata;
mod registry;
mod rule;
mod select;
mod severity;
mod tokens;

pub use file::PolicyFile;
pub use find::{builtin_files, find_files, with_builtin_libraries};
pub use registry::{PolicySet, load};
pub use rule::{RelatedResource, Rule, RuleId, RuleIdError};
pub use select::{Override, OverrideError, Selection, select};
pub use severity::{Severity, UnknownSeverity};
pub use tokens::{Token, TokenKind, Tokens, tokens};
