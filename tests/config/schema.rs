//! The published schema, held against the reader.

use std::fs;
use std::path::Path;

use probity::config::{Config, Keys, OutputFormat, config_schema};
use probity::report::Format;
use probity::source::Diagnostic;
use serde_json::{Value, json};
use toml::de::{DeTable, DeValue};

use crate::support::root;

/// Reads a configuration as the tool does.
pub(super) fn read(text: &[u8]) -> Result<Config, Vec<Diagnostic>> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("probity.toml");
    fs::write(&path, text).unwrap();
    Config::read(&path, Path::new("/"))
}

/// The document as JSON, as editors hand it to a schema.
pub(super) fn as_json(text: &str) -> Value {
    fn value(toml: &DeValue<'_>) -> Value {
        match toml {
            DeValue::String(text) => Value::from(text.as_ref()),
            DeValue::Boolean(truth) => Value::from(*truth),
            DeValue::Datetime(datetime) => Value::from(datetime.to_string()),
            DeValue::Integer(integer) => {
                i64::from_str_radix(integer.as_str(), integer.radix()).map_or(json!(1e300), Value::from)
            }
            DeValue::Float(float) => json!(float.as_str().parse::<f64>().unwrap()),
            DeValue::Array(elements) => elements.iter().map(|element| value(element.get_ref())).collect(),
            DeValue::Table(members) => table(members),
        }
    }
    fn table(members: &DeTable<'_>) -> Value {
        members.iter().map(|(key, member)| (key.to_string(), value(member.get_ref()))).collect()
    }
    table(DeTable::parse(text).unwrap_or_else(|error| panic!("{text}: {error}")).get_ref())
}

/// Documents, and whether they are valid.
const DOCUMENTS: [(&str, bool); 145] = [
    ("", true),
    ("# nothing", true),
    ("unknown = 1", false),
    ("Inputs = []", false),
    ("inputs = []", true),
    ("inputs = ['a', '-', '*.json', '../x']", true),
    ("inputs = 'a'", false),
    ("inputs = [1]", false),
    ("inputs = ['']", false),
    ("inputs = [['a']]", false),
    ("as = 'aws.ssm.GetPatchBaseline'", true),
    ("as = 'GetPatchBaseline'", true),
    ("as = 'aws'", false),
    ("as = 1", false),
    ("as = ''", false),
    ("strict = true", true),
    ("strict = 'true'", false),
    ("strict = 1", false),
    ("allow_incomplete = false", true),
    ("allow_incomplete = []", false),
    ("allow_empty = true", true),
    ("allow_empty = {}", false),
    ("max_age = '7d'", true),
    ("max_age = '0s'", true),
    ("max_age = '007w'", true),
    ("max_age = '7'", false),
    ("max_age = 7", false),
    ("max_age = '7D'", false),
    ("max_age = ' 7d'", false),
    ("max_age = '7d '", false),
    ("max_age = '-7d'", false),
    ("max_age = '1.5h'", false),
    ("max_age = ''", false),
    ("max_age = 2026-01-01", false),
    ("max_file_size = 1", true),
    ("max_file_size = 0x10", true),
    ("max_file_size = '16GiB'", true),
    ("max_file_size = '16 gb'", true),
    ("max_file_size = '500'", true),
    ("max_file_size = '500b'", true),
    ("max_file_size = '64k'", true),
    ("max_file_size = '0'", false),
    ("max_file_size = '00KiB'", false),
    ("max_file_size = 0", false),
    ("max_file_size = -5", false),
    ("max_file_size = 1.5", false),
    ("max_file_size = '1.5GiB'", false),
    ("max_file_size = '1PiB'", false),
    ("max_file_size = 'GiB'", false),
    ("max_file_size = true", false),
    ("max_ratio = 1", true),
    ("max_ratio = 9223372036854775807", true),
    ("max_ratio = 0", false),
    ("max_ratio = -1", false),
    ("max_ratio = '200'", false),
    ("threads = 1", true),
    ("threads = 1024", true),
    ("threads = 0", false),
    ("threads = 1025", false),
    ("threads = 'all'", false),
    ("policies = ['a']", true),
    ("policies = []", true),
    ("policies = 'a'", false),
    ("policies = [true]", false),
    ("policies = ['']", false),
    ("builtin = false", true),
    ("builtin = 'no'", false),
    ("rules = ['AWS-*', '{A,B}-001']", true),
    ("rules = []", true),
    ("rules = [1]", false),
    ("rules = ['']", false),
    ("rules = 'AWS-*'", false),
    ("[rules.AWS-SSM-001]\nenabled = false", false),
    ("exclude = ['AWS-*']", true),
    ("exclude = [[]]", false),
    ("fail_on = 'high'", true),
    ("fail_on = 'High'", false),
    ("fail_on = 'none'", false),
    ("inconclusive = 'warn'", true),
    ("inconclusive = 'pass'", false),
    ("inconclusive = true", false),
    ("include = ['pass', 'not_applicable', 'pass']", true),
    ("include = ['fail']", false),
    ("include = 'pass'", false),
    ("waivers = ['waivers.toml']", true),
    ("waivers = 'waivers.toml'", false),
    ("waiver_notice = '14d'", true),
    ("waiver_notice = 14", false),
    ("ratchet = 'last.json'", true),
    ("ratchet = ''", false),
    ("ratchet = ['last.json']", false),
    ("format = 'sarif'", true),
    ("format = 'xml'", false),
    ("group_by = 'control'", true),
    ("group_by = 'owner'", false),
    ("excerpts = true", true),
    ("excerpts = 'yes'", false),
    ("output = []", true),
    ("[[output]]\nformat = 'json'\nfile = 'x'", true),
    ("output = [{ format = 'json', file = '-' }]", true),
    ("[[output]]\nformat = 'json'", false),
    ("[[output]]\nfile = 'x'", false),
    ("[[output]]\nformat = 'json'\nfile = 'x'\nmode = 1", false),
    ("[output]\nformat = 'json'\nfile = 'x'", false),
    ("output = ['json=x']", false),
    ("[[expect]]\nfile = 'nodes.csv'\noperation = 'ListInstanceCompliant'\ncolumn = 'id'", true),
    ("[[expect]]\nfile = 'nodes.csv'", true),
    ("[[expect]]\noperation = 'ListInstanceCompliant'", false),
    ("[[expect]]\nfile = 'x'\noperation = 'x'", false),
    ("[[expect]]\nfile = 'x'\ncolumn = 0", false),
    ("fetch = []", true),
    ("[[fetch]]\noperation = 'ListPublishBatch'", true),
    (
        "[[fetch]]\noperation = 'aws.ssm.GetPatchBaseline'\nprofiles = ['a', 'b']\nregions = ['eu-west-1']\nall = 'self'",
        true,
    ),
    (
        "[[fetch]]\noperation = 'ListInstancePatchStates'\naccount = '1'\ninstance_ids = ['i-1']\nendpoint = 'https://x'",
        true,
    ),
    (
        "[[fetch]]\noperation = 'ListInstanceCompliant'\nparams = { limit = 100, region = 'x' }\nbaseline_ids = ['pb']",
        true,
    ),
    ("[[fetch]]\noperation = 'ListInstanceCompliant'\ninstances_from = '../ids.txt'\npage_size = 100", true),
    ("[[fetch]]\noperation = 'ListPublishBatch'\nupgrade_version = '0.0.9'\npage_size = 1", true),
    ("[[fetch]]\noperation = 'ListPublishBatch'\npage_size = 4294967295", true),
    ("[[fetch]]\noperation = 'ListPublishBatch'\npage_size = 4294967296", false),
    ("[[fetch]]\noperation = 'ListPublishBatch'\npage_size = 0", false),
    ("[[fetch]]\noperation = 'ListPublishBatch'\npage_size = -1", false),
    ("[[fetch]]\noperation = 'ListPublishBatch'\npage_size = '20'", false),
    ("[[fetch]]\noperation = 'ListInstanceCompliant'\ninstances_from = ''", false),
    ("[[fetch]]\noperation = 'ListInstanceCompliant'\ninstances_from = ['ids.txt']", false),
    ("[[fetch]]\noperation = 'ListPublishBatch'\nupgrade_version = 1", false),
    ("[[fetch]]\noperation = 'ListPublishBatch'\nrate = 5", false),
    ("[[fetch]]\noperation = 'GetPatchBaseline'\nowner = 'self'", false),
    ("[[fetch]]\nregions = ['eu-west-1']", false),
    ("[[fetch]]\noperation = 'DescribeInstances'", false),
    ("[[fetch]]\noperation = 'ListPublishBatch'\nregions = 'eu-west-1'", false),
    ("[[fetch]]\noperation = 'ListPublishBatch'\nprofiles = ['']", false),
    ("[[fetch]]\noperation = 'ListPublishBatch'\naccount = 1", false),
    ("[[fetch]]\noperation = 'GetPatchBaseline'\nall = true", false),
    ("[[fetch]]\noperation = 'GetPatchBaseline'\nbaseline_ids = [1]", false),
    ("[[fetch]]\noperation = 'GetPatchBaseline'\nparams = ['a']", false),
    ("[[fetch]]\noperation = 'GetPatchBaseline'\nout = 'x'", false),
    ("[fetch]\noperation = 'GetPatchBaseline'", false),
    ("[rule]", true),
    (
        "[rule.AWS-SSM-001]\nenabled = true\nseverity = 'low'\nparams = { max = 1, x = [1, 'a', { b = 2026-01-01 }] }",
        true,
    ),
    ("[rule.'AWS-*']", true),
    ("[rule.X]\nenabled = 'true'", false),
    ("[rule.X]\nseverity = 'none'", false),
    ("[rule.X]\nparams = [1]", false),
    ("[rule.X]\nmax = 1", false),
    ("[rule.'']", false),
];

/// Documents that only the reader can refuse.
const BEYOND: [&str; 9] = [
    // Globs.
    "rules = ['[']",
    "exclude = ['{']",
    "[rule.'[']",
    // Ages and sizes that are too large.
    "max_age = '999999999d'",
    "waiver_notice = '99999999999999999999s'",
    "max_file_size = '99999999999T'",
    // Numbers that are none to a rule.
    "[rule.X.params]\na = 99999999999999999999",
    "[rule.X.params]\na = inf",
    "max_ratio = 99999999999999999999",
];

#[test]
fn the_schema_and_the_reader_agree() {
    let validator = jsonschema::validator_for(&config_schema()).unwrap();
    for (document, valid) in DOCUMENTS {
        assert_eq!(read(document.as_bytes()).is_ok(), valid, "the reader on {document}");
        assert_eq!(validator.is_valid(&as_json(document)), valid, "the schema on {document}");
    }
    for document in BEYOND {
        assert!(read(document.as_bytes()).is_err(), "{document}");
        if !document.contains("inf") {
            assert!(validator.is_valid(&as_json(document)), "{document}");
        }
    }
}

#[test]
fn every_key_is_tried_with_what_it_takes_and_with_what_it_does_not() {
    for key in Keys::KEYS {
        for wanted in [true, false] {
            let tried = DOCUMENTS.iter().any(|(document, valid)| {
                let names = document.split(['=', ']', '.', '\n']).next().unwrap().trim_matches(['[', ' ']);
                names == *key && *valid == wanted
            });
            assert!(tried, "{key} {wanted}");
        }
    }
}

#[test]
fn any_value_for_any_key_is_judged_alike() {
    let validator = jsonschema::validator_for(&config_schema()).unwrap();
    let values = [
        "true",
        "0",
        "1",
        "-1",
        "1024",
        "5000",
        "1.0",
        "1.5",
        "''",
        "'-'",
        "'a'",
        "'7d'",
        "'1GiB'",
        "'pass'",
        "'fail'",
        "'low'",
        "'json'",
        "'rule'",
        "'ListPublishBatch'",
        "2026-01-01",
        "[]",
        "['a']",
        "['pass']",
        "[1]",
        "[[]]",
        "[{}]",
        "{}",
        "{ a = 1 }",
        "{ a = {} }",
        "{ enabled = true }",
        "{ a = { enabled = true } }",
        "[{ file = 'x' }]",
        "[{ file = 'x', format = 'json' }]",
        "[{ operation = 'ListPublishBatch' }]",
        "{ params = {} }",
        "{ a = { params = { b = [] } } }",
    ];
    let mut valid = Vec::new();
    for key in Keys::KEYS {
        for value in values {
            let document = format!("{key} = {value}");
            let read = read(document.as_bytes()).is_ok();
            // To JSON Schema 1.0 is a whole number, and a date a text; TOML tells them apart.
            if !["1.0", "2026-01-01"].contains(&value) || read {
                assert_eq!(validator.is_valid(&as_json(&document)), read, "{document}");
            }
            valid.extend(read.then_some(*key));
        }
    }
    valid.dedup();
    let untried: Vec<_> = Keys::KEYS.iter().filter(|key| !valid.contains(key)).collect();
    assert!(untried.is_empty(), "no value is one for {untried:?}");
}

#[test]
fn the_published_schema_is_current_and_described() {
    let path = root().join("docs/schemas/probity.toml.schema.json");
    let printed = crate::support::probity(&["schema", "config"]).stdout;
    if std::env::var_os("PROBITY_UPDATE").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, &printed).unwrap();
    }
    assert_eq!(fs::read_to_string(&path).unwrap_or_default(), printed, "run with PROBITY_UPDATE=1");
    let schema: Value = serde_json::from_str(&printed).unwrap();
    assert!(jsonschema::meta::is_valid(&schema));
    let properties = schema["properties"].as_object().unwrap();
    assert_eq!(properties.len(), Keys::KEYS.len());
    for key in Keys::KEYS {
        let description = properties[*key]["description"].as_str();
        assert!(description.is_some_and(|text| !text.is_empty()), "{key}");
    }
    assert_eq!(schema["additionalProperties"], false);
}

#[test]
fn the_formats_are_those_of_reports() {
    let known: Vec<&str> = OutputFormat::ALL.iter().map(|format| format.as_str()).collect();
    assert_eq!(known, Format::ALL.map(Format::as_str));
}

/// The keys that a page of documentation explains: those that begin a row of its tables.
fn explained(page: &str) -> Vec<&str> {
    let tables = page.split("## The command line").next().unwrap();
    tables.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).collect()
}

#[test]
fn every_key_is_documented_with_its_default() {
    let page = fs::read_to_string(root().join("docs/config.md")).unwrap();
    let explained = explained(&page);
    let keys: Vec<String> = Keys::KEYS
        .iter()
        .filter(|key| !["output", "expect", "fetch", "rule"].contains(key))
        .map(|key| (*key).to_owned())
        .chain(
            ["output.format", "output.file", "expect.file", "expect.operation", "expect.column"]
                .map(str::to_owned),
        )
        .chain(probity::config::FetchKeys::KEYS.iter().map(|key| format!("fetch.{key}")))
        .chain(["rule.ID.enabled", "rule.ID.severity", "rule.ID.params"].map(str::to_owned))
        .collect();
    assert_eq!(explained, keys, "each once, in the order of the schema");
    let defaults = crate::support::probity(&["config", "--no-config", "--format", "json"]);
    let tables = page.split("## The command line").next().unwrap();
    for line in tables.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = line.split(" | ").collect();
        let [key, _, default, ..] = cells[..] else { panic!("{line}") };
        let key = key.trim_matches(['|', ' ', '`']);
        if key.contains('.') || key == "threads" {
            continue;
        }
        let (value, source) = super::setting(&defaults, key);
        assert_eq!(source, "default", "{key}");
        let expected = if value.is_null() { "none".to_owned() } else { format!("`{value}`") };
        assert_eq!(default, expected, "{key}");
    }
}
