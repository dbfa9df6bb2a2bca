//! What each stage costs, on one thread: finding files, cutting them into batches, reading records, going to the values
//! that rules look at, judging, telling what a verdict rests on, writing findings; and getting ready.
//!
//! Stages that cannot be called alone are in `run`: each line there does one thing more than the one before it.

#![expect(clippy::unwrap_used, reason = "a benchmark that cannot go on has nothing to measure")]

use std::collections::BTreeMap;
use std::fs;
use std::hint::black_box;
use std::io::{self, Write as _};
use std::num::NonZeroUsize;
use std::path::PathBuf;

use chrono::{DateTime, Utc};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use probity::discover::{InputFile, Origin, discover};
use probity::evaluate::{Judged, Known, Payload, Plan, Rulebook as _, Source, Way};
use probity::finding::{Finding, Run, Verdict};
use probity::load::{Limits, Splitter, open};
use probity::model::{Hop, Layout, Resource, View};
use probity::operation::Operation;
use probity::policy::{Severity, builtin_files, load};
use probity::report::{JsonReporter, NdjsonReporter, PrettyReporter, Reporter, Style};
use probity::run::{Event, Progress, execute};
use probity::settings::{Accepting, JudgeSettings, LoadSettings, Purpose};
use probity::source::json::{JsonPath, Outline, check};
use probity::source::{Position, Tracker};

#[path = "support/generate.rs"]
mod generate;
#[path = "../examples/bare_parse/records/mod.rs"]
mod records;

use generate::{Kind, Mix, Random, resource};
use records::{Baseline, Batch, Image, Node, PatchState};

// As in the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const RECORDS: u64 = 2000;
/// Records that the engine judges: it takes a hundred times as long.
const FEW_RECORDS: usize = 100;
/// Files of a folder.
const FILES: u64 = 500;

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

fn file(bytes: &[u8]) -> (tempfile::NamedTempFile, PathBuf) {
    let mut file = tempfile::Builder::new().suffix(".ndjson").tempfile().unwrap();
    file.write_all(bytes).unwrap();
    let path = file.path().to_owned();
    (file, path)
}

fn document(kind: Kind) -> String {
    let (before, after) = kind.envelope(RECORDS);
    let lines = lines(kind, Mix::Realistic);
    format!("{before}{}{after}", lines.trim_end().replace('\n', ","))
}

/// Finding the files of a folder.
fn discover_stage(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    for number in 0..FILES {
        let below = folder.path().join(format!("{}", number % 10));
        fs::create_dir_all(&below).unwrap();
        fs::write(below.join(format!("{number}.json")), "{}").unwrap();
    }
    let inputs = [folder.path().to_owned()];
    let mut group = criterion.benchmark_group("discover");
    group.throughput(Throughput::Elements(FILES));
    group.bench_function("a folder", |bencher| bencher.iter(|| black_box(discover(&inputs))));
    group.finish();
}

/// Cutting bytes into batches: lines, one document, packed lines.
fn load_stage(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("load");
    // Large enough to be streamed.
    let lines = lines(Kind::Nodes, Mix::Realistic).repeat(4);
    let (before, after) = Kind::Nodes.envelope(4 * RECORDS);
    let document = format!("{before}{}{after}", lines.trim_end().replace('\n', ","));
    let packed = zstd::encode_all(lines.as_bytes(), 3).unwrap();
    for (name, text, bytes) in [
        ("lines", &lines, lines.as_bytes()),
        ("document", &document, document.as_bytes()),
        ("lines, zst", &lines, &packed),
    ] {
        let (_guard, path) = file(bytes);
        let input = InputFile::new("bench", Origin::Path(path));
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

/// Whether `text` is parsed into a plain struct.
fn bare(kind: Kind, text: &str) -> bool {
    match kind {
        Kind::Nodes => black_box(serde_json::from_str::<Node<'_>>(text)).is_ok(),
        Kind::PatchStates => black_box(serde_json::from_str::<PatchState<'_>>(text)).is_ok(),
        Kind::Images => black_box(serde_json::from_str::<Image<'_>>(text)).is_ok(),
        Kind::Batches => black_box(serde_json::from_str::<Batch<'_>>(text)).is_ok(),
        Kind::Baselines => black_box(serde_json::from_str::<Baseline<'_>>(text)).is_ok(),
    }
}

/// Reading records: into plain structs, which is the limit; into the typed model, straight from plain text, and by serde,
/// as is done where it is not plain.
fn model_stage(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("model");
    group.throughput(Throughput::Elements(RECORDS));
    for kind in Kind::ALL {
        let text = lines(kind, Mix::Realistic);
        let operation = operation(kind);
        group.bench_function(format!("limit: {}", operation.id()), |bencher| {
            bencher.iter(|| text.lines().filter(|line| bare(kind, line)).count());
        });
        group.bench_function(format!("scan: {}", operation.id()), |bencher| {
            let mut order = Resource::order(operation);
            bencher.iter(|| {
                for line in text.lines() {
                    black_box(Resource::scan(operation, line, &mut order).is_ok());
                }
            });
        });
        group.bench_function(format!("serde: {}", operation.id()), |bencher| {
            bencher.iter(|| {
                for line in text.lines() {
                    black_box(Resource::parse(operation, line).is_ok());
                }
            });
        });
    }
    group.bench_function("check for double names: huawei.coc.ListInstanceCompliant", |bencher| {
        let text = lines(Kind::Nodes, Mix::Realistic);
        bencher.iter(|| text.lines().filter(|line| check(line, 0).is_ok()).count());
    });
    group.finish();
}

/// How to go to a value of a resource.
fn hops(operation: Operation, path: &str) -> Vec<Hop> {
    let mut layout: &Layout = Resource::layout(operation);
    let mut hops = Vec::new();
    for name in path.split('.') {
        let (hop, below) = layout.member(name);
        hops.push(hop);
        layout = below;
    }
    hops
}

/// Going to the values that the ten rules for nodes look at.
fn view_stage(criterion: &mut Criterion) {
    let operation = operation(Kind::Nodes);
    let paths = [
        "compliant_summary.compliant_count",
        "non_compliant_summary.non_compliant_count",
        "non_compliant_summary.severity_summary.critical_count",
        "non_compliant_summary.severity_summary.high_count",
        "execution_summary.report_time",
        "baseline_id",
        "group",
        "region",
        "status",
    ]
    .map(|path| hops(operation, path));
    let text = lines(Kind::Nodes, Mix::Realistic);
    let resources: Vec<Resource<'_>> =
        text.lines().filter_map(|line| Resource::parse(operation, line).ok()).collect();
    let mut group = criterion.benchmark_group("views");
    group.throughput(Throughput::Elements(RECORDS));
    group.bench_function("nine values, by number", |bencher| {
        bencher.iter(|| {
            for resource in &resources {
                for path in &paths {
                    let value = path.iter().fold(resource.view(), View::hop);
                    black_box(matches!(value, View::Absent));
                }
            }
        });
    });
    group.finish();
}

fn plan() -> Plan {
    let set = load(&builtin_files()).unwrap();
    Plan::new(&set, clock()).unwrap()
}

/// Judging resources by all rules of their operation: by programs, and by the engine.
fn judge_stage(criterion: &mut Criterion) {
    let plan = plan();
    let mut group = criterion.benchmark_group("judge");
    group.sample_size(10);
    for kind in Kind::ALL {
        let operation = operation(kind);
        for (name, mix, way) in [
            ("clean", Mix::Clean, Way::Fast),
            ("realistic", Mix::Realistic, Way::Fast),
            ("firing", Mix::Firing, Way::Fast),
            ("engine", Mix::Realistic, Way::Reference),
        ] {
            let count = if way == Way::Fast { usize::MAX } else { FEW_RECORDS };
            let text = lines(kind, mix);
            let resources: Vec<Resource<'_>> =
                text.lines().take(count).filter_map(|line| Resource::parse(operation, line).ok()).collect();
            let mut judge = plan.judge(operation, way).unwrap();
            group.throughput(Throughput::Elements(resources.len() as u64));
            group.bench_function(format!("{name}: {}", operation.id()), |bencher| {
                bencher.iter(|| {
                    for resource in &resources {
                        let source = Source::new(operation, "bench", resource, Known::default());
                        let judged =
                            Judged { resource, unreadable: &[], payload: Payload(None), source: &source };
                        judge.judge(&judged, |_, outcome| {
                            black_box(outcome);
                        });
                    }
                });
            });
        }
    }
    group.finish();
}

/// Getting ready: rules are read, what they read is worked out, and programs are made.
fn start_stage(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("start");
    group.sample_size(10);
    group.bench_function("all rules are loaded", |bencher| bencher.iter(|| load(&builtin_files()).unwrap()));
    group.bench_function("and planned", |bencher| bencher.iter(plan));
    let plan = plan();
    group.bench_function("a judge for nodes", |bencher| {
        bencher.iter(|| black_box(plan.judge(operation(Kind::Nodes), Way::Fast).is_ok()));
    });
    group.finish();
}

/// Where values stand in the text of a record, which is told of findings.
fn place_stage(criterion: &mut Criterion) {
    let text = lines(Kind::Nodes, Mix::Realistic);
    let path = JsonPath::parse("non_compliant_summary.severity_summary.critical_count").unwrap();
    let mut group = criterion.benchmark_group("places");
    group.throughput(Throughput::Elements(RECORDS));
    group.bench_function("outlines", |bencher| {
        bencher.iter(|| text.lines().filter(|line| Outline::new(line).root().is_some()).count());
    });
    let outlines: Vec<Outline<'_>> = text.lines().map(Outline::new).collect();
    group.bench_function("a value found", |bencher| {
        bencher.iter(|| {
            for outline in &outlines {
                black_box(outline.locate(&path));
            }
        });
    });
    group.bench_function("positions", |bencher| {
        bencher.iter(|| {
            let mut tracker = Tracker::new(text.as_bytes(), Position::START);
            let ends = text.lines().scan(0, |end, line| {
                *end += line.len() + 1;
                Some(*end)
            });
            for end in ends {
                black_box(tracker.position(end.saturating_sub(300)));
            }
        });
    });
    group.finish();
}

/// Settings of a run on one thread.
fn settings(path: PathBuf, forced: Option<Operation>) -> (LoadSettings, JudgeSettings) {
    let load = LoadSettings {
        inputs: vec![path],
        forced,
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
        accepting: Accepting::default(),
        include: Vec::new(),
        excerpts: true,
        evidence: true,
        digests: false,
        config: None,
    };
    (load, judging)
}

fn run(load: &LoadSettings, judging: &JudgeSettings, plan: &Plan, tell: &mut dyn FnMut(&Finding)) -> Run {
    let discovery = discover(&load.inputs);
    let run = execute(load, judging, plan, discovery, &Progress::default(), None, &mut |event| {
        if let Event::Finding(finding) = event {
            tell(finding);
        }
        true
    });
    run.unwrap()
}

/// Whole runs without a report, each with one thing more.
fn run_stage(criterion: &mut Criterion) {
    let plan = plan();
    let nodes = Some(operation(Kind::Nodes));
    let (_clean_guard, clean) = file(lines(Kind::Nodes, Mix::Clean).as_bytes());
    let (_realistic_guard, realistic) = file(lines(Kind::Nodes, Mix::Realistic).as_bytes());
    let (load, all) = settings(realistic, nodes);
    let bare = JudgeSettings { excerpts: false, evidence: false, ..all.clone() };
    let mut group = criterion.benchmark_group("run");
    group.sample_size(20);
    group.throughput(Throughput::Elements(RECORDS));
    let (load_clean, _) = settings(clean, nodes);
    for (name, load, judging) in [
        ("clean, read", &load_clean, JudgeSettings { purpose: Purpose::Inspect, ..bare.clone() }),
        ("clean, judged", &load_clean, bare.clone()),
        ("realistic, judged and composed", &load, bare.clone()),
        ("realistic, with evidence", &load, JudgeSettings { evidence: true, ..bare.clone() }),
        ("realistic, with evidence and excerpts", &load, all.clone()),
        (
            "realistic, with evidence and passes",
            &load,
            JudgeSettings { evidence: true, include: vec![Verdict::Pass], ..bare.clone() },
        ),
    ] {
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                run(load, &judging, &plan, &mut |finding| {
                    black_box(finding);
                })
            });
        });
    }
    group.finish();
}

/// Findings as a run gives them, and the run.
fn findings() -> (Vec<Finding>, Run) {
    let (_guard, path) = file(document(Kind::Nodes).as_bytes());
    let (load, judging) = settings(path, None);
    let mut findings = Vec::new();
    let run = run(&load, &judging, &plan(), &mut |finding| findings.push(finding.clone()));
    (findings, run)
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

criterion_group!(
    stages,
    discover_stage,
    load_stage,
    model_stage,
    view_stage,
    judge_stage,
    place_stage,
    run_stage,
    report_stage,
    start_stage
);
criterion_main!(stages);
