//! Any text: what is wrong with it, and excerpts of it.

use std::sync::Arc;

use probity::source::json::check;
use probity::source::{Excerpt, Label, Position, ShownText, Tracker};
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

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
