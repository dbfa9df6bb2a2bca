//! Adding a waiver to a file that people keep: its comments, order and layout stay.

use chrono::NaiveDate;
use toml_edit::{Array, ArrayOfTables, Document, DocumentMut, Item, Table, value};

use super::Expiry;
use crate::operation::Operation;
use crate::source::BYTE_ORDER_MARK;

/// A waiver to add.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Id or glob of the rules.
    pub rule: String,
    /// Identity or glob of the resources.
    pub resource: String,
    /// Narrows it to an operation.
    pub operation: Option<Operation>,
    /// Narrows it to regions.
    pub region: Option<String>,
    /// Narrows it to files.
    pub file: Option<String>,
    /// Why the failure is accepted.
    pub reason: String,
    /// Who answers for that.
    pub owner: String,
    /// How long it holds.
    pub expires: Expiry,
    /// Where it is discussed.
    pub ticket: Option<String>,
}

/// Why a file takes no waiver.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    /// It is no TOML.
    #[error("{0}")]
    Syntax(#[from] toml_edit::TomlError),
    /// Its waivers are written as a list of values, which has no room for one more in lines of its own.
    #[error("its `waiver` is no list of `[[waiver]]` tables")]
    NoTables,
}

/// The text of a file with one more waiver at its end. All else stays as it is, byte for byte; but a list of none, `waiver = []`,
/// makes room for it.
///
/// # Errors
///
/// A text that is no TOML, or holds something else under `waiver`.
pub fn append(text: &str, entry: &Entry) -> Result<String, AppendError> {
    let (mark, text) =
        text.split_at(if text.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len() } else { 0 });
    let document = Document::parse(text)?;
    let mut kept = text.to_owned();
    match document.get_key_value("waiver") {
        None | Some((_, Item::ArrayOfTables(_))) => {}
        Some((key, item)) if item.as_array().is_some_and(Array::is_empty) => {
            let (Some(key), Some(list)) = (key.span(), item.span()) else {
                return Err(AppendError::NoTables);
            };
            let rest = text.get(list.end..).unwrap_or_default();
            let line = rest.split_inclusive('\n').next().filter(|line| line.trim().is_empty());
            kept.replace_range(key.start..list.end + line.map_or(0, str::len), "");
        }
        Some(_) => return Err(AppendError::NoTables),
    }
    let table = table(entry);
    let plain_lines = table.len() + 1;
    let mut added = DocumentMut::new();
    added.insert("waiver", Item::ArrayOfTables(ArrayOfTables::from_iter([table])));
    let mut added = added.to_string();
    let line_end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    // Line ends within a value are part of it.
    if added.lines().count() == plain_lines {
        added = added.replace('\n', line_end);
    }
    let is_open = !kept.is_empty() && !kept.ends_with('\n');
    let separator = if is_open { line_end } else { "" };
    let gap = if kept.trim().is_empty() { "" } else { line_end };
    Ok(format!("{mark}{kept}{separator}{gap}{added}"))
}

fn table(entry: &Entry) -> Table {
    let Entry { rule, resource, operation, region, file, reason, owner, expires, ticket } = entry;
    let mut table = Table::new();
    let mut text = |key: &str, text: Option<&str>| {
        if let Some(text) = text {
            table.insert(key, value(text));
        }
    };
    text("rule", Some(rule));
    text("resource", Some(resource));
    text("operation", operation.map(Operation::id));
    text("region", region.as_deref());
    text("file", file.as_deref());
    text("reason", Some(reason));
    text("owner", Some(owner));
    text("ticket", ticket.as_deref());
    match expires.day() {
        None => table.insert("permanent", value(true)),
        Some(day) => table.insert("expires", value(date(day))),
    };
    table
}

fn date(day: NaiveDate) -> toml_edit::Datetime {
    use chrono::Datelike as _;
    let date = toml_edit::Date {
        // INVARIANT: TOML and the command line know years of four digits only.
        year: u16::try_from(day.year()).unwrap_or_default(),
        month: u8::try_from(day.month()).unwrap_or_default(),
        day: u8::try_from(day.day()).unwrap_or_default(),
    };
    date.into()
}

#[cfg(test)]
mod tests {
    use super::super::read;
    use super::*;
    use crate::source::SourceText;

    fn entry() -> Entry {
        Entry {
            rule: "AWS-SSM-001".to_owned(),
            resource: "pb-1".to_owned(),
            operation: Some(Operation::GetPatchBaseline),
            region: None,
            file: None,
            reason: "said \"so\"\nby\u{1b} all".to_owned(),
            owner: "é".to_owned(),
            expires: Expiry::After(NaiveDate::from_ymd_opt(2026, 12, 31).unwrap()),
            ticket: None,
        }
    }

    const ADDED: &str = "\
[[waiver]]
rule = \"AWS-SSM-001\"
resource = \"pb-1\"
operation = \"aws.ssm.GetPatchBaseline\"
reason = \"\"\"
said \"so\"
by\\u001B all\"\"\"
owner = \"é\"
expires = 2026-12-31
";

    #[test]
    fn comments_order_and_layout_stay() {
        for before in [
            "",
            "# Only comments\n",
            "# Head\n\n[[waiver]] # first\nresource = 'b'\nrule='A'  # why\nreason = \"r\"\nowner = \"o\"\npermanent = true\n\n# Tail\n",
            "[[waiver]]\nrule = \"A\"\nresource = \"b\"\nreason = \"r\"\nowner = \"o\"\nexpires = 2027-01-01",
            "waiver = []\n",
        ] {
            let after = append(before, &entry()).unwrap();
            let kept = before.strip_prefix("waiver = []\n").unwrap_or(before);
            let added = after.strip_prefix(kept).unwrap_or_else(|| panic!("{before:?} became {after:?}"));
            assert_eq!(added.trim_start_matches('\n'), ADDED, "{before:?}");
            let waivers = read(&SourceText::new("w", &after)).unwrap();
            let last = waivers.last().unwrap();
            assert_eq!((last.reason.as_str(), last.expires), (entry().reason.as_str(), entry().expires));
            // And again.
            let twice = append(&after, &entry()).unwrap();
            assert_eq!(twice, format!("{after}\n{ADDED}"));
        }
    }

    #[test]
    fn byte_order_marks_and_line_ends_stay() {
        let entry = Entry { reason: "r".to_owned(), ..entry() };
        let added = "[[waiver]]\r\nrule = \"AWS-SSM-001\"\r\nresource = \"pb-1\"\r\noperation = \"aws.ssm.GetPatchBaseline\"\r\nreason = \"r\"\r\nowner = \"é\"\r\nexpires = 2026-12-31\r\n";
        for (before, kept) in [
            ("\u{feff}# Head\r\n", "\u{feff}# Head\r\n\r\n"),
            ("\u{feff}# Head\r\n# Tail", "\u{feff}# Head\r\n# Tail\r\n\r\n"),
            ("# Head\r\nwaiver = []\r\n# Tail\r\n", "# Head\r\n# Tail\r\n\r\n"),
            ("\u{feff}waiver = []  # none\r\n", "\u{feff}  # none\r\n\r\n"),
        ] {
            assert_eq!(append(before, &entry).unwrap(), format!("{kept}{added}"), "{before:?}");
        }
        // What the reason says is no layout.
        let after = append("# Head\r\n", &Entry { reason: "a\nb".to_owned(), ..entry }).unwrap();
        assert_eq!(read(&SourceText::new("w", after)).unwrap()[0].reason, "a\nb");
    }

    #[test]
    fn what_cannot_take_one_is_left_alone() {
        assert!(matches!(append("a = ", &entry()), Err(AppendError::Syntax(_))));
        assert!(matches!(append("waiver = [{rule = \"A\"}]\n", &entry()), Err(AppendError::NoTables)));
        assert!(matches!(append("waiver = 5\n", &entry()), Err(AppendError::NoTables)));
    }
}
