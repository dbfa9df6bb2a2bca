//! Policies: finding them, reading what they say of themselves, choosing among them.
//!
//! A rule is a Rego package whose METADATA gives it an id. This module reads METADATA, checks what the
//! engine's syntax tree says, and works out what each rule reads. Evaluating is for `evaluate`.

mod adjust;
mod builtins;
mod check;
mod expected;
mod file;
mod find;
mod metadata;
mod reads;
mod registry;
mod rule;
mod select;
mod severity;
mod syntax;
mod tokens;
mod warnings;

pub use adjust::{Adjusted, Adjustment, ParamValue, Said};
#[cfg(test)]
pub(crate) use builtins::{ALLOWED, REFUSED};
pub(crate) use check::{Declared, Member, check, duplicate_tests, hidden, too_deep, unreachable};
pub use file::PolicyFile;
pub use find::{builtin_files, find_files, find_files_partly, with_builtin_libraries};
pub use reads::{DefinitionReads, Focus, Part, ReadNode, ReadPath, ReadRemarks, ReadSet, Step};
pub(crate) use reads::{Shapes, analyse, is_optional};
pub(crate) use registry::{NO_DENY, load_partly};
pub use registry::{PolicySet, load};
pub use rule::{RelatedResource, Rule, RuleId, RuleIdError};
pub use select::{Override, OverrideError, Pattern, Selection, adjusted, select};
pub use severity::{Severity, UnknownSeverity};
pub(crate) use syntax::{
    Arithmetic, Body, Collected, Import, Module, Name, Node, Operator, Rule as Definition, Scalar, Statement,
    StatementKind, Term,
};
pub use tokens::{Token, TokenKind, Tokens, tokens};
pub(crate) use warnings::{Author, warnings};
