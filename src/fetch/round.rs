//! All calls of one target.

use std::collections::HashSet;
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::caller::{Caller, Ended};
use super::calls::{Call, DESCRIBE_PATCH_BASELINES, Parameters, Role, instance_ids};
use super::collect::{Collected, Evidence, Options, Paces};
use super::evidence::{Folder, timestamp};
use super::failure::{Failure, Kind};
use super::pages::{Pager, Verdict};
use super::party::Party;
use super::progress::{Event, Sink};
use super::target::{Plan, Target};
use super::transport::Transport;
use crate::snapshot::{FailureV1, SCHEMA, SnapshotV1};
use crate::source::{Code, Diagnostic, printable};

/// Most ids that a message names.
const MAX_NAMED: usize = 5;
/// How often a call is made from the beginning because its answer changed meanwhile.
const MAX_READINGS: u32 = 2;

/// A target, while it is called.
pub(super) struct Round<'r> {
    pub(super) index: usize,
    pub(super) target: &'r Target,
    pub(super) options: &'r Options<'r>,
    pub(super) party: &'r Party<'r>,
    pub(super) paces: &'r Paces,
    pub(super) transport: &'r dyn Transport,
    pub(super) sink: &'r dyn Sink,
}

/// One call of it.
struct Made {
    collected: Collected,
    /// Ids of the resources, where they have one each.
    ids: Vec<String>,
    /// Why it ended, where it failed.
    failure: Option<Kind>,
}

/// How a call ended.
enum End {
    Complete,
    Incomplete(String),
    Failed(Box<Ended>),
}

impl Round<'_> {
    /// Makes all calls.
    pub(super) fn run(&self) -> Vec<Collected> {
        match &self.target.plan {
            Plan::Each(sets) => self.each(self.target.call, sets, Progress::default()),
            Plan::Baselines(parameters) => {
                let mut progress = Progress::default();
                let listing = self.make(&DESCRIBE_PATCH_BASELINES, parameters, &mut progress);
                let mut collected = vec![listing.collected];
                // Where a page came twice, so did its baselines.
                let mut seen = HashSet::new();
                let ids = listing.ids.iter().filter(|id| seen.insert(id.as_str()));
                let sets: Vec<Parameters> =
                    ids.map(|id| Parameters::from([("BaselineId", Value::from(id.as_str()))])).collect();
                if listing.failure.is_none_or(|kind| !concerns_others(kind)) {
                    let progress = Progress { total: Some(sets.len() as u64), ..progress };
                    collected.extend(self.each(self.target.call, &sets, progress));
                }
                collected
            }
        }
    }

    fn each(&self, call: &'static Call, sets: &[Parameters], mut progress: Progress) -> Vec<Collected> {
        let mut all = Vec::new();
        for (index, parameters) in sets.iter().enumerate() {
            let made = self.make(call, parameters, &mut progress);
            all.push(made.collected);
            let left = sets.len() - index - 1;
            if let Some(kind) = made.failure.filter(|kind| left > 0 && concerns_others(*kind)) {
                let message = format!(
                    "{left} more {} of {} {} not made",
                    if left == 1 { "call" } else { "calls" },
                    self.target.in_words(call),
                    if left == 1 { "was" } else { "were" },
                );
                let diagnostic =
                    Diagnostic::error(kind.code(), message).help("they would have failed likewise");
                all.push(Collected::nothing(self.index, diagnostic));
                break;
            }
        }
        all
    }

    fn make(&self, call: &'static Call, parameters: &Parameters, progress: &mut Progress) -> Made {
        let clock = self.options.clock;
        let what = self.target.in_words(call);
        let nothing = |diagnostic: Diagnostic, kind: Option<Kind>| Made {
            collected: Collected::nothing(self.index, diagnostic),
            ids: Vec::new(),
            failure: kind,
        };
        if clock.is_stopped() {
            let failure = Failure::on_the_way(&super::transport::TransportError::Interrupted);
            let diagnostic =
                Diagnostic::error(Code::FetchInterrupted, format!("{what} was not called: interrupted"));
            return nothing(diagnostic.help("fetch again"), Some(failure.kind));
        }
        let Some(pace) = self.paces.get(call.id) else {
            let message = format!("{what} was not called: its pace is not known");
            return nothing(Diagnostic::error(Code::InternalDefect, message), None);
        };
        let started = clock.now();
        let folder = Folder::create(&self.options.out, call.id, self.target.region.as_deref(), started);
        let mut folder = match folder {
            Ok(folder) => folder,
            Err(error) => return nothing(self.unwritable(&error), None),
        };
        let caller = Caller {
            call,
            endpoint: &self.target.endpoint,
            region: self.target.region.as_deref(),
            party: self.party,
            pace,
            transport: self.transport,
            clock,
            seed: self.options.seed,
        };
        let parameters = sized(call, parameters);
        let mut reading = Reading { pager: Pager::new(call), ids: Vec::new(), diagnostics: Vec::new() };
        let written = self.read(&caller, &parameters, &mut folder, &mut reading, progress).and_then(|end| {
            let ids = std::mem::take(&mut reading.ids);
            self.close(&caller, &parameters, folder, reading, end, started, &ids)
                .map(|(collected, failure)| Made { collected, ids, failure })
        });
        written.unwrap_or_else(|error| nothing(self.unwritable(&error), None))
    }

    /// Reads all pages. Where the answer changes meanwhile, once more from the beginning.
    fn read(
        &self,
        caller: &Caller<'_>,
        parameters: &Parameters,
        folder: &mut Folder,
        reading: &mut Reading,
        progress: &mut Progress,
    ) -> std::io::Result<End> {
        let mut readings = 1;
        let before = *progress;
        loop {
            let mut chosen = parameters.clone();
            reading.pager.choose(&mut chosen);
            let mut again = |why: &str, wait: Duration| {
                self.sink.tell(self.index, self.target, Event::Again { why, wait });
            };
            let received = match caller.page(&chosen, &mut again) {
                Ok(received) => received,
                Err(ended) => return Ok(End::Failed(ended)),
            };
            folder.page(&received.body, received.facts)?;
            reading.ids.extend(received.reading.ids.iter().cloned());
            let verdict = reading.pager.take(received.reading);
            progress.pages = before.pages + folder.pages().len() as u64;
            if caller.call.kind == self.target.call.kind {
                progress.resources = before.resources + reading.pager.rows();
            }
            self.sink.tell(
                self.index,
                self.target,
                Event::Page {
                    pages: progress.pages,
                    resources: progress.resources,
                    total: before.total.or_else(|| reading.pager.total()),
                },
            );
            match verdict {
                Verdict::More => {}
                Verdict::Complete => return Ok(End::Complete),
                Verdict::Incomplete(reason) => return Ok(End::Incomplete(reason)),
                Verdict::Changed(reason) if readings < MAX_READINGS => {
                    readings += 1;
                    let message = format!(
                        "{} was read from the beginning again: {reason}",
                        self.target.in_words(caller.call)
                    );
                    reading.diagnostics.push(Diagnostic::warning(Code::FetchChanged, message).help(
                        "resources came or went meanwhile; the pages of the first reading are not kept",
                    ));
                    folder.restart()?;
                    reading.pager = Pager::new(caller.call);
                    reading.ids.clear();
                }
                Verdict::Changed(reason) => {
                    return Ok(End::Incomplete(format!("{reason}, in two readings")));
                }
            }
        }
    }

    /// Writes what is left: the error answer and the manifest.
    #[expect(clippy::too_many_arguments, reason = "all that is known of a call when it ends")]
    fn close(
        &self,
        caller: &Caller<'_>,
        parameters: &Parameters,
        mut folder: Folder,
        reading: Reading,
        end: End,
        started: DateTime<Utc>,
        ids: &[String],
    ) -> std::io::Result<(Collected, Option<Kind>)> {
        let Reading { pager, mut diagnostics, .. } = reading;
        let call = caller.call;
        let what = self.target.in_words(call);
        let mut kind = None;
        let mut failed = None;
        let reason =
            match end {
                End::Complete => None,
                End::Incomplete(reason) => {
                    let message = format!("{what} is incomplete: {reason}");
                    diagnostics.push(Diagnostic::error(Code::FetchIncomplete, message).help(
                        "fetch again; what was collected is kept, and does not count as the whole answer",
                    ));
                    Some(reason)
                }
                End::Failed(ended) => {
                    let Ended { failure, answer } = *ended;
                    let page = match answer {
                        Some((body, facts)) => Some(folder.error(&body, facts)?),
                        None => None,
                    };
                    let words = failure.in_words();
                    let help = failure.help(call);
                    kind = Some(failure.kind);
                    let message = if failure.kind == Kind::Interrupted {
                        format!("{what} was interrupted")
                    } else {
                        format!("{what} failed: {words}")
                    };
                    diagnostics.push(Diagnostic::error(failure.kind.code(), message).help(help.clone()));
                    let reason = match failure.kind {
                        Kind::Interrupted => "it was interrupted".to_owned(),
                        _ => format!("a request failed: {words}"),
                    };
                    failed = Some(FailureV1 {
                        code: failure.code,
                        message: failure.message,
                        status: failure.status,
                        request_id: failure.request_id,
                        help: Some(help),
                        page,
                    });
                    Some(reason)
                }
            };
        if reason.is_none() {
            diagnostics.extend(self.unanswered(call, parameters, ids));
        }
        let snapshot = SnapshotV1 {
            schema: SCHEMA.to_owned(),
            tool: concat!("probity ", env!("CARGO_PKG_VERSION")).to_owned(),
            kind: call.kind,
            operation: call.id.to_owned(),
            endpoint: self.target.endpoint.to_string(),
            region: self.target.region.clone(),
            account: self.account(),
            parameters: parameters.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
            started_at: timestamp(started),
            finished_at: timestamp(self.options.clock.now()),
            pages: folder.pages().to_vec(),
            stated_total: pager.total(),
            resources: pager.rows(),
            complete: reason.is_none(),
            reason,
            failure: failed,
        };
        let folder = folder.finish(&snapshot)?;
        let evidence = Some(Evidence { folder, snapshot });
        Ok((Collected { target: self.index, evidence, diagnostics }, kind))
    }

    /// The account: as somebody says, or as stands beside the credentials.
    fn account(&self) -> Option<String> {
        self.target.account.clone().or_else(|| self.party.account())
    }

    /// Instances that were asked for, and that nothing was said about.
    fn unanswered(&self, call: &Call, parameters: &Parameters, ids: &[String]) -> Option<Diagnostic> {
        let answered: HashSet<&str> = ids.iter().map(String::as_str).collect();
        let asked = instance_ids(parameters.get("InstanceIds"));
        let missing: Vec<&String> = asked.iter().filter(|id| !answered.contains(id.as_str())).collect();
        if missing.is_empty() {
            return None;
        }
        let named: Vec<String> =
            missing.iter().take(MAX_NAMED).map(|id| format!("`{}`", printable(id))).collect();
        let more = missing.len().saturating_sub(MAX_NAMED);
        let more = if more == 0 { String::new() } else { format!(" and {more} more") };
        let message = format!("{} says nothing about {}{more}", self.target.in_words(call), named.join(", "));
        Some(Diagnostic::warning(Code::FetchUnanswered, message).help(
            "they may be of another region or not managed; `probity check --expect` fails where a resource is missing",
        ))
    }

    fn unwritable(&self, error: &std::io::Error) -> Diagnostic {
        let out = self.options.out.to_string_lossy();
        let message = format!("cannot write evidence below `{}`: {error}", printable(&out));
        Diagnostic::error(Code::OutputUnwritable, message)
            .help("name a folder that may be written to by --out")
    }
}

/// What was read of an answer.
struct Reading {
    pager: Pager,
    ids: Vec<String>,
    diagnostics: Vec<Diagnostic>,
}

/// How far a target has come.
#[derive(Clone, Copy, Default)]
struct Progress {
    pages: u64,
    resources: u64,
    total: Option<u64>,
}

/// With the size of a page, where nobody gave it.
fn sized(call: &Call, parameters: &Parameters) -> Parameters {
    let mut parameters = parameters.clone();
    if let Some((parameter, size)) = call.page_size() {
        debug_assert!(matches!(parameter.role, Role::PageSize(_)));
        parameters.entry(parameter.name).or_insert_with(|| Value::from(size));
    }
    parameters
}

/// Whether other calls of the same target fail for the same reason.
const fn concerns_others(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Expired
            | Kind::ClockSkew
            | Kind::Signature
            | Kind::UnknownKey
            | Kind::WrongRegion
            | Kind::Unreachable
            | Kind::Untrusted
            | Kind::Interrupted
    )
}
