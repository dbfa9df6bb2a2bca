//! What a run adds up to, as it is saved.

use std::sync::Arc;

use chrono::{DateTime, SecondsFormat, Utc};

use super::types::{
    CountV1, DiagnosticV1, ExcerptV1, GateV1, HeadV1, InputV1, LevelV1, MarkV1, ObservedV1, PlaceV1,
    PolicyV1, PopulationV1, RatchetV1, ReferenceV1, RuleV1, RunV1, SettingsV1, SettledEntryV1, SettledV1,
    SeverityV1, SummaryV1, ToolV1, VerdictV1, VerdictsV1, WaiverStateV1, WaiverUseV1, WaiverV1, WindowV1,
};
use crate::finding::{
    Comparison, Counts, Gate, InputSummary, ListSummary, OnInconclusive, Run, Settled, Tally, Verdict,
    WaiverState, WaiverUse,
};
use crate::operation::Operation;
use crate::policy::{Rule, Severity};
use crate::source::{Diagnostic, Excerpt, Level};
use crate::waiver::Waived;

/// The name and version of the contract.
pub(super) const SCHEMA: &str = "probity.run/v1";

/// RFC 3339 in UTC.
pub fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

impl From<&Run> for HeadV1 {
    fn from(run: &Run) -> Self {
        let policies = run.rules.iter().enumerate().map(|(index, rule)| {
            let counts = run.by_rule.get(index).copied().unwrap_or_default();
            PolicyV1::new(rule, &counts)
        });
        Self {
            schema: SCHEMA.to_owned(),
            tool: ToolV1 {
                name: env!("CARGO_PKG_NAME").to_owned(),
                version: env!("CARGO_PKG_VERSION").to_owned(),
            },
            at: time(run.at),
            gate: run.gate.into(),
            summary: SummaryV1 {
                files: run.files,
                payloads: run.payloads,
                resources: run.resources,
                rules: run.rules.len() as u64,
                verdicts: VerdictsV1::from(&run.tally.total()),
                outcomes: VerdictsV1::from(&run.outcomes),
                known: VerdictsV1::from(&run.known.total()),
                counts: counts(&run.tally, &run.known),
            },
            settings: SettingsV1 {
                fail_on: run.fail_on.into(),
                inconclusive: match run.on_inconclusive {
                    OnInconclusive::Fail => "fail",
                    OnInconclusive::Warn => "warn",
                }
                .to_owned(),
                max_age_seconds: run.max_age.map(|age| age.num_seconds()),
                config: run.config.as_deref().map(str::to_owned),
                include: run.include.iter().copied().map(VerdictV1::from).collect(),
            },
            inputs: run.inputs.iter().map(InputV1::from).collect(),
            policies: policies.collect(),
            waivers: run.waivers.iter().map(WaiverUseV1::from).collect(),
            ratchet: run.ratchet.as_ref().map(RatchetV1::from),
            population: run.population.iter().map(PopulationV1::from).collect(),
            diagnostics: run.diagnostics.iter().map(DiagnosticV1::from).collect(),
        }
    }
}

/// The cells of a tally that count something.
fn counts(tally: &Tally, known: &Tally) -> Vec<CountV1> {
    let cells =
        Operation::ALL.into_iter().flat_map(|operation| Severity::ALL.map(|severity| (operation, severity)));
    cells
        .filter_map(|(operation, severity)| {
            let counts = tally.of(operation, severity);
            (counts.total() > 0).then(|| CountV1 {
                operation: operation.id().to_owned(),
                severity: severity.into(),
                verdicts: VerdictsV1::from(&counts),
                known: VerdictsV1::from(&known.of(operation, severity)),
            })
        })
        .collect()
}

impl PolicyV1 {
    fn new(rule: &Rule, counts: &Counts) -> Self {
        let references = rule.related_resources.iter().map(|related| ReferenceV1 {
            url: related.reference.clone(),
            description: related.description.clone(),
        });
        Self {
            id: rule.id.to_string(),
            file: rule.file.name.to_string(),
            sha256: rule.file.sha256(),
            line: rule.line_1based,
            title: rule.title.clone(),
            description: rule.description.clone(),
            severity: rule.severity.into(),
            applies_to: rule.applies_to.iter().map(|operation| operation.id().to_owned()).collect(),
            params: rule.params.clone(),
            remediation: rule.remediation.clone(),
            controls: rule.controls.clone(),
            references: references.collect(),
            verdicts: VerdictsV1::from(counts),
        }
    }
}

impl RuleV1 {
    /// A rule of which a line is told.
    pub fn new(rule: &Rule, line: u64) -> Self {
        Self {
            id: rule.id.to_string(),
            title: rule.title.clone(),
            severity: rule.severity.into(),
            file: rule.file.name.to_string(),
            line,
            controls: rule.controls.clone(),
            remediation: rule.remediation.clone(),
        }
    }
}

impl From<HeadV1> for RunV1 {
    fn from(head: HeadV1) -> Self {
        Self {
            schema: head.schema,
            tool: head.tool,
            at: head.at,
            gate: head.gate,
            summary: head.summary,
            settings: head.settings,
            inputs: head.inputs,
            policies: head.policies,
            waivers: head.waivers,
            ratchet: head.ratchet,
            population: head.population,
            findings: Vec::new(),
            diagnostics: head.diagnostics,
        }
    }
}

impl From<Gate> for GateV1 {
    fn from(gate: Gate) -> Self {
        match gate {
            Gate::Pass => Self::Pass,
            Gate::Fail => Self::Fail,
            Gate::Error => Self::Error,
        }
    }
}

impl From<Verdict> for VerdictV1 {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Pass => Self::Pass,
            Verdict::Fail => Self::Fail,
            Verdict::Inconclusive => Self::Inconclusive,
            Verdict::NotApplicable => Self::NotApplicable,
            Verdict::Waived => Self::Waived,
            Verdict::Error => Self::Error,
        }
    }
}

impl From<Severity> for SeverityV1 {
    fn from(severity: Severity) -> Self {
        match severity {
            Severity::Critical => Self::Critical,
            Severity::High => Self::High,
            Severity::Medium => Self::Medium,
            Severity::Low => Self::Low,
        }
    }
}

impl From<&Counts> for VerdictsV1 {
    fn from(counts: &Counts) -> Self {
        Self {
            pass: counts.of(Verdict::Pass),
            fail: counts.of(Verdict::Fail),
            inconclusive: counts.of(Verdict::Inconclusive),
            not_applicable: counts.of(Verdict::NotApplicable),
            waived: counts.of(Verdict::Waived),
            error: counts.of(Verdict::Error),
        }
    }
}

impl From<&InputSummary> for InputV1 {
    fn from(input: &InputSummary) -> Self {
        Self {
            file: input.file.to_string(),
            sha256: input.sha256.clone(),
            bytes: input.bytes,
            operation: input.operation.map(|operation| operation.id().to_owned()),
            payloads: input.payloads,
            resources: input.resources,
            complete: input.complete,
            stated_total: input.stated_total,
            observed: input
                .observed
                .as_ref()
                .map(|times| ObservedV1 { from: time(*times.start()), to: time(*times.end()) }),
        }
    }
}

impl From<&Diagnostic> for DiagnosticV1 {
    fn from(diagnostic: &Diagnostic) -> Self {
        let place = diagnostic.place.as_ref();
        let related = diagnostic.related.iter().filter_map(|related| {
            let place = related.place.as_ref()?;
            Some(PlaceV1 {
                message: related.message.clone(),
                file: place.file.to_string(),
                line: place.start.line_1based,
                column: place.start.column_1based,
            })
        });
        Self {
            code: diagnostic.code.as_str().to_owned(),
            level: match diagnostic.level {
                Level::Error => LevelV1::Error,
                Level::Warning => LevelV1::Warning,
            },
            message: diagnostic.message.clone(),
            file: place.map(|place| place.file.to_string()),
            line: place.map(|place| place.start.line_1based),
            column: place.map(|place| place.start.column_1based),
            help: diagnostic.help.clone(),
            related: related.collect(),
        }
    }
}

impl From<&Waived> for WaiverV1 {
    fn from(waived: &Waived) -> Self {
        let Waived { waiver, is_expired } = waived;
        Self {
            reason: waiver.reason.clone(),
            owner: waiver.owner.clone(),
            expires: waiver.expires.day().map(|day| day.to_string()),
            ticket: waiver.ticket.clone(),
            expired: *is_expired,
            file: waiver.place.file.to_string(),
            line: waiver.place.start.line_1based,
        }
    }
}

impl From<&WaiverUse> for WaiverUseV1 {
    fn from(used: &WaiverUse) -> Self {
        let WaiverUse { waiver, state, failures } = used;
        let is_expired = *state == WaiverState::Expired;
        Self {
            rule: waiver.rule.to_string(),
            resource: waiver.resource.to_string(),
            waiver: WaiverV1::from(&Waived { waiver: Arc::clone(waiver), is_expired }),
            state: match state {
                WaiverState::Active => WaiverStateV1::Active,
                WaiverState::Expiring => WaiverStateV1::Expiring,
                WaiverState::Expired => WaiverStateV1::Expired,
                WaiverState::Unused => WaiverStateV1::Unused,
            },
            failures: *failures,
        }
    }
}

impl From<&Comparison> for RatchetV1 {
    fn from(comparison: &Comparison) -> Self {
        let Comparison { file, entries, known, accepted, new, settled } = comparison;
        let settled = settled.iter().map(|(entry, state)| SettledEntryV1 {
            fingerprint: entry.fingerprint.to_string(),
            rule: entry.rule.to_string(),
            severity: entry.severity.into(),
            verdict: entry.verdict.into(),
            resource: entry.resource.as_ref().into(),
            state: match state {
                Settled::Fixed => SettledV1::Fixed,
                Settled::Waived => SettledV1::Waived,
                Settled::Unclear => SettledV1::Unclear,
                Settled::Worse => SettledV1::Worse,
                Settled::Vanished => SettledV1::Vanished,
                Settled::NotEvaluated => SettledV1::NotEvaluated,
            },
        });
        let settled = settled.collect();
        Self {
            file: file.to_string(),
            entries: *entries,
            known: *known,
            accepted: *accepted,
            new: *new,
            settled,
        }
    }
}

impl From<&ListSummary> for PopulationV1 {
    fn from(list: &ListSummary) -> Self {
        Self {
            file: list.file.to_string(),
            operation: list.operation.id().to_owned(),
            expected: list.expected,
            found: list.found,
            unexpected: list.unexpected,
        }
    }
}

impl From<&Excerpt> for ExcerptV1 {
    fn from(excerpt: &Excerpt) -> Self {
        let windows = excerpt.windows.iter().map(|window| WindowV1 {
            line: window.first_line_1based,
            text: window.text.clone(),
            marks: window
                .marks
                .iter()
                .map(|mark| MarkV1 {
                    start: mark.span.start,
                    end: mark.span.end,
                    text: mark.text.clone(),
                    line: mark.position.line_1based,
                    column: mark.position.column_1based,
                    byte: mark.position.byte,
                    beside: mark.is_beside,
                })
                .collect(),
        });
        Self { file: excerpt.file.to_string(), windows: windows.collect() }
    }
}
