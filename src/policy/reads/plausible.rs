//! Whether what a rule reads and compares can be as it is meant, by the documents.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use super::log::{Compared, Log};
use super::path::{ReadPath, Site, Step, Taken, path_of};
use super::values::{Value, Values};
use super::{PolicyFile, ReadRemarks, Rule, optional_path};
use crate::model::{Member, Shape};
use crate::operation::Operation;
use crate::policy::syntax::Operator;
use crate::source::{Code, Diagnostic, printable};
use crate::suggest;

/// What `input` holds for each operation.
#[derive(Debug)]
pub(crate) struct Shapes(Vec<(Operation, Shape, Shape)>);

impl Shapes {
    /// The shapes of these operations.
    pub(crate) fn of(operations: impl IntoIterator<Item = Operation>) -> Self {
        let operations: BTreeSet<Operation> = operations.into_iter().collect();
        let shapes = |operation| (operation, Shape::of_resource(operation), Shape::of_envelope(operation));
        Self(operations.into_iter().map(shapes).collect())
    }

    /// `input` as the rule sees it for each of its operations.
    pub(super) fn inputs(&self, rule: &Rule) -> Vec<(Operation, Shape)> {
        let own = self.0.iter().filter(|(operation, ..)| rule.applies_to.contains(operation));
        own.map(|(operation, resource, payload)| {
            let text = || Shape::Text(Vec::new());
            let source = ["operation", "provider", "service", "file", "region", "account"];
            let mut source: Vec<(&str, Shape)> = source.into_iter().map(|name| (name, text())).collect();
            source.push(("captured_at", Shape::Time));
            let mut source = object(source);
            if let Shape::Object(members) = &mut source {
                // They are there where they are known.
                for name in ["region", "account", "captured_at"] {
                    members.entry(name.to_owned()).and_modify(|member| member.optional = true);
                }
            }
            let params = rule.params.iter().map(|(name, value)| (name.as_str(), shape_of(value))).collect();
            let members = vec![
                ("resource", resource.clone()),
                ("payload", payload.clone()),
                ("source", source),
                ("params", object(params)),
            ];
            (*operation, object(members))
        })
        .collect()
    }
}

fn object(members: Vec<(&str, Shape)>) -> Shape {
    let member = |(name, shape): (&str, Shape)| (name.to_owned(), Member { shape, optional: false });
    Shape::Object(members.into_iter().map(member).collect())
}

/// The shape of a param, by its default.
fn shape_of(value: &serde_json::Value) -> Shape {
    match value {
        serde_json::Value::Bool(_) => Shape::Boolean,
        serde_json::Value::Number(_) => Shape::Number(Vec::new()),
        serde_json::Value::String(_) => Shape::Text(Vec::new()),
        // Any other value may be set.
        serde_json::Value::Null | serde_json::Value::Array(_) | serde_json::Value::Object(_) => Shape::Any,
    }
}

/// Why a path leads nowhere.
pub(super) struct Lost {
    /// Index of the step that does.
    at: usize,
    message: String,
    near: Option<String>,
}

/// Follows a path.
pub(super) fn follow<'s>(shape: &'s Shape, trail: &[Taken]) -> Result<(&'s Shape, bool), Lost> {
    let mut shape = shape;
    let mut optional = false;
    for (at, taken) in trail.iter().enumerate() {
        let path = || path_of(trail.get(..at).unwrap_or_default()).to_string();
        let lost = |message: String| Err(Lost { at, message, near: None });
        shape = match (shape, &taken.step) {
            (Shape::Any, _) => return Ok((&Shape::Any, optional)),
            (_, _) if taken.computed => return Ok((&Shape::Any, optional)),
            (Shape::Object(members), Step::Key(name)) => {
                let Some(member) = members.get(name) else {
                    let near = suggest::nearest(name, members.keys().map(String::as_str));
                    let near = near.map(str::to_owned);
                    let message = format!("`{}` has no documented field `{}`", path(), printable(name));
                    return Err(Lost { at, message, near });
                };
                optional = member.optional;
                &member.shape
            }
            (Shape::Object(_), Step::Each) => return Ok((&Shape::Any, optional)),
            (Shape::List(elements), Step::Index(_) | Step::Each) => {
                optional = false;
                elements
            }
            (Shape::List(_), Step::Key(name)) => {
                return lost(format!(
                    "`{}` is an array: `{}` can only be a field of its elements",
                    path(),
                    printable(name)
                ));
            }
            (Shape::Object(_), Step::Index(_)) => {
                return lost(format!("`{}` is an object, and has no elements", path()));
            }
            (other, _) => return lost(format!("`{}` is {}, and holds nothing", path(), other.in_words())),
        };
    }
    Ok((shape, optional))
}

/// Everything that cannot be as it is meant.
pub(super) fn problems(
    rule: &Rule,
    log: &Log,
    optional: &[ReadPath],
    inputs: &[(Operation, Shape)],
    files: &[&Arc<PolicyFile>],
) -> Vec<Diagnostic> {
    let mut found: BTreeMap<(usize, usize, usize), Diagnostic> = BTreeMap::new();
    let mut tell = |site: &Site, diagnostic: Diagnostic, label: &str, help: String| {
        let Some(file) = files.get(site.file) else { return };
        let (place, excerpt) = file.place(site.span.clone(), label);
        found
            .entry((site.file, site.span.start, site.span.end))
            .or_insert_with(|| diagnostic.at(place).showing(excerpt).help(help));
    };
    for trail in &log.reads {
        let path = path_of(trail);
        if optional.iter().any(|spared| spared.is_around(&path)) {
            continue;
        }
        let lost: Vec<(Operation, Lost)> = inputs
            .iter()
            .filter_map(|(operation, shape)| Some((*operation, follow(shape, trail).err()?)))
            .collect();
        let Some((operation, first)) = lost.first() else { continue };
        // What one operation lacks another may have; then the rule must say what holds without it.
        let handled = trail.get(first.at).is_some_and(|taken| taken.handled);
        if lost.len() < inputs.len() && handled {
            continue;
        }
        let Some(taken) = trail.get(first.at) else { continue };
        let near = suggest::did_you_mean(first.near.as_deref());
        let message = format!("{} in `{operation}`{near}", first.message);
        let help = help_for(&path, *operation);
        tell(&taken.site, Diagnostic::error(Code::PolicyUnknownPath, message), "this step", help);
    }
    for compared in &log.compared {
        if let Some((message, help)) = implausible(compared, inputs) {
            let diagnostic = Diagnostic::error(Code::PolicyComparison, message);
            tell(&compared.site, diagnostic, "here", help);
        }
    }
    if let Some(site) = &log.given_up {
        let message = format!("the rule {} is too intricate to tell what it reads", rule.id);
        let help = "split it, or pass smaller values to its functions".to_owned();
        tell(site, Diagnostic::error(Code::PolicyNesting, message), "given up here", help);
    }
    found.into_values().collect()
}

fn help_for(path: &ReadPath, operation: Operation) -> String {
    match path.0.first() {
        Some(Step::Key(root)) if root == "params" => {
            "declare it under `custom.params` of the METADATA, with a default".to_owned()
        }
        Some(Step::Key(root)) if root == "resource" => format!(
            "`probity schema {operation}` lists the fields; one that no document names yet is read when it is \
             listed under `custom.optional`"
        ),
        _ => "`input` holds `resource`, `payload`, `source` and `params`: see docs/policies.md".to_owned(),
    }
}

/// Remarks for authors.
pub(super) fn remarks(
    rule: &Rule,
    log: &Log,
    optional: &[ReadPath],
    inputs: &[(Operation, Shape)],
) -> ReadRemarks {
    let mut remarks = ReadRemarks::default();
    let mut seen: BTreeSet<(usize, usize, ReadPath)> = BTreeSet::new();
    let params = ReadPath(vec![Step::Key("params".to_owned())]);
    if log.uses.iter().any(|used| used.path == params || used.path.0.is_empty()) {
        remarks.params.extend(rule.params.keys().cloned());
    }
    for trail in &log.reads {
        if let [root, name, ..] = trail.as_slice()
            && let (Step::Key(root), Step::Key(name)) = (&root.step, &name.step)
            && root == "params"
        {
            remarks.params.insert(name.clone());
        }
        // All of them may be read.
        if matches!(trail.as_slice(), [root, any, ..]
            if root.step == Step::Key("params".to_owned()) && any.step == Step::Each)
        {
            remarks.params.extend(rule.params.keys().cloned());
        }
        let mut note = |list: &mut Vec<(usize, Range<usize>, ReadPath)>, end: usize, site: &Site| {
            let path = path_of(trail.get(..end).unwrap_or_default());
            if seen.insert((site.file, site.span.start, path.clone())) {
                list.push((site.file, site.span.clone(), path));
            }
        };
        for (at, taken) in trail.iter().enumerate() {
            if taken.computed {
                note(&mut remarks.subtrees, at, &taken.site);
                break;
            }
            let part = trail.get(..=at).unwrap_or_default();
            let path = path_of(part);
            let spared = optional.iter().any(|spared| spared.is_around(&path));
            let marked =
                |(_, shape): &(Operation, Shape)| follow(shape, part).is_ok_and(|(_, optional)| optional);
            if !taken.handled && !spared && inputs.iter().any(marked) {
                // Once is enough.
                if !remarks.unhandled.iter().any(|(.., known)| *known == path) {
                    note(&mut remarks.unhandled, at + 1, &taken.site);
                }
            }
        }
    }
    for Compared { operator, left, right, site, .. } in &log.compared {
        let is_text = |values: &Values| kinds(values, inputs).iter().all(|kind| *kind == Kind::Text);
        let path = path_in(left).or_else(|| path_in(right));
        if let Some(path) = path.filter(|_| orders(*operator) && is_text(left) && is_text(right)) {
            let known =
                |(file, span, _): &(usize, Range<usize>, ReadPath)| (*file, span) == (site.file, &site.span);
            if !remarks.text_orders.iter().any(known) {
                remarks.text_orders.push((site.file, site.span.clone(), path));
            }
        }
    }
    for text in &rule.optional {
        let reads = |optional: ReadPath| {
            log.reads.iter().any(|trail| {
                let until = trail.iter().position(|taken| taken.computed).unwrap_or(trail.len());
                let path = path_of(trail.get(..until).unwrap_or_default());
                optional.is_around(&path) || until < trail.len() && path.is_around(&optional)
            })
        };
        if !optional_path(text).is_some_and(reads) {
            remarks.unread_optional.insert(text.clone());
        }
    }
    remarks
}

/// What kind of value something is.
#[derive(Clone, Debug, PartialEq)]
enum Kind {
    Null,
    Boolean,
    Number,
    Text,
    Time,
    List,
    Object,
    Any,
}

impl Kind {
    const fn in_words(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Boolean => "a boolean",
            Self::Number => "a number",
            Self::Text => "a text",
            Self::Time => "a time",
            Self::List => "an array or set",
            Self::Object => "an object",
            Self::Any => "anything",
        }
    }

    const fn is_compatible(&self, other: &Self) -> bool {
        matches!(
            (self, other),
            (Self::Any | Self::Null, _)
                | (_, Self::Any | Self::Null)
                | (Self::Boolean, Self::Boolean)
                | (Self::Number, Self::Number)
                | (Self::Text | Self::Time, Self::Text | Self::Time)
                | (Self::List, Self::List)
                | (Self::Object, Self::Object)
        )
    }

    const fn of(shape: &Shape) -> Self {
        match shape {
            Shape::Object(_) => Self::Object,
            Shape::List(_) => Self::List,
            Shape::Text(_) => Self::Text,
            Shape::Time => Self::Time,
            Shape::Number(_) => Self::Number,
            Shape::Boolean => Self::Boolean,
            Shape::Any => Self::Any,
        }
    }
}

/// The kinds that values may be of.
fn kinds(values: &Values, inputs: &[(Operation, Shape)]) -> Vec<Kind> {
    let mut kinds = Vec::new();
    for value in values.iter() {
        match value {
            Value::Input(trail) => kinds.extend(
                inputs
                    .iter()
                    .map(|(_, shape)| follow(shape, trail).map_or(Kind::Any, |(shape, _)| Kind::of(shape))),
            ),
            Value::KeyOf(_) | Value::Unknown => kinds.push(Kind::Any),
            Value::Null => kinds.push(Kind::Null),
            Value::Boolean => kinds.push(Kind::Boolean),
            Value::Number(_) => kinds.push(Kind::Number),
            Value::Text(_) | Value::Written(_) => kinds.push(Kind::Text),
            Value::List(_) | Value::Elements(_) => kinds.push(Kind::List),
            Value::Object(_) | Value::Overlaid(..) => kinds.push(Kind::Object),
        }
    }
    kinds
}

/// Where a value of the input comes from.
fn path_in(values: &Values) -> Option<ReadPath> {
    values.iter().find_map(|value| match value {
        Value::Input(trail) => Some(path_of(trail)),
        _ => None,
    })
}

/// The same in words.
fn named(values: &Values) -> Option<String> {
    path_in(values).map(|path| path.to_string())
}

const fn orders(operator: Operator) -> bool {
    matches!(operator, Operator::Less | Operator::LessOrEqual | Operator::Greater | Operator::GreaterOrEqual)
}

/// What is wrong with a comparison, and what to do about it.
fn implausible(compared: &Compared, inputs: &[(Operation, Shape)]) -> Option<(String, String)> {
    let Compared { operator, left, right, is_pattern, is_choice, .. } = compared;
    if *is_choice {
        return None;
    }
    if *operator == Operator::Member {
        return implausible_search(left, right, inputs);
    }
    let (left_kinds, right_kinds) = (kinds(left, inputs), kinds(right, inputs));
    let known = !left_kinds.is_empty() && !right_kinds.is_empty();
    let compatible = left_kinds.iter().any(|a| right_kinds.iter().any(|b| a.is_compatible(b)));
    let (name, other, kind, other_kind) = match (named(left), named(right)) {
        (Some(name), _) => (name, right, left_kinds.first()?, right_kinds.first()?),
        (None, Some(name)) => (name, left, right_kinds.first()?, left_kinds.first()?),
        (None, None) => (String::new(), right, left_kinds.first()?, right_kinds.first()?),
    };
    // A definition that is chosen by the type of its argument is none that was meant to hold.
    if known && !compatible && !is_pattern {
        let (kind, other_kind) = (kind.in_words(), other_kind.in_words());
        let message = if name.is_empty() {
            format!("{kind} is compared with {other_kind}")
        } else {
            format!("`{name}` is {kind}, and is compared with {other_kind}")
        };
        let help =
            "in Rego values of different types are never equal, and are ordered by their type".to_owned();
        return Some((message, help));
    }
    if name.is_empty() {
        return None;
    }
    let input = if named(left).is_some() { left } else { right };
    if matches!(operator, Operator::Equal | Operator::NotEqual) {
        return undocumented(input, other, inputs);
    }
    let orders_text = left_kinds.iter().chain(&right_kinds).all(|kind| *kind == Kind::Text);
    let is_version = name.rsplit('.').next().is_some_and(|last| last.to_lowercase().contains("version"));
    if orders_text && !is_version {
        let message = format!("`{name}` is a text, and would be ordered letter by letter");
        let help = "compare numbers or times; `to_number` reads a number from a text".to_owned();
        return Some((message, help));
    }
    None
}

/// `left in right`
fn implausible_search(
    left: &Values,
    right: &Values,
    inputs: &[(Operation, Shape)],
) -> Option<(String, String)> {
    let kinds_of_right = kinds(right, inputs);
    let searchable = |kind: &Kind| matches!(kind, Kind::List | Kind::Object | Kind::Any | Kind::Null);
    if !kinds_of_right.is_empty() && !kinds_of_right.iter().any(searchable) {
        let name = named(right).map_or_else(|| "the right side".to_owned(), |name| format!("`{name}`"));
        let kind = kinds_of_right.first()?.in_words();
        let message = format!("{name} is {kind}, and holds no elements to search");
        return Some((message, "`contains(text, part)` searches in a text".to_owned()));
    }
    let mut elements = Values::default();
    for value in right.iter() {
        match value {
            Value::List(parts) => parts.iter().for_each(|part| elements.extend(part.clone())),
            Value::Elements(parts) => elements.extend(parts.clone()),
            _ => return None,
        }
    }
    let name = named(left)?;
    let (left_kinds, element_kinds) = (kinds(left, inputs), kinds(&elements, inputs));
    let compatible = left_kinds.iter().any(|a| element_kinds.iter().any(|b| a.is_compatible(b)));
    if !element_kinds.is_empty() && !compatible {
        let message = format!(
            "`{name}` is {}, and is searched among {}",
            left_kinds.first()?.in_words(),
            element_kinds.first()?.in_words()
        );
        let help = "in Rego values of different types are never equal".to_owned();
        return Some((message, help));
    }
    // A list of what is accepted may hold more than the document does; a slip of the pen may not.
    let tolerant = elements.iter().any(|element| {
        matches!(element, Value::Null) || undocumented(left, &Values::one(element.clone()), inputs).is_none()
    });
    for element in elements.iter() {
        let found = undocumented(left, &Values::one(element.clone()), inputs);
        if found.as_ref().is_some_and(|(message, _)| !tolerant || message.contains("did you mean")) {
            return found;
        }
    }
    None
}

/// A value that is compared with an enumeration, and that its document does not list.
fn undocumented(input: &Values, other: &Values, inputs: &[(Operation, Shape)]) -> Option<(String, String)> {
    let mut documented: Vec<String> = Vec::new();
    for value in input.iter() {
        match value {
            Value::Input(trail) => {
                for (_, shape) in inputs {
                    match follow(shape, trail).ok()?.0 {
                        Shape::Text(values) if !values.is_empty() => {
                            documented.extend(values.iter().cloned());
                        }
                        Shape::Number(values) if !values.is_empty() => {
                            documented.extend(values.iter().map(ToString::to_string));
                        }
                        _ => return None,
                    }
                }
            }
            Value::Null => {}
            _ => return None,
        }
    }
    let mut literals = Vec::new();
    for value in other.iter() {
        match value {
            Value::Text(Some(text)) => literals.push(text.clone()),
            Value::Number(Some(number)) => literals.push(number.to_string()),
            Value::Null => {}
            _ => return None,
        }
    }
    documented.sort_unstable();
    documented.dedup();
    if documented.is_empty() || literals.is_empty() || literals.iter().any(|one| documented.contains(one)) {
        return None;
    }
    let literal = literals.first()?;
    // Of numbers none is nearer than another.
    let texts = documented.iter().map(String::as_str).filter(|text| text.parse::<f64>().is_err());
    let near = suggest::did_you_mean(suggest::nearest(literal, texts));
    let message = format!("`{}` is no documented value of `{}`{near}", printable(literal), named(input)?);
    Some((message, format!("documented are: {}", documented.join(", "))))
}
