//! Functions: those of policies are gone through, built-in ones are known.

use std::ops::Range;

use super::interpret::Interpreter;
use super::observe::{Decides, Look};
use super::path::{Step, Taken, Trail, path_of};
use super::values::{Value, Values};
use crate::policy::builtins::{Gives, builtin};
use crate::policy::syntax::{Node, Term};

/// Built-in functions that put text together, mostly for messages.
const WRITERS: [&str; 3] = ["sprintf", "concat", "print"];
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
            let mut parts = Values::default();
            for argument in arguments {
                parts.extend(argument.clone());
            }
            return Values::one(Value::Written(parts));
        }
        if CHOOSERS.contains(&name) {
            let mut elements = Values::default();
            for argument in arguments {
                elements.extend(self.entries_of(argument, span));
            }
            if matches!(name, "union" | "intersection") {
                // A set of sets.
                elements = self.entries_of(&elements, span);
            }
            return Values::one(Value::Elements(elements));
        }
        match (name, arguments) {
            ("max" | "min", [list]) => self.entries_of(list, span),
            (known, arguments) if TAKERS.contains(&known) => {
                for argument in arguments {
                    self.read_all(argument, span);
                }
                given(name)
            }
            ("object.union_n", [list]) => self.entries_of(list, span),
            ("object.union", [one, other]) => {
                let mut values = one.clone();
                values.extend(other.clone());
                values
            }
            (shaper, [object, ..]) if SHAPERS.contains(&shaper) => object.clone(),
            _ => given(name),
        }
    }

    fn entries_of(&mut self, values: &Values, span: &Range<usize>) -> Values {
        let site = self.site(span);
        let handled = false;
        let (_, elements) = values.entries(&mut |trail| {
            let taken = Taken {
                step: Step::Each,
                handled,
                absent_is_null: false,
                absent_is_empty: false,
                computed: false,
                site: site.clone(),
            };
            trail.iter().cloned().chain([taken]).collect()
        });
        elements
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
                        trail.iter_mut().skip(kept).for_each(|taken| taken.handled = true);
                        // Null and nothing are the same to the rule, so that it must think of null.
                        let absent_is_null = default.is_null();
                        // What is empty has nothing of what is read below it.
                        let absent_is_empty = default.is_empty_literal();
                        for taken in trail.iter_mut().skip(kept) {
                            taken.absent_is_null = absent_is_null;
                            taken.absent_is_empty = absent_is_empty;
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
