//! Outcomes become findings: places, evidence, fingerprints.

use std::ops::Range;
use std::sync::Arc;

use super::text::{Text, locate_at};
use crate::evaluate::{Denial, EngineError, Outcome};
use crate::finding::{Evidence, EvidenceValue, Finding, Fingerprint, Location, Subject, Verdict};
use crate::model::{Resource, is_sensitive};
use crate::operation::Operation;
use crate::policy::Rule;
use crate::source::Label;
use crate::source::json::JsonPath;

/// Longest value that is repeated as evidence, in bytes.
const MAX_EVIDENCE_BYTES: usize = 1024;

/// A resource and where it stands.
pub(super) struct Standing<'r> {
    pub(super) operation: Operation,
    pub(super) resource: &'r Resource<'r>,
    /// Its own text.
    pub(super) text: &'r str,
    /// Where that stands in the batch.
    pub(super) span: Range<usize>,
    pub(super) document: Option<u64>,
    /// Path from the root of its document.
    pub(super) path: JsonPath,
}

impl Standing<'_> {
    /// What a finding about it is about.
    pub(super) fn subject(&self) -> Subject {
        let Self { operation, resource, .. } = self;
        let identity = resource.identity();
        Subject {
            operation: *operation,
            id: (!identity.is_empty()).then(|| identity.to_string()),
            name: resource.name().map(str::to_owned),
            region: resource.region().map(str::to_owned),
            account: resource.account().map(str::to_owned),
        }
    }
}

/// Makes the findings of one resource. What all of them need is made once, and only if there is one.
pub(super) struct Composer<'c, 'r, 't> {
    standing: &'c Standing<'r>,
    text: &'c mut Text<'t>,
    excerpts: bool,
    subject: Option<Arc<Subject>>,
    /// Findings with what they are sorted by.
    findings: Vec<(JsonPath, Finding)>,
}

/// A reason with its place.
struct Placed {
    message: String,
    path: JsonPath,
    found: JsonPath,
    span: Range<usize>,
    is_found: bool,
}

impl<'c, 'r, 't> Composer<'c, 'r, 't> {
    pub(super) fn new(standing: &'c Standing<'r>, text: &'c mut Text<'t>, excerpts: bool) -> Self {
        Self { standing, text, excerpts, subject: None, findings: Vec::new() }
    }

    /// The findings, by place and rule.
    pub(super) fn finish(mut self) -> Vec<Finding> {
        self.findings.sort_by(|(path_a, a), (path_b, b)| (path_a, &a.rule.id).cmp(&(path_b, &b.rule.id)));
        self.findings.into_iter().map(|(_, finding)| finding).collect()
    }

    /// Adds the outcome of a rule.
    pub(super) fn add(&mut self, rule: &Arc<Rule>, outcome: Outcome) {
        match outcome {
            Outcome::Pass => self.whole(rule, Verdict::Pass, "nothing speaks against it".to_owned()),
            Outcome::NotApplicable => {
                let message = "the rule is not about this resource".to_owned();
                self.whole(rule, Verdict::NotApplicable, message);
            }
            Outcome::Fail(denials) => self.reasoned(rule, Verdict::Fail, denials),
            Outcome::Inconclusive(reasons) => self.reasoned(rule, Verdict::Inconclusive, reasons),
            Outcome::Error(error) => self.whole(rule, Verdict::Error, in_words(&error)),
        }
    }

    /// Adds an error about a value of the resource.
    pub(super) fn add_error_at(&mut self, rule: &Arc<Rule>, message: &str, path: &JsonPath) {
        let denial = Denial { message: message.to_owned(), path: Some(path.clone()) };
        self.reasoned(rule, Verdict::Error, vec![denial]);
    }

    /// A finding about the resource as a whole.
    fn whole(&mut self, rule: &Arc<Rule>, verdict: Verdict, message: String) {
        let placed = Placed {
            message,
            path: JsonPath::ROOT,
            found: JsonPath::ROOT,
            span: self.standing.span.clone(),
            is_found: true,
        };
        self.push(rule, verdict, &[placed], false);
    }

    fn reasoned(&mut self, rule: &Arc<Rule>, verdict: Verdict, denials: Vec<Denial>) {
        let standing = self.standing;
        let mut placed: Vec<Placed> = denials
            .into_iter()
            .map(|Denial { message, path }| {
                let path = path.unwrap_or_default();
                let located = locate_at(standing.text, &standing.span, &path);
                Placed {
                    message,
                    found: path.prefix(located.found),
                    is_found: located.is_found(&path),
                    span: located.span,
                    path,
                }
            })
            .collect();
        placed.sort_by(|a, b| (a.span.start, &a.message).cmp(&(b.span.start, &b.message)));
        self.push(rule, verdict, &placed, true);
    }

    fn push(&mut self, rule: &Arc<Rule>, verdict: Verdict, placed: &[Placed], evident: bool) {
        let Some(first) = placed.first() else { return };
        let standing = self.standing;
        let path = standing.path.join(&first.found);
        let location = Location {
            place: self.text.place(&first.span),
            document: standing.document,
            pointer: path.pointer(),
        };
        let excerpt = self.excerpts.then(|| {
            let labels = placed.iter().map(|p| Label::new(Self::label_span(p), p.message.clone())).collect();
            self.text.excerpt(labels)
        });
        let evidence =
            if evident { placed.iter().filter_map(|p| self.evidence(p)).collect() } else { Vec::new() };
        let mut message = String::new();
        for reason in placed {
            if !message.is_empty() {
                message.push_str("; ");
            }
            message.push_str(&reason.message);
        }
        let finding = Finding {
            rule: Arc::clone(rule),
            verdict,
            message,
            resource: self.subject(),
            location,
            evidence,
            fingerprint: self.fingerprint(rule),
            excerpt,
        };
        self.findings.push((path, finding));
    }

    /// What to underline: the value, or the first character of what holds it.
    fn label_span(placed: &Placed) -> Range<usize> {
        let whole = placed.is_found && !placed.path.is_root();
        if whole { placed.span.clone() } else { placed.span.start..placed.span.start + 1 }
    }

    fn evidence(&mut self, placed: &Placed) -> Option<Evidence> {
        if placed.path.is_root() {
            return None;
        }
        let standing = self.standing;
        let range = placed.span.start - standing.span.start..placed.span.end - standing.span.start;
        let value = if !placed.is_found {
            EvidenceValue::Absent
        } else if is_sensitive(standing.operation, &placed.path) {
            EvidenceValue::Secret
        } else if range.len() > MAX_EVIDENCE_BYTES {
            EvidenceValue::Long
        } else {
            let text = standing.text.get(range).unwrap_or_default();
            EvidenceValue::Present(serde_json::from_str(text).unwrap_or_default())
        };
        Some(Evidence {
            pointer: standing.path.join(&placed.path).pointer(),
            value,
            place: self.text.place(&placed.span),
        })
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

fn in_words(error: &EngineError) -> String {
    match &error.place {
        None => error.message.clone(),
        Some(place) => format!("{} (at {}:{})", error.message, place.file, place.line_1based),
    }
}
