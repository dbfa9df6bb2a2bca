//! The files that are measured on, and the programs.

use std::fs::{self, File};
use std::hash::{Hash as _, Hasher as _};
use std::io::{self, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::measure::Job;
use crate::note;

/// The clock that the records are made for.
pub(crate) const CLOCK: &str = "2026-11-21T00:00:00Z";

/// What makes the data: where it changes, they do.
const GENERATORS: [&str; 2] =
    [include_str!("../../benches/support/generate.rs"), include_str!("../../benches/support/rules.rs")];

/// An operation whose records can be made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kind {
    /// As the generator calls it.
    pub(crate) name: &'static str,
    /// The operation.
    pub(crate) operation: &'static str,
}

/// Huawei Cloud's nodes.
pub(crate) const NODES: Kind = Kind { name: "nodes", operation: "huawei.coc.ListInstanceCompliant" };

/// The other four.
pub(crate) const OTHERS: [Kind; 4] = [
    Kind { name: "patch-states", operation: "alibaba.oos.ListInstancePatchStates" },
    Kind { name: "images", operation: "alibaba.sas.DescribeImageInstances" },
    Kind { name: "batches", operation: "alibaba.sas.ListPublishBatch" },
    Kind { name: "baselines", operation: "aws.ssm.GetPatchBaseline" },
];

/// Makes files where they are not there yet.
pub(crate) struct Data {
    folder: PathBuf,
    programs: PathBuf,
}

impl Data {
    /// Files go to a folder of `folder` that is named after what makes them.
    pub(crate) fn new(folder: &Path) -> io::Result<Self> {
        let mut hasher = std::hash::DefaultHasher::new();
        GENERATORS.hash(&mut hasher);
        let folder = folder.join(format!("{:016x}", hasher.finish()));
        fs::create_dir_all(&folder)?;
        let this = std::env::current_exe()?;
        let programs =
            this.parent().ok_or_else(|| io::Error::other("this program is in no folder"))?.to_owned();
        Ok(Self { folder, programs })
    }

    /// A path for something else.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Records, one a line.
    pub(crate) fn lines(&self, kind: Kind, mix: &str, records: u64) -> io::Result<PathBuf> {
        self.file(&format!("{}-{mix}-{records}.ndjson", kind.name), |file| {
            self.generate(&[kind.name, &records.to_string(), mix, "lines"], file)
        })
    }

    /// The same as one document.
    pub(crate) fn document(&self, kind: Kind, mix: &str, records: u64) -> io::Result<PathBuf> {
        self.file(&format!("{}-{mix}-{records}.json", kind.name), |file| {
            self.generate(&[kind.name, &records.to_string(), mix, "document"], file)
        })
    }

    /// Records, one a line, compressed.
    pub(crate) fn compressed(&self, kind: Kind, mix: &str, records: u64) -> io::Result<PathBuf> {
        let lines = self.lines(kind, mix, records)?;
        self.file(&format!("{}-{mix}-{records}.ndjson.zst", kind.name), |file| {
            zstd::stream::copy_encode(BufReader::new(File::open(&lines)?), file, 3)
        })
    }

    /// A folder with so many rules for nodes.
    pub(crate) fn rules(&self, count: u64) -> io::Result<PathBuf> {
        let folder = self.path(&format!("rules-{count}"));
        if !folder.is_dir() {
            note(&format!("making {}", folder.display()));
            let job = Job::new(self.program("generate")).args(["rules", &count.to_string()]).arg(&folder);
            job.output()?;
        }
        Ok(folder)
    }

    /// The program of an example.
    pub(crate) fn program(&self, name: &str) -> PathBuf {
        self.programs.join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
    }

    /// `probity`, which stands beside the examples.
    pub(crate) fn probity(&self) -> PathBuf {
        let folder = self.programs.parent().unwrap_or(&self.programs);
        folder.join(format!("probity{}", std::env::consts::EXE_SUFFIX))
    }

    /// Makes a file under another name first, so that one that is there is whole.
    fn file(&self, name: &str, make: impl FnOnce(File) -> io::Result<()>) -> io::Result<PathBuf> {
        let path = self.path(name);
        if !path.is_file() {
            note(&format!("making {}", path.display()));
            let part = self.path(&format!("{name}.part"));
            make(File::create(&part)?)?;
            fs::rename(&part, &path)?;
        }
        Ok(path)
    }

    fn generate(&self, arguments: &[&str], out: File) -> io::Result<()> {
        let status = Command::new(self.program("generate"))
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(out)
            .status()?;
        if status.success() { Ok(()) } else { Err(io::Error::other("the generator failed")) }
    }
}

/// The size of a file in MB.
pub(crate) fn megabytes(path: &Path) -> io::Result<u64> {
    Ok(fs::metadata(path)?.len() / 1_000_000)
}

/// Reads a file once, so that the first job that is measured does not wait for the disk more than others.
pub(crate) fn warm(path: &Path) -> io::Result<()> {
    let mut file = File::open(path)?;
    let mut buffer = vec![0; 1 << 20];
    while file.read(&mut buffer)? > 0 {}
    Ok(())
}
