//! Resources of which something is absent, null, of another type, or extreme.

use serde_json::Value;

use crate::generate::{Kind, Mix, Random, resource};

/// Values that are rarely thought of.
const EXTREMES: [&str; 44] = [
    "null",
    "true",
    "false",
    "0",
    "-0",
    "-1",
    "1",
    "2",
    "10",
    "1.5",
    "-0.25",
    "1.0",
    "1e3",
    "1e300",
    "2147483648",
    "9007199254740993",
    "9223372036854775807",
    "-9223372036854775808",
    "18446744073709551615",
    "18446744073709551616",
    "123456789012345678901234567890",
    "\"\"",
    "\" \"",
    "\"0\"",
    "\"007\"",
    "\"-3\"",
    "\"null\"",
    "\"****\"",
    "\"é\u{1d11e}\\\"\\\\ \\u0000\"",
    "\"%s %d\"",
    "\"2026-11-21T00:00:00Z\"",
    "\"2026-11-21T08:00:00+08:00\"",
    "\"2026-11-20T23:59:59.999999999Z\"",
    "\"1601-01-01T00:00:00Z\"",
    "\"9999-12-31T23:59:59Z\"",
    "\"2026-02-30T00:00:00Z\"",
    "1795219200000",
    "-62135596800000",
    "[]",
    "[null]",
    "[1,\"a\",[],{}]",
    "{}",
    "{\"a\":{\"b\":[1,null]}}",
    "[[1],[1]]",
];

/// A resource, as one line of JSON.
pub(crate) fn changed(kind: Kind, number: u64, random: &mut Random) -> String {
    let mix = [Mix::Clean, Mix::Realistic, Mix::Firing][random.index(3)];
    let mut text = String::new();
    resource(kind, number, mix, random, &mut text);
    let mut value: Value = serde_json::from_str(&text).unwrap();
    for _ in 0..[0, 0, 1, 1, 2, 3, 6][random.index(7)] {
        change(&mut value, random);
    }
    let mut text = value.to_string();
    // Only now, to the letter as they stand above.
    for (index, extreme) in EXTREMES.iter().enumerate() {
        text = text.replace(&placeholder(index), extreme);
    }
    text
}

/// Changes one of the values within an object or array.
fn change(value: &mut Value, random: &mut Random) {
    match value {
        Value::Object(members) if !members.is_empty() => {
            let name = members.keys().nth(random.index(members.len())).unwrap().clone();
            let member = members.get_mut(&name).unwrap();
            if has_parts(member) && random.below(4) > 0 {
                change(member, random);
            } else if random.below(4) == 0 {
                members.remove(&name);
            } else {
                *member = extreme(random);
            }
        }
        Value::Array(elements) if !elements.is_empty() => {
            let at = random.index(elements.len());
            match random.below(8) {
                0 => drop(elements.remove(at)),
                1 => elements.insert(at, extreme(random)),
                2 => elements.push(elements[at].clone()),
                3 => elements[at] = extreme(random),
                _ if has_parts(&elements[at]) => change(&mut elements[at], random),
                _ => elements[at] = extreme(random),
            }
        }
        value => *value = extreme(random),
    }
}

fn has_parts(value: &Value) -> bool {
    match value {
        Value::Object(members) => !members.is_empty(),
        Value::Array(elements) => !elements.is_empty(),
        _ => false,
    }
}

fn extreme(random: &mut Random) -> Value {
    if random.below(60) == 0 {
        return Value::String("long ".repeat(600));
    }
    let placeholder = placeholder(random.index(EXTREMES.len()));
    Value::String(placeholder.trim_matches('"').to_owned())
}

/// What stands for one of the extremes while the resource is put together.
fn placeholder(index: usize) -> String {
    format!("\"§{index}§\"")
}
