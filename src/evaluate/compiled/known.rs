//! Paths that denials of a rule name again and again, read once.

use std::cell::RefCell;
use std::sync::Arc;

use super::Unsure;
use crate::evaluate::plan::PlannedRule;
use crate::source::json::{JsonPath, Segment};

/// Paths that are remembered; a rule that names more makes them anew.
const MOST: usize = 16;

/// The paths of one rule.
#[derive(Debug)]
pub(super) struct KnownPaths {
    /// As texts of the rule name them.
    written: RefCell<Vec<(Box<str>, Arc<JsonPath>)>>,
    /// By definition: what it most likely speaks of, where that is the same each time.
    focuses: Vec<Option<Arc<JsonPath>>>,
}

impl KnownPaths {
    pub(super) fn new(planned: &PlannedRule) -> Self {
        let fixed = |definition: usize| {
            let focus = planned.reads.definitions.get(definition)?.focus.as_ref()?;
            let path = planned.focus(definition, |_| None)?;
            // One that is shorter waits for a key.
            (focus.path.in_resource()?.len() == path.segments().len()).then(|| Arc::new(path))
        };
        let focuses = (0..planned.reads.definitions.len()).map(fixed).collect();
        Self { written: RefCell::default(), focuses }
    }

    /// A path as a rule writes it.
    ///
    /// # Errors
    ///
    /// Where the text is no path.
    pub(super) fn read(&self, text: &str) -> Result<Arc<JsonPath>, Unsure> {
        let mut written = self.written.borrow_mut();
        if let Some((_, path)) = written.iter().find(|(known, _)| **known == *text) {
            return Ok(Arc::clone(path));
        }
        let path = Arc::new(JsonPath::parse(text).map_err(|_| Unsure)?);
        if written.len() < MOST {
            written.push((text.into(), Arc::clone(&path)));
        }
        Ok(path)
    }

    /// What a definition most likely speaks of, with the keys of one evaluation.
    pub(super) fn focus(
        &self,
        planned: &PlannedRule,
        definition: usize,
        key: impl Fn(usize) -> Option<Segment>,
    ) -> Option<Arc<JsonPath>> {
        match self.focuses.get(definition) {
            Some(Some(focus)) => Some(Arc::clone(focus)),
            _ => planned.focus(definition, key).map(Arc::new),
        }
    }
}
