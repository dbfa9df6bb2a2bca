//! Loading the policies that a command asks for.

use crate::evaluate::parse_problems;
use crate::policy::{self, PolicySet, builtin_files, find_files, select, with_builtin_libraries};
use crate::settings::PolicySettings;
use crate::source::Diagnostic;

/// All rules that take part, before any selection.
pub(super) fn load(settings: &PolicySettings) -> Result<PolicySet, Vec<Diagnostic>> {
    let mut files = find_files(&settings.folders)?;
    if settings.builtin {
        files.extend(builtin_files());
    } else {
        files = with_builtin_libraries(files);
    }
    policy::load(&files).map_err(|problems| parse_problems(&files, problems))
}

/// The selected rules, with their params.
pub(super) fn load_selected(settings: &PolicySettings) -> Result<PolicySet, Vec<Diagnostic>> {
    select(&load(settings)?, &settings.selection)
}
