//! `Sources[].Configuration` of a patch baseline may hold credentials, and is never shown: not as evidence,
//! and not in the lines around another finding.

use serde_json::{Value, json};

use super::pretty_in;
use crate::support::{Folder, command, finish, rule, sample};

/// The start of a credential, and its end: neither may be seen.
const SECRET: [&str; 2] = ["hunter2", "s3cret"];

/// A baseline whose second member is its secret, so that it stands where lines are cut, too.
fn baseline(id: &str) -> Value {
    let mut baseline: Value =
        serde_json::from_str(&sample("aws/ssm/get-patch-baseline/non-compliant.json")).unwrap();
    baseline["BaselineId"] = json!(id);
    baseline["Sources"][0]["Configuration"] = json!("hunter2:s3cret@http://mirror");
    baseline
}

/// The text of an object with its `Sources` first.
fn sources_first(baseline: &Value) -> String {
    let mut rest = baseline.clone();
    let sources = rest.as_object_mut().unwrap().remove("Sources").unwrap();
    format!("{{\"Sources\":{sources},{}", &rest.to_string()[1..])
}

/// Judges a file in every format, and inspects it; nothing shows the secret.
#[track_caller]
fn silent(name: &str, text: &str, arguments: &[&str]) {
    assert!(SECRET.iter().any(|part| text.contains(part)), "there is something to hide");
    let folder = Folder::new();
    folder.file(name, text);
    folder.file("rule.rego", neighbours());
    for format in ["pretty", "json", "ndjson"] {
        let base =
            [name, "--rule", "AWS-*", "--rule", "ORG-*", "--policies", "rule.rego", "--format", format];
        let outcome = pretty_in(&folder, &[&base[..], &["--include", "pass"], arguments].concat());
        assert_ne!(outcome.code, 0);
        for part in SECRET {
            assert!(!outcome.stdout.contains(part), "{format}: {}", outcome.stdout);
            assert!(!outcome.stderr.contains(part), "{format}: {}", outcome.stderr);
        }
    }
    let inspect = finish(command(&[&["inspect", name], arguments].concat()).current_dir(folder.path()));
    for part in SECRET {
        assert!(!inspect.stdout.contains(part) && !inspect.stderr.contains(part), "{inspect:?}");
    }
}

/// A rule that denies the secret itself and everything around it.
fn neighbours() -> String {
    let paths = [
        "Sources[0].Configuration",
        "Sources[0].Configuration.deeper",
        "Sources[0].Name",
        "Sources[0].Products",
        "Sources[0]",
        "Sources",
        "Name",
        "Description",
        "PatchGroups",
    ];
    let deny = paths.map(|path| format!("deny contains {{\"msg\": \"x\", \"path\": \"{path}\"}}"));
    let text = rule("ORG-1", "org.one", &deny.join("\n\n"));
    text.replace("huawei.coc.ListInstanceCompliant", "aws.ssm.GetPatchBaseline")
}

#[test]
fn a_secret_on_lines_of_its_own_is_not_shown() {
    let pretty = serde_json::to_string_pretty(&baseline("pb-1")).unwrap();
    silent("a.json", &pretty, &[]);
    silent("a.json", &pretty, &["--strict"]);
    silent("a.json", &pretty.replace('\n', "\r\n"), &[]);
    silent("a.json", &pretty.replace("\"Configuration\"", "\"Config\\u0075ration\""), &[]);
}

#[test]
fn a_secret_on_one_long_line_is_not_shown() {
    silent("a.json", &baseline("pb-1").to_string(), &[]);
    silent("a.json", &sources_first(&baseline("pb-1")), &["--strict"]);
}

#[test]
fn a_secret_in_the_same_line_of_ndjson_is_not_shown() {
    silent("a.ndjson", &format!("{}\n", sources_first(&baseline("pb-1"))), &[]);
}

#[test]
fn a_secret_in_the_next_line_of_ndjson_is_not_shown() {
    let (one, two) = (sources_first(&baseline("pb-1")), sources_first(&baseline("pb-2")));
    silent("a.ndjson", &format!("{one}\n{two}\n"), &[]);
}

#[test]
fn a_secret_in_the_next_page_of_an_array_is_not_shown() {
    let (one, two) = (sources_first(&baseline("pb-1")), sources_first(&baseline("pb-2")));
    silent("a.json", &format!("[\n{one},\n{two}\n]\n"), &[]);
}

#[test]
fn a_secret_in_the_line_before_is_not_shown() {
    let mut plain = baseline("pb-2");
    plain["Sources"] = json!([]);
    silent("a.ndjson", &format!("{}\n{plain}\n", sources_first(&baseline("pb-1"))), &[]);
}

#[test]
fn a_secret_of_the_wrong_type_is_not_shown() {
    for value in [json!({"password": "hunter2-s3cret"}), json!(["hunter2-s3cret"])] {
        let mut wrong = baseline("pb-1");
        wrong["Sources"][0]["Configuration"] = value;
        silent("a.json", &wrong.to_string(), &[]);
        silent("a.json", &serde_json::to_string_pretty(&wrong).unwrap(), &[]);
    }
}

#[test]
fn a_secret_where_another_type_was_due_is_not_shown() {
    let secret = "hunter2-s3cret";
    for sources in [json!(secret), json!([secret]), json!({"Configuration": secret}), json!([[secret]])] {
        let mut wrong = baseline("pb-1");
        wrong["Sources"] = sources;
        silent("a.json", &serde_json::to_string_pretty(&wrong).unwrap(), &[]);
        silent("a.json", &wrong.to_string(), &[]);
    }
}

#[test]
fn a_secret_beside_a_value_of_the_wrong_type_is_not_shown() {
    let mut wrong = baseline("pb-1");
    wrong["Sources"][0]["Name"] = json!(5);
    wrong["RejectedPatchesAction"] = json!(5);
    silent("a.json", &serde_json::to_string_pretty(&wrong).unwrap(), &[]);
    silent("a.json", &wrong.to_string(), &[]);
}

#[test]
fn a_secret_in_broken_text_is_not_shown() {
    let pretty = serde_json::to_string_pretty(&baseline("pb-1")).unwrap();
    let inside = pretty.find("s3cret").unwrap();
    silent("a.json", &pretty[..inside], &[]);
    silent(
        "a.json",
        &pretty.replacen("\"Configuration\"", "\"Configuration\": 1, \"Configuration\"", 1),
        &[],
    );
    silent("a.ndjson", &format!("{{\"a\":\n{}\n", sources_first(&baseline("pb-1"))), &[]);
}

#[test]
fn a_secret_in_a_look_alike_is_not_shown() {
    // Without PatchGroups it is the answer of UpdatePatchBaseline.
    let mut update = baseline("pb-1");
    update.as_object_mut().unwrap().remove("PatchGroups");
    silent("a.json", &sources_first(&update), &[]);
}

#[test]
fn a_secret_is_told_as_redacted() {
    let folder = Folder::new();
    folder.file("a.json", baseline("pb-1").to_string());
    let outcome = pretty_in(&folder, &["a.json", "--rule", "AWS-SSM-008", "--format", "json"]);
    let evidence = &outcome.json()["findings"][0]["evidence"][0];
    assert_eq!(
        (&evidence["path"], &evidence["redacted"]),
        (&json!("/Sources/0/Configuration"), &json!(true))
    );
    assert_eq!(evidence["value"], Value::Null);
}
