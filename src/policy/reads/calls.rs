//! Functions: those of policies are gone through, built-in ones are known.

use std::ops::Range;

use super::interpret::{Decides, Interpreter, Look};
use super::path::{Step, Taken, Trail, path_of};
use super::values::{Value, Values};
use crate::policy::builtins::{Gives, builtin};
use crate::policy::syntax::Node;

/// Built-in functions that put text together, mostly for messages.
const WRITERS: [&str; 3] = ["sprintf", "concat", "print"];
/// Those that give some or all elements of the lists that they get.
const CHOOSERS: [&str; 6] = ["array.concat", "array.reverse", "array.slice", "sort", "union", "intersection"];
/// Those that give an object with members of the objects that they get.
const SHAPERS: [&str; 6] =
    ["object.union", "object.union_n", "object.remove", "object.filter", "json.filter", "json.remove"];

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
            return self.into_result(given, result, is_statement);
        }
        let name = function.path().unwrap_or_default().join(".");
        if name == "walk" {
            self.walk(arguments, span);
            return Values::one(Value::Boolean);
        }
        let arity = builtin(&name).map_or(arguments.len(), |known| known.arity);
        let (given, result) = arguments.split_at_checked(arity).unwrap_or((arguments, &[]));
        let values: Vec<Values> = given.iter().map(|argument| self.value(argument)).collect();
        let given = self.builtin(&name, &values, span);
        self.into_result(given, result, is_statement)
    }

    /// Binds the result of a call that has one more argument than its function.
    fn into_result(&mut self, given: Values, result: &'m [Node], is_statement: bool) -> Values {
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
        match (name, arguments) {
            ("object.get", [object, keys, default]) => return self.object_get(object, keys, default, span),
            ("is_null", [value]) => {
                let nulls = &mut self.log.nulls;
                value.trails(&mut |trail| {
                    nulls.insert(path_of(trail));
                });
                self.look_at(value, &Look { null_is_handled: true, decides: Decides::Not }, span);
                return Values::one(Value::Boolean);
            }
            _ => {}
        }
        let writes = WRITERS.contains(&name);
        for argument in arguments {
            self.look_at(
                argument,
                &Look {
                    null_is_handled: writes,
                    decides: if writes { Decides::Not } else { Decides::Perhaps },
                },
                span,
            );
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
            ("object.keys" | "json.marshal" | "object.subset", arguments) => {
                arguments.iter().for_each(|argument| self.read_all(argument, span));
                self.given(name)
            }
            ("object.union", [one, other]) => {
                let mut values = one.clone();
                values.extend(other.clone());
                values
            }
            (shaper, [object, ..]) if SHAPERS.contains(&shaper) => object.clone(),
            _ => self.given(name),
        }
    }

    fn entries_of(&mut self, values: &Values, span: &Range<usize>) -> Values {
        let site = self.site(span);
        let handled = self.mood.lenient;
        let (_, elements) = values.entries(&mut |trail| {
            let taken = Taken { step: Step::Each, handled, computed: false, site: site.clone() };
            trail.iter().cloned().chain([taken]).collect()
        });
        elements
    }

    fn given(&self, name: &str) -> Values {
        Values::one(match builtin(name).map(|known| known.gives) {
            Some(Gives::Boolean) => Value::Boolean,
            Some(Gives::Number) => Value::Number(None),
            Some(Gives::Text) => Value::Text(None),
            Some(Gives::List) => Value::Elements(Values::unknown()),
            Some(Gives::Object | Gives::Anything) | None => Value::Unknown,
        })
    }

    /// `object.get(object, key or path, default)`: absence is handled on every step.
    fn object_get(
        &mut self,
        object: &Values,
        keys: &Values,
        default: &Values,
        span: &Range<usize>,
    ) -> Values {
        let mut found = Values::default();
        for key in keys.iter() {
            let path: Vec<Values> = match key {
                Value::List(path) => path.clone(),
                other => vec![Values::one(other.clone())],
            };
            let mut values = object.clone();
            for key in &path {
                values = self.under(&values, key, span);
            }
            for value in values.iter() {
                match value {
                    Value::Input(trail) => {
                        let kept = trail.len() - path.len().min(trail.len());
                        let mut trail: Trail = trail.clone();
                        trail.iter_mut().skip(kept).for_each(|taken| taken.handled = true);
                        if default.iter().any(|value| matches!(value, Value::Null)) {
                            // Null and nothing are the same to this rule.
                            self.log.nulls.insert(path_of(&trail));
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
