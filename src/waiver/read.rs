//! Reading a file of waivers.

use std::ops::Range;
use std::sync::Arc;

use chrono::NaiveDate;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Expiry, Pattern, PatternError, Waiver};
use crate::operation::Operation;
use crate::source::{Code, Diagnostic, SourceText, Tracker, printable};
use crate::suggest;

/// The list of waivers.
const LIST: &str = "waiver";
/// What a waiver may say.
const KEYS: [&str; 10] =
    ["rule", "resource", "operation", "region", "file", "reason", "owner", "expires", "permanent", "ticket"];
/// What it must say; and when it ends.
const REQUIRED: [&str; 4] = ["owner", "reason", "resource", "rule"];

/// Reads the waivers of a file, in their order.
///
/// # Errors
///
/// Everything that is wrong with it, in the order of its lines.
pub fn read(file: &SourceText) -> Result<Vec<Arc<Waiver>>, Vec<Diagnostic>> {
    let text = file.utf8().map_err(|spot| {
        let problem = spot.error(Code::WaiverUnreadable, "the waivers are no UTF-8", "no UTF-8");
        vec![problem.help("save them as UTF-8")]
    })?;
    let (root, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        let told = |error: &toml::de::Error| {
            let span = error.span().unwrap_or_default();
            let message = format!("this is no TOML: {}", error.message());
            file.spot(span).error(Code::WaiverInvalid, message, "here")
        };
        return Err(errors.iter().map(told).collect());
    }
    let mut reader = Reader { file, tracker: file.tracker(), problems: Vec::new() };
    let mut waivers = Vec::new();
    for (key, value) in root.get_ref() {
        match (key.get_ref().as_ref(), value.get_ref()) {
            (LIST, DeValue::Array(entries)) => {
                for entry in entries {
                    waivers.extend(reader.entry(entry).map(Arc::new));
                }
            }
            (LIST, other) => reader.wrong_type(LIST, value.span(), "a list of tables", other),
            (unknown, _) => reader.unknown_key(unknown, key.span(), &[LIST]),
        }
    }
    let mut problems = reader.problems;
    if problems.is_empty() {
        return Ok(waivers);
    }
    problems.sort_by_cached_key(|problem| {
        (problem.place.as_ref().map(|place| place.start.byte), problem.message.clone())
    });
    Err(problems)
}

struct Reader<'f> {
    file: &'f SourceText,
    tracker: Tracker<'f>,
    problems: Vec<Diagnostic>,
}

/// A text with its place.
type Text<'v> = (&'v str, Range<usize>);

impl Reader<'_> {
    fn problem(&mut self, span: Range<usize>, message: impl Into<String>, label: &str, help: &str) {
        let problem = self.file.spot_by(&mut self.tracker, span).error(Code::WaiverInvalid, message, label);
        self.problems.push(if help.is_empty() { problem } else { problem.help(help) });
    }

    fn wrong_type(&mut self, key: &str, span: Range<usize>, expected: &str, found: &DeValue<'_>) {
        let article = if found.type_str().starts_with(['a', 'i']) { "an" } else { "a" };
        let message = format!("`{key}` must be {expected}, not {article} {}", found.type_str());
        let help = match (key, found) {
            ("expires", DeValue::String(_)) => "write the day without quotes, like `expires = 2026-12-31`",
            _ => "",
        };
        self.problem(
            span,
            message,
            &format!("no {}", expected.split(' ').next_back().unwrap_or_default()),
            help,
        );
    }

    fn unknown_key(&mut self, key: &str, span: Range<usize>, known: &[&str]) {
        let near = suggest::did_you_mean(suggest::nearest(key, known.iter().copied()));
        let help = format!("known are {}", known.join(", "));
        self.problem(span, format!("unknown key `{}`{near}", printable(key)), "this key", &help);
    }

    fn entry(&mut self, entry: &Spanned<DeValue<'_>>) -> Option<Waiver> {
        let before = self.problems.len();
        // Of a table in brackets that is its first line.
        let span = entry.span();
        let DeValue::Table(table) = entry.get_ref() else {
            self.wrong_type("waiver", span, "a list of tables", entry.get_ref());
            return None;
        };
        for (key, _) in table {
            if !KEYS.contains(&key.get_ref().as_ref()) {
                self.unknown_key(key.get_ref(), key.span(), &KEYS);
            }
        }
        for key in REQUIRED {
            if !table.contains_key(key) {
                let help = "it names a `rule` and a `resource`, and says its `reason` and `owner`";
                self.problem(span.clone(), format!("a waiver has no `{key}`"), "this waiver", help);
            }
        }
        let reason = self.text(table, "reason");
        let owner = self.text(table, "owner");
        let ticket = self.text(table, "ticket");
        let rule = self.pattern(table, "rule", Pattern::of_rules);
        let resource = self.pattern(table, "resource", Pattern::of_ids);
        let region = self.pattern(table, "region", Pattern::of_ids);
        let path = self.pattern(table, "file", Pattern::of_paths);
        let operation = self.operation(table);
        let expires = self.expiry(table, &span);
        if let Some((resource, span)) = &resource
            && resource.is_any()
        {
            let help = "name the resources, or leave the rule out with `--exclude`";
            self.problem(span.clone(), "`resource` names everything", "this is no waiver", help);
        }
        if self.problems.len() > before {
            return None;
        }
        let spot = self.file.spot_by(&mut self.tracker, span);
        Some(Waiver {
            rule: rule?.0,
            resource: resource?.0,
            operation,
            region: region.map(|(pattern, _)| pattern),
            file: path.map(|(pattern, _)| pattern),
            reason: reason?.0.to_owned(),
            owner: owner?.0.to_owned(),
            expires: expires?,
            ticket: ticket.map(|(text, _)| text.to_owned()),
            place: spot.place().clone(),
            excerpt: spot.excerpt("this waiver"),
        })
    }

    /// A text that is not empty.
    fn text<'v>(&mut self, table: &'v DeTable<'_>, key: &str) -> Option<Text<'v>> {
        let value = table.get(key)?;
        match value.get_ref() {
            DeValue::String(text) if text.trim().is_empty() => {
                self.problem(value.span(), format!("`{key}` is empty"), "nothing is said here", "");
                None
            }
            DeValue::String(text) => Some((text.as_ref(), value.span())),
            other => {
                self.wrong_type(key, value.span(), "a string", other);
                None
            }
        }
    }

    fn pattern(
        &mut self,
        table: &DeTable<'_>,
        key: &str,
        read: impl Fn(&str) -> Result<Pattern, PatternError>,
    ) -> Option<(Pattern, Range<usize>)> {
        let (text, span) = self.text(table, key)?;
        match read(text) {
            Ok(pattern) => Some((pattern, span)),
            Err(error) => {
                let message = format!("`{key}` is no valid glob: {error}");
                let help =
                    "`*`, `?`, `[` and `{` are wildcards: in brackets, like `[[]`, they are what they are";
                self.problem(span, message, "no glob", help);
                None
            }
        }
    }

    fn operation(&mut self, table: &DeTable<'_>) -> Option<Operation> {
        let (text, span) = self.text(table, "operation")?;
        text.parse()
            .map_err(|error: crate::operation::UnknownOperation| {
                self.problem(span, error.to_string(), "no operation", "");
            })
            .ok()
    }

    fn expiry(&mut self, table: &DeTable<'_>, span: &Range<usize>) -> Option<Expiry> {
        let day = table.get("expires");
        let permanent = match table.get("permanent") {
            None => false,
            Some(value) => match value.get_ref() {
                DeValue::Boolean(permanent) => *permanent,
                other => {
                    self.wrong_type("permanent", value.span(), "a boolean", other);
                    return None;
                }
            },
        };
        let Some(day) = day else {
            if permanent {
                return Some(Expiry::Never);
            }
            let message = "a waiver says neither when it expires nor that it is permanent";
            let help = "say `expires = 2026-12-31`, its last day, or `permanent = true`";
            self.problem(span.clone(), message, "this waiver", help);
            return None;
        };
        if permanent {
            let at = table.get_key_value("expires").map_or_else(|| day.span(), |(key, _)| key.span());
            self.problem(at, "a waiver is either permanent or expires", "it is permanent", "");
            return None;
        }
        let DeValue::Datetime(datetime) = day.get_ref() else {
            self.wrong_type("expires", day.span(), "a date", day.get_ref());
            return None;
        };
        let (Some(date), None, None) = (datetime.date, datetime.time, datetime.offset) else {
            let help = "it holds to the end of that day in UTC: write `expires = 2026-12-31`";
            self.problem(day.span(), "`expires` must be a date without a time", "more than a date", help);
            return None;
        };
        let known = NaiveDate::from_ymd_opt(date.year.into(), date.month.into(), date.day.into());
        if known.is_none() {
            self.problem(day.span(), "`expires` is no day of the calendar", "no such day", "");
        }
        known.map(Expiry::After)
    }
}
