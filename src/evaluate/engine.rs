//! Making engines, and understanding what they say when they fail.

use std::any::Any;
use std::cell::Cell;
use std::num::NonZeroU32;
use std::ops::Range;
use std::panic::{self, AssertUnwindSafe};
use std::time::Duration;

use chrono::{DateTime, Utc};
use regorus::utils::limits::ExecutionTimerConfig;
use regorus::{Engine, Value};

use crate::policy::{PolicyFile, TokenKind, tokens};
use crate::source::{Code, Diagnostic};

/// Longest time that one rule may take on one resource.
const RULE_TIME: Duration = Duration::from_secs(10);
/// Steps of evaluation between two looks at the clock.
const RULE_TIME_STEPS: NonZeroU32 = NonZeroU32::new(1000).unwrap();

/// A place in a Rego file, as the engine names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegoPlace {
    /// Display name of the file.
    pub file: String,
    /// Line, counted from 1.
    pub line_1based: u64,
    /// Column as the engine counts, from 1: in bytes, a tab as four of them; in raw strings in characters.
    pub engine_column_1based: u64,
}

/// What the engine says when it fails.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct EngineError {
    /// What is wrong.
    pub message: String,
    /// Where.
    pub place: Option<RegoPlace>,
}

impl EngineError {
    /// Takes the engine's error text apart: an excerpt between `--> file:line:column` and `error: message`.
    pub(super) fn parse(text: &str) -> Self {
        let text = text.trim();
        let whole = || Self { message: one_line(text), place: None };
        let Some((_, rest)) = text.split_once("--> ") else {
            return whole();
        };
        let (place, rest) = rest.split_once('\n').unwrap_or((rest, ""));
        let message = rest.split_once("error: ").map_or(rest, |(_, message)| message);
        // A second excerpt may follow; one place is enough.
        let message = message.split("-->").next().unwrap_or(message);
        let mut parts = place.rsplitn(3, ':');
        let (column, line, file) = (parts.next(), parts.next(), parts.next());
        let number = |text: Option<&str>| text.and_then(|text| text.trim().parse().ok());
        match (number(column), number(line), file) {
            (Some(engine_column_1based), Some(line_1based), Some(file)) => Self {
                message: one_line(message),
                place: Some(RegoPlace { file: file.to_owned(), line_1based, engine_column_1based }),
            },
            _ => whole(),
        }
    }

    /// As a diagnostic at its place in one of `files`.
    pub(super) fn diagnostic<'f>(
        &self,
        code: Code,
        files: impl IntoIterator<Item = &'f PolicyFile>,
    ) -> Diagnostic {
        let diagnostic = Diagnostic::error(code, &self.message);
        let Some(place) = &self.place else {
            return diagnostic;
        };
        let Some(file) = files.into_iter().find(|file| *file.name == *place.file) else {
            return diagnostic;
        };
        let offset = offset(file, place);
        let (place, excerpt) = file.place(file.word(offset), "here");
        diagnostic.at(place).showing(excerpt)
    }
}

/// Byte offset of a place that the engine names.
fn offset(file: &PolicyFile, place: &RegoPlace) -> usize {
    let start = file.offset(place.line_1based, 1);
    let raw: Vec<Range<usize>> = tokens(&file.text)
        .filter(|token| token.kind == TokenKind::RawText)
        .map(|token| token.span())
        .collect();
    let mut engine_column = 1;
    for (at, c) in file.text.get(start..).unwrap_or_default().char_indices() {
        let at = start + at;
        if engine_column >= place.engine_column_1based || c == '\n' {
            return at;
        }
        engine_column += match c {
            '\t' => 4,
            _ if raw.iter().any(|span| span.contains(&at)) => 1,
            _ => c.len_utf8() as u64,
        };
    }
    file.text.len()
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// An engine without policies, whose clock stands still at `clock`.
pub(super) fn new_engine(clock: DateTime<Utc>) -> Result<Engine, EngineError> {
    let mut engine = Engine::new();
    engine.set_strict_builtin_errors(true);
    // What rules print is not part of the result.
    engine.set_gather_prints(true);
    let config = ExecutionTimerConfig { limit: RULE_TIME, check_interval: RULE_TIME_STEPS };
    engine.set_execution_timer_config(config);
    let now = clock.timestamp_nanos_opt().ok_or_else(|| EngineError {
        message: "the clock must be between the years 1678 and 2261".to_owned(),
        place: None,
    })?;
    // What must not be called is refused before the engine sees it.
    let clock = engine.add_extension("time.now_ns".to_owned(), 0, Box::new(move |_| Ok(Value::from(now))));
    clock.map_err(|error| EngineError::parse(&error.to_string()))?;
    Ok(engine)
}

/// Adds a policy file.
pub(super) fn add(engine: &mut Engine, file: &PolicyFile) -> Result<(), EngineError> {
    let added = guarded(|| engine.add_policy(file.name.to_string(), file.text.clone()));
    match added {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) => Err(EngineError::parse(&error.to_string())),
        Err(message) => Err(EngineError { message, place: None }),
    }
}

/// Evaluates the rule at a path.
pub(super) fn evaluate(engine: &mut Engine, path: &str) -> Result<Value, EvaluationError> {
    match guarded(|| engine.eval_rule(path.to_owned())) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(EvaluationError::Engine(EngineError::parse(&error.to_string()))),
        Err(message) => Err(EvaluationError::Panic(message)),
    }
}

/// Why there is no value.
#[derive(Debug)]
pub(super) enum EvaluationError {
    /// The engine said so.
    Engine(EngineError),
    /// The engine panicked, and cannot be used again.
    Panic(String),
}

thread_local! {
    static IN_ENGINE: Cell<bool> = const { Cell::new(false) };
}

/// Calls the engine; a panic in it becomes its message.
pub(super) fn guarded<T>(call: impl FnOnce() -> T) -> Result<T, String> {
    IN_ENGINE.set(true);
    let result = panic::catch_unwind(AssertUnwindSafe(call));
    IN_ENGINE.set(false);
    result.map_err(|panic| format!("the Rego engine panicked: {}", panic_message(&*panic)))
}

fn panic_message(panic: &(dyn Any + Send)) -> String {
    panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .map_or_else(|| "no message".to_owned(), |text| one_line(&text))
}

/// Keeps panics of the engine, which become verdicts, from being printed. For the start of `main`.
pub fn quiet_engine_panics() {
    let usual = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if !IN_ENGINE.get() {
            usual(info);
        }
    }));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::{ALLOWED, REFUSED};

    #[test]
    fn errors_are_taken_apart() {
        let file = PolicyFile::new("a:b.rego", "package x\n\n\tdeny := { 1\n");
        let mut engine = new_engine(DateTime::UNIX_EPOCH).unwrap();
        let error = add(&mut engine, &file).unwrap_err();
        let place = error.place.clone().unwrap();
        assert_eq!((place.file.as_str(), place.line_1based), ("a:b.rego", 4));
        assert!(!error.message.contains('\n') && !error.message.contains("-->"), "{}", error.message);
        let plain = EngineError::parse("something\n  else");
        assert_eq!(plain, EngineError { message: "something else".to_owned(), place: None });
    }

    #[test]
    fn columns_of_the_engine_are_in_bytes() {
        let at = |text: &str, line_1based, engine_column_1based| {
            let place = RegoPlace { file: "f.rego".to_owned(), line_1based, engine_column_1based };
            offset(&PolicyFile::new("f.rego", text), &place)
        };
        // A tab is columns 1 to 4; `x := "` 5 to 10, `é` 11 and 12, `"; ` 13 to 15; bytes: 0, 1 to 6, 7 and 8.
        assert_eq!(at("\tx := \"é\"; y", 1, 16), 12);
        // In a raw string a character is a column, and a tab four: the quote 1, `é` 2, a tab 3 to 6.
        assert_eq!(at("`é\t` y", 1, 9), 6);
        assert_eq!(at("a\nbc\n", 2, 9), 4, "the end of the line");
        assert_eq!(at("a\nbc\n", 9, 9), 5);
        let file = PolicyFile::new("f.rego", "package x\np if {\n\tx := é\n}\n");
        let mut engine = new_engine(DateTime::UNIX_EPOCH).unwrap();
        let error = add(&mut engine, &file).unwrap_err();
        let diagnostic = error.diagnostic(Code::PolicyParse, [&file]);
        let start = diagnostic.place.unwrap().start;
        assert_eq!((start.line_1based, start.column_1based), (3, 7));
    }

    #[test]
    fn every_built_in_function_is_allowed_or_refused() {
        // Not documented, but public. Those of names with `__` stand for operators.
        let known = regorus::unstable::BUILTINS.iter().filter(|(name, _)| !name.starts_with("__"));
        let mut known: Vec<(&str, usize)> =
            known.map(|(name, (_, arity))| (*name, usize::from(*arity))).collect();
        known.sort_unstable();
        let refused = |name: &str| REFUSED.iter().any(|(refused, _)| *refused == name);
        let usable: Vec<(&str, usize)> = known.iter().filter(|(name, _)| !refused(name)).copied().collect();
        let mut allowed: Vec<(&str, usize)> = ALLOWED.iter().map(|known| (known.name, known.arity)).collect();
        allowed.sort_unstable();
        assert_eq!(usable, allowed);
    }

    #[test]
    fn the_clock_stands_still() {
        let clock = "2026-11-21T00:00:00Z".parse().unwrap();
        let mut engine = new_engine(clock).unwrap();
        add(&mut engine, &PolicyFile::new("f", "package x\n\nnow := time.now_ns()\n")).unwrap();
        let now = evaluate(&mut engine, "data.x.now").unwrap();
        assert_eq!(now, Value::from(1_795_219_200_000_000_000_i64));
    }

    #[test]
    fn a_panic_is_caught() {
        let mut engine = new_engine(DateTime::UNIX_EPOCH).unwrap();
        let text = "package x\n\np := object.subset([1], [])\n";
        add(&mut engine, &PolicyFile::new("f", text)).unwrap();
        let error = evaluate(&mut engine, "data.x.p").unwrap_err();
        assert!(matches!(error, EvaluationError::Panic(_)), "{error:?}");
    }

    #[test]
    fn patterns_know_the_usual_classes() {
        let mut engine = new_engine(DateTime::UNIX_EPOCH).unwrap();
        let text = "package x\n\np if regex.match(`(?i)^\\s*KEY\\b\\d+`, \" key 1\") == false\n";
        add(&mut engine, &PolicyFile::new("f", text)).unwrap();
        assert_eq!(evaluate(&mut engine, "data.x.p").unwrap(), Value::Bool(true));
    }
}
