//! What an author should know of a rule that is not wrong.

use std::ops::Range;
use std::sync::Arc;

use super::syntax::{Module, Node, Operator, Rule as Definition, Scalar, Statement, StatementKind, Term};
use super::{PolicyFile, ReadRemarks, Rule};
use crate::source::{Code, Diagnostic, printable};

/// A rule and what is known of it.
pub(crate) struct Author<'a> {
    pub(crate) rule: &'a Rule,
    pub(crate) module: &'a Module,
    pub(crate) remarks: &'a ReadRemarks,
    /// All files, by the indices that the remarks name.
    pub(crate) files: &'a [&'a Arc<PolicyFile>],
    pub(crate) is_tested: bool,
    /// Whether all files that it refers to were read, so that what is not seen is not there.
    pub(crate) is_complete: bool,
}

/// Everything worth knowing of a rule.
pub(crate) fn warnings(author: &Author<'_>) -> Vec<Diagnostic> {
    let Author { rule, module, remarks, .. } = author;
    let mut found = Vec::new();
    if !author.is_tested {
        let span = rule.file.package().map_or(0..0, |(_, span)| span);
        let message = format!("no test refers to the rule {}", rule.id);
        let help = "write one in a file `…_test.rego` that imports its package: what fails, what passes, what is missing";
        found.push(warning(Code::LintUntested, &rule.file, span, message, help));
    }
    if author.is_complete {
        for name in rule.params.keys().filter(|name| !remarks.params.contains(*name)) {
            let span = in_metadata(&rule.file, "params:", name);
            let message = format!("the rule does not read its param `{}`", printable(name));
            let help = "read it below `input.params`, or remove it: who sets it believes that it counts";
            found.push(warning(Code::LintUnusedParam, &rule.file, span, message, help));
        }
        for path in rule.optional.iter().filter(|path| remarks.unread_optional.contains(*path)) {
            let span = in_metadata(&rule.file, "optional:", path);
            let message = format!("the rule does not read `{}`", printable(path));
            let help = "mend the path, or remove it from `custom.optional`";
            found.push(warning(Code::LintUnreadOptional, &rule.file, span, message, help));
        }
    }
    let mut remark = |code: Code, file: usize, span: &Range<usize>, message: String, help: &str| {
        if let Some(file) = author.files.get(file) {
            found.push(warning(code, file, span.clone(), message, help));
        }
    };
    for (file, span, path) in &remarks.subtrees {
        let message = format!("any part of `{path}` may be read here");
        let help = "a field that is named can be checked, and its absence told; a computed key cannot";
        remark(Code::LintSubtreeRead, *file, span, message, help);
    }
    for (file, span, path) in &remarks.unhandled {
        let message = format!("`{path}` may be null or missing by its document");
        let help = "say what holds then, by `object.get`, `not`, a comparison with null or `custom.optional`; \
                    otherwise the verdict is `inconclusive` wherever it is missing";
        remark(Code::LintUnhandledOptional, *file, span, message, help);
    }
    for (file, span, path) in &remarks.text_orders {
        let message = format!("`{path}` is ordered letter by letter, which puts 1.10 before 1.9");
        let help = "`below` of `data.policies.lib.versions` compares dotted numbers";
        remark(Code::LintTextOrder, *file, span, message, help);
    }
    for definition in module.rules.iter().filter(|definition| definition.name == "deny") {
        if let Some(message) = constant_message(definition).filter(|_| has_open_value(definition)) {
            let words = "the message does not show the value that it is about".to_owned();
            let help = "put the value into it: `msg := sprintf(\"… %v …\", [value])`";
            let span = message.span.clone();
            found.push(warning(Code::LintMessageWithoutValue, &rule.file, span, words, help));
        }
    }
    found
}

fn warning(code: Code, file: &PolicyFile, span: Range<usize>, message: String, help: &str) -> Diagnostic {
    let (place, excerpt) = file.place(span, "here");
    Diagnostic::warning(code, message).at(place).showing(excerpt).help(help)
}

/// Where a word stands in METADATA behind a key; the package where it cannot be found.
fn in_metadata(file: &PolicyFile, key: &str, word: &str) -> Range<usize> {
    let package = file.package().map_or(0..0, |(_, span)| span);
    let metadata = file.text.get(..package.start).unwrap_or_default();
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    let found = metadata.find(key).and_then(|start| {
        let start = start + key.len();
        let rest = metadata.get(start..)?;
        let whole = |at: &usize| {
            let before = rest.get(..*at).and_then(|text| text.chars().next_back());
            let after = rest.get(at + word.len()..).and_then(|text| text.chars().next());
            !before.is_some_and(is_part) && !after.is_some_and(is_part)
        };
        let at = rest.match_indices(word).map(|(at, _)| at).find(whole)?;
        Some(start + at..start + at + word.len())
    });
    found.unwrap_or(package)
}

/// The message of a denial where it is always the same.
fn constant_message(definition: &Definition) -> Option<&Node> {
    let element = definition.element.as_ref()?;
    let message = match &element.term {
        Term::Object(fields) => {
            let is_message = |(key, _): &&(Node, Node)| matches!(&key.term, Term::Text(key) if key == "msg");
            &fields.iter().find(is_message)?.1
        }
        _ => element,
    };
    match &message.term {
        Term::Text(_) => Some(message),
        Term::Variable(name) => {
            let statements = definition.bodies.iter().flat_map(|body| &body.statements);
            let mut values = statements.filter_map(|statement| match &statement.kind {
                StatementKind::Holds(Node { term: Term::Assign { left, right, .. }, .. }) => {
                    matches!(&left.term, Term::Variable(assigned) if assigned == name).then_some(&**right)
                }
                _ => None,
            });
            values.next().filter(|value| matches!(value.term, Term::Text(_)))
        }
        _ => None,
    }
}

/// Whether a value is compared that is not known from the rule alone once it denies.
fn has_open_value(definition: &Definition) -> bool {
    definition.bodies.iter().flat_map(|body| &body.statements).any(leaves_open)
}

fn leaves_open(statement: &Statement) -> bool {
    match &statement.kind {
        StatementKind::Holds(Node { term: Term::Operation(operator, sides), .. }) => match operator {
            Operator::Less | Operator::LessOrEqual | Operator::Greater | Operator::GreaterOrEqual => true,
            Operator::NotEqual => !sides.iter().any(is_empty),
            _ => false,
        },
        StatementKind::Not(Node { term: Term::Operation(operator, sides), .. }) => match operator {
            Operator::Equal => !sides.iter().any(is_empty),
            Operator::Member => true,
            _ => false,
        },
        _ => false,
    }
}

/// Whether it is what stands for no value, or one of two: what is not it need not be shown.
fn is_empty(side: &Node) -> bool {
    match &side.term {
        Term::Scalar(Scalar::Null | Scalar::Boolean(_)) => true,
        Term::Text(text) => text.is_empty(),
        Term::Array(parts) | Term::Set(parts) => parts.is_empty(),
        _ => false,
    }
}
