//! Diagnostics of a file, as many as a person would read; the rest is counted.

use std::collections::BTreeMap;

use crate::source::{Code, Diagnostic};

/// Diagnostics of one code that are kept for a file.
pub(super) const KEPT: usize = 20;

/// Diagnostics of a part of a file, or of all of it.
#[derive(Debug, Default)]
pub(super) struct Log {
    kept: Vec<(Option<String>, Diagnostic)>,
    more: BTreeMap<(Code, Option<String>), u64>,
}

impl Log {
    /// Adds a diagnostic.
    pub(super) fn push(&mut self, diagnostic: Diagnostic) {
        self.push_with(diagnostic.code, || diagnostic);
    }

    /// Adds diagnostics.
    pub(super) fn extend(&mut self, diagnostics: impl IntoIterator<Item = Diagnostic>) {
        for diagnostic in diagnostics {
            self.push(diagnostic);
        }
    }

    /// Adds a diagnostic of this code, which is made only if it is kept.
    pub(super) fn push_with(&mut self, code: Code, diagnostic: impl FnOnce() -> Diagnostic) {
        let count = self.kept.iter().filter(|(key, kept)| key.is_none() && kept.code == code).count();
        if count < KEPT {
            self.kept.push((None, diagnostic()));
        } else {
            *self.more.entry((code, None)).or_default() += 1;
        }
    }

    /// Counts diagnostics of a code of which as many are there as are kept.
    pub(super) fn count(&mut self, code: Code, more: u64) {
        if more > 0 {
            *self.more.entry((code, None)).or_default() += more;
        }
    }

    /// Adds a diagnostic, unless one with the same key is there.
    pub(super) fn push_once(&mut self, key: String, diagnostic: impl FnOnce() -> Diagnostic, code: Code) {
        let known =
            |kept: &(Option<String>, Diagnostic)| kept.0.as_ref() == Some(&key) && kept.1.code == code;
        if self.kept.iter().any(known) {
            *self.more.entry((code, Some(key))).or_default() += 1;
        } else {
            self.kept.push((Some(key), diagnostic()));
        }
    }

    /// Adds the log of the next part of the file.
    pub(super) fn append(&mut self, next: Self) {
        for (key, diagnostic) in next.kept {
            match key {
                None => self.push(diagnostic),
                Some(key) => {
                    let code = diagnostic.code;
                    self.push_once(key, || diagnostic, code);
                }
            }
        }
        for (key, count) in next.more {
            *self.more.entry(key).or_default() += count;
        }
    }

    /// All diagnostics; where some were only counted, the last of their kind says how many.
    pub(super) fn finish(self, file: &str) -> Vec<Diagnostic> {
        let Self { kept, mut more } = self;
        let mut diagnostics: Vec<Diagnostic> = kept
            .into_iter()
            .map(|(key, mut diagnostic)| {
                if key.is_some()
                    && let Some(count) = more.remove(&(diagnostic.code, key))
                {
                    let times = if count == 1 { "once more" } else { "more times" };
                    let count = if count == 1 { String::new() } else { format!("{count} ") };
                    diagnostic.message.push_str(&format!(" (and {count}{times} in this file)"));
                }
                diagnostic
            })
            .collect();
        for ((code, _), count) in more {
            let level = diagnostics.iter().find(|d| d.code == code).map(|d| d.level);
            let mut rest = Diagnostic::error(code, format!("{count} more of these in `{file}`"));
            rest.level = level.unwrap_or(rest.level);
            let at = diagnostics.iter().rposition(|d| d.code == code).map_or(diagnostics.len(), |at| at + 1);
            diagnostics.insert(at, rest);
        }
        diagnostics
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(log: Log) -> Vec<String> {
        log.finish("f").into_iter().map(|diagnostic| diagnostic.message).collect()
    }

    #[test]
    fn the_first_are_kept_and_the_rest_is_counted() {
        let mut whole = Log::default();
        for part in 0..3 {
            let mut log = Log::default();
            for number in 0..30 {
                log.push(Diagnostic::error(Code::PayloadMalformed, format!("{part}.{number}")));
            }
            log.push(Diagnostic::warning(Code::PayloadEmpty, "empty"));
            whole.append(log);
        }
        let messages = messages(whole);
        assert_eq!(messages.len(), 20 + 1 + 3);
        assert_eq!(messages[19], "0.19");
        assert_eq!(messages[20], "70 more of these in `f`");
        assert_eq!(messages[21], "empty");
    }

    #[test]
    fn what_is_the_same_is_said_once() {
        let mut whole = Log::default();
        for _ in 0..2 {
            let mut log = Log::default();
            for key in ["a", "a", "b"] {
                let code = Code::PayloadUnknownField;
                log.push_once(key.to_owned(), || Diagnostic::warning(code, key), code);
            }
            whole.append(log);
        }
        assert_eq!(messages(whole), ["a (and 3 more times in this file)", "b (and once more in this file)"]);
    }
}
