//! What each stage costs: load, model, evaluate, report.

#![expect(clippy::unwrap_used, reason = "a benchmark that cannot go on has nothing to measure")]

use std::collections::BTreeMap;
use std::hint::black_box;
use std::io::{self, Write as _};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use probity::discover::{InputFile, Origin, discover};
use probity::evaluate::{Judged, Payload, Plan, Rulebook as _, Source, Way};
use probity::finding::{Finding, Run};
use probity::load::{Limits, Splitter, open};
use probity::model::Resource;
use probity::operation::Operation;
use probity::policy::{Severity, builtin_files, load};
use probity::report::{JsonReporter, NdjsonReporter, PrettyReporter, Reporter, Style};
use probity::run::{Event, Progress, execute};
use probity::settings::{JudgeSettings, LoadSettings, Purpose};

#[path = "support/generate.rs"]
mod generate;

use generate::{Kind, Mix, Random, resource};

const RECORDS: u64 = 2000;

fn clock() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_219_200, 0).unwrap_or_default()
}

fn operation(kind: Kind) -> Operation {
    Operation::ALL
        .into_iter()
        .find(|operation| operation.id() == kind.operation())
        .unwrap_or(Operation::ALL[0])
}

/// Resources, one a line.
fn lines(kind: Kind, mix: Mix) -> String {
    let mut random = Random::new(1);
    let mut text = String::new();
    for number in 0..RECORDS {
        resource(kind, number, mix, &mut random, &mut text);
        text.push('\n');
    }
    text
}

fn file(text: &str) -> (tempfile::NamedTempFile, PathBuf) {
    let mut file = tempfile::Builder::new().suffix(".ndjson").tempfile().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    let path = file.path().to_owned();
    (file, path)
}

fn document(kind: Kind) -> String {
    let (before, after) = kind.envelope(RECORDS);
    let lines = lines(kind, Mix::Realistic);
    format!("{before}{}{after}", lines.trim_end().replace('\n', ","))
}

/// Cutting bytes into batches, for lines and for one document.
fn load_stage(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("load");
    // Large enough to be streamed.
    for (name, text) in [
        ("lines", lines(Kind::Nodes, Mix::Realistic).repeat(4)),
        ("document", {
            let (before, after) = Kind::Nodes.envelope(4 * RECORDS);
            let all = lines(Kind::Nodes, Mix::Realistic).repeat(4);
            format!("{before}{}{after}", all.trim_end().replace('\n', ","))
        }),
    ] {
        let (_guard, path) = file(&text);
        let input = InputFile { name: Arc::from("bench"), origin: Origin::Path(path) };
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                let mut opened = open(&input, Limits::default(), false).unwrap();
                let mut bytes = 0;
                let mut emit = |batch: probity::load::Batch| {
                    bytes += batch.text.len();
                    true
                };
                Splitter::run(&mut opened, None, &mut emit).unwrap();
                black_box(bytes)
            });
        });
    }
    group.finish();
}

/// Parsing resources into the typed model.
fn model_stage(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("model");
    group.throughput(Throughput::Elements(RECORDS));
    for kind in Kind::ALL {
        let text = lines(kind, Mix::Realistic);
        let operation = operation(kind);
        group.bench_function(operation.id(), |bencher| {
            bencher.iter(|| {
                for line in text.lines() {
                    black_box(Resource::parse(operation, line).is_ok());
                }
            });
        });
    }
    group.finish();
}

fn plan() -> Plan {
    let set = load(&builtin_files()).unwrap();
    Plan::new(&set, clock()).unwrap()
}

/// Judging resources by all rules of their operation.
fn evaluate_stage(criterion: &mut Criterion) {
    let plan = plan();
    let mut group = criterion.benchmark_group("evaluate");
    group.sample_size(10);
    group.throughput(Throughput::Elements(RECORDS));
    for kind in Kind::ALL {
        let text = lines(kind, Mix::Realistic);
        let operation = operation(kind);
        let resources: Vec<Resource<'_>> =
            text.lines().filter_map(|line| Resource::parse(operation, line).ok()).collect();
        let mut judge = plan.judge(operation, Way::Fast).unwrap();
        group.bench_function(operation.id(), |bencher| {
            bencher.iter(|| {
                for resource in &resources {
                    let source = Source::new(operation, "bench", resource, None);
                    let judged =
                        Judged { resource, unreadable: &[], payload: Payload(None), source: &source };
                    judge.judge(&judged, |_, outcome| {
                        black_box(outcome);
                    });
                }
            });
        });
    }
    group.bench_function("start-up: all rules", |bencher| {
        bencher.iter_batched(|| (), |()| self::plan(), BatchSize::PerIteration);
    });
    group.finish();
}

/// Findings as a run gives them, and the run.
fn findings() -> (Vec<Finding>, Run) {
    let text = document(Kind::Nodes);
    let (_guard, path) = file(&text);
    let load = LoadSettings {
        inputs: vec![path],
        forced: None,
        limits: Limits::default(),
        strict: false,
        allow_incomplete: false,
        allow_empty: false,
        max_age: None,
        threads: NonZeroUsize::MIN,
    };
    let judging = JudgeSettings {
        purpose: Purpose::Judge,
        way: Way::Fast,
        clock: clock(),
        on_inconclusive: probity::finding::OnInconclusive::Fail,
        fail_on: Severity::Low,
        include: Vec::new(),
        excerpts: true,
        evidence: true,
        digests: false,
    };
    let mut findings = Vec::new();
    let plan = plan();
    let discovery = discover(&load.inputs);
    let run = execute(&load, &judging, &plan, discovery, &Progress::default(), &mut |event| {
        if let Event::Finding(finding) = event {
            findings.push(finding.clone());
        }
        true
    });
    (findings, run.unwrap())
}

/// Writing findings.
fn report_stage(criterion: &mut Criterion) {
    let (findings, run) = findings();
    let mut group = criterion.benchmark_group("report");
    group.throughput(Throughput::Elements(findings.len() as u64));
    let mut makers: BTreeMap<&str, fn() -> Box<dyn Reporter>> = BTreeMap::new();
    makers.insert("json", || Box::new(JsonReporter::new(io::sink())));
    makers.insert("ndjson", || Box::new(NdjsonReporter::new(io::sink())));
    makers.insert("pretty", || Box::new(PrettyReporter::new(io::sink(), Style::PLAIN)));
    for (name, make) in makers {
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                let mut reporter = make();
                for finding in &findings {
                    let _ = reporter.finding(finding);
                }
                let _ = reporter.finish(&run);
            });
        });
    }
    group.finish();
}

criterion_group!(stages, load_stage, model_stage, evaluate_stage, report_stage);
criterion_main!(stages);
