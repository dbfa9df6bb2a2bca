"""Reads OSCAL, OCSF and Markdown reports by other people's readers, and compares what they say with the result."""

import collections
import copy
import json
import pathlib
import re
import sys

import cmarkgfm
import jsonschema
from cmarkgfm.cmark import Options
from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema
from py_ocsf_models.events.findings.compliance_finding import ComplianceFinding
from trestle.oscal.assessment_results import AssessmentResults

STATUS = {
    "pass": "Pass",
    "fail": "Fail",
    "waived": "Fail",
    "inconclusive": "Warning",
    "not_applicable": "Not Applicable",
    "error": "Error",
}


def oscal(path, result):
    document = AssessmentResults.oscal_read(path)
    [read] = document.results
    verdicts = collections.Counter()
    for observation in read.observations or []:
        verdicts.update(prop.value for prop in observation.props if prop.name == "verdict")
    expected = collections.Counter(finding["verdict"] for finding in result["findings"])
    assert verdicts == expected, (verdicts, expected)
    counted = {policy["id"]: policy["verdicts"] for policy in result["policies"]}
    satisfied = 0
    for finding in read.findings or []:
        [rule] = [prop.value for prop in finding.props if prop.name == "rule-id"]
        if finding.target.status.state.value == "satisfied":
            satisfied += 1
            bad = {name: count for name, count in counted[rule].items() if count and name not in ("pass", "not_applicable")}
            assert not bad and counted[rule]["pass"] > 0, (rule, counted[rule])
    return f"{len(read.observations or [])} observations, {len(read.findings or [])} findings, {satisfied} satisfied"


def ocsf(path, result):
    schema = OcsfJsonSchemaEmbedded(get_ocsf_schema(version="1.8.0")).get_class_schema("compliance_finding", ["cloud"])
    without = copy.deepcopy(schema)
    without["required"].remove("cloud")
    del without["properties"]["cloud"]
    validators = [jsonschema.Draft202012Validator(schema) for schema in (without, schema)]
    statuses, names = collections.Counter(), set()
    for line in path.read_text().splitlines():
        event = json.loads(line)
        validators["profiles" in event["metadata"]].validate(event)
        ComplianceFinding.model_validate(event)
        statuses[event["compliance"]["status"]] += 1
        names.add(event["metadata"]["uid"])
    expected = collections.Counter(STATUS[finding["verdict"]] for finding in result["findings"])
    expected["Unknown"] += len(result["diagnostics"])
    assert statuses == +expected, (statuses, expected)
    assert len(names) == statuses.total()
    return f"{statuses.total()} events"


def markdown(path, result):
    html = cmarkgfm.github_flavored_markdown_to_html(path.read_text(), Options.CMARK_OPT_UNSAFE)
    tags = set(re.findall(r"</?([a-zA-Z0-9]+)", html))
    ours = set("h1 h2 p code em strong ul li br a table thead tbody tr th td details summary".split())
    assert tags <= ours, tags - ours
    rows = [row.count("<td") + row.count("<th ") + row.count("<th>") for row in re.findall(r"<tr>.*?</tr>", html, re.S)]
    assert set(rows) == {9}, rows
    assert f"Gate: {result['gate'].upper()}" in html
    return f"{len(rows)} rows, {html.count('<details>')} details"


def main(folder, names):
    folder = pathlib.Path(folder)
    for name in names:
        result = json.loads((folder / f"{name}.json").read_text())
        assert json.loads((folder / f"{name}.again.json").read_text()) == result, f"{name}: the JSON is not the same again"
        print(f"oscal {name}: {oscal(folder / f'{name}.oscal.json', result)}")
        print(f"ocsf {name}: {ocsf(folder / f'{name}.ocsf.ndjson', result)}")
        print(f"markdown {name}: {markdown(folder / f'{name}.md', result)}")


main(sys.argv[1], sys.argv[2:])
