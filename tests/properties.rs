//! What must hold for every input: places agree with an independent count, and nothing makes the tool panic,
//! lose a resource without a word, or answer differently on more threads.

use std::num::NonZeroUsize;
use std::sync::Arc;

use probity::discover::discover;
use probity::evaluate::Plan;
use probity::finding::{Gate, Run};
use probity::load::Limits;
use probity::policy::{Severity, builtin_files, load};
use probity::run::{Event, Progress, execute};
use probity::settings::{JudgeSettings, LoadSettings, Purpose};
use probity::source::json::{JsonPath, check, locate};
use probity::source::{Code, Excerpt, Label, Level, Position, ShownText, Tracker};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use serde_json::Value;

use crate::support::{Folder, sample};

/// A JSON text, and where each value in it stands.
#[derive(Clone, Debug, Default)]
struct Written {
    text: String,
    places: Vec<(JsonPath, std::ops::Range<usize>)>,
}

/// Writes a value with blanks from a list, and notes where each value stands.
struct Writer<B> {
    blanks: B,
    path: JsonPath,
    out: Written,
}

impl<B: Iterator<Item = &'static str>> Writer<B> {
    fn text(&mut self, text: &str) {
        self.out.text.push_str(text);
    }

    fn blank(&mut self) {
        let blank = self.blanks.next().unwrap_or_default();
        self.text(blank);
    }

    fn value(&mut self, value: &Value) {
        let start = self.out.text.len();
        match value {
            Value::Array(elements) => {
                self.text("[");
                for (index, element) in elements.iter().enumerate() {
                    self.text(if index > 0 { "," } else { "" });
                    self.blank();
                    self.path.push_index(index);
                    self.value(element);
                    self.path.pop();
                    self.blank();
                }
                self.blank();
                self.text("]");
            }
            Value::Object(members) => {
                self.text("{");
                for (index, (name, member)) in members.iter().enumerate() {
                    self.text(if index > 0 { "," } else { "" });
                    self.blank();
                    self.text(&Value::from(name.as_str()).to_string());
                    self.blank();
                    self.text(":");
                    self.blank();
                    self.path.push_key(name.as_str());
                    self.value(member);
                    self.path.pop();
                    self.blank();
                }
                self.blank();
                self.text("}");
            }
            scalar => self.text(&scalar.to_string()),
        }
        self.out.places.push((self.path.clone(), start..self.out.text.len()));
    }
}

fn json() -> impl Strategy<Value = Value> {
    let scalar = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[a-z\"\\\\/{}\\[\\],:é日😀\u{7f}\n]{0,8}".prop_map(Value::from),
    ];
    scalar.prop_recursive(5, 40, 5, |inner| {
        let name = "[a-c\"\\\\é./~0]{0,3}";
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::hash_map(name, inner, 0..5).prop_map(|members| members.into_iter().collect()),
        ]
    })
}

fn written() -> impl Strategy<Value = Written> {
    let blanks = prop::collection::vec(prop_oneof![Just(""), Just(" "), Just("\n"), Just("\r\n\t")], 0..99);
    (json(), blanks).prop_map(|(value, blanks)| {
        let mut writer =
            Writer { blanks: blanks.into_iter(), path: JsonPath::default(), out: Written::default() };
        writer.value(&value);
        writer.out
    })
}

/// Line and column of an offset, counted character by character.
fn counted(text: &str, offset: usize) -> (u64, u64) {
    text[..offset]
        .chars()
        .fold((1, 1), |(line, column), c| if c == '\n' { (line + 1, 1) } else { (line, column + 1) })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_value_is_found_where_it_was_written(written in written()) {
        prop_assert_eq!(check(&written.text, 0), Ok(()));
        // Values come before what holds them, so that the tracker goes back and forth.
        let mut tracker = Tracker::new(written.text.as_bytes(), Position::START);
        for (path, range) in &written.places {
            let located = locate(&written.text, path);
            prop_assert!(located.is_found(path), "{} in {}", path, written.text);
            prop_assert_eq!(&located.span, range);
            let position = tracker.position(range.start);
            prop_assert_eq!((position.line_1based, position.column_1based), counted(&written.text, range.start));
        }
    }

    #[test]
    fn a_path_that_leads_nowhere_leads_to_its_last_ancestor(written in written(), step in 0_usize..9) {
        for (path, range) in &written.places {
            let mut longer = path.clone();
            longer.push_key(format!("no such member {step}"));
            let located = locate(&written.text, &longer);
            prop_assert_eq!((located.found, &located.span), (path.segments().len(), range));
        }
    }

    #[test]
    fn a_text_that_is_cut_off_has_a_fault_at_its_end(written in written(), at in any::<prop::sample::Index>()) {
        let ends: Vec<usize> = written.text.char_indices().map(|(end, _)| end).collect();
        let cut = &written.text[..ends[at.index(ends.len())]];
        // A number may be shorter and still be one.
        if let Err(fault) = check(cut, 0) {
            prop_assert!(fault.span.end <= cut.len());
        } else {
            prop_assert!(matches!(serde_json::from_str(cut), Ok(Value::Number(_))), "{}", cut);
        }
    }

    #[test]
    fn check_and_serde_json_agree(text in "[\\[\\]{}:,\"a0-9eE.+\\-tfn \\\\u]{0,12}") {
        // But for names that stand twice, which serde_json does not mind.
        let fault = check(&text, 0).err();
        let read = serde_json::from_str::<serde::de::IgnoredAny>(&text);
        let doubled = fault.as_ref().is_some_and(|fault| fault.kind.to_string().contains("stands twice"));
        let large = fault.as_ref().is_some_and(|fault| fault.kind.to_string().contains("too large"));
        prop_assert!(fault.is_some() == read.is_err() || doubled || large, "{:?} {:?}", fault, read);
    }

    #[test]
    fn excerpts_of_any_text_underline_what_was_asked_for(
        text in "[ -~é日😀\u{1b}\t\n]{0,300}", spans in prop::collection::vec((any::<prop::sample::Index>(), 0_usize..40), 1..4)
    ) {
        let ends: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        let labels: Vec<Label> = spans.iter().map(|(at, length)| {
            let start = at.index(ends.len());
            Label::new(ends[start]..ends[(start + length).min(ends.len() - 1)], "here")
        }).collect();
        let count = labels.len();
        let shown = ShownText { bytes: text.as_bytes(), secrets: &[] };
        let mut tracker = Tracker::new(shown.bytes, Position::START);
        let excerpt = Excerpt::of(&Arc::from("f"), shown, &mut tracker, labels);
        let marks: usize = excerpt.windows.iter().map(|window| window.marks.len()).sum();
        prop_assert!(marks > 0 && marks <= count);
        for window in &excerpt.windows {
            prop_assert!(!window.text.contains('\u{1b}'), "a terminal would obey it");
            for mark in &window.marks {
                prop_assert!(window.text.get(mark.span.clone()).is_some());
            }
        }
    }
}

/// A change of a text.
#[derive(Clone, Debug)]
enum Edit {
    Cut(prop::sample::Index),
    Remove(prop::sample::Index, usize),
    Insert(prop::sample::Index, Vec<u8>),
    Repeat(prop::sample::Index, usize),
}

fn edit() -> impl Strategy<Value = Edit> {
    let at = any::<prop::sample::Index>;
    let piece = prop_oneof![
        prop::collection::vec(any::<u8>(), 1..4),
        prop::sample::select(vec![
            "null", "-1", "1e999", "\"x\"", "[]", "{}", ",", "}", "]", "\"", "\n", "\\", "\u{feff}", "é",
            "5,", "\"a\":"
        ])
        .prop_map(|piece| piece.as_bytes().to_vec()),
    ];
    prop_oneof![
        1 => at().prop_map(Edit::Cut),
        4 => (at(), 1_usize..6).prop_map(|(at, count)| Edit::Remove(at, count)),
        4 => (at(), piece).prop_map(|(at, piece)| Edit::Insert(at, piece)),
        2 => (at(), 1_usize..400).prop_map(|(at, count)| Edit::Repeat(at, count)),
    ]
}

fn edited(mut text: Vec<u8>, edits: &[Edit]) -> Vec<u8> {
    for edit in edits {
        let length = text.len() + 1;
        match edit {
            Edit::Cut(at) => text.truncate(at.index(length)),
            Edit::Remove(at, count) => {
                let start = at.index(length);
                text.drain(start..(start + count).min(text.len()));
            }
            Edit::Insert(at, piece) => {
                drop(text.splice(at.index(length)..at.index(length), piece.iter().copied()));
            }
            Edit::Repeat(at, count) => {
                let start = at.index(length);
                let end = (start + count).min(text.len());
                let piece = text[start..end].to_vec();
                text.splice(end..end, piece);
            }
        }
    }
    text
}

/// Judges files in this process. What was told, and the run.
fn judged(plan: &Plan, folder: &Folder, threads: usize) -> (Vec<String>, Run) {
    let settings = LoadSettings {
        inputs: vec![folder.path()],
        forced: None,
        limits: Limits::default(),
        strict: true,
        allow_incomplete: true,
        allow_empty: true,
        max_age: None,
        threads: NonZeroUsize::new(threads).unwrap(),
    };
    let judging = JudgeSettings {
        purpose: Purpose::Judge,
        clock: chrono::DateTime::from_timestamp(1_795_219_200, 0).unwrap(),
        fail_on: Severity::Low,
        include: Vec::new(),
        excerpts: true,
        digests: true,
    };
    let mut told = Vec::new();
    let discovery = discover(&settings.inputs);
    let run = execute(&settings, &judging, plan, discovery, &Progress::default(), &mut |event| {
        if let Event::Finding(finding) = event {
            told.push(format!("{finding:?}"));
        }
        true
    });
    (told, run.unwrap())
}

#[test]
fn no_change_of_a_payload_ends_in_a_panic_or_a_silent_pass() {
    let mut set = load(&builtin_files()).unwrap();
    // Two rules of each operation are enough to count verdicts by.
    set.rules.retain(|rule| rule.id.as_str().ends_with(['1', '2']));
    let plan = Plan::new(&set, chrono::DateTime::from_timestamp(1_795_219_200, 0).unwrap()).unwrap();
    let bases = [
        "huawei/coc/list-instance-compliant/non-compliant.json",
        "alibaba/oos/list-instance-patch-states/non-compliant.json",
        "alibaba/sas/describe-image-instances/pages/page-2.json",
        "alibaba/sas/list-publish-batch/incomplete.json",
        "aws/ssm/get-patch-baseline/several-baselines.ndjson",
        "aws/ssm/get-patch-baseline/boto3-dump.json",
    ];
    let config = ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() };
    let strategy = (prop::sample::select(bases.to_vec()), prop::collection::vec(edit(), 1..4));
    TestRunner::new(config)
        .run(&strategy, |(base, edits)| {
            let folder = Folder::new();
            folder.file("a.json", edited(sample(base).into_bytes(), &edits));
            let (told, run) = judged(&plan, &folder, 1);
            let errors: Vec<_> = run.diagnostics.iter().filter(|d| d.level == Level::Error).collect();
            prop_assert!(errors.iter().all(|error| error.code != Code::InternalDefect), "{:?}", errors);
            prop_assert!(run.gate != Gate::Pass || (errors.is_empty() && told.is_empty()));
            prop_assert!(run.resources > 0 || !run.diagnostics.is_empty(), "nothing is said of nothing");
            prop_assert!(run.tally.total().total() <= run.resources * 4);
            let (again, other) = judged(&plan, &folder, 3);
            prop_assert_eq!(told, again);
            prop_assert_eq!(format!("{:?}", run.diagnostics), format!("{:?}", other.diagnostics));
            Ok(())
        })
        .unwrap();
}
