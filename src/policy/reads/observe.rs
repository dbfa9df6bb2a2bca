//! Writing down what is seen.

use std::ops::Range;

use super::interpret::Interpreter;
use super::log::{Compared, Use};
use super::path::{Step, Taken, further, path_of};
use super::values::{Value, Values};
use crate::policy::syntax::Operator;

/// How values are looked at.
pub(super) struct Look {
    pub(super) null_is_handled: bool,
    pub(super) decides: Decides,
    /// Whether what is in it matters, and not only whether it is there.
    pub(super) content: bool,
}

/// Whether a statement holds by a value.
#[derive(Clone, Copy)]
pub(super) enum Decides {
    /// It is shown, or only whether it is null is asked.
    Not,
    /// Something is computed from it.
    Perhaps,
    /// It is compared.
    Surely,
}

impl Look {
    /// The value is needed, and null is not thought of.
    pub(super) const NEEDED: Self = Self { null_is_handled: false, decides: Decides::Perhaps, content: true };
    /// Its elements are gone through, one by one.
    pub(super) const EACH: Self = Self { content: false, ..Self::NEEDED };
    /// The same where the statement is about nothing else.
    pub(super) const HOLDS: Self = Self { null_is_handled: false, decides: Decides::Surely, content: true };
}

impl Interpreter<'_> {
    /// Two values are held against each other.
    pub(super) fn compare(&mut self, operator: Operator, left: &Values, right: &Values, span: &Range<usize>) {
        let with_null = match operator {
            Operator::Equal | Operator::NotEqual => left.is_null() || right.is_null(),
            Operator::Member => right.holds_null(),
            _ => false,
        };
        let site = self.site(span);
        for (values, is_left) in [(left, true), (right, false)] {
            if with_null {
                // What is put together is no null, whatever is in it; a list that is searched may hold some.
                self.log.nulls.extend(values.inputs().map(|trail| path_of(trail)));
            }
            // Null equals nothing, and stands below all numbers and texts.
            let stays_below = match operator {
                Operator::Equal | Operator::Member => true,
                Operator::Greater | Operator::GreaterOrEqual => is_left,
                Operator::Less | Operator::LessOrEqual => !is_left,
                _ => false,
            };
            let look = Look {
                null_is_handled: with_null || (self.mood.turned() && stays_below),
                decides: if left.is_null() || right.is_null() { Decides::Not } else { Decides::Surely },
                content: !(left.is_null() || right.is_null()),
            };
            self.look_at(values, &look, span);
        }
        if operator == Operator::Member {
            let (_, elements) = self.entries(right, span);
            let look = Look {
                null_is_handled: with_null || self.mood.turned(),
                decides: Decides::Not,
                content: true,
            };
            self.look_at(&elements, &look, span);
        }
        if !self.matching {
            self.compare_names(operator, left, right, span);
            self.compare_names(operator, right, left, span);
        }
        if matches!(operator, Operator::Equal | Operator::NotEqual) {
            self.compare_members(operator, left, right, span);
            self.compare_members(operator, right, left, span);
        }
        self.log.compared.push(Compared {
            operator,
            left: left.clone(),
            right: right.clone(),
            is_pattern: self.matching,
            is_choice: self.choosing,
            // Who leaves some out reads all others; an `else` goes on with them; a pattern only chooses a definition.
            picks: !(self.mood.negated || self.mood.settled || self.matching),
            site,
        });
    }

    /// The name of a member is compared with others: those are the members that are read.
    fn compare_names(&mut self, operator: Operator, names: &Values, others: &Values, span: &Range<usize>) {
        let mut others = others.clone();
        match operator {
            Operator::Equal | Operator::NotEqual => {}
            Operator::Member => others = others.entries(&mut Clone::clone).1,
            _ => return,
        }
        let handled = self.mood.lenient() || operator == Operator::NotEqual;
        self.pick(names, &others, handled, span);
    }

    /// A table of the rule is looked up by the name of a member: those that it lists are read.
    pub(super) fn look_up(&mut self, tables: &Values, names: &Values, span: &Range<usize>) {
        let handled = self.mood.lenient();
        for table in tables.iter() {
            if let Value::Object(fields) = table {
                for (name, _) in fields {
                    self.pick(names, name, handled, span);
                }
            }
        }
    }

    /// Notes that of the members which `names` may be those are meant that `others` are.
    fn pick(&mut self, names: &Values, others: &Values, handled: bool, span: &Range<usize>) {
        for name in names.iter() {
            let Value::KeyOf(object) = name else { continue };
            for other in others.iter() {
                if let Value::Text(Some(text)) = other {
                    let taken = Taken::new(Step::Key(text.clone()), handled, false, self.site(span));
                    self.log.reads.push(further(object, taken));
                }
            }
        }
    }

    /// A value is compared with an object whose members are known: so are its members.
    fn compare_members(&mut self, operator: Operator, values: &Values, others: &Values, span: &Range<usize>) {
        if !values.iter().any(|value| matches!(value, Value::Input(_))) {
            return;
        }
        for other in others.iter() {
            let Value::Object(fields) = other else { continue };
            for (name, value) in fields {
                let member = self.under(values, name, span);
                self.need(&member);
                self.compare(operator, &member, value, span);
            }
        }
    }

    /// Notes that values are looked at.
    pub(super) fn look_at(&mut self, values: &Values, look: &Look, span: &Range<usize>) {
        let site = self.site(span);
        let weight = match look.decides {
            Decides::Not => 0,
            _ if self.naming => 1,
            Decides::Perhaps => 2,
            Decides::Surely => 3,
        };
        let uses = &mut self.log.uses;
        values.trails(&mut |trail| {
            uses.push(Use {
                path: path_of(trail),
                trail: trail.clone(),
                null_is_handled: look.null_is_handled,
                weight,
                content: look.content,
                site: site.clone(),
            });
        });
    }

    /// Notes that lists must have so many elements for a pattern to fit them.
    pub(super) fn count(&mut self, values: &Values, elements: usize) {
        self.log.lengths.extend(values.inputs().map(|trail| (path_of(trail), elements)));
    }

    /// Notes that values must be there for what stands around them to go on.
    pub(super) fn need(&mut self, values: &Values) {
        self.log.reads.extend(values.inputs().filter(|trail| !trail.is_empty()).cloned());
    }

    /// Notes that all below the values may be read, since it is not known what is.
    pub(super) fn read_all(&mut self, values: &Values, span: &Range<usize>) {
        let site = self.site(span);
        let mut trails = Vec::new();
        values.trails(&mut |trail| trails.push(trail.clone()));
        for mut trail in trails {
            trail.push(Taken::new(Step::Each, true, true, site.clone()));
            self.log.reads.push(trail);
        }
    }

    /// So many alternatives that they are no longer told apart.
    pub(super) fn give_up_on(&mut self, values: &Values, span: &Range<usize>) -> Values {
        self.read_all(values, span);
        Values::unknown()
    }
}
