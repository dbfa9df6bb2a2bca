//! What is refused in the syntax trees of files.

use super::*;
use crate::policy::{Declared, check};

/// What is wrong with the first of these files, with line and column.
fn problems(files: &[(&str, &str)]) -> Vec<(String, u64, u64)> {
    let files: Vec<Arc<PolicyFile>> =
        files.iter().map(|(name, text)| Arc::new(PolicyFile::new(name, *text))).collect();
    let files: Vec<&Arc<PolicyFile>> = files.iter().collect();
    let modules = parse_all(&files).unwrap();
    check(&files, &modules, &Declared::new(&modules))
        .into_iter()
        .map(|problem| {
            assert!(problem.code.as_str().starts_with("policy.") && problem.help.is_some());
            let start = problem.place.unwrap().start;
            (problem.message, start.line_1based, start.column_1based)
        })
        .collect()
}

/// Checks statements of a `deny`; the first begins in line 4, column 2.
#[track_caller]
fn refused(statements: &str, message: &str, column_1based: u64) {
    let text = format!("package a\n\ndeny contains \"x\" if {{\n\t{statements}\n}}\n");
    assert_eq!(problems(&[("a.rego", &text)]), [(message.to_owned(), 4, column_1based)], "{statements}");
}

#[track_caller]
fn accepted(rules: &str) {
    let library = "package lib.consts\n\nq := 1\n\nf(x) := x\n";
    let text = format!("package a\n\nimport data.lib.consts\nimport data.lib as l\n\n{rules}\n");
    assert_eq!(problems(&[("a.rego", &text), ("lib.rego", library)]), [], "{rules}");
}

#[test]
fn functions_must_be_there() {
    refused("nobody_knows(1)", "there is no function `nobody_knows`", 2);
    refused("startwith(\"é\", \"b\")", "there is no function `startwith`, did you mean `startswith`?", 2);
    refused("\"é\" == crypto.sha256(\"a\")", "there is no function `crypto.sha256`", 9);
    refused("deny(1)", "there is no function `deny`", 2);
    refused("x := 1; x(1)", "`x` is a variable here, and no function", 10);
    refused("max := max([1]); max > 1", "`max` is a variable here, and no function", 9);
    refused("count([1], 2, 3)", "`count` takes 1 argument, not 3", 2);
    refused("1 == count([1], 2)", "`count` takes 1 argument, not 2", 7);
    accepted(
        "deny contains n if { count([1], n); l.consts.f(1); consts.f(n); g(n); print(1, 2) }\n\ng(_) := 1",
    );
    accepted("default f(_) := 1\n\ndeny contains \"x\" if data.a.f(2) == data.lib.consts.f(1)");
}

#[test]
fn functions_of_other_files_must_be_there() {
    let library = "package lib\n\nolder(x) := x\n\nmost := 1\n";
    let rule = "package a\n\nimport data.lib as l\n\ndeny contains l.odler(1) if l.mots > 1\n";
    assert_eq!(
        problems(&[("a.rego", rule), ("lib.rego", library)]),
        [
            ("there is no function `l.odler`, did you mean `l.older`?".to_owned(), 5, 15),
            ("there is no rule `data.lib.mots`, did you mean `data.lib.most`?".to_owned(), 5, 29)
        ]
    );
}

#[test]
fn packages_must_be_there() {
    refused("input.n > data.org.limits.most", "no file declares `data.org.limits.most`", 12);
    refused("data.a.dney[_]", "there is no rule `data.a.dney`, did you mean `data.a.deny`?", 2);
    let import =
        "package a\n\nimport data.lib\nimport rego.v1\nimport input.x\n\ndeny contains lib.b(lib.c) if x\n";
    assert_eq!(problems(&[("a.rego", import)]), [("no file declares `data.lib`".to_owned(), 3, 8)]);
    accepted("deny contains x if { x := l[_].q; x == data.lib[\"consts\"].q; x == l.consts.q }");
    accepted("deny contains consts if consts := 1");
    accepted("import input.n\n\nb.c.d := 1\n\ndeny contains n.o if { b.c.d > 0; data.a.b.c.d > 0 }");
}

#[test]
fn a_test_may_say_that_there_is_nothing_and_replace_what_is_not_there() {
    let rule = "package a\n\ndeny contains \"x\"\n";
    let test = |body: &str| {
        let text = format!("package a_test\n\nimport data.a\n\ntest_x if {body}\n");
        problems(&[("a_test.rego", &text), ("a.rego", rule)])
    };
    assert_eq!(test("not a.nothing"), []);
    assert_eq!(test("a.deny == data.mock.deny with data.mock as {\"deny\": {\"x\"}}"), []);
    assert_eq!(test("not data.other.x"), [("no file declares `data.other.x`".to_owned(), 5, 15)]);
    assert_eq!(test("not a.f(1)"), [("there is no function `a.f`".to_owned(), 5, 15)]);
}

#[test]
fn variables_must_get_a_value() {
    refused("nobdy > 1", "nothing binds `nobdy`", 2);
    refused("number := 1; numbr > 1", "nothing binds `numbr`, did you mean `number`?", 15);
    refused("some i; not input.l[i]", "nothing binds `i`", 22);
    refused("count({m | input.n == 2}) == 1", "nothing binds `m`", 9);
    refused("every v in [1] { v > w }", "nothing binds `w`", 23);
    for (head, name, column) in [
        ("deny contains msg if input.n", "msg", 15),
        ("deny contains msg if startswith(msg, \"x\")", "msg", 15),
        ("deny contains {\"msg\": \"é\", \"path\": path}", "path", 36),
        ("p[key] := 1 if input.n", "key", 3),
        ("p := 1 if input.n else := other if input.m", "other", 27),
        ("f(x) := y if x > 1", "y", 9),
        ("default p := {y | input.n}", "y", 15),
    ] {
        let found = problems(&[("a.rego", &format!("package a\n\n{head}\n"))]);
        assert_eq!(found, [(format!("nothing binds `{name}`"), 3, column)], "{head}");
    }
}

#[test]
fn everything_that_binds_is_known() {
    for body in [
        "some x in [1]",
        "some x, _ in {\"a\": 1}",
        "some [_, {\"k\": x}] in [[1, {\"k\": 2}]]",
        "some x; input.l[x]",
        "x = 1",
        "[1, {\"k\": x}] = input.l",
        "{\"k\": x} := {\"k\": 1}",
        "y := input.l[x]",
        "count(input.l[x].m) > 0",
        "input.l[[x, _]]",
        "p[x]",
        "count([1], x)",
        "walk(input, [_, x])",
        "input.n with input as input.l[x]",
        "every y in input.l[x] { y > 0 }",
        "x := [y | some y in [1]][_]",
        "x := {k: v | some k, v in {\"a\": 1}; k != v}",
        "1 in [x]; x := 1",
    ] {
        accepted(&format!("p contains 1\n\ndeny contains x if {{ {body} }}"));
    }
}

#[test]
fn the_walk_of_one_argument_is_refused() {
    let message = "the engine does not know this form of `walk`, and would find nothing";
    refused("[_, v] := walk(input); v == 1", message, 12);
    refused("some [_, v] in walk(input); v == 1", message, 17);
    refused("not walk(input, [_, 1])", message, 6);
    accepted("deny contains p if walk(input, [p, 1])\n\nq := [p | walk(input, [p, _])]");
}

#[test]
fn what_depends_on_itself_is_refused() {
    for (rules, way, line) in [
        ("f(x) := f(x)", "`f` depends on itself: f → f", 3),
        ("f(x) := [z | z := g(x)]\n\ng(x) := f(x)", "`f` depends on itself: f → g → f", 3),
        ("p := f(1)\n\nf(x) := p + x", "`f` depends on itself: f → p → f", 5),
        ("default p := {x | data.a[_] = x}", "`p` depends on itself: p → p", 3),
        ("p if data.a", "`p` depends on itself: p → p", 3),
        ("p if q\n\nq if data[_].b", "`q` depends on itself: q → q", 5),
    ] {
        let found = problems(&[("a.rego", &format!("package a\n\n{rules}\n"))]);
        assert_eq!(found.len(), 1, "{rules}: {found:?}");
        assert_eq!((found[0].0.as_str(), found[0].1), (way, line), "{rules}");
    }
    // The engine notices a rule that it comes back to by name, and the verdict is an error.
    accepted("p if q\n\nq if p");
    accepted("p if f(1)\n\nf(x) := q + x\n\nq := 1");
    let library = "package b\n\nimport data.a\n\ng(x) := a.f(x)\n";
    let rule = "package a\n\nimport data.b\n\nf(x) := b.g(x)\n";
    assert_eq!(
        problems(&[("a.rego", rule), ("b.rego", library)]),
        [("`f` depends on itself: f → g → f".to_owned(), 5, 1)]
    );
}

#[test]
fn a_denial_by_default_is_refused() {
    let found = problems(&[("a.rego", "package a\n\ndefault deny := set()\n")]);
    assert_eq!(found, [("`deny` cannot have a default".to_owned(), 3, 9)]);
}
