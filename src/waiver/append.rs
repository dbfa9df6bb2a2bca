//! Adding a waiver to a file that people keep: its comments, order and layout stay.

use chrono::NaiveDate;
use toml_edit::{ArrayOfTables, DocumentMut, Item, Table, value};

use super::Expiry;
use crate::operation::Operation;

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

/// The text of a file with one more waiver at its end.
///
/// # Errors
///
/// A text that is no TOML, or holds something else under `waiver`.
pub fn append(text: &str, entry: &Entry) -> Result<String, AppendError> {
    let mut document: DocumentMut = text.parse()?;
    let list = document.entry("waiver").or_insert_with(|| Item::ArrayOfTables(ArrayOfTables::new()));
    if list.as_array().is_some_and(toml_edit::Array::is_empty) {
        *list = Item::ArrayOfTables(ArrayOfTables::new());
        if let Some(mut key) = document.key_mut("waiver") {
            key.leaf_decor_mut().set_suffix("");
        }
    }
    let list = document.entry("waiver").or_insert(Item::None);
    let list = list.as_array_of_tables_mut().ok_or(AppendError::NoTables)?;
    list.push(table(entry));
    // A comment at the end of the file speaks of what stands before it, or of all.
    let trailing = document.trailing().as_str().unwrap_or_default().to_owned();
    let is_empty = text.trim().is_empty();
    document.set_trailing("");
    let list = document.get_mut("waiver").and_then(Item::as_array_of_tables_mut);
    if let Some(last) = list.and_then(|list| list.iter_mut().last()) {
        let gap = if is_empty { "" } else { "\n" };
        let separator = if trailing.is_empty() || trailing.ends_with('\n') { "" } else { "\n" };
        last.decor_mut().set_prefix(format!("{trailing}{separator}{gap}"));
    }
    Ok(document.to_string())
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
    fn what_cannot_take_one_is_left_alone() {
        assert!(matches!(append("a = ", &entry()), Err(AppendError::Syntax(_))));
        assert!(matches!(append("waiver = [{rule = \"A\"}]\n", &entry()), Err(AppendError::NoTables)));
        assert!(matches!(append("waiver = 5\n", &entry()), Err(AppendError::NoTables)));
    }
}
