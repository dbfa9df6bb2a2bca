//! Loading the policies that a command asks for.

use std::path::PathBuf;
use std::sync::Arc;

use crate::config::Config;
use crate::evaluate::parse_problems;
use crate::policy::{
    self, PolicyFile, PolicySet, builtin_files, find_files_partly, select, with_builtin_libraries,
};
use crate::settings::PolicySettings;
use crate::source::{Diagnostic, Spot};

/// All rules that take part, before any selection.
pub(super) fn load(settings: &PolicySettings) -> Result<PolicySet, Vec<Diagnostic>> {
    let named = Named { folders: settings.folders.clone(), at: settings.folders_at.clone() };
    let mut files = named.files()?;
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

/// Folders or files of policies.
pub(super) struct Named {
    folders: Vec<PathBuf>,
    /// Where the configuration names them, if it does.
    at: Option<Spot>,
}

/// The folders that the command line names, or else the configuration.
pub(super) fn named_or_configured(folders: &[PathBuf], config: &Config) -> Option<Named> {
    if !folders.is_empty() {
        return Some(Named { folders: folders.to_vec(), at: None });
    }
    let entry = config.keys.policies.as_ref().filter(|entry| !entry.value.is_empty())?;
    let folders = entry.value.iter().map(|path| path.value.0.clone()).collect();
    Some(Named { folders, at: Some(entry.spot.clone()) })
}

impl Named {
    /// Their files.
    pub(super) fn files(&self) -> Result<Vec<Arc<PolicyFile>>, Vec<Diagnostic>> {
        let (files, problems) = self.files_partly();
        if problems.is_empty() { Ok(files) } else { Err(problems) }
    }

    /// The same, with what can be read beside what cannot.
    pub(super) fn files_partly(&self) -> (Vec<Arc<PolicyFile>>, Vec<Diagnostic>) {
        let (files, problems) = find_files_partly(&self.folders);
        let named_here = |problem: Diagnostic| match &self.at {
            None => problem,
            Some(spot) => {
                let note = Diagnostic::warning(problem.code, "the configuration names it");
                problem.with(spot.showing(note, "here"))
            }
        };
        (files, problems.into_iter().map(named_here).collect())
    }
}
