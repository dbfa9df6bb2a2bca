//! `probity inspect --inputs`: the very documents that rules see; and the schemas of what is in them.

use serde_json::{Value, json};

use crate::support::{Folder, Outcome, probity, probity_with, sample};

pub(super) fn inputs(arguments: &[&str]) -> Outcome {
    probity(&[&["inspect", "--inputs"], arguments].concat())
}

pub(super) fn lines(outcome: &Outcome) -> Vec<Value> {
    outcome.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

// The lines.

#[test]
fn inputs_stand_in_the_order_of_files_and_of_resources() {
    let folder = "samples/alibaba/oos/list-instance-patch-states/pages";
    let expected = [
        ("page-1.json", "i-bp172o3e8xip36zrvz3v"),
        ("page-1.json", "i-bp1k2fupb98rbsvs1e34"),
        ("page-2.json", "i-bp1eh3detlcnejwcbh84"),
        ("page-2.json", "i-bp139uhy1mp7pf0m65qw"),
        ("page-3.json", "i-bp1xhj03vr2a7ilfswxs"),
    ];
    let page = |number: u32| format!("{folder}/page-{number}.json");
    for arguments in
        [vec![folder.to_owned()], vec![page(3), page(1), page(2)], vec![page(2), folder.to_owned()]]
    {
        for threads in ["1", "4"] {
            let mut arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
            arguments.extend(["--threads", threads]);
            let lines = lines(&inputs(&arguments));
            let told: Vec<(&str, &str)> = lines
                .iter()
                .map(|line| {
                    let file = line["source"]["file"].as_str().unwrap().rsplit('/').next().unwrap();
                    (file, line["resource"]["InstanceId"].as_str().unwrap())
                })
                .collect();
            assert_eq!(told, expected, "{arguments:?}");
        }
    }
}

#[test]
fn an_input_has_the_envelope_of_its_own_page() {
    let outcome = inputs(&["samples/alibaba/oos/list-instance-patch-states/pages"]);
    let lines = lines(&outcome);
    let tokens: Vec<&Value> = lines.iter().map(|line| &line["payload"]["NextToken"]).collect();
    let (second, third) =
        (json!("1b8d5e0f27c94a6eb3f4d2a7c0916e85"), json!("c49a73e1d05b4f28a6e1f7930bd82c5e"));
    assert_eq!(tokens, [&second, &second, &third, &third, &Value::Null], "the last one is empty");
}

#[test]
fn what_cannot_be_read_has_no_input_but_does_not_hide_others() {
    let outcome = inputs(&["samples/errors", "samples/huawei/coc/list-instance-compliant/incomplete.json"]);
    let lines = lines(&outcome);
    let names: Vec<&Value> = lines.iter().map(|line| &line["resource"]["name"]).collect();
    assert_eq!((outcome.code, names), (2, vec![&json!("crm-web-1"), &json!("crm-web-2")]));
    // Standard output holds nothing but inputs.
    for code in ["payload.error_body", "payload.incomplete"] {
        assert!(outcome.stderr.contains(code), "{}", outcome.stderr);
    }
    let nothing = inputs(&["samples/errors"]);
    assert_eq!((nothing.code, nothing.stdout.as_str()), (2, ""));
    let none = inputs(&[]);
    assert_eq!((none.code, none.stdout.as_str()), (2, ""));
    assert!(none.stderr.contains("input.none"), "{}", none.stderr);
}

#[test]
fn line_breaks_in_a_value_do_not_break_the_line() {
    let folder = Folder::new();
    let text = sample("alibaba/sas/list-publish-batch/compliant.json")
        .replace("Pilot servers", "Pilot\\nservers\\r\\u2028\\u0085");
    let outcome = inputs(&[&folder.file("page.json", text)]);
    assert_eq!((outcome.code, outcome.stdout.split('\n').count()), (0, 4), "three lines and the end");
    assert_eq!(lines(&outcome)[0]["resource"]["BatchName"], "Pilot\nservers\r\u{2028}\u{85}");
}

#[test]
fn an_input_from_standard_input_says_so() {
    let text = sample("alibaba/sas/list-publish-batch/compliant.json");
    let outcome = probity_with(&["inspect", "--inputs", "-"], text.as_bytes());
    assert_eq!(outcome.code, 0);
    assert!(lines(&outcome).iter().all(|line| line["source"]["file"] == "<stdin>"));
    // A resource without a payload has an empty envelope.
    let batch = r#"{"BatchId": 1, "Version": "1.0"}"#;
    let outcome = probity_with(&["inspect", "--inputs", "--as", "ListPublishBatch", "-"], batch.as_bytes());
    let expected = json!({
        "resource": {"BatchId": 1, "Version": "1.0"},
        "payload": {},
        "source": {
            "operation": "alibaba.sas.ListPublishBatch", "provider": "alibaba", "service": "sas",
            "file": "<stdin>",
        },
        "params": {},
    });
    assert_eq!((outcome.code, lines(&outcome)), (0, vec![expected]));
}

#[test]
fn params_are_those_of_the_named_rule() {
    let path = "samples/huawei/coc/list-instance-compliant/compliant.json";
    for (arguments, expected) in [
        (&[][..], json!({})),
        (&["--rule", "HWC-COC-001"], json!({"max": 0})),
        (&["--rule", "HWC-COC-003"], json!({})),
        (&["--rule", "HWC-COC-00[12]", "--exclude", "HWC-COC-001"], json!({"max": 0})),
        (&["--rule", "HWC-COC-001", "--set", "HWC-COC-001.max=3"], json!({"max": 3})),
        (
            &["--rule", "HWC-COC-009", "--set", "HWC-COC-009.allowed_regions=a,b"],
            json!({"allowed_regions": ["a", "b"]}),
        ),
    ] {
        let outcome = inputs(&[&[path], arguments].concat());
        assert_eq!(outcome.code, 0, "{arguments:?}");
        let lines = lines(&outcome);
        assert_eq!(lines.len(), 3);
        assert!(lines.iter().all(|line| line["params"] == expected), "{arguments:?}");
    }
    for arguments in [
        &["--rule", "HWC-*"][..],
        &["--rule", "HWC-COC-01"],
        &["--rule", "HWC-COC-001", "--set", "HWC-COC-001.max=many"],
        &["--set", "HWC-COC-001.max=3"],
    ] {
        let outcome = inputs(&[&[path], arguments].concat());
        assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""), "{arguments:?}");
        assert!(outcome.stderr.contains("policy."), "{arguments:?}: {}", outcome.stderr);
    }
}

#[test]
fn an_absent_field_stays_absent_and_an_unknown_one_is_kept() {
    let folder = Folder::new();
    let page = json!({
        "PageInfo": {"CurrentPage": 1, "PageSize": 20, "TotalCount": 1},
        "BatchList": [{"BatchId": 1, "Version": null, "New": {"a": ["0", 1.50, null]}}],
        "Later": true,
    });
    let outcome = inputs(&[&folder.file("page.json", page.to_string())]);
    let line = &lines(&outcome)[0];
    assert_eq!(line["resource"], json!({"BatchId": 1, "Version": null, "New": {"a": ["0", 1.50, null]}}));
    let payload = json!({"PageInfo": {"CurrentPage": 1, "PageSize": 20, "TotalCount": 1}, "Later": true});
    assert_eq!(line["payload"], payload);
}

#[test]
fn large_numbers_are_not_rounded() {
    let folder = Folder::new();
    // 2^63 - 1, the largest BatchId, and in an unknown field 2^64 - 1; a double holds neither.
    let text = r#"{"PageInfo": {"CurrentPage": 1, "PageSize": 20, "TotalCount": 1},
        "BatchList": [{"BatchId": 9223372036854775807, "Version": "1", "New": 18446744073709551615}]}"#;
    let outcome = inputs(&[&folder.file("page.json", text)]);
    for number in ["9223372036854775807", "18446744073709551615"] {
        assert!(outcome.stdout.contains(number), "{}", outcome.stdout);
    }
}

// Schemas; more in `contract::schema`.

#[test]
fn an_unknown_operation_gets_the_nearest_name_as_a_suggestion() {
    for (wrong, near) in [
        ("alibaba.sas.ListPublishBatches", "`alibaba.sas.ListPublishBatch`"),
        ("ListInstancePatchState", "`ListInstancePatchStates`"),
        ("HUAWEI.COC.LISTINSTANCECOMPLIANT", "`huawei.coc.ListInstanceCompliant`"),
        ("aws.ssm.getpatchbaseline", "`aws.ssm.GetPatchBaseline`"),
    ] {
        let outcome = probity(&["schema", wrong]);
        assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""), "{wrong}");
        // The message may be broken over lines.
        let said: String = outcome.stderr.split(['\n', '│']).map(str::trim).collect::<Vec<_>>().join(" ");
        let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(said.contains(&format!("did you mean {near}?")), "{wrong}: {said}");
    }
    for wrong in ["banana", "", "aws"] {
        let outcome = probity(&["schema", wrong]);
        assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""), "{wrong}");
        assert!(!outcome.stderr.contains("did you mean"), "{wrong}: {}", outcome.stderr);
    }
}

#[test]
fn the_schema_describes_normalised_types_of_every_field() {
    for operation in
        ["ListInstancePatchStates", "DescribeImageInstances", "ListPublishBatch", "ListInstanceCompliant"]
    {
        let schema = probity(&["schema", operation]).json();
        let validator = jsonschema::validator_for(&schema).unwrap();
        // No vendor says that a field is always there, and each may be null.
        assert!(validator.is_valid(&json!({})), "{operation}");
        for (field, property) in schema["properties"].as_object().unwrap() {
            assert!(validator.is_valid(&json!({field: null})), "{operation}: {field} may be null");
            assert!(property["description"].is_string(), "{operation}: {field} is described");
            // No field is of any type whatever; the exception has a test of its own.
            if field == "Endpoints" {
                continue;
            }
            let accepted = [json!(1), json!("x"), json!([1]), json!({"a": 1}), json!(true)]
                .into_iter()
                .filter(|value| validator.is_valid(&json!({field: value})))
                .count();
            assert!(accepted < 5, "{operation}: {field}");
        }
    }
}
