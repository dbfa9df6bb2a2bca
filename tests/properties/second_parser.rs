//! Places, held against a second parser that shares no code with the first, and a plain count of characters.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::ops::Range;

use jsonc_parser::ast::Value;
use jsonc_parser::common::Ranged;
use probity::source::json::{FaultKind, JsonPath, check, locate};
use probity::source::{Position, Tracker};
use proptest::prelude::*;

use super::raw::{Raw, parse, text};
use super::{Choices, choices, payload_files};

/// What the second parser says of a text.
#[derive(Default)]
struct Tree {
    /// Every value that a path leads to, with its range; of members with equal names the first.
    places: Vec<(JsonPath, Range<usize>)>,
    /// Every name that its object has already, with where it stands first.
    doubled: Vec<(Range<usize>, usize)>,
}

fn range(node: &impl Ranged) -> Range<usize> {
    node.start()..node.end()
}

impl Tree {
    fn of(text: &str) -> Self {
        let mut tree = Self::default();
        let value = parse(text).unwrap_or_else(|| panic!("the second parser does not read {text}"));
        tree.walk(&value, &mut JsonPath::default(), true);
        tree.doubled.sort_by_key(|(name, _)| name.start);
        tree
    }

    fn walk(&mut self, value: &Value<'_>, path: &mut JsonPath, reachable: bool) {
        if reachable {
            self.places.push((path.clone(), range(value)));
        }
        match value {
            Value::Array(array) => {
                for (index, element) in array.elements.iter().enumerate() {
                    path.push_index(index);
                    self.walk(element, path, reachable);
                    path.pop();
                }
            }
            Value::Object(object) => {
                let mut seen: HashMap<&str, usize> = HashMap::new();
                for member in &object.properties {
                    let name = member.name.as_str();
                    let first = *seen.entry(name).or_insert(member.name.start());
                    let is_first = first == member.name.start();
                    if !is_first {
                        self.doubled.push((range(&member.name), first));
                    }
                    path.push_key(name);
                    self.walk(&member.value, path, reachable && is_first);
                    path.pop();
                }
            }
            _ => {}
        }
    }
}

/// Line and column of the ends of these ranges, by one count of all characters before them.
fn counted(text: &str, places: &[(JsonPath, Range<usize>)]) -> BTreeMap<usize, (u64, u64)> {
    let ends = places.iter().flat_map(|(_, range)| [range.start, range.end]);
    let mut all: BTreeMap<usize, (u64, u64)> = ends.map(|end| (end, (0, 0))).collect();
    let (mut line, mut column, mut from) = (1, 1, 0);
    for (end, counted) in &mut all {
        for c in text[from..*end].chars() {
            (line, column) = if c == '\n' { (line + 1, 1) } else { (line, column + 1) };
        }
        (*counted, from) = ((line, column), *end);
    }
    all
}

/// Holds every place in a text against the second parser; gives their number.
fn held(text: &str, choices: &mut Choices) -> usize {
    let mut places = Tree::of(text).places;
    let positions = counted(text, &places);
    choices.shuffle(&mut places);
    let mut tracker = Tracker::new(text.as_bytes(), Position::START);
    for (path, range) in &places {
        let located = locate(text, path);
        assert_eq!((&located.span, located.is_found(path)), (range, true), "{path} in {text:.999}");
        for offset in [range.start, range.end] {
            let position = tracker.position(offset);
            assert_eq!(position.byte, offset as u64);
            assert_eq!((position.line_1based, position.column_1based), positions[&offset], "{text:.999}");
        }
    }
    places.len()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_value_stands_where_a_second_parser_says(text in text(), choices in choices()) {
        held(&text, &mut choices.into());
    }

    #[test]
    fn a_pointer_leads_where_its_path_leads(text in text()) {
        for (path, range) in Tree::of(&text).places {
            let pointer = JsonPath::parse(&path.pointer()).unwrap();
            let located = locate(&text, &pointer);
            prop_assert_eq!((&located.span, located.is_found(&pointer)), (&range, true), "{} in {}", pointer, text);
        }
    }

    #[test]
    fn what_is_not_there_stands_in_what_holds_it(text in text()) {
        let places = Tree::of(&text).places;
        let known: BTreeSet<&JsonPath> = places.iter().map(|(path, _)| path).collect();
        for (path, range) in &places {
            let (mut named, mut numbered) = (path.clone(), path.clone());
            named.push_key("a");
            // No name is 6, and no array is as long.
            numbered.push_index(6);
            for longer in [named, numbered].iter().filter(|longer| !known.contains(longer)) {
                let located = locate(&text, longer);
                let steps = path.segments().len();
                prop_assert_eq!((&located.span, located.found), (range, steps), "{} in {}", longer, text);
            }
        }
    }

    #[test]
    fn the_first_name_that_stands_twice_is_the_fault(text in text()) {
        let fault = check(&text, 0).err();
        match (Tree::of(&text).doubled.first(), fault) {
            (None, fault) => prop_assert_eq!(fault, None),
            (Some((name, first)), Some(fault)) => {
                prop_assert_eq!(&fault.span, name);
                let FaultKind::DuplicateKey { first: told, .. } = fault.kind else {
                    return Err(TestCaseError::fail(format!("{fault:?}")));
                };
                prop_assert_eq!(told, *first);
            }
            (Some(doubled), None) => prop_assert!(false, "{:?} is not told of {}", doubled, text),
        }
    }
}

#[test]
fn every_value_of_the_samples_stands_where_a_second_parser_says() {
    let mut choices = Choices::from((0..97).collect::<Vec<usize>>());
    let (mut files, mut places) = (0, 0);
    for path in payload_files() {
        let text = fs::read_to_string(path).unwrap();
        if Raw::read(&text).is_some() {
            places += held(&text, &mut choices);
            files += 1;
        }
    }
    assert!(files > 50 && places > 5000, "{places} values in {files} files");
}

#[test]
fn values_in_one_line_of_megabytes_stand_where_a_second_parser_says() {
    // Each part is of some 350,000 bytes: plain, of two bytes a character, and all escapes.
    let fillers = ["x".repeat(350_000), "é".repeat(175_000), "\\\"\\u00e9\\ud83d\\ude00".repeat(17_500)];
    let part = |index: usize| {
        format!(
            "{{\"n\\u{:04x}\":\"{}\",\"{}\":[[],{{\"a\":{index}}},\"日\"],\"n\":1,\"n\":2}}",
            0x61 + index,
            fillers[index % 3],
            "k".repeat(index)
        )
    };
    let text = format!("[{}]", (0..9).map(part).collect::<Vec<_>>().join(","));
    assert!(text.len() > 3_000_000 && !text.contains('\n'));
    // In the order of the text, so that the tracker does not go back over megabytes.
    let places = held(&text, &mut Choices::from(vec![0]));
    // The array; of each part the object, the filler, the array with its three elements and a number, and `n`.
    assert_eq!(places, 1 + 9 * 8);
}
