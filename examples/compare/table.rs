//! Tables in Markdown.

use crate::measure::Measured;

/// Lines of a table.
#[derive(Debug)]
pub(crate) struct Table {
    title: String,
    text: String,
    notes: Vec<String>,
}

impl Table {
    /// A table with these columns.
    pub(crate) fn new(title: impl Into<String>, columns: &[&str]) -> Self {
        let rule = vec!["---"; columns.len()];
        let text = format!("| {} |\n| {} |\n", columns.join(" | "), rule.join(" | "));
        Self { title: title.into(), text, notes: Vec::new() }
    }

    /// Adds a row.
    pub(crate) fn row(&mut self, cells: &[String]) {
        self.text.push_str(&format!("| {} |\n", cells.join(" | ")));
    }

    /// Adds a sentence below.
    pub(crate) fn note(&mut self, text: impl Into<String>) {
        self.notes.push(text.into());
    }

    /// The whole.
    pub(crate) fn finish(self) -> String {
        let notes: String = self.notes.iter().map(|note| format!("\n{note}\n")).collect();
        format!("\n## {}\n\n{}{notes}", self.title, self.text)
    }
}

/// Columns of most tables.
pub(crate) const COLUMNS: [&str; 8] =
    ["work", "wall", "CPU", "peak", "ratio of wall", "ratio of CPU", "to", "target of wall"];

/// What a job is held against.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Against<'a> {
    /// What it is called.
    pub(crate) name: &'a str,
    /// What it took.
    pub(crate) measured: Measured,
    /// Most times that the job may take, where that is said.
    pub(crate) target: Option<f64>,
}

/// A row of such a table.
pub(crate) fn row(work: impl Into<String>, measured: &Measured, against: Option<Against<'_>>) -> Vec<String> {
    let mut cells =
        vec![work.into(), seconds(measured.wall), processor(measured), megabytes(measured.peak_kib)];
    match against {
        None => cells.extend(["", "", "", ""].map(str::to_owned)),
        Some(Against { name, measured: other, target }) => {
            let ratio = measured.wall / other.wall;
            let of_processor = measured.processor.zip(other.processor).filter(|(_, other)| *other > 0.0);
            let of_processor =
                of_processor.map_or_else(|| "–".to_owned(), |(this, other)| format!("{:.2}", this / other));
            cells.extend([format!("{ratio:.2}"), of_processor, name.to_owned(), told(ratio, target)]);
        }
    }
    cells
}

/// Whether a figure is within its target.
pub(crate) fn told(figure: f64, target: Option<f64>) -> String {
    target.map_or_else(String::new, |target| {
        format!("{target}: {}", if figure <= target { "met" } else { "**missed**" })
    })
}

/// Seconds, or milliseconds where they are few.
pub(crate) fn seconds(seconds: f64) -> String {
    if seconds < 0.1 { format!("{:.1} ms", seconds * 1000.0) } else { format!("{seconds:.2} s") }
}

/// The processors' time.
pub(crate) fn processor(measured: &Measured) -> String {
    measured.processor.map_or_else(|| "–".to_owned(), seconds)
}

/// Memory in MB.
pub(crate) fn megabytes(kib: Option<u64>) -> String {
    kib.map_or_else(|| "–".to_owned(), |kib| format!("{} MB", kib * 1024 / 1_000_000))
}

/// A number, as far as it can be told exactly.
pub(crate) fn number(count: u64) -> f64 {
    u32::try_from(count).map_or(f64::INFINITY, f64::from)
}

/// 1000000 as `1,000,000`.
pub(crate) fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
