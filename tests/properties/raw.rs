//! JSON as it is written: scalars and names keep their spelling, members their order, and names may stand twice.

use jsonc_parser::ast::Value;
use jsonc_parser::common::Ranged as _;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};
use probity::source::json::check;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;

use super::Choices;

/// A value with the spelling of its parts.
#[derive(Clone, Debug)]
pub(super) enum Raw {
    /// A string with its quotes, a number or a literal.
    Scalar(String),
    Array(Vec<Raw>),
    /// Names with their quotes.
    Object(Vec<(String, Raw)>),
}

/// The second parser's tree, with RFC 8259 and nothing beyond; `None` where the text is not JSON.
pub(super) fn parse(text: &str) -> Option<Value<'_>> {
    let strict = ParseOptions {
        allow_comments: false,
        allow_loose_object_property_names: false,
        allow_trailing_commas: false,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    };
    parse_to_ast(text, &CollectOptions::default(), &strict).ok()?.value
}

impl Raw {
    pub(super) fn read(text: &str) -> Option<Self> {
        Some(Self::of(&parse(text)?, text))
    }

    fn of(value: &Value<'_>, text: &str) -> Self {
        match value {
            Value::Array(array) => {
                Self::Array(array.elements.iter().map(|element| Self::of(element, text)).collect())
            }
            Value::Object(object) => Self::Object(
                object
                    .properties
                    .iter()
                    .map(|member| (member.name.text(text).to_owned(), Self::of(&member.value, text)))
                    .collect(),
            ),
            scalar => Self::Scalar(scalar.text(text).to_owned()),
        }
    }

    /// Writes the value with a blank wherever one may stand.
    pub(super) fn write(&self, blanks: &mut impl FnMut() -> &'static str, out: &mut String) {
        out.push_str(blanks());
        match self {
            Self::Scalar(scalar) => out.push_str(scalar),
            Self::Array(elements) => {
                out.push('[');
                for (index, element) in elements.iter().enumerate() {
                    out.push_str(if index > 0 { "," } else { "" });
                    element.write(blanks, out);
                }
                out.push_str(if elements.is_empty() { blanks() } else { "" });
                out.push(']');
            }
            Self::Object(members) => {
                out.push('{');
                for (index, (name, member)) in members.iter().enumerate() {
                    out.push_str(if index > 0 { "," } else { "" });
                    out.push_str(blanks());
                    out.push_str(name);
                    out.push_str(blanks());
                    out.push(':');
                    member.write(blanks, out);
                }
                out.push_str(if members.is_empty() { blanks() } else { "" });
                out.push('}');
            }
        }
        out.push_str(blanks());
    }

    /// Without blanks.
    pub(super) fn compact(&self) -> String {
        let mut out = String::new();
        self.write(&mut || "", &mut out);
        out
    }

    /// Puts the members of every object into another order, at every depth; arrays keep theirs.
    pub(super) fn shuffle(&mut self, choices: &mut Choices) {
        match self {
            Self::Scalar(_) => {}
            Self::Array(elements) => elements.iter_mut().for_each(|element| element.shuffle(choices)),
            Self::Object(members) => {
                choices.shuffle(members);
                for (_, member) in members {
                    member.shuffle(choices);
                }
            }
        }
    }

    /// Spells some characters of names as escapes.
    pub(super) fn escape_names(&mut self, choices: &mut Choices) {
        match self {
            Self::Scalar(_) => {}
            Self::Array(elements) => elements.iter_mut().for_each(|element| element.escape_names(choices)),
            Self::Object(members) => {
                for (name, member) in members {
                    if !name.contains('\\') {
                        let inner = name.trim_matches('"').chars();
                        let spelled: String = inner.map(|c| spelled(c, choices.below(9))).collect();
                        *name = format!("\"{spelled}\"");
                    }
                    member.escape_names(choices);
                }
            }
        }
    }
}

/// A character in a JSON string: as it is where that may be, or as one of its escapes.
fn spelled(c: char, how: usize) -> String {
    let short = match c {
        '"' | '\\' | '/' => Some(c),
        '\u{8}' => Some('b'),
        '\u{c}' => Some('f'),
        '\n' => Some('n'),
        '\r' => Some('r'),
        '\t' => Some('t'),
        _ => None,
    };
    let must = c < ' ' || c == '"' || c == '\\';
    let units = |upper: bool| -> String {
        let unit = |unit: &u16| if upper { format!("\\u{unit:04X}") } else { format!("\\u{unit:04x}") };
        c.encode_utf16(&mut [0; 2]).iter().map(unit).collect()
    };
    match (how, short) {
        (1, _) => units(false),
        (2, _) => units(true),
        (3, Some(short)) => format!("\\{short}"),
        (_, Some(short)) if must => format!("\\{short}"),
        _ if must => units(false),
        _ => c.to_string(),
    }
}

/// A string with its quotes, of a few of these characters in any spelling.
fn string(alphabet: &str, most: usize) -> impl Strategy<Value = String> + use<> {
    let character = prop::sample::select(alphabet.chars().collect::<Vec<_>>());
    prop::collection::vec((character, 0_usize..6), 0..=most).prop_map(|characters| {
        let inner: String = characters.into_iter().map(|(c, how)| spelled(c, how)).collect();
        format!("\"{inner}\"")
    })
}

/// A value of any kind; names are so few that they often stand twice.
fn value() -> impl Strategy<Value = Raw> {
    let numbers = ["0", "-0", "7", "-1.50", "1.5e3", "12E+2", "1e-7", "123456789012345678901234567890"];
    let scalar = prop_oneof![
        1 => prop::sample::select(vec!["null", "true", "false"]).prop_map(str::to_owned),
        2 => prop::sample::select(numbers.to_vec()).prop_map(str::to_owned),
        3 => string("ab:,{}[]\"\\/ é日😀\u{1}\u{7f}\u{2028}\u{feff}\n\r\t", 9),
    ];
    scalar.prop_map(Raw::Scalar).prop_recursive(6, 60, 6, |inner| {
        let name = string("a0é😀\"/~.", 2);
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Raw::Array),
            prop::collection::vec((name, inner), 0..6).prop_map(Raw::Object),
        ]
    })
}

/// A text of any JSON, up to 120 levels deep, with blanks wherever they may stand.
pub(super) fn text() -> impl Strategy<Value = String> {
    let wrapper = prop::option::of(string("a0é/", 1)).boxed();
    let deep = prop_oneof![3 => Just(0), 1 => 0_usize..=114];
    let wrappers = deep.prop_flat_map(move |depth| prop::collection::vec(wrapper.clone(), depth));
    let blanks = ["", "", "", " ", "\n", "\r\n", "\t", "\r", "\r\n\r\n  "];
    (value(), wrappers, super::choices()).prop_map(move |(mut value, wrappers, choices)| {
        for wrapper in wrappers {
            let stranger = Raw::Scalar("\"é\"".to_owned());
            value = match wrapper {
                None => Raw::Array(vec![stranger, value]),
                Some(name) => Raw::Object(vec![("\"x\"".to_owned(), stranger), (name, value)]),
            };
        }
        let mut choices = Choices::from(choices);
        let mut out = String::new();
        value.write(&mut || blanks[choices.below(blanks.len())], &mut out);
        out
    })
}

#[test]
fn generated_texts_hold_what_makes_places_hard() {
    let mut runner = TestRunner::deterministic();
    let texts: Vec<String> = (0..300).map(|_| text().new_tree(&mut runner).unwrap().current()).collect();
    let with = |what: fn(&str) -> bool| texts.iter().filter(|text| what(text)).count();
    let twice = |text: &str| check(text, 0).is_err_and(|fault| fault.kind.to_string().contains("twice"));
    let found = [
        with(twice),
        with(|text| text.contains("[[") || text.contains("[ [")),
        with(|text| text.contains("\r\n")),
        with(|text| text.contains("\\u") && text.contains("\\\"")),
        with(|text| text.contains("\\ud83d\\ude00")),
        with(|text| text.contains('😀')),
        with(|text| {
            let inner = text.trim_end_matches(|c: char| c.is_ascii_whitespace() || "]}".contains(c));
            text[inner.len()..].bytes().filter(|byte| b"]}".contains(byte)).count() > 60
        }),
    ];
    assert!(found.iter().all(|&count| count >= 15), "{found:?}");
}
