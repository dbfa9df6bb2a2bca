//! What manifests say of the calls whose pages were judged.

use crate::load::Page;
use crate::settings::LoadSettings;
use crate::snapshot::{Evidence, FailureV1, path_of};
use crate::source::{Code, Diagnostic, Level, Place, Position, printable};

/// What there is to say about a call, of which so many pages were among the inputs. Where the user allows it, missing pages
/// are warnings, but a call that gave none at all never is, and what a listing lacks was never asked for.
pub(super) fn problems(evidence: &Evidence, named: usize, load: &LoadSettings) -> Vec<Diagnostic> {
    let content = &evidence.manifest.content;
    let mut problems = Vec::new();
    if let Some(failure) = &content.failure
        && failure.is_answer()
    {
        problems.push(answer(evidence, failure));
    }
    // What a failed call is told of already is that nothing came.
    if !content.complete && (problems.is_empty() || !content.pages.is_empty()) {
        problems.push(incomplete(evidence));
    }
    if evidence.is_judged() {
        problems.extend(partial(evidence, named));
    } else if content.complete && content.resources == 0 {
        problems.push(empty(evidence, load.allow_empty));
    }
    if load.allow_incomplete && named > 0 {
        for problem in &mut problems {
            problem.level = Level::Warning;
        }
    }
    problems
}

/// Pages that hold another number of resources than the manifest says.
pub(super) fn miscounted(evidence: &Evidence, held: u64) -> Diagnostic {
    let stated = evidence.manifest.content.resources;
    let message = format!("the manifest was changed: it says {stated} resources, but its pages hold {held}");
    let spot = evidence.manifest.spot(&path_of(&["resources"]));
    spot.error(Code::SnapshotTampered, message, "said here")
        .help("this is not what was received: restore the folder as it was written, or fetch again")
}

/// A page that answers another call than its manifest says.
pub(super) fn of_another(page: &Page, evidence: &Evidence) -> Option<Diagnostic> {
    let stated = evidence.manifest.operation?;
    if page.operation == stated {
        return None;
    }
    let message = format!("this answers `{}`, but its manifest says `{stated}`", page.operation);
    Some(
        Diagnostic::error(Code::PayloadInconsistent, message)
            .at(page.place.clone())
            .help("the manifest was edited, or written by another program: fetch again"),
    )
}

impl FailureV1 {
    /// Whether the service answered, if only with an error.
    const fn is_answer(&self) -> bool {
        self.code.is_some() || self.status.is_some() || self.page.is_some()
    }

    /// All that is known of it, in a sentence.
    fn in_words(&self, operation: &str) -> String {
        let mut words = format!("the call of `{}` failed: ", printable(operation));
        if let Some(code) = &self.code {
            words.push_str(&format!("`{}`: ", printable(code)));
        }
        words.push_str(&printable(&self.message));
        let status = self.status.map(|status| format!("HTTP {status}"));
        let request = self.request_id.as_ref().map(|id| format!("request {}", printable(id)));
        let beside: Vec<String> = status.into_iter().chain(request).collect();
        if !beside.is_empty() {
            words.push_str(&format!(" ({})", beside.join(", ")));
        }
        words
    }
}

/// An error answer, at its file where that was kept.
fn answer(evidence: &Evidence, failure: &FailureV1) -> Diagnostic {
    let message = failure.in_words(&evidence.manifest.content.operation);
    let spot = evidence.manifest.spot(&path_of(&["failure"]));
    let diagnostic = match &failure.page {
        None => spot.error(Code::PayloadErrorBody, message, "told here"),
        Some(page) => {
            let manifest = evidence.manifest.name();
            let folder = manifest.rsplit_once('/').map_or("", |(folder, _)| folder);
            let separator = if folder.is_empty() && !manifest.starts_with('/') { "" } else { "/" };
            let file = format!("{folder}{separator}{}", printable(&page.file));
            let place = Place { file: file.into(), start: Position::START, end_byte: page.bytes };
            Diagnostic::error(Code::PayloadErrorBody, message).at(place)
        }
    };
    let help = failure.help.as_deref().map_or_else(
        || "the call failed when it was made: mend the cause, and fetch again".to_owned(),
        |help| printable(help).into_owned(),
    );
    diagnostic.help(help)
}

fn incomplete(evidence: &Evidence) -> Diagnostic {
    let content = &evidence.manifest.content;
    let reason = content
        .reason
        .as_deref()
        .map_or_else(|| "the manifest does not say why".into(), |reason| printable(reason).into_owned());
    let pages = match content.pages.len() {
        0 => "no page".to_owned(),
        1 => "1 page".to_owned(),
        count => format!("{count} pages"),
    };
    let kind = if evidence.is_judged() { "this snapshot" } else { "this listing" };
    let message = format!("{kind} is incomplete, {pages} came: {reason}");
    let spot = evidence.manifest.spot(&path_of(&["complete"]));
    let help = content.failure.as_ref().and_then(|failure| failure.help.as_deref());
    let help = help.map_or_else(|| "fetch again".to_owned(), |help| printable(help).into_owned());
    spot.error(Code::PayloadIncomplete, message, "said here").help(help)
}

/// A listing that names nothing, so that nothing was fetched for it.
fn empty(evidence: &Evidence, allowed: bool) -> Diagnostic {
    let content = &evidence.manifest.content;
    let region =
        content.region.as_ref().map_or_else(String::new, |region| format!(" in `{}`", printable(region)));
    let message =
        format!("`{}` lists nothing{region}, and nothing was fetched for it", printable(&content.operation));
    let spot = evidence.manifest.spot(&path_of(&["resources"]));
    let mut problem = spot.error(Code::PayloadEmpty, message, "said here");
    if allowed {
        problem.level = Level::Warning;
        problem
    } else {
        problem.help("nothing was judged here; if that is right, say --allow-empty")
    }
}

/// Pages that are there, but not among the inputs.
fn partial(evidence: &Evidence, named: usize) -> Option<Diagnostic> {
    // Where none is, what was named instead was told to be no page.
    if named == 0 || named >= evidence.pages().count() {
        return None;
    }
    let of = evidence.manifest.content.pages.len();
    let message = format!("{named} of {of} pages of this snapshot are among the inputs");
    let spot = evidence.manifest.spot(&path_of(&["pages"]));
    Some(
        spot.error(Code::PayloadIncomplete, message, "all of these belong to it")
            .help("name the folder, or its snapshot.json"),
    )
}
