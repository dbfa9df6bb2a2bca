//! Outcomes become lines, without becoming findings first.
//!
//! Says what a [`Composer`] says of the same outcome, which is what it is held against; what it does not know how to
//! say, a composer says. What many findings have in common is made once: for a rule, for a resource, for a thread.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use bumpalo::Bump;
use bumpalo::collections::Vec as BumpVec;

use super::accept::Accepted;
use super::compose::{
    Composer, MAX_EVIDENCE_BYTES, MAX_NAMED, MAX_NAMED_CHARACTERS, NOT_ABOUT, NOTHING_AGAINST, Shown,
    Standing, cut, joined, kept_out, push_unnamed, shown_value,
};
use super::hidden::{has_secrets, pieces, tells};
use super::sought::{FoundValue, Sought, Uncommon, made_pointer};
use super::text::Text;
use crate::evaluate::{Denial, Outcome};
use crate::finding::{
    EvidenceValue, Finding, Fingerprint, LineWriter, Lines, Subject, Told, ToldEvidence, ToldValue, Verdict,
};
use crate::model::{Marks, Order, is_sensitive};
use crate::policy::{ReadSet, Rule};
use crate::source::json::{JsonPath, Located, Outline, Space, is_plain};
use crate::source::{Place, Position};

/// Digits that any number may have that is copied as it stands.
const MAX_DIGITS: usize = 18;

/// Writes lines on one thread.
pub(super) struct LineMaker {
    writer: Box<dyn LineWriter>,
    space: Space,
    /// Where the values of the resource at hand stand, as far as its reader took note.
    marks: Marks,
    entries: Vec<Entry>,
    sorted: Vec<u8>,
    /// Pointers of a line in the making.
    bump: Bump,
    message: String,
}

/// A line that was written, and what the lines of a resource are sorted by.
struct Entry {
    path: Arc<JsonPath>,
    /// How many steps of the path exist.
    found: usize,
    rule: Arc<Rule>,
    line: Range<usize>,
}

impl LineMaker {
    pub(super) fn new(lines: &dyn Lines) -> Self {
        Self {
            writer: lines.writer(),
            space: Space::default(),
            marks: Marks::default(),
            entries: Vec::new(),
            sorted: Vec::new(),
            bump: Bump::new(),
            message: String::new(),
        }
    }

    /// Takes where the values of the next resource stand from the order that it was read in.
    pub(super) fn take_marks(&mut self, order: &mut Order) {
        order.hand_over(&mut self.marks);
    }

    /// Puts the lines of a resource into order. Most have one, or stand in it.
    fn sort(&mut self, lines: &mut Vec<u8>) {
        let Some(start) = self.entries.first().map(|entry| entry.line.start) else { return };
        if !self.entries.is_sorted_by(|a, b| a.key() <= b.key()) {
            self.entries.sort_by(|a, b| a.key().cmp(&b.key()));
            self.sorted.clear();
            for entry in &self.entries {
                self.sorted.extend_from_slice(lines.get(entry.line.clone()).unwrap_or_default());
            }
            lines.truncate(start);
            lines.extend_from_slice(&self.sorted);
        }
        self.entries.clear();
    }
}

impl Entry {
    fn key(&self) -> impl Ord {
        (self.path.segments().get(..self.found).unwrap_or_default(), &self.rule.id)
    }
}

/// Writes the lines of one resource.
pub(super) struct LineComposer<'c, 'r, 't> {
    maker: &'c mut LineMaker,
    standing: &'c Standing<'r>,
    text: &'c mut Text<'t>,
    lines: &'c mut Vec<u8>,
    shown: Shown,
    /// What all its lines have in common, made with the first.
    common: Option<Common<'r>>,
}

struct Common<'r> {
    /// Made where values are looked for that are not marked.
    outline: Option<Outline<'r>>,
    subject: Arc<Subject>,
    /// JSON pointer from the root of the document to the resource.
    pointer: String,
    /// Where it starts, if it stands on one line and each of its characters is a byte.
    plain_start: Option<Position>,
    /// Its normalised JSON, where its identity tells too little.
    content: Option<String>,
    /// What no message may hold.
    pieces: Vec<String>,
    root: Arc<JsonPath>,
}

/// A reason with its place.
struct Placed<'d> {
    message: Cow<'d, str>,
    path: Arc<JsonPath>,
    /// How many steps of the path exist.
    found: usize,
    /// In the resource.
    span: Range<usize>,
    /// The same value, where the rule is known to read it, and it is there.
    value: Option<FoundValue<'d>>,
}

impl Placed<'_> {
    /// The whole path as a JSON pointer.
    fn pointer<'b>(&'b self, bump: &'b Bump) -> &'b str {
        match &self.value {
            Some(value) => value.pointer(bump),
            None => made_pointer(self.path.segments(), bump),
        }
    }

    /// As far as it exists.
    fn found_pointer<'b>(&'b self, bump: &'b Bump) -> &'b str {
        match &self.value {
            Some(value) => value.pointer(bump),
            None => made_pointer(self.path.segments().get(..self.found).unwrap_or_default(), bump),
        }
    }

    fn rank(&self) -> impl Ord {
        let segments = self.path.segments();
        let found = segments.get(..self.found).unwrap_or_default();
        (self.path.is_root(), found, &*self.message, segments)
    }
}

/// What one rule says.
struct Saying<'s> {
    rule: &'s Arc<Rule>,
    rule_line_1based: u64,
    accepted: &'s Accepted,
    message: &'s str,
}

impl<'c, 'r, 't> LineComposer<'c, 'r, 't> {
    pub(super) const fn new(
        maker: &'c mut LineMaker,
        standing: &'c Standing<'r>,
        text: &'c mut Text<'t>,
        lines: &'c mut Vec<u8>,
        shown: Shown,
    ) -> Self {
        Self { maker, standing, text, lines, shown, common: None }
    }

    /// Writes the outcome of a rule, which reads `reads`, as it is accepted; `sought` is the same, ready to be looked for.
    /// Gives the place of the finding.
    pub(super) fn add(
        &mut self,
        rule: &Arc<Rule>,
        reads: &ReadSet,
        sought: Option<&Sought>,
        outcome: &Outcome,
        accepted: &Accepted,
    ) -> Option<Place> {
        let said = match sought {
            Some(sought) if !(sought.reads_payload && self.standing.payload.is_some()) => {
                self.say(rule, sought, outcome, accepted)
            }
            _ => Err(Uncommon),
        };
        said.unwrap_or_else(|Uncommon| {
            let mut composer = Composer::new(self.standing, self.text, self.shown);
            let place = composer.add(rule, reads, outcome, accepted);
            for (path, finding) in composer.into_parts() {
                self.finding(path, &finding);
            }
            place
        })
    }

    /// Closes the resource.
    pub(super) fn finish(self) {
        if let Some(outline) = self.common.and_then(|common| common.outline) {
            self.maker.space = outline.into_space();
        }
        self.maker.sort(self.lines);
    }

    fn finding(&mut self, path: JsonPath, finding: &Finding) {
        let start = self.lines.len();
        self.maker.writer.write(&Told::of(finding, &finding.told_evidence()), self.lines);
        let found = path.segments().len();
        let (path, rule) = (Arc::new(path), Arc::clone(&finding.rule));
        self.maker.entries.push(Entry { path, found, rule, line: start..self.lines.len() });
    }

    fn common(&mut self) -> &mut Common<'r> {
        let Self { maker, standing, text, common, .. } = self;
        common.get_or_insert_with(|| {
            let outline = has_secrets(standing.operation)
                .then(|| Outline::within(standing.text, std::mem::take(&mut maker.space)));
            let bytes = standing.text.as_bytes();
            let is_plain = !text.has_gaps() && bytes.is_ascii() && memchr::memchr(b'\n', bytes).is_none();
            Common {
                pieces: outline
                    .as_ref()
                    .map(|outline| pieces(standing.operation, outline))
                    .unwrap_or_default(),
                outline,
                subject: Arc::new(standing.subject()),
                pointer: standing.path.pointer(),
                plain_start: is_plain.then(|| text.position(standing.span.start)),
                content: None,
                root: Arc::default(),
            }
        })
    }

    fn say(
        &mut self,
        rule: &Arc<Rule>,
        sought: &Sought,
        outcome: &Outcome,
        accepted: &Accepted,
    ) -> Result<Option<Place>, Uncommon> {
        let mut bump = std::mem::take(&mut self.maker.bump);
        bump.reset();
        let said = match outcome {
            Outcome::Pass | Outcome::NotApplicable => self.whole(rule, sought, accepted, &bump),
            Outcome::Fail(reasons) | Outcome::Inconclusive(reasons) | Outcome::Unreadable(reasons) => {
                self.reasoned(rule, sought, accepted, reasons, &bump)
            }
            Outcome::Error(_) => Err(Uncommon),
        };
        self.maker.bump = bump;
        said
    }

    /// What a rule read.
    fn values<'n, 'b>(
        &mut self,
        sought: &'n Sought,
        bump: &'b Bump,
    ) -> Result<BumpVec<'b, FoundValue<'n>>, Uncommon> {
        self.common();
        let Self { maker, standing, common, .. } = self;
        let mut values = BumpVec::new_in(bump);
        if let Some(common) = common
            && !sought.find_marked(standing.text, &maker.marks, &mut values)
        {
            sought.find(outline(&mut common.outline, standing, &mut maker.space), &mut values)?;
        }
        Ok(values)
    }

    /// A finding about the resource as a whole.
    fn whole(
        &mut self,
        rule: &Arc<Rule>,
        sought: &Sought,
        accepted: &Accepted,
        bump: &Bump,
    ) -> Result<Option<Place>, Uncommon> {
        let values = self.values(sought, bump)?;
        let root = Arc::clone(&self.common().root);
        let mut message = std::mem::take(&mut self.maker.message);
        message.clear();
        if accepted.verdict == Verdict::Pass {
            write_reasons_to_pass(&mut message, &values, self.standing.text, bump);
        } else {
            message.push_str(NOT_ABOUT);
        }
        let placed = Placed {
            message: Cow::Borrowed(&message),
            found: 0,
            span: 0..self.standing.text.len(),
            value: None,
            path: root,
        };
        let saying = Saying { rule, rule_line_1based: rule.line_1based, accepted, message: &message };
        let written = self.write(&saying, &[placed], &values, bump);
        self.maker.message = message;
        written
    }

    fn reasoned(
        &mut self,
        rule: &Arc<Rule>,
        sought: &Sought,
        accepted: &Accepted,
        denials: &[Denial],
        bump: &Bump,
    ) -> Result<Option<Place>, Uncommon> {
        let values = self.values(sought, bump)?;
        self.common();
        let Self { maker, standing, common, .. } = self;
        let common = common.as_mut().ok_or(Uncommon)?;
        let mut placed: BumpVec<'_, Placed<'_>> = BumpVec::with_capacity_in(denials.len(), bump);
        placed.extend(denials.iter().map(|Denial { message, path, focus, .. }| {
            let named = path
                .as_ref()
                .filter(|path| common.pieces.is_empty() || !tells(&path.to_string(), &common.pieces));
            let path = Arc::clone(named.or(focus.as_ref()).unwrap_or(&common.root));
            // Nearly always it is one of those that are read.
            let known = values.iter().find(|value| value.is_found && value.is_at(&path));
            let located = match known {
                Some(value) => Located { span: value.start..value.end, found: path.segments().len() },
                None => outline(&mut common.outline, standing, &mut maker.space).locate(&path),
            };
            let value = known.copied();
            let message = match &*common.pieces {
                [] => Cow::Borrowed(message.as_str()),
                pieces => Cow::Owned(kept_out(message.clone(), pieces)),
            };
            Placed { message, path, found: located.found, span: located.span, value }
        }));
        if placed.len() > 1 {
            placed.sort_by(|a, b| a.rank().cmp(&b.rank()));
            placed.dedup_by(|b, a| a.path == b.path && a.message == b.message);
        }
        let decided = denials.iter().filter_map(|denial| denial.definition).min();
        let line = decided.and_then(|definition| sought.lines.get(definition)).copied();
        let message = match &*placed {
            [] => return Err(Uncommon),
            [one] => one.message.clone(),
            several => Cow::Owned(joined(several.iter().map(|placed| &*placed.message))),
        };
        let rule_line_1based = line.unwrap_or(rule.line_1based);
        self.write(&Saying { rule, rule_line_1based, accepted, message: &message }, &placed, &values, bump)
    }

    fn write(
        &mut self,
        saying: &Saying<'_>,
        placed: &[Placed<'_>],
        values: &[FoundValue<'_>],
        bump: &Bump,
    ) -> Result<Option<Place>, Uncommon> {
        let fingerprint = self.fingerprint(saying.rule);
        let Self { maker, standing, text, lines, common, shown } = self;
        let (Some(first), Some(common)) = (placed.first(), common) else { return Err(Uncommon) };
        let mut places = Places { plain_start: common.plain_start, offset: standing.span.start, text };
        let evidence = if shown.evidence {
            evidence(standing, placed, values, &mut places, bump)
        } else {
            BumpVec::new_in(bump)
        };
        let (start, end_byte) = places.of(&first.span);
        let told = Told {
            rule: saying.rule,
            rule_line_1based: saying.rule_line_1based,
            verdict: saying.accepted.verdict,
            message: saying.message,
            resource: &common.subject,
            file: text.file,
            document: standing.document,
            base: &common.pointer,
            pointer: first.found_pointer(bump),
            start,
            end_byte,
            evidence: &evidence,
            fingerprint: &fingerprint,
            waiver: saying.accepted.waiver(),
            is_known: saying.accepted.is_known,
            // A run that shows them makes findings.
            excerpt: None,
            rule_excerpt: None,
        };
        let before = lines.len();
        maker.writer.write(&told, lines);
        maker.entries.push(Entry {
            path: Arc::clone(&first.path),
            found: first.found,
            rule: Arc::clone(saying.rule),
            line: before..lines.len(),
        });
        Ok(Some(Place { file: Arc::clone(text.file), start, end_byte }))
    }

    fn fingerprint(&mut self, rule: &Rule) -> Fingerprint {
        let Standing { operation, resource, .. } = *self.standing;
        let identity = resource.identity();
        if identity.is_joinable() {
            return Fingerprint::of_identity(&rule.id, operation, identity.parts());
        }
        let content = &mut self.common().content;
        let normalised = content.get_or_insert_with(|| serde_json::to_string(resource).unwrap_or_default());
        Fingerprint::of_content(&rule.id, operation, normalised)
    }
}

/// The places of all values of a resource, found once.
fn outline<'o, 'r>(
    known: &'o mut Option<Outline<'r>>,
    standing: &Standing<'r>,
    space: &mut Space,
) -> &'o Outline<'r> {
    known.get_or_insert_with(|| Outline::within(standing.text, std::mem::take(space)))
}

/// Tells where parts of one resource stand in the file.
struct Places<'p, 't> {
    /// See [`Common`].
    plain_start: Option<Position>,
    /// Where the resource starts in the batch.
    offset: usize,
    text: &'p mut Text<'t>,
}

impl Places<'_, '_> {
    fn of(&mut self, span: &Range<usize>) -> (Position, u64) {
        if let Some(start) = self.plain_start {
            let at = Position {
                byte: start.byte + span.start as u64,
                column_1based: start.column_1based + span.start as u64,
                ..start
            };
            return (at, start.byte + span.end.max(span.start) as u64);
        }
        let place = self.text.place(&(span.start + self.offset..span.end + self.offset));
        (place.start, place.end_byte)
    }
}

/// The values that the reasons name, then all others that the rule read, in document order.
fn evidence<'e>(
    standing: &Standing<'e>,
    placed: &'e [Placed<'_>],
    values: &'e [FoundValue<'_>],
    places: &mut Places<'_, '_>,
    bump: &'e Bump,
) -> BumpVec<'e, ToldEvidence<'e>> {
    let mut told = |pointer: &'e str, span: &Range<usize>, is_found: bool, is_secret: bool| {
        let (start, end_byte) = places.of(span);
        let value = match (is_found, is_secret) {
            (false, _) => ToldValue::Absent,
            (true, true) => ToldValue::Secret,
            (true, false) => told_value(standing.text.get(span.clone()).unwrap_or_default()),
        };
        ToldEvidence { pointer, value, start, end_byte }
    };
    let mut evidence = BumpVec::with_capacity_in(placed.len() + values.len(), bump);
    // A rule may deny each element of a long list.
    let mut known: BTreeSet<&JsonPath> = BTreeSet::new();
    for named in placed {
        if named.path.is_root() || (placed.len() > 1 && !known.insert(&named.path)) {
            continue;
        }
        let is_found = named.found == named.path.segments().len();
        let is_secret = is_sensitive(standing.operation, &named.path);
        evidence.push(told(named.pointer(bump), &named.span, is_found, is_secret));
    }
    for value in values {
        if !placed.iter().any(|named| !named.path.is_root() && value.is_at(&named.path)) {
            let pointer = value.pointer(bump);
            evidence.push(told(pointer, &(value.start..value.end), value.is_found, value.node.is_secret));
        }
    }
    evidence
}

/// Why a rule passes: the values that it rests on.
fn write_reasons_to_pass(message: &mut String, values: &[FoundValue<'_>], text: &str, bump: &Bump) {
    // By path and in compact form: the layout of the text is no matter.
    let mut named = BumpVec::from_iter_in(values.iter(), bump);
    named.sort_unstable_by(|a, b| a.by_path(b));
    // Of a list and its elements the elements are named, which come right behind it.
    let mut next: Option<&FoundValue<'_>> = None;
    for index in (0..named.len()).rev() {
        let Some(&value) = named.get(index) else { continue };
        if next.is_some_and(|next| value.is_around(next)) {
            named.remove(index);
        }
        next = Some(value);
    }
    message.push_str(NOTHING_AGAINST);
    for (index, value) in named.iter().take(MAX_NAMED).enumerate() {
        message.push_str(if index == 0 { ": `" } else { ", `" });
        value.write_path(message);
        message.push_str("` is ");
        if !value.is_found {
            message.push_str("absent");
        } else if value.node.is_secret {
            message.push_str("not shown");
        } else {
            let text = text.get(value.start..value.end).unwrap_or_default();
            if is_written_plainly(text) && text.len() <= MAX_NAMED_CHARACTERS {
                message.push_str(text);
            } else {
                match shown_value(text) {
                    EvidenceValue::Present(value) => message.push_str(&cut(&value.to_string())),
                    _ => message.push_str("too long to show"),
                }
            }
        }
    }
    push_unnamed(message, named.len());
}

/// A value as evidence.
fn told_value(text: &str) -> ToldValue<'_> {
    if is_written_plainly(text) {
        return ToldValue::Written(text);
    }
    match shown_value(text) {
        EvidenceValue::Present(value) => ToldValue::Value(Cow::Owned(value)),
        EvidenceValue::Absent => ToldValue::Absent,
        EvidenceValue::Long => ToldValue::Long,
        EvidenceValue::Secret => ToldValue::Secret,
    }
}

/// Whether a well-formed value stands in the payload just as it is to be written.
fn is_written_plainly(text: &str) -> bool {
    match text.as_bytes() {
        [b'"', inner @ .., b'"'] => inner.len() + 2 <= MAX_EVIDENCE_BYTES && is_plain(inner),
        b"null" | b"true" | b"false" => true,
        [b'-', digits @ ..] => digits != b"0" && is_integer(digits),
        digits => is_integer(digits),
    }
}

fn is_integer(digits: &[u8]) -> bool {
    (1..=MAX_DIGITS).contains(&digits.len()) && digits.iter().all(u8::is_ascii_digit)
}
