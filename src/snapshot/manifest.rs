//! Reading a manifest: what it says, checked, and where it says so.

use std::fs::File;
use std::io::{self, Read as _};
use std::ops::Range;
use std::path::{Component, Path};
use std::sync::Arc;

use chrono::{DateTime, SecondsFormat, Utc};

use super::{FILE_NAME, KindV1, PageV1, SCHEMA, SnapshotV1};
use crate::operation::Operation;
use crate::source::json::{JsonPath, Outline, Segment, check, locate};
use crate::source::{Code, Diagnostic, SourceText, Spot, printable};
use crate::suggest;

/// How the names of all versions of the format begin.
const FAMILY: &str = "probity.snapshot/";
/// Bytes of a file that are looked at to tell whether it is a manifest: its `schema` stands first.
const HEAD_BYTES: u64 = 64 << 10;
/// Largest manifest that is read: some hundred thousand pages.
const MAX_BYTES: u64 = 64 << 20;
/// Problems of one manifest that are told; the rest is counted.
const MAX_PROBLEMS: usize = 20;

/// A manifest whose parts fit together.
#[derive(Debug)]
pub struct Manifest {
    text: SourceText,
    /// What it says.
    pub content: SnapshotV1,
    /// The operation whose resources its pages hold; `None` where they are not to be judged.
    pub operation: Option<Operation>,
    /// Where each page comes from.
    captures: Vec<Arc<Capture>>,
}

/// Where a page comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capture {
    /// The region that the call was made for.
    pub region: Option<String>,
    /// The account that it was made in.
    pub account: Option<String>,
    /// When the page was received.
    pub at: DateTime<Utc>,
    /// The same as rules see it: RFC 3339 in UTC.
    pub at_text: Arc<str>,
}

impl Manifest {
    /// Reads the file at `path`, which reports call `name`. `None` where it is no manifest, but perhaps a payload.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with a manifest, or why nobody can tell whether the file is one.
    pub fn read(path: &Path, name: &str) -> Result<Option<Self>, Vec<Diagnostic>> {
        let bytes = match manifest_bytes(path) {
            Ok(Some(bytes)) => bytes,
            Ok(None) => return Ok(None),
            Err(error) => {
                let message = format!("cannot read the manifest `{name}`: {error}");
                return Err(vec![unreadable(message)]);
            }
        };
        Self::parse(&SourceText::new(name, bytes))
    }

    /// Reads a text.
    fn parse(kept: &SourceText) -> Result<Option<Self>, Vec<Diagnostic>> {
        let text = kept.utf8().map_err(|spot| {
            vec![spot.error(Code::SnapshotUnreadable, "the manifest is no UTF-8", "not UTF-8").help(HELP)]
        })?;
        if let Err(fault) = check(text, 0) {
            if !is_named_before(text) {
                return Ok(None);
            }
            let message = format!("the manifest is no well-formed JSON: {}", fault.kind);
            return Err(vec![problem(kept, fault.span, message, "here")]);
        }
        let outline = Outline::new(text);
        let schema = outline.root().and_then(|root| outline.member(root, "schema"));
        let Some(schema) = schema else { return Ok(None) };
        let named: String = serde_json::from_str(outline.text(schema)).unwrap_or_default();
        if !named.starts_with(FAMILY) {
            return Ok(None);
        }
        if named != SCHEMA {
            let message = format!("`{}` is no version of a manifest that is read", printable(&named));
            let told = problem(kept, outline.span(schema), message, "this version");
            return Err(vec![
                told.help(format!("this program reads `{SCHEMA}`: use another one, or fetch again")),
            ]);
        }
        let content: SnapshotV1 =
            serde_json::from_str(text).map_err(|error| vec![misshapen(kept, text, &error)])?;
        let mut reader = Reader { kept, text, problems: Vec::new(), more: 0 };
        let operation = reader.operation(&content);
        let captures = reader.pages(&content);
        reader.ending(&content);
        reader.finish()?;
        Ok(Some(Self { text: kept.clone(), content, operation, captures }))
    }

    /// Its display name.
    pub const fn name(&self) -> &Arc<str> {
        self.text.name()
    }

    /// Where a page comes from.
    pub fn capture(&self, page: usize) -> Option<&Arc<Capture>> {
        self.captures.get(page)
    }

    /// Where it says something, or where the nearest thing around that stands.
    pub fn spot(&self, path: &JsonPath) -> Spot {
        let text = self.text.utf8().unwrap_or_default();
        self.text.spot(locate(text, path).span)
    }
}

/// The path of a member of a page.
pub fn page_path(page: usize, member: &str) -> JsonPath {
    let steps = [Segment::Key("pages".to_owned()), Segment::Index(page), Segment::Key(member.to_owned())];
    steps.into_iter().collect()
}

/// The path of members within each other.
pub fn path_of(members: &[&str]) -> JsonPath {
    members.iter().map(|member| Segment::Key((*member).to_owned())).collect()
}

/// The bytes of a file, if it may be a manifest.
fn manifest_bytes(path: &Path) -> io::Result<Option<Vec<u8>>> {
    let mut file = File::open(path)?;
    let mut bytes = Vec::new();
    file.by_ref().take(HEAD_BYTES).read_to_end(&mut bytes)?;
    if memchr::memmem::find(&bytes, FAMILY.as_bytes()).is_none() {
        return Ok(None);
    }
    file.take(MAX_BYTES).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(io::Error::other(format!("it is larger than {MAX_BYTES} bytes")));
    }
    Ok(Some(bytes))
}

/// Whether a text that is not well-formed names the format as its own.
fn is_named_before(text: &str) -> bool {
    let before = |at: usize| text.get(..at).unwrap_or_default().trim_end_matches('"').trim_end();
    text.match_indices(FAMILY).any(|(at, _)| {
        let colon = before(at).strip_suffix(':');
        colon.is_some_and(|name| name.trim_end().ends_with("\"schema\""))
    })
}

fn unreadable(message: impl Into<String>) -> Diagnostic {
    Diagnostic::error(Code::SnapshotUnreadable, message).help(HELP)
}

const HELP: &str = "nothing in its folder is judged: fetch again, or restore it as it was written";

fn problem(
    kept: &SourceText,
    span: Range<usize>,
    message: impl Into<String>,
    label: impl Into<String>,
) -> Diagnostic {
    kept.spot(span).error(Code::SnapshotUnreadable, message, label).help(HELP)
}

/// What a parser says of well-formed text that is no manifest.
fn misshapen(kept: &SourceText, text: &str, error: &serde_json::Error) -> Diagnostic {
    let before: usize = text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
    let at = before + error.column().saturating_sub(1);
    let told = error.to_string();
    let told = told.rsplit_once(" at line ").map_or(told.as_str(), |(told, _)| told);
    let mut told = printable(told).into_owned();
    for (name, words) in [
        ("struct SnapshotV1", "an object"),
        ("struct PageV1", "an object"),
        ("struct FailureV1", "an object"),
        ("expected u64", "expected a whole number"),
        ("expected u16", "expected a whole number below 65536"),
        ("expected a map", "expected an object"),
        ("expected a sequence", "expected a list"),
        ("invalid type: map", "invalid type: an object"),
        ("invalid type: sequence", "invalid type: a list"),
    ] {
        told = told.replace(name, words);
    }
    problem(kept, at..at, format!("the manifest is not as it must be: {told}"), "up to here")
}

/// Checks what a manifest says.
struct Reader<'t> {
    kept: &'t SourceText,
    text: &'t str,
    problems: Vec<Diagnostic>,
    more: usize,
}

impl Reader<'_> {
    fn tell(&mut self, path: &JsonPath, message: impl Into<String>, label: &str) {
        if self.problems.len() < MAX_PROBLEMS {
            let span = locate(self.text, path).span;
            self.problems.push(problem(self.kept, span, message, label));
        } else {
            self.more += 1;
        }
    }

    fn finish(mut self) -> Result<(), Vec<Diagnostic>> {
        if self.more > 0 {
            self.problems.push(unreadable(format!("{} more of these in `{}`", self.more, self.kept.name())));
        }
        if self.problems.is_empty() { Ok(()) } else { Err(self.problems) }
    }

    /// The operation that is judged.
    fn operation(&mut self, content: &SnapshotV1) -> Option<Operation> {
        if content.kind == KindV1::Listing {
            return None;
        }
        let known = Operation::ALL.into_iter().find(|operation| operation.id() == content.operation);
        if known.is_none() {
            let ids = Operation::ALL.map(Operation::id);
            let near = suggest::did_you_mean(suggest::nearest(&content.operation, ids));
            let message = format!("`{}` is no operation that is judged{near}", printable(&content.operation));
            self.tell(&path_of(&["operation"]), message, "this operation");
        }
        known
    }

    /// Where each page comes from.
    fn pages(&mut self, content: &SnapshotV1) -> Vec<Arc<Capture>> {
        for (member, time) in [("started_at", &content.started_at), ("finished_at", &content.finished_at)] {
            self.time(&path_of(&[member]), time);
        }
        let mut names: Vec<&str> = Vec::new();
        let mut captures = Vec::new();
        for (index, page) in content.pages.iter().enumerate() {
            let at = self.page(page, &|member| page_path(index, member));
            names.push(&page.file);
            captures.extend(at.map(|at| {
                let text = at.to_rfc3339_opts(SecondsFormat::AutoSi, true);
                let (region, account) = (content.region.clone(), content.account.clone());
                Arc::new(Capture { region, account, at, at_text: Arc::from(text) })
            }));
        }
        if let Some(page) = content.failure.as_ref().and_then(|failure| failure.page.as_ref()) {
            self.page(page, &|member| path_of(&["failure", "page", member]));
            names.push(&page.file);
        }
        names.sort_unstable();
        let twice: Vec<&str> = names
            .windows(2)
            .filter_map(|pair| match pair {
                [a, b] if a == b => Some(*a),
                _ => None,
            })
            .collect();
        for name in twice {
            let message = format!("the file `{}` is named twice", printable(name));
            self.tell(&path_of(&["pages"]), message, "among these");
        }
        captures
    }

    /// Checks a page, and gives the time that it was received at.
    fn page(&mut self, page: &PageV1, path: &dyn Fn(&str) -> JsonPath) -> Option<DateTime<Utc>> {
        if !is_plain_name(&page.file) {
            let message = format!("`{}` is no plain name of a page", printable(&page.file));
            self.tell(&path("file"), message, "a file beside the manifest must be named");
        }
        if page.sha256.len() != 64 || !page.sha256.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            self.tell(&path("sha256"), "a SHA-256 has 64 hexadecimal digits", "this has not");
        }
        self.time(&path("received_at"), &page.received_at)
    }

    fn time(&mut self, path: &JsonPath, text: &str) -> Option<DateTime<Utc>> {
        let time = DateTime::parse_from_rfc3339(text).ok().map(|time| time.to_utc());
        // Beyond these years ages cannot be told.
        let time = time.filter(|time| time.timestamp_nanos_opt().is_some());
        if time.is_none() {
            self.tell(path, format!("`{}` is no time of RFC 3339", printable(text)), "no time");
        }
        time
    }

    /// Whether what it says of its end fits together.
    fn ending(&mut self, content: &SnapshotV1) {
        if !content.complete {
            return;
        }
        let contradiction = if content.pages.is_empty() {
            "names no page"
        } else if content.failure.is_some() {
            "tells of a failure"
        } else if content.reason.is_some() {
            "tells why it is not"
        } else {
            return;
        };
        let message = format!("the manifest says that it is complete, but {contradiction}");
        self.tell(&path_of(&["complete"]), message, "said here");
    }
}

/// Whether a name can only be that of a file in the same folder, on any system.
fn is_plain_name(name: &str) -> bool {
    let mut parts = Path::new(name).components();
    let is_single =
        matches!((parts.next(), parts.next()), (Some(Component::Normal(part)), None) if part == name);
    is_single && name != FILE_NAME && !name.contains(['/', '\\', ':']) && !name.chars().any(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Option<Manifest>, Vec<String>> {
        Manifest::parse(&SourceText::new("f", text)).map_err(|problems| {
            problems
                .into_iter()
                .map(|problem| {
                    let start = problem.place.unwrap().start;
                    format!("{}:{} {}", start.line_1based, start.column_1based, problem.message)
                })
                .collect()
        })
    }

    fn manifest(change: impl FnOnce(&mut serde_json::Value)) -> String {
        let mut value = serde_json::json!({
            "schema": SCHEMA, "tool": "t", "kind": "snapshot", "operation": "aws.ssm.GetPatchBaseline",
            "endpoint": "https://x", "region": "eu-west-1", "account": null, "parameters": {},
            "started_at": "2026-11-26T14:30:00Z", "finished_at": "2026-11-26T14:30:01Z",
            "pages": [{
                "file": "page-0001.json", "sha256": "0".repeat(64), "bytes": 2, "status": 200,
                "request_id": null, "received_at": "2026-11-26T15:30:00.5+01:00",
            }],
            "stated_total": null, "resources": 1, "complete": true, "reason": null, "failure": null,
        });
        change(&mut value);
        value.to_string()
    }

    fn told(change: impl FnOnce(&mut serde_json::Value)) -> Vec<String> {
        let told = parse(&manifest(change)).unwrap_err();
        told.into_iter().map(|problem| problem.split_once(' ').unwrap().1.to_owned()).collect()
    }

    #[test]
    fn a_manifest_tells_where_its_pages_come_from() {
        let read = parse(&manifest(|_| ())).unwrap().unwrap();
        assert_eq!(read.operation, Some(Operation::GetPatchBaseline));
        let capture = read.capture(0).unwrap();
        assert_eq!((capture.region.as_deref(), capture.account.as_deref()), (Some("eu-west-1"), None));
        assert_eq!(&*capture.at_text, "2026-11-26T14:30:00.500Z");
    }

    #[test]
    fn what_does_not_name_the_format_is_no_manifest() {
        for text in [
            "{}",
            "[]",
            "1",
            "",
            "{\"a\": \"probity.snapshot/v1\"}",
            "{\"a\": \"probity.snapshot/v1",
            "{\"schema\": 1}",
            "{\"schema\": \"probity.run/v1\"}",
            "[{\"schema\": \"probity.snapshot/v1\"}]",
            "{\"a\": {\"schema\": \"probity.snapshot/v1\"}}",
        ] {
            assert!(parse(text).unwrap().is_none(), "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        let told = |text: &str| parse(text).unwrap_err();
        assert_eq!(
            told("{\n \"schema\" : \"probity.snapshot/v2\"}"),
            ["2:13 `probity.snapshot/v2` is no version of a manifest that is read"]
        );
        assert_eq!(
            told("\u{feff}{\"schema\": \"probity.snapshot/v2\"}"),
            ["1:12 `probity.snapshot/v2` is no version of a manifest that is read"]
        );
        assert_eq!(
            told("{\"schema\": \"probity.snapshot/v1\",\n"),
            ["2:1 the manifest is no well-formed JSON: the text ends in the middle of a value"]
        );
        assert_eq!(
            told("{\"schema\": \"probity.snapshot/v1\",\n \"pages\": 1}"),
            ["2:11 the manifest is not as it must be: invalid type: integer `1`, expected a list"]
        );
    }

    #[test]
    fn everything_is_told_at_once() {
        assert_eq!(
            told(|value| {
                value["operation"] = "aws.ssm.GetPatchBaselin".into();
                value["finished_at"] = "now".into();
                let page = &mut value["pages"][0];
                page["sha256"] = "0".into();
                page["received_at"] = "2026-11-26".into();
            }),
            [
                "`aws.ssm.GetPatchBaselin` is no operation that is judged, did you mean `aws.ssm.GetPatchBaseline`?",
                "`now` is no time of RFC 3339",
                "a SHA-256 has 64 hexadecimal digits",
                "`2026-11-26` is no time of RFC 3339",
            ]
        );
        let complete = "the manifest says that it is complete, but ";
        assert_eq!(
            told(|value| value["pages"] = serde_json::json!([])),
            [format!("{complete}names no page")]
        );
        assert_eq!(told(|value| value["reason"] = "cut".into()), [format!("{complete}tells why it is not")]);
        assert_eq!(
            told(|value| {
                let page = value["pages"][0].clone();
                value["pages"].as_array_mut().unwrap().push(page);
            }),
            ["the file `page-0001.json` is named twice"]
        );
    }

    #[test]
    fn a_page_is_a_plain_name() {
        for name in ["page-0001.json", "é 1.json", "..json", "a..b"] {
            assert!(is_plain_name(name), "{name}");
        }
        for name in
            ["", ".", "..", "/a", "a/b", "a/", "./a", "../a", "a\\b", "C:a", "a\0b", "a\nb", "snapshot.json"]
        {
            assert!(!is_plain_name(name), "{name}");
        }
    }
}
