//! Runs a program, and tells how long it took, how much of the processors, and how much memory.
//!
//! Wall time is measured from the start of the process to its end. The time of the processors is what the kernel counts
//! for children that have ended (`cutime` and `cstime` of `/proc/self/stat`, in hundredths of a second); peak memory is
//! the process' own high-water mark (`VmHWM` of `/proc/PID/status`), looked at every few milliseconds: since it never
//! falls, only what is added in the last of them can be missed. Both need Linux, and no other program; elsewhere
//! they are left out.

use std::ffi::OsString;
use std::fs;
use std::io::{self, Read as _, Seek as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// Between two looks at a process' memory.
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// A program with its arguments.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    program: PathBuf,
    arguments: Vec<OsString>,
    /// Exit codes that say that all went well.
    accepted: &'static [i32],
    /// It prints how many seconds count.
    tells_seconds: bool,
}

/// What a program took.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Measured {
    /// Seconds.
    pub(crate) wall: f64,
    /// Seconds of all processors, in user and kernel mode.
    pub(crate) processor: Option<f64>,
    /// Largest resident memory in KiB.
    pub(crate) peak_kib: Option<u64>,
}

impl Job {
    /// A program that ends with 0.
    pub(crate) fn new(program: impl Into<PathBuf>) -> Self {
        Self { program: program.into(), arguments: Vec::new(), accepted: &[0], tells_seconds: false }
    }

    /// Adds an argument.
    pub(crate) fn arg(mut self, argument: impl Into<OsString>) -> Self {
        self.arguments.push(argument.into());
        self
    }

    /// Adds arguments.
    pub(crate) fn args<A: Into<OsString>>(mut self, arguments: impl IntoIterator<Item = A>) -> Self {
        self.arguments.extend(arguments.into_iter().map(Into::into));
        self
    }

    /// These exit codes are fine.
    pub(crate) const fn accepts(mut self, codes: &'static [i32]) -> Self {
        self.accepted = codes;
        self
    }

    /// Its wall time is the number before ` s ` that it prints.
    pub(crate) const fn tells_seconds(mut self) -> Self {
        self.tells_seconds = true;
        self
    }

    /// What it prints.
    pub(crate) fn output(&self) -> io::Result<String> {
        let output =
            Command::new(&self.program).args(&self.arguments).output().map_err(|e| self.named(&e))?;
        if !output.status.code().is_some_and(|code| self.accepted.contains(&code)) {
            return Err(self.failed(output.status.code(), &String::from_utf8_lossy(&output.stderr)));
        }
        String::from_utf8(output.stdout).map_err(io::Error::other)
    }

    /// Runs it once.
    pub(crate) fn measure(&self) -> io::Result<Measured> {
        let mut told = tempfile::tempfile()?;
        let mut errors = tempfile::tempfile()?;
        let stdout = if self.tells_seconds { Stdio::from(told.try_clone()?) } else { Stdio::null() };
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).stdin(Stdio::null()).stdout(stdout).stderr(errors.try_clone()?);
        let before = children_processor_seconds();
        let started = Instant::now();
        let mut child = command.spawn().map_err(|error| self.named(&error))?;
        let status = PathBuf::from(format!("/proc/{}/status", child.id()));
        let ended = AtomicBool::new(false);
        let (exit, wall, peak_kib) = thread::scope(|scope| {
            let watcher = scope.spawn(|| watch(&status, &ended));
            let exit = child.wait();
            let wall = started.elapsed().as_secs_f64();
            ended.store(true, Ordering::Relaxed);
            watcher.thread().unpark();
            (exit, wall, watcher.join().unwrap_or_default())
        });
        let code = exit?.code();
        if !code.is_some_and(|code| self.accepted.contains(&code)) {
            return Err(self.failed(code, &whole(&mut errors)?));
        }
        let wall = if self.tells_seconds {
            let text = whole(&mut told)?;
            seconds(&text).ok_or_else(|| io::Error::other(format!("no seconds in `{text}`")))?
        } else {
            wall
        };
        let processor = before.zip(children_processor_seconds()).map(|(before, after)| after - before);
        Ok(Measured { wall, processor, peak_kib })
    }

    fn named(&self, error: &io::Error) -> io::Error {
        io::Error::new(error.kind(), format!("{}: {error}", self.program.display()))
    }

    fn failed(&self, code: Option<i32>, errors: &str) -> io::Error {
        let code = code.map_or_else(|| "a signal".to_owned(), |code| format!("exit code {code}"));
        let last: Vec<&str> = errors.lines().rev().take(12).collect();
        let last: Vec<&str> = last.into_iter().rev().collect();
        io::Error::other(format!(
            "{} {:?}: {code}\n{}",
            self.program.display(),
            self.arguments,
            last.join("\n")
        ))
    }
}

/// Runs jobs by turns, and gives the medians of each.
pub(crate) fn by_turns<const COUNT: usize>(jobs: [&Job; COUNT], runs: u32) -> io::Result<[Measured; COUNT]> {
    let mut all = [(); COUNT].map(|()| Vec::new());
    for _ in 0..runs {
        for (job, measured) in jobs.iter().zip(&mut all) {
            measured.push(job.measure()?);
        }
    }
    Ok(all.map(|measured| medians(&measured)))
}

fn medians(all: &[Measured]) -> Measured {
    let processor: Option<Vec<f64>> = all.iter().map(|measured| measured.processor).collect();
    Measured {
        wall: median(all.iter().map(|measured| measured.wall).collect()),
        processor: processor.map(median),
        peak_kib: all.iter().filter_map(|measured| measured.peak_kib).max(),
    }
}

fn median(mut all: Vec<f64>) -> f64 {
    all.sort_by(f64::total_cmp);
    let at = |index: usize| all.get(index).copied().unwrap_or_default();
    f64::midpoint(at(all.len().saturating_sub(1) / 2), at(all.len() / 2))
}

/// Looks at a process' memory until it has ended.
fn watch(status: &Path, ended: &AtomicBool) -> Option<u64> {
    let mut peak = None;
    while !ended.load(Ordering::Relaxed) {
        // There is none once it has ended, though it may not have been waited for.
        if let Some(kib) = fs::read_to_string(status).ok().as_deref().and_then(high_water_mark) {
            peak = Some(kib);
        }
        thread::park_timeout(LOOK_EVERY);
    }
    peak
}

fn high_water_mark(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.trim().parse().ok()
}

/// What all children that have ended took.
fn children_processor_seconds() -> Option<f64> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    // The name, in parentheses, may hold anything.
    let (_, after) = stat.rsplit_once(')')?;
    let ticks = after.split_whitespace().skip(13).take(2).map(str::parse::<u32>);
    let ticks = ticks.sum::<Result<u32, _>>().ok()?;
    Some(f64::from(ticks) / 100.0)
}

/// The number before the first ` s `.
fn seconds(text: &str) -> Option<f64> {
    let (before, _) = text.split_once(" s ")?;
    before.rsplit(' ').next()?.parse().ok()
}

fn whole(file: &mut fs::File) -> io::Result<String> {
    let mut bytes = Vec::new();
    file.rewind()?;
    file.read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
