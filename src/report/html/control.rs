//! Control frameworks: their requirements, the rules that speak to each, and what those found.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::literal::{shown, slug};
use super::rule::Rule;
use super::verdicts::{Bar, add};
use crate::result::{VerdictV1, VerdictsV1};

/// A control framework.
pub(super) struct Framework {
    pub(super) name: String,
    pub(super) anchor: String,
    /// Verdicts of all rules that speak to it, each rule once.
    pub(super) verdicts: VerdictsV1,
    pub(super) bar: Bar,
    pub(super) rules: usize,
    pub(super) controls: Vec<Control>,
    /// How many of its requirements are in which state.
    pub(super) states: Vec<(State, usize)>,
}

/// A requirement of a framework.
pub(super) struct Control {
    pub(super) name: String,
    pub(super) state: State,
    pub(super) bar: Bar,
    pub(super) rules: Vec<Speaker>,
}

/// A rule that speaks to a requirement.
pub(super) struct Speaker {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) anchor: String,
    pub(super) bar: Bar,
}

/// What the verdicts say of a requirement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum State {
    /// Something failed.
    NotSatisfied,
    /// Nothing failed, and not everything could be told.
    Unclear,
    /// What failed is accepted, and there is nothing else against it.
    Waived,
    /// Something passed, and there is nothing against it.
    Satisfied,
    /// No resource was judged by it.
    NotJudged,
}

impl State {
    const ALL: [Self; 5] =
        [Self::NotSatisfied, Self::Unclear, Self::Waived, Self::Satisfied, Self::NotJudged];

    pub(super) const fn of(verdicts: &VerdictsV1) -> Self {
        if verdicts.fail > 0 {
            Self::NotSatisfied
        } else if verdicts.inconclusive > 0 || verdicts.error > 0 {
            Self::Unclear
        } else if verdicts.waived > 0 {
            Self::Waived
        } else if verdicts.pass > 0 {
            Self::Satisfied
        } else {
            Self::NotJudged
        }
    }

    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::NotSatisfied => "not satisfied",
            Self::Unclear => "unclear",
            Self::Waived => "accepted by waiver",
            Self::Satisfied => "satisfied",
            Self::NotJudged => "not judged",
        }
    }

    /// The verdict that it looks like.
    pub(super) const fn class(self) -> &'static str {
        match self {
            Self::NotSatisfied => VerdictV1::Fail.as_str(),
            Self::Unclear => VerdictV1::Inconclusive.as_str(),
            Self::Waived => VerdictV1::Waived.as_str(),
            Self::Satisfied => VerdictV1::Pass.as_str(),
            Self::NotJudged => VerdictV1::NotApplicable.as_str(),
        }
    }
}

/// The frameworks that rules speak to, by name.
pub(super) fn frameworks(rules: &[Rule]) -> Vec<Framework> {
    let mut by_framework: BTreeMap<&str, Vec<&Rule>> = BTreeMap::new();
    for rule in rules {
        for (framework, controls) in &rule.controls {
            if !controls.is_empty() {
                by_framework.entry(framework).or_default().push(rule);
            }
        }
    }
    let each = by_framework.into_iter().enumerate();
    each.map(|(index, (name, rules))| framework(index, name, &rules)).collect()
}

fn framework(index: usize, name: &str, rules: &[&Rule]) -> Framework {
    let mut by_control: BTreeMap<&str, Vec<&Rule>> = BTreeMap::new();
    let mut all = VerdictsV1::default();
    for rule in rules {
        add(&mut all, &rule.verdicts);
        for control in rule.controls.get(name).into_iter().flatten() {
            let rules = by_control.entry(control).or_default();
            // A rule may name a requirement twice.
            if !rules.iter().any(|other| std::ptr::eq(*other, *rule)) {
                rules.push(rule);
            }
        }
    }
    let mut controls: Vec<_> = by_control.into_iter().collect();
    controls.sort_by(|(one, _), (other, _)| natural(one, other));
    let controls: Vec<Control> = controls.into_iter().map(|(name, rules)| control(name, &rules)).collect();
    let states = State::ALL.into_iter().filter_map(|state| {
        let count = controls.iter().filter(|control| control.state == state).count();
        (count > 0).then_some((state, count))
    });
    Framework {
        name: shown(name),
        // Names that differ may look the same in an anchor.
        anchor: format!("controls-{}-{}", index + 1, slug(name)),
        verdicts: all,
        bar: Bar::new(&all),
        rules: rules.len(),
        states: states.collect(),
        controls,
    }
}

fn control(name: &str, rules: &[&Rule]) -> Control {
    let mut all = VerdictsV1::default();
    for rule in rules {
        add(&mut all, &rule.verdicts);
    }
    let speakers = rules.iter().map(|rule| Speaker {
        id: rule.id.clone(),
        title: rule.title.clone(),
        anchor: rule.anchor.clone(),
        bar: Bar::new(&rule.verdicts),
    });
    Control { name: shown(name), state: State::of(&all), bar: Bar::new(&all), rules: speakers.collect() }
}

/// Numbers within texts are compared as numbers: `SI-2` comes before `SI-10`.
fn natural(one: &str, other: &str) -> Ordering {
    parts(one).cmp(&parts(other)).then_with(|| one.cmp(other))
}

/// A text as runs of other characters, each with the digits that follow, without leading zeros.
fn parts(text: &str) -> Vec<(&str, usize, &str)> {
    let mut parts = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len());
        let (words, after) = rest.split_at_checked(digits).unwrap_or((rest, ""));
        let end = after.find(|c: char| !c.is_ascii_digit()).unwrap_or(after.len());
        let (number, after) = after.split_at_checked(end).unwrap_or((after, ""));
        let number = number.trim_start_matches('0');
        parts.push((words, number.len(), number));
        rest = after;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_in_their_order() {
        let mut names = ["SI-10", "SI-2", "A.8.19", "A.8.8", "SI-2(3)", "SI-02", "7.10", "7.9", ""];
        names.sort_by(|one, other| natural(one, other));
        assert_eq!(names, ["", "7.9", "7.10", "A.8.8", "A.8.19", "SI-02", "SI-2", "SI-2(3)", "SI-10"]);
    }

    #[test]
    fn only_what_passed_and_has_nothing_against_it_is_satisfied() {
        let none = VerdictsV1::default();
        let pass = VerdictsV1 { pass: 5, not_applicable: 1, ..none };
        assert_eq!(State::of(&pass), State::Satisfied);
        assert_eq!(State::of(&VerdictsV1 { not_applicable: 3, ..none }), State::NotJudged);
        assert_eq!(State::of(&none), State::NotJudged);
        assert_eq!(State::of(&VerdictsV1 { waived: 1, ..pass }), State::Waived);
        assert_eq!(State::of(&VerdictsV1 { inconclusive: 1, ..pass }), State::Unclear);
        assert_eq!(State::of(&VerdictsV1 { error: 1, ..pass }), State::Unclear);
        assert_eq!(State::of(&VerdictsV1 { fail: 1, error: 1, ..pass }), State::NotSatisfied);
    }
}
