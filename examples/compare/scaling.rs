//! From few records to many, and from few rules to many.

use std::io;

use crate::Bench;
use crate::data::{NODES, warm};
use crate::measure::{Measured, by_turns};
use crate::table::{Table, grouped, megabytes, number, processor, seconds, told};

/// Numbers of rules.
const RULES: [u64; 4] = [10, 50, 100, 200];

/// Most memory in MB.
const MEMORY: f64 = 300.0;

/// From a hundredth of the records to all of them, and ten times as many where that is asked for.
pub(crate) fn records(bench: &Bench) -> io::Result<String> {
    let all = bench.options.records;
    let mut sizes = vec![all / 100, all / 10, all];
    if bench.options.huge {
        sizes.push(all * 10);
    }
    let columns = ["records", "wall", "CPU", "peak", "µs a record", "target of memory, MB"];
    let mut table = Table::new("Records: realistic nodes, ten rules, NDJSON to `/dev/null`", &columns);
    let mut points = Vec::new();
    for size in sizes.into_iter().filter(|size| *size > 0) {
        let lines = bench.data.lines(NODES, "realistic", size)?;
        warm(&lines)?;
        let [measured] = by_turns([&bench.check_nodes(&lines)], bench.options.runs)?;
        points.push((number(size), measured.wall));
        let micros = measured.wall / number(size) * 1e6;
        table.row(&[
            grouped(size),
            seconds(measured.wall),
            processor(&measured),
            megabytes(measured.peak_kib),
            format!("{micros:.2}"),
            memory(&measured),
        ]);
    }
    let Line { slope, at_zero, furthest } = Line::through(&points);
    table.note(format!(
        "Least squares, each point by its own size: {:.3} µs a record and {} for none; no point is further than {:.0} % \
         from that line.",
        slope * 1e6,
        seconds(at_zero),
        furthest * 100.0
    ));
    Ok(table.finish())
}

fn memory(measured: &Measured) -> String {
    measured.peak_kib.map_or_else(String::new, |kib| told(number(kib * 1024 / 1_000_000), Some(MEMORY)))
}

/// From ten generated rules to two hundred.
pub(crate) fn rules(bench: &Bench) -> io::Result<String> {
    let records = (bench.options.records / 5).max(1);
    let columns = ["mix", "rules", "wall", "CPU", "peak", "µs a record"];
    let title = format!("Rules: {} nodes, generated rules, NDJSON to `/dev/null`", grouped(records));
    let mut table = Table::new(title, &columns);
    for mix in ["clean", "realistic"] {
        let lines = bench.data.lines(NODES, mix, records)?;
        warm(&lines)?;
        let mut points = Vec::new();
        for count in RULES {
            let folder = bench.data.rules(count)?;
            let job = bench
                .check(&lines, NODES)
                .args(["--no-builtin", "--format", "ndjson", "--policies"])
                .arg(&folder);
            let [measured] = by_turns([&job], bench.options.runs)?;
            points.push((number(count), measured.wall));
            table.row(&[
                mix.to_owned(),
                count.to_string(),
                seconds(measured.wall),
                processor(&measured),
                megabytes(measured.peak_kib),
                format!("{:.2}", measured.wall / number(records) * 1e6),
            ]);
        }
        let Line { slope, at_zero, furthest } = Line::through(&points);
        table.note(format!(
            "{mix}, least squares, each point by its own size: {:.0} ns a rule and record, and {} for none; no point is further than {:.0} % \
             from that line.",
            slope / number(records) * 1e9,
            seconds(at_zero),
            furthest * 100.0
        ));
    }
    Ok(table.finish())
}

/// A line through points, by least squares of how far off each is as a part of itself: few records count as much as many.
struct Line {
    slope: f64,
    at_zero: f64,
    /// How far off the furthest point is, as a part of itself.
    furthest: f64,
}

impl Line {
    fn through(points: &[(f64, f64)]) -> Self {
        let weighted =
            |value: fn(f64, f64) -> f64| -> f64 { points.iter().map(|&(x, y)| value(x, y) / (y * y)).sum() };
        let weight = weighted(|_, _| 1.0);
        let (x_mean, y_mean) = (weighted(|x, _| x) / weight, weighted(|_, y| y) / weight);
        let both = weighted(|x, y| x * y) - weight * x_mean * y_mean;
        let square = weighted(|x, _| x * x) - weight * x_mean * x_mean;
        let slope = if square > 0.0 { both / square } else { 0.0 };
        let at_zero = y_mean - slope * x_mean;
        let off = |&(x, y): &(f64, f64)| (at_zero + slope * x - y).abs() / y;
        Self { slope, at_zero, furthest: points.iter().map(off).fold(0.0, f64::max) }
    }
}
