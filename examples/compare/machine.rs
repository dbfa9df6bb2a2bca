//! What the figures were measured on.

use std::{fs, thread};

use crate::Bench;
use crate::measure::Job;

/// The machine, the programs and the sizes, in a few lines.
pub(crate) fn description(bench: &Bench) -> String {
    let processor = found("/proc/cpuinfo", "model name").unwrap_or_else(|| "unknown processor".to_owned());
    let memory = found("/proc/meminfo", "MemTotal").unwrap_or_else(|| "unknown".to_owned());
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').next().unwrap_or_default().to_owned();
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let printed =
        |job: Job| job.output().map_or_else(|_| "unknown".to_owned(), |text| text.trim().to_owned());
    let lines = [
        format!("{processor}, {cores} cores, memory {memory}, load {load}"),
        format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
        printed(Job::new("rustc").arg("--version")),
        format!("commit {}", printed(Job::new("git").args(["describe", "--always", "--dirty"]))),
        format!("{} runs each, {} threads", bench.options.runs, bench.options.threads),
    ];
    let lines: String = lines.iter().map(|line| format!("- {line}\n")).collect();
    format!("## Machine\n\n{lines}")
}

/// The value behind a name in one of the kernel's files.
fn found(path: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}
