//! Other tools, with the same rules and inputs, on a slice that they can handle.
//!
//! They get what `probity inspect --inputs` prints, which is what rules see: the reading, typing and checking of the payload is
//! done for them. Params, which differ from rule to rule, are those of all ten in one object, which is possible since
//! no two give the same name another value; all regions are allowed, since tools do not know `applies` and would
//! deny each. Their clock cannot be set, so that ages come out otherwise; that costs the same.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use crate::data::{CLOCK, NODES};
use crate::measure::{Job, by_turns};
use crate::table::{Table, grouped, megabytes, number, processor, seconds};
use crate::{Bench, note};

/// Where the rules of the operation are, below `policies`.
const RULES: &str = "huawei/coc/list_instance_compliant";

/// The same package, as OPA writes it.
const PACKAGE: &str = "data.policies.huawei.coc.list_instance_compliant";

/// The regions that records are made for.
const REGIONS: [&str; 4] = ["cn-north-4", "cn-east-3", "ap-southeast-1", "eu-west-101"];

/// The rules that another language can say: half of the ten.
const GUARD: &str = r"
rule status_is_compliant { resource.status == 'compliant' }
rule no_critical_non_compliant { resource.non_compliant_summary.severity_summary.critical_count <= 0 }
rule no_high_non_compliant { resource.non_compliant_summary.severity_summary.high_count <= 0 }
rule baseline_assigned { resource.baseline_id not empty }
rule group_assigned { resource.group not empty }
";

/// What tools get.
struct Inputs {
    /// The records themselves, one a line.
    lines: PathBuf,
    /// A file for each input.
    folder: PathBuf,
    /// All inputs as one document, `{"inputs": […]}`.
    document: PathBuf,
}

/// A way to use a tool.
type Way = fn(&Path, &Setting, &Inputs) -> Job;

/// A tool that is there, and what it does with inputs.
struct Peer {
    name: String,
    job: Way,
    program: PathBuf,
}

/// What tools get beside inputs.
struct Setting {
    policies: PathBuf,
    guard: PathBuf,
}

/// Compares.
pub(crate) fn peers(bench: &Bench) -> io::Result<String> {
    let count = bench.options.peer_records.max(2);
    let params = params(bench)?;
    let (one, slice) = (inputs(bench, 1, &params)?, inputs(bench, count, &params)?);
    let setting = setting(bench)?;
    let all = bench.data.lines(NODES, "realistic", bench.options.records)?;
    let [limit] = by_turns([&bench.limit(&all, NODES)], bench.options.runs)?;
    let limit_micros = limit.wall / number(bench.options.records) * 1e6;

    let columns = ["tool", "wall", "CPU", "peak", "the first record", "µs for each more", "times the limit"];
    let title = format!("Other tools: {} realistic nodes, the ten rules", grouped(count));
    let mut table = Table::new(title, &columns);
    let probity = bench.check_nodes(&slice.lines);
    let of_one = bench.check_nodes(&one.lines);
    let reference = probity.clone().arg("--reference");
    let reference_of_one = of_one.clone().arg("--reference");
    let mut rows = vec![
        ("probity".to_owned(), probity, of_one),
        ("probity `--reference`".to_owned(), reference, reference_of_one),
    ];
    for Peer { name, job, program } in found() {
        rows.push((name, job(&program, &setting, &slice), job(&program, &setting, &one)));
    }
    for (name, job, of_one) in rows {
        note(&name);
        let (measured, first) = match by_turns([&job, &of_one], bench.options.runs) {
            Ok([measured, first]) => (measured, first),
            Err(error) => {
                note(&error.to_string());
                table.note(format!("{name} did not run: its command failed."));
                continue;
            }
        };
        let micros = (measured.wall - first.wall) / number(count - 1) * 1e6;
        table.row(&[
            name,
            seconds(measured.wall),
            processor(&measured),
            megabytes(measured.peak_kib),
            seconds(first.wall),
            format!("{micros:.1}"),
            format!("{:.0}", micros / limit_micros),
        ]);
    }
    table.note(format!(
        "The limit is {limit_micros:.2} µs a record, from the bare parse of {} records.",
        grouped(bench.options.records)
    ));
    Ok(table.finish())
}

/// The tools that are there: on the path, or in `target/tools`.
fn found() -> Vec<Peer> {
    let mut peers = Vec::new();
    let mut add = |name: &str, version: &[&str], ways: &[(&str, Way)]| {
        let Some((program, version)) = program(name, version) else {
            return note(&format!("{name} is not there"));
        };
        for (way, job) in ways {
            peers.push(Peer { name: format!("{version}, `{way}`"), job: *job, program: program.clone() });
        }
    };
    add("opa", &["version"], &[("opa eval", opa_eval), ("opa exec", opa_exec)]);
    add("conftest", &["--version"], &[("conftest test", conftest)]);
    add("cfn-guard", &["--version"], &[("cfn-guard validate", cfn_guard)]);
    peers
}

/// Where a tool is, and its version.
fn program(name: &str, version: &[&str]) -> Option<(PathBuf, String)> {
    let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/tools");
    [PathBuf::from(name), tools.join(name), tools.join("bin").join(name)].into_iter().find_map(|program| {
        let text = Job::new(&program).args(version.iter().copied()).output().ok()?;
        let line = text.lines().next()?;
        let number = line.rsplit(' ').next()?;
        Some((program, format!("{name} {number}")))
    })
}

/// All documents by one call.
fn opa_eval(program: &Path, setting: &Setting, inputs: &Inputs) -> Job {
    let query = format!("[verdicts | some one in data.inputs; verdicts := {PACKAGE} with input as one]");
    Job::new(program)
        .args(["eval", "--format", "json", "--data"])
        .arg(&setting.policies)
        .arg("--data")
        .arg(&inputs.document)
        .arg(query)
}

/// A file for each document.
fn opa_exec(program: &Path, setting: &Setting, inputs: &Inputs) -> Job {
    Job::new(program)
        .args(["exec", "--decision", &PACKAGE.trim_start_matches("data.").replace('.', "/"), "--bundle"])
        .arg(&setting.policies)
        .arg(&inputs.folder)
}

/// A file for each document; it ends with 1 where something is denied.
fn conftest(program: &Path, setting: &Setting, inputs: &Inputs) -> Job {
    Job::new(program)
        .args(["test", "--all-namespaces", "--output", "json", "--policy"])
        .arg(&setting.policies)
        .arg(&inputs.folder)
        .accepts(&[0, 1])
}

/// A file for each document; it ends with 19 where something fails.
fn cfn_guard(program: &Path, setting: &Setting, inputs: &Inputs) -> Job {
    Job::new(program)
        .args(["validate", "--show-summary", "none", "--rules"])
        .arg(&setting.guard)
        .arg("--data")
        .arg(&inputs.folder)
        .accepts(&[0, 19])
}

/// The params of the ten rules in one object, see above.
fn params(bench: &Bench) -> io::Result<Map<String, Value>> {
    let told =
        Job::new(bench.data.probity()).args(["rules", "--rule", "HWC-*", "--format", "json"]).output()?;
    let rules: Vec<Value> = serde_json::from_str(&told)?;
    let mut all = Map::new();
    for (name, value) in rules.iter().filter_map(|rule| rule.get("params")?.as_object()).flatten() {
        if all.insert(name.clone(), value.clone()).is_some_and(|before| before != *value) {
            note(&format!("rules differ in their param `{name}`: tools get the last"));
        }
    }
    all.insert("allowed_regions".to_owned(), REGIONS.into_iter().collect());
    Ok(all)
}

/// Inputs in every form, made anew.
fn inputs(bench: &Bench, count: u64, params: &Map<String, Value>) -> io::Result<Inputs> {
    let lines = bench.data.lines(NODES, "realistic", count)?;
    let folder = bench.data.path(&format!("inputs-{count}"));
    let document = bench.data.path(&format!("inputs-{count}.json"));
    let told = Job::new(bench.data.probity())
        .args(["inspect", "--inputs", "--as", NODES.operation, "--at", CLOCK])
        .arg(&lines)
        .output()?;
    fs::create_dir_all(&folder)?;
    let mut all = Vec::new();
    for (index, line) in told.lines().enumerate() {
        let mut input: Value = serde_json::from_str(line)?;
        if let Some(input) = input.as_object_mut() {
            input.insert("params".to_owned(), Value::Object(params.clone()));
        }
        fs::write(folder.join(format!("{index:06}.json")), input.to_string())?;
        all.push(input);
    }
    let mut file = fs::File::create(&document)?;
    file.write_all(serde_json::json!({ "inputs": all }).to_string().as_bytes())?;
    Ok(Inputs { lines, folder, document })
}

/// The rules without their tests, with the functions that they share, and those for another tool.
fn setting(bench: &Bench) -> io::Result<Setting> {
    let policies = bench.data.path("policies");
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("policies");
    for part in [RULES, "lib"] {
        fs::create_dir_all(policies.join(part))?;
        for entry in fs::read_dir(from.join(part))? {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default();
            if !name.to_string_lossy().ends_with("_test.rego") {
                fs::copy(&path, policies.join(part).join(name))?;
            }
        }
    }
    let guard = bench.data.path("rules.guard");
    fs::write(&guard, GUARD)?;
    Ok(Setting { policies, guard })
}
