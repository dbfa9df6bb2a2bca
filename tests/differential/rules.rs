//! Rules as people write them, made up at random over the fields of an operation's resources.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::Value;

use super::fields::{Field, Fields, Kind, List};
use crate::generate::Random;

/// Something that has a value at some place of a rule: how it is written, and what it is taken for.
type Named = (String, Kind);

/// A rule's text. Not every one compiles: names may be used in a way that Rego does not allow.
pub(crate) fn rule(id: &str, operation: &str, fields: &Fields, random: &mut Random) -> String {
    let mut writer = Writer {
        random,
        fields,
        globals: Vec::new(),
        functions: Vec::new(),
        known: Vec::new(),
        params: BTreeMap::new(),
        next: 0,
    };
    for _ in 0..writer.random.below(3) {
        writer.function();
    }
    let mut definitions = String::new();
    if writer.one_in(6) {
        definitions.push_str(&writer.applies());
    }
    for _ in 0..=writer.random.below(3) {
        definitions.push_str(&writer.denial("deny"));
    }
    for _ in 0..writer.random.below(3) {
        definitions.push_str(&writer.denial("inconclusive"));
    }
    let mut text = format!(
        "# METADATA\n# title: {id}\n# custom:\n#   id: {id}\n#   severity: low\n#   applies_to: {operation}\n"
    );
    if !writer.params.is_empty() {
        text.push_str("#   params:\n");
        for (name, value) in &writer.params {
            let _ = writeln!(text, "#     {name}: {value}");
        }
    }
    let _ = writeln!(text, "package generated.{}\n", id.to_lowercase().replace('-', "_"));
    for part in [&writer.globals, &writer.functions] {
        for definition in part {
            let _ = writeln!(text, "{definition}");
        }
    }
    text.push_str(&definitions);
    text
}

struct Writer<'w> {
    random: &'w mut Random,
    fields: &'w Fields,
    globals: Vec<String>,
    functions: Vec<String>,
    /// Functions by name, with what they take and what they give; nothing where they hold or not.
    known: Vec<(String, Vec<Kind>, Option<Kind>)>,
    params: BTreeMap<String, Value>,
    next: usize,
}

const KINDS: [Kind; 4] = [Kind::Text, Kind::Time, Kind::Number, Kind::Boolean];

impl Writer<'_> {
    fn one_in(&mut self, bound: u64) -> bool {
        self.random.below(bound) == 0
    }

    fn pick<T: Clone>(&mut self, all: &[T]) -> Option<T> {
        if all.is_empty() { None } else { Some(all[self.random.index(all.len())].clone()) }
    }

    /// A name that is not used yet. The engine orders statements by names, so that their order matters.
    fn name(&mut self) -> String {
        self.next += 1;
        format!("{}{}", self.random.one_of(&["a", "b", "m", "x", "z", "Q", "_v"]), self.next)
    }

    /// The kind of one of the fields; now and then one that there may be no field of.
    fn kind(&mut self) -> Kind {
        let fields = self.fields;
        match self.pick(&fields.single) {
            Some(field) if !self.one_in(12) => field.kind,
            _ => self.pick(&KINDS).unwrap_or(Kind::Text),
        }
    }

    fn applies(&mut self) -> String {
        if self.one_in(4) {
            let kind = self.kind();
            return format!("applies := {}\n\n", self.value(kind, &[], 1));
        }
        let body = self.body(Vec::new(), 2, |_, _| Vec::new());
        format!("default applies := false\n\napplies if {{\n{body}}}\n\n")
    }

    /// A definition of `deny` or `inconclusive`.
    fn denial(&mut self, of: &str) -> String {
        let count = 1 + self.random.below(4);
        let shape = self.random.below(10);
        if shape == 0 {
            let body = self.body(Vec::new(), count, |_, _| Vec::new());
            return format!("{of} contains \"as it is\" if {{\n{body}}}\n\n");
        }
        if shape == 1 {
            return format!("{of} contains msg if {{\n{}}}\n\n", self.body(Vec::new(), count, Self::message));
        }
        let mut path = String::new();
        let body = self.body(Vec::new(), count, |this, scope| {
            path = this.path(scope);
            this.message(scope)
        });
        format!("{of} contains {{\"msg\": msg, \"path\": {path}}} if {{\n{body}}}\n\n")
    }

    /// The statement that puts the message together.
    fn message(&mut self, scope: &[Named]) -> Vec<String> {
        let message = match self.random.below(5) {
            0 => "\"it is so\"".to_owned(),
            1 => {
                let (a, b) = (self.value(Kind::Text, scope, 1), self.value(Kind::Text, scope, 1));
                format!("concat(\"; \", [{a}, {b}])")
            }
            _ => self.formatted(scope, 1),
        };
        vec![format!("msg := {message}")]
    }

    fn formatted(&mut self, scope: &[Named], depth: u64) -> String {
        let mut format = String::new();
        let mut values = Vec::new();
        for _ in 0..=self.random.below(3) {
            let kind = self.kind();
            format.push_str(self.random.one_of(&["is ", "100%% of ", "“é” ", ""]));
            format.push_str(match kind {
                Kind::Number => self.random.one_of(&["%d", "%v", "%s"]),
                _ => self.random.one_of(&["%s", "%v"]),
            });
            let value =
                if self.one_in(6) { self.collection(scope, depth) } else { self.value(kind, scope, depth) };
            values.push(value);
        }
        format!("sprintf(\"{format}\", [{}])", values.join(", "))
    }

    fn path(&mut self, scope: &[Named]) -> String {
        let index = scope.iter().find(|(name, kind)| *kind == Kind::Number && !name.contains(['.', '(']));
        if let (Some((index, _)), Some(list)) = (index.cloned(), self.pick(&self.fields.lists))
            && self.one_in(2)
        {
            let steps: Vec<String> = list.path.iter().map(|step| format!("\"{step}\"")).collect();
            return format!("[{}, {index}]", steps.join(", "));
        }
        match self.pick(&self.fields.single) {
            Some(field) if self.one_in(2) => format!("\"{}\"", field.path.join(".")),
            Some(field) => format!("{:?}", field.path),
            None => "\"\"".to_owned(),
        }
    }

    /// Statements, with some more at the end.
    fn body(
        &mut self,
        mut scope: Vec<Named>,
        count: u64,
        last: impl FnOnce(&mut Self, &[Named]) -> Vec<String>,
    ) -> String {
        let mut lines = Vec::new();
        for _ in 0..count {
            lines.extend(self.statement(&mut scope, 2));
        }
        lines.extend(last(self, &scope));
        if self.one_in(6) {
            // The engine puts them into an order of its own.
            for at in (1..lines.len()).rev() {
                lines.swap(at, self.random.index(at + 1));
            }
        }
        lines.iter().map(|line| format!("\t{line}\n")).collect()
    }

    fn statement(&mut self, scope: &mut Vec<Named>, depth: u64) -> Vec<String> {
        match self.random.below(14) {
            0 | 1 => {
                let kind = self.kind();
                let value = self.value(kind, scope, depth);
                let name = self.name();
                let line = format!("{name} := {value}");
                scope.push((name, kind));
                vec![line]
            }
            2 | 3 => self.iterated(scope),
            4 => self.every(scope, depth).into_iter().collect(),
            5 | 6 => vec![format!("not {}", self.condition(scope, depth))],
            7 => self.indexed(scope),
            _ => vec![self.condition(scope, depth)],
        }
    }

    /// `some … in …`
    fn iterated(&mut self, scope: &mut Vec<Named>) -> Vec<String> {
        let Some(list) = self.pick(&self.fields.lists) else { return Vec::new() };
        let collection = self.reference(&list.path, "[]");
        let (key, element) = (self.name(), self.name());
        let head = if self.one_in(3) {
            scope.push((key.clone(), Kind::Number));
            format!("some {key}, {element} in {collection}")
        } else {
            format!("some {element} in {collection}")
        };
        scope.extend(within(&list, &element));
        let mut lines = vec![head];
        if self.one_in(3) {
            lines.push(format!("{element} != null"));
        }
        lines
    }

    /// A list that is gone through by a key.
    fn indexed(&mut self, scope: &mut Vec<Named>) -> Vec<String> {
        let Some(list) = self.pick(&self.fields.lists) else { return Vec::new() };
        let reference = format!("input.resource{}", steps(&list.path));
        let Some((name, kind)) = self.pick(&within(&list, "")) else { return Vec::new() };
        if self.one_in(2) {
            let value = self.value(kind, scope, 1);
            let sign = self.sign(kind);
            return vec![format!("{reference}[_]{name} {sign} {value}")];
        }
        let (key, element) = (self.name(), self.name());
        let lines = vec![format!("some {key}"), format!("{element} := {reference}[{key}]{name}")];
        scope.push((key, Kind::Number));
        scope.push((element, kind));
        lines
    }

    fn every(&mut self, scope: &[Named], depth: u64) -> Option<String> {
        let list = self.pick(&self.fields.lists)?;
        let collection = self.reference(&list.path, "[]");
        let (key, element) = (self.name(), self.name());
        let mut inner = scope.to_vec();
        inner.extend(within(&list, &element));
        let head = if self.one_in(3) {
            inner.push((key.clone(), Kind::Number));
            format!("every {key}, {element} in {collection}")
        } else {
            format!("every {element} in {collection}")
        };
        let mut conditions = vec![self.condition(&inner, depth.saturating_sub(1))];
        if self.one_in(3) {
            conditions.push(self.condition(&inner, 0));
        }
        Some(format!("{head} {{ {} }}", conditions.join("; ")))
    }

    fn sign(&mut self, kind: Kind) -> &'static str {
        match kind {
            // Texts and booleans have no order that means anything, so that such rules are refused.
            Kind::Text | Kind::Boolean => self.random.one_of(&["==", "!="]),
            Kind::Time | Kind::Number => self.random.one_of(&["==", "!=", "<", "<=", ">", ">="]),
        }
    }

    /// An expression that holds or not.
    fn condition(&mut self, scope: &[Named], depth: u64) -> String {
        match self.random.below(16) {
            0..=4 => {
                let kind = self.kind();
                let sign = self.sign(kind);
                let left = if self.one_in(5) {
                    self.value(kind, scope, depth)
                } else {
                    self.read(kind, scope, depth)
                };
                format!("{left} {sign} {}", self.value(kind, scope, depth))
            }
            5 => format!("{} {} null", self.field(None), self.random.one_of(&["==", "!="])),
            6 => {
                let call = self.random.one_of(&["startswith", "endswith", "contains"]);
                format!(
                    "{call}({}, {})",
                    self.value(Kind::Text, scope, depth),
                    self.value(Kind::Text, scope, 0)
                )
            }
            7 => {
                let pattern = self.random.one_of(&["^[a-z0-9-]+$", "(?i)C", "\\\\d{2}", "^$", "é|null"]);
                format!("regex.match(\"{pattern}\", {})", self.value(Kind::Text, scope, depth))
            }
            8 => {
                let kind = self.kind();
                let all: Vec<String> = (0..=self.random.below(3)).map(|_| self.constant(kind)).collect();
                let all = all.join(", ");
                let (open, close) = if self.one_in(2) { ("[", "]") } else { ("{", "}") };
                format!("{} in {open}{all}{close}", self.value(kind, scope, depth))
            }
            9 => match self.pick(&self.fields.lists) {
                Some(list) => {
                    let kind = list.elements.first().map_or(Kind::Text, |element| element.kind);
                    let collection = self.reference(&list.path, "[]");
                    if self.one_in(4) {
                        format!("{}, {} in {collection}", self.random.below(3), self.constant(kind))
                    } else {
                        format!("{} in {collection}", self.value(kind, scope, depth))
                    }
                }
                None => "true".to_owned(),
            },
            10 => {
                let test = self.random.one_of(&[
                    "is_string",
                    "is_number",
                    "is_null",
                    "is_array",
                    "is_boolean",
                    "is_object",
                    "is_set",
                ]);
                format!("{test}({})", self.field(None))
            }
            11 => self.value(Kind::Boolean, scope, depth),
            12 => {
                let collection = self.collection(scope, depth);
                let sign = self.sign(Kind::Number);
                if self.one_in(2) {
                    format!("count({collection}) {sign} {}", self.random.below(4))
                } else {
                    format!("{collection} {sign} {}", self.collection(scope, 0))
                }
            }
            _ => self.call(None, scope, depth).unwrap_or_else(|| {
                let kind = self.kind();
                format!("{} != {}", self.field(Some(kind)), self.constant(kind))
            }),
        }
    }

    /// A call of one of the rule's own functions.
    fn call(&mut self, gives: Option<Kind>, scope: &[Named], depth: u64) -> Option<String> {
        let fitting: Vec<_> = self.known.iter().filter(|(_, _, given)| *given == gives).cloned().collect();
        let (name, takes, _) = self.pick(&fitting)?;
        let arguments: Vec<String> =
            takes.into_iter().map(|kind| self.value(kind, scope, depth.saturating_sub(1))).collect();
        Some(format!("{name}({})", arguments.join(", ")))
    }

    /// An array, a set or an object.
    fn collection(&mut self, scope: &[Named], depth: u64) -> String {
        match self.random.below(5) {
            0 if depth > 0 => {
                let mut inner = scope.to_vec();
                let mut lines = self.iterated(&mut inner);
                if lines.is_empty() {
                    return "[]".to_owned();
                }
                let fresh = inner.split_off(scope.len());
                let (given, kind) = self.pick(&fresh).unwrap_or_else(|| ("1".to_owned(), Kind::Number));
                let inner = [scope, &fresh].concat();
                if self.one_in(2) {
                    lines.push(self.condition(&inner, depth - 1));
                }
                let body = lines.join("; ");
                match self.random.below(4) {
                    0 => format!("{{{given} | {body}}}"),
                    1 => format!("{{{given}: {} | {body}}}", self.constant(kind)),
                    _ => format!("[{given} | {body}]"),
                }
            }
            1 => format!("split({}, \"-\")", self.value(Kind::Text, scope, depth.saturating_sub(1))),
            2 => format!("object.keys({{\"a\": {}}})", self.field(None)),
            _ => {
                let kind = self.kind();
                let all: Vec<String> = (0..self.random.below(3))
                    .map(|_| self.value(kind, scope, depth.saturating_sub(1)))
                    .collect();
                let all = all.join(", ");
                match self.random.below(3) {
                    0 if !all.is_empty() => format!("{{{all}}}"),
                    1 => format!("array.concat([{all}], [1])"),
                    _ => format!("[{all}]"),
                }
            }
        }
    }

    /// A value of a kind; now and then one of another.
    fn value(&mut self, kind: Kind, scope: &[Named], depth: u64) -> String {
        let kind = if self.one_in(40) { self.pick(&KINDS).unwrap_or(kind) } else { kind };
        if self.one_in(3) {
            let fitting: Vec<_> = scope.iter().filter(|(_, known)| *known == kind).cloned().collect();
            if let Some((name, _)) = self.pick(&fitting) {
                return name;
            }
        }
        match self.random.below(8) {
            0 => return self.constant(kind),
            1 => return self.param(kind),
            2 => {
                if let Some(call) = self.call(Some(kind), scope, depth) {
                    return call;
                }
            }
            3 | 4 if depth > 0 => return self.computed(kind, scope, depth - 1),
            _ => {}
        }
        self.field(Some(kind))
    }

    /// A value that hangs on the resource.
    fn read(&mut self, kind: Kind, scope: &[Named], depth: u64) -> String {
        if depth > 0 && self.one_in(3) {
            self.computed(kind, scope, depth - 1)
        } else {
            self.field(Some(kind))
        }
    }

    /// A value that is computed.
    fn computed(&mut self, kind: Kind, scope: &[Named], depth: u64) -> String {
        match kind {
            Kind::Text => self.computed_text(scope, depth),
            Kind::Number => self.computed_number(scope, depth),
            Kind::Time => self.field(Some(Kind::Time)),
            Kind::Boolean => {
                let (left, right) = (self.value(Kind::Number, scope, depth), self.constant(Kind::Number));
                format!("({left} > {right})")
            }
        }
    }

    fn computed_text(&mut self, scope: &[Named], depth: u64) -> String {
        let text = self.value(Kind::Text, scope, depth);
        match self.random.below(10) {
            0 => self.formatted(scope, depth),
            1 => format!("replace({text}, \"-\", {})", self.constant(Kind::Text)),
            2 => format!(
                "substring({text}, {}, {})",
                self.random.below(4),
                self.random.one_of(&["2", "-1", "0"])
            ),
            3 => format!("split({text}, \"-\")[{}]", self.random.below(2)),
            4 => {
                let name =
                    self.random.one_of(&["trim", "trim_left", "trim_right", "trim_prefix", "trim_suffix"]);
                format!("{name}({text}, {})", self.constant(Kind::Text))
            }
            5 => format!("type_name({})", self.field(None)),
            6 => format!("regex.replace({text}, \"[0-9]+\", \"#\")"),
            _ => format!("{}({text})", self.random.one_of(&["lower", "upper", "trim_space"])),
        }
    }

    fn computed_number(&mut self, scope: &[Named], depth: u64) -> String {
        match self.random.below(10) {
            0 => "time.now_ns()".to_owned(),
            1 => format!("time.parse_rfc3339_ns({})", self.value(Kind::Time, scope, depth)),
            2 => {
                let time = self.value(Kind::Time, scope, depth);
                let age = format!("(time.now_ns() - time.parse_rfc3339_ns({time}))");
                if self.one_in(2) { age } else { format!("floor({age} / 86400000000000)") }
            }
            3 => format!("count({})", self.collection(scope, depth)),
            4 => {
                let name = self.random.one_of(&["sum", "max", "min"]);
                let (a, b) = (self.value(Kind::Number, scope, depth), self.value(Kind::Number, scope, depth));
                format!("{name}([{a}, {b}])")
            }
            5 => {
                let name = self.random.one_of(&["abs", "floor", "ceil", "round"]);
                format!("{name}({})", self.value(Kind::Number, scope, depth))
            }
            6 => format!("indexof({}, \"-\")", self.value(Kind::Text, scope, depth)),
            _ => {
                let sign = self.random.one_of(&["+", "-", "*", "/", "%", "+", "-", "*"]);
                let (a, b) = (self.value(Kind::Number, scope, depth), self.value(Kind::Number, scope, depth));
                format!("({a} {sign} {b})")
            }
        }
    }

    /// A value of the resource, or around it.
    fn field(&mut self, kind: Option<Kind>) -> String {
        if self.one_in(24) {
            return self
                .random
                .one_of(&["input.source.provider", "input.source.region", "input.source.operation"])
                .to_owned();
        }
        let fitting: Vec<&Field> =
            self.fields.single.iter().filter(|field| kind.is_none_or(|kind| field.kind == kind)).collect();
        let Some(field) = self.pick(&fitting) else {
            return self.constant(kind.unwrap_or(Kind::Text));
        };
        let default = match self.random.below(4) {
            0 => self.constant(field.kind),
            1 => "false".to_owned(),
            2 => "{\"none\": [1]}".to_owned(),
            _ => "null".to_owned(),
        };
        self.reference(&field.path, &default)
    }

    /// What is at a path of the resource.
    fn reference(&mut self, path: &[String], default: &str) -> String {
        let whole = match self.random.below(6) {
            0 | 1 => format!("object.get(input.resource, {path:?}, {default})"),
            2 => format!("object.get(input.resource, {:?}, {default}){}", path[0], steps(&path[1..])),
            _ => format!("input.resource{}", steps(path)),
        };
        if !self.one_in(4) {
            return whole;
        }
        let name = self.name();
        let global = match self.random.below(4) {
            0 => format!("{name} := {whole} if {whole} != null\n"),
            1 => format!("default {name} := null\n\n{name} := {whole}\n"),
            _ => format!("{name} := {whole}\n"),
        };
        self.globals.push(global);
        name
    }

    /// A value that stands in the rule: as often as not one that resources have.
    fn constant(&mut self, kind: Kind) -> String {
        let fitting: Vec<&Field> = self.fields.single.iter().filter(|field| field.kind == kind).collect();
        if self.one_in(2)
            && let Some(field) = self.pick(&fitting)
            && let Some(sample) = self.pick(&field.samples)
        {
            return sample.to_string();
        }
        match kind {
            Kind::Text => {
                self.random.one_of(&["\"\"", "\"a\"", "\"-\"", "\"YES\"", "`cn-`", "\"é\\n\\u001f\""])
            }
            Kind::Time => {
                self.random.one_of(&["\"2026-11-20T00:00:00Z\"", "\"2026-11-21T00:00:00+08:00\"", "\"x\""])
            }
            Kind::Number => {
                self.random.one_of(&["0", "1", "-1", "7", "1.5", "0.1", "9007199254740993", "1e3"])
            }
            Kind::Boolean => self.random.one_of(&["true", "false"]),
        }
        .to_owned()
    }

    fn param(&mut self, kind: Kind) -> String {
        let name = format!("{}_{}", format!("{kind:?}").to_lowercase(), self.random.below(2));
        let value = match kind {
            Kind::Text => Value::from(self.random.one_of(&["", "a", "cn-north-4", "YES"])),
            Kind::Time => Value::from("2026-11-15T00:00:00Z"),
            Kind::Number => [Value::from(0), Value::from(30), Value::from(-2), Value::from(0.5)]
                [self.random.index(4)]
            .clone(),
            Kind::Boolean => Value::from(self.one_in(2)),
        };
        self.params.entry(name.clone()).or_insert(value);
        format!("input.params.{name}")
    }

    /// A function of the rule.
    fn function(&mut self) {
        let name = self.name();
        let takes: Vec<Kind> = (0..=self.random.below(2)).map(|_| self.kind()).collect();
        let gives = if self.one_in(2) { None } else { Some(self.kind()) };
        let mut text = String::new();
        if self.one_in(4) {
            let default = gives.map_or_else(|| "false".to_owned(), |kind| self.constant(kind));
            let all = vec!["_"; takes.len()].join(", ");
            let _ = writeln!(text, "default {name}({all}) := {default}\n");
        }
        let bodies = 1 + self.random.below(2);
        for _ in 0..bodies {
            let scope: Vec<Named> = takes.iter().map(|kind| (self.name(), *kind)).collect();
            let mut parameters: Vec<String> = scope.iter().map(|(name, _)| name.clone()).collect();
            if bodies > 1 && self.one_in(2) {
                parameters[0] = self.constant(takes[0]);
            }
            let scope: Vec<Named> = scope.into_iter().filter(|(name, _)| parameters.contains(name)).collect();
            let head = format!("{name}({})", parameters.join(", "));
            let given = |this: &mut Self| match gives {
                None => String::new(),
                Some(kind) => format!(" := {}", this.value(kind, &scope, 1)),
            };
            let value = given(self);
            let body = self.body(scope.clone(), 1, |_, _| Vec::new());
            let _ = write!(text, "{head}{value} if {{\n{body}}}");
            if self.one_in(4) {
                let value = given(self);
                let body = self.body(scope.clone(), 1, |_, _| Vec::new());
                let value = if value.is_empty() { " := false".to_owned() } else { value };
                let _ = write!(text, " else{value} if {{\n{body}}}");
            }
            text.push_str("\n\n");
        }
        self.functions.push(text);
        self.known.push((name, takes, gives));
    }
}

/// What an element of a list, or of it what it holds, is called.
fn within(list: &List, element: &str) -> Vec<Named> {
    list.elements
        .iter()
        .chain(&list.members)
        .map(|field| (format!("{element}{}", steps(&field.path)), field.kind))
        .collect()
}

/// A path behind a reference.
fn steps(path: &[String]) -> String {
    let is_name = |step: &str| {
        !step.is_empty()
            && step.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
            && !step.starts_with(|c: char| c.is_ascii_digit())
    };
    path.iter().map(|step| if is_name(step) { format!(".{step}") } else { format!("[{step:?}]") }).collect()
}
