//! The job summary of GitHub Actions: the Markdown report at the end of a file that GitHub names.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;

use super::wording;
use super::{Rendering, markdown};
use crate::result::{Recorded, Store};

/// GitHub drops a summary of more than 1 MiB whole, with all that earlier commands of the step put there.
const LIMIT: usize = 900 << 10;
/// What the closing words take at most.
const RESERVE: usize = 1 << 10;

/// Appends the Markdown report to a file, as far as it has room, and says how many more findings there are.
///
/// # Errors
///
/// Where it cannot be rendered, or the file cannot be written.
pub fn append_summary(result: &Recorded, rendering: &Rendering, path: &Path) -> io::Result<()> {
    let taken = fs::metadata(path).map_or(0, |file| usize::try_from(file.len()).unwrap_or(usize::MAX));
    let room = LIMIT.saturating_sub(taken);
    let text = fitting(result, room, |result, out| markdown::write(result, rendering, out))?;
    let mut file = File::options().append(true).create(true).open(path)?;
    file.write_all(text.as_bytes())?;
    file.flush()
}

/// The report with as many findings, from the first on, as there is room for.
fn fitting(
    result: &Recorded,
    room: usize,
    render: impl Fn(&Recorded, &mut dyn io::Write) -> io::Result<()>,
) -> io::Result<String> {
    let rendered = |result: &Recorded| -> io::Result<(String, usize)> {
        let mut capped = Capped { text: Vec::new(), room, size: 0 };
        render(result, &mut capped)?;
        capped.end()
    };
    let (mut text, mut size) = rendered(result)?;
    if size <= room {
        return Ok(text);
    }
    let all = result.findings.len();
    let mut shown = all;
    let mut part = Recorded { head: result.head.clone(), findings: Store::default() };
    let wanted = room.saturating_sub(RESERVE);
    while size > wanted && shown > 0 {
        // As many as would fit if all took the same, and some fewer.
        let ratio = wanted as u128 * 9 / 10;
        let estimate = u128::from(shown) * ratio / (size as u128).max(1);
        shown = u64::try_from(estimate).unwrap_or(0).min(shown - 1);
        part.findings = first(&result.findings, shown)?;
        (text, size) = rendered(&mut part)?;
    }
    if size > wanted {
        // Even without findings there is too much.
        let end = cut(&text, wanted).len();
        text.truncate(end);
    }
    let more = wording::count(all - shown, "more finding is", "more findings are");
    close(&mut text);
    text.push_str(&format!("\n**{more} not shown here: a job summary may not be larger.** The report in full is in the other formats.\n"));
    Ok(text)
}

/// The first findings.
fn first(findings: &Store, count: u64) -> io::Result<Store> {
    let mut some = Store::default();
    findings.each_line(|line| if some.len() < count { some.add(line) } else { Ok(()) })?;
    Ok(some)
}

/// The whole lines among the first bytes.
fn cut(text: &str, room: usize) -> &str {
    let mut end = room.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let (text, _) = text.split_at_checked(end).unwrap_or((text, ""));
    text.rfind('\n').and_then(|end| text.get(..=end)).unwrap_or_default()
}

/// Closes what folds: else all that follows would be folded in.
fn close(text: &mut String) {
    let open = text.matches("<details").count().saturating_sub(text.matches("</details>").count());
    text.push('\n');
    text.push_str(&"</details>\n\n".repeat(open));
}

/// Keeps as much as there is room for, and counts all.
struct Capped {
    text: Vec<u8>,
    room: usize,
    size: usize,
}

impl Capped {
    /// What was kept, and how long all is.
    fn end(mut self) -> io::Result<(String, usize)> {
        // The room may have ended within a character.
        while std::str::from_utf8(&self.text).is_err_and(|error| error.error_len().is_none()) {
            self.text.pop();
        }
        Ok((String::from_utf8(self.text).map_err(io::Error::other)?, self.size))
    }
}

impl io::Write for Capped {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let kept = self.room.saturating_sub(self.text.len()).min(bytes.len());
        self.text.extend_from_slice(bytes.get(..kept).unwrap_or_default());
        self.size += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// A result with so many findings, which are no more than lines here.
    fn result(findings: usize) -> Recorded {
        let zero =
            json!({"pass": 0, "fail": 0, "inconclusive": 0, "not_applicable": 0, "waived": 0, "error": 0});
        let head = json!({
            "schema": "probity.run/v1", "tool": {"name": "probity", "version": "0.1.0"}, "at": "", "gate": "fail",
            "summary": {
                "files": 0, "payloads": 0, "resources": 0, "rules": 0, "verdicts": zero, "outcomes": zero, "known": zero,
                "counts": [],
            },
            "settings": {
                "fail_on": "low", "inconclusive": "fail", "max_age_seconds": null, "config": null, "include": [],
            },
            "inputs": [], "policies": [], "waivers": [], "ratchet": null, "population": [], "diagnostics": [],
        });
        let mut store = Store::default();
        (0..findings).for_each(|number| store.add(format!("finding é {number:06}\n").as_bytes()).unwrap());
        Recorded { head: serde_json::from_value(head).unwrap(), findings: store }
    }

    /// A report with some words in front, and a line for each finding.
    fn report(result: &Recorded, out: &mut dyn io::Write) -> io::Result<()> {
        writeln!(out, "# Report\n<details>")?;
        result.findings.each_line(|line| out.write_all(line))?;
        writeln!(out, "</details>")
    }

    #[test]
    fn what_fits_is_left_alone() {
        let text = fitting(&result(2), 10_000, report).unwrap();
        assert_eq!(text, "# Report\n<details>\nfinding é 000000\nfinding é 000001\n</details>\n");
    }

    #[test]
    fn what_does_not_fit_is_counted() {
        let text = fitting(&result(10_000), 50_000, report).unwrap();
        assert!(text.len() <= 50_000 && text.len() > 30_000, "{}", text.len());
        let shown = text.lines().filter(|line| line.starts_with("finding")).count();
        let more = format!("**{} more findings are not shown here", 10_000 - shown);
        assert!(text.contains(&more), "{shown}: {}", text.lines().last().unwrap());
        assert_eq!(text.matches("<details>").count(), text.matches("</details>").count());
    }

    #[test]
    fn a_head_that_does_not_fit_is_cut_at_a_line() {
        let head = |_: &Recorded, out: &mut dyn io::Write| {
            (0..10_000).try_for_each(|number| writeln!(out, "<details>é {number:06}</details>"))
        };
        let text = fitting(&result(3), 20_000, head).unwrap();
        assert!(
            text.len() <= 20_000 && text.contains("**3 more findings are not shown here"),
            "{}",
            text.len()
        );
        assert!(text.lines().filter(|line| line.starts_with('<')).all(|line| line.len() == 28));
        // No room at all, as where the step has written much before.
        let text = fitting(&result(3), 0, report).unwrap();
        assert!(text.contains("**3 more findings"), "{text}");
    }

    #[test]
    fn it_is_cut_between_lines() {
        assert_eq!(cut("ab\ncd\nef", 7), "ab\ncd\n");
        assert_eq!(cut("ab\ncd\n", 6), "ab\ncd\n");
        assert_eq!(cut("é\né", 4), "é\n");
        assert_eq!(cut("abc", 2), "");
    }

    #[test]
    fn what_folds_is_closed() {
        let mut text = "<details><summary>a</summary>\n<details open>\n</details>\nx\n".to_owned();
        close(&mut text);
        assert!(text.ends_with("x\n\n</details>\n\n"), "{text}");
        let mut text = "x\n".to_owned();
        close(&mut text);
        assert_eq!(text, "x\n\n");
    }
}
