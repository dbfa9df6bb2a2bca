//! Why a rule says what it says: its lines, what holds, and with which values.

use std::collections::HashSet;
use std::io::{self, Write};

use owo_colors::OwoColorize as _;
use unicode_width::UnicodeWidthStr as _;

use super::Style;
use super::excerpt::{cut_to, place_words};
use super::pretty::subject_words;
use crate::evaluate::{
    ExplainedDefinition, ExplainedRead, ExplainedStatement, Explanation, NamedValue, Role, Shown, State, Ways,
};
use crate::finding::{Finding, Gate, Location, Run, Tally, Verdict};
use crate::source::printable;
use crate::waiver::Waived;

/// Characters of a value that people see.
const MAX_VALUE: usize = 160;
/// Characters of a value that they have seen before.
const MAX_REPEATED: usize = 40;
/// Characters of an expression that people see.
const MAX_NAME: usize = 60;
/// Columns of line number and mark.
const GUTTER: usize = 8;

/// A verdict and what there is to tell about it.
#[derive(Debug)]
pub struct Explained<'e> {
    /// The verdict.
    pub finding: &'e Finding,
    /// Where the resource stands.
    pub location: &'e Location,
    /// How it came about; `None` where the resource was not shown to the rule.
    pub explanation: Option<&'e Explanation>,
}

impl Explained<'_> {
    /// What its verdict alone means for the gate of `run`.
    pub(super) fn gate(&self, run: &Run) -> Gate {
        let Finding { rule, resource, verdict, is_known, .. } = self.finding;
        let mut tally = Tally::default();
        tally.add(resource.operation, rule.severity, &(*verdict).into());
        let known = if *is_known { tally.clone() } else { Tally::default() };
        Gate::of(&tally, &known, run.fail_on, run.on_inconclusive, false)
    }
}

/// Writes explanations for people; `more` are the resources of that name that are left out.
///
/// # Errors
///
/// Where it cannot be written.
pub fn write_explanations(
    explained: &[Explained<'_>],
    more: u64,
    run: &Run,
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    for (index, one) in explained.iter().enumerate() {
        if index > 0 {
            writeln!(out)?;
        }
        let mut page = Page { style, out: &mut *out, told: HashSet::new() };
        page.write(one)?;
        page.accepted(one, run)?;
    }
    if more > 0 {
        writeln!(out, "\nand {more} more resources are called so")?;
    }
    out.flush()
}

struct Page<'o> {
    style: Style,
    out: &'o mut dyn Write,
    /// Long values that were shown: from the second time on their beginning is enough.
    told: HashSet<String>,
}

impl Page<'_> {
    fn write(&mut self, explained: &Explained<'_>) -> io::Result<()> {
        let Explained { finding, location, explanation } = explained;
        let rule = &finding.rule;
        let verdict = finding.verdict.as_str().replace('_', " ");
        let head = format!("{} {}: ", rule.id, printable(&rule.title));
        let tail = format!(" on {}", subject_words(finding));
        let line = self.style.wrapped(&format!("{head}{verdict}{tail}"), "  ");
        writeln!(
            self.out,
            "{}",
            line.replacen(
                &format!(": {verdict}"),
                &format!(": {}", self.colored(finding.verdict, &verdict)),
                1
            )
        )?;
        writeln!(self.out, "{}", printable(&place_words(&location.place)))?;
        writeln!(self.out, "{}", printable(&rule.file.name))?;
        let Some(explanation) = explanation else {
            return self.why(finding, &finding.message);
        };
        for definition in &explanation.definitions {
            writeln!(self.out)?;
            self.definition(definition)?;
        }
        writeln!(self.out, "\n+ holds   - does not hold   . not reached   ! error   ? cannot be told")?;
        if !explanation.reads.is_empty() {
            writeln!(self.out, "\nthe rule reads:")?;
        }
        for read in &explanation.reads {
            self.read(read)?;
        }
        match explanation.more_reads {
            0 => {}
            1 => writeln!(self.out, "  and 1 more value")?,
            more => writeln!(self.out, "  and {more} more values")?,
        }
        self.why(finding, &explanation.without_secrets(&finding.message))
    }

    /// The verdict again, and what it comes from.
    fn why(&mut self, finding: &Finding, message: &str) -> io::Result<()> {
        let word = finding.verdict.as_str().replace('_', " ");
        let why = match finding.verdict {
            Verdict::NotApplicable => {
                "`applies` does not hold: the rule is not about this resource".to_owned()
            }
            Verdict::Fail | Verdict::Waived => format!("denied: {}", cut_to(message, 600)),
            Verdict::Inconclusive => format!("nothing is denied, but {}", cut_to(message, 600)),
            Verdict::Pass | Verdict::Error => cut_to(message, 600),
        };
        let line = self.style.wrapped(&format!("{word}: {why}"), "  ");
        writeln!(self.out, "\n{}", line.replacen(&word, &self.colored(finding.verdict, &word), 1))
    }

    /// Whether a failure or an inconclusive verdict is accepted, and what the gate makes of that; nothing in a run
    /// that accepts nothing.
    fn accepted(&mut self, explained: &Explained<'_>, run: &Run) -> io::Result<()> {
        let Finding { verdict, waiver, is_known, .. } = explained.finding;
        let is_clear = matches!(verdict, Verdict::Pass | Verdict::NotApplicable | Verdict::Error);
        if is_clear || run.waivers.is_empty() && run.ratchet.is_none() {
            return Ok(());
        }
        match waiver {
            Some(waived) => self.waiver(waived)?,
            None if run.waivers.is_empty() => {}
            None if *verdict == Verdict::Inconclusive => {
                self.below("no waiver takes it: only failures are waived")?;
            }
            None => self.below("no waiver names it")?,
        }
        if let Some(ratchet) = &run.ratchet
            && *verdict != Verdict::Waived
        {
            let file = printable(&ratchet.file);
            let what = if *verdict == Verdict::Inconclusive { "inconclusive" } else { "a failure" };
            self.below(&match waiver {
                _ if *is_known => format!("the ratchet {file} knows it as {what}"),
                Some(_) => format!("the ratchet {file} does not cover what was waived"),
                None => format!("new: the ratchet {file} does not know it as {what}"),
            })?;
        }
        self.below(match explained.gate(run) {
            Gate::Pass => "it does not close the gate",
            Gate::Fail | Gate::Error => "it closes the gate",
        })
    }

    /// The waiver of a failure, in the words of its file.
    fn waiver(&mut self, waived: &Waived) -> io::Result<()> {
        let Waived { waiver, is_expired } = waived;
        let place = printable(&place_words(&waiver.place)).into_owned();
        self.below(&if *is_expired {
            format!("the waiver {place} expired after {}: the failure counts again", waiver.expires)
        } else {
            format!("the waiver {place} accepts it")
        })?;
        let expires = waiver.expires.to_string();
        let ticket = waiver.ticket.as_deref();
        for (key, text) in [
            ("reason", Some(waiver.reason.as_str())),
            ("owner", Some(waiver.owner.as_str())),
            ("expires", Some(expires.as_str())),
            ("ticket", ticket),
        ] {
            if let Some(text) = text {
                self.below(&format!("  {key}: {}", cut_to(text, 600)))?;
            }
        }
        Ok(())
    }

    /// A line below the verdict.
    fn below(&mut self, words: &str) -> io::Result<()> {
        writeln!(self.out, "{}", self.style.wrapped(words, "    "))
    }

    fn colored(&self, verdict: Verdict, word: &str) -> String {
        match verdict {
            _ if !self.style.color => word.to_owned(),
            Verdict::Pass | Verdict::NotApplicable | Verdict::Waived => word.green().bold().to_string(),
            Verdict::Fail => word.red().bold().to_string(),
            Verdict::Inconclusive | Verdict::Error => word.yellow().bold().to_string(),
        }
    }

    fn definition(&mut self, definition: &ExplainedDefinition) -> io::Result<()> {
        let last = definition.first_line_1based + definition.lines.len() as u64;
        for (line_1based, line) in (definition.first_line_1based..last).zip(&definition.lines) {
            let here: Vec<&ExplainedStatement> =
                definition.statements.iter().filter(|one| one.first_line_1based == line_1based).collect();
            let ended: Vec<&ExplainedStatement> =
                definition.statements.iter().filter(|one| one.last_line_1based == line_1based).collect();
            let own_mark = match here.as_slice() {
                [] if definition.statements.is_empty() && line_1based == definition.first_line_1based => {
                    match definition.holds {
                        Some(true) => Some(&State::Holds),
                        Some(false) => Some(&State::Fails),
                        None => None,
                    }
                }
                [one] => Some(&one.state),
                // Of several each has a line of its own below.
                _ => None,
            };
            // What stands beside the line if there is room.
            let mut beside = match ended.as_slice() {
                [one] if here.len() < 2 => self.one_way(one),
                _ => None,
            };
            let is_last = line_1based + 1 == last;
            let plain = definition.statements.is_empty() && definition.lines.len() == 1;
            if plain && let [value] = definition.yields.first.as_slice() {
                beside = Some(format!("= {}", value_words(value)));
            }
            let left = self.line(line_1based, own_mark, line, beside.as_deref())?;
            if here.len() > 1 {
                for one in &here {
                    let text = cut_to(&one.text.split_whitespace().collect::<Vec<_>>().join(" "), MAX_NAME);
                    self.note(&format!("{} {text}", mark(&one.state)), 0)?;
                    self.values(one)?;
                }
            } else {
                for one in ended {
                    if !left || self.one_way(one).is_none() {
                        self.values(one)?;
                    }
                }
            }
            if is_last && !(plain && left) {
                self.yields(definition)?;
            }
        }
        Ok(())
    }

    /// A line of the rule with what stands beside it, if there is room: whether there is.
    fn line(
        &mut self,
        line_1based: u64,
        state: Option<&State>,
        line: &str,
        beside: Option<&str>,
    ) -> io::Result<bool> {
        let code = line.trim_end().replace('\t', "  ");
        let code = printable(&code).into_owned();
        let mark = state.map_or(" ", |state| mark(state));
        let gutter = format!("{line_1based:>5} {} ", self.marked(state, mark));
        let room = self.style.width.saturating_sub(GUTTER);
        // Values stand below each other.
        let column = code.width().max(36) + 2;
        match beside {
            Some(words) if column + words.width() <= room => {
                let space = " ".repeat(column - code.width());
                writeln!(self.out, "{gutter}{code}{space}{}", self.dim(words))?;
                return Ok(true);
            }
            _ => {}
        }
        let indent = code.len() - code.trim_start().len();
        for (index, piece) in pieces(&code, room, indent + 4).into_iter().enumerate() {
            if index == 0 {
                writeln!(self.out, "{}", format!("{gutter}{piece}").trim_end())?;
            } else {
                writeln!(self.out, "{}{piece}", " ".repeat(GUTTER))?;
            }
        }
        Ok(false)
    }

    fn marked(&self, state: Option<&State>, mark: &str) -> String {
        match state {
            None => mark.to_owned(),
            _ if !self.style.color => mark.to_owned(),
            Some(State::Holds) => mark.green().bold().to_string(),
            Some(State::Fails) => mark.red().bold().to_string(),
            Some(State::Error(_) | State::Unknown) => mark.yellow().bold().to_string(),
            Some(State::NotReached) => mark.dimmed().to_string(),
        }
    }

    fn dim(&self, words: &str) -> String {
        if self.style.color { words.cyan().to_string() } else { words.to_owned() }
    }

    /// A line below the code.
    fn note(&mut self, words: &str, deeper: usize) -> io::Result<()> {
        let indent = " ".repeat(GUTTER + 4 + deeper);
        let room = self.style.width.saturating_sub(indent.len()).max(20);
        for (index, piece) in pieces(words, room, 2).into_iter().enumerate() {
            let piece = if index == 0 { piece } else { format!("  {}", piece.trim_start()) };
            writeln!(self.out, "{indent}{}", self.dim(&piece))?;
        }
        Ok(())
    }

    /// The values of a statement with one way, in one line.
    fn one_way(&mut self, statement: &ExplainedStatement) -> Option<String> {
        match (statement.values.first.as_slice(), &statement.state) {
            (_, State::Error(_)) => None,
            ([row], _) => {
                Some(row.iter().map(|named| self.words(named, false)).collect::<Vec<_>>().join(", "))
            }
            _ => None,
        }
    }

    fn words(&mut self, named: &NamedValue, is_told: bool) -> String {
        let name = cut_to(&named.name, MAX_NAME);
        let value = match &named.value {
            Shown::Undefined => return format!("{name} is undefined"),
            value => value_words(value),
        };
        let mut words = format!("{name} = {value}");
        if value.chars().count() > MAX_REPEATED {
            if self.told.contains(&words) {
                words = format!("{name} = {}", cut_to(&value, MAX_REPEATED));
            } else if is_told {
                self.told.insert(words.clone());
            }
        }
        words
    }

    fn values(&mut self, statement: &ExplainedStatement) -> io::Result<()> {
        if let State::Error(message) = &statement.state {
            self.note(&format!("error: {}", cut_to(message, 300)), 0)?;
        }
        let Ways { first, count } = &statement.values;
        if let [row] = first.as_slice() {
            for named in row {
                let words = self.words(named, true);
                self.note(&words, 0)?;
            }
            return Ok(());
        }
        for (index, row) in first.iter().enumerate() {
            let all: Vec<String> = row.iter().map(|named| self.words(named, true)).collect();
            self.note(&format!("{} of {count}: {}", index + 1, all.join(", ")), 0)?;
        }
        Ok(())
    }

    fn yields(&mut self, definition: &ExplainedDefinition) -> io::Result<()> {
        let Ways { first, count } = &definition.yields;
        let tells = definition.role != Role::Helper || definition.holds == Some(true);
        let is_true = |value: &Shown| matches!(value, Shown::Value(text, _) if text == "true");
        if !tells || first.iter().all(is_true) {
            return Ok(());
        }
        let word = if definition.role == Role::Helper { "=" } else { "yields" };
        for value in first {
            self.note(&format!("{word} {}", value_words(value)), 0)?;
        }
        match count.saturating_sub(first.len() as u64) {
            0 => Ok(()),
            more => self.note(&format!("and {more} more"), 0),
        }
    }

    fn read(&mut self, read: &ExplainedRead) -> io::Result<()> {
        let value = match &read.value {
            Shown::Undefined => "is not there".to_owned(),
            value => format!("= {}", value_words(value)),
        };
        let path = cut_to(&read.path, 2 * MAX_NAME);
        let lines = pieces(&format!("  {path} {value}"), self.style.width, 4);
        let place = read.place.as_ref().map(|place| format!("({})", printable(&place_words(place))));
        // Places stay in one piece, so that they can be copied.
        let width = lines.last().map_or(0, |line| line.width());
        let text = lines.join("\n");
        match place {
            None => writeln!(self.out, "{text}"),
            Some(place) if width + 1 + place.width() <= self.style.width => {
                writeln!(self.out, "{text} {place}")
            }
            Some(place) => writeln!(self.out, "{text}\n    {place}"),
        }
    }
}

const fn mark(state: &State) -> &'static str {
    match state {
        State::Holds => "+",
        State::Fails => "-",
        State::NotReached => ".",
        State::Error(_) => "!",
        State::Unknown => "?",
    }
}

fn value_words(value: &Shown) -> String {
    match value {
        Shown::Value(text, is_cut) => {
            let words = cut_to(text, MAX_VALUE);
            if *is_cut && !words.ends_with('…') { words + "…" } else { words }
        }
        Shown::Undefined => "undefined".to_owned(),
        Shown::Secret => "(secret)".to_owned(),
        Shown::Error(message) => format!("(error: {})", cut_to(message, MAX_VALUE)),
    }
}

/// A text in pieces of at most `room` columns, broken at spaces where there are some; all but the first are
/// indented.
fn pieces(text: &str, room: usize, indent: usize) -> Vec<String> {
    let mut pieces = Vec::new();
    let mut rest = text;
    let indent = if indent < room / 2 { indent } else { 0 };
    loop {
        let lead = if pieces.is_empty() { 0 } else { indent };
        let columns = room.saturating_sub(lead).max(1);
        if rest.width() <= columns {
            pieces.push(format!("{}{rest}", " ".repeat(lead)));
            return pieces;
        }
        let mut end = 0;
        let mut space = None;
        let mut used = 0;
        for (at, c) in rest.char_indices() {
            let width = unicode_width::UnicodeWidthChar::width(c).unwrap_or_default();
            if used + width > columns && at > 0 {
                break;
            }
            used += width;
            end = at + c.len_utf8();
            // Not within the indentation.
            if c == ' ' && !rest.get(..at).unwrap_or_default().trim().is_empty() {
                space = Some(end);
            }
        }
        let at = space.unwrap_or(end);
        let (piece, behind) = rest.split_at_checked(at).unwrap_or((rest, ""));
        pieces.push(format!("{}{}", " ".repeat(lead), piece.trim_end()));
        rest = behind;
        if rest.is_empty() {
            return pieces;
        }
    }
}
