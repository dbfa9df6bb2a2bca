//! Tests of the same name: the engine joins them, so that one's success hides the other's failure.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use crate::policy::PolicyFile;
use crate::policy::syntax::Module;
use crate::source::{Code, Diagnostic};

/// Tests of one package with the same name.
pub(crate) fn duplicate_tests(files: &[&Arc<PolicyFile>], modules: &[Module]) -> Vec<Diagnostic> {
    let mut seen: HashMap<(&str, &str), (&PolicyFile, &Range<usize>)> = HashMap::new();
    let mut problems = Vec::new();
    for (file, module) in files.iter().zip(modules) {
        let package = file.package().map_or("", |(package, _)| package);
        for rule in module.rules.iter().filter(|rule| rule.is_test()) {
            let Some((first_file, first)) = seen.insert((package, &rule.name), (file, &rule.span)) else {
                continue;
            };
            let (place, excerpt) = file.place(file.word(rule.span.start), "here");
            let (first_place, first_excerpt) = first_file.place(first_file.word(first.start), "and here");
            problems.push(
                Diagnostic::error(Code::PolicyDuplicateTest, format!("two tests are named `{}`", rule.name))
                    .at(place)
                    .showing(excerpt)
                    .help("rename one: two of the same name pass as soon as one of them does")
                    .with(
                        Diagnostic::error(Code::PolicyDuplicateTest, "the other test")
                            .at(first_place)
                            .showing(first_excerpt),
                    ),
            );
        }
    }
    problems
}
