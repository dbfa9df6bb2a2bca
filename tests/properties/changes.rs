//! Payloads that are changed at random: nothing makes the tool panic or lose a resource without a word.

use probity::evaluate::Plan;
use probity::finding::Gate;
use probity::policy::{builtin_files, load};
use probity::source::{Code, Level};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use super::{clock, judged};
use crate::support::{Folder, sample};

/// A change of a text.
#[derive(Clone, Debug)]
pub(super) enum Edit {
    Cut(prop::sample::Index),
    Remove(prop::sample::Index, usize),
    Insert(prop::sample::Index, Vec<u8>),
    Repeat(prop::sample::Index, usize),
}

pub(super) fn edit() -> impl Strategy<Value = Edit> {
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

pub(super) fn edited(mut text: Vec<u8>, edits: &[Edit]) -> Vec<u8> {
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

#[test]
fn no_change_of_a_payload_ends_in_a_panic_or_a_silent_pass() {
    let mut set = load(&builtin_files()).unwrap();
    // Two rules of each operation are enough to count verdicts by.
    set.rules.retain(|rule| rule.id.as_str().ends_with(['1', '2']));
    let plan = Plan::new(&set, clock()).unwrap();
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
            let (told, run) = judged(&plan, &[folder.path()], 1, false);
            let errors: Vec<_> = run.diagnostics.iter().filter(|d| d.level == Level::Error).collect();
            prop_assert!(errors.iter().all(|error| error.code != Code::InternalDefect), "{:?}", errors);
            prop_assert!(run.gate != Gate::Pass || (errors.is_empty() && told.is_empty()));
            prop_assert!(run.resources > 0 || !run.diagnostics.is_empty(), "nothing is said of nothing");
            prop_assert!(run.tally.total().total() <= run.resources * 4);
            let (again, other) = judged(&plan, &[folder.path()], 3, false);
            prop_assert_eq!(format!("{told:?}"), format!("{again:?}"));
            prop_assert_eq!(format!("{:?}", run.diagnostics), format!("{:?}", other.diagnostics));
            Ok(())
        })
        .unwrap();
}
