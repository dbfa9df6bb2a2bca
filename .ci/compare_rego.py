"""Every built-in rule on every saved payload, judged a second time by rego-cpp: it must say what Probity says.

Probity evaluates with regorus. An error of that engine would look like a verdict, so regopy (rego-cpp, written
independently) evaluates the same policy files on the same `input` documents with the same clock. The verdicts must be
the same, and of failures and inconclusive verdicts all reasons, with the places that they name.

usage: compare_rego.py PROBITY [POLICIES]

PROBITY is the binary; POLICIES, by default `policies`, is what regopy evaluates. Run by `.ci/regopy`.
"""

import json
import re
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path

from regopy import Interpreter

# The same moment twice: for Probity and, in nanoseconds, for regopy.
AT = "2026-11-21T00:00:00Z"
NOW_NS = 1795219200000000000

# Built-ins of rego-cpp 1.5.2 that do not do what OPA's do: the function that is called in their place, and why. It is
# put into the text of the policies: by `with`, rego-cpp replaces sprintf by undefined.
STAND_INS = {
    "time.parse_rfc3339_ns": (
        "parse(text) := time.parse_rfc3339_ns(regex.replace(text, `Z$`, `+00:00`))",
        "it reads numeric offsets only, and every time in an `input` document ends in Z",
    ),
    "sprintf": (
        "text(format, values) := sprintf(regex.replace(format, `%[ds]`, `%v`), plain(values))\n\n"
        "plain(values) := [json.unmarshal(json.marshal(value)) | some value in values]",
        "its %d wraps at 32 bits, its %s leaves null out, and a text that a built-in made is put in quotes",
    ),
}

# What else rego-cpp 1.5.2 does not do as OPA does, by rule: which engine may give a reason that the other does not, how
# its text looks, and why. All else of the rule is compared. A gap that no payload shows is an error: it is to be taken
# off the list.
KNOWN_GAPS = {
    "ALI-SAS-106": (
        "either",
        r"`([\d.]+)` is below `\1\.|`([\d.]+)\.[\d.]+` is below `\2`",
        "rego-cpp orders arrays by their text, so [[1, 2]] comes after [[1, 2], [1, 3]]",
    ),
    "AWS-SSM-003": ("regopy", r"critical or security patches", "in rego-cpp, `not` within `every` is always true"),
}


def main(probity, policies="policies"):
    # The one about resources that are expected is not in Rego.
    rules = json.loads(run(probity, "rules", "--exclude", "POPULATION-001", "--format", "json"))
    modules = read_modules(policies)
    engine = Engine(modules)
    differences = unequal_lists(rules, modules)
    evaluations, excused, resources, denials = Counter(), Counter(), set(), 0

    for rule, resource, document, finding in evaluated(probity, rules, differences):
        said = engine.evaluate(rule["package"], document)
        verdict, reasons, gaps = judge(rule["id"], said, finding)
        resources.add(resource)
        evaluations[rule["id"]] += 1
        excused[rule["id"]] += gaps
        denials += len(reasons) if verdict == "fail" else 0
        difference = unequal(verdict, reasons, finding)
        if difference:
            place = f"{finding['location']['file']}:{finding['location']['line']}"
            differences.append(f"{rule['id']} {place} ({finding['resource']['id']}): {difference}")

    differences += [f"{rule['id']} was evaluated on nothing" for rule in rules if not evaluations[rule["id"]]]
    differences += [f"{id} no longer shows its known gap" for id in KNOWN_GAPS if not excused[id]]
    if not denials:
        differences.append("nothing was denied")

    for name, (_, reason) in STAND_INS.items():
        print(f"rego-cpp's {name} is replaced: {reason}")
    for id, (side, _, reason) in KNOWN_GAPS.items():
        print(f"{id}: {excused[id]} of {evaluations[id]} evaluations have a reason of {side} alone: {reason}")
    print(*differences, sep="\n", end="\n" if differences else "")
    allowed = sum(excused.values())
    verdict = f"{len(differences)} DIFFERENCES" if differences else f"the same, {allowed} evaluations but for a known gap"
    counts = f"{len(evaluations)} rules, {len(resources)} resources, {sum(evaluations.values())} evaluations"
    print(f"{counts}, {denials} denials: {verdict}")
    return 1 if differences else 0


def read_modules(policies):
    """The policy files without their tests, by package."""
    texts = [p.read_text(encoding="utf-8") for p in Path(policies).rglob("*.rego") if not p.stem.endswith("_test")]
    return {re.search(r"^package (\S+)", text, re.MULTILINE)[1]: text for text in texts}


def unequal_lists(rules, modules):
    """What would leave a rule out of the comparison without a word."""
    denying = {package for package, text in modules.items() if defines(text, "deny")}
    known = {rule["package"] for rule in rules}
    gone = KNOWN_GAPS.keys() - {rule["id"] for rule in rules}
    return [f"{package} is a rule of one side only" for package in sorted(known ^ denying)] + [
        f"KNOWN_GAPS names {id}, which is no rule" for id in sorted(gone)
    ]


def defines(text, name):
    return re.search(rf"^(default )?{name}\b", text, re.MULTILINE) is not None


def batches():
    """The payload files, by the options that they are judged with: some cases `--set` params."""
    batches = defaultdict(list)
    for path in sorted([*Path("samples").rglob("*.*json"), *Path("tests/cases").rglob("*.*json")]):
        if path.name.endswith(".expected.json"):
            continue
        options = ["--at", AT]
        expected = path.with_name(f"{path.stem}.expected.json")
        if expected.exists():
            for param in json.loads(expected.read_text(encoding="utf-8")).get("set", []):
                options += ["--set", param]
        batches[tuple(options)].append(str(path))
    return batches.items()


def evaluated(probity, rules, differences):
    """What Probity evaluates: each rule with each of its resources, the `input` document, and the finding."""
    for options, files in batches():
        findings = defaultdict(list)
        for line in run(
            probity, "check", *options, "--include", "pass,not_applicable", "--format", "ndjson", *files
        ).splitlines():
            finding = json.loads(line)
            if "rule" in finding:  # the last line is the summary
                findings[finding["rule"]["id"], finding["location"]["file"]].append(finding)
        for rule in rules:
            documents = defaultdict(list)
            for line in run(probity, "inspect", "--inputs", "--rule", rule["id"], *options, *files).splitlines():
                source = json.loads(line)["source"]
                if source["operation"] in rule["applies_to"]:
                    documents[source["file"]].append(line)
            for file in files:
                # Both stand in the order of the resources in the file.
                inputs, found = documents[file], findings[rule["id"], file]
                if len(inputs) != len(found):
                    differences.append(f"{rule['id']} {file}: {len(inputs)} inputs, but {len(found)} findings")
                    continue
                for index, (document, finding) in enumerate(zip(inputs, found)):
                    yield rule, (file, index), document, finding


class Engine:
    """rego-cpp with all policies, and a compiled query for each rule."""

    def __init__(self, modules):
        self.modules = modules
        self.queries = {}
        self.interpreter = Interpreter()
        self.interpreter.strict_built_in_errors = True
        for package, text in modules.items():
            for name, (function, _) in STAND_INS.items():
                text = text.replace(f"{name}(", f"data.stand_in.{function.split('(')[0]}(")
            self.interpreter.add_module(package, text)
        stand_ins = [function for function, _ in STAND_INS.values()]
        self.interpreter.add_module("stand_in", "\n\n".join(["package stand_in", *stand_ins]))

    def evaluate(self, package, document):
        """What the package's rules are: whether it applies, its reasons to deny and to be inconclusive; or an error."""
        if package not in self.modules:
            return {"error": f"no package {package}"}
        # As text and not as a Python value, which would wrap large numbers.
        self.interpreter.set_input_term(document)
        try:
            output = self.interpreter.query_bundle(self.query(package))
        except json.JSONDecodeError as error:
            # What regopy took for an answer is rego-cpp's text of an error, and the syntax tree after it.
            return {"error": error.doc[:200]}
        if not output.ok() or len(output) != 1 or "said" not in output[0].bindings:
            return {"error": str(output)}
        # A list for each, empty where the rule is undefined.
        said = output[0]["said"]
        reasons = {
            name: [{"msg": reason} if isinstance(reason, str) else reason for reasons in said[name] for reason in reasons]
            for name in ("deny", "inconclusive")
        }
        return reasons | {"applies": said["applies"] == [True] or not defines(self.modules[package], "applies")}

    def query(self, package):
        if package not in self.queries:
            names = ("deny", "inconclusive", "applies")
            rules = ", ".join(f'"{name}": [value | value := data.{package}.{name}]' for name in names)
            query = f"said := {{{rules}}} with time.now_ns as {NOW_NS}"
            self.queries[package] = self.interpreter.build(query)
        return self.queries[package]


def judge(id, said, finding):
    """The verdict by what regopy said, its reasons, and whether a known gap had to be allowed for."""
    if "error" in said:
        return f"error {said['error']}", [], False
    if not said["applies"]:
        return "not_applicable", [], False
    used = False
    for name, verdict in (("deny", "fail"), ("inconclusive", "inconclusive")):
        reasons, gap = without_gap(id, said[name], finding, verdict)
        used = used or gap
        if reasons:
            return verdict, reasons, used
    return "pass", [], used


def without_gap(id, reasons, finding, verdict):
    """The reasons as they would be without the known gap of the rule, and whether that makes a difference."""
    if id not in KNOWN_GAPS:
        return reasons, False
    side, pattern, _ = KNOWN_GAPS[id]
    unmatched = Counter(finding["message"].split("; ") if finding["verdict"] == verdict else [])
    kept = []
    for reason in reasons:
        message = reason["msg"]
        if unmatched[message] and is_named(reason, finding):
            unmatched[message] -= 1
        elif side in ("regopy", "either") and re.search(pattern, message):
            continue
        kept.append(reason)
    alone = [message for message in unmatched.elements() if re.search(pattern, message)]
    added = [{"msg": message} for message in alone if side == "either"]
    return kept + added, len(kept) < len(reasons) or bool(added)


def is_named(reason, finding):
    """Whether the finding's evidence has the value that a reason names."""
    path = reason.get("path", "")
    steps = re.findall(r"[^.\[\]]+", path) if isinstance(path, str) else path
    pointer = "".join(f"/{step}" for step in steps)
    return not pointer or any(evidence["path"].endswith(pointer) for evidence in finding["evidence"])


def unequal(verdict, reasons, finding):
    """How regopy's verdict differs from Probity's finding, or None."""
    message = "; ".join(reason["msg"] for reason in reasons)
    # The order of the reasons is that of their places in the file, which regopy does not know.
    same = not reasons or sorted(message.split("; ")) == sorted(finding["message"].split("; "))
    if verdict != finding["verdict"] or not same:
        return f"regopy says {verdict}: {message}, but Probity {finding['verdict']}: {finding['message']}"
    for reason in reasons:
        if not is_named(reason, finding):
            return f"regopy names {reason['path']}, but Probity {[each['path'] for each in finding['evidence']]}"
    return None


def run(*command):
    """What a command prints. Its code says nothing here: the samples hold what cannot be judged, so it is 2."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8", check=False)
    if not done.stdout:
        sys.exit(f"{' '.join(command)} printed nothing and ended with {done.returncode}:\n{done.stderr}")
    return done.stdout


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
