//! The whole story: a red fleet, its ratchet, a new failure, a waiver that expires, a repair, and all formats in one run.

use std::fs;

use serde_json::Value;

use super::waivers::failing;
use crate::support::{Folder, Outcome, page, probity, report};

const FORMATS: [&str; 12] = [
    "pretty", "json", "ndjson", "sarif", "junit", "markdown", "html", "csv", "github", "gitlab", "oscal",
    "ocsf",
];

#[test]
fn a_gate_over_the_years() {
    let folder = Folder::new();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (ratchet, waivers, expected) = (path("ratchet.json"), path("waivers.toml"), path("fleet.txt"));
    folder.file("fleet.txt", "web-1\nweb-2\nweb-3\n");
    let fleet = |states: &[(&str, bool)]| {
        let reports: Vec<Value> =
            states.iter().map(|(id, fails)| if *fails { failing(id) } else { report(id) }).collect();
        folder.file("fleet.json", page(&reports))
    };
    let check = |at: &str, input: &str, more: &[&str]| -> Outcome {
        let all =
            ["check", "--format", "json", "--rule", "HWC-COC-003", "--expect", &expected, "--at", at, input];
        probity(&[&all, more].concat())
    };

    // Day one: the fleet is red.
    let input = fleet(&[("web-1", true), ("web-2", false), ("web-3", false)]);
    let red = check("2026-11-21", &input, &[]);
    assert_eq!((red.code, red.verdicts("fail")), (1, 1));

    // The ratchet is accepted, and the gate opens.
    let with_ratchet = ["--ratchet", ratchet.as_str()];
    let accept = ["--ratchet", ratchet.as_str(), "--write-ratchet", "--accept-new"];
    assert_eq!(check("2026-11-21", &input, &accept).code, 0);
    let first = check("2026-11-21", &input, &with_ratchet);
    assert_eq!(first.code, 0);
    let first = folder.file("first.json", first.stdout);

    // A new failure is caught.
    let input = fleet(&[("web-1", true), ("web-2", true), ("web-3", false)]);
    let caught = check("2026-11-28", &input, &with_ratchet);
    assert_eq!((caught.code, caught.json()["ratchet"]["new"].as_u64()), (1, Some(1)));
    let caught = folder.file("caught.json", caught.stdout);
    let compared = probity(&["diff", &first, &caught]);
    assert_eq!(compared.code, 1, "{}", compared.stdout);
    assert!(compared.stdout.contains("new (1)\n  HWC-COC-003 high fail on web-2"), "{}", compared.stdout);

    // It is waived.
    let waive = probity(&[
        "waive",
        &caught,
        "--rule",
        "HWC-COC-003",
        "--resource",
        "web-2",
        "--reason",
        "window on the 20th",
        "--owner",
        "web-team",
        "--expires",
        "2026-12-20",
        "--ticket",
        "OPS-7",
        "--waivers",
        &waivers,
        "--at",
        "2026-11-28",
    ]);
    assert_eq!(waive.code, 0, "{}", waive.stderr);
    let both = ["--ratchet", ratchet.as_str(), "--waivers", waivers.as_str()];
    let waived = check("2026-11-29", &input, &both);
    assert_eq!((waived.code, waived.verdicts("waived"), waived.codes()), (0, 1, vec![]));
    let soon = check("2026-12-20T23:59:59Z", &input, &both);
    assert_eq!((soon.code, soon.codes()), (0, vec!["waiver.expiring".to_owned()]));

    // The waiver expires, and the failure counts again.
    let expired = check("2026-12-21", &input, &both);
    assert_eq!((expired.code, expired.codes()), (1, vec!["waiver.expired".to_owned()]));

    // Both are mended: the ratchet is tightened, the waiver is not needed any more.
    let input = fleet(&[("web-1", false), ("web-2", false), ("web-3", false)]);
    let tighten = [both.as_slice(), &["--write-ratchet", "--include", "pass,not_applicable"]].concat();
    let mended = check("2026-12-22", &input, &tighten);
    assert_eq!((mended.code, mended.codes()), (0, vec!["waiver.unused".to_owned()]));
    assert_eq!(mended.json()["ratchet"]["settled"][0]["state"], "fixed");
    let entries: Value = serde_json::from_str(&fs::read_to_string(&ratchet).unwrap()).unwrap();
    assert_eq!(entries["entries"], serde_json::json!([]));
    let mended = folder.file("mended.json", mended.stdout);
    let compared = probity(&["diff", &caught, &mended]);
    assert_eq!(compared.code, 0, "{}", compared.stdout);
    assert!(compared.stdout.contains("0 new, 2 fixed, 0 unchanged"), "{}", compared.stdout);

    // A node falls out of the scan: that is no pass.
    let input = fleet(&[("web-1", false), ("web-2", true)]);
    let lost = check("2026-12-23", &input, &both);
    assert_eq!((lost.code, lost.verdicts("fail")), (1, 2));

    write_all_formats(
        &folder,
        &["--expect", &expected, "--ratchet", &ratchet, "--waivers", &waivers, "--at", "2026-12-23", &input],
    );
}

/// All formats in one run, and again from what it saved.
fn write_all_formats(folder: &Folder, more: &[&str]) {
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let mut arguments = vec!["check", "--rule", "HWC-COC-003", "--excerpts"];
    arguments.extend(more);
    let targets: Vec<String> = FORMATS.iter().map(|format| format!("{format}={}", path(format))).collect();
    for target in &targets {
        arguments.extend(["--output", target]);
    }
    arguments.extend(["--include", "pass,not_applicable"]);
    let outcome = probity(&arguments);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (1, ""), "{}", outcome.stderr);
    for format in FORMATS {
        let written = fs::read_to_string(path(format)).unwrap();
        assert!(written.contains("HWC-COC-003") && written.contains("POPULATION-001"), "{format}");
        let again = probity(&["report", &path("json"), "--format", format]);
        assert_eq!((again.code, again.stderr.as_str()), (0, ""), "{format}");
        assert_eq!(again.stdout, written, "{format}");
    }
}
