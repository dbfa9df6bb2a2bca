//! Several results of one run, and saved results in other formats.

use std::fs;

use crate::support::{Folder, check, command, finish, probity};

const FORMATS: [&str; 11] =
    ["pretty", "ndjson", "sarif", "junit", "markdown", "html", "csv", "github", "gitlab", "oscal", "ocsf"];

const SAMPLES: &str = "samples/huawei/coc/list-instance-compliant";

#[test]
fn all_targets_of_a_run_say_what_each_says_alone() {
    let folder = Folder::new();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let target = |format: &str| format!("{format}={}", path(format));
    let outcome = probity(&[
        "check",
        "--at",
        "2026-11-21",
        SAMPLES,
        "--output",
        &target("json"),
        "--output",
        &target("ndjson"),
        "--output",
        &target("pretty"),
    ]);
    assert_eq!(outcome.code, 2, "it holds an incomplete file: {}", outcome.stderr);
    assert_eq!(outcome.stdout, "", "what is printed by default has a file of its own");
    for format in ["json", "ndjson", "pretty"] {
        let alone = probity(&["check", "--at", "2026-11-21", SAMPLES, "--format", format]);
        assert_eq!(fs::read_to_string(path(format)).unwrap(), alone.stdout, "{format}");
    }
    let alone = probity(&["check", "--at", "2026-11-21", SAMPLES]).stdout;
    let beside = probity(&["check", "--at", "2026-11-21", SAMPLES, "--output", &target("json")]);
    assert_eq!(beside.stdout, alone, "people still see it printed");
}

#[test]
fn formats_that_list_passes_do_not_add_them_to_others() {
    let folder = Folder::new();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (json, csv, html) = (path("a.json"), path("a.csv"), path("a.html"));
    let outcome = probity(&[
        "check",
        "--at",
        "2026-11-21",
        SAMPLES,
        "--output",
        &format!("json={json}"),
        "--output",
        &format!("csv={csv}"),
        "--output",
        &format!("html={html}"),
    ]);
    assert_eq!(outcome.code, 2, "{}", outcome.stderr);
    assert_eq!(outcome.stdout, probity(&["check", "--at", "2026-11-21", SAMPLES]).stdout);
    let alone = check(&[SAMPLES]);
    assert_eq!(fs::read_to_string(json).unwrap(), alone.stdout);
    // Beside the findings stands what was wrong with the inputs, which has no fingerprint.
    let rows = csv::Reader::from_path(csv).unwrap().into_records();
    let rows =
        rows.filter(|row| !row.as_ref().unwrap().iter().next_back().unwrap().is_empty()).count() as u64;
    let verdicts = &alone.json()["summary"]["verdicts"];
    let all: u64 = verdicts.as_object().unwrap().values().map(|count| count.as_u64().unwrap()).sum();
    assert_eq!(rows, all, "passes too");
}

#[test]
fn a_saved_result_says_the_same_again() {
    let folder = Folder::new();
    for format in ["json", "ndjson"] {
        let saved = probity(&["check", "--at", "2026-11-21", "samples", "--format", format]).stdout;
        let file = folder.file("saved", &saved);
        assert_eq!(probity(&["report", &file, "--format", format]).stdout, saved);
        let other = if format == "json" { "ndjson" } else { "json" };
        let direct = probity(&["check", "--at", "2026-11-21", "samples", "--format", other]).stdout;
        assert_eq!(probity(&["report", &file, "--format", other]).stdout, direct);
    }
}

#[test]
fn a_saved_result_may_be_laid_out_by_another_program() {
    let folder = Folder::new();
    let saved = check(&["samples"]);
    let document = saved.json();
    let findings = document["findings"].as_array().unwrap().len();
    for text in [document.to_string(), serde_json::to_string_pretty(&document).unwrap()] {
        let file = folder.file("saved", text);
        let again = probity(&["report", &file, "--format", "json"]);
        assert_eq!(again.code, 0, "{}", again.stderr);
        assert_eq!(again.json(), document);
        let lines = probity(&["report", &file, "--format", "ndjson"]).stdout;
        assert_eq!(lines.lines().count(), findings + 1);
    }
}

#[test]
fn what_is_no_result_is_refused_with_its_reason() {
    let folder = Folder::new();
    let line = probity(&["check", "--at", "2026-11-21", SAMPLES, "--format", "ndjson"]).stdout;
    let (findings, summary) = line.trim_end().rsplit_once('\n').unwrap();
    for (text, told) in [
        (String::new(), "it holds no summary of a run"),
        (findings.to_owned(), "it holds no summary of a run"),
        ("[]".to_owned(), "expected the result of a run"),
        ("{\"a\": 1}".to_owned(), "it holds no summary of a run"),
        ("{\"schema\": \"probity.run/v2\"}".to_owned(), "its `schema` is `probity.run/v2`"),
        (format!("{summary}\n{summary}\n"), "it holds more than one result"),
        (format!("{{\"verdict\": 1}}\n{summary}\n"), "is no saved result: expected value"),
        (line[..line.len() / 2].to_owned(), "EOF while parsing"),
    ] {
        let file = folder.file("saved", &text);
        let outcome = probity(&["report", &file, "--format", "json"]);
        assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""), "{told}");
        let said = outcome.stderr.replace("\n  │ ", " ");
        assert!(said.contains("result.unreadable") && said.contains(told), "{told}: {said}");
    }
}

#[test]
fn unknown_formats_are_errors() {
    for arguments in [["--format", "sarfi"], ["--output", "sarfi=x"]] {
        let outcome = probity(&[&["check", SAMPLES], arguments.as_slice()].concat());
        assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""));
        assert!(outcome.stderr.contains("sarif"), "{}", outcome.stderr);
    }
}

#[test]
fn no_target_is_written_where_one_cannot_be() {
    let folder = Folder::new();
    let mut check = command(&["check", "--at", "2026-11-21"]);
    let input = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(SAMPLES);
    check.arg(input).args(["--output", "json=a.json", "--output", "ndjson=no/such/folder/b"]);
    let outcome = finish(check.current_dir(folder.path()));
    assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""));
    assert!(outcome.stderr.contains("output.unwritable"), "{}", outcome.stderr);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_reader_who_goes_away_takes_nothing_from_files_and_gate() {
    let folder = Folder::new();
    let json = folder.path().join("a.json");
    let target = format!("json={}", json.to_str().unwrap());
    for format in FORMATS {
        let all = ["check", "--at", "2026-11-21", "samples", "--format", format, "--output", &target];
        let mut child = command(&all)
            .stdin(std::process::Stdio::null())
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        assert_eq!(child.wait().unwrap().code(), Some(2), "{format}");
        assert_eq!(fs::read_to_string(&json).unwrap(), check(&["samples"]).stdout, "{format}");
        fs::remove_file(&json).unwrap();
    }
}
