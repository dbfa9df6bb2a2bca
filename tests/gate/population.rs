//! Resources that are expected.

use serde_json::{Value, json};

use super::waivers::failing;
use crate::support::{Folder, check, page, places, probity, report};

#[test]
fn a_resource_that_no_snapshot_holds_fails_at_its_place_in_the_list() {
    let folder = Folder::new();
    let input = folder.file("nodes.json", page(&[report("i-1"), report("i-3")]));
    let list = folder.file("nodes.txt", "# the fleet\ni-1\n  i-2\n");
    let outcome = check(&["--expect", &list, &input]);
    assert_eq!(outcome.code, 1);
    let document = outcome.json();
    let finding = &document["findings"][0];
    assert_eq!(finding["rule"]["id"], "POPULATION-001");
    assert_eq!(finding["rule"]["severity"], "high");
    assert_eq!(finding["verdict"], "fail");
    assert_eq!(finding["message"], "`i-2` is expected, and no snapshot holds it");
    assert_eq!(finding["resource"]["operation"], "huawei.coc.ListInstanceCompliant");
    assert_eq!(finding["resource"]["id"], "i-2");
    let location = &finding["location"];
    assert_eq!(
        (&location["file"], &location["line"], &location["column"]),
        (&json!(list), &json!(3), &json!(3))
    );
    assert_eq!((&location["start_byte"], &location["end_byte"]), (&json!(18), &json!(21)));
    assert_eq!(finding["evidence"][0]["value"], "i-2");
    // printf '%s' '["POPULATION-001","huawei.coc.ListInstanceCompliant","i-2"]' | sha256sum
    assert_eq!(finding["fingerprint"], "5b86aa74fc2674dc842a3a144b7bd2ef09c8502ab35a0a2a7da22aa6e9853f3f");
    assert_eq!(
        document["population"],
        json!([{"file": list, "operation": "huawei.coc.ListInstanceCompliant", "expected": 2, "found": 1, "unexpected": 1}])
    );
    let diagnostic = &document["diagnostics"][0];
    assert_eq!(diagnostic["code"], "population.unexpected");
    assert_eq!(diagnostic["message"], "`i-3` is in no list of `huawei.coc.ListInstanceCompliant`");
    let policies = document["policies"].as_array().unwrap();
    let rule = policies.last().unwrap();
    assert_eq!(
        (&rule["id"], &rule["verdicts"]["pass"], &rule["verdicts"]["fail"]),
        (&json!("POPULATION-001"), &json!(1), &json!(1))
    );
}

#[test]
fn byte_order_marks_and_line_ends_move_no_place_in_lists() {
    let folder = Folder::new();
    let input = folder.file("nodes.json", page(&[report("i-1")]));
    // Line, column and bytes of what is missing; the mark has three bytes.
    for (name, text, place) in [
        ("nodes.txt", "i-1\r\n  i-2\r\n", [2, 3, 3 + 5 + 2, 3 + 5 + 2 + 3]),
        ("nodes.csv", "id,name\r\ni-1,a\r\ni-2,b\r\n", [3, 1, 3 + 9 + 7, 3 + 9 + 7 + 3]),
        ("nodes.json", "[\"i-1\",\r\n \"i-2\"]\r\n", [2, 2, 3 + 9 + 1, 3 + 9 + 1 + 5]),
        ("first.txt", "i-2\r\ni-1\r\n", [1, 1, 3, 6]),
    ] {
        let list = folder.file(&format!("lists/{name}"), format!("\u{feff}{text}"));
        let outcome = check(&["--expect", &list, &input]);
        let document = outcome.json();
        let location = &document["findings"][0]["location"];
        let keys = ["line", "column", "start_byte", "end_byte"];
        assert_eq!(keys.map(|key| location[key].as_u64().unwrap()), place, "{name}");
        assert_eq!((outcome.code, document["population"][0]["found"].as_u64()), (1, Some(1)), "{name}");
    }
    // What is wrong in the first line is told at its column: `["i-1", ` has 8 characters.
    for (text, place) in [("[\"i-1\", 5]".as_bytes(), "1:9"), (b"[\"\xff\"]", "1:3")] {
        let list = folder.file("lists/bad.json", [b"\xEF\xBB\xBF", text].concat());
        let outcome = check(&["--expect", &list, &input]);
        assert_eq!((outcome.code, places(&outcome)), (2, vec![format!("bad.json:{place}")]));
    }
}

#[test]
fn lists_are_of_operations() {
    let folder = Folder::new();
    let nodes = folder.file("nodes.json", page(&[report("i-1")]));
    let aws = "samples/aws/ssm/get-patch-baseline/compliant.json";
    let text = folder.file("list.txt", "i-1\n");
    // Of which of both?
    let outcome = check(&["--expect", &text, &nodes, aws]);
    assert_eq!((outcome.code, outcome.codes()), (2, vec!["population.ambiguous".to_owned()]));
    let given = format!("ListInstanceCompliant={text}");
    let outcome = check(&["--expect", &given, &nodes, aws]);
    assert_eq!(
        (outcome.code, outcome.codes()),
        (0, vec![]),
        "baselines are in no list, and none is about them"
    );
    let by_operation =
        json!({"huawei.coc.ListInstanceCompliant": ["i-1"], "aws.ssm.GetPatchBaseline": ["pb-0"]});
    let list = folder.file("all.json", by_operation.to_string());
    let outcome = check(&["--expect", &list, &nodes, aws]);
    assert_eq!(outcome.code, 1);
    let failed: Vec<Value> =
        outcome.json()["findings"].as_array().unwrap().iter().map(|f| f["resource"]["id"].clone()).collect();
    assert_eq!(failed, ["pb-0"]);
    // Two lists about one operation are one.
    let more = folder.file("more.csv", "name,id\nx,i-1\n");
    let outcome = check(&["--expect", &given, "--expect", &more, &nodes]);
    assert_eq!((outcome.code, outcome.codes()), (0, vec![]));
    // An operation that is not there at all.
    let outcome = check(&["--expect", &format!("ListPublishBatch={text}"), &nodes]);
    assert_eq!((outcome.code, outcome.verdicts("fail")), (1, 1));
}

#[test]
fn what_is_expected_may_be_waived_known_and_listed() {
    let folder = Folder::new();
    let input = folder.file("nodes.json", page(&[report("i-1")]));
    let list = folder.file("list.txt", "i-1\ni-2\ni-3\n");
    let waivers = folder.file(
        "w.toml",
        "[[waiver]]\nrule = \"POPULATION-001\"\nresource = \"i-2\"\nreason = \"moved\"\nowner = \"o\"\nexpires = 2026-12-31\n",
    );
    let ratchet = folder.path().join("r.json").to_str().unwrap().to_owned();
    let all = ["--expect", &list, "--waivers", &waivers, "--ratchet", &ratchet];
    let outcome = check(&[&all, ["--write-ratchet", "--accept-new", &input].as_slice()].concat());
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    let outcome = check(&[&all, ["--include", "pass", "--rule", "HWC-COC-003", &input].as_slice()].concat());
    assert_eq!(outcome.code, 0);
    let document = outcome.json();
    let said: Vec<(&str, &str, bool)> = document["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|finding| finding["rule"]["id"] == "POPULATION-001")
        .map(|finding| {
            let text = |value: &'_ Value| -> &'static str { value.as_str().unwrap().to_owned().leak() };
            (text(&finding["resource"]["id"]), text(&finding["verdict"]), finding["known"] == true)
        })
        .collect();
    assert_eq!(said, [("i-1", "pass", false), ("i-2", "waived", false), ("i-3", "fail", true)]);
    // It came back.
    let input = folder.file("nodes.json", page(&[report("i-1"), report("i-3")]));
    let outcome = check(&[&all, [input.as_str()].as_slice()].concat());
    assert_eq!(outcome.json()["ratchet"]["settled"][0]["state"], "fixed");
}

#[test]
fn a_list_that_cannot_be_read_stops_the_run() {
    let folder = Folder::new();
    let input = folder.file("nodes.json", page(&[report("i-1")]));
    let csv = folder.file("list.csv", "name,node\nx,i-1\n");
    for (given, told) in [
        ("no/such/list", "cannot read `no/such/list`"),
        (csv.as_str(), "which column holds the ids?"),
        (&format!("{csv}#nod"), "did you mean `node`?"),
        ("GetPatchBaselin=x", "did you mean `GetPatchBaseline`?"),
    ] {
        let outcome = check(&["--expect", given, &input]);
        assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""), "{given}");
        assert!(outcome.stderr.replace("\n  │ ", " ").contains(told), "{given}: {}", outcome.stderr);
    }
    assert_eq!(check(&["--expect", &format!("{csv}#node"), &input]).code, 0);
}

#[test]
fn resources_beside_the_list_are_counted_and_the_first_are_named() {
    let folder = Folder::new();
    let reports: Vec<Value> = (0..60).map(|number| report(&format!("i-{number}"))).collect();
    let input = folder.file("nodes.json", page(&reports));
    let list = folder.file("list.txt", "i-7\n");
    let outcome = check(&["--expect", &list, &input]);
    assert_eq!(outcome.code, 0, "a warning");
    let codes = outcome.codes();
    assert_eq!(codes.len(), 21, "twenty, and how many more");
    let document = outcome.json();
    let last = document["diagnostics"].as_array().unwrap().iter().find(|d| d["line"].is_null()).unwrap();
    assert_eq!(last["message"], "39 more of these in `the inputs`");
    assert_eq!(document["population"][0]["unexpected"], 59);
}

#[test]
fn a_masked_id_is_nobodys() {
    let folder = Folder::new();
    let input = folder.file("nodes.json", page(&[failing("i-1****"), report("i-2")]));
    let list = folder.file("list.txt", "i-1****\ni-2\n");
    let outcome = check(&["--expect", &list, "--rule", "HWC-COC-003", &input]);
    assert_eq!(outcome.code, 1);
    assert_eq!(outcome.json()["population"][0]["found"], 1, "it may be another one");
    // Nor does a waiver take it, by its letters or by a glob.
    for resource in ["i-1****", "i-1*", "i-1[*]*"] {
        let waivers = folder.file(
            "w.toml",
            format!("[[waiver]]\nrule = \"HWC-COC-003\"\nresource = \"{resource}\"\nreason = \"r\"\nowner = \"o\"\npermanent = true\n"),
        );
        let outcome = check(&["--waivers", &waivers, "--rule", "HWC-COC-003", &input]);
        assert_eq!((outcome.code, outcome.verdicts("waived")), (1, 0), "{resource}");
        assert_eq!(outcome.codes(), ["waiver.unused"], "{resource}");
    }
}

#[test]
fn the_rule_is_shown_as_others_are() {
    let outcome = probity(&["rules", "population-001"]);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
    assert!(
        outcome.stdout.starts_with("POPULATION-001  high  A resource that is expected"),
        "{}",
        outcome.stdout
    );
    let both = probity(&["rules", "HWC-COC-001", "POPULATION-001", "--format", "json"]).json();
    assert_eq!((&both[0]["id"], &both[1]["id"]), (&json!("HWC-COC-001"), &json!("POPULATION-001")));
}

/// What was judged by which severity: id of the rule, severity, verdict.
fn judged(outcome: &crate::support::Outcome) -> Vec<(String, String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let findings = outcome.json()["findings"].as_array().unwrap().clone();
    findings
        .iter()
        .map(|finding| {
            let rule = &finding["rule"];
            (text(&rule["id"]), text(&rule["severity"]), text(&finding["verdict"]))
        })
        .collect()
}

#[test]
fn its_severity_is_set_as_that_of_others() {
    let folder = Folder::new();
    let input = folder.file("nodes.json", page(&[report("i-1")]));
    let list = folder.file("list.txt", "i-1\ni-2\n");
    let of_severity =
        |severity: &str| vec![("POPULATION-001".to_owned(), severity.to_owned(), "fail".to_owned())];
    for (table, severity, code) in [
        ("POPULATION-001", "low", 0),
        ("population-001", "medium", 1),
        ("*", "low", 0),
        ("POP*", "critical", 1),
    ] {
        let config = folder.file(
            "probity.toml",
            format!("fail_on = \"medium\"\n[rule.\"{table}\"]\nseverity = \"{severity}\"\n"),
        );
        let outcome = check(&["--config", &config, "--expect", &list, &input]);
        assert_eq!((judged(&outcome), outcome.code), (of_severity(severity), code), "{table}");
        let policies = outcome.json()["policies"].clone();
        assert_eq!(policies.as_array().unwrap().last().unwrap()["severity"], severity, "{table}");
        let listed = probity(&["rules", "--config", &config, "POPULATION-001", "--format", "json"]).json();
        assert_eq!(listed[0]["severity"], severity, "{table}");
        let settings = probity(&["config", "--config", &config]).stdout;
        assert!(settings.contains("[rule.POPULATION-001]\nseverity = "), "{settings}");
    }
    let config = folder.file("probity.toml", "[rule.POPULATION-001.params]\nmax = 1\n");
    let outcome = check(&["--config", &config, "--expect", &list, &input]);
    assert_eq!(outcome.code, 2);
    assert!(outcome.stderr.contains("`POPULATION-001` has no param `max`"), "{}", outcome.stderr);
}

#[test]
fn lists_are_judged_unless_their_rule_is_left_out() {
    let folder = Folder::new();
    let input = folder.file("nodes.json", page(&[failing("i-1")]));
    let list = folder.file("list.txt", "i-1\ni-2\n");
    let configured = |text: &str| folder.file("probity.toml", text);
    let both = vec![
        ("HWC-COC-003".to_owned(), "high".to_owned(), "fail".to_owned()),
        ("POPULATION-001".to_owned(), "high".to_owned(), "fail".to_owned()),
    ];
    let (rego, population) = (vec![both[0].clone()], vec![both[1].clone()]);
    let run = |config: &str, options: &[&str]| {
        let config = configured(config);
        judged(&check(&[&["--config", &config, "--expect", &list], options, &[&input]].concat()))
    };
    // A list of rules to take says nothing about lists of resources.
    assert_eq!(run("", &["--rule", "HWC-COC-003"]), both);
    assert_eq!(run("rules = [\"HWC-COC-003\"]", &[]), both);
    assert_eq!(run("", &["--rule", "HWC-COC-003", "--rule", "POPULATION-001"]), both);
    for left_out in
        ["exclude = [\"POPULATION-001\"]", "exclude = [\"POP*\"]", "[rule.POPULATION-001]\nenabled = false"]
    {
        assert_eq!(run(left_out, &["--rule", "HWC-COC-003"]), rego, "{left_out}");
        // The command line outweighs the file, where it names the rule itself.
        assert_eq!(run(left_out, &["--rule", "HWC-COC-003", "--rule", "POPULATION-001"]), both, "{left_out}");
    }
    assert_eq!(run("", &["--rule", "HWC-COC-003", "--exclude", "population-001"]), rego);
    assert_eq!(
        run("exclude = [\"*\"]\n[rule.POPULATION-001]\nenabled = true", &["--rule", "HWC-*", "--rule", "P*"]),
        population,
    );
    // Left out, perhaps by a glob that is meant for others, it is told.
    for left_out in ["population-001", "*-001"] {
        let outcome = check(&["--expect", &list, "--rule", "HWC-COC-003", "--exclude", left_out, &input]);
        assert_eq!(outcome.codes(), ["population.not_judged"], "{left_out}");
        assert!(outcome.json()["diagnostics"][0]["message"].as_str().unwrap().contains(&list));
    }
    // Alone: then nothing else is wanted of the payloads that it is about.
    assert_eq!(run("", &["--rule", "POPULATION-001"]), population);
    let alone = |list: &str, inputs: &[&str]| {
        let outcome = check(&[&["--rule", "POPULATION-001", "--expect", list], inputs].concat());
        (outcome.code, outcome.codes())
    };
    let whole = folder.file("whole.txt", "i-1\n");
    assert_eq!(alone(&whole, &[&input]), (0, vec![]));
    assert_eq!(alone(&list, &[&input]), (1, vec![]));
    let of_nodes = format!("ListInstanceCompliant={whole}");
    let aws = "samples/aws/ssm/get-patch-baseline/compliant.json";
    assert_eq!(alone(&of_nodes, &[&input, aws]), (2, vec!["policy.none_for_operation".to_owned()]));
    let one_of_two = r#"{"GetPatchBaseline": ["pb-0c10e65780EXAMPLE"], "ListInstanceCompliant": []}"#;
    let one_of_two = folder.file("two.json", one_of_two);
    let (code, codes) = alone(&one_of_two, &[&input, aws]);
    assert_eq!(code, 2);
    assert!(
        codes.contains(&"policy.none_for_operation".to_owned()),
        "nothing is expected of the nodes: {codes:?}"
    );
    // Where rules are selected, a list is no substitute for those that are about a payload.
    let outcome = check(&["--rule", "AWS-SSM-001", "--expect", &of_nodes, &input, aws]);
    assert_eq!((outcome.code, outcome.codes()), (2, vec!["policy.none_for_operation".to_owned()]));
    assert_eq!(run("rules = [\"POPULATION-001\"]", &[]), population);
}

#[test]
fn without_a_list_it_is_no_rule_to_pass_by() {
    let folder = Folder::new();
    let input = folder.file("nodes.json", page(&[report("i-1")]));
    let list = folder.file("list.txt", "i-1\n");
    let alone = ["check", "--rule", "POPULATION-001", &input];
    for arguments in [
        alone.to_vec(),
        // What is left out cannot be judged by either.
        [&alone[..], &["--expect", &list, "--exclude", "POP*"]].concat(),
        vec!["check", "--rule", "HWC-COC-003", "--exclude", "HWC-*", "--expect", &list, &input],
        vec!["explain", "--rule", "POPULATION-001", &input],
    ] {
        let outcome = probity(&arguments);
        assert_eq!(outcome.code, 2, "{arguments:?}");
        assert!(outcome.stderr.contains("no rule is left to evaluate"), "{}", outcome.stderr);
    }
    assert!(probity(&alone).stderr.contains("judges the lists that `check --expect` names"));
}

#[test]
fn the_id_of_the_rule_is_taken() {
    let folder = Folder::new();
    let input = folder.file("nodes.json", page(&[failing("i-1")]));
    let rule = folder
        .file("rule.rego", crate::support::rule("population-001", "org.one", "deny contains \"x\" if false"));
    let outcome = probity(&["check", "--policies", &rule, &input]);
    assert_eq!(outcome.code, 2);
    assert!(outcome.stderr.contains("is taken by a rule"), "{}", outcome.stderr);
}
