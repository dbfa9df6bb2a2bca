//! Denials that tell which definition they come from.
//!
//! The engine joins all definitions of `deny` into one set, in which nothing tells where an element comes from.
//! So each element gets company before the engine sees the rule: `deny contains x` becomes
//! `deny contains ["§", 0, [i], x]`, with the number of its definition and the keys that the iterations in its body
//! stood at. It costs next to nothing, and places in error messages stay on their lines.

use std::ops::Range;

use crate::policy::{Definition, Module, Node, Part, PolicyFile, ReadSet, Statement, StatementKind, Term};

/// What the first element of a marked denial is.
pub(super) const MARK: &str = "\u{a7}";
/// Name of the variables that stand for keys without a name.
const KEY: &str = "probity_key_";

/// A rule's file with marks.
pub(super) struct Marked {
    /// The file.
    pub(super) file: PolicyFile,
    /// For each definition of the read set, the places of the expressions whose keys it tells, in order.
    pub(super) keys: Vec<Vec<Range<usize>>>,
}

/// Text that takes the place of a range.
type Edit = (Range<usize>, String);

/// The file with marks; `None` where a definition refers to `deny` or `inconclusive`, which would show.
///
/// `file` must have the same places as the text that `module` was read from.
pub(super) fn marked(file: &PolicyFile, module: &Module, reads: &ReadSet) -> Option<Marked> {
    let is_own = |name: &str| matches!(name, "deny" | "inconclusive");
    let mut is_referred_to = false;
    for rule in &module.rules {
        rule.visit(&mut |node| {
            is_referred_to |=
                node.path().and_then(|path| path.first().cloned()).is_some_and(|name| is_own(&name));
        });
    }
    if is_referred_to {
        return None;
    }
    let mut edits: Vec<Edit> = Vec::new();
    let mut keys = Vec::new();
    for (number, definition) in reads.definitions.iter().enumerate() {
        let mut own = Vec::new();
        let rule = module.rules.iter().find(|rule| rule.span == definition.span)?;
        if definition.part != Part::Applies {
            let element = rule.element.as_ref()?;
            let captured = capture(rule, &mut edits);
            let names: Vec<&str> = captured.iter().map(|(_, name)| name.as_str()).collect();
            let start = element.span.start;
            edits.push((start..start, format!("[\"{MARK}\", {number}, [{}], ", names.join(", "))));
            edits.push((element.span.end..element.span.end, "]".to_owned()));
            own = captured.into_iter().map(|(span, _)| span).collect();
        }
        keys.push(own);
    }
    // From the end, so that places before an edit stay true.
    edits.sort_by_key(|(span, _)| std::cmp::Reverse((span.start, span.end)));
    let mut text = file.text.clone();
    for (span, new) in edits {
        if !text.is_char_boundary(span.start) || !text.is_char_boundary(span.end) {
            return None;
        }
        text.replace_range(span, &new);
    }
    Some(Marked { file: file.with_text(text), keys })
}

/// Names for the keys of the iterations of a body, each with the place of what is gone through.
fn capture(rule: &Definition, edits: &mut Vec<Edit>) -> Vec<(Range<usize>, String)> {
    let mut captured = Vec::new();
    let statements: &[Statement] = match rule.bodies.as_slice() {
        [body] => &body.statements,
        _ => &[],
    };
    for statement in statements.iter().filter(|statement| statement.modifiers.is_empty()) {
        match &statement.kind {
            StatementKind::SomeIn { patterns, collection } => {
                let name = format!("{KEY}{}", captured.len());
                match patterns.as_slice() {
                    [value] => {
                        let start = value.span.start;
                        edits.push((start..start, format!("{name}, ")));
                        captured.push((collection.span.clone(), name));
                    }
                    [key, _] => match &key.term {
                        Term::Variable(given) if given == "_" => {
                            edits.push((key.span.clone(), name.clone()));
                            captured.push((collection.span.clone(), name));
                        }
                        Term::Variable(given) => captured.push((collection.span.clone(), given.clone())),
                        _ => {}
                    },
                    _ => {}
                }
            }
            StatementKind::Holds(node) => blanks(node, edits, &mut captured),
            StatementKind::Declare(_) | StatementKind::Not(_) | StatementKind::Every { .. } => {}
        }
    }
    captured
}

/// Names for the `_` of references.
fn blanks(node: &Node, edits: &mut Vec<Edit>, captured: &mut Vec<(Range<usize>, String)>) {
    if let Term::Reference { steps, .. } = &node.term {
        for step in steps {
            if matches!(&step.term, Term::Variable(name) if name == "_") {
                let name = format!("{KEY}{}", captured.len());
                edits.push((step.span.clone(), name.clone()));
                captured.push((step.span.clone(), name));
            }
        }
    }
    node.parts().into_iter().for_each(|part| blanks(part, edits, captured));
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use crate::evaluate::Plan;
    use crate::policy::{builtin_files, load};

    #[test]
    fn every_built_in_rule_takes_marks_and_stays_on_its_lines() {
        let plan = Plan::new(&load(&builtin_files()).unwrap(), DateTime::UNIX_EPOCH).unwrap();
        for rule in &plan.rules {
            assert_eq!(rule.keys.len(), rule.reads.definitions.len(), "{}", rule.rule.id);
            let marked = rule.files.iter().find(|file| file.name == rule.rule.file.name).unwrap();
            assert_eq!(marked.text.lines().count(), rule.rule.file.text.lines().count());
        }
    }

    #[test]
    fn denials_get_their_number_and_the_keys_of_their_iterations() {
        let head = "# METADATA\n# title: T\n# custom:\n#   id: A-1\n#   severity: low\n#   applies_to: GetPatchBaseline\npackage x.long.name\n\n";
        let text = format!(
            "{head}deny contains {{\n\t# why\n\t\"msg\": \"é\"}} if {{\n\tsome rule in input.resource.ApprovalRules.PatchRules\n\tsome _, filter in rule.PatchFilterGroup.PatchFilters\n\tfilter.Values[_] == \"x\"\n}}\n\ndeny contains \"b\" if input.resource.Name == \"y\"\n"
        );
        let file = std::sync::Arc::new(crate::policy::PolicyFile::new("a.rego", text));
        let plan = Plan::new(&load(&[file]).unwrap(), DateTime::UNIX_EPOCH).unwrap();
        let marked = &plan.rules[0].files[0].text;
        for part in [
            "deny contains [\"§\", 0, [probity_key_0, probity_key_1, probity_key_2], {\n",
            "\"é\"}] if {",
            "some probity_key_0, rule in input",
            "some probity_key_1, filter in rule",
            "filter.Values[probity_key_2] ==",
            "deny contains [\"§\", 1, [], \"b\"] if",
        ] {
            assert!(marked.contains(part), "{part}: {marked}");
        }
    }
}
