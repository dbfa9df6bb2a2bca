//! What the templates show.

use askama::Template;

use super::age::Ages;
use super::answer::Answer;
use super::control::Framework;
use super::data::minus;
use super::literal::{paragraph, shown};
use super::number::{counted, grouped, length};
use super::rule::Rule;
use super::survey::{Plain, Survey};
use super::verdicts::{Bar, Count, add, counts, words};
use crate::result::{
    DiagnosticV1, HeadV1, InputV1, LevelV1, PopulationV1, SettledEntryV1, SettledV1, SeverityV1, VerdictsV1,
    WaiverUseV1,
};

/// Entries of a list that the page shows; it says how many more there are.
const LISTED: usize = 2000;
/// Problems that the first view names.
const FIRST: usize = 5;
/// Rules that the first view names.
const TOP: usize = 8;

/// The page up to the data of its findings.
#[derive(Template)]
#[template(path = "page.html", config = "src/report/html/askama.toml")]
pub(super) struct Page<'a> {
    policy: &'a str,
    style: &'a str,
    answer: Answer,
    facts: Vec<(&'static str, String)>,
    /// Charts of verdicts.
    charts: Vec<Chart>,
    ages: Option<Ages>,
    /// The rules that found most.
    top: Vec<&'a Rule>,
    rules: &'a [Rule],
    frameworks: &'a [Framework],
    findings: String,
    plain: &'a [Plain],
    plain_more: u64,
    missing: Vec<Count>,
    problems: Listed<Problem>,
    warnings: usize,
    inputs: Listed<Input>,
    waivers: Listed<Waiver>,
    ratchet: Option<Ratchet>,
    population: Listed<Population>,
    is_partial: bool,
}

/// A chart of verdicts.
struct Chart {
    title: &'static str,
    rows: Vec<ChartRow>,
}

/// A bar with its name.
struct ChartRow {
    name: String,
    /// Where it leads: the begin of an anchor, and the value at its end.
    link: Option<(&'static str, String)>,
    bar: Bar,
}

/// The first entries of a list.
struct Listed<T> {
    entries: Vec<T>,
    all: usize,
}

impl<T> Listed<T> {
    fn new<S>(sources: &[S], entry: impl FnMut(&S) -> T) -> Self {
        Self { entries: sources.iter().take(LISTED).map(entry).collect(), all: sources.len() }
    }

    const fn more(&self) -> usize {
        self.all - self.entries.len()
    }
}

/// Something that was wrong.
struct Problem {
    is_error: bool,
    level: &'static str,
    code: String,
    message: String,
    place: Option<String>,
    help: Option<String>,
    related: Vec<(String, String)>,
}

/// An input.
struct Input {
    file: String,
    operation: Option<String>,
    sha256: Option<String>,
    bytes: String,
    payloads: String,
    resources: String,
    complete: Option<bool>,
    stated_total: Option<String>,
    /// The oldest and newest observation.
    observed: Option<(String, String)>,
}

/// A waiver.
struct Waiver {
    state: &'static str,
    class: &'static str,
    rule: String,
    resource: String,
    reason: String,
    owner: String,
    expires: String,
    ticket: Option<String>,
    failures: String,
    place: String,
}

/// How the run compares to its ratchet.
struct Ratchet {
    file: String,
    entries: String,
    known: String,
    new: String,
    settled: Listed<Settled>,
}

/// Something that the ratchet knows and the run does not have any more.
struct Settled {
    state: &'static str,
    class: &'static str,
    rule: String,
    severity: &'static str,
    verdict: &'static str,
    resource: String,
}

/// A list of expected resources.
struct Population {
    file: String,
    operation: String,
    expected: String,
    found: String,
    missing: String,
    unexpected: String,
}

impl<'a> Page<'a> {
    pub(super) fn new(
        head: &'a HeadV1,
        survey: &'a Survey,
        rules: &'a [Rule],
        frameworks: &'a [Framework],
        policy: &'a str,
        style: &'a str,
    ) -> Self {
        let errors = head.diagnostics.iter().filter(|problem| problem.level == LevelV1::Error).count();
        Self {
            policy,
            style,
            answer: Answer::new(head),
            facts: facts(head),
            charts: charts(head, frameworks),
            ages: Ages::new(head),
            top: top(rules),
            rules,
            frameworks,
            findings: grouped(survey.listed.total()),
            plain: &survey.plain,
            plain_more: survey.more,
            missing: counts(&minus(&head.summary.verdicts, &survey.listed)),
            problems: Listed::new(&head.diagnostics, problem),
            warnings: head.diagnostics.len() - errors,
            inputs: Listed::new(&head.inputs, input),
            waivers: Listed::new(&head.waivers, waiver),
            ratchet: head.ratchet.as_ref().map(|ratchet| Ratchet {
                file: shown(&ratchet.file),
                entries: grouped(ratchet.entries),
                known: grouped(ratchet.known),
                new: grouped(ratchet.new),
                settled: Listed::new(&ratchet.settled, settled),
            }),
            population: Listed::new(&head.population, population),
            is_partial: errors > 0 || head.summary.verdicts.error > 0,
        }
    }

    fn first_problems(&self) -> impl Iterator<Item = &Problem> {
        self.problems.entries.iter().filter(|problem| problem.is_error).take(FIRST)
    }

    fn errors(&self) -> usize {
        self.problems.all - self.warnings
    }

    fn has_exceptions(&self) -> bool {
        self.waivers.all > 0 || self.ratchet.is_some() || self.population.all > 0
    }
}

/// The run in a list of names and values.
fn facts(head: &HeadV1) -> Vec<(&'static str, String)> {
    let settings = &head.settings;
    let summary = &head.summary;
    let mut facts = vec![
        ("Clock", shown(&head.at)),
        ("Made by", format!("{} {}", shown(&head.tool.name), shown(&head.tool.version))),
        ("Failures count from", format!("severity {}", settings.fail_on)),
        (
            "What is inconclusive",
            if settings.inconclusive == "warn" { "only warns" } else { "counts as a failure does" }
                .to_owned(),
        ),
        (
            "Oldest evidence allowed",
            settings
                .max_age_seconds
                .map_or_else(|| "any age".to_owned(), |age| length(u64::try_from(age).unwrap_or_default())),
        ),
        ("Configuration", settings.config.as_deref().map_or_else(|| "none".to_owned(), shown)),
    ];
    facts.push((
        "Judged",
        format!(
            "{} in {} of {}, by {}",
            counted(summary.resources, "resource", "resources"),
            counted(summary.payloads, "payload", "payloads"),
            counted(summary.files, "file", "files"),
            counted(summary.rules, "rule", "rules"),
        ),
    ));
    let complete = |is: Option<bool>| head.inputs.iter().filter(|input| input.complete == is).count() as u64;
    let (whole, partial, unknown) = (complete(Some(true)), complete(Some(false)), complete(None));
    let mut words = vec![format!("{} complete", grouped(whole))];
    if partial > 0 {
        words.push(format!("{} incomplete", grouped(partial)));
    }
    if unknown > 0 {
        words.push(format!("{} do not tell", grouped(unknown)));
    }
    facts.push(("Inputs", words.join(", ")));
    facts
}

fn charts(head: &HeadV1, frameworks: &[Framework]) -> Vec<Chart> {
    let cells = &head.summary.counts;
    let mut operations: Vec<&str> = cells.iter().map(|cell| cell.operation.as_str()).collect();
    operations.sort_unstable();
    operations.dedup();
    let row = |name: &str, link: Option<(&'static str, String)>, verdicts: &VerdictsV1| ChartRow {
        name: shown(name),
        link,
        bar: Bar::new(verdicts),
    };
    let by_operation = operations.into_iter().map(|operation| {
        let mut sum = VerdictsV1::default();
        cells
            .iter()
            .filter(|cell| cell.operation == operation)
            .for_each(|cell| add(&mut sum, &cell.verdicts));
        row(operation, Some(("findings?operation=", shown(operation))), &sum)
    });
    let by_severity = SeverityV1::ALL.iter().filter_map(|&severity| {
        let mut sum = VerdictsV1::default();
        cells.iter().filter(|cell| cell.severity == severity).for_each(|cell| add(&mut sum, &cell.verdicts));
        let link = ("findings?severity=", severity.to_string());
        (sum != VerdictsV1::default()).then(|| row(severity.as_str(), Some(link), &sum))
    });
    let by_framework = frameworks.iter().map(|framework| {
        let Framework { name, anchor, verdicts, .. } = framework;
        row(name, Some(("", anchor.clone())), verdicts)
    });
    let outcomes = (head.summary.outcomes != VerdictsV1::default())
        .then(|| row("each by its weightiest verdict", None, &head.summary.outcomes));
    let charts = [
        Chart { title: "Resources", rows: outcomes.into_iter().collect() },
        Chart { title: "Verdicts by severity", rows: by_severity.collect() },
        Chart { title: "Verdicts by operation", rows: by_operation.collect() },
        Chart { title: "Verdicts by control framework", rows: by_framework.collect() },
    ];
    charts.into_iter().filter(|chart| !chart.rows.is_empty()).collect()
}

/// The rules that most verdicts of which want attention.
fn top(rules: &[Rule]) -> Vec<&Rule> {
    let weight = |rule: &Rule| {
        let VerdictsV1 { fail, error, inconclusive, .. } = rule.verdicts;
        (fail.saturating_add(error), inconclusive)
    };
    let mut top: Vec<&Rule> = rules.iter().filter(|rule| weight(rule) > (0, 0)).collect();
    top.sort_by_key(|rule| std::cmp::Reverse(weight(rule)));
    top.truncate(TOP);
    top
}

fn problem(problem: &DiagnosticV1) -> Problem {
    let place = problem.file.as_deref().map(|file| match (problem.line, problem.column) {
        (Some(line), Some(column)) => format!("{}:{line}:{column}", shown(file)),
        (Some(line), None) => format!("{}:{line}", shown(file)),
        _ => shown(file),
    });
    let related = problem.related.iter().map(|place| {
        (paragraph(&place.message), format!("{}:{}:{}", shown(&place.file), place.line, place.column))
    });
    Problem {
        is_error: problem.level == LevelV1::Error,
        level: problem.level.as_str(),
        code: shown(&problem.code),
        message: paragraph(&problem.message),
        place,
        help: problem.help.as_deref().map(paragraph),
        related: related.collect(),
    }
}

fn input(input: &InputV1) -> Input {
    Input {
        file: shown(&input.file),
        operation: input.operation.as_deref().map(shown),
        sha256: input.sha256.as_deref().map(shown),
        bytes: grouped(input.bytes),
        payloads: grouped(input.payloads),
        resources: grouped(input.resources),
        complete: input.complete,
        stated_total: input.stated_total.map(grouped),
        observed: input.observed.as_ref().map(|times| (shown(&times.from), shown(&times.to))),
    }
}

fn waiver(used: &WaiverUseV1) -> Waiver {
    use crate::result::WaiverStateV1::{Active, Expired, Expiring, Unused};
    let waiver = &used.waiver;
    Waiver {
        state: used.state.as_str(),
        class: match used.state {
            Active => "waived",
            Expiring => "inconclusive",
            Expired => "fail",
            Unused => "not_applicable",
        },
        rule: shown(&used.rule),
        resource: shown(&used.resource),
        reason: paragraph(&waiver.reason),
        owner: shown(&waiver.owner),
        expires: waiver.expires.as_deref().map_or_else(|| "never: it is permanent".to_owned(), shown),
        ticket: waiver.ticket.as_deref().map(shown),
        failures: grouped(used.failures),
        place: format!("{}:{}", shown(&waiver.file), waiver.line),
    }
}

fn settled(entry: &SettledEntryV1) -> Settled {
    let resource = &entry.resource;
    let (state, class) = match entry.state {
        SettledV1::Fixed => ("fixed", "pass"),
        SettledV1::Waived => ("waived now", "waived"),
        SettledV1::Unclear => ("unclear now", "inconclusive"),
        SettledV1::Worse => ("fails now", "fail"),
        SettledV1::Vanished => ("resource is gone", "inconclusive"),
        SettledV1::NotEvaluated => ("not evaluated", "not_applicable"),
    };
    Settled {
        state,
        class,
        rule: shown(&entry.rule),
        severity: entry.severity.as_str(),
        verdict: words(entry.verdict),
        resource: format!(
            "{} ({})",
            resource.id.as_deref().map_or_else(|| "without an id".to_owned(), shown),
            shown(&resource.operation)
        ),
    }
}

fn population(list: &PopulationV1) -> Population {
    Population {
        file: shown(&list.file),
        operation: shown(&list.operation),
        expected: grouped(list.expected),
        found: grouped(list.found),
        missing: grouped(list.expected.saturating_sub(list.found)),
        unexpected: grouped(list.unexpected),
    }
}
