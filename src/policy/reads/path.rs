//! Paths that rules read.

use std::fmt;
use std::ops::Range;

/// One step of a path that a rule reads.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Step {
    /// A member of an object.
    Key(String),
    /// An element of an array, counted from 0.
    Index(usize),
    /// Every element of an array, or every member of an object.
    Each,
}

/// A path from `input`: `resource`, `a`, each, `b`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ReadPath(pub Vec<Step>);

impl ReadPath {
    /// Whether it leads to `other` or to what is around that; each element is any element.
    pub(super) fn is_around(&self, other: &Self) -> bool {
        let fits =
            |(own, step): (&Step, &Step)| own == step || matches!((own, step), (Step::Each, Step::Index(_)));
        self.0.len() <= other.0.len() && self.0.iter().zip(&other.0).all(fits)
    }

    /// The steps behind `input.resource`; `None` where it leads elsewhere.
    pub fn in_resource(&self) -> Option<&[Step]> {
        match self.0.split_first() {
            Some((Step::Key(root), rest)) if root == "resource" => Some(rest),
            _ => None,
        }
    }
}

/// As rules write it, within the resource: `a.b[].c`; elsewhere with `input`.
impl fmt::Display for ReadPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.in_resource() {
            Some([]) => f.write_str("input.resource"),
            Some(steps @ [Step::Each | Step::Index(_), ..]) => {
                f.write_str("input.resource")?;
                write_steps(steps, f)
            }
            Some(steps) => write_steps(steps, f),
            None => {
                f.write_str("input")?;
                if !matches!(self.0.first(), None | Some(Step::Each | Step::Index(_))) {
                    f.write_str(".")?;
                }
                write_steps(&self.0, f)
            }
        }
    }
}

fn write_steps(steps: &[Step], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for (position, step) in steps.iter().enumerate() {
        match step {
            Step::Key(key) if position == 0 => f.write_str(key)?,
            Step::Key(key) => write!(f, ".{key}")?,
            Step::Index(index) => write!(f, "[{index}]")?,
            Step::Each => f.write_str("[]")?,
        }
    }
    Ok(())
}

/// A place in a policy file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Site {
    /// Index of the file.
    pub(crate) file: usize,
    /// Range of its bytes.
    pub(crate) span: Range<usize>,
}

/// A step, with what is known of the place where it is taken.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "they are independent of each other")]
pub(crate) struct Taken {
    /// The step.
    pub(crate) step: Step,
    /// Whether the rule says what holds where there is nothing.
    pub(crate) handled: bool,
    /// Whether it says that nothing is null: `object.get` with null as its default.
    pub(crate) absent_is_null: bool,
    /// Whether it says that nothing is an empty object or array.
    pub(crate) absent_is_empty: bool,
    /// Whether the key is computed, so that it may be any.
    pub(crate) computed: bool,
    /// Where it stands.
    pub(crate) site: Site,
}

impl Taken {
    /// A step that is taken as it stands.
    pub(crate) const fn new(step: Step, handled: bool, computed: bool, site: Site) -> Self {
        Self { step, handled, absent_is_null: false, absent_is_empty: false, computed, site }
    }
}

/// A path that goes one step further.
pub(crate) fn further(trail: &[Taken], taken: Taken) -> Trail {
    trail.iter().cloned().chain([taken]).collect()
}

/// A path as it is taken, step by step, from `input`.
pub(crate) type Trail = Vec<Taken>;

/// The path of a trail.
pub(crate) fn path_of(trail: &[Taken]) -> ReadPath {
    ReadPath(trail.iter().map(|taken| taken.step.clone()).collect())
}
