//! Measures probity beside the limit, its own plain path, and whichever other tools are installed, one after the other
//! in one go, and prints tables. `benches/compare` builds what is needed and starts it.
//!
//! Jobs that are held against each other take turns, so that a machine that slows down slows all of them. What is
//! printed of several runs is the median, of peak memory the largest.

mod data;
mod machine;
mod measure;
mod options;
mod peers;
mod scaling;
mod sections;
mod table;

use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::Parser as _;

use data::Data;
use options::{Options, Section};

/// What sections need.
pub(crate) struct Bench {
    pub(crate) options: Options,
    pub(crate) data: Data,
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "compare: {error}");
            ExitCode::from(2)
        }
    }
}

fn run() -> io::Result<()> {
    let options = Options::parse();
    let data = Data::new(&options.data)?;
    let bench = Bench { options, data };
    say(&machine::description(&bench))?;
    for section in Section::ALL {
        if !bench.options.wants(section) {
            continue;
        }
        note(&format!("section {section}"));
        say(&match section {
            Section::Nodes => sections::nodes(&bench),
            Section::Forms => sections::forms(&bench),
            Section::Operations => sections::operations(&bench),
            Section::Evidence => sections::evidence(&bench),
            Section::Records => scaling::records(&bench),
            Section::Rules => scaling::rules(&bench),
            Section::Startup => sections::startup(&bench),
            Section::Peers => peers::peers(&bench),
        }?)?;
    }
    Ok(())
}

/// Prints a part of the result.
fn say(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{text}")?;
    out.flush()
}

/// Tells how far it is.
pub(crate) fn note(text: &str) {
    let _ = writeln!(io::stderr(), "compare: {text}");
}
