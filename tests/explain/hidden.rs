//! What must not be shown, and what must not be obeyed.

use serde_json::{Value, json};

use super::{explain, explained, statements};
use crate::support::{Folder, page, report, rule, sample};

/// A baseline with a secret, and a rule about baselines with this body.
fn secret(configuration: &str) -> String {
    let mut baseline: Value =
        serde_json::from_str(&sample("aws/ssm/get-patch-baseline/non-compliant.json")).unwrap();
    baseline["Sources"] =
        json!([{"Name": "mine", "Products": ["AmazonLinux2"], "Configuration": configuration}]);
    baseline.to_string()
}

fn about_baselines(body: &str) -> String {
    rule("ORG-1", "org.one", body).replace("huawei.coc.ListInstanceCompliant", "aws.ssm.GetPatchBaseline")
}

/// Explains a rule in both formats; nothing of the secret is shown, in any letters.
#[track_caller]
fn silent(body: &str) -> Value {
    let folder = Folder::new();
    let text = secret("User=Admin\nPass=Hunter2-S3cret\n");
    let (_, explanation) = explained(&folder, &about_baselines(body), &text);
    let path = folder.path().join("page.json").to_str().unwrap().to_owned();
    let rules = folder.path().join("rules").to_str().unwrap().to_owned();
    let pretty = explain(&[&path, "--policies", &rules, "--rule", "ORG-1"]);
    for shown in [explanation.to_string(), pretty.stdout, pretty.stderr] {
        let shown = shown.to_lowercase();
        for part in ["hunter2", "s3cret", "admin", "2retnuh", "t.e.r"] {
            assert!(!shown.contains(part), "{part}: {shown}");
        }
    }
    explanation
}

#[test]
fn a_secret_is_not_shown_wherever_it_goes() {
    let body = "sources := input.resource.Sources\n\nall := [source.Configuration | some source in sources]\n\ndeny contains \"x\" if {\n\tsome source in sources\n\tconfiguration := source.Configuration\n\tsome line in split(configuration, \"\\n\")\n\t[key, value] := split(line, \"=\")\n\tlower(value) == \"never\"\n}\n\ndeny contains \"y\" if {\n\tcount(all) == 1\n\tcontains(all[0], \"Pass\")\n}";
    let explanation = silent(body);
    let told = statements(&explanation);
    assert!(told.iter().any(|words| words.contains("configuration is secret")), "{told:?}");
    assert_eq!(explanation["reads"][0]["state"], "secret", "{}", explanation["reads"]);
}

#[test]
fn what_is_made_of_a_secret_is_not_shown_either() {
    silent(
        "deny contains \"x\" if {\n\tsome source in input.resource.Sources\n\tback := strings.reverse(source.Configuration)\n\tback == \"never\"\n}",
    );
    silent(
        "dotted := concat(\".\", [c | some c in split(input.resource.Sources[0].Configuration, \"\")])\n\ndeny contains \"x\" if dotted == \"never\"",
    );
    silent(
        "deny contains msg if {\n\tmsg := sprintf(\"it is %s\", [input.resource.Sources[0].Configuration])\n}",
    );
    silent(
        "pick(source) := substring(source.Configuration, 16, 7)\n\ndeny contains \"x\" if pick(input.resource.Sources[0]) == \"never\"",
    );
}

#[test]
fn what_stands_beside_a_secret_is_shown() {
    let explanation = silent(
        "deny contains msg if {\n\tsome i, source in input.resource.Sources\n\tsource.Name == \"mine\"\n\tcount(source.Configuration) > 3\n\tmsg := sprintf(\"source %d\", [i])\n}",
    );
    let expected = [
        "10 holds | i = 0, source is secret",
        "11 holds | source.Name = \"mine\"",
        // `User=Admin`, a line end, `Pass=Hunter2-S3cret`, a line end: 10 + 1 + 19 + 1 characters.
        "12 holds | count(source.Configuration) = 31, source.Configuration is secret",
        "13 holds | msg = \"source 0\"",
    ];
    // The way carries `i` along.
    let told: Vec<String> =
        statements(&explanation).into_iter().map(|words| words.replace(", i = 0", "")).collect();
    assert_eq!(told, expected);
    assert_eq!(explanation["message"], "source 0");
}

#[test]
fn hostile_text_is_made_printable() {
    let folder = Folder::new();
    let hostile = "a\u{1b}[31m\u{202e}b\nc";
    let mut report = report(hostile);
    report["name"] = json!(hostile);
    let path = folder.file("page\u{1b}[2J.json", page(&[report]));
    let body = format!(
        "deny contains \"x\u{202e}y\" if {{\n\t# \u{1b}[31m\n\tinput.resource.name == {hostile:?}\n}}"
    );
    let body = body.replace("\\u{1b}", "\\u001b").replace("\\u{202e}", "\\u202e");
    let rules = folder.file(
        "rules/rule.rego",
        rule("ORG-1", "org.one", &body).replace("A rule of the tests", "A \u{202e}title"),
    );
    for format in ["pretty", "json"] {
        let outcome = explain(&[&path, "--policies", &rules, "--rule", "ORG-1", "--format", format]);
        assert_eq!(outcome.code, 1, "{}", outcome.stderr);
        for c in ['\u{1b}', '\u{202e}', '\u{9b}', '\r'] {
            assert!(!outcome.stdout.contains(c) && !outcome.stderr.contains(c), "{c:?}: {}", outcome.stdout);
        }
    }
    let unknown = explain(&[&path, "--rule", "HWC-COC-003", "--resource", "x\u{1b}[31m"]);
    assert!(!unknown.stderr.contains('\u{1b}'));
}
