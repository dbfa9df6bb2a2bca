//! The command line.

use std::fmt;
use std::path::PathBuf;

use clap::{Parser, ValueEnum};

/// Measures probity beside the limit and other tools, and prints tables in Markdown.
#[derive(Debug, Parser)]
#[command(name = "compare")]
pub(crate) struct Options {
    /// Where the data go, which take about 12 GB for a million records; what is there already is used again
    #[arg(long, value_name = "DIR", default_value = "target/compare")]
    pub(crate) data: PathBuf,

    /// Records of each file
    #[arg(long, value_name = "COUNT", default_value_t = 1_000_000)]
    pub(crate) records: u64,

    /// Runs of each job, of which the median is printed
    #[arg(long, value_name = "COUNT", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) runs: u32,

    /// Threads of the limit and of probity
    #[arg(long, value_name = "COUNT", default_value_t = 2)]
    pub(crate) threads: u32,

    /// Records of the slice that `--reference` judges; its time is scaled
    #[arg(long, value_name = "COUNT", default_value_t = 10_000)]
    pub(crate) reference_records: u64,

    /// Records of the slice that other tools get; their time is scaled
    #[arg(long, value_name = "COUNT", default_value_t = 1_000)]
    pub(crate) peer_records: u64,

    /// Also ten times the records: 10 GB for a million, on disk
    #[arg(long)]
    pub(crate) huge: bool,

    /// Only these sections, separated by commas
    #[arg(long, value_name = "SECTIONS", value_delimiter = ',')]
    pub(crate) only: Vec<Section>,
}

/// A part of the measurements.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Section {
    /// Nodes of Huawei Cloud, ten rules, three mixes
    Nodes,
    /// One document, and Zstandard, instead of lines
    Forms,
    /// The other four operations
    Operations,
    /// Passes with their evidence
    Evidence,
    /// From few records to many
    Records,
    /// From few rules to many
    Rules,
    /// One small sample
    Startup,
    /// Other tools
    Peers,
}

impl Section {
    /// In the order in which they are run.
    pub(crate) const ALL: [Self; 8] = [
        Self::Nodes,
        Self::Forms,
        Self::Operations,
        Self::Evidence,
        Self::Records,
        Self::Rules,
        Self::Startup,
        Self::Peers,
    ];
}

impl fmt::Display for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.to_possible_value() {
            Some(value) => f.write_str(value.get_name()),
            None => Ok(()),
        }
    }
}

impl Options {
    /// Whether a section is to be run.
    pub(crate) fn wants(&self, section: Section) -> bool {
        self.only.is_empty() || self.only.contains(&section)
    }
}
