//! Results of Rego tests.

use std::io::{self, Write};

use miette::Severity as Weight;

use super::Style;
use super::excerpt::{Shape, place_words};
use crate::evaluate::TestReport;
use crate::source::printable;

/// Writes a line for each test, the failures in full, and a summary; with `coverage` also the lines that no
/// test reached.
///
/// # Errors
///
/// Where it cannot be written.
pub fn write_test_report(
    report: &TestReport,
    coverage: bool,
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    for test in &report.tests {
        let word = if test.passed { "pass" } else { "FAIL" };
        writeln!(out, "{word} {}", test.name)?;
    }
    writeln!(out)?;
    for test in report.tests.iter().filter(|test| !test.passed) {
        let Some(failure) = &test.failure else {
            continue;
        };
        let header = format!("{} at {}", test.name, place_words(&test.place));
        let excerpt = failure.at.as_ref().map(|(_, excerpt)| excerpt);
        let mut shape = Shape::new(header, &failure.message, Weight::Error).showing(excerpt);
        shape.label_words = false;
        shape.write(style, out)?;
        if let Some(comparison) = &failure.comparison {
            for (name, side) in [("left ", &comparison.left), ("right", &comparison.right)] {
                let side = side.as_deref().unwrap_or("undefined");
                writeln!(out, "  {name}  {}", printable(side))?;
            }
            writeln!(out)?;
        }
        for print in &test.prints {
            writeln!(out, "  printed  {}", printable(print))?;
        }
    }
    if coverage {
        write_coverage(report, out)?;
    }
    let passed = report.tests.iter().filter(|test| test.passed).count();
    writeln!(out, "{passed} passed, {} failed", report.tests.len() - passed)?;
    out.flush()
}

fn write_coverage(report: &TestReport, out: &mut dyn Write) -> io::Result<()> {
    let (mut covered, mut all) = (0, 0);
    for (file, lines) in &report.coverage {
        covered += lines.covered.len();
        all += lines.covered.len() + lines.not_covered.len();
        if !lines.not_covered.is_empty() {
            let numbers: Vec<String> = lines.not_covered.iter().map(u32::to_string).collect();
            writeln!(out, "not covered: {file} lines {}", numbers.join(", "))?;
        }
    }
    writeln!(out, "{covered} of {all} lines covered")
}
