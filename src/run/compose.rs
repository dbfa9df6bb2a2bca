//! Outcomes become findings: places, evidence, fingerprints.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::ops::Range;
use std::sync::Arc;

use super::accept::Accepted;
use super::evidence::{ReadValue, read_values};
use super::hidden::{HIDDEN, pieces, tells};
use super::text::Text;
use crate::evaluate::{Denial, EngineError, Outcome};
use crate::finding::{Evidence, EvidenceValue, Finding, Fingerprint, Location, Subject, Verdict};
use crate::model::{Resource, is_sensitive};
use crate::operation::Operation;
use crate::policy::{DefinitionReads, Part, ReadNode, ReadPath, ReadSet, Rule, Step};
use crate::settings::JudgeSettings;
use crate::source::json::{JsonPath, Outline, Segment, locate};
use crate::source::{Excerpt, Label, Place, printable};

/// Longest value that is repeated as evidence, in bytes of compact JSON.
pub(super) const MAX_EVIDENCE_BYTES: usize = 1024;
/// Longest value that is looked at for that, in bytes as it is written.
const MAX_WRITTEN_BYTES: usize = 16 << 10;
/// Values beside those of the message that an excerpt shows.
const MAX_LABELS: usize = 6;
/// Values that the message of a pass names, and characters of each.
pub(super) const MAX_NAMED: usize = 3;
pub(super) const MAX_NAMED_CHARACTERS: usize = 40;
/// Definitions of a rule that a finding shows.
const MAX_DEFINITIONS: usize = 3;

/// The message where a rule is not about a resource.
pub(super) const NOT_ABOUT: &str = "the rule is not about this resource";
/// How the message of a pass begins.
pub(super) const NOTHING_AGAINST: &str = "nothing speaks against it";

/// A resource and where it stands.
pub(super) struct Standing<'r> {
    pub(super) operation: Operation,
    pub(super) resource: &'r Resource<'r>,
    /// Its region and account: its own, or those that it was asked for in.
    pub(super) region: Option<&'r str>,
    pub(super) account: Option<&'r str>,
    /// When its payload was received.
    pub(super) captured_at: Option<Arc<str>>,
    /// Its own text.
    pub(super) text: &'r str,
    /// Where that stands in the batch.
    pub(super) span: Range<usize>,
    pub(super) document: Option<u64>,
    /// Path from the root of its document.
    pub(super) path: JsonPath,
    /// The document, where it is at hand, and where it stands in the batch.
    pub(super) payload: Option<(&'r str, Range<usize>)>,
}

/// What findings show beside their verdict.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shown {
    /// The lines around their places.
    pub(super) excerpts: bool,
    /// The values that were read.
    pub(super) evidence: bool,
}

impl Shown {
    /// What a run asks for.
    pub(super) const fn of(judging: &JudgeSettings) -> Self {
        Self { excerpts: judging.excerpts, evidence: judging.evidence }
    }
}

impl Standing<'_> {
    /// What a finding about it is about.
    pub(super) fn subject(&self) -> Subject {
        let Self { operation, resource, region, account, captured_at, .. } = self;
        let identity = resource.identity();
        Subject {
            operation: *operation,
            id: (!identity.is_empty()).then(|| identity.to_string()),
            name: resource.name().map(str::to_owned),
            region: region.map(str::to_owned),
            account: account.map(str::to_owned),
            captured_at: captured_at.clone(),
        }
    }
}

/// Makes the findings of one resource. What all of them need is made once, and only if there is one.
pub(super) struct Composer<'c, 'r, 't> {
    standing: &'c Standing<'r>,
    text: &'c mut Text<'t>,
    shown: Shown,
    subject: Option<Arc<Subject>>,
    outline: Option<Outline<'r>>,
    /// Findings with what they are sorted by: the path within the resource.
    findings: Vec<(JsonPath, Finding)>,
}

/// What one rule says, and how that is accepted.
#[derive(Clone, Copy)]
struct Saying<'s> {
    rule: &'s Arc<Rule>,
    reads: &'s ReadSet,
    accepted: &'s Accepted,
}

/// A reason with its place.
struct Placed {
    message: String,
    path: JsonPath,
    found: JsonPath,
    /// In the batch.
    span: Range<usize>,
    is_found: bool,
}

impl<'c, 'r, 't> Composer<'c, 'r, 't> {
    pub(super) fn new(standing: &'c Standing<'r>, text: &'c mut Text<'t>, shown: Shown) -> Self {
        Self { standing, text, shown, subject: None, outline: None, findings: Vec::new() }
    }

    /// The findings as they come, each with its path within the resource.
    pub(super) fn into_parts(self) -> Vec<(JsonPath, Finding)> {
        self.findings
    }

    /// The findings, by place and rule.
    pub(super) fn finish(mut self) -> Vec<Finding> {
        self.findings.sort_by(|(path_a, a), (path_b, b)| (path_a, &a.rule.id).cmp(&(path_b, &b.rule.id)));
        self.findings.into_iter().map(|(_, finding)| finding).collect()
    }

    /// Adds the outcome of a rule, which reads `reads`, as it is accepted. Gives the place of the finding.
    pub(super) fn add(
        &mut self,
        rule: &Arc<Rule>,
        reads: &ReadSet,
        outcome: &Outcome,
        accepted: &Accepted,
    ) -> Option<Place> {
        let saying = Saying { rule, reads, accepted };
        match outcome {
            Outcome::Pass => {
                let message = self.passes_on(&reads.reads);
                self.whole(saying, message)
            }
            Outcome::NotApplicable => self.whole(saying, NOT_ABOUT.to_owned()),
            Outcome::Fail(reasons) | Outcome::Inconclusive(reasons) | Outcome::Unreadable(reasons) => {
                self.reasoned(saying, reasons)
            }
            Outcome::Error(error) => {
                let message = kept_out(in_words(error), &self.secret_pieces());
                self.whole(saying, message)
            }
        }
    }

    /// Why a rule passes: the values that it rests on.
    fn passes_on(&mut self, reads: &ReadNode) -> String {
        let mut values = self.values(reads);
        // By path and in compact form: the layout of the text is no matter.
        values.sort_by(|a, b| a.path.cmp(&b.path));
        let paths: Vec<JsonPath> = values.iter().map(|value| value.path.clone()).collect();
        // Of a list and its elements the elements are named.
        let is_around = |path: &JsonPath| paths.iter().any(|other| other.is_below(path));
        values.retain(|value| !is_around(&value.path));
        let mut message = NOTHING_AGAINST.to_owned();
        for (index, value) in values.iter().take(MAX_NAMED).enumerate() {
            message.push_str(if index == 0 { ": " } else { ", " });
            let shown = if !value.is_found {
                "absent".to_owned()
            } else if is_sensitive(self.standing.operation, &value.path) {
                "not shown".to_owned()
            } else {
                match shown_value(self.standing.text.get(value.span.clone()).unwrap_or_default()) {
                    EvidenceValue::Present(value) => cut(&value.to_string()),
                    _ => "too long to show".to_owned(),
                }
            };
            let path = value.path.to_string();
            let _ = write!(message, "`{}` is {shown}", printable(&path));
        }
        push_unnamed(&mut message, values.len());
        message
    }

    /// The values of the resource that were read.
    fn values(&mut self, reads: &ReadNode) -> Vec<ReadValue> {
        let outline = self.outline.get_or_insert_with(|| Outline::new(self.standing.text));
        reads.under("resource").map_or_else(Vec::new, |reads| read_values(outline, reads))
    }

    /// Pieces of the resource that no message may hold.
    fn secret_pieces(&mut self) -> Vec<String> {
        let outline = self.outline.get_or_insert_with(|| Outline::new(self.standing.text));
        pieces(self.standing.operation, outline)
    }

    /// A finding about the resource as a whole.
    fn whole(&mut self, saying: Saying<'_>, message: String) -> Option<Place> {
        let placed = Placed {
            message,
            path: JsonPath::ROOT,
            found: JsonPath::ROOT,
            span: self.standing.span.clone(),
            is_found: true,
        };
        self.push(saying, &[placed], &[])
    }

    fn reasoned(&mut self, saying: Saying<'_>, denials: &[Denial]) -> Option<Place> {
        let standing = self.standing;
        let mut denials = denials.to_vec();
        let mut decided: Vec<usize> = denials.iter().filter_map(|denial| denial.definition).collect();
        decided.sort_unstable();
        decided.dedup();
        let pieces = self.secret_pieces();
        for denial in &mut denials {
            denial.message = kept_out(std::mem::take(&mut denial.message), &pieces);
            denial.path = denial.path.take().filter(|path| !tells(&path.to_string(), &pieces));
        }
        let outline = self.outline.get_or_insert_with(|| Outline::new(standing.text));
        let mut placed: Vec<Placed> = denials
            .into_iter()
            .map(|Denial { message, path, focus, .. }| {
                let path = path.or(focus).map_or_else(JsonPath::default, Arc::unwrap_or_clone);
                let mut located = outline.locate(&path);
                located.span =
                    located.span.start + standing.span.start..located.span.end + standing.span.start;
                Placed {
                    message,
                    found: path.prefix(located.found),
                    is_found: located.is_found(&path),
                    span: located.span,
                    path,
                }
            })
            .collect();
        // By path: the order of members in the text is no matter. Those about no value are the last: the first
        // tells where the finding is.
        let rank = |p: &Placed| (p.path.is_root(), p.found.clone(), p.message.clone(), p.path.clone());
        placed.sort_by_cached_key(rank);
        placed.dedup_by(|b, a| a.path == b.path && a.message == b.message);
        self.push(saying, &placed, &decided)
    }

    /// Adds a finding. `decided` are the definitions of the rule that its reasons come from.
    fn push(&mut self, saying: Saying<'_>, placed: &[Placed], decided: &[usize]) -> Option<Place> {
        let Saying { rule, reads, accepted } = saying;
        let verdict = accepted.verdict;
        let first = placed.first()?;
        let standing = self.standing;
        let path = standing.path.join(&first.found);
        let location = Location {
            place: self.text.place(&first.span),
            document: standing.document,
            pointer: path.pointer(),
        };
        let decided: Vec<&DefinitionReads> =
            decided.iter().filter_map(|&index| reads.definitions.get(index)).collect();
        let message = joined(placed.iter().map(|reason| reason.message.as_str()));
        let excerpt = self.shown.excerpts.then(|| self.excerpt(reads, verdict, placed, &decided));
        let rule_excerpt = if self.shown.excerpts { rule_excerpt(rule, &decided) } else { None };
        let evidence = if self.shown.evidence { self.evidence(reads, placed) } else { Vec::new() };
        let finding = Finding {
            rule: Arc::clone(rule),
            rule_line_1based: decided
                .first()
                .map_or(rule.line_1based, |definition| definition.line_1based(rule)),
            verdict,
            message,
            resource: self.subject(),
            location,
            evidence,
            fingerprint: self.fingerprint(rule),
            waiver: accepted.waiver().cloned(),
            is_known: accepted.is_known,
            excerpt,
            rule_excerpt,
        };
        let place = finding.location.place.clone();
        self.findings.push((first.found.clone(), finding));
        Some(place)
    }

    /// The lines around the reasons, and around the other values that decided.
    fn excerpt(
        &mut self,
        reads: &ReadSet,
        verdict: Verdict,
        placed: &[Placed],
        decided: &[&DefinitionReads],
    ) -> Excerpt {
        let mut labels: Vec<Label> =
            placed.iter().map(|p| Label::new(Self::label_span(p), p.message.clone())).collect();
        let offset = self.standing.span.start;
        let mut values = Vec::new();
        for definition in decided {
            values.extend(self.values(&definition.reads));
        }
        let words = match verdict {
            Verdict::Pass => {
                // In place of the resource as a whole.
                values = self.values(&reads.reads);
                "read"
            }
            Verdict::Fail | Verdict::Waived => "decides too",
            _ => "read too",
        };
        let mut more: Vec<Label> = Vec::new();
        let named: Vec<&JsonPath> = placed.iter().map(|placed| &placed.path).collect();
        for value in values.into_iter().filter(|value| value.is_found && !is_of_another(value, &named)) {
            let span = value.span.start + offset..value.span.end + offset;
            let around = |label: &Label| label.span.start <= span.end && span.start <= label.span.end;
            if more.len() < MAX_LABELS
                && !more.iter().any(around)
                && (verdict == Verdict::Pass || !labels.iter().any(around))
            {
                more.push(Label::beside(span, words));
            }
        }
        if verdict == Verdict::Pass && !more.is_empty() {
            labels.clear();
        }
        labels.extend(more);
        self.text.excerpt(labels)
    }

    /// What to underline: the value, or the first character of what holds it.
    fn label_span(placed: &Placed) -> Range<usize> {
        let whole = placed.is_found && !placed.path.is_root();
        if whole { placed.span.clone() } else { placed.span.start..placed.span.start + 1 }
    }

    /// The values that the reasons name, then all others that the rule read, in document order.
    fn evidence(&mut self, reads: &ReadSet, placed: &[Placed]) -> Vec<Evidence> {
        let offset = self.standing.span.start;
        let mut values: Vec<ReadValue> = Vec::new();
        let named = placed.iter().filter(|placed| !placed.path.is_root()).map(|placed| ReadValue {
            path: placed.path.clone(),
            span: placed.span.start - offset..placed.span.end - offset,
            is_found: placed.is_found,
        });
        let read = self.values(&reads.reads);
        let mut known = BTreeSet::new();
        values.extend(named.chain(read).filter(|value| known.insert(value.path.clone())));
        let mut evidence: Vec<Evidence> = values.iter().map(|value| self.evidence_of(value)).collect();
        evidence.extend(self.payload_evidence(&reads.reads));
        evidence
    }

    fn evidence_of(&mut self, read: &ReadValue) -> Evidence {
        let standing = self.standing;
        let value = if !read.is_found {
            EvidenceValue::Absent
        } else if is_sensitive(standing.operation, &read.path) {
            EvidenceValue::Secret
        } else {
            shown_value(standing.text.get(read.span.clone()).unwrap_or_default())
        };
        let offset = standing.span.start;
        Evidence {
            pointer: standing.path.join(&read.path).pointer(),
            value,
            place: self.text.place(&(read.span.start + offset..read.span.end + offset)),
        }
    }

    /// Values of the envelope, where the document is at hand.
    fn payload_evidence(&mut self, reads: &ReadNode) -> Vec<Evidence> {
        let Some((text, span)) = self.standing.payload.clone() else {
            return Vec::new();
        };
        let Some(node) = reads.under("payload") else {
            return Vec::new();
        };
        let mut evidence = Vec::new();
        for path in node.paths().iter().filter_map(plain) {
            let located = locate(text, &path);
            let value = if located.is_found(&path) {
                shown_value(text.get(located.span.clone()).unwrap_or_default())
            } else {
                EvidenceValue::Absent
            };
            let place = self.text.place(&(located.span.start + span.start..located.span.end + span.start));
            evidence.push(Evidence { pointer: path.pointer(), value, place });
        }
        evidence
    }

    fn subject(&mut self) -> Arc<Subject> {
        let standing = self.standing;
        Arc::clone(self.subject.get_or_insert_with(|| Arc::new(standing.subject())))
    }

    fn fingerprint(&self, rule: &Rule) -> Fingerprint {
        let Standing { operation, resource, .. } = self.standing;
        let identity = resource.identity();
        if identity.is_joinable() {
            return Fingerprint::of_identity(&rule.id, *operation, identity.parts());
        }
        // A record writes its fields in a fixed order, so that the text is the same whatever the payload's.
        let normalised = serde_json::to_string(resource).unwrap_or_default();
        Fingerprint::of_content(&rule.id, *operation, &normalised)
    }
}

/// Whether a value belongs to another element of a list than those that are named: it was read there too, but
/// speaks neither for nor against these.
fn is_of_another(value: &ReadValue, named: &[&JsonPath]) -> bool {
    let own = value.path.segments();
    let common = |path: &JsonPath| own.iter().zip(path.segments()).take_while(|(a, b)| a == b).count();
    let Some(nearest) = named.iter().max_by_key(|path| common(path)) else {
        return false;
    };
    let at = common(nearest);
    matches!((own.get(at), nearest.segments().get(at)), (Some(Segment::Index(_)), Some(Segment::Index(_))))
}

fn in_words(error: &EngineError) -> String {
    match &error.place {
        None => error.message.clone(),
        Some(place) => format!("{} (at {}:{})", error.message, place.file, place.line_1based),
    }
}

/// Of so many values those that a message does not name.
pub(super) fn push_unnamed(message: &mut String, values: usize) {
    match values.saturating_sub(MAX_NAMED) {
        0 => {}
        1 => message.push_str(", and one more value"),
        more => {
            // Writing to a string cannot fail.
            let _ = write!(message, ", and {more} more values");
        }
    }
}

/// Several reasons as one message.
pub(super) fn joined<'m>(messages: impl Iterator<Item = &'m str>) -> String {
    let mut joined = String::new();
    for message in messages {
        if !joined.is_empty() {
            joined.push_str("; ");
        }
        joined.push_str(message);
    }
    joined
}

/// A message, unless it tells a secret.
pub(super) fn kept_out(message: String, pieces: &[String]) -> String {
    if tells(&message, pieces) { HIDDEN.to_owned() } else { message }
}

/// The first characters of a value.
pub(super) fn cut(text: &str) -> String {
    match text.char_indices().nth(MAX_NAMED_CHARACTERS) {
        Some((end, _)) => format!("{}…", printable(text.get(..end).unwrap_or_default())),
        None => printable(text).into_owned(),
    }
}

/// A path without iterations.
fn plain(path: &ReadPath) -> Option<JsonPath> {
    path.0
        .iter()
        .map(|step| match step {
            Step::Key(key) => Some(Segment::Key(key.clone())),
            Step::Index(index) => Some(Segment::Index(*index)),
            Step::Each => None,
        })
        .collect()
}

/// A value as evidence, unless it is too long. Blanks in it are no matter.
pub(super) fn shown_value(text: &str) -> EvidenceValue {
    if text.len() > MAX_WRITTEN_BYTES {
        return EvidenceValue::Long;
    }
    let value: serde_json::Value = serde_json::from_str(text).unwrap_or_default();
    if text.len() > MAX_EVIDENCE_BYTES && value.to_string().len() > MAX_EVIDENCE_BYTES {
        EvidenceValue::Long
    } else {
        EvidenceValue::Present(value)
    }
}

/// The definitions of a rule that decided.
fn rule_excerpt(rule: &Rule, decided: &[&DefinitionReads]) -> Option<Excerpt> {
    let mut labels = Vec::new();
    for definition in decided.iter().take(MAX_DEFINITIONS) {
        let words = match definition.part {
            Part::Inconclusive => "this says that it cannot be told",
            _ => "this denies it",
        };
        let start = definition.span.start;
        let head = rule.file.word(start);
        labels.push(Label::new(head.clone(), words));
        if let Some(span) = definition.focus.as_ref().and_then(|focus| focus.span.clone())
            && !on_one_line(&rule.file.text, start, span.start)
        {
            labels.push(Label::new(span, "this holds"));
        }
    }
    (!labels.is_empty()).then(|| Excerpt::narrow(&rule.file.name, rule.file.text.as_bytes(), labels))
}

fn on_one_line(text: &str, from: usize, to: usize) -> bool {
    !text.get(from..to).unwrap_or_default().contains('\n')
}
