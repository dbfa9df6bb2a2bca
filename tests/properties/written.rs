//! Places of values in texts that are written together with where each value stands.

use probity::source::json::{JsonPath, check, locate};
use probity::source::{Position, Tracker};
use proptest::prelude::*;
use serde_json::Value;

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
}
