//! Where values end, held against a walk byte by byte and against `serde_json`.

use probity::source::json::{Skip, Skipper, string_end};
use proptest::prelude::*;
use serde_json::Value;

/// What [`Skipper`] promises, byte by byte.
struct Plain {
    open: Vec<u8>,
    room: usize,
    in_string: bool,
    escaped: bool,
}

impl Plain {
    fn new(room: u32) -> Self {
        Self { open: Vec::new(), room: room as usize, in_string: false, escaped: false }
    }

    fn walk(&mut self, bytes: &[u8]) -> Skip {
        for (at, &byte) in bytes.iter().enumerate() {
            match byte {
                _ if self.escaped => self.escaped = false,
                b'\\' => self.escaped = self.in_string,
                b'"' => {
                    self.in_string = !self.in_string;
                    if !self.in_string && self.open.is_empty() {
                        return Skip::End(at + 1);
                    }
                }
                _ if self.in_string => {}
                b'{' | b'[' if self.open.len() == self.room => return Skip::TooDeep(at),
                b'{' | b'[' => self.open.push(byte),
                b'}' | b']' => {
                    let opening = if byte == b'}' { b'{' } else { b'[' };
                    if self.open.pop() != Some(opening) {
                        return Skip::Mismatch(at);
                    }
                    if self.open.is_empty() {
                        return Skip::End(at + 1);
                    }
                }
                _ => {}
            }
        }
        Skip::More
    }
}

/// Texts over the bytes that matter, so that few are well-formed; long enough for several blocks.
fn noise() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[{\\[\"]",
        3 => "[}\\]]",
        2 => "\\PC{0,80}",
        2 => "[a ,:]{0,70}",
        1 => "\\\\{1,70}",
        2 => Just("\"".to_owned()),
        1 => Just("\\\"".to_owned()),
        2 => Just("{\"a\":[\"}\"]}".to_owned()),
    ];
    let first = prop_oneof![Just("{"), Just("["), Just("\"")];
    (first, prop::collection::vec(piece, 0..40)).prop_map(|(first, rest)| format!("{first}{}", rest.concat()))
}

fn json() -> impl Strategy<Value = Value> {
    let text = prop_oneof![3 => "\\PC{0,90}", 1 => "[\\\\\"{}\\[\\]]{0,90}"];
    let leaf = prop_oneof![text.prop_map(Value::from), any::<i64>().prop_map(Value::from), Just(Value::Null)];
    leaf.prop_recursive(8, 60, 6, |inner| {
        let names = "[a-c\\\\\"{}]{0,5}";
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map(names, inner, 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn skipping_by_blocks_is_skipping_by_bytes(
        text in noise(),
        room in prop_oneof![3 => Just(128_u32), 1 => 1..6_u32],
        lead in 0..70_usize,
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..3),
    ) {
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(text.len() + 1)).collect();
        cuts.sort_unstable();
        let (mut skipper, mut plain) = (Skipper::new(room), Plain::new(room));
        let ends = cuts.iter().copied().chain([text.len()]);
        let mut start = 0;
        for end in ends {
            let piece = &text.as_bytes()[start..end];
            let expected = plain.walk(piece);
            // What stands before the piece is not looked at.
            let bytes = [&b"\"\\]".repeat(lead)[..lead], piece].concat();
            let shifted = |offset: usize| offset - lead;
            let skip = match skipper.walk(&bytes, lead) {
                Skip::End(at) => Skip::End(shifted(at)),
                Skip::Mismatch(at) => Skip::Mismatch(shifted(at)),
                Skip::TooDeep(at) => Skip::TooDeep(shifted(at)),
                Skip::More => Skip::More,
            };
            prop_assert_eq!(skip, expected, "{}..{} of {:?}", start, end, text);
            if expected != Skip::More {
                break;
            }
            start = end;
        }
    }

    #[test]
    fn a_well_formed_value_ends_where_it_ends(value in json(), pretty in any::<bool>(), tail in "[ ,\\]}\"\\\\a]{0,80}") {
        let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) }.unwrap();
        let skipped = match value {
            Value::String(_) => string_end(format!("{text}{tail}").as_bytes(), 0),
            Value::Array(_) | Value::Object(_) => {
                match Skipper::new(128).walk(format!("{text}{tail}").as_bytes(), 0) {
                    Skip::End(end) => Some(end),
                    _ => None,
                }
            }
            _ => return Ok(()),
        };
        prop_assert_eq!(skipped, Some(text.len()));
    }
}
