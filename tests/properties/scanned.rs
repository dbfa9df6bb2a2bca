//! The fast reader of records against `serde_json`: what one reads the other reads, to the same values.

use probity::model::{Order, Resource};
use probity::operation::Operation;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use serde_json::Value;

use super::changes::{edit, edited};
use crate::generate::{Kind, Mix, Random, resource};

fn operation(kind: Kind) -> Operation {
    Operation::ALL.into_iter().find(|operation| operation.id() == kind.operation()).unwrap()
}

/// Whether both read a text alike, after the same records.
fn alike(operation: Operation, text: &str, order: &mut Order) -> Result<(), String> {
    let (scanned, parsed) = (Resource::scan(operation, text, order), Resource::parse(operation, text));
    match (scanned, parsed) {
        (Ok(scanned), Ok(parsed)) if scanned.resource == parsed => Ok(()),
        (Err(scanned), Err(parsed)) if scanned.to_string() == parsed.to_string() => Ok(()),
        (scanned, parsed) => Err(format!("{text}\nscanned: {scanned:?}\nparsed: {parsed:?}")),
    }
}

/// Records of a kind: as they are made, over several lines, with their members the other way round.
fn records(kind: Kind, count: u64) -> Vec<String> {
    let mut random = Random::new(7);
    let mut records = Vec::new();
    for number in 0..count {
        for mix in [Mix::Clean, Mix::Realistic, Mix::Firing] {
            let mut text = String::new();
            resource(kind, number, mix, &mut random, &mut text);
            let value: Value = serde_json::from_str(&text).unwrap();
            let members = value.as_object().unwrap().iter().rev();
            let backwards: Vec<String> =
                members.map(|(name, value)| format!("\"{name}\" :\t{value}")).collect();
            records.extend([
                serde_json::to_string_pretty(&value).unwrap(),
                format!(" {{\r\n{} }}\n", backwards.join(" , ")),
                text,
            ]);
        }
    }
    records
}

#[test]
fn plain_records_are_read_alike() {
    for kind in Kind::ALL {
        let operation = operation(kind);
        let mut order = Resource::order(operation);
        for text in records(kind, 20) {
            alike(operation, &text, &mut order).unwrap();
            assert!(Resource::scan(operation, &text, &mut order).unwrap().is_plain, "{text}");
        }
    }
}

#[test]
fn changed_records_are_read_alike() {
    let kinds = prop::sample::select(Kind::ALL.to_vec());
    let strategy = (kinds, any::<prop::sample::Index>(), prop::collection::vec(edit(), 1..4));
    let mut runner = TestRunner::new(ProptestConfig {
        cases: 4000,
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    let all: Vec<(Kind, Vec<String>)> = Kind::ALL.into_iter().map(|kind| (kind, records(kind, 3))).collect();
    let changed = runner.run(&strategy, |(kind, index, edits)| {
        let (_, records) = all.iter().find(|(other, _)| *other == kind).unwrap();
        let plain = index.get(records);
        let Ok(text) = String::from_utf8(edited(plain.clone().into_bytes(), &edits)) else {
            return Ok(());
        };
        // Once without any knowledge, and once after the record as it was.
        let operation = operation(kind);
        let mut order = Resource::order(operation);
        for text in [&text, plain, &text] {
            alike(operation, text, &mut order).map_err(TestCaseError::fail)?;
        }
        Ok(())
    });
    changed.unwrap();
}

#[test]
fn values_of_every_type_are_read_alike_in_every_field() {
    let values = [
        "null",
        "true",
        "false",
        "0",
        "00",
        "-0",
        "-1",
        "1",
        "2147483648",
        "999999999999999999",
        "1000000000000000000",
        "9223372036854775808",
        "18446744073709551616",
        "1.0",
        "1.5",
        "1e3",
        "1E400",
        "-",
        "01",
        "\"\"",
        "\"null\"",
        "\"0\"",
        "\"007\"",
        "\"-1\"",
        "\"a\\n\\u00e9\\\\\"",
        "\"\\ud834\\udd1e\"",
        "\"\\ud834\"",
        "\"a\tb\"",
        "\"é\u{1d11e}\"",
        "\"“”\"",
        "\"2021-09-10T11:42:22Z\"",
        "\"1715308575000\"",
        "\"[]\"",
        "\"[1]\"",
        "[]",
        "[null]",
        "[[]]",
        "{}",
        "{\"a\":1,\"a\":1}",
        "tru",
        "nullx",
        "\"",
        "[1,]",
        "{\"a\":}",
        "",
    ];
    let deep = format!("{}1{}", "[".repeat(126), "]".repeat(126));
    for kind in Kind::ALL {
        let operation = operation(kind);
        let mut order = Resource::order(operation);
        let record: Value = serde_json::from_str(&records(kind, 1)[2]).unwrap();
        let mut names: Vec<&str> = record.as_object().unwrap().keys().map(String::as_str).collect();
        names.push("unknown");
        for name in names {
            for value in values.iter().copied().chain([deep.as_str()]) {
                for text in [
                    format!("{{\"{name}\":{value}}}"),
                    format!("{{\"{name}\":{value} ,\"{name}\":{value}}}"),
                    format!("{{ \"x\": 1, \"{name}\" : {value}\n}}"),
                    format!("{{\"{name}\":{value}}} "),
                    format!("{{\"{name}\":{value}}}x"),
                    format!("{{\"{name}\":{value},}}"),
                    format!("{{\"{name}\":{{\"{name}\":{value}}}}}"),
                    format!("{{\"{name}\":[{value},{value}]}}"),
                ] {
                    alike(operation, &text, &mut order).unwrap();
                }
            }
        }
    }
}
