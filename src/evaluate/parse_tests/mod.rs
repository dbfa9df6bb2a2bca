//! What syntax trees hold, what is refused in them, and what rules read.

use chrono::DateTime;

use super::*;
use crate::evaluate::Plan;
use crate::policy::load;

mod checks;
mod plausible;
mod reach;
mod reads;
mod trees;

/// A rule with further METADATA under `custom`; the body begins two lines behind its seven lines and those.
fn rule(operation: &str, custom: &[&str], body: &str) -> String {
    let custom: String = custom.iter().map(|line| format!("#   {line}\n")).collect();
    format!(
        "# METADATA\n# title: T\n# custom:\n#   id: T-1\n#   severity: low\n#   applies_to: {operation}\n{custom}package org.t\n\n{body}\n"
    )
}

fn plan(files: &[(&str, &str)]) -> Result<Plan, Vec<Diagnostic>> {
    let files: Vec<Arc<PolicyFile>> =
        files.iter().map(|(name, text)| Arc::new(PolicyFile::new(name, *text))).collect();
    Plan::new(&load(&files)?, DateTime::UNIX_EPOCH)
}

/// What is wrong with files: code, message, and place as `file:line:column`.
fn problems(files: &[(&str, &str)]) -> Vec<(String, String, String)> {
    let told = plan(files).err().unwrap_or_default().into_iter().map(|problem| {
        let place = problem.place.unwrap();
        let at = format!("{}:{}:{}", place.file, place.start.line_1based, place.start.column_1based);
        (problem.code.to_string(), problem.message, at)
    });
    told.collect()
}
