//! The types of `probity.run/v1`. Additions are allowed; a renamed or removed key is version 2.

use std::collections::BTreeMap;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The result of a run: `--format json`.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct RunV1 {
    /// `probity.run/v1`
    pub schema: String,
    /// The program that made it.
    pub tool: ToolV1,
    /// The run's clock, RFC 3339 in UTC.
    pub at: String,
    /// What the gate says: `pass`, `fail` or `error` (exit codes 0, 1 and 2).
    pub gate: GateV1,
    /// How many of everything.
    pub summary: SummaryV1,
    /// By what the gate was judged.
    pub settings: SettingsV1,
    /// What each file holds; one entry for each operation in a file.
    pub inputs: Vec<InputV1>,
    /// The rules that were evaluated.
    pub policies: Vec<PolicyV1>,
    /// The waivers of the run, and what became of them.
    pub waivers: Vec<WaiverUseV1>,
    /// How the run compares to its ratchet; null where there is none.
    pub ratchet: Option<RatchetV1>,
    /// The lists of resources that were expected.
    pub population: Vec<PopulationV1>,
    /// Every verdict but `pass` and `not_applicable`, which `--include` adds; by file, document, place and
    /// rule.
    pub findings: Vec<FindingV1>,
    /// What was wrong with inputs and policies.
    pub diagnostics: Vec<DiagnosticV1>,
}

/// The result of a run without its findings: the last line of `--format ndjson`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct HeadV1 {
    /// How many of everything.
    pub summary: SummaryV1,
    /// `probity.run/v1`
    pub schema: String,
    /// The program that made it.
    pub tool: ToolV1,
    /// The run's clock, RFC 3339 in UTC.
    pub at: String,
    /// What the gate says.
    pub gate: GateV1,
    /// By what the gate was judged.
    pub settings: SettingsV1,
    /// What each file holds.
    pub inputs: Vec<InputV1>,
    /// The rules that were evaluated.
    pub policies: Vec<PolicyV1>,
    /// The waivers of the run, and what became of them.
    pub waivers: Vec<WaiverUseV1>,
    /// How the run compares to its ratchet; null where there is none.
    pub ratchet: Option<RatchetV1>,
    /// The lists of resources that were expected.
    pub population: Vec<PopulationV1>,
    /// What was wrong with inputs and policies.
    pub diagnostics: Vec<DiagnosticV1>,
}

/// A program.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct ToolV1 {
    /// `probity`
    pub name: String,
    /// Its version.
    pub version: String,
}

/// Gives an enumeration of words its texts, and its place in `ALL`.
macro_rules! words {
    ($($name:ident { $($variant:ident = $text:literal),* $(,)? })*) => {$(
        impl $name {
            /// Every word.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The word.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)*
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }
    )*};
}

words! {
    GateV1 { Pass = "pass", Fail = "fail", Error = "error" }
    VerdictV1 {
        Pass = "pass",
        Fail = "fail",
        Inconclusive = "inconclusive",
        NotApplicable = "not_applicable",
        Waived = "waived",
        Error = "error",
    }
    SeverityV1 { Critical = "critical", High = "high", Medium = "medium", Low = "low" }
    LevelV1 { Error = "error", Warning = "warning" }
    WaiverStateV1 { Active = "active", Expiring = "expiring", Expired = "expired", Unused = "unused" }
    SettledV1 {
        Fixed = "fixed",
        Waived = "waived",
        Unclear = "unclear",
        Worse = "worse",
        Vanished = "vanished",
        NotEvaluated = "not_evaluated",
    }
}

/// What the gate says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum GateV1 {
    /// Exit code 0.
    Pass,
    /// Exit code 1.
    Fail,
    /// Exit code 2.
    Error,
}

/// What a rule says of a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum VerdictV1 {
    /// What the rule requires holds.
    Pass,
    /// It does not hold.
    Fail,
    /// The payload does not tell.
    Inconclusive,
    /// The rule is not about this resource.
    NotApplicable,
    /// It does not hold, and a waiver accepts that.
    Waived,
    /// The rule could not be evaluated.
    Error,
}

/// How much a failure weighs, the heaviest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SeverityV1 {
    /// To be mended at once.
    Critical,
    /// To be mended soon.
    High,
    /// To be mended in the ordinary course of work.
    Medium,
    /// Housekeeping.
    Low,
}

/// How much a diagnostic weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum LevelV1 {
    /// Something could not be judged: exit code 2.
    Error,
    /// Worth knowing.
    Warning,
}

/// How many of everything.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct SummaryV1 {
    /// Input files.
    pub files: u64,
    /// Payloads that were recognised.
    pub payloads: u64,
    /// Resources.
    pub resources: u64,
    /// Rules that were selected.
    pub rules: u64,
    /// Verdicts: one for each resource and rule about its operation.
    pub verdicts: VerdictsV1,
    /// Judged resources: each counted once, by the weightiest of its verdicts (error, fail, inconclusive,
    /// waived, pass, `not_applicable`).
    pub outcomes: VerdictsV1,
    /// Verdicts among those above that the ratchet knows: they do not close the gate.
    pub known: VerdictsV1,
    /// Verdicts by operation and severity, where there are any.
    pub counts: Vec<CountV1>,
}

/// Verdicts of the rules of one severity on the resources of one operation.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct CountV1 {
    /// The operation.
    pub operation: String,
    /// The severity.
    pub severity: SeverityV1,
    /// Verdicts.
    pub verdicts: VerdictsV1,
    /// Those among them that the ratchet knows.
    pub known: VerdictsV1,
}

/// Counts by verdict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(missing_docs, reason = "each is the count of the verdict that it is named by")]
pub struct VerdictsV1 {
    pub pass: u64,
    pub fail: u64,
    pub inconclusive: u64,
    pub not_applicable: u64,
    pub waived: u64,
    pub error: u64,
}

impl VerdictsV1 {
    /// How many of `verdict`.
    pub const fn of(&self, verdict: VerdictV1) -> u64 {
        match verdict {
            VerdictV1::Pass => self.pass,
            VerdictV1::Fail => self.fail,
            VerdictV1::Inconclusive => self.inconclusive,
            VerdictV1::NotApplicable => self.not_applicable,
            VerdictV1::Waived => self.waived,
            VerdictV1::Error => self.error,
        }
    }

    /// The count of `verdict`.
    pub const fn of_mut(&mut self, verdict: VerdictV1) -> &mut u64 {
        match verdict {
            VerdictV1::Pass => &mut self.pass,
            VerdictV1::Fail => &mut self.fail,
            VerdictV1::Inconclusive => &mut self.inconclusive,
            VerdictV1::NotApplicable => &mut self.not_applicable,
            VerdictV1::Waived => &mut self.waived,
            VerdictV1::Error => &mut self.error,
        }
    }

    /// All of them.
    pub const fn total(&self) -> u64 {
        // A saved result may say anything.
        self.pass
            .saturating_add(self.fail)
            .saturating_add(self.inconclusive)
            .saturating_add(self.not_applicable)
            .saturating_add(self.waived)
            .saturating_add(self.error)
    }
}

/// By what the gate was judged.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct SettingsV1 {
    /// The severity from which on failures close the gate.
    pub fail_on: SeverityV1,
    /// What an inconclusive verdict means: `fail` or `warn`.
    pub inconclusive: String,
    /// Largest age of a snapshot, in seconds; null where any is allowed.
    pub max_age_seconds: Option<i64>,
    /// The configuration file; null where there is none.
    pub config: Option<String>,
    /// Verdicts that `findings` lists beside those that are always there.
    pub include: Vec<VerdictV1>,
}

/// What a file holds of an operation.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct InputV1 {
    /// Display name of the file.
    pub file: String,
    /// SHA-256 of the file as it is stored; null where it could not be read to its end.
    pub sha256: Option<String>,
    /// Size of the file as it is stored, as far as it was read.
    pub bytes: u64,
    /// The operation; null where no payload was recognised.
    pub operation: Option<String>,
    /// Payloads of the operation.
    pub payloads: u64,
    /// Resources of the operation.
    pub resources: u64,
    /// Whether all pages are here; null where nothing tells.
    pub complete: Option<bool>,
    /// Resources that the payloads state; null where they state none.
    pub stated_total: Option<u64>,
    /// When its resources were observed, by their own times; null where they hold none.
    pub observed: Option<ObservedV1>,
}

/// The oldest and newest time that resources were observed at.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct ObservedV1 {
    /// The oldest, RFC 3339 in UTC.
    pub from: String,
    /// The newest.
    pub to: String,
}

/// A rule that was evaluated.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct PolicyV1 {
    /// Id of the rule.
    pub id: String,
    /// Display name of its file.
    pub file: String,
    /// SHA-256 of its file.
    pub sha256: String,
    /// Line of its first `deny`, from 1.
    pub line: u64,
    /// What it requires, in a line.
    pub title: String,
    /// What fails, and what is inconclusive.
    pub description: Option<String>,
    /// How much a failure weighs.
    pub severity: SeverityV1,
    /// Operations whose resources it judges.
    pub applies_to: Vec<String>,
    /// Params with the values that it saw.
    pub params: BTreeMap<String, Value>,
    /// What to do about a failure.
    pub remediation: Option<String>,
    /// Requirements that it speaks to, by framework.
    pub controls: BTreeMap<String, Vec<String>>,
    /// Pages that it rests on.
    pub references: Vec<ReferenceV1>,
    /// Its verdicts.
    pub verdicts: VerdictsV1,
}

/// A page that a rule rests on.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct ReferenceV1 {
    /// Its address.
    pub url: String,
    /// What it is.
    pub description: Option<String>,
}

/// A verdict of one rule on one resource.
// What is said of it here becomes the schema; `report::lines` writes it, for there are many.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct FindingV1 {
    /// The rule.
    pub rule: RuleV1,
    /// What it says.
    pub verdict: VerdictV1,
    /// Why; several reasons are separated by `; `.
    pub message: String,
    /// The resource.
    pub resource: ResourceV1,
    /// Where to look first.
    pub location: LocationV1,
    /// The values that the rule read: first those that its reasons name, then all others in document order.
    pub evidence: Vec<EvidenceV1>,
    /// SHA-256 over rule, operation and identity of the resource.
    pub fingerprint: String,
    /// The waiver that accepts it, or, where the verdict is `fail`, one that did until it expired.
    pub waiver: Option<WaiverV1>,
    /// The ratchet knows it: it does not close the gate.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub known: bool,
    /// The lines around its places, with `--excerpts`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub excerpt: Option<ExcerptV1>,
    /// The lines of the rule that decided, with `--excerpts`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule_excerpt: Option<ExcerptV1>,
}

/// The rule of a finding.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct RuleV1 {
    /// Its id.
    pub id: String,
    /// What it requires, in a line.
    pub title: String,
    /// How much a failure weighs.
    pub severity: SeverityV1,
    /// Display name of its file.
    pub file: String,
    /// Line of the definition that decided, from 1; else of its first `deny`.
    pub line: u64,
    /// Requirements that it speaks to, by framework.
    pub controls: BTreeMap<String, Vec<String>>,
    /// What to do about a failure.
    pub remediation: Option<String>,
}

/// The resource of a finding.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct ResourceV1 {
    /// The operation whose payload it stands in.
    pub operation: String,
    /// First part of the operation.
    pub provider: String,
    /// Second part of the operation.
    pub service: String,
    /// What kind of thing it is.
    pub kind: String,
    /// Its identity; null where the payload has none.
    pub id: Option<String>,
    /// A name for people.
    pub name: Option<String>,
    /// Its region.
    pub region: Option<String>,
    /// Its account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// When its payload was received, RFC 3339, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub captured_at: Option<String>,
}

/// The place of a finding.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct LocationV1 {
    /// Display name of the file.
    pub file: String,
    /// Index of the document in its file, from 0; absent where the file is one document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<u64>,
    /// RFC 6901 pointer from the root of the document.
    pub path: String,
    /// Line in the file, from 1.
    pub line: u64,
    /// Column in characters, from 1.
    pub column: u64,
    /// Offset of the first byte in the unpacked file.
    pub start_byte: u64,
    /// Offset right after the last byte.
    pub end_byte: u64,
}

/// A value that a finding rests on.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct EvidenceV1 {
    /// RFC 6901 pointer from the root of the document.
    pub path: String,
    /// The value as the payload has it; null also where it is absent, truncated or redacted.
    pub value: Value,
    /// Line in the file, from 1; of an absent value that of its nearest existing ancestor.
    pub line: u64,
    /// Column in characters, from 1.
    pub column: u64,
    /// Offset of the first byte in the unpacked file.
    pub start_byte: u64,
    /// Offset right after the last byte.
    pub end_byte: u64,
    /// The payload does not have the value.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub absent: bool,
    /// The value is too long to be repeated.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub truncated: bool,
    /// The value must not be shown.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub redacted: bool,
}

/// A waiver, as a finding names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct WaiverV1 {
    /// Why the failure is accepted.
    pub reason: String,
    /// Who answers for that.
    pub owner: String,
    /// The last day on which it holds, in UTC; null where it is permanent.
    pub expires: Option<String>,
    /// Where it is discussed.
    pub ticket: Option<String>,
    /// Whether its day is over, so that the failure counts.
    pub expired: bool,
    /// Display name of its file.
    pub file: String,
    /// Its line there, from 1.
    pub line: u64,
}

/// A waiver of the run.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct WaiverUseV1 {
    /// Id or glob of the rules.
    pub rule: String,
    /// Id or glob of the resources.
    pub resource: String,
    /// What it says.
    pub waiver: WaiverV1,
    /// What became of it.
    pub state: WaiverStateV1,
    /// Failures that it names.
    pub failures: u64,
}

/// What became of a waiver.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum WaiverStateV1 {
    /// It holds.
    Active,
    /// It holds, but not for long.
    Expiring,
    /// Its day is over.
    Expired,
    /// It holds, and there is nothing that it is needed for.
    Unused,
}

/// How a run compares to its ratchet.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct RatchetV1 {
    /// Display name of the file.
    pub file: String,
    /// Verdicts that it knows.
    pub entries: u64,
    /// Verdicts of this run that it knows, or takes with it.
    pub known: u64,
    /// Those among them that it takes with this run (`--accept-new`).
    #[serde(default)]
    pub accepted: u64,
    /// Verdicts of this run that it does not know: failures, and inconclusive ones where they count.
    pub new: u64,
    /// What it knows and this run does not have any more.
    pub settled: Vec<SettledEntryV1>,
}

/// Something that the ratchet knows and the run does not have any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct SettledEntryV1 {
    /// Fingerprint of the finding.
    pub fingerprint: String,
    /// Id of its rule.
    pub rule: String,
    /// Its severity.
    pub severity: SeverityV1,
    /// What it said.
    pub verdict: VerdictV1,
    /// Its resource.
    pub resource: ResourceV1,
    /// What became of it.
    pub state: SettledV1,
}

/// What became of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SettledV1 {
    /// The rule passes, or is not about the resource any more.
    Fixed,
    /// A waiver accepts it.
    Waived,
    /// It failed, and cannot be judged any more.
    Unclear,
    /// It could not be judged, and fails.
    Worse,
    /// Its resource is not there.
    Vanished,
    /// Its rule was not evaluated.
    NotEvaluated,
}

/// A list of resources that were expected.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct PopulationV1 {
    /// Display name of the list.
    pub file: String,
    /// The operation.
    pub operation: String,
    /// Resources that it names.
    pub expected: u64,
    /// Those of them that are there.
    pub found: u64,
    /// Resources that are there, and in no list.
    pub unexpected: u64,
}

/// Something that was wrong with inputs or policies.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct DiagnosticV1 {
    /// Stable code, e.g. `payload.incomplete`.
    pub code: String,
    /// `error` or `warning`.
    pub level: LevelV1,
    /// What is wrong.
    pub message: String,
    /// Display name of the file, where there is one.
    pub file: Option<String>,
    /// Line, from 1.
    pub line: Option<u64>,
    /// Column in characters, from 1.
    pub column: Option<u64>,
    /// What to do about it.
    pub help: Option<String>,
    /// Further places that belong to it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub related: Vec<PlaceV1>,
}

/// A place that belongs to a diagnostic.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct PlaceV1 {
    /// What is there.
    pub message: String,
    /// Display name of the file.
    pub file: String,
    /// Line, from 1.
    pub line: u64,
    /// Column in characters, from 1.
    pub column: u64,
}

/// Lines of a file around one or more places. Long lines are cut, and what must not be shown is not there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct ExcerptV1 {
    /// Display name of the file.
    pub file: String,
    /// Runs of neighbouring lines, in file order.
    pub windows: Vec<WindowV1>,
}

/// A run of neighbouring lines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct WindowV1 {
    /// Number of the first line, from 1.
    pub line: u64,
    /// The lines, each ended by a line feed.
    pub text: String,
    /// What is marked.
    pub marks: Vec<MarkV1>,
}

/// A marked part of a window.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct MarkV1 {
    /// Offset of its first byte in the window's text.
    pub start: usize,
    /// Offset right after its last byte.
    pub end: usize,
    /// What there is to say about it.
    pub text: String,
    /// Its line in the file, from 1.
    pub line: u64,
    /// Its column in characters, from 1.
    pub column: u64,
    /// Its offset in the unpacked file.
    pub byte: u64,
    /// It is not what the finding is about, but stands beside that.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub beside: bool,
}
