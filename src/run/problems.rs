//! What is wrong with files and snapshots, in words.

use std::io;
use std::sync::Arc;

use super::log::Log;
use super::register::{Entry, Found};
use crate::discover::InputFile;
use crate::load::{SnapshotProblem, SplitError};
use crate::operation::Operation;
use crate::source::json::FaultKind;
use crate::source::{Code, Diagnostic, Place, Position};

/// What keeps pages from being a complete snapshot: `here` of the `stated` resources are there, in these files.
pub(super) fn page_problem(
    problem: &SnapshotProblem,
    operation: Operation,
    here: u64,
    stated: Option<u64>,
    files: &[&str],
    pages: usize,
) -> Diagnostic {
    let what = operation.resources_in_words();
    let total = stated.unwrap_or_default();
    let among = if files.len() > 1 { format!(" in {} files", files.len()) } else { String::new() };
    let save_all = "save every page of the answer; to judge what is here, say --allow-incomplete";
    match problem {
        SnapshotProblem::Missing { pages } => {
            let mut message = format!("{here} of {total} {what} are here{among}");
            let list: Vec<String> = pages
                .iter()
                .map(|run| match (run.start(), run.end()) {
                    (first, last) if first == last => first.to_string(),
                    (first, last) => format!("{first} to {last}"),
                })
                .collect();
            match pages.as_slice() {
                [] => message.push_str(&format!(", {} are missing", total.saturating_sub(here))),
                [run] if run.start() == run.end() => {
                    message.push_str(&format!(", page {} is missing", list.join("")));
                }
                _ => message.push_str(&format!(", pages {} are missing", list.join(", "))),
            }
            Diagnostic::error(Code::PayloadIncomplete, message).help(save_all)
        }
        SnapshotProblem::TokenLeft => {
            let message = format!("{here} {what} are here{among}, and a further page is named that is not");
            Diagnostic::error(Code::PayloadIncomplete, message).help(format!(
                "{save_all}; pages in several files must be numbered (page-1.json, page-2.json), or put them \
                 into one file"
            ))
        }
        SnapshotProblem::GapInSeries => {
            let message = format!("the numbered pages of this answer have a gap: {}", files.join(", "));
            Diagnostic::error(Code::PayloadIncomplete, message).help(save_all)
        }
        SnapshotProblem::TooMany => {
            let message = format!("{total} {what} are stated, but {here} are here{among}");
            Diagnostic::error(Code::PayloadInconsistent, message).help(if pages == 1 {
                "the answer contradicts itself: save it again, unedited"
            } else {
                "pages of different calls are mixed: give each call a folder of its own"
            })
        }
        SnapshotProblem::SamePageTwice(number) => {
            let message = format!("page {number} of this answer is here twice{among}");
            Diagnostic::error(Code::PayloadInconsistent, message)
                .help("pages of different calls are mixed: give each call a folder of its own")
        }
    }
}

/// Tells of resources that stand twice in `files`.
pub(super) fn duplicate_problems(operation: Operation, found: &Found, files: &[InputFile], log: &mut Log) {
    for (first, second) in &found.first_different {
        log.push_with(Code::PayloadDuplicate, || {
            let first = at(seen_place(first, files).as_ref());
            let message = format!("the same resource stands here and at {first}, with other content");
            Diagnostic::error(Code::PayloadDuplicate, message)
                .placed(seen_place(second, files))
                .help("the answer changed while its pages were saved: save all of them again")
        });
    }
    log.count(Code::PayloadDuplicate, found.different - found.first_different.len() as u64);
    if let Some((first, second)) = &found.first_repeated {
        let what = operation.resources_in_words();
        let message = format!(
            "{} {what} stand twice with the same content, first this one, also at {}",
            found.repeated,
            at(seen_place(first, files).as_ref())
        );
        log.push(
            Diagnostic::warning(Code::PayloadRepeated, message)
                .placed(seen_place(second, files))
                .help("pages overlap; each is judged where it stands"),
        );
    }
}

pub(super) fn unregistered(error: &io::Error) -> Diagnostic {
    let message = format!("resources that stand twice cannot be found: {error}");
    Diagnostic::error(Code::InputUnreadable, message)
        .help("so many resources take room in the folder for temporary files: make some, or set TMPDIR to another folder")
}

fn seen_place(entry: &Entry, files: &[InputFile]) -> Option<Place> {
    let file = files.get(usize::try_from(entry.file).ok()?)?;
    let start = entry.seen.position;
    Some(Place { file: Arc::clone(&file.name), start, end_byte: start.byte })
}

fn at(place: Option<&Place>) -> String {
    place.map_or_else(String::new, |place| {
        format!("`{}` line {} column {}", place.file, place.start.line_1based, place.start.column_1based)
    })
}

impl Diagnostic {
    fn placed(self, place: Option<Place>) -> Self {
        match place {
            Some(place) => self.at(place),
            None => self,
        }
    }
}

pub(super) fn split_problem(file: &InputFile, error: SplitError) -> Diagnostic {
    let at =
        |position: Position| Place { file: Arc::clone(&file.name), start: position, end_byte: position.byte };
    match error {
        SplitError::Io(error) if error.kind() == std::io::ErrorKind::FileTooLarge => {
            Diagnostic::error(Code::InputTooLarge, format!("`{}` is too large: {error}", file.name))
                .help("raise the limit if the file is meant to be that large")
        }
        SplitError::Io(error) => {
            Diagnostic::error(Code::InputUnreadable, format!("cannot read `{}`: {error}", file.name))
        }
        SplitError::TooLarge { at: position } => {
            Diagnostic::error(Code::InputTooLarge, error.to_string()).at(at(position)).help(
                "a payload is read resource by resource, but each must fit into memory, and so must all that is \
                 no resource: split the file",
            )
        }
        SplitError::Fault { at: position, kind } => {
            let mut message = kind.to_string();
            if let FaultKind::DuplicateKey { first, .. } = &kind {
                message.push_str(&format!(" (first at byte {first})"));
            }
            let problem = Diagnostic::error(Code::PayloadMalformed, message).at(at(position));
            match super::text::fault_words(&kind).1 {
                Some(help) => problem.help(help),
                None => problem,
            }
        }
        SplitError::ByteOrderMark => {
            Diagnostic::error(Code::PayloadMalformed, "the file begins with a byte order mark")
                .at(at(Position::START))
                .help("save the file as UTF-8 without one: in PowerShell with `-Encoding utf8NoBOM`")
        }
        SplitError::Utf16 => Diagnostic::error(Code::PayloadMalformed, "the file is UTF-16")
            .at(at(Position::START))
            .help("save the file as UTF-8: in PowerShell with `-Encoding utf8NoBOM`"),
        SplitError::Stopped => Diagnostic::error(Code::InputUnreadable, "the run was stopped"),
    }
}
