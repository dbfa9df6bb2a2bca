//! Rules that are planned when the first resource of their operation comes.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use chrono::{DateTime, Utc};

use super::{Judge, Plan, Rulebook, Way};
use crate::operation::Operation;
use crate::policy::{PolicySet, ReadSet, Rule};
use crate::source::{Code, Diagnostic};

/// Rules of which only those are planned whose operations occur: an input of one operation does not wait until the
/// rules of all the others are parsed and checked. Shared by all threads.
///
/// # What this relies on
///
/// - **The rules are known to be right.** What is wrong with a rule is told when it is planned, so that nothing would be
///   said of a rule whose operation does not occur. The author of a policy must hear of it whatever the input is, so this
///   is for the built-in rules alone, as they are: tests plan all of them. If planning fails all the same, there is no
///   judge but an error that closes the gate.
/// - **A rule means the same in any set.** It is planned with all libraries, and with the files of other rules that it
///   refers to: what it says, what it reads and what it shares with the other rules of its operation hang on nothing
///   else. So a judge tells the same as one of the whole [`Plan`], by the same indices.
#[derive(Debug)]
pub struct LazyPlan {
    set: PolicySet,
    clock: DateTime<Utc>,
    /// Of each operation that a rule applies to.
    parts: BTreeMap<Operation, Part>,
}

/// The rules of an operation.
#[derive(Debug, Default)]
struct Part {
    /// Their indices among all rules, in order.
    indices: Vec<usize>,
    /// Their plan, once a resource came.
    plan: OnceLock<Result<Plan, Vec<Diagnostic>>>,
}

impl Part {
    /// A rule by its index among all rules, and what it reads; `None` also where nothing was judged by it so far.
    fn rule(&self, index: usize) -> Option<(&Arc<Rule>, &ReadSet)> {
        let own = self.indices.binary_search(&index).ok()?;
        self.plan.get()?.as_ref().ok()?.rule(own)
    }
}

impl LazyPlan {
    /// Rules that are known to compile: the built-in ones, with the params that they come with.
    pub fn new(set: PolicySet, clock: DateTime<Utc>) -> Self {
        let mut parts: BTreeMap<Operation, Part> = BTreeMap::new();
        for (index, rule) in set.rules.iter().enumerate() {
            for operation in &rule.applies_to {
                parts.entry(*operation).or_default().indices.push(index);
            }
        }
        Self { set, clock, parts }
    }
}

impl Rulebook for LazyPlan {
    fn rules(&self) -> &[Arc<Rule>] {
        &self.set.rules
    }

    fn rule(&self, index: usize) -> Option<(&Arc<Rule>, &ReadSet)> {
        // What a rule reads is the same in the plans of all its operations.
        let operations = &self.set.rules.get(index)?.applies_to;
        operations.iter().find_map(|operation| self.parts.get(operation)?.rule(index))
    }

    fn judges(&self, operation: Operation) -> bool {
        self.parts.contains_key(&operation)
    }

    fn judge(&self, operation: Operation, way: Way) -> Result<Judge<'_>, Diagnostic> {
        let defect = |problems: &[Diagnostic]| defect(operation, problems);
        let part = self.parts.get(&operation).ok_or_else(|| defect(&[]))?;
        // The first thread that asks plans for all; the others wait for it.
        let plan = part.plan.get_or_init(|| Plan::new(&self.set.about(operation), self.clock));
        let judge = plan.as_ref().map_err(|problems| defect(problems))?.judge(operation, way)?;
        judge.telling(&part.indices).ok_or_else(|| defect(&[]))
    }
}

/// There is no judge, though the rules are known to compile.
fn defect(operation: Operation, problems: &[Diagnostic]) -> Diagnostic {
    let message =
        format!("the rules for `{operation}` cannot be planned, so that nothing was judged by them");
    let defect = Diagnostic::error(Code::InternalDefect, message)
        .help("this is a defect of probity: please report it, with all that is said here");
    problems.iter().cloned().fold(defect, Diagnostic::with)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::{PolicyFile, builtin_files, load};

    fn builtin() -> PolicySet {
        load(&builtin_files()).unwrap()
    }

    #[test]
    fn every_rule_reads_the_same_and_has_its_place() {
        let set = builtin();
        let whole = Plan::new(&set, DateTime::UNIX_EPOCH).unwrap();
        let lazy = LazyPlan::new(set, DateTime::UNIX_EPOCH);
        assert!((0..lazy.rules().len()).all(|index| lazy.rule(index).is_none()), "nothing is planned");
        for operation in Operation::ALL {
            assert_eq!(lazy.judges(operation), whole.judges(operation));
            for way in [Way::Fast, Way::Reference] {
                let (lazy, whole) =
                    (lazy.judge(operation, way).unwrap(), whole.judge(operation, way).unwrap());
                assert_eq!(lazy.indices().collect::<Vec<_>>(), whole.indices().collect::<Vec<_>>());
                assert_eq!(lazy.programs(), whole.programs());
            }
        }
        assert_eq!(lazy.rules().len(), whole.rules().len());
        for index in 0..=whole.rules().len() {
            assert_eq!(format!("{:?}", lazy.rule(index)), format!("{:?}", whole.rule(index)));
        }
    }

    #[test]
    fn only_operations_that_are_asked_for_are_planned() {
        let lazy = LazyPlan::new(builtin(), DateTime::UNIX_EPOCH);
        let _ = lazy.judge(Operation::GetPatchBaseline, Way::Fast).unwrap();
        for (index, rule) in lazy.rules().iter().enumerate() {
            let is_asked_for = rule.applies_to.contains(&Operation::GetPatchBaseline);
            assert_eq!(lazy.rule(index).is_some(), is_asked_for, "{}", rule.id);
        }
    }

    #[test]
    fn a_rule_of_several_operations_may_refer_to_others() {
        let rule = |id: &str, package: &str, applies_to: &str, body: &str| {
            let text = format!(
                "# METADATA\n# title: T\n# custom:\n#   id: {id}\n#   severity: low\n#   applies_to: [{applies_to}]\npackage {package}\n\n{body}\n"
            );
            Arc::new(PolicyFile::new(&format!("{id}.rego"), text))
        };
        let set = load(&[
            rule("A", "x.a", "ListPublishBatch", "most := 3\n\ndeny contains \"a\" if most > 3"),
            rule(
                "B",
                "x.b",
                "ListInstanceCompliant, ListInstancePatchStates",
                "import data.x.a\n\ndeny contains \"b\" if a.most > 2",
            ),
        ])
        .unwrap();
        let lazy = LazyPlan::new(set, DateTime::UNIX_EPOCH);
        assert!(!lazy.judges(Operation::GetPatchBaseline));
        assert!(lazy.judge(Operation::GetPatchBaseline, Way::Fast).is_err());
        for operation in [Operation::ListInstancePatchStates, Operation::ListInstanceCompliant] {
            let judge = lazy.judge(operation, Way::Fast).unwrap();
            assert_eq!((judge.indices().collect::<Vec<_>>(), judge.programs()), (vec![1], (1, 1)));
        }
        assert!(lazy.rule(0).is_none());
        assert_eq!(lazy.rule(1).unwrap().0.id.as_str(), "B");
    }

    #[test]
    fn there_is_no_judge_where_rules_cannot_be_planned() {
        let text = "# METADATA\n# title: T\n# custom:\n#   id: A-1\n#   severity: low\n#   applies_to: ListPublishBatch\npackage x\n\ndeny contains y if true\n";
        let set = load(&[Arc::new(PolicyFile::new("a.rego", text))]).unwrap();
        let lazy = LazyPlan::new(set, DateTime::UNIX_EPOCH);
        let problem = lazy.judge(Operation::ListPublishBatch, Way::Fast).err().unwrap();
        assert_eq!(problem.code, Code::InternalDefect);
        assert_eq!(problem.related.len(), 1, "{problem:?}");
        assert!(lazy.rule(0).is_none());
    }
}
