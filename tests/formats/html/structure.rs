//! What the file is made of.

use std::collections::BTreeMap;

use data_encoding::BASE64;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::{between, data, empty, finding, page_of, read, view};
use crate::support::{CLOCK, Folder, check, probity};

fn samples() -> Value {
    check(&["samples", "--include", "pass,not_applicable"]).json()
}

/// The page without its data, style and script.
fn markup(page: &str) -> String {
    let mut page = page.to_owned();
    for (begin, end) in
        [("<style>", "</style>"), ("id=\"data\">", "</script>"), ("type=\"module\">", "</script>")]
    {
        page = page.replace(between(&page, begin, end), "");
    }
    page
}

#[test]
fn nothing_is_loaded_and_nothing_runs_but_what_the_policy_names() {
    let page = page_of(&samples());
    let digest = |text: &str| format!("'sha256-{}'", BASE64.encode(&Sha256::digest(text)));
    let style = digest(between(&page, "<style>", "</style>"));
    let script = digest(between(&page, "<script type=\"module\">", "</script>"));
    assert_eq!(
        between(&page, "<meta http-equiv=\"Content-Security-Policy\" content=\"", "\">"),
        format!(
            "default-src 'none'; style-src {style}; script-src {script}; base-uri 'none'; form-action 'none'"
        )
    );
    assert_eq!((page.matches("<script").count(), page.matches("</script").count()), (2, 2));
    let markup = markup(&page);
    // The policy would refuse them.
    for attribute in
        [" src=", " srcset=", " style=", " onclick=", " onload=", " action=", "<link", "<img", "<iframe"]
    {
        assert!(!markup.contains(attribute), "{attribute}");
    }
    // A page of a provider that a rule rests on is a link that a person may follow, and nothing else leads away.
    for link in markup.split("href=\"").skip(1) {
        let link = &link[..link.find('"').unwrap()];
        assert!(link.starts_with('#') || link.starts_with("https://"), "{link}");
    }
    for text in [between(&page, "<style>", "</style>"), between(&page, "type=\"module\">", "</script>")] {
        for word in [
            "http:",
            "https:",
            "url(",
            "@import",
            "fetch(",
            "import(",
            "innerHTML",
            "insertAdjacentHTML",
            "eval(",
        ] {
            assert!(!text.contains(word), "{word}");
        }
    }
}

#[test]
fn every_link_within_the_page_leads_to_something() {
    let page = markup(&page_of(&samples()));
    let ids: Vec<&str> = page.split(" id=\"").skip(1).map(|rest| &rest[..rest.find('"').unwrap()]).collect();
    let mut sorted = ids.clone();
    sorted.sort_unstable();
    sorted.dedup();
    assert_eq!(sorted.len(), ids.len(), "an id stands twice");
    for link in page.split("href=\"#").skip(1) {
        let link = &link[..link.find('"').unwrap()];
        let anchor = link.split('?').next().unwrap();
        assert!(ids.contains(&anchor), "{link}");
    }
    for label in page.split("aria-labelledby=\"").skip(1) {
        let label = &label[..label.find('"').unwrap()];
        assert!(ids.contains(&label), "{label}");
    }
}

#[test]
fn tags_are_balanced() {
    const EMPTY: [&str; 4] = ["meta", "input", "br", "!DOCTYPE"];
    let page = markup(&page_of(&samples()));
    let mut open = Vec::new();
    for tag in page.split('<').skip(1) {
        let tag = &tag[..tag.find('>').unwrap()];
        let name = tag.trim_start_matches('/').split([' ', '\n']).next().unwrap();
        if tag.starts_with('/') {
            assert_eq!(open.pop(), Some(name), "{tag}");
        } else if !EMPTY.contains(&name) && !tag.ends_with('/') {
            open.push(name);
        }
    }
    assert_eq!(open, [""; 0]);
}

#[test]
fn the_data_holds_every_finding_of_the_result() {
    let result = samples();
    let data = data(&page_of(&result));
    let rules = &data["about"]["rules"];
    let text = |index: &Value| data["texts"][usize::try_from(index.as_u64().unwrap()).unwrap()].clone();
    let mut written = BTreeMap::new();
    for row in data["findings"].as_array().unwrap() {
        let rule = &rules[usize::try_from(row["r"].as_u64().unwrap()).unwrap()];
        let resource = &data["resources"][usize::try_from(row["o"].as_u64().unwrap()).unwrap()];
        let told = (
            rule["id"].clone(),
            [&rule["title"], &row["v"], &row["s"], &text(&row["m"]), &resource["id"], &resource["operation"]]
                .map(Value::clone),
            (text(&row["f"]), row["p"].clone(), row["l"].clone(), row["h"].clone(), row["rl"].clone()),
            row["e"].as_array().unwrap().len(),
        );
        assert!(written.insert(row["n"].as_u64().unwrap(), told).is_none());
    }
    let findings = result["findings"].as_array().unwrap();
    assert_eq!(written.len(), findings.len());
    for (index, finding) in findings.iter().enumerate() {
        let (rule, location, resource) = (&finding["rule"], &finding["location"], &finding["resource"]);
        let place = ["line", "column", "start_byte", "end_byte"].map(|name| location[name].clone());
        let expected = (
            rule["id"].clone(),
            [
                &rule["title"],
                &finding["verdict"],
                &rule["severity"],
                &finding["message"],
                &resource["id"],
                &resource["operation"],
            ]
            .map(Value::clone),
            (
                location["file"].clone(),
                location["path"].clone(),
                Value::from(place.to_vec()),
                finding["fingerprint"].clone(),
                rule["line"].clone(),
            ),
            finding["evidence"].as_array().unwrap().len().min(50),
        );
        assert_eq!(written[&(index as u64 + 1)], expected);
    }
    // What does not pass comes first.
    let verdicts: Vec<&str> =
        data["findings"].as_array().unwrap().iter().map(|row| row["v"].as_str().unwrap()).collect();
    let first = verdicts.iter().position(|verdict| ["pass", "not_applicable"].contains(verdict)).unwrap();
    assert_eq!(first, 72, "61 failures and 11 inconclusive verdicts");
    assert!(verdicts[first..].iter().all(|verdict| ["pass", "not_applicable"].contains(verdict)));
}

#[test]
fn what_the_result_does_not_hold_is_not_kept_quiet() {
    let folder = Folder::new();
    let path = folder.path().join("result.json");
    let path = path.to_str().unwrap();
    probity(&["check", "samples", "--at", CLOCK, "--format", "json", "--output", path]);
    let outcome = probity(&["report", path, "--format", "html"]);
    assert!(read(view(&outcome.stdout, "findings")).contains(
        "and so not listed: 441 pass, 35 not applicable. A result holds what passes when it is saved with"
    ),);
    assert_eq!(data(&outcome.stdout)["findings"].as_array().unwrap().len(), 72);
    assert!(!page_of(&samples()).contains("and so not listed"));
}

#[test]
fn the_same_result_gives_the_same_bytes() {
    let folder = Folder::new();
    let target = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (json, ndjson) = (target("result.json"), target("result.ndjson"));
    for (format, path) in [("json", &json), ("ndjson", &ndjson)] {
        probity(&["check", "samples", "--at", CLOCK, "--format", format, "--output", path]);
    }
    let page = |path: &str| probity(&["report", path, "--format", "html"]).stdout;
    let first = page(&json);
    assert_eq!(first, page(&json));
    assert_eq!(first, page(&ndjson));
}

#[test]
fn without_scripts_the_first_findings_are_a_table() {
    let mut result = empty();
    result["findings"] =
        (0..205).map(|index| finding("R-1", "fail", &format!("thing-{index}"))).collect::<Vec<_>>().into();
    let page = page_of(&result);
    let table = read(between(&page, "<noscript>", "</noscript>"));
    assert!(table.contains("This table lists the first that do not pass; there are 5 more."), "{table}");
    assert!(table.contains("fail high R-1 Title of R-1 thing-199 thing-199 is fail in.json:3:5"), "{table}");
    assert!(!table.contains("thing-200"));
}

#[test]
fn grouping_is_taken_from_the_command_line() {
    let folder = Folder::new();
    let path = folder.file("result.json", empty().to_string());
    for group in ["rule", "resource", "control", "file"] {
        let outcome = probity(&["report", &path, "--format", "html", "--group-by", group]);
        assert_eq!(data(&outcome.stdout)["about"]["group_by"], group);
    }
    assert_eq!(data(&page_of(&empty()))["about"]["group_by"], "");
}
