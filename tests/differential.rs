//! What the fast way says, and what the engine alone says: the same, to the letter.
//!
//! `PROBITY_PAIRS` is the number of pairs of a rule and a resource that are compared, and `PROBITY_SEED` tells which.

use std::path::PathBuf;
use std::sync::Arc;

use probity::discover::discover;
use probity::evaluate::{Plan, Rulebook as _, Way};
use probity::finding::{Finding, Lines, Tally, Verdict};
use probity::operation::Operation;
use probity::policy::{PolicyFile, builtin_files, load};
use probity::report::{JsonLines, NdjsonReporter, Reporter as _};
use probity::run::{Event, Progress, execute};
use probity::settings::{JudgeSettings, LoadSettings};

use super::in_process::{clock, judge_settings, load_settings};
use super::support::Folder;

#[path = "differential/fields.rs"]
mod fields;
#[path = "differential/resources.rs"]
mod resources;
#[path = "differential/rules.rs"]
mod rules;

use super::generate::{Kind, Mix, Random, resource};
use fields::Fields;

/// Generated rules of one operation in one round.
const RULES: usize = 48;
/// Resources in one round.
const RESOURCES: u64 = 40;

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| text.parse().unwrap())
}

fn operation(kind: Kind) -> Operation {
    Operation::ALL.into_iter().find(|operation| operation.id() == kind.operation()).unwrap()
}

fn plan(files: &[Arc<PolicyFile>]) -> Result<Plan, String> {
    let in_words = |problems: Vec<probity::source::Diagnostic>| {
        problems
            .into_iter()
            .map(|problem| format!("{}: {}\n", problem.code, problem.message))
            .collect::<String>()
    };
    let set = load(files).map_err(in_words)?;
    Plan::new(&set, clock()).map_err(in_words)
}

/// What a run tells.
struct Report {
    /// Everything, as it is told.
    told: Vec<String>,
    /// The findings as lines.
    lines: Vec<u8>,
    tally: Tally,
}

/// Runs in one way; with `as_lines` the threads write the findings, else they are written when they are told.
fn report(plan: &Plan, path: &str, forced: Option<Operation>, way: Way, as_lines: bool) -> Report {
    let load = LoadSettings {
        forced,
        allow_incomplete: true,
        allow_empty: true,
        ..load_settings(vec![PathBuf::from(path)])
    };
    let judging = JudgeSettings { excerpts: !as_lines, digests: false, ..judge_settings(way) };
    let mut told = Vec::new();
    let mut lines = Vec::new();
    let mut reporter = NdjsonReporter::new(&mut lines);
    let discovery = discover(&load.inputs);
    let format: Option<&dyn Lines> = if as_lines { Some(&JsonLines) } else { None };
    let run = execute(&load, &judging, plan, discovery, &Progress::default(), format, &mut |event| {
        match event {
            Event::Finding(finding) => {
                // What the lines of threads do not have.
                let plain = Finding { excerpt: None, rule_excerpt: None, ..finding.clone() };
                reporter.finding(&plain).unwrap();
                told.push(in_words(finding));
            }
            Event::Lines(lines) => reporter.lines(lines).unwrap(),
            other => told.push(format!("{other:?}")),
        }
        true
    });
    let run = run.unwrap();
    drop(reporter);
    told.push(format!("{:?} {:?} {:?}", run.gate, run.tally, run.outcomes));
    Report { told, lines, tally: run.tally }
}

/// All that a finding tells, but for what is fixed for its rule.
fn in_words(finding: &Finding) -> String {
    let Finding {
        rule,
        rule_line_1based,
        verdict,
        message,
        resource,
        location,
        evidence,
        fingerprint,
        waiver,
        is_known,
        excerpt,
        rule_excerpt,
    } = finding;
    format!(
        "{} line {rule_line_1based}\n{verdict:?} {message:?}\n{resource:?}\n{location:?}\n{evidence:#?}\n\
         {fingerprint}\n{waiver:?} {is_known}\n{excerpt:?}\n{rule_excerpt:?}",
        rule.id
    )
}

/// What was compared so far.
#[derive(Debug, Default)]
struct Compared {
    pairs: u64,
    /// Rules that were made up, of which so many were taken.
    made: usize,
    taken: usize,
    /// Of those and the built-in ones, how many are programs.
    judged: usize,
    programs: usize,
    tally: Tally,
}

impl Compared {
    /// Compares all rules of an operation on some resources of it.
    fn round(&mut self, kind: Kind, round: u64, random: &mut Random) {
        let operation = operation(kind);
        let samples: Vec<String> = (0..12)
            .map(|number| {
                let mut text = String::new();
                let mix = if number % 2 == 0 { Mix::Realistic } else { Mix::Firing };
                resource(kind, number, mix, random, &mut text);
                text
            })
            .collect();
        let fields = Fields::of(operation, &samples);
        let files = self.generated(kind, &fields, random);
        let plan = plan(&[builtin_files(), files.clone()].concat()).unwrap();
        let (programs, judged) = plan.judge(operation, Way::Fast).unwrap().programs();
        self.programs += programs;
        self.judged += judged;
        self.pairs += RESOURCES * judged as u64;

        // Some of them several times, for what is remembered.
        let mut lines: Vec<String> = Vec::new();
        for number in 0..RESOURCES {
            lines.push(match lines.get(random.index(lines.len() * 3)) {
                Some(line) => line.clone(),
                None => resources::changed(kind, number, random),
            });
        }
        let is_alone = round.is_multiple_of(2) || kind == Kind::Baselines;
        let text = if is_alone {
            lines.join("\n")
        } else {
            let pages = lines.chunks(8).map(|page| {
                let (before, after) = kind.envelope(page.len() as u64);
                format!("{before}{}{after}\n", page.join(","))
            });
            pages.collect()
        };
        let folder = Folder::new();
        let path = folder.file("in.ndjson", &text);
        let forced = is_alone.then_some(operation);
        let Report { told: fast, .. } = report(&plan, &path, forced, Way::Fast, false);
        let Report { lines: written, .. } = report(&plan, &path, forced, Way::Fast, true);
        let Report { told: reference, lines, tally } = report(&plan, &path, forced, Way::Reference, false);
        self.tally.merge(&tally);
        let different = fast.iter().zip(&reference).find(|(fast, reference)| fast != reference);
        if let Some((fast, reference)) = different {
            panic!("{operation}, round {round}\n{}", difference(fast, reference, &files, &text));
        }
        assert_eq!(fast.len(), reference.len());
        let (written, lines) = (String::from_utf8(written).unwrap(), String::from_utf8(lines).unwrap());
        let different = written.lines().zip(lines.lines()).find(|(written, line)| written != line);
        if let Some((written, line)) = different {
            panic!("{operation}, round {round}\n{}", difference(written, line, &files, &text));
        }
        assert_eq!(written.len(), lines.len());
    }

    /// Rules that compile.
    fn generated(&mut self, kind: Kind, fields: &Fields, random: &mut Random) -> Vec<Arc<PolicyFile>> {
        let mut files: Vec<Arc<PolicyFile>> = Vec::new();
        while files.len() < RULES {
            let number = files.len();
            let text = rules::rule(&format!("GEN-{number}"), kind.operation(), fields, random);
            let file = Arc::new(PolicyFile::new(&format!("generated/{number}.rego"), text));
            self.made += 1;
            if plan(&[Arc::clone(&file)]).is_ok() {
                files.push(file);
            }
        }
        self.taken += files.len();
        files
    }
}

/// The rule whose findings differ, the first lines that do, and where the resources are kept.
fn difference(fast: &str, reference: &str, files: &[Arc<PolicyFile>], resources: &str) -> String {
    let lines = fast.lines().zip(reference.lines()).find(|(fast, reference)| fast != reference);
    let (fast, here) = lines.unwrap_or_default();
    let is_it = |file: &&Arc<PolicyFile>| {
        let id = file.text.lines().nth(1).unwrap().trim_start_matches("# title: ");
        reference.starts_with(&format!("{id} line")) || reference.contains(&format!("\"id\":\"{id}\""))
    };
    let rule = files.iter().find(is_it).map_or("", |file| file.text.as_str());
    let kept = std::env::temp_dir().join("probity-differential.ndjson");
    std::fs::write(&kept, resources).unwrap();
    let beginning: String = reference.chars().take(800).collect();
    format!("{}\n{rule}\nfast:      {fast}\nreference: {here}\nin full: {beginning}", kept.display())
}

#[test]
fn the_fast_way_says_what_the_engine_says() {
    let pairs = number("PROBITY_PAIRS", 20_000);
    let mut random = Random::new(number("PROBITY_SEED", 1));
    let mut compared = Compared::default();
    let mut round = 0;
    while compared.pairs < pairs {
        for kind in Kind::ALL {
            compared.round(kind, round, &mut random);
        }
        round += 1;
    }
    let Compared { pairs, made, taken, judged, programs, tally } = compared;
    println!("{pairs} pairs, {taken} of {made} generated rules, {programs} of {judged} rules are programs");
    assert!(taken >= 200 && taken * 2 > made, "{taken} of {made} generated rules compile");
    assert!(programs * 2 > judged, "{programs} of {judged} rules are programs");
    let total = tally.total();
    for verdict in
        [Verdict::Pass, Verdict::Fail, Verdict::Inconclusive, Verdict::NotApplicable, Verdict::Error]
    {
        assert!(total.of(verdict) * 50 > pairs, "{verdict:?}: {} of {pairs}", total.of(verdict));
    }
}
