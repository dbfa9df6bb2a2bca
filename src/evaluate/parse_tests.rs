//! What syntax trees hold, and what is refused in them.

use chrono::DateTime;

use super::*;

mod checks {
    use super::*;
    use crate::policy::check;

    /// What is wrong with the first of these files, with line and column.
    fn problems(files: &[(&str, &str)]) -> Vec<(String, u64, u64)> {
        let files: Vec<Arc<PolicyFile>> =
            files.iter().map(|(name, text)| Arc::new(PolicyFile::new(name, *text))).collect();
        let files: Vec<&Arc<PolicyFile>> = files.iter().collect();
        let modules = parse_all(&files, DateTime::UNIX_EPOCH).unwrap();
        check(&files, &modules)
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
        let import = "package a\n\nimport data.lib\nimport rego.v1\nimport input.x\n\ndeny contains lib.b(lib.c) if x\n";
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
}

mod trees {
    use super::*;
    use crate::policy::{Collected, Definition as Rule, StatementKind, Term};

    fn parsed(text: &str) -> Module {
        let file = Arc::new(PolicyFile::new("f", text));
        parse_all(&[&file], DateTime::UNIX_EPOCH).unwrap().remove(0)
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
}

mod reads {
    use super::*;
    use crate::evaluate::Plan;
    use crate::policy::{ReadNode, builtin_files, load};

    fn shown(node: &ReadNode, at: &str, out: &mut Vec<String>) {
        let flags = [
            (node.needed, "needed"),
            (node.null_matters, "null"),
            (node.looked_at, "looked"),
            (node.any_below, "any"),
        ];
        let flags: Vec<&str> = flags.iter().filter(|(on, _)| *on).map(|(_, name)| *name).collect();
        out.push(format!("{at}: {}", flags.join(" ")));
        for (step, child) in &node.children {
            shown(child, &format!("{at}/{step:?}"), out);
        }
    }

    #[test]
    fn debug() {
        let set = load(&builtin_files()).unwrap();
        match Plan::new(&set, DateTime::UNIX_EPOCH) {
            Ok(plan) => {
                for rule in &plan.rules {
                    let mut out = Vec::new();
                    shown(&rule.reads.reads, "", &mut out);
                    println!("=== {} \n{}", rule.rule.id, out.join("\n"));
                    for d in &rule.reads.definitions {
                        println!("  {:?} {:?}", d.part, d.focus.as_ref().map(|p| p.path.to_string()));
                    }
                }
            }
            Err(problems) => {
                for p in problems {
                    println!("{} {} {:?} {:?}", p.code, p.message, p.place, p.help);
                }
            }
        }
    }
}
