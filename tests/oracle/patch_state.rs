//! ALI-OOS: `alibaba.oos.ListInstancePatchStates`, an instance's patch state.

use super::{Case, Expected, Judgement, at_most_max, recent};

/// How the service writes "nothing": the word, the empty text, a pair of curly quotes.
const NOTHING: [&str; 3] = ["null", "", "\u{201C}\u{201D}"];

const COUNTS: [&str; 6] = [
    "MissingCount",
    "FailedCount",
    "InstalledCount",
    "InstalledOtherCount",
    "InstalledPendingRebootCount",
    "InstalledRejectedCount",
];

pub(super) fn expected(number: &str, case: Case<'_>) -> Expected {
    match number {
        "001" => within_limit(case, "MissingCount"),
        "002" => within_limit(case, "FailedCount"),
        "003" => within_limit(case, "InstalledPendingRebootCount"),
        "004" => within_limit(case, "InstalledRejectedCount"),
        "005" => assigned(case, "PatchGroup"),
        "006" => assigned(case, "BaselineId"),
        "007" => {
            let mut judgement = Judgement::default();
            let end = judgement.read(case.at(&["OperationEndTime"]).iso_time());
            recent(&mut judgement, case, end, 7);
            judgement.verdict()
        }
        "008" => scan_is_completed(case),
        _ => panic!("no rule ALI-OOS-{number}"),
    }
}

fn within_limit(case: Case<'_>, count: &str) -> Expected {
    let mut judgement = Judgement::default();
    let count = judgement.read(case.at(&[count]).count_in_text());
    at_most_max(&mut judgement, case, count);
    judgement.verdict()
}

/// A placeholder says that there is none; an absent field says nothing.
fn assigned(case: Case<'_>, name: &str) -> Expected {
    let mut judgement = Judgement::default();
    let stated = case.at(&[name]).text_or(&NOTHING);
    let value = judgement.read(stated);
    judgement.unclear_if(stated.is_absent());
    judgement.fail_if(value.is_none() && !stated.is_absent());
    judgement.verdict()
}

fn scan_is_completed(case: Case<'_>) -> Expected {
    let mut judgement = Judgement::default();
    let counts = COUNTS.map(|name| judgement.read(case.at(&[name]).count_in_text()));
    let start = judgement.read(case.at(&["OperationStartTime"]).iso_time());
    let end = judgement.read(case.at(&["OperationEndTime"]).iso_time());
    judgement.fail_if(counts.iter().all(|count| *count == Some(0)));
    judgement.fail_if(start.zip(end).is_some_and(|(start, end)| end < start));
    judgement.unclear_if(start.is_none() || end.is_none());
    let some_patch = counts.iter().flatten().any(|count| *count > 0);
    judgement.unclear_if(!some_patch && counts.iter().any(Option::is_none));
    judgement.verdict()
}
