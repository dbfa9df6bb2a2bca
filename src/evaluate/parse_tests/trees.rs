//! What syntax trees hold.

use super::*;
use crate::policy::{Collected, Definition as Rule, Node, StatementKind, Term};

fn parsed(text: &str) -> Module {
    let file = Arc::new(PolicyFile::new("f", text));
    parse_all(&[&file]).unwrap().remove(0)
}

#[test]
fn rules_and_references_are_found() {
    let module = parsed(
        "package a.b\n\nimport data.lib.times as t\n\ndefault limit := 1\n\ndeny contains x if {\n\tx := data.lists[\"a b\"].c[i]\n\tt.f(x)\n}\n\nf(x) := x\n",
    );
    let names: Vec<_> = module.rules.iter().map(|rule| rule.name.as_str()).collect();
    assert_eq!(names, ["limit", "deny", "f"]);
    let paths: Vec<_> = module.data_references.iter().map(|path| path.join("/")).collect();
    assert_eq!(paths, ["lib/times", "lists/a b/c"]);
}

#[test]
fn a_path_ends_at_its_first_variable() {
    let module = parsed(
        "package a[\"b c\"]\n\nimport input.n as m\n\nx.y[z] := data.d[i].e if data[`f`].g with data.h as data[m]\n",
    );
    assert_eq!(module.package, ["a", "b c"]);
    let import = &module.imports[0];
    assert_eq!(
        (import.path.join("."), import.name.as_str(), import.span.clone()),
        ("input.n".to_owned(), "m", 25..32)
    );
    let paths: Vec<_> = module.data_references.iter().map(|path| path.join("/")).collect();
    assert_eq!(paths, ["", "d", "f/g", "h"]);
    let rule = &module.rules[0];
    // In a head the engine leaves out the last bracket.
    assert_eq!((rule.path.join("."), rule.name_span.clone()), ("x.y".to_owned(), 39..44));
    // The step of the head, and the value.
    let outputs: Vec<_> = rule.outputs().map(|node| node.span.clone()).collect();
    assert_eq!(outputs[1..], [43..44, 49..60]);
    let mut replaced = Vec::new();
    rule.visit_replaced(&mut |node| replaced.push(node.path()));
    assert_eq!(replaced, [Some(vec!["data".to_owned(), "h".to_owned()])]);
}

#[test]
fn rules_have_arguments_bodies_and_defaults() {
    let module = parsed(
        "package a\n\ndefault f(_) := 1\n\nf([x, y]) := x if { y } else := 2 if { some z; z }\n\ng contains {k: v | some k, v in []}\n",
    );
    let [default, function, set] = &module.rules[..] else { panic!("three rules") };
    assert!(default.is_default && !function.is_default);
    let arguments = |rule: &Rule| rule.arguments.as_ref().map(Vec::len);
    assert_eq!([default, function, set].map(arguments), [Some(1), Some(1), None]);
    assert_eq!((function.bodies.len(), function.only_statements().len()), (2, 0));
    assert_eq!((function.outputs().count(), function.bodies[1].outputs.len()), (1, 1));
    let StatementKind::Declare(names) = &function.bodies[1].statements[0].kind else { panic!("some z") };
    assert_eq!(names[0].text, "z");
    let Some(Term::Comprehension(Collected::Object, body)) = set.element.as_ref().map(|node| &node.term)
    else {
        panic!("a comprehension")
    };
    assert_eq!((body.outputs.len(), body.statements.len()), (2, 1));
}

#[test]
fn statements_have_ranges_of_the_text() {
    let text = "package a\n\ntest_x if {\n\te := f([1, 2])\n\tdata.q.deny == {\"ü\"} with input as {\"a\": [1]} with time.now_ns as 3\n\tnot e\n}\n\nf(x) := x\n";
    let module = parsed(text);
    let statements = &module.rules[0].only_statements();
    let texts: Vec<_> = statements.iter().map(|s| &text[s.span.clone()]).collect();
    assert_eq!(
        texts,
        [
            "e := f([1, 2])",
            "data.q.deny == {\"ü\"} with input as {\"a\": [1]} with time.now_ns as 3",
            "not e"
        ]
    );
    let (left, right) = statements[1].sides.clone().unwrap();
    assert_eq!((&text[left], &text[right]), ("data.q.deny", "{\"ü\"}"));
    let with = statements[1].with.clone().unwrap();
    assert_eq!(&text[with], "with input as {\"a\": [1]} with time.now_ns as 3");
    assert_eq!(statements[2].sides, None);
}

#[test]
fn ranges_take_all_in_that_belongs_to_an_expression() {
    let written = [
        "set()",
        "{\"a\": `b`, \"c\": [\"d\"]}",
        "{ # a comment\n\t\t\"a\": \"b\"}",
        "{}",
        "{x | some x in [\"a\"]}",
        "{\"k\": x | some x in [1]; not x == set()}",
        "f(\"a\", set())",
        "input.a[\"b\"].c[\"d\"]",
        "-1.5e3 + count({\"a\"})",
        "\"a\" in {\"a\"}",
        "1, \"b\" in [\"b\"]",
        "{\"a\"} & {\"b\"}",
    ];
    let lines: Vec<String> = written.iter().map(|text| format!("\t_ := [{text}]\n")).collect();
    let text = format!("package a\n\np if {{\n{}}}\n\nf(_, _) := 1\n", lines.concat());
    let module = parsed(&text);
    let found = module.rules[0].only_statements().iter().map(|statement| {
        let StatementKind::Holds(Node { term: Term::Assign { right, .. }, .. }) = &statement.kind else {
            panic!("an assignment")
        };
        let Term::Array(items) = &right.term else { panic!("an array") };
        &text[items[0].span.start..items[items.len() - 1].span.end]
    });
    assert_eq!(found.collect::<Vec<_>>(), written);
}
