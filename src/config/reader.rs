//! Reading TOML into typed keys: every problem is told, with its place.

use std::borrow::Cow;
use std::ops::{Range, RangeInclusive};
use std::path::PathBuf;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::Keys;
use super::folder::Folder;
use crate::source::{Code, Diagnostic, SourceText, Spot, Tracker, printable};
use crate::suggest;

/// Problems of one file that are told; the rest is counted.
const MAX_PROBLEMS: usize = 20;

/// What a key is set to.
#[derive(Clone, Debug)]
pub struct Entry<T> {
    /// The value.
    pub value: T,
    /// Where the key is written.
    pub key: Spot,
    /// Where the value is written.
    pub spot: Spot,
}

/// An element of a list, or a member of a table, with its place.
#[derive(Clone, Debug)]
pub struct Located<T> {
    /// The value.
    pub value: T,
    /// Where it is written.
    pub spot: Spot,
}

/// What a key may take.
pub(super) trait Read: Sized {
    /// What it takes, in words: `a list`.
    const TAKES: &'static str;

    /// Reads a value. What is wrong with it is told to the reader.
    fn read(value: &Spanned<DeValue<'_>>, reader: &mut Reader<'_>) -> Option<Self>;
}

/// Reads a whole file.
pub(super) fn parse(text: &SourceText, folder: &Folder) -> Result<Keys, Vec<Diagnostic>> {
    let mut reader = Reader {
        text,
        tracker: text.tracker(),
        folder,
        subject: String::new(),
        is_element: false,
        problems: Vec::new(),
        more: 0,
    };
    let keys = reader.document();
    reader.finish().map(|()| keys.unwrap_or_default())
}

/// What is being read, and what was wrong so far.
pub(super) struct Reader<'t> {
    text: &'t SourceText,
    tracker: Tracker<'t>,
    folder: &'t Folder,
    /// The key whose value is being read.
    subject: String,
    /// Whether it is an element of that value.
    is_element: bool,
    /// By the byte at which they are.
    problems: Vec<(usize, Diagnostic)>,
    /// How many were not told.
    more: usize,
}

/// What is wrong.
pub(super) struct Problem {
    pub(super) code: Code,
    pub(super) message: String,
    pub(super) label: String,
    pub(super) help: Option<String>,
}

impl Reader<'_> {
    fn document(&mut self) -> Option<Keys> {
        let text = match self.text.utf8() {
            Ok(text) => text,
            Err(spot) => {
                let problem = spot.error(Code::ConfigParse, "the configuration is no UTF-8", "no UTF-8");
                self.problems.push((0, problem.help("save it as UTF-8")));
                return None;
            }
        };
        let (table, errors) = DeTable::parse_recoverable(text);
        if errors.is_empty() {
            return Keys::read_table(table.get_ref(), "", self);
        }
        let mut told: Vec<(usize, String)> = Vec::new();
        for error in errors {
            let span = error.span().unwrap_or(text.len()..text.len());
            let message = format!("the configuration is no valid TOML: {}", printable(error.message()));
            // The parser tells some twice.
            if told.contains(&(span.start, message.clone())) {
                continue;
            }
            if told.len() < MAX_PROBLEMS {
                told.push((span.start, message.clone()));
            }
            let label = "here".to_owned();
            self.problem(span, Problem { code: Code::ConfigParse, message, label, help: None });
        }
        None
    }

    fn finish(mut self) -> Result<(), Vec<Diagnostic>> {
        if self.problems.is_empty() {
            return Ok(());
        }
        self.problems.sort_by_key(|(at, _)| *at);
        let mut problems: Vec<Diagnostic> = self.problems.into_iter().map(|(_, problem)| problem).collect();
        if let (1.., Some(last)) = (self.more, problems.last()) {
            let problem = if self.more == 1 { "problem is" } else { "problems are" };
            let message = format!("{} more {problem} not listed", self.more);
            problems.push(Diagnostic::error(last.code, message));
        }
        Err(problems)
    }

    /// Where a span is.
    pub(super) fn spot(&mut self, span: Range<usize>) -> Spot {
        self.text.spot_by(&mut self.tracker, span)
    }

    /// Takes note of a problem.
    pub(super) fn problem(&mut self, span: Range<usize>, problem: Problem) {
        // Showing one takes as long as the file is.
        if self.problems.len() >= MAX_PROBLEMS {
            self.more += 1;
            return;
        }
        let at = span.start;
        let mut told = self.spot(span).error(problem.code, problem.message, problem.label);
        told.help = problem.help;
        self.problems.push((at, told));
    }

    /// The value is of another type than the key takes.
    pub(super) fn wrong_type(&mut self, value: &Spanned<DeValue<'_>>, takes: &str, help: Option<String>) {
        let found = type_words(value.get_ref());
        let message = format!("{} {takes}, not {found}", self.sentence());
        self.problem(
            value.span(),
            Problem { code: Code::ConfigValue, message, label: found.to_owned(), help },
        );
    }

    /// The value has the right type, but is none that the key takes.
    pub(super) fn wrong_value(
        &mut self,
        value: &Spanned<DeValue<'_>>,
        message: impl Into<String>,
        help: Option<String>,
    ) {
        let label = format!("for `{}`", printable(&self.subject));
        self.problem(value.span(), Problem { code: Code::ConfigValue, message: message.into(), label, help });
    }

    /// How a message about the value begins.
    pub(super) fn sentence(&self) -> String {
        let subject = printable(&self.subject);
        if self.is_element { format!("each element of `{subject}` is") } else { format!("`{subject}` takes") }
    }

    /// The text that a value is.
    pub(super) fn text<'v>(&mut self, value: &'v Spanned<DeValue<'_>>, takes: &str) -> Option<&'v str> {
        if let DeValue::String(text) = value.get_ref() {
            return Some(text);
        }
        self.wrong_type(value, takes, None);
        None
    }

    /// A text that is not empty.
    pub(super) fn full_text<'v>(&mut self, value: &'v Spanned<DeValue<'_>>, takes: &str) -> Option<&'v str> {
        let text = self.text(value, takes)?;
        if text.is_empty() {
            let message = format!("{} {takes}, not an empty text", self.sentence());
            self.wrong_value(value, message, None);
            return None;
        }
        Some(text)
    }

    /// One of a few words.
    pub(super) fn word<T: Read>(
        &mut self,
        value: &Spanned<DeValue<'_>>,
        known: Vec<(&'static str, T)>,
    ) -> Option<T> {
        let text = self.text(value, T::TAKES)?;
        let words: Vec<&str> = known.iter().map(|(word, _)| *word).collect();
        if let Some((_, found)) = known.into_iter().find(|(word, _)| *word == text) {
            return Some(found);
        }
        let near = suggest::did_you_mean(suggest::nearest(text, words.iter().copied()));
        let subject = printable(&self.subject).into_owned();
        let message = format!("`{subject}` does not take `{}`{near}", printable(text));
        self.wrong_value(value, message, Some(format!("it takes {}", words.join(", "))));
        None
    }

    /// A whole number within a range.
    pub(super) fn integer(
        &mut self,
        value: &Spanned<DeValue<'_>>,
        range: &RangeInclusive<u64>,
        takes: &str,
    ) -> Option<u64> {
        let DeValue::Integer(integer) = value.get_ref() else {
            self.wrong_type(value, takes, None);
            return None;
        };
        let number = u64::from_str_radix(integer.as_str(), integer.radix()).ok();
        let number = number.filter(|number| range.contains(number));
        if number.is_none() {
            let message = format!("{} {takes}", self.sentence());
            self.wrong_value(value, message, None);
        }
        number
    }

    /// A path of the configuration, as the working directory sees it.
    pub(super) fn path(&self, text: &str) -> PathBuf {
        self.folder.resolve(text)
    }

    /// The same for a path that may be a glob.
    pub(super) fn glob_path(&self, text: &str) -> PathBuf {
        self.folder.resolve_glob(text)
    }

    /// The value of a key; a key that stands in `table` is called so in messages.
    pub(super) fn entry<T: Read>(
        &mut self,
        table: &str,
        key: &Spanned<Cow<'_, str>>,
        value: &Spanned<DeValue<'_>>,
    ) -> Option<Entry<T>> {
        let name = key.get_ref();
        let subject = if table.is_empty() { name.to_string() } else { format!("{table}.{name}") };
        let outer = std::mem::replace(&mut self.subject, subject);
        let is_element = std::mem::replace(&mut self.is_element, false);
        let read = T::read(value, self);
        self.subject = outer;
        self.is_element = is_element;
        Some(Entry { value: read?, key: self.spot(key.span()), spot: self.spot(value.span()) })
    }

    /// A key that there is not.
    pub(super) fn unknown_key(&mut self, table: &str, key: &Spanned<Cow<'_, str>>, known: &[&str]) {
        let name = key.get_ref();
        let place = if table.is_empty() { String::new() } else { format!(" in `{}`", printable(table)) };
        let near = suggest::did_you_mean(suggest::nearest(name, known.iter().copied()));
        let message = format!("there is no key `{}`{place}{near}", printable(name));
        let help = match table {
            "" => hint(name),
            "fetch" => hint_of_fetch(name),
            _ => None,
        };
        let help = help.map_or_else(|| format!("the keys are {}", known.join(", ")), str::to_owned);
        let label = "unknown key".to_owned();
        self.problem(key.span(), Problem { code: Code::ConfigUnknownKey, message, label, help: Some(help) });
    }

    /// A key that a table has to have, which stands at `span`, is not there.
    pub(super) fn missing_key(&mut self, key: &str, span: Range<usize>) {
        let message = format!("`{}` lacks the key `{key}`", printable(&self.subject));
        let label = format!("`{key}` is missing");
        self.problem(span, Problem { code: Code::ConfigUnknownKey, message, label, help: None });
    }

    /// The keys and values of a table, in the order of the file.
    pub(super) fn members<'v, 'i>(
        table: &'v DeTable<'i>,
    ) -> Vec<(&'v Spanned<Cow<'i, str>>, &'v Spanned<DeValue<'i>>)> {
        let mut members: Vec<_> = table.iter().collect();
        members.sort_by_key(|(key, _)| key.span().start);
        members
    }

    /// The key that is being read.
    pub(super) fn subject(&self) -> &str {
        &self.subject
    }
}

/// What is meant by names that are options, or stand elsewhere.
fn hint(name: &str) -> Option<&'static str> {
    Some(match name {
        "no_builtin" | "no-builtin" => "write `builtin = false`",
        "set" | "params" => "params of a rule are set in its table: `[rule.ID.params]`",
        "at" | "clock" => "the clock of a run is no lasting setting: give it with --at",
        "paths" | "files" => "the payloads to judge are listed as `inputs`",
        "severity" | "enabled" => "it belongs into the table of a rule: `[rule.ID]`",
        "region" | "regions" | "profile" | "profiles" | "operation" | "account" | "endpoint"
        | "page_size" | "instance_ids" | "instances_from" | "upgrade_version" => {
            "calls that are made live stand in `[[fetch]]`"
        }
        "live" | "out" | "rate" => "give it on the command line: --live, --out, --rate",
        "reference" => "give it on the command line: --reference",
        _ => return None,
    })
}

/// The same in `[[fetch]]`.
fn hint_of_fetch(name: &str) -> Option<&'static str> {
    Some(match name {
        "out" | "rate" => "it is of all calls together: give it on the command line, --out or --rate",
        "owner" => "`all` names whose baselines: `all = \"self\"`",
        _ => return None,
    })
}

fn type_words(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) => "a number",
        DeValue::Float(_) => "a decimal number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date or time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

impl<T: Read> Read for Vec<Located<T>> {
    const TAKES: &'static str = "a list";

    fn read(value: &Spanned<DeValue<'_>>, reader: &mut Reader<'_>) -> Option<Self> {
        let DeValue::Array(elements) = value.get_ref() else {
            let is_table = value.get_ref().is_table();
            let subject = printable(&reader.subject).into_owned();
            let help = match subject.as_str() {
                "rules" if is_table => "what is said of a single rule stands in `[rule.ID]`".to_owned(),
                "output" | "expect" | "fetch" if is_table => {
                    format!("write `[[{subject}]]`, in two brackets")
                }
                _ => format!("write `{subject} = […]`"),
            };
            reader.wrong_type(value, Self::TAKES, Some(help));
            return None;
        };
        let mut read = Self::new();
        for element in elements {
            reader.is_element = true;
            if let Some(value) = T::read(element, reader) {
                read.push(Located { value, spot: reader.spot(element.span()) });
            }
        }
        reader.is_element = false;
        Some(read)
    }
}

/// The schema is that of the value.
macro_rules! transparent {
    ($($name:ident)*) => {$(
        impl<T: JsonSchema> JsonSchema for $name<T> {
            fn inline_schema() -> bool {
                T::inline_schema()
            }

            fn schema_name() -> Cow<'static, str> {
                T::schema_name()
            }

            fn json_schema(generator: &mut SchemaGenerator) -> Schema {
                T::json_schema(generator)
            }
        }
    )*};
}

transparent! { Entry Located }
