"""Holds reports against schemas and against the result that they were made of, by readers of others."""

import csv
import json
import sys
from pathlib import Path

import jsonschema
import xmlschema
from junitparser import Error, Failure, JUnitXml, Skipped
from sarif import loader

reports, schemas = Path(sys.argv[1]), Path(sys.argv[2])
junit_schema = xmlschema.XMLSchema(schemas / "junit-10.xsd")
sarif_schema = json.loads((schemas / "sarif-2.1.0.json").read_text())
for owner in ("run", "toolComponent"):
    # The pattern that is wrong in this edition; see the README beside it.
    sarif_schema["definitions"][owner]["properties"]["language"]["pattern"] = "^[a-zA-Z]{2}(-[a-zA-Z]{2})?$"
gitlab_schema = json.loads((schemas / "gitlab-code-quality.json").read_text())


def same(what, found, expected):
    if found != expected:
        sys.exit(f"{what}: found {found}, expected {expected}")


for name in ("samples", "clean", "each"):
    result = json.loads((reports / f"{name}.json").read_text())
    findings = result["findings"]
    errors = [d for d in result["diagnostics"] if d["level"] == "error"]
    warns = result["settings"]["inconclusive"] == "warn"

    def count(*verdicts, known=False):
        return sum(f["verdict"] in verdicts and f.get("known", False) == known for f in findings)

    known = count("fail", "inconclusive", known=True)

    # JUnit: valid, and as many failures, errors and skipped cases as there are.
    junit_schema.validate(reports / f"{name}.junit")
    report = JUnitXml.fromfile(str(reports / f"{name}.junit"))
    stated = (report.tests, report.failures, report.errors)
    cases = [case for suite in report for case in suite]
    kinds = [[type(r) for r in case.result] for case in cases]
    counted = (len(cases), kinds.count([Failure]), kinds.count([Error]))
    same(f"{name}: JUnit's counts", stated, counted)
    gate = result["gate"]
    same(
        f"{name}: JUnit's cases",
        (*counted, kinds.count([Skipped])),
        (
            len(findings) + len(errors) + 1,
            count("fail", "inconclusive") + (gate == "fail"),
            count("error") + len(errors) + (gate == "error"),
            count("waived", "not_applicable") + known,
        ),
    )
    assert not warns

    # SARIF: valid, and a result for each problem, for each that is accepted and for each file that could not be judged.
    log = json.loads((reports / f"{name}.sarif").read_text())
    jsonschema.validate(log, sarif_schema)
    read = loader.load_sarif_file(str(reports / f"{name}.sarif"))
    results = read.get_results()
    told = count("fail", "inconclusive", "waived", "error") + known
    in_files = sum(d["file"] is not None and not d["file"].startswith("builtin:") for d in errors)
    same(f"{name}: SARIF's results", len(results), told + in_files)
    same(f"{name}: SARIF's gate", log["runs"][0]["invocations"][0]["executionSuccessful"], gate != "error")

    # GitLab: valid, and no two fingerprints are equal.
    issues = json.loads((reports / f"{name}.gitlab").read_text())
    jsonschema.validate(issues, gitlab_schema)
    same(f"{name}: GitLab's issues", len(issues), count("fail", "inconclusive", "error") + len(errors))
    same(f"{name}: GitLab's fingerprints", len({issue["fingerprint"] for issue in issues}), len(issues))

    # CSV: a row for each finding and for each error, in their order.
    with open(reports / f"{name}.csv", encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    same(f"{name}: rows", len(rows), len(findings) + len(errors))
    for row, finding in zip(rows[len(errors) :], findings):
        same(f"{name}: a row", (row["verdict"], row["fingerprint"]), (finding["verdict"], finding["fingerprint"]))
        values = [e["value"] for e in finding["evidence"] if not (e.keys() & {"absent", "redacted", "truncated"})]
        same(f"{name}: evidence", [e["value"] for e in json.loads(row["evidence"]) if "value" in e], values)

    # GitHub: one line for each annotation, and the gate at last.
    lines = (reports / f"{name}.github").read_text().splitlines()
    same(f"{name}: GitHub's last line", lines[-1].startswith(f"gate: {gate.upper()}, "), True)

print("formats read by others: JUnit, SARIF, GitLab, CSV, GitHub")
