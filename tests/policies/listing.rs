//! `probity rules`.

use serde_json::{Value, json};

use crate::support::{Folder, probity, rule};

/// Ids, severities and params of the built-in rules, as the list of rules has them. The ids are permanent.
const BUILT_IN: [(&str, &str, &str); 44] = [
    ("ALI-OOS-001", "critical", r#"{"max": 0}"#),
    ("ALI-OOS-002", "high", r#"{"max": 0}"#),
    ("ALI-OOS-003", "medium", r#"{"max": 0}"#),
    ("ALI-OOS-004", "high", r#"{"max": 0}"#),
    ("ALI-OOS-005", "medium", "{}"),
    ("ALI-OOS-006", "high", "{}"),
    ("ALI-OOS-007", "high", r#"{"max_age_days": 7}"#),
    ("ALI-OOS-008", "high", "{}"),
    ("ALI-SAS-101", "medium", "{}"),
    ("ALI-SAS-102", "high", "{}"),
    ("ALI-SAS-103", "medium", r#"{"min_hours": 12}"#),
    ("ALI-SAS-104", "medium", r#"{"min_batches": 2}"#),
    ("ALI-SAS-105", "low", "{}"),
    ("ALI-SAS-106", "high", r#"{"min_version": null}"#),
    ("ALI-SAS-201", "critical", r#"{"max": 0}"#),
    ("ALI-SAS-202", "high", r#"{"max": 0}"#),
    ("ALI-SAS-203", "critical", r#"{"max": 0}"#),
    ("ALI-SAS-204", "high", "{}"),
    ("ALI-SAS-205", "high", r#"{"max_age_days": 7}"#),
    ("ALI-SAS-206", "medium", r#"{"allowed": ["acr", "harbor", "quay", "CI/CD"]}"#),
    ("ALI-SAS-207", "low", "{}"),
    ("ALI-SAS-208", "critical", "{}"),
    ("ALI-SAS-209", "medium", "{}"),
    ("ALI-SAS-210", "medium", "{}"),
    ("AWS-SSM-001", "high", "{}"),
    ("AWS-SSM-002", "high", "{}"),
    ("AWS-SSM-003", "high", r#"{"max_days": 7}"#),
    ("AWS-SSM-004", "medium", "{}"),
    ("AWS-SSM-005", "medium", "{}"),
    ("AWS-SSM-006", "medium", "{}"),
    ("AWS-SSM-007", "high", r#"{"max_age_days": 30}"#),
    ("AWS-SSM-008", "high", "{}"),
    ("AWS-SSM-009", "low", r#"{"max_age_days": 365}"#),
    ("AWS-SSM-010", "medium", "{}"),
    ("HWC-COC-001", "critical", r#"{"max": 0}"#),
    ("HWC-COC-002", "high", r#"{"max": 0}"#),
    ("HWC-COC-003", "high", "{}"),
    ("HWC-COC-004", "high", "{}"),
    ("HWC-COC-005", "high", r#"{"max_age_days": 7}"#),
    ("HWC-COC-006", "high", "{}"),
    ("HWC-COC-007", "medium", "{}"),
    ("HWC-COC-008", "medium", r#"{"min_percent": 95}"#),
    ("HWC-COC-009", "low", r#"{"allowed_regions": []}"#),
    ("HWC-COC-010", "medium", "{}"),
];

/// The operation that the rules of an id are about.
fn operation(id: &str) -> &'static str {
    match &id[..9] {
        "ALI-OOS-0" => "alibaba.oos.ListInstancePatchStates",
        "ALI-SAS-1" => "alibaba.sas.ListPublishBatch",
        "ALI-SAS-2" => "alibaba.sas.DescribeImageInstances",
        "AWS-SSM-0" => "aws.ssm.GetPatchBaseline",
        _ => "huawei.coc.ListInstanceCompliant",
    }
}

#[test]
fn every_built_in_rule_has_its_permanent_id_severity_operation_and_params() {
    let outcome = probity(&["rules", "--format", "json"]);
    let document = outcome.json();
    let listed: Vec<(&str, &str, Value, Value)> = document
        .as_array()
        .unwrap()
        .iter()
        .map(|rule| {
            let id = rule["id"].as_str().unwrap();
            (id, rule["severity"].as_str().unwrap(), rule["applies_to"].clone(), rule["params"].clone())
        })
        .collect();
    let mut operations: Vec<&str> = BUILT_IN.iter().map(|(id, ..)| operation(id)).collect();
    operations.sort_unstable();
    operations.dedup();
    // The one that is not in Rego.
    let expected_resources = ("POPULATION-001", "high", json!(operations), json!({}));
    let expected: Vec<(&str, &str, Value, Value)> = BUILT_IN
        .iter()
        .map(|(id, severity, params)| {
            (*id, *severity, json!([operation(id)]), serde_json::from_str(params).unwrap())
        })
        .chain([expected_resources])
        .collect();
    assert_eq!((outcome.code, listed), (0, expected));
}

#[test]
fn every_built_in_rule_says_what_it_wants_why_and_what_to_do() {
    for rule in probity(&["rules", "*-*-*", "--format", "json"]).json().as_array().unwrap() {
        let id = rule["id"].as_str().unwrap();
        for key in ["title", "description", "remediation", "package"] {
            assert!(rule[key].as_str().is_some_and(|text| text.len() >= 10), "{id} {key}");
        }
        assert!(!rule["controls"].as_object().unwrap().is_empty(), "{id}");
        let pages = rule["related_resources"].as_array().unwrap();
        assert!(pages.iter().all(|page| page["ref"].as_str().unwrap().starts_with("https://")), "{id}");
        let file = rule["file"].as_str().unwrap();
        // The package is the path: https://… for `/`, without the ending.
        let path = file.strip_prefix("builtin:").unwrap().strip_suffix(".rego").unwrap().replace('/', ".");
        assert_eq!(rule["package"].as_str().unwrap(), format!("policies.{path}"), "{id}");
        let text =
            std::fs::read_to_string(crate::support::root().join(file.replace("builtin:", "policies/")));
        let line = usize::try_from(rule["line"].as_u64().unwrap()).unwrap();
        assert!(text.unwrap().lines().nth(line - 1).unwrap().starts_with("deny contains"), "{id}");
    }
}

#[test]
fn the_table_has_a_line_for_each_rule() {
    let outcome = probity(&["rules", "--color", "never"]);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
    for (id, severity, _) in BUILT_IN {
        let lines: Vec<&str> = outcome.stdout.lines().filter(|line| line.contains(id)).collect();
        assert_eq!(lines.len(), 1, "{id}");
        assert!(lines[0].contains(severity), "{}", lines[0]);
    }
    for words in [
        "max_age_days=7",
        "min_version=null",
        "allowed_regions=[]",
        "\nall operations\n   POPULATION-001",
        "45 rules",
    ] {
        assert!(outcome.stdout.contains(words), "{words}");
    }
    assert!(outcome.stdout.lines().all(|line| line.chars().count() <= 80), "{}", outcome.stdout);
    assert!(!outcome.stdout.contains('\u{1b}'));
}

#[test]
fn one_rule_is_shown_in_full() {
    let outcome = probity(&["rules", "AWS-SSM-003", "--color", "never"]);
    assert_eq!(outcome.code, 0);
    for words in [
        "AWS-SSM-003",
        "high",
        "Critical and security patches are approved promptly",
        "max_days = 7",
        "aws.ssm.GetPatchBaseline",
        "nist-800-53",
        "SI-2",
    ] {
        assert!(outcome.stdout.contains(words), "{words}: {}", outcome.stdout);
    }
    assert!(!outcome.stdout.contains("AWS-SSM-004"));
    let document = probity(&["rules", "AWS-SSM-003", "--format", "json"]).json();
    assert_eq!((document.as_array().unwrap().len(), &document[0]["id"]), (1, &json!("AWS-SSM-003")));
}

/// The ids that are shown for these arguments.
fn shown(arguments: &[&str]) -> Vec<String> {
    let outcome = probity(&[&["rules", "--format", "json"], arguments].concat());
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    let document = outcome.json();
    document.as_array().unwrap().iter().map(|rule| rule["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn globs_choose_rules_whatever_their_case() {
    assert_eq!(shown(&["hwc-coc-00[12]"]), ["HWC-COC-001", "HWC-COC-002"]);
    assert_eq!(shown(&["*-SAS-1?5", "AWS-SSM-001"]), ["ALI-SAS-105", "AWS-SSM-001"]);
    assert_eq!(shown(&["--rule", "AWS-*", "--exclude", "*-00?"]), ["AWS-SSM-010"]);
    assert_eq!(shown(&["*-???-*"]).len(), 44);
    assert_eq!(shown(&["*"]).len(), 45);
    assert_eq!(shown(&["pop*"]), ["POPULATION-001"]);
}

#[test]
fn an_unknown_id_is_refused_with_the_nearest_one() {
    for pattern in ["HWC-COC-0011", "--rule=HWC-COC-0011", "--exclude=HWC-COC-0011"] {
        let outcome = probity(&["rules", pattern]);
        assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""), "{pattern}");
        assert!(outcome.stderr.contains("policy.unknown_rule"), "{}", outcome.stderr);
        assert!(outcome.stderr.contains("did you mean `HWC-COC-001`?"), "{}", outcome.stderr);
    }
    assert_eq!(probity(&["rules", "XYZ-*"]).code, 2);
    assert_eq!(probity(&["rules", "["]).code, 2);
}

#[test]
fn an_unknown_id_is_not_blamed_on_an_option() {
    let outcome = probity(&["rules", "HWC-COC-999"]);
    assert_eq!(outcome.code, 2);
    assert!(!outcome.stderr.contains("--rule"), "{}", outcome.stderr);
}

#[test]
fn user_rules_are_listed_and_what_is_set_is_shown() {
    let folder = Folder::new();
    let text = rule("ORG-1", "org.one", "deny contains \"x\" if false");
    folder.file("rule.rego", text.replace("package", "#   params: {max: 3}\npackage"));
    let outcome = probity(&["rules", "--policies", &folder.text(), "--color", "never"]);
    assert!(outcome.stdout.contains("ORG-1") && outcome.stdout.contains("46 rules"), "{}", outcome.stdout);
    let alone = ["rules", "--no-builtin", "--policies", &folder.text(), "--format", "json"];
    let document = probity(&[&alone[..], &["--set", "ORG-1.max=9"]].concat()).json();
    // METADATA takes 8 lines with the params, an empty one follows the package: `deny` stands in line 10.
    assert_eq!((&document[0]["params"], &document[0]["line"]), (&json!({"max": 9}), &json!(10)));
    let ids: Vec<&Value> = document.as_array().unwrap().iter().map(|rule| &rule["id"]).collect();
    assert_eq!(ids, ["ORG-1", "POPULATION-001"]);
}
