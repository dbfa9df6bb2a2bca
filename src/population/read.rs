//! Reading lists of expected resources: text, a column of CSV, or JSON.

use std::collections::BTreeMap;
use std::fs;
use std::ops::Range;
use std::path::PathBuf;

use serde_json::value::RawValue;

use super::{Expected, List};
use crate::operation::Operation;
use crate::source::{Code, Diagnostic, SourceText, printable};
use crate::suggest;

/// A list as it was given: `[OPERATION=]FILE[#COLUMN]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    /// Whose resources it lists, where that is said.
    pub operation: Option<Operation>,
    /// The file.
    pub path: PathBuf,
    /// The column of a CSV file, or the member of JSON objects, that holds the identities.
    pub column: Option<String>,
}

impl std::str::FromStr for Given {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (operation, rest) = match text.split_once('=') {
            Some((name, _)) if name.contains(['/', '\\']) => (None, text),
            Some((name, rest)) => {
                let operation: Operation = name.parse().map_err(|error| format!("{error}"))?;
                (Some(operation), rest)
            }
            None => (None, text),
        };
        let (path, column) = match rest.rsplit_once('#') {
            Some((path, column)) => (path, Some(column.to_owned())),
            None => (rest, None),
        };
        if path.is_empty() || column.as_deref() == Some("") {
            return Err(format!("`{text}` is not of the form [OPERATION=]FILE[#COLUMN]"));
        }
        Ok(Self { operation, path: path.into(), column })
    }
}

/// Reads a list: JSON and CSV by the ending of its name, all else as text with an identity a line.
///
/// JSON is an array of texts, or of objects whose `column` holds them, or an object of such arrays by operation. A CSV
/// file has a line of names first, and either one column, or one that is called `id`, or the one that is asked for. In
/// a text, empty lines and those that begin with `#` say nothing.
///
/// # Errors
///
/// A file that cannot be read, that is not what its name says, or that lists nothing.
pub fn read(given: &Given) -> Result<Vec<List>, Diagnostic> {
    let name = given.path.to_string_lossy();
    let bytes = fs::read(&given.path).map_err(|error| {
        let message = format!("cannot read `{}`: {error}", printable(&name));
        Diagnostic::error(Code::PopulationUnreadable, message)
            .help("name a text file with an id a line, a CSV or a JSON file")
    })?;
    let file = SourceText::new(&name, bytes);
    let text = file.utf8().map_err(|spot| {
        let problem = spot.error(Code::PopulationUnreadable, "the list is no UTF-8", "no UTF-8");
        problem.help("save it as UTF-8")
    })?;
    let ending = given.path.extension().map(std::ffi::OsStr::to_ascii_lowercase);
    let is = |text: &str| ending.as_deref().is_some_and(|ending| ending == text);
    let lists = if is("json") {
        json(&file, text, given)?
    } else if is("csv") {
        vec![List::new(file.clone(), given.operation, csv(&file, text, given.column.as_deref())?)]
    } else if given.column.is_some() {
        let message = format!("`{}` has no columns", printable(&name));
        return Err(Diagnostic::error(Code::PopulationUnreadable, message)
            .help("columns are those of `.csv` files, and members of objects in `.json` files"));
    } else {
        vec![List::new(file.clone(), given.operation, lines(text))]
    };
    if lists.iter().all(|list| list.entries().is_empty()) {
        let message = format!("`{}` lists no resource", printable(&name));
        return Err(Diagnostic::error(Code::PopulationUnreadable, message)
            .help("an empty list expects nothing: leave it out"));
    }
    Ok(lists)
}

/// An identity a line.
fn lines(text: &str) -> Vec<Expected> {
    let mut start = 0;
    let mut entries = Vec::new();
    for line in text.split_inclusive('\n') {
        let id = line.trim();
        if !id.is_empty() && !id.starts_with('#') {
            let at = start + (line.len() - line.trim_start().len());
            entries.push(Expected { id: id.to_owned(), span: at..at + id.len() });
        }
        start += line.len();
    }
    entries
}

fn csv(file: &SourceText, text: &str, column: Option<&str>) -> Result<Vec<Expected>, Diagnostic> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
    let broken = |error: &csv::Error| {
        let at = error.position().and_then(|position| usize::try_from(position.byte()).ok()).unwrap_or(0);
        file.spot(at..at).error(Code::PopulationUnreadable, format!("this is no CSV: {error}"), "here")
    };
    let names = reader.headers().map_err(|error| broken(&error))?.clone();
    let index = match column {
        Some(column) => names.iter().position(|name| name == column),
        None if names.len() == 1 => Some(0),
        None => names.iter().position(|name| name.eq_ignore_ascii_case("id")),
    };
    let Some(index) = index else {
        let known: Vec<String> = names.iter().map(|name| format!("`{}`", printable(name))).collect();
        let near = column.and_then(|column| suggest::nearest(column, names.iter()));
        let message = match column {
            Some(column) => {
                format!("there is no column `{}`{}", printable(column), suggest::did_you_mean(near))
            }
            None => "which column holds the ids?".to_owned(),
        };
        let help = format!("name one of {} like FILE#COLUMN", known.join(", "));
        return Err(file.spot(0..0).error(Code::PopulationUnreadable, message, "the columns").help(help));
    };
    let mut entries = Vec::new();
    let mut record = csv::StringRecord::new();
    loop {
        match reader.read_record(&mut record) {
            Ok(false) => return Ok(entries),
            Err(error) => return Err(broken(&error)),
            Ok(true) => {}
        }
        let start = record.position().and_then(|position| usize::try_from(position.byte()).ok()).unwrap_or(0);
        let Some(id) = record.get(index).filter(|id| !id.is_empty()) else {
            let message = "this line names no resource";
            let spot = file.spot(start..start);
            return Err(spot.error(Code::PopulationUnreadable, message, "the column is empty"));
        };
        // A quoted field may be written otherwise: then its line is enough.
        let rest = text.get(start..).unwrap_or_default();
        let at = rest.find(id).map_or(start..start, |at| start + at..start + at + id.len());
        entries.push(Expected { id: id.to_owned(), span: at });
    }
}

fn json(file: &SourceText, text: &str, given: &Given) -> Result<Vec<List>, Diagnostic> {
    let broken = |error: &serde_json::Error| {
        let line =
            text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum::<usize>();
        let at = (line + error.column().saturating_sub(1)).min(text.len());
        let at = (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        file.spot(at..at)
            .error(Code::PopulationUnreadable, format!("this is no list of ids: {error}"), "here")
            .help("write an array of texts, or an object of such arrays by operation")
    };
    if text.trim_start().starts_with('[') {
        let array: &RawValue = serde_json::from_str(text).map_err(|error| broken(&error))?;
        let entries = array_of(file, text, array, given.column.as_deref())?;
        return Ok(vec![List::new(file.clone(), given.operation, entries)]);
    }
    let by_operation: BTreeMap<String, &RawValue> =
        serde_json::from_str(text).map_err(|error| broken(&error))?;
    let mut lists = Vec::new();
    for (name, array) in by_operation {
        let operation: Operation = name.parse().map_err(|error: crate::operation::UnknownOperation| {
            let at = text.find(&name).map_or(0..0, |at| at..at + name.len());
            file.spot(at).error(Code::PopulationUnreadable, error.to_string(), "no operation")
        })?;
        if given.operation.is_none_or(|wanted| wanted == operation) {
            let entries = array_of(file, text, array, given.column.as_deref())?;
            lists.push(List::new(file.clone(), Some(operation), entries));
        }
    }
    Ok(lists)
}

/// The identities of an array, which is a slice of the file.
fn array_of(
    file: &SourceText,
    text: &str,
    array: &RawValue,
    column: Option<&str>,
) -> Result<Vec<Expected>, Diagnostic> {
    let span = |value: &RawValue| -> Range<usize> {
        let start = value.get().as_ptr().addr().saturating_sub(text.as_ptr().addr());
        start..start + value.get().len()
    };
    let wrong = |value: &RawValue, message: &str| {
        file.spot(span(value))
            .error(Code::PopulationUnreadable, message, "this is none")
            .help("name the member that holds the ids like FILE#MEMBER where they are objects")
    };
    let elements: Vec<&RawValue> =
        serde_json::from_str(array.get()).map_err(|_| wrong(array, "a list of ids must be an array"))?;
    elements
        .into_iter()
        .map(|element| {
            let value = match column {
                None => element,
                Some(column) => serde_json::from_str::<BTreeMap<String, &RawValue>>(element.get())
                    .ok()
                    .and_then(|mut members| members.remove(column))
                    .ok_or_else(|| wrong(element, "this has no such member"))?,
            };
            let id: String =
                serde_json::from_str(value.get()).map_err(|_| wrong(value, "an id must be a text"))?;
            if id.is_empty() {
                return Err(wrong(value, "an id must not be empty"));
            }
            Ok(Expected { id, span: span(value) })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    /// A list: each of its ids, and what stands at its place.
    type Read = (Option<Operation>, Vec<(String, String)>);

    fn read_text(name: &str, text: &str, given: &str) -> Result<Vec<Read>, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        let mut given: Given = given.parse().unwrap();
        given.path = path;
        let shown = text.strip_prefix('\u{feff}').unwrap_or(text);
        read(&given)
            .map(|lists| {
                lists
                    .into_iter()
                    .map(|list| {
                        let entries = list.entries().iter();
                        let entries =
                            entries.map(|entry| (entry.id.clone(), shown[entry.span.clone()].to_owned()));
                        (list.operation, entries.collect())
                    })
                    .collect()
            })
            .map_err(|problem| {
                let place = problem.place.map_or_else(String::new, |place| {
                    format!("{}:{} ", place.start.line_1based, place.start.column_1based)
                });
                format!("{place}{}", problem.message)
            })
    }

    fn ids(result: &[Read]) -> Vec<&str> {
        result.iter().flat_map(|(_, entries)| entries.iter().map(|(id, _)| id.as_str())).collect()
    }

    #[test]
    fn a_text_has_an_identity_a_line() {
        let lists = read_text("l", "\u{feff}# all\ni-1\r\n\n  i-2 \ni-1\ncn/a b:1\n", "l").unwrap();
        assert_eq!(ids(&lists), ["i-1", "i-2", "cn/a b:1"], "each once");
        assert!(lists[0].1.iter().all(|(id, shown)| id == shown));
        assert_eq!(read_text("l", "# none\n", "l").unwrap_err().split(' ').next_back(), Some("resource"));
        assert!(read_text("l", "x", "l#id").unwrap_err().ends_with("has no columns"));
    }

    #[test]
    fn a_table_has_a_column_of_them() {
        let table = "Name,Id,x\nweb,i-1,1\n\"a,\nb\", i-2 ,2\n";
        let lists = read_text("l.csv", table, "ListInstanceCompliant=l.csv").unwrap();
        assert_eq!(lists[0].0, Some(Operation::ListInstanceCompliant));
        assert_eq!(lists[0].1, [("i-1", "i-1"), ("i-2", "i-2")].map(|(a, b)| (a.to_owned(), b.to_owned())));
        assert_eq!(ids(&read_text("l.CSV", table, "l#x").unwrap()), ["1", "2"]);
        assert_eq!(ids(&read_text("l.csv", "node\na\n", "l").unwrap()), ["a"], "the only one");
        assert_eq!(
            read_text("l.csv", table, "l#Nam").unwrap_err(),
            "1:1 there is no column `Nam`, did you mean `Name`?"
        );
        assert_eq!(read_text("l.csv", "a,b\n1,2\n", "l").unwrap_err(), "1:1 which column holds the ids?");
        assert_eq!(
            read_text("l.csv", "id,b\n1,2\n,3\n", "l").unwrap_err(),
            "3:1 this line names no resource"
        );
        assert!(read_text("l.csv", "id,b\n1\n", "l").unwrap_err().contains("this is no CSV"));
    }

    #[test]
    fn json_has_arrays_by_operation() {
        let lists = read_text(
            "l.json",
            "{\"ListPublishBatch\": [\"a\"], \"aws.ssm.GetPatchBaseline\": [\"b\\u0063\"]}",
            "l",
        )
        .unwrap();
        assert_eq!(
            lists.iter().map(|(operation, _)| operation.unwrap()).collect::<Vec<_>>(),
            [Operation::ListPublishBatch, Operation::GetPatchBaseline]
        );
        assert_eq!(lists[1].1, [("bc".to_owned(), "\"b\\u0063\"".to_owned())]);
        assert_eq!(ids(&read_text("l.json", " [\"a\", \"b\"]", "l").unwrap()), ["a", "b"]);
        assert_eq!(ids(&read_text("l.json", "[{\"id\": \"a\", \"x\": 1}]", "l#id").unwrap()), ["a"]);
        for (text, told) in [
            ("[\"a\", 5]", "1:7 an id must be a text"),
            ("[{\"i\": \"a\"}]", "1:2 an id must be a text"),
            (
                "{\"GetPatchBaselin\": []}",
                "1:3 unknown operation `GetPatchBaselin`, did you mean `GetPatchBaseline`?",
            ),
            ("{\"ListPublishBatch\": 5}", "1:22 a list of ids must be an array"),
            ("[\"\"]", "1:2 an id must not be empty"),
        ] {
            assert_eq!(read_text("l.json", text, "l").unwrap_err(), told, "{text}");
        }
        assert!(read_text("l.json", "[\"é\",", "l").unwrap_err().contains("this is no list of ids"));
        assert!(read_text("l.json", "[]", "l").unwrap_err().ends_with("lists no resource"));
    }

    #[test]
    fn a_list_is_given_with_operation_and_column() {
        let given = |text: &str| text.parse::<Given>();
        assert_eq!(
            given("aws.ssm.GetPatchBaseline=a/b.csv#id").unwrap(),
            Given {
                operation: Some(Operation::GetPatchBaseline),
                path: "a/b.csv".into(),
                column: Some("id".to_owned())
            }
        );
        assert_eq!(given("./a=b").unwrap().path, Path::new("./a=b"));
        assert!(given("GetPatchBaselin=a").unwrap_err().contains("did you mean"));
        assert!(given("=a").is_err() && given("a#").is_err() && given("").is_err());
    }
}
