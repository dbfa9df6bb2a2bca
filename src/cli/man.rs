//! `probity man`.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use clap::{Args, Command, CommandFactory as _};
use clap_mangen::Man;

use super::output::Output;
use super::{Arguments, Failure};
use crate::finding::ExitCode;
use crate::source::{Code, Diagnostic, printable};

#[derive(Debug, Args)]
pub(super) struct ManArguments {
    /// Write all pages to this folder, which is made if it is not there: `probity.1`, and one for each command.
    #[arg(long, short, value_name = "DIR")]
    output: Option<PathBuf>,
}

pub(super) fn run(arguments: &ManArguments) -> Result<ExitCode, Failure> {
    // Without pages for `help`, which only says what the others say.
    let mut command = Arguments::command().disable_help_subcommand(true);
    command.build();
    let Some(folder) = &arguments.output else {
        page(&command).render(&mut io::stdout().lock())?;
        return Ok(ExitCode::Pass);
    };
    fs::create_dir_all(folder).map_err(|error| unusable(folder, &error))?;
    for command in command.get_subcommands().chain([&command]) {
        let page = page(command);
        let mut output = Output::open(Some(&folder.join(page.get_filename())), &[])?;
        page.render(&mut output).and_then(|()| output.flush()).map_err(|error| output.failure(error))?;
        output.commit()?;
    }
    Ok(ExitCode::Pass)
}

/// The page of a command. It has no date, so that the same version gives the same bytes.
fn page(command: &Command) -> Man {
    Man::new(command.clone()).source(concat!("probity ", env!("CARGO_PKG_VERSION"))).manual("Probity")
}

fn unusable(folder: &Path, error: &io::Error) -> Diagnostic {
    let name = folder.to_string_lossy();
    Diagnostic::error(
        Code::OutputUnwritable,
        format!("cannot make the folder `{}`: {error}", printable(&name)),
    )
    .help("name a folder that may be written to")
}
