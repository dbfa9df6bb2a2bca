//! The limit that runs are measured against: parses a file of records, one a line, into plain structs that borrow
//! from the text, on several threads, and does nothing else.
//!
//! The structs have all documented fields, each with the type that it has on the wire. Nothing is normalised, no
//! field that is not documented is kept, and nothing is told of a record. Reading the file and checking that it is
//! UTF-8 come before and are not counted, so the time is less than any tool can take that starts from a file.
//!
//! ```text
//! cargo run --release --example bare_parse -- nodes.ndjson 2
//! cargo run --release --example bare_parse -- images.ndjson 2 --kind images
//! ```
//!
//! Without `--kind` the first record tells it. It must be a record of that kind, without an envelope.

mod records;

use std::io::{self, Write as _};
use std::time::Instant;
use std::{env, fs, thread};

use records::{Baseline, Batch, Image, Node, PatchState};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const USAGE: &str = "usage: bare_parse FILE [THREADS] [--kind nodes|patch-states|images|batches|baselines]";

/// Parses every line of a text, and counts them.
type Parse = fn(&str) -> io::Result<u64>;

/// For each kind, a member that no other kind has, and what parses its records.
const KINDS: [(&str, &str, Parse); 5] = [
    ("nodes", "\"compliant_summary\"", nodes),
    ("patch-states", "\"InstalledPendingRebootCount\"", patch_states),
    ("images", "\"ImageId\"", images),
    ("batches", "\"BatchNo\"", batches),
    ("baselines", "\"ApprovalRules\"", baselines),
];

fn main() -> io::Result<()> {
    let mut file = None;
    let mut threads = 2_usize;
    let mut kind = None;
    let mut arguments = env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--kind" => kind = arguments.next(),
            _ if file.is_none() => file = Some(argument),
            _ => threads = argument.parse().map_err(|_| io::Error::other(USAGE))?,
        }
    }
    let text = fs::read_to_string(file.ok_or_else(|| io::Error::other(USAGE))?)?;
    let (name, parse) = parser(kind.as_deref(), &text)?;
    let started = Instant::now();
    let parts = parts(&text, threads.max(1));
    let counts: Vec<io::Result<u64>> = thread::scope(|scope| {
        let workers: Vec<_> = parts.into_iter().map(|part| scope.spawn(move || parse(part))).collect();
        let joined = |worker: thread::ScopedJoinHandle<'_, io::Result<u64>>| {
            worker.join().unwrap_or_else(|_| Err(io::Error::other("a thread failed")))
        };
        workers.into_iter().map(joined).collect()
    });
    let seconds = started.elapsed().as_secs_f64();
    let count: u64 = counts.into_iter().sum::<io::Result<u64>>()?;
    writeln!(
        io::stdout(),
        "{count} records ({name}), {} bytes, {threads} threads: {seconds:.6} s (reading the file is not counted)",
        text.len()
    )
}

/// The kind of this name, or of the first record.
fn parser(kind: Option<&str>, text: &str) -> io::Result<(&'static str, Parse)> {
    let first = text.lines().next().unwrap_or_default();
    KINDS
        .into_iter()
        .find(|(name, member, _)| kind.map_or_else(|| first.contains(member), |kind| kind == *name))
        .map(|(name, _, parse)| (name, parse))
        .ok_or_else(|| io::Error::other(USAGE))
}

/// Pieces of whole lines, of about the same size.
fn parts(text: &str, count: usize) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = text;
    for left in (1..=count).rev() {
        let middle = rest.len() / left;
        let end = rest.as_bytes().iter().skip(middle).position(|&byte| byte == b'\n');
        let (part, after) = rest.split_at(end.map_or(rest.len(), |end| middle + end + 1));
        parts.push(part);
        rest = after;
    }
    parts
}

/// Defines what parses the records of a kind: each its own loop, as a hand-written program would have it.
macro_rules! parse {
    ($($name:ident => $record:ident;)*) => {
        $(fn $name(text: &str) -> io::Result<u64> {
            let mut count = 0;
            for line in text.lines() {
                let record: $record<'_> = serde_json::from_str(line)?;
                std::hint::black_box(&record);
                count += 1;
            }
            Ok(count)
        })*
    };
}

parse! {
    nodes => Node;
    patch_states => PatchState;
    images => Image;
    batches => Batch;
    baselines => Baseline;
}
