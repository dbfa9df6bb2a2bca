//! Nodes, forms, operations, evidence, start-up.

use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::time::Instant;

use crate::Bench;
use crate::data::{CLOCK, Kind, NODES, OTHERS, megabytes, warm};
use crate::measure::{Job, Measured, by_turns};
use crate::table::{Against, COLUMNS, Table, grouped, number, row, seconds};

/// The mixes of records, and how many bare parses each may take.
const MIXES: [(&str, f64); 3] = [("clean", 1.3), ("realistic", 3.0), ("firing", 12.0)];

/// Runs of the smallest sample.
const STARTS: u32 = 40;

impl Bench {
    /// The bare parse of a file.
    pub(crate) fn limit(&self, lines: &Path, kind: Kind) -> Job {
        Job::new(self.data.program("bare_parse"))
            .arg(lines)
            .args([&self.options.threads.to_string(), "--kind", kind.name])
            .tells_seconds()
    }

    /// `probity check` on records of a kind; a gate that closes is fine.
    pub(crate) fn check(&self, input: &Path, kind: Kind) -> Job {
        Job::new(self.data.probity())
            .arg("check")
            .arg(input)
            .args(["--as", kind.operation, "--at", CLOCK, "--threads", &self.options.threads.to_string()])
            .accepts(&[0, 1])
    }

    /// The same by the ten rules for nodes, findings as lines.
    pub(crate) fn check_nodes(&self, input: &Path) -> Job {
        self.check(input, NODES).args(["--rule", "HWC-*", "--format", "ndjson"])
    }
}

/// Nodes of Huawei Cloud: the mixes, and what is done with the findings.
pub(crate) fn nodes(bench: &Bench) -> io::Result<String> {
    let records = bench.options.records;
    let title = format!("{} nodes of Huawei Cloud, ten rules", grouped(records));
    let mut table = Table::new(title, &COLUMNS);
    for (mix, target) in MIXES {
        let lines = bench.data.lines(NODES, mix, records)?;
        warm(&lines)?;
        let limit = bench.limit(&lines, NODES);
        let checked = bench.check_nodes(&lines);
        let out = bench.data.path("findings.out");
        let to_file = checked.clone().arg("-o").arg(&out);
        let (limit, checked, written) = if mix == "firing" {
            // Of a million nodes the findings would be 12 GB.
            let [limit, checked] = by_turns([&limit, &checked], bench.options.runs)?;
            (limit, checked, None)
        } else {
            let [limit, checked, written] = by_turns([&limit, &checked, &to_file], bench.options.runs)?;
            (limit, checked, Some(written))
        };
        let against = Some(Against { name: "limit", measured: limit, target: Some(target) });
        let size = megabytes(&lines)?;
        table.row(&row(format!("limit: bare parse, {mix}, {size} MB"), &limit, None));
        table.row(&row(format!("{mix}, NDJSON to `/dev/null`"), &checked, against));
        if let Some(written) = written {
            let findings = megabytes(&out)?;
            table.row(&row(format!("{mix}, NDJSON to a file of {findings} MB"), &written, against));
            fs::remove_file(&out)?;
        }
        if mix == "realistic" {
            for (work, slice, job) in slices(bench)? {
                let measured = scaled(&job, bench, slice)?;
                let against = Some(Against { name: "limit", measured: limit, target: None });
                let work = format!("{work}, scaled from {} records", grouped(slice));
                table.row(&row(work, &measured, against));
            }
        }
    }
    table.note("The limit's wall time does not count reading the file, its CPU and its memory do.");
    Ok(table.finish())
}

/// What takes so long that a slice must do: what it is called, the records of the slice, and the job.
fn slices(bench: &Bench) -> io::Result<[(&'static str, u64, Job); 3]> {
    let tenth = (bench.options.records / 10).max(1);
    let few = bench.options.reference_records.min(bench.options.records);
    let check = |records: u64| -> io::Result<Job> {
        let lines = bench.data.lines(NODES, "realistic", records)?;
        Ok(bench.check(&lines, NODES).args(["--rule", "HWC-*"]))
    };
    Ok([
        ("realistic, pretty to `/dev/null`", tenth, check(tenth)?),
        ("realistic, JSON to `/dev/null`", tenth, check(tenth)?.args(["--format", "json"])),
        ("realistic, `--reference`", few, check(few)?.args(["--format", "ndjson", "--reference"])),
    ])
}

/// What a job on a slice would take for all records.
fn scaled(job: &Job, bench: &Bench, slice: u64) -> io::Result<Measured> {
    let [mut measured] = by_turns([job], bench.options.runs)?;
    let scale = number(bench.options.records) / number(slice);
    measured.wall *= scale;
    measured.processor = measured.processor.map(|processor| processor * scale);
    Ok(measured)
}

/// One document, and Zstandard, beside lines.
pub(crate) fn forms(bench: &Bench) -> io::Result<String> {
    let records = bench.options.records;
    let mut table = Table::new(format!("{} nodes in other forms, realistic", grouped(records)), &COLUMNS);
    let lines = bench.data.lines(NODES, "realistic", records)?;
    let document = bench.data.document(NODES, "realistic", records)?;
    let compressed = bench.data.compressed(NODES, "realistic", records)?;
    for path in [&lines, &document, &compressed] {
        warm(path)?;
    }
    let [of_lines, of_document, of_compressed] = by_turns(
        [&bench.check_nodes(&lines), &bench.check_nodes(&document), &bench.check_nodes(&compressed)],
        bench.options.runs,
    )?;
    let unpacking = unpacking(&compressed)?;
    table.row(&row("NDJSON", &of_lines, None));
    let against = Against { name: "NDJSON", measured: of_lines, target: Some(1.3) };
    table.row(&row("one JSON document", &of_document, Some(against)));
    let name = "NDJSON + unpacking";
    let with_unpacking = Measured {
        wall: of_lines.wall + unpacking,
        processor: of_lines.processor.map(|processor| processor + unpacking),
        ..of_lines
    };
    let against = Against { name, measured: with_unpacking, target: Some(1.3) };
    let size = megabytes(&compressed)?;
    table.row(&row(format!("NDJSON as `.zst` of {size} MB"), &of_compressed, Some(against)));
    table.note(format!("Unpacking alone, on one thread, takes {}.", seconds(unpacking)));
    Ok(table.finish())
}

/// Seconds that it takes to unpack a file, and to forget what was in it.
fn unpacking(path: &Path) -> io::Result<f64> {
    let started = Instant::now();
    zstd::stream::copy_decode(File::open(path)?, io::sink())?;
    Ok(started.elapsed().as_secs_f64())
}

/// The other operations by all their rules.
pub(crate) fn operations(bench: &Bench) -> io::Result<String> {
    let records = bench.options.records;
    let title = format!("{} records of the other operations, all their rules", grouped(records));
    let mut table = Table::new(title, &COLUMNS);
    for kind in OTHERS {
        for mix in ["clean", "realistic"] {
            let lines = bench.data.lines(kind, mix, records)?;
            warm(&lines)?;
            let check = bench.check(&lines, kind).args(["--format", "ndjson"]);
            let [limit, checked] = by_turns([&bench.limit(&lines, kind), &check], bench.options.runs)?;
            let name = kind.operation.rsplit('.').next().unwrap_or_default();
            let size = megabytes(&lines)?;
            table.row(&row(format!("limit: {name}, {mix}, {size} MB"), &limit, None));
            let against = Against { name: "limit", measured: limit, target: Some(3.0) };
            table.row(&row(format!("{name}, {mix}"), &checked, Some(against)));
        }
    }
    Ok(table.finish())
}

/// Passes, with what they rest on.
pub(crate) fn evidence(bench: &Bench) -> io::Result<String> {
    let records = bench.options.records;
    let lines = bench.data.lines(NODES, "realistic", records)?;
    warm(&lines)?;
    let slice = bench.data.lines(NODES, "realistic", 1000.min(records))?;
    let with_passes = |input: &Path| bench.check_nodes(input).args(["--include", "pass,not_applicable"]);
    let printed = with_passes(&slice).output()?;
    // The last line is the summary.
    let printed_lines = u64::try_from(printed.lines().count()).unwrap_or_default().saturating_sub(1);
    let all_lines = printed_lines * records / 1000.min(records).max(1);
    let title = format!("Passes with evidence, {} lines, about {} MB", grouped(all_lines), {
        let bytes = u64::try_from(printed.len()).unwrap_or_default();
        grouped(bytes * records / 1000.min(records).max(1) / 1_000_000)
    });
    let mut table = Table::new(title, &COLUMNS);
    let [without, with] = by_turns([&bench.check_nodes(&lines), &with_passes(&lines)], bench.options.runs)?;
    table.row(&row("without passes", &without, None));
    let against = Against { name: "without", measured: without, target: Some(3.0) };
    table.row(&row("`--include pass,not_applicable`", &with, Some(against)));
    table.note("Findings as NDJSON to `/dev/null`, realistic mix, ten rules.");
    Ok(table.finish())
}

/// One small sample, with all built-in rules.
pub(crate) fn startup(bench: &Bench) -> io::Result<String> {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("samples/huawei/coc/list-instance-compliant/compliant.json");
    let check = Job::new(bench.data.probity()).arg("check").arg(&sample).args(["--at", CLOCK]);
    let version = Job::new(bench.data.probity()).arg("--version");
    let [measured, nothing] = by_turns([&check, &version], STARTS)?;
    let mut table = Table::new(format!("One small sample, all rules, {STARTS} runs"), &COLUMNS);
    let told = |work: &str, measured: &Measured, target: Option<f64>| {
        let mut cells = row(work, measured, None);
        if let Some(last) = cells.last_mut() {
            *last = crate::table::told(measured.wall * 1000.0, target);
        }
        cells
    };
    table.row(&told("`check` of one sample, ms", &measured, Some(30.0)));
    table.row(&told("`--version`: a process that does nothing", &nothing, None));
    Ok(table.finish())
}
