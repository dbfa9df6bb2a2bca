//! The engine's syntax tree. Its JSON shape, which is no stable contract, is known here and nowhere else.

use std::ops::Range;

use regorus::Engine;
use serde_json::Value;

use super::EngineError;

/// What is needed to know of a module.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Module {
    /// Names of its rules and functions, in order; a name may stand several times.
    pub(super) rules: Vec<RuleHead>,
    /// Paths below `data` that it refers to, without `data`: `["policies", "lib", "times", "older_than"]`.
    pub(super) data_references: Vec<Vec<String>>,
}

/// A rule or function of a module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RuleHead {
    /// Its name; for `a.b[c]` the first part.
    pub(super) name: String,
    /// Byte range of the whole definition.
    pub(super) span: Range<usize>,
    /// The statements of its only body; empty where it has none, or several.
    pub(super) statements: Vec<Statement>,
}

/// A statement of a rule's body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Statement {
    /// Byte range, `with` modifiers included.
    pub(super) span: Range<usize>,
    /// For a comparison or assignment: the ranges of its two sides.
    pub(super) sides: Option<(Range<usize>, Range<usize>)>,
    /// Byte range of the `with` modifiers, where there are any.
    pub(super) with: Option<Range<usize>>,
}

/// Reads the syntax trees of an engine's modules, in the order in which they were added.
///
/// # Errors
///
/// Where the engine cannot give them.
pub(super) fn modules(engine: &Engine) -> Result<Vec<Module>, EngineError> {
    let error = |message: String| EngineError { message, place: None };
    let json = engine.get_ast_as_json().map_err(|e| error(e.to_string()))?;
    let tree: Value = serde_json::from_str(&json).map_err(|e| error(e.to_string()))?;
    Ok(tree.as_array().into_iter().flatten().map(|policy| module(at(policy, "/ast"))).collect())
}

fn module(ast: &Value) -> Module {
    let mut data_references = Vec::new();
    references(at(ast, "/imports"), &mut data_references);
    references(at(ast, "/rules"), &mut data_references);
    data_references.sort();
    data_references.dedup();
    let rules = at(ast, "/rules").as_array().into_iter().flatten().filter_map(rule_head).collect();
    Module { rules, data_references }
}

/// The node at a pointer, or null.
fn at<'n>(node: &'n Value, pointer: &str) -> &'n Value {
    node.pointer(pointer).unwrap_or(&Value::Null)
}

fn rule_head(rule: &Value) -> Option<RuleHead> {
    if let Some(default) = rule.get("Default") {
        let name = root_name(at(default, "/refr"))?;
        return Some(RuleHead { name, span: span(default)?, statements: Vec::new() });
    }
    let spec = rule.get("Spec")?;
    let head = at(spec, "/head").as_object()?.values().next()?;
    let name = root_name(at(head, "/refr"))?;
    let statements = match at(spec, "/bodies").as_array().map(Vec::as_slice) {
        Some([body]) => {
            let statements = at(body, "/query/stmts").as_array();
            statements.into_iter().flatten().filter_map(statement).collect()
        }
        _ => Vec::new(),
    };
    Some(RuleHead { name, span: span(spec)?, statements })
}

fn statement(statement: &Value) -> Option<Statement> {
    let mut whole = span(statement)?;
    let expression = at(statement, "/literal/Expr/expr");
    let sides = ["AssignExpr", "BoolExpr"].iter().find_map(|kind| {
        let node = expression.get(kind)?;
        Some((node_span(at(node, "/lhs"))?, node_span(at(node, "/rhs"))?))
    });
    let modifiers: Vec<Range<usize>> =
        at(statement, "/with_mods").as_array().into_iter().flatten().filter_map(span).collect();
    let with = match (modifiers.first(), modifiers.last()) {
        (Some(first), Some(last)) => Some(first.start..last.end),
        _ => None,
    };
    if let Some(with) = &with {
        whole.end = whole.end.max(with.end);
    }
    Some(Statement { span: whole, sides, with })
}

/// The variable that a reference begins with.
fn root_name(node: &Value) -> Option<String> {
    let (kind, inner) = node.as_object()?.iter().next()?;
    match kind.as_str() {
        "Var" => at(inner, "/value").as_str().map(str::to_owned),
        "RefDot" | "RefBrack" => root_name(at(inner, "/refr")),
        _ => None,
    }
}

/// Collects every reference that begins with `data`.
fn references(node: &Value, found: &mut Vec<Vec<String>>) {
    match node {
        Value::Array(elements) => elements.iter().for_each(|element| references(element, found)),
        Value::Object(members) => {
            if let Some(path) = data_path(node) {
                found.push(path);
                return;
            }
            members.values().for_each(|member| references(member, found));
        }
        _ => {}
    }
}

/// The steps of a reference behind `data`, as far as they are literal.
fn data_path(node: &Value) -> Option<Vec<String>> {
    let (kind, inner) = node.as_object()?.iter().next()?;
    match kind.as_str() {
        "Var" if at(inner, "/value") == "data" => Some(Vec::new()),
        "RefDot" => {
            let mut path = data_path(at(inner, "/refr"))?;
            path.push(at(inner, "/field/1").as_str()?.to_owned());
            Some(path)
        }
        "RefBrack" => {
            let mut path = data_path(at(inner, "/refr"))?;
            if let Some(step) = at(inner, "/index/String/value").as_str() {
                path.push(step.to_owned());
            }
            Some(path)
        }
        _ => None,
    }
}

/// The range of an expression: `{"Kind": {"span": …}}`.
///
/// The engine gives brackets of calls, arrays and objects as a start and an end of their own; a range is
/// good for cutting out text only because it covers all of them.
fn node_span(node: &Value) -> Option<Range<usize>> {
    let inner = node.as_object()?.values().next()?;
    span(inner)
}

fn span(node: &Value) -> Option<Range<usize>> {
    let number = |name: &str| usize::try_from(at(node, "/span").get(name)?.as_u64()?).ok();
    Some(number("start")?..number("end")?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::engine::{add, new_engine};
    use crate::policy::PolicyFile;

    fn parsed(text: &str) -> Module {
        let mut engine = new_engine(chrono::DateTime::UNIX_EPOCH).unwrap();
        add(&mut engine, &PolicyFile::new("f", text)).unwrap();
        modules(&engine).unwrap().remove(0)
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
    fn statements_have_ranges_of_the_text() {
        let text = "package a\n\ntest_x if {\n\te := f([1, 2])\n\tdata.q.deny == {\"ü\"} with input as {\"a\": [1]} with time.now_ns as 3\n\tnot e\n}\n\nf(x) := x\n";
        let module = parsed(text);
        let statements = &module.rules[0].statements;
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
