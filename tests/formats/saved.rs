//! A saved result, printed for people again.

use serde_json::{Value, json};

use super::each_verdict::{each_verdict, printed, report, with_long_text, with_text};
use super::hostile_texts::{hostile_texts, long_texts};
use crate::support::{CLOCK, Folder, check, page, probity, report as node, rule};

/// What `check` prints, and what `report` prints of the result that was saved with excerpts.
fn both(arguments: &[&str]) -> (String, String) {
    let folder = Folder::new();
    let path = folder.file("result.json", "");
    let checked = probity(&[&["check", "--at", CLOCK], arguments].concat());
    let all = [&["check", "--at", CLOCK, "--format", "json", "--excerpts", "-o", &path], arguments].concat();
    assert_eq!(probity(&all).code, checked.code);
    let reported = probity(&["report", &path]);
    assert_eq!((reported.code, reported.stderr.as_str()), (0, ""));
    (checked.stdout, reported.stdout)
}

#[test]
fn with_excerpts_it_looks_as_if_it_were_checked_now() {
    let folder = Folder::new();
    let secret = json!({"BaselineId": "pb-1", "Name": "x", "PatchGroups": [],
        "Sources": [{"Configuration": "gpgcheck=0"}]});
    let baseline = folder.file("baseline.json", secret.to_string());
    // Resources without an identity, one after the other, and rules that cannot judge them.
    let nameless = folder
        .file("nameless.json", page(&[json!({"status": 5}), json!({}), json!({}), json!({"status": 5})]));
    let body = "deny contains {\"msg\": \"x\", \"path\": \"name\"}\n\ninconclusive contains \"y\" if not input.resource.region";
    let rules = folder.file("rules/rule.rego", rule("ORG-1", "org.one", body));
    let every = "pass,not_applicable";
    for arguments in [
        &["samples"] as &[&str],
        &["samples", "--include", every],
        &["samples", "--fail-on", "critical", "--inconclusive", "warn"],
        &[&baseline, "--include", every],
        &[&nameless],
        &[&nameless, "--no-builtin", "--policies", &rules],
        &["samples/errors"],
        &["no/such/file"],
    ] {
        let (checked, reported) = both(arguments);
        assert!(!checked.is_empty());
        assert_eq!(checked, reported, "{arguments:?}");
    }
}

#[test]
fn excerpts_are_saved_only_where_they_are_asked_for() {
    let sample = "samples/huawei/coc/list-instance-compliant/non-compliant.json";
    let plain = check(&[sample]).json();
    let with_excerpts = check(&[sample, "--excerpts"]).json();
    let findings = with_excerpts["findings"].as_array().unwrap();
    assert!(findings.len() > 3);
    for finding in findings {
        let excerpt = &finding["excerpt"];
        assert_eq!(excerpt["file"], finding["location"]["file"]);
        let mark = &excerpt["windows"][0]["marks"][0];
        assert!(mark["line"].as_u64().is_some() && mark["text"].as_str().is_some(), "{finding}");
        assert!(finding["rule_excerpt"]["windows"][0]["text"].as_str().unwrap().contains(" contains "));
    }
    // Nothing else differs.
    let mut without = with_excerpts.clone();
    for finding in without["findings"].as_array_mut().unwrap() {
        finding.as_object_mut().unwrap().remove("excerpt");
        finding.as_object_mut().unwrap().remove("rule_excerpt");
    }
    assert_eq!(without, plain);
    assert!(!plain.to_string().contains("excerpt"));
    // The other way of judging, and the other format, say the same.
    assert_eq!(check(&[sample, "--excerpts", "--reference"]).json(), with_excerpts);
    let lines = probity(&["check", sample, "--at", CLOCK, "--format", "ndjson", "--excerpts"]).stdout;
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(&lines[..lines.len() - 1], findings.as_slice());
}

#[test]
fn formats_that_are_written_at_the_same_time_are_those_that_are_written_in_turn() {
    let folder = Folder::new();
    // Of 8,000 findings some are on disk, and the others in memory.
    let nodes: Vec<Value> = (0..8_000)
        .map(|number| {
            let mut node = node(&format!("i-{number}"));
            node["status"] = json!("non_compliant");
            node
        })
        .collect();
    let input = folder.file("nodes.json", page(&nodes));
    let formats = ["json", "ndjson", "csv", "sarif", "gitlab"];
    let written = |threads: &str| {
        let files = formats.map(|format| format!("{}/{threads}.{format}", folder.text()));
        let outputs = formats.iter().zip(&files).map(|(format, file)| format!("--output={format}={file}"));
        let outputs: Vec<String> = outputs.collect();
        let mut arguments =
            vec!["check", "--at", CLOCK, "--rule", "HWC-COC-003", "--threads", threads, &input];
        arguments.extend(outputs.iter().map(String::as_str));
        assert_eq!(probity(&arguments).code, 1);
        files.map(|file| std::fs::read(file).unwrap())
    };
    let (alone, together) = (written("1"), written("8"));
    for ((format, alone), together) in formats.iter().zip(alone).zip(together) {
        assert!(alone.len() > 1 << 20, "{format}");
        assert!(alone == together, "{format}");
    }
}

#[test]
fn saved_excerpts_validate_and_hold_no_secret() {
    let folder = Folder::new();
    let secret = json!({"BaselineId": "pb-1", "Name": "x", "PatchGroups": [],
        "Sources": [{"Name": "s", "Products": ["*"], "Configuration": "password=hunter2"}]});
    let baseline = folder.file("baseline.json", serde_json::to_string_pretty(&secret).unwrap());
    let result = check(&[&baseline, "--excerpts", "--include", "pass,not_applicable"]).json();
    let schema = probity(&["schema", "run"]).json();
    assert!(jsonschema::validator_for(&schema).unwrap().is_valid(&result));
    assert!(!result.to_string().contains("hunter2"));
}

#[test]
fn without_excerpts_place_message_and_values_are_told() {
    let text = printed(&each_verdict(), &["--format", "pretty"]);
    let expected = "\
ORG-1 critical fails on ecs-1 (web-1, cn-north-4)

  × No critical patch is missing
  │ 3 critical patches are missing, at most 0 allowed
  │ in/a b.json:4:26
  │ /instance_compliant/0/critical_count is 3 (4:26)
  │ /instance_compliant/0/password is not shown (5:7)
  │ /instance_compliant/0/list is too long to show (6:7)
  help: Install the patches, then scan again.

ORG-1 critical on ecs-2: pass

  ☞ No critical patch is missing: nothing speaks against it: `critical_count`
  │ is 0
  │ in/a b.json:10:5
  │ /instance_compliant/1/critical_count is 0 (11:26)
";
    assert!(text.contains(expected), "{text}");
    assert!(text.contains("ORG-6 could not judge in/a b.json:20:5\n\n  × the rule could not be evaluated\n  │ in/a b.json:20:5\n"));
}

#[test]
fn what_no_run_writes_is_an_error_and_no_panic() {
    let excerpt = json!({"file": "f", "windows": [{"line": 1, "text": "é\n", "marks": [
        {"start": 1, "end": 2, "text": "", "line": 1, "column": 1, "byte": 0}
    ]}]});
    for (pointer, value, words) in [
        (
            "/findings/0/resource/operation",
            json!("aws.ssm.GetPatchBaselin"),
            "unknown operation `aws.ssm.GetPatchBaselin`",
        ),
        ("/findings/0/resource/operation", json!("GetPatchBaseline"), "unknown operation `GetPatchBaseline`"),
        ("/summary/counts/0/operation", json!("x.y.Z"), "unknown operation `x.y.Z`"),
        ("/policies/0/applies_to/0", json!("x.y.Z"), "unknown operation `x.y.Z`"),
        ("/policies/0/id", json!("no id"), "`no id` cannot be a rule id"),
        ("/diagnostics/0/code", json!("payload.new"), "unknown code `payload.new` of a diagnostic"),
        ("/at", json!("today"), "`today` is no time"),
        ("/settings/inconclusive", json!("shrug"), "`shrug` is not what an inconclusive verdict can mean"),
        ("/findings/0/fingerprint", json!("abc"), "`abc` is no fingerprint"),
        ("/findings/0/location/line", json!(0), "line 0, column 5 is no place in"),
        ("/findings/0/location/column", json!(u64::MAX), "is no place in"),
        ("/findings/0/excerpt", excerpt, "the lines of `f` around a place cannot be shown"),
        ("/summary/counts/0/verdicts/fail", json!(u64::MAX), "counted twice, or beyond measure"),
        ("/summary/outcomes/fail", json!(u64::MAX), "counted twice, or beyond measure"),
    ] {
        let mut result = each_verdict();
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        match name.parse::<usize>() {
            Ok(index) => result.pointer_mut(parent).unwrap()[index] = value,
            Err(_) => result.pointer_mut(parent).unwrap()[name] = value,
        }
        for arguments in [&["--format", "pretty"] as &[&str], &["--format", "pretty", "--group-by", "rule"]] {
            let outcome = report(&result, arguments);
            assert_eq!(outcome.code, 2, "{pointer}");
            // Groups are not made of all that a finding has.
            let unfolded = outcome.stderr.replace("\n  │", "");
            assert!(
                unfolded.contains("result.unreadable") && unfolded.contains(words),
                "{pointer}: {unfolded}"
            );
        }
    }
    let mut result = each_verdict();
    result["findings"][0]["rule"]["severity"] = json!("grave");
    let outcome = report(&result, &["--format", "pretty"]);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""));
    assert!(outcome.stderr.contains("unknown variant `grave`"), "{}", outcome.stderr);
}

#[test]
fn hostile_texts_do_nothing() {
    let long = long_texts().map(|text| with_long_text(&text));
    for result in hostile_texts().iter().map(|text| with_text(text)).chain(long) {
        let printed = printed(&result, &["--format", "pretty"]);
        assert!(!printed.contains(['\u{1b}', '\u{9b}', '\u{202e}', '\u{0}', '\t', '\r']), "{printed}");
    }
}
