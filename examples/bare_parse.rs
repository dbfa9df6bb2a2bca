//! The limit that runs are measured against: parses a file of Huawei nodes, one a line, into plain structs that
//! borrow from the text, on several threads, and does nothing else.
//!
//! ```text
//! cargo run --release --example bare_parse -- nodes.ndjson 2
//! ```

use std::io::{self, Write as _};
use std::time::Instant;
use std::{env, fs, thread};

use serde::Deserialize;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[derive(Deserialize)]
#[expect(dead_code, clippy::struct_field_names, reason = "the fields are the API's, and only parsed")]
struct Node<'a> {
    compliant_summary: Option<Compliant>,
    non_compliant_summary: Option<NonCompliant>,
    #[serde(borrow)]
    execution_summary: Option<Execution<'a>>,
    id: Option<&'a str>,
    enterprise_project_id: Option<&'a str>,
    name: Option<&'a str>,
    instance_id: Option<&'a str>,
    node_id: Option<&'a str>,
    ip: Option<&'a str>,
    eip: Option<&'a str>,
    region: Option<&'a str>,
    group: Option<&'a str>,
    report_scene: Option<&'a str>,
    cce_info_id: Option<&'a str>,
    status: Option<&'a str>,
    baseline_id: Option<&'a str>,
    baseline_name: Option<&'a str>,
    rule_type: Option<&'a str>,
    operating_system: Option<&'a str>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "the fields are only parsed")]
struct Compliant {
    compliant_count: Option<i32>,
    severity_summary: Option<Severities>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "the fields are only parsed")]
struct NonCompliant {
    non_compliant_count: Option<i32>,
    severity_summary: Option<Severities>,
}

#[derive(Deserialize)]
#[expect(dead_code, clippy::struct_field_names, reason = "the fields are the API's, and only parsed")]
struct Severities {
    critical_count: Option<i32>,
    high_count: Option<i32>,
    informational_count: Option<i32>,
    low_count: Option<i32>,
    medium_count: Option<i32>,
    unspecified_count: Option<i32>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "the fields are only parsed")]
struct Execution<'a> {
    order_id: Option<&'a str>,
    job_id: Option<&'a str>,
    report_time: Option<i64>,
}

fn main() -> io::Result<()> {
    let mut arguments = env::args().skip(1);
    let path = arguments.next().ok_or_else(|| io::Error::other("usage: bare_parse FILE [THREADS]"))?;
    let threads: usize = arguments.next().and_then(|text| text.parse().ok()).unwrap_or(2).max(1);
    let text = fs::read_to_string(path)?;
    let started = Instant::now();
    let parts = parts(&text, threads);
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
        "{count} records, {} bytes, {threads} threads: {seconds:.3} s (reading the file is not counted)",
        text.len()
    )
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

fn parse(text: &str) -> io::Result<u64> {
    let mut count = 0;
    for line in text.lines() {
        let node: Node<'_> = serde_json::from_str(line)?;
        std::hint::black_box(&node);
        count += 1;
    }
    Ok(count)
}
