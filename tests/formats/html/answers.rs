//! What the gate says, and why.

use serde_json::{Value, json};

use super::{between, empty, page_of, read, verdicts};

/// The answer of a result, as it is read.
fn answer(result: &Value) -> String {
    let page = page_of(result);
    read(between(&page, "<div class=\"answer ", "<dl class=\"facts\">").split_once('>').unwrap().1)
}

/// A result with verdicts of severity high and of severity low.
fn result(gate: &str, fail_on: &str, high: &Value, low: &Value) -> Value {
    let mut result = empty();
    result["gate"] = gate.into();
    result["settings"]["fail_on"] = fail_on.into();
    let (high, low) = (verdicts(high), verdicts(low));
    for name in ["pass", "fail", "inconclusive", "not_applicable", "waived", "error"] {
        let sum = high[name].as_u64().unwrap() + low[name].as_u64().unwrap();
        result["summary"]["verdicts"][name] = sum.into();
    }
    let cell = |severity: &str, counts: &Value| json!({"operation": "a.b.C", "severity": severity, "verdicts": counts, "known": verdicts(&json!({}))});
    result["summary"]["counts"] = json!([cell("high", &high), cell("low", &low)]);
    result
}

#[test]
fn an_empty_result_passes_and_says_no_more_than_that() {
    assert_eq!(answer(&empty()), "PASS exit code 0 Everything was judged, and nothing failed.");
}

#[test]
fn failures_and_what_cannot_be_told_are_counted_from_the_severity_on() {
    let (high, low) = (json!({"fail": 2, "inconclusive": 1, "pass": 4}), json!({"fail": 3}));
    assert_eq!(
        answer(&result("fail", "low", &high, &low)),
        "FAIL exit code 1 Something that counts failed, or cannot be told. 5 failures: 2 high, 3 low \
         1 inconclusive verdict: the evidence does not tell"
    );
    assert_eq!(
        answer(&result("fail", "medium", &high, &low)),
        "FAIL exit code 1 Something that counts failed, or cannot be told. 2 failures: 2 high \
         1 inconclusive verdict: the evidence does not tell \
         3 failures or inconclusive verdicts below severity medium"
    );
    assert_eq!(
        answer(&result("pass", "high", &json!({"pass": 1}), &low)),
        "PASS exit code 0 Nothing of severity high or above failed. \
         3 failures or inconclusive verdicts below severity high"
    );
}

#[test]
fn what_is_inconclusive_may_only_warn() {
    let mut result = result("pass", "low", &json!({"inconclusive": 2}), &json!({}));
    result["settings"]["inconclusive"] = "warn".into();
    assert_eq!(
        answer(&result),
        "PASS exit code 0 Nothing failed that counts, and what is inconclusive only warns. \
         2 inconclusive verdicts, which only warn"
    );
}

#[test]
fn what_is_known_or_waived_does_not_count_and_is_told() {
    let mut known = result("fail", "low", &json!({"fail": 3, "waived": 1}), &json!({}));
    known["summary"]["counts"][0]["known"]["fail"] = 2.into();
    assert_eq!(
        answer(&known),
        "FAIL exit code 1 Something that counts failed, or cannot be told. 1 failure: 1 high \
         2 findings are known by the ratchet and do not count 1 failure is accepted by a waiver"
    );
    known["summary"]["counts"][0]["known"]["fail"] = 3.into();
    known["gate"] = "pass".into();
    assert_eq!(
        answer(&known),
        "PASS exit code 0 Nothing new failed. 3 findings are known by the ratchet and do not count \
         1 failure is accepted by a waiver"
    );
}

#[test]
fn what_could_not_be_evaluated_comes_first() {
    let mut result = result("error", "low", &json!({"fail": 1, "error": 2}), &json!({}));
    let problem = |level: &str, code: &str| json!({"code": code, "level": level, "message": "it is cut off", "file": "in.json", "line": 4, "column": 2, "help": "save it again"});
    result["diagnostics"] =
        json!([problem("warning", "waiver.unused"), problem("error", "payload.malformed")]);
    assert_eq!(
        answer(&result),
        "ERROR exit code 2 Not everything could be evaluated, so nothing is certain. \
         1 input or policy could not be used 2 verdicts could not be reached 1 failure: 1 high"
    );
    let page = page_of(&result);
    assert!(page.contains("<title>ERROR: compliance report of 2026-11-21T00:00:00Z</title>"));
    let problems = read(super::view(&page, "inputs"));
    assert!(
        problems.contains(
            "1 error, 1 warning. warning waiver.unused it is cut off in.json:4:2 save it again \
             error payload.malformed it is cut off in.json:4:2 save it again"
        ),
        "{problems}"
    );
}
