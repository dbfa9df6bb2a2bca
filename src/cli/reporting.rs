//! The results of a run, written to all its targets.

use std::io::{self, Write as _};
use std::num::NonZeroUsize;

use super::targets::{OpenTarget, Rendered, TargetChoice, commit, open};
use super::{ColorChoice, Failure, stdout_style, summary};
use crate::discover::InputFile;
use crate::finding::{Finding, LineWriter, Lines as _, Run, Told, Verdict};
use crate::report::{
    Format, JsonLines, JsonReporter, LeftOut, NdjsonReporter, PrettyReporter, Reporter, Style,
};
use crate::result::{HeadV1, Recorded, Store};

/// What the targets need of a run.
#[derive(Clone, Copy, Debug)]
pub(super) struct Needs {
    /// The lines around places; those are with findings themselves, and not with their lines.
    pub(super) excerpts: bool,
    /// The values that were read, and the files' digests.
    pub(super) records: bool,
    /// Passes, and what rules are not about.
    pub(super) passes: bool,
}

/// The targets of a run.
pub(super) struct Reporting {
    choice: TargetChoice,
    color: ColorChoice,
    /// Verdicts that are listed beside failures.
    include: Vec<Verdict>,
    /// Whether machines get the lines around places.
    excerpts: bool,
    /// What is written as findings come, if there is such a target.
    live: Option<OpenTarget>,
    /// What is written when all are there.
    later: Vec<OpenTarget>,
}

impl Reporting {
    /// Opens the targets; none may be one of the `inputs`.
    pub(super) fn open(
        choice: TargetChoice,
        color: ColorChoice,
        include: Vec<Verdict>,
        excerpts: bool,
        inputs: &[InputFile],
    ) -> Result<Self, Failure> {
        let mut later = open(&choice.targets()?, inputs)?;
        let is_live = |target: &OpenTarget| match target.format {
            Format::Pretty => !choice.is_grouped(),
            Format::Json | Format::Ndjson => later.len() == 1,
            _ => false,
        };
        let live = later.iter().position(is_live).map(|index| later.remove(index));
        Ok(Self { choice, color, include, excerpts, live, later })
    }

    /// Whether a result goes to standard output.
    pub(super) fn has_stdout(&self) -> bool {
        self.live.iter().chain(&self.later).any(|target| target.output.is_stdout())
    }

    /// What the targets need.
    pub(super) fn needs(&self) -> Needs {
        let all = || self.live.iter().chain(&self.later).map(|target| target.format);
        let excerpts = self.excerpts || all().any(Format::has_excerpts);
        Needs {
            excerpts,
            records: all().any(|format| format != Format::Pretty) || !self.later.is_empty(),
            passes: all().any(Format::has_passes),
        }
    }

    /// Gives `work` what takes findings, writes the result of the run that it gives, and makes it visible. So many `threads` write
    /// formats at the same time.
    pub(super) fn report(
        mut self,
        threads: NonZeroUsize,
        work: impl FnOnce(&mut dyn Reporter) -> io::Result<Run>,
    ) -> Result<Run, Failure> {
        let (left_out, is_recorded) = (self.left_out(), !self.later.is_empty());
        let mut recorder = is_recorded.then(Recorder::default);
        let mut live = self.live.take();
        let finished = {
            let live = live.as_mut().map(|target| live_reporter(target, self.color));
            let mut split = Split { live, include: &self.include, recorder: recorder.as_mut() };
            work(&mut split).and_then(|run| split.finish(&run).map(|()| run))
        };
        let failed = |error: io::Error| match (&live, self.later.first()) {
            (Some(target), _) | (None, Some(target)) => target.output.failure(error),
            (None, None) => Failure::Output(error),
        };
        let run = finished.map_err(failed)?;
        if let Some(recorder) = recorder {
            let has_others = live.is_some() || self.later.len() > 1;
            let recorded = Recorded { head: HeadV1::from(&run), findings: recorder.findings };
            let rendered = Rendered {
                result: &recorded,
                choice: &self.choice,
                left_out: &left_out,
                color: self.color,
                threads,
            };
            rendered.write_all(&mut self.later, has_others)?;
            let formats: Vec<Format> = self.later.iter().map(|target| target.format).collect();
            summary::append(&formats, &recorded, &self.choice.rendering(Style::PLAIN))?;
        }
        commit(live.into_iter().chain(self.later).collect())?;
        Ok(run)
    }

    /// What machines did not ask for, but others did.
    fn left_out(&self) -> LeftOut {
        let needs = self.needs();
        let unasked = [Verdict::Pass, Verdict::NotApplicable].into_iter();
        let unasked = unasked.filter(|verdict| needs.passes && !self.include.contains(verdict));
        LeftOut { verdicts: unasked.map(Into::into).collect(), excerpts: needs.excerpts && !self.excerpts }
    }
}

fn live_reporter(target: &mut OpenTarget, color: ColorChoice) -> Box<dyn Reporter + '_> {
    let style = if target.output.is_stdout() { stdout_style(color) } else { Style::PLAIN };
    match target.format {
        Format::Json => Box::new(JsonReporter::new(&mut target.output)),
        Format::Ndjson => Box::new(NdjsonReporter::new(&mut target.output)),
        _ => Box::new(PrettyReporter::new(&mut target.output, style)),
    }
}

/// Keeps findings as lines.
struct Recorder {
    writer: Box<dyn LineWriter>,
    findings: Store,
}

impl Default for Recorder {
    fn default() -> Self {
        Self { writer: JsonLines.writer(), findings: Store::default() }
    }
}

/// Findings go to what writes them as they come, and are kept for the rest.
struct Split<'s> {
    live: Option<Box<dyn Reporter + 's>>,
    /// Verdicts that the live report lists beside failures.
    include: &'s [Verdict],
    recorder: Option<&'s mut Recorder>,
}

impl Split<'_> {
    /// A reader who goes away takes nothing from the other results, nor from what the gate says.
    fn go_on(&mut self, told: io::Result<()>) -> io::Result<()> {
        match told {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe && self.recorder.is_some() => {
                self.live = None;
                Ok(())
            }
            told => told,
        }
    }
}

impl Reporter for Split<'_> {
    fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        if let Some(live) = &mut self.live {
            let is_plain = matches!(finding.verdict, Verdict::Pass | Verdict::NotApplicable);
            if !is_plain || self.include.contains(&finding.verdict) {
                let told = live.finding(finding);
                self.go_on(told)?;
            }
        }
        if let Some(recorder) = &mut self.recorder {
            let mut line = Vec::new();
            recorder.writer.write(&Told::of(finding, &finding.told_evidence()), &mut line);
            recorder.findings.add(&line)?;
        }
        Ok(())
    }

    fn lines(&mut self, lines: &[u8]) -> io::Result<()> {
        if let Some(live) = &mut self.live {
            let told = live.lines(lines);
            self.go_on(told)?;
        }
        if let Some(recorder) = &mut self.recorder {
            recorder.findings.add(lines)?;
        }
        Ok(())
    }

    fn finish(&mut self, run: &Run) -> io::Result<()> {
        match &mut self.live {
            Some(live) => {
                let told = live.finish(run);
                self.go_on(told)
            }
            None => Ok(()),
        }
    }
}

/// What the gate says, where no result says it to people.
pub(super) fn tell_gate(run: &Run) {
    // Losing standard error must not lose the result.
    let _ = writeln!(io::stderr(), "gate: {}", run.gate);
}
