//! Functions: those of policies are gone through, built-in ones are known.

use std::ops::Range;

use super::interpret::Interpreter;
use super::observe::{Decides, Look};
use super::path::{Trail, path_of};
use super::values::{Value, Values};
use crate::policy::builtins::{Gives, builtin};
use crate::policy::syntax::{Node, Operator, Term};

/// Built-in functions that put text together, mostly for messages.
const WRITERS: [&str; 3] = ["sprintf", "concat", "print"];
/// Texts that a text of known parts is told apart into.
const MOST_TEXTS: usize = 48;
/// Those that give some or all elements of the lists that they get.
const CHOOSERS: [&str; 6] = ["array.concat", "array.reverse", "array.slice", "sort", "union", "intersection"];
/// Those that give an object with members of the objects that they get.
const SHAPERS: [&str; 4] = ["object.remove", "object.filter", "json.filter", "json.remove"];
/// Those that go through all of what they get.
const TAKERS: [&str; 9] = [
    "object.keys",
    "object.subset",
    "json.marshal",
    "json.marshal_with_options",
    "json.patch",
    "yaml.marshal",
    "urlquery.encode_object",
    "graph.reachable",
    "graph.reachable_paths",
];

impl<'m> Interpreter<'m> {
    /// What a call gives. As a statement of its own, a call may have its result as one more argument.
    pub(super) fn call(
        &mut self,
        function: &'m Node,
        arguments: &'m [Node],
        is_statement: bool,
        span: &Range<usize>,
    ) -> Values {
        if let Some(path) = self.function(function) {
            let arity = self.arity(&path).unwrap_or(arguments.len());
            let (given, result) = arguments.split_at_checked(arity).unwrap_or((arguments, &[]));
            let values: Vec<Values> = given.iter().map(|argument| self.value(argument)).collect();
            let key = format!("{values:?}");
            let given = self.defined(&path, &values, &key);
            return self.with_result(given, result, is_statement);
        }
        let name = function.path().unwrap_or_default().join(".");
        if name == "walk" {
            self.walk(arguments, span);
            return Values::one(Value::Boolean);
        }
        let arity = builtin(&name).map_or(arguments.len(), |known| known.arity);
        let (given, result) = arguments.split_at_checked(arity).unwrap_or((arguments, &[]));
        let values: Vec<Values> = given.iter().map(|argument| self.value(argument)).collect();
        if let ("object.get", [_, key, _], [object, keys, default]) =
            (name.as_str(), given, values.as_slice())
        {
            let found = self.object_get(object, keys, default, key);
            return self.with_result(found, result, is_statement);
        }
        let given = self.builtin(&name, &values, span);
        self.with_result(given, result, is_statement)
    }

    /// Binds the result of a call that has one more argument than its function.
    fn with_result(&mut self, given: Values, result: &'m [Node], is_statement: bool) -> Values {
        match result.first() {
            Some(pattern) if is_statement => {
                self.bind(pattern, &given, false);
                Values::one(Value::Boolean)
            }
            _ => given,
        }
    }

    fn walk(&mut self, arguments: &'m [Node], span: &Range<usize>) {
        let Some((walked, result)) = arguments.split_first() else {
            return;
        };
        let values = self.value(walked);
        self.look_at(&values, &Look::NEEDED, span);
        self.read_all(&values, span);
        if let Some(pattern) = result.first() {
            self.bind(pattern, &Values::one(Value::List(vec![Values::unknown(), Values::unknown()])), false);
        }
    }

    fn builtin(&mut self, name: &str, arguments: &[Values], span: &Range<usize>) -> Values {
        if let ("is_null", [value]) = (name, arguments) {
            self.log.nulls.extend(value.inputs().map(|trail| path_of(trail)));
            self.look_at(value, &Look { null_is_handled: true, decides: Decides::Not, content: false }, span);
            return Values::one(Value::Boolean);
        }
        let writes = WRITERS.contains(&name);
        for argument in arguments {
            let decides = if writes { Decides::Not } else { Decides::Perhaps };
            self.look_at(argument, &Look { null_is_handled: writes, decides, content: true }, span);
        }
        if writes {
            // Null is written as text: where that is compared, null is compared.
            return written(name, arguments);
        }
        if CHOOSERS.contains(&name) {
            let mut elements = Values::default();
            for argument in arguments {
                elements.extend(self.entries_unread(argument, span).1);
            }
            if matches!(name, "union" | "intersection") {
                // A set of sets.
                elements = self.entries_unread(&elements, span).1;
            }
            return Values::one(Value::Elements(elements));
        }
        match (name, arguments) {
            ("object.keys", [object]) if let Some(names) = object.names() => {
                Values::one(Value::Elements(names))
            }
            ("object.filter", [object, names]) if let Some(names) = names.known_elements() => {
                let members = names.into_iter().map(|name| {
                    let member = self.under(object, &name, span);
                    (name, member)
                });
                Values::one(Value::Object(members.collect()))
            }
            ("object.subset", [object, part]) if part.names().is_some() => {
                self.compare(Operator::Equal, object, part, span);
                given(name)
            }
            ("json.patch", [object, patches]) if let Some(fields) = patched(patches) => {
                Values::one(Value::Overlaid(object.clone(), fields))
            }
            ("max" | "min", [list]) => self.entries_unread(list, span).1,
            (known, arguments) if TAKERS.contains(&known) => {
                for argument in arguments {
                    self.read_all(argument, span);
                }
                given(name)
            }
            ("object.union_n", [list]) => self.entries_unread(list, span).1,
            ("object.union", [one, other]) => {
                // Objects under the same name are joined, and not replaced.
                let replaces =
                    |fields: &&[(Values, Values)]| fields.iter().all(|(_, value)| value.is_single());
                if let Some(fields) = other.written_out().filter(replaces) {
                    return Values::one(Value::Overlaid(one.clone(), fields.to_vec()));
                }
                let mut values = one.clone();
                values.extend(other.clone());
                values
            }
            (shaper, [object, ..]) if SHAPERS.contains(&shaper) => object.clone(),
            _ => given(name),
        }
    }

    /// `object.get(object, key or path, default)`: absence is handled on every step.
    fn object_get(&mut self, object: &Values, keys: &Values, default: &Values, key: &'m Node) -> Values {
        let spans: Vec<&Range<usize>> = match &key.term {
            Term::Array(steps) => steps.iter().map(|step| &step.span).collect(),
            _ => Vec::new(),
        };
        let mut found = Values::default();
        for keys in keys.iter() {
            let path: Vec<Values> = match keys {
                Value::List(path) => path.clone(),
                other => vec![Values::one(other.clone())],
            };
            let mut values = object.clone();
            for (index, step) in path.iter().enumerate() {
                values = self.under(&values, step, spans.get(index).copied().unwrap_or(&key.span));
            }
            for value in values.iter() {
                match value {
                    Value::Input(trail) => {
                        let kept = trail.len() - path.len().min(trail.len());
                        let mut trail: Trail = trail.clone();
                        for taken in trail.iter_mut().skip(kept) {
                            taken.handled = true;
                            // Null and nothing are the same to the rule, so that it must think of null.
                            taken.absent_is_null = default.is_null();
                            // What is empty has nothing of what is read below it.
                            taken.absent_is_empty = default.is_empty_literal();
                        }
                        found.push(Value::Input(trail));
                    }
                    other => found.push(other.clone()),
                }
            }
        }
        self.need(&found);
        found.extend(default.clone());
        found
    }
}

/// A text that is put together: known where all its parts are, or what it is made of.
fn written(name: &str, arguments: &[Values]) -> Values {
    let known = match (name, arguments) {
        ("sprintf", [format, parts]) => formatted(format, parts),
        ("concat", [between, parts]) => joined(between, parts),
        _ => None,
    };
    known.unwrap_or_else(|| {
        let mut parts = Values::default();
        for argument in arguments {
            parts.extend(argument.clone());
        }
        // Null is written as text: where that is compared, null is compared.
        Values::one(Value::Written(parts))
    })
}

/// All texts that a list of known texts can be made into.
fn combined(parts: &Values, make: impl Fn(&[String]) -> Option<String>) -> Option<Values> {
    let mut ways: Vec<Vec<String>> = vec![Vec::new()];
    for part in parts.listed()? {
        let texts = part.texts()?;
        ways = ways
            .iter()
            .flat_map(|way| texts.iter().map(|text| [way.as_slice(), std::slice::from_ref(text)].concat()))
            .collect();
        if ways.len() > MOST_TEXTS {
            return None;
        }
    }
    let mut made = Values::default();
    for way in ways {
        made.push(Value::Text(Some(make(&way)?)));
    }
    Some(made)
}

fn joined(between: &Values, parts: &Values) -> Option<Values> {
    let [between] = &between.texts()?[..] else { return None };
    combined(parts, |way| Some(way.join(between)))
}

/// `%s` and `%v` of texts; any other verb is not known.
fn formatted(format: &Values, parts: &Values) -> Option<Values> {
    let [format] = &format.texts()?[..] else { return None };
    let pieces: Vec<&str> = format.split('%').collect();
    combined(parts, |way| {
        let (first, verbs) = pieces.split_first()?;
        let mut text = (*first).to_owned();
        for (index, piece) in verbs.iter().enumerate() {
            text.push_str(way.get(index)?);
            text.push_str(piece.strip_prefix(['s', 'v'])?);
        }
        (verbs.len() == way.len()).then_some(text)
    })
}

/// The members that `json.patch` sets, where its patches are written out and only add members to the object itself.
/// To replace one asks for it to be there.
fn patched(patches: &Values) -> Option<Vec<(Values, Values)>> {
    let mut fields = Vec::new();
    for patch in patches.listed()? {
        let patch = patch.written_out()?;
        let member = |name: &str| {
            let is_it = |(known, _): &&(Values, Values)| known.texts().is_some_and(|texts| texts == [name]);
            patch.iter().find(is_it).map(|(_, value)| value)
        };
        let operation = member("op")?.texts()?;
        let path = member("path")?.texts()?;
        let ([operation], [path]) = (&operation[..], &path[..]) else { return None };
        let name = path.strip_prefix('/').filter(|name| !name.contains(['/', '~']))?;
        if operation != "add" {
            return None;
        }
        fields.push((Values::one(Value::Text(Some(name.to_owned()))), member("value")?.clone()));
    }
    Some(fields)
}

/// What a built-in function gives.
fn given(name: &str) -> Values {
    Values::one(match builtin(name).map(|known| known.gives) {
        Some(Gives::Boolean) => Value::Boolean,
        Some(Gives::Number) => Value::Number(None),
        Some(Gives::Text) => Value::Text(None),
        Some(Gives::List) => Value::Elements(Values::unknown()),
        Some(Gives::Object | Gives::Anything) | None => Value::Unknown,
    })
}
