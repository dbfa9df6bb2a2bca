//! `probity schema`.

use std::io::{self, Write as _};

use clap::Args;

use super::Failure;
use crate::config::config_schema;
use crate::finding::ExitCode;
use crate::model::resource_schema;
use crate::operation::Operation;
use crate::report::{
    diff_schema, explain_schema, lint_schema, mutations_schema, ratchet_schema, run_schema, settings_schema,
};
use crate::snapshot::snapshot_schema;
use crate::source::{Code, Diagnostic};

#[derive(Debug, Args)]
#[command(arg_required_else_help = true)]
pub(super) struct SchemaArguments {
    /// An operation; or `run`, `lint`, `explain`, `mutations`, `diff` or `settings` for the results of `check`, `lint`,
    /// `explain`, `test --mutate`, `diff` and `config` with `--format json`; or `config` for probity.toml; or `ratchet`
    /// for the file of `--ratchet`; or `snapshot` for the manifest that `fetch` writes beside its pages.
    #[arg(value_name = "OPERATION", required_unless_present = "list")]
    of: Option<String>,

    /// List what there are schemas of.
    #[arg(long, conflicts_with = "of")]
    list: bool,
}

pub(super) fn run(arguments: &SchemaArguments) -> Result<ExitCode, Failure> {
    let mut out = io::stdout().lock();
    let schema = match arguments.of.as_deref() {
        None => {
            for operation in Operation::ALL {
                writeln!(out, "{operation}")?;
            }
            for result in
                ["run", "lint", "explain", "mutations", "diff", "settings", "config", "ratchet", "snapshot"]
            {
                writeln!(out, "{result}")?;
            }
            return Ok(ExitCode::Pass);
        }
        Some("run") => run_schema(),
        Some("lint") => lint_schema(),
        Some("explain") => explain_schema(),
        Some("mutations") => mutations_schema(),
        Some("diff") => diff_schema(),
        Some("ratchet") => ratchet_schema(),
        Some("snapshot") => snapshot_schema(),
        Some("settings") => settings_schema(),
        Some("config") => config_schema(),
        Some(name) => match name.parse::<Operation>() {
            Ok(operation) => resource_schema(operation),
            Err(error) => {
                return Err(Diagnostic::error(Code::PayloadUnrecognised, error.to_string())
                    .help("`probity schema --list` lists what there are schemas of")
                    .into());
            }
        },
    };
    serde_json::to_writer_pretty(&mut out, &schema).map_err(io::Error::from)?;
    writeln!(out)?;
    Ok(ExitCode::Pass)
}
