//! Writes realistic payloads of any size to standard output, or a folder of rules, for measurements.
//!
//! The same arguments give the same bytes, on every machine.
//!
//! ```text
//! cargo run --release --example generate -- nodes 1000000 realistic lines > nodes.ndjson
//! cargo run --release --example generate -- rules 200 target/rules
//! ```

use std::fs;
use std::io::{self, BufWriter, Write as _};
use std::path::Path;
use std::process::ExitCode;

#[path = "../benches/support/generate.rs"]
#[expect(dead_code, reason = "the benchmarks use the rest")]
mod generate;
#[path = "../benches/support/rules.rs"]
mod rules;

use generate::{Kind, Mix, Random, resource};

const USAGE: &str = "usage: generate KIND COUNT [MIX] [FORM] [SEED]
       generate rules COUNT DIR [SEED]
  KIND  nodes, patch-states, images, batches, baselines
  MIX   clean, realistic (default), firing
  FORM  lines     a resource a line, to be read with --as (default)
        payloads  a payload of 100 resources a line
        document  one payload with all resources; of baselines, which are payloads, one array
  SEED  a number, 1 by default
  rules writes COUNT rules for nodes, a file each, to the folder DIR, which is made where it is not there";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "{error}");
            ExitCode::from(2)
        }
    }
}

fn run(arguments: &[String]) -> io::Result<()> {
    let usage = || io::Error::other(USAGE);
    let argument = |index: usize| arguments.get(index).map(String::as_str);
    let seed = |index: usize| argument(index).map_or(Ok(1), str::parse).map_err(|_| usage());
    let count = || argument(1).and_then(|text| text.parse().ok()).ok_or_else(usage);
    if argument(0) == Some("rules") {
        return write_rules(count()?, Path::new(argument(2).ok_or_else(usage)?), seed(3)?);
    }
    let kind = match argument(0) {
        Some("nodes") => Kind::Nodes,
        Some("patch-states") => Kind::PatchStates,
        Some("images") => Kind::Images,
        Some("batches") => Kind::Batches,
        Some("baselines") => Kind::Baselines,
        _ => return Err(usage()),
    };
    let count: u64 = count()?;
    let mix = match argument(2) {
        Some("clean") => Mix::Clean,
        None | Some("realistic") => Mix::Realistic,
        Some("firing") => Mix::Firing,
        _ => return Err(usage()),
    };
    let page = match argument(3) {
        None | Some("lines") => None,
        Some("payloads") if kind == Kind::Baselines => None,
        Some("payloads") => Some(100),
        Some("document") => Some(count),
        _ => return Err(usage()),
    };
    write_resources(kind, count, mix, page, &mut Random::new(seed(4)?))
}

/// Writes resources: as they are, or as payloads with so many each.
fn write_resources(
    kind: Kind,
    count: u64,
    mix: Mix,
    page: Option<u64>,
    random: &mut Random,
) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 20, io::stdout().lock());
    let mut text = String::new();
    let Some(page) = page else {
        for number in 0..count {
            text.clear();
            resource(kind, number, mix, random, &mut text);
            text.push('\n');
            out.write_all(text.as_bytes())?;
        }
        return out.flush();
    };
    let mut number = 0;
    while number < count {
        let on_page = page.min(count - number);
        let (before, after) = match kind {
            Kind::Baselines => ("[".to_owned(), "]".to_owned()),
            kind => kind.envelope(on_page),
        };
        out.write_all(before.as_bytes())?;
        for index in 0..on_page {
            text.clear();
            if index > 0 {
                text.push(',');
            }
            resource(kind, number, mix, random, &mut text);
            out.write_all(text.as_bytes())?;
            number += 1;
        }
        writeln!(out, "{after}")?;
    }
    out.flush()
}

/// Writes a folder of rules.
fn write_rules(count: u64, folder: &Path, seed: u64) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    for rule in rules::rules(count, seed) {
        fs::write(folder.join(rule.name), rule.text)?;
    }
    Ok(())
}
