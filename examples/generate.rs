//! Writes realistic payloads of any size to standard output, for measurements.
//!
//! ```text
//! cargo run --release --example generate -- nodes 1000000 realistic lines > nodes.ndjson
//! ```

use std::io::{self, BufWriter, Write as _};
use std::process::ExitCode;

#[path = "../benches/support/generate.rs"]
#[expect(dead_code, reason = "the benchmarks use the rest")]
mod generate;

use generate::{Kind, Mix, Random, resource};

const USAGE: &str = "usage: generate KIND COUNT [MIX] [FORM] [SEED]
  KIND  nodes, patch-states, images, batches, baselines
  MIX   clean, realistic (default), firing
  FORM  lines     a resource a line, to be read with --as (default)
        payloads  a payload of 100 resources a line
        document  one payload with all resources
  SEED  a number, 1 by default";

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
    let kind = match argument(0) {
        Some("nodes") => Kind::Nodes,
        Some("patch-states") => Kind::PatchStates,
        Some("images") => Kind::Images,
        Some("batches") => Kind::Batches,
        Some("baselines") => Kind::Baselines,
        _ => return Err(usage()),
    };
    let count: u64 = argument(1).and_then(|text| text.parse().ok()).ok_or_else(usage)?;
    let mix = match argument(2) {
        Some("clean") => Mix::Clean,
        None | Some("realistic") => Mix::Realistic,
        Some("firing") => Mix::Firing,
        _ => return Err(usage()),
    };
    let page = match argument(3) {
        None | Some("lines") => None,
        Some("payloads") => Some(100),
        Some("document") => Some(count),
        _ => return Err(usage()),
    };
    let seed = argument(4).map_or(Ok(1), str::parse).map_err(|_| usage())?;
    let mut random = Random::new(seed);
    let mut out = BufWriter::with_capacity(1 << 20, io::stdout().lock());
    let mut text = String::new();
    let Some(page) = page.filter(|_| kind != Kind::Baselines) else {
        for number in 0..count {
            text.clear();
            resource(kind, number, mix, &mut random, &mut text);
            text.push('\n');
            out.write_all(text.as_bytes())?;
        }
        return out.flush();
    };
    let mut number = 0;
    while number < count {
        let on_page = page.min(count - number);
        let (before, after) = kind.envelope(on_page);
        out.write_all(before.as_bytes())?;
        for index in 0..on_page {
            text.clear();
            if index > 0 {
                text.push(',');
            }
            resource(kind, number, mix, &mut random, &mut text);
            out.write_all(text.as_bytes())?;
            number += 1;
        }
        writeln!(out, "{after}")?;
    }
    out.flush()
}
