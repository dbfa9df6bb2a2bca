//! `JUnit` XML, as CI systems read it (`junit-10.xsd` of Jenkins' xUnit plugin).
//!
//! A suite for each file: findings come in that order, so that a report of a million verdicts is written as it is read,
//! and a dashboard shows which snapshot is red. The class of a case is `operation.resource`, which Jenkins and GitLab
//! group by, its name is the rule. A suite `probity` in front holds a case for the gate and an error for each input
//! or policy that could not be used: without them such a run would be green.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::{self, Write};

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

use super::Rendering;
use super::standing::Standing;
use super::wording::{self, shortened};
use crate::result::{
    DiagnosticV1, FindingV1, GateV1, HeadV1, LevelV1, Recorded, SettingsV1, VerdictV1, VerdictsV1,
};
use crate::source::printable;

/// Characters of an attribute: a dashboard shows a line of it. The text below holds all.
const ATTRIBUTE_LIMIT: usize = 2_000;

/// Writes a result.
pub(super) fn write(result: &Recorded, _: &Rendering, out: &mut dyn Write) -> io::Result<()> {
    let Recorded { head, findings } = result;
    let mut listed = VerdictsV1::default();
    let mut suites: Vec<Suite> = Vec::new();
    findings.each(|finding| {
        *listed.of_mut(finding.verdict) += 1;
        if suites.last().is_none_or(|suite| suite.name != finding.location.file) {
            suites.push(Suite::new(finding.location.file.clone()));
        }
        if let Some(suite) = suites.last_mut() {
            suite.counts.add(&Outcome::of(&finding, &head.settings));
        }
        Ok(())
    })?;
    let own = own_cases(head);
    let mut own_counts = Counts::default();
    for case in &own {
        own_counts.add(&case.outcome);
    }

    let mut xml = Xml(Writer::new_with_indent(out, b' ', 2));
    xml.event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let all = suites.iter().fold(own_counts, |all, suite| all.and(suite.counts));
    xml.open(
        "testsuites",
        &[
            ("name", "probity"),
            ("tests", &text(all.tests)),
            ("failures", &text(all.failures)),
            ("errors", &text(all.errors)),
        ],
    )?;
    xml.open_suite(head, "probity", own_counts)?;
    for case in &own {
        xml.case(case)?;
    }
    xml.text_element("system-out", &told(head, &listed))?;
    xml.close("testsuite")?;

    let mut left = 0;
    let mut suites = suites.iter();
    findings.each(|finding| {
        if left == 0 {
            let Some(suite) = suites.next() else { return Ok(()) };
            left = suite.counts.tests;
            xml.open_suite(head, &suite.name, suite.counts)?;
        }
        left -= 1;
        xml.case(&Case {
            class: class(&finding),
            name: format!("{} {}", finding.rule.id, finding.rule.title),
            outcome: Outcome::of(&finding, &head.settings),
        })?;
        if left == 0 { xml.close("testsuite") } else { Ok(()) }
    })?;
    xml.close("testsuites")?;
    xml.line_feed()
}

/// The cases of a file.
struct Suite {
    name: String,
    counts: Counts,
}

impl Suite {
    fn new(name: String) -> Self {
        Self { name, counts: Counts::default() }
    }
}

#[derive(Clone, Copy, Default)]
struct Counts {
    tests: u64,
    failures: u64,
    errors: u64,
    skipped: u64,
}

impl Counts {
    fn add(&mut self, outcome: &Outcome) {
        self.tests += 1;
        match outcome {
            Outcome::Passed => {}
            Outcome::Failed(_) => self.failures += 1,
            Outcome::Broken(_) => self.errors += 1,
            Outcome::Skipped(_) => self.skipped += 1,
        }
    }

    const fn and(self, other: Self) -> Self {
        Self {
            tests: self.tests + other.tests,
            failures: self.failures + other.failures,
            errors: self.errors + other.errors,
            skipped: self.skipped + other.skipped,
        }
    }
}

struct Case {
    class: String,
    name: String,
    outcome: Outcome,
}

/// What a case came to.
enum Outcome {
    Passed,
    Failed(Report),
    Broken(Report),
    Skipped(Report),
}

/// What is said of it.
struct Report {
    kind: String,
    message: String,
    text: String,
}

impl Outcome {
    /// Of a finding. A failure is one whatever its severity; what else leaves the gate open although it is no pass is
    /// skipped, with its reason: never passed.
    fn of(finding: &FindingV1, settings: &SettingsV1) -> Self {
        let report = |kind: &str| Report {
            kind: kind.to_owned(),
            message: format!("{}: {}", wording::resource(&finding.resource), wording::says(finding)),
            text: details(finding),
        };
        let severity = finding.rule.severity.as_str();
        match (Standing::of(finding, settings), finding.verdict) {
            (Standing::Clear, VerdictV1::Pass) => Self::Passed,
            (Standing::Clear, verdict) => Self::Skipped(report(verdict.as_str())),
            (Standing::Unjudged, _) => Self::Broken(report("error")),
            (Standing::Waived, _) => Self::Skipped(report("waived")),
            (Standing::Known, _) => Self::Skipped(report("known")),
            (Standing::Closing, VerdictV1::Inconclusive) => Self::Failed(report("inconclusive")),
            (Standing::Light, VerdictV1::Inconclusive) => Self::Skipped(report("inconclusive")),
            (Standing::Closing | Standing::Light, _) => Self::Failed(report(severity)),
        }
    }
}

/// `operation.resource`.
fn class(finding: &FindingV1) -> String {
    let resource = &finding.resource;
    let name = resource.id.as_ref().or(resource.name.as_ref()).unwrap_or(&resource.kind);
    format!("{}.{name}", resource.operation)
}

/// Place, values, remediation and all else that helps to mend it.
fn details(finding: &FindingV1) -> String {
    let (rule, place, resource) = (&finding.rule, &finding.location, &finding.resource);
    let document = place.document.map(|document| format!(" (document {document})")).unwrap_or_default();
    let mut lines = vec![
        ("at", format!("{}:{}:{}{document}", place.file, place.line, place.column)),
        ("resource", format!("{} of {}", wording::resource(resource), resource.operation)),
    ];
    if !place.path.is_empty() {
        lines.insert(1, ("path", place.path.clone()));
    }
    let mut add = |name: &'static str, value: &Option<String>| {
        lines.extend(value.iter().map(|value| (name, value.clone())));
    };
    add("region", &resource.region);
    add("account", &resource.account);
    lines.push(("verdict", format!("{} ({})", finding.verdict, rule.severity)));
    for evidence in &finding.evidence {
        let value = wording::value(evidence);
        lines
            .push(("evidence", format!("{} {value} ({}:{})", evidence.path, evidence.line, evidence.column)));
    }
    lines.extend(rule.remediation.iter().map(|text| ("what to do", wording::folded(text))));
    let controls = wording::controls(finding);
    if !controls.is_empty() {
        lines.push(("requirements", controls.join(", ")));
    }
    lines.push(("rule", format!("{}:{}", rule.file, rule.line)));
    lines.push(("fingerprint", finding.fingerprint.clone()));
    // Each is one line, whatever the payload holds.
    lines.iter().map(|(name, value)| format!("{name}: {}\n", printable(value))).collect()
}

/// The gate, and what could not be used.
fn own_cases(head: &HeadV1) -> Vec<Case> {
    let report = |kind: &str, message: String, text: String| Report { kind: kind.to_owned(), message, text };
    let says = wording::gate(head);
    let gate = match head.gate {
        GateV1::Pass => Outcome::Passed,
        GateV1::Fail => Outcome::Failed(report("gate", says, String::new())),
        GateV1::Error => Outcome::Broken(report("gate", says, String::new())),
    };
    let mut cases = vec![Case { class: "probity".to_owned(), name: "gate".to_owned(), outcome: gate }];
    let mut names = HashMap::new();
    for diagnostic in head.diagnostics.iter().filter(|diagnostic| diagnostic.level == LevelV1::Error) {
        let place = place(diagnostic);
        // Without the line: a history follows a case by its name. But no two cases may have the same.
        let mut name = format!("{} {}", diagnostic.code, diagnostic.file.as_deref().unwrap_or("the run"));
        let count = names.entry(name.clone()).and_modify(|count| *count += 1).or_insert(1_u64);
        if *count > 1 {
            name.push_str(&format!(" ({count})"));
        }
        let help =
            diagnostic.help.iter().map(|help| format!("what to do: {}\n", printable(&wording::folded(help))));
        let related = diagnostic.related.iter().map(|related| {
            format!(
                "{}:{}:{}: {}\n",
                printable(&related.file),
                related.line,
                related.column,
                printable(&related.message)
            )
        });
        let text: String =
            [format!("at: {}\n", printable(&place))].into_iter().chain(related).chain(help).collect();
        cases.push(Case {
            class: "probity".to_owned(),
            name,
            outcome: Outcome::Broken(report(&diagnostic.code, diagnostic.message.clone(), text)),
        });
    }
    cases
}

fn place(diagnostic: &DiagnosticV1) -> String {
    let file = diagnostic.file.as_deref().unwrap_or("the run");
    let part = |number: Option<u64>| number.map(|number| format!(":{number}")).unwrap_or_default();
    format!("{file}{}{}", part(diagnostic.line), part(diagnostic.column))
}

/// The gate's answer, warnings, and what is counted but not listed.
fn told(head: &HeadV1, listed: &VerdictsV1) -> String {
    let mut lines = vec![wording::gate(head)];
    lines.extend(wording::unlisted(head, listed));
    for diagnostic in head.diagnostics.iter().filter(|diagnostic| diagnostic.level == LevelV1::Warning) {
        lines.push(format!("warning: {} {}: {}", diagnostic.code, place(diagnostic), diagnostic.message));
    }
    lines.iter().map(|line| format!("{}\n", printable(line))).collect()
}

fn text(number: u64) -> String {
    number.to_string()
}

/// Elements one in another.
struct Xml<W: Write>(Writer<W>);

impl<W: Write> Xml<W> {
    fn event(&mut self, event: Event<'_>) -> io::Result<()> {
        self.0.write_event(event)
    }

    fn open(&mut self, name: &str, attributes: &[(&str, &str)]) -> io::Result<()> {
        self.event(Event::Start(element(name, attributes)))
    }

    fn close(&mut self, name: &str) -> io::Result<()> {
        self.event(Event::End(BytesEnd::new(name)))
    }

    fn open_suite(&mut self, head: &HeadV1, name: &str, counts: Counts) -> io::Result<()> {
        // Readers take a time without a zone, and so does the schema of some.
        let at = head.at.strip_suffix('Z').unwrap_or(&head.at);
        self.open(
            "testsuite",
            &[
                ("name", name),
                ("tests", &text(counts.tests)),
                ("failures", &text(counts.failures)),
                ("errors", &text(counts.errors)),
                ("skipped", &text(counts.skipped)),
                ("timestamp", at),
            ],
        )
    }

    fn text_element(&mut self, name: &str, content: &str) -> io::Result<()> {
        self.open(name, &[])?;
        self.event(Event::Text(BytesText::new(&legal(content))))?;
        self.close(name)
    }

    fn case(&mut self, case: &Case) -> io::Result<()> {
        let attributes = [("classname", case.class.as_str()), ("name", case.name.as_str())];
        let (name, report) = match &case.outcome {
            Outcome::Passed => return self.event(Event::Empty(element("testcase", &attributes))),
            Outcome::Failed(report) => ("failure", report),
            Outcome::Broken(report) => ("error", report),
            Outcome::Skipped(report) => ("skipped", report),
        };
        self.open("testcase", &attributes)?;
        let attributes = [("type", report.kind.as_str()), ("message", report.message.as_str())];
        if report.text.is_empty() {
            self.event(Event::Empty(element(name, &attributes)))?;
        } else {
            self.open(name, &attributes)?;
            self.event(Event::Text(BytesText::new(&legal(&report.text))))?;
            self.close(name)?;
        }
        self.close("testcase")
    }

    fn line_feed(&mut self) -> io::Result<()> {
        self.0.get_mut().write_all(b"\n")
    }
}

fn element<'n>(name: &'n str, attributes: &[(&'n str, &str)]) -> BytesStart<'n> {
    let mut element = BytesStart::new(name);
    for (name, value) in attributes {
        let value = shortened(value, ATTRIBUTE_LIMIT);
        element.push_attribute((*name, legal(&printable(&value)).as_ref()));
    }
    element
}

/// Makes the two characters visible that XML 1.0 cannot hold and that are no control characters.
fn legal(text: &str) -> Cow<'_, str> {
    if text.contains(['\u{FFFE}', '\u{FFFF}']) {
        Cow::Owned(text.replace('\u{FFFE}', "\\ufffe").replace('\u{FFFF}', "\\uffff"))
    } else {
        Cow::Borrowed(text)
    }
}
