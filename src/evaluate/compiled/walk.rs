//! Going through what a program is made of.

use super::program::{Expression, Local, Pattern, Step, StepKind};

impl Expression {
    /// Shows every expression that this one is made of directly, in its statements too.
    pub(super) fn parts(&mut self, show: &mut dyn FnMut(&mut Self)) {
        match self {
            Self::Constant(_)
            | Self::Undefined
            | Self::Input(_)
            | Self::Test(_)
            | Self::Shared(_)
            | Self::AreAll(..)
            | Self::Sum(_)
            | Self::Local(_)
            | Self::Global(_) => {}
            Self::InputOr(_, part) | Self::Matches(_, part) => show(part),
            Self::Under(parts)
            | Self::Replaced(_, parts)
            | Self::Compare(_, parts)
            | Self::Arithmetic(_, parts)
            | Self::Union(parts)
            | Self::Intersection(parts)
            | Self::Member(parts) => {
                show(&mut parts.0);
                show(&mut parts.1);
            }
            Self::Entry(parts) => {
                show(&mut parts.0);
                show(&mut parts.1);
                show(&mut parts.2);
            }
            Self::Call(_, parts) | Self::Function(_, parts) | Self::Array(parts) | Self::Set(parts) => {
                parts.iter_mut().for_each(show);
            }
            Self::Object(members) => {
                for (key, value) in members {
                    show(key);
                    show(value);
                }
            }
            Self::Given(given) => {
                step_parts(&mut given.steps, show);
                show(&mut given.value);
            }
            Self::ArrayOf(collector) | Self::SetOf(collector) | Self::ObjectOf(collector) => {
                step_parts(&mut collector.steps, show);
                show(&mut collector.key);
                show(&mut collector.value);
            }
        }
    }

    /// Shows every local name in it, and whether it gets its value there.
    pub(super) fn locals(&mut self, show: &mut dyn FnMut(&mut Local, bool)) {
        match self {
            Self::Local(local) => show(local, false),
            Self::Given(given) => {
                step_locals(&mut given.steps, show);
                given.value.locals(show);
            }
            Self::ArrayOf(collector) | Self::SetOf(collector) | Self::ObjectOf(collector) => {
                step_locals(&mut collector.steps, show);
                collector.key.locals(show);
                collector.value.locals(show);
            }
            _ => self.parts(&mut |part| part.locals(show)),
        }
    }

    /// Whether it refers to something that only its rule has.
    pub(super) fn is_of_rule(&mut self) -> bool {
        let mut found =
            matches!(self, Self::Global(_) | Self::Function(..) | Self::Matches(..) | Self::Replaced(..));
        self.parts(&mut |part| found = found || part.is_of_rule());
        found
    }

    /// How many expressions it is made of.
    pub(super) fn size(&mut self) -> usize {
        let mut size = 1;
        self.parts(&mut |part| size += part.size());
        size
    }
}

/// Shows every expression of statements.
pub(super) fn step_parts(steps: &mut [Step], show: &mut dyn FnMut(&mut Expression)) {
    for step in steps {
        for gone_through in &mut step.loops {
            show(&mut gone_through.collection);
        }
        match &mut step.kind {
            StepKind::Holds(expression)
            | StepKind::Not(expression)
            | StepKind::Assign(_, expression)
            | StepKind::Some { collection: expression, .. } => show(expression),
            StepKind::Every { domain, steps, .. } => {
                show(domain);
                step_parts(steps, show);
            }
        }
    }
}

/// Shows every local name in statements, and whether it gets its value there.
pub(super) fn step_locals(steps: &mut [Step], show: &mut dyn FnMut(&mut Local, bool)) {
    for step in steps {
        for gone_through in &mut step.loops {
            gone_through.collection.locals(show);
            show(&mut gone_through.key, true);
            show(&mut gone_through.value, true);
        }
        match &mut step.kind {
            StepKind::Holds(expression) | StepKind::Not(expression) => expression.locals(show),
            StepKind::Assign(pattern, expression) => {
                expression.locals(show);
                pattern.locals(show);
            }
            StepKind::Some { key, value, collection } => {
                collection.locals(show);
                key.locals(show);
                value.locals(show);
            }
            StepKind::Every { key, value, domain, steps } => {
                domain.locals(show);
                if let Some(key) = key {
                    show(key, true);
                }
                show(value, true);
                step_locals(steps, show);
            }
        }
    }
}

impl Pattern {
    /// Shows every local name in it.
    pub(super) fn locals(&mut self, show: &mut dyn FnMut(&mut Local, bool)) {
        match self {
            Self::Any | Self::Constant(_) => {}
            Self::Local(local) => show(local, true),
            Self::Array(patterns) => {
                for pattern in patterns.iter_mut() {
                    pattern.locals(show);
                }
            }
        }
    }
}
