//! Running the tests that stand beside rules.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use regorus::{Engine, Value};

use super::engine::{EngineError, EvaluationError, add, evaluate, new_engine};
use super::parse::parse_all;
use super::plan::{by_package, needed};
use crate::policy::{
    Declared, Definition as Rule, Member, PolicyFile, Statement, check, duplicate_tests, hidden, unreachable,
};
use crate::source::{Code, Diagnostic, Excerpt, Place};

/// A rule that is added to a file to evaluate something there.
const PROBE: &str = "probity_probe";

/// Results of all tests, in the order of files and lines.
#[derive(Debug, Default)]
pub struct TestReport {
    /// The tests.
    pub tests: Vec<TestOutcome>,
    /// Lines of the files that are under test, by file.
    pub coverage: BTreeMap<String, Coverage>,
}

/// Which lines of a file the tests evaluated.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Lines that were evaluated, counted from 1.
    pub covered: BTreeSet<u32>,
    /// Lines that could have been, and were not.
    pub not_covered: BTreeSet<u32>,
}

/// The result of one test.
#[derive(Debug)]
pub struct TestOutcome {
    /// Its full name: `policies.lib.times_test.test_age`.
    pub name: String,
    /// Where it stands.
    pub place: Place,
    /// Whether it passed.
    pub passed: bool,
    /// What went wrong.
    pub failure: Option<TestFailure>,
    /// What it printed.
    pub prints: Vec<String>,
}

/// Why a test did not pass.
#[derive(Debug)]
pub struct TestFailure {
    /// The statement that does not hold, or the engine's message.
    pub message: String,
    /// Where.
    pub at: Option<(Place, Excerpt)>,
    /// The values that it compares.
    pub comparison: Option<Comparison>,
}

/// Both sides of a comparison, as JSON or Rego sets; `None` where a side is undefined.
#[derive(Debug, PartialEq, Eq)]
pub struct Comparison {
    /// The left side.
    pub left: Option<String>,
    /// The right side.
    pub right: Option<String>,
}

/// Runs every rule whose name begins with `test_`.
///
/// `filter` says which tests to run, by full name. The clock of the tests is `clock`, unless they set their
/// own.
///
/// # Errors
///
/// Files that do not parse, that refer to what is not there, or that nothing refers to, and tests of one
/// package with the same name: the engine would join them, so that one failure could hide behind another's
/// success.
pub fn run_tests(
    files: &[Arc<PolicyFile>],
    clock: DateTime<Utc>,
    filter: &(dyn Fn(&str) -> bool + Sync),
) -> Result<TestReport, Vec<Diagnostic>> {
    let files: Vec<&Arc<PolicyFile>> = files.iter().collect();
    let modules = parse_all(&files)?;
    let mut problems = check(&files, &modules, &Declared::new(&modules));
    problems.extend(duplicate_tests(&files, &modules));
    let members: Vec<Member<'_>> =
        files.iter().zip(&modules).map(|(file, module)| Member::read(file, module)).collect();
    problems.extend(hidden(&members));
    problems.extend(unreachable(&members));
    if !problems.is_empty() {
        return Err(problems);
    }
    let by_package = by_package(&modules);
    let mut report = TestReport::default();
    for (index, (file, module)) in files.iter().zip(&modules).enumerate() {
        let tests: Vec<&Rule> = module.rules.iter().filter(|rule| rule.is_test()).collect();
        if tests.is_empty() {
            continue;
        }
        let needed: Vec<&PolicyFile> =
            needed(index, &modules, &by_package).iter().filter_map(|&i| Some(&***files.get(i)?)).collect();
        let mut bench = Bench { file, needed, clock, engine: None };
        for test in tests {
            let name = format!("{}.{}", bench.package(), test.name);
            if filter(&name) {
                report.tests.push(bench.run(test, name));
            }
        }
        bench.collect_coverage(&mut report.coverage);
    }
    complete_coverage(&files, clock, &mut report.coverage);
    Ok(report)
}

/// Runs the tests of one file.
struct Bench<'f> {
    file: &'f PolicyFile,
    needed: Vec<&'f PolicyFile>,
    clock: DateTime<Utc>,
    engine: Option<Engine>,
}

impl Bench<'_> {
    fn package(&self) -> &str {
        self.file.package().map_or("", |(package, _)| package)
    }

    fn run(&mut self, test: &Rule, name: String) -> TestOutcome {
        let (place, _) = self.file.place(self.file.word(test.span.start), "");
        let mut outcome = TestOutcome { name, place, passed: false, failure: None, prints: Vec::new() };
        let mut engine = match self.engine.take().map_or_else(|| self.new_engine(self.file), Ok) {
            Ok(engine) => engine,
            Err(error) => {
                outcome.failure = Some(self.engine_failure(&error));
                return outcome;
            }
        };
        let path = format!("data.{}.{}", self.package(), test.name);
        let value = evaluate(&mut engine, &path);
        outcome.prints = engine.take_prints().unwrap_or_default();
        match value {
            Ok(Value::Bool(true)) => outcome.passed = true,
            Ok(_) => outcome.failure = Some(self.explain(test)),
            Err(EvaluationError::Engine(error)) => outcome.failure = Some(self.engine_failure(&error)),
            Err(EvaluationError::Panic(message)) => {
                // The next test gets a new engine.
                outcome.failure = Some(TestFailure { message, at: None, comparison: None });
                return outcome;
            }
        }
        self.engine = Some(engine);
        outcome
    }

    fn new_engine(&self, file: &PolicyFile) -> Result<Engine, EngineError> {
        let mut engine = new_engine(self.clock)?;
        engine.set_enable_coverage(true);
        for needed in &self.needed {
            add(&mut engine, if needed.name == file.name { file } else { needed })?;
        }
        Ok(engine)
    }

    fn engine_failure(&self, error: &EngineError) -> TestFailure {
        let diagnostic = error.diagnostic(Code::PolicyTest, self.needed.iter().copied());
        TestFailure {
            message: diagnostic.message,
            at: diagnostic.place.zip(diagnostic.excerpt),
            comparison: None,
        }
    }

    /// Finds the first statement that does not hold, and the values that it compares.
    fn explain(&self, test: &Rule) -> TestFailure {
        let broken = test.only_statements().iter().enumerate().find(|(index, _)| {
            let upto = test.only_statements().get(..=*index).unwrap_or_default();
            let body: Vec<&str> = upto.iter().map(|s| self.text(&s.span)).collect();
            self.probe(&format!("{PROBE} if {{\n{}\n}}", body.join("\n"))) != Some(Value::Bool(true))
        });
        let Some((index, statement)) = broken else {
            return TestFailure { message: "it is not true".to_owned(), at: None, comparison: None };
        };
        let message = match &statement.sides {
            Some(_) => "the two sides differ",
            None => "this does not hold",
        };
        let before = test.only_statements().get(..index).unwrap_or_default();
        TestFailure {
            message: message.to_owned(),
            at: Some(self.file.place(statement.span.clone(), message)),
            comparison: statement.sides.as_ref().map(|(left, right)| Comparison {
                left: self.side(before, statement, left),
                right: self.side(before, statement, right),
            }),
        }
    }

    /// The value of one side of a statement.
    fn side(&self, before: &[Statement], statement: &Statement, side: &Range<usize>) -> Option<String> {
        let mut body: Vec<String> = before.iter().map(|s| self.text(&s.span).to_owned()).collect();
        let with = statement.with.as_ref().map_or("", |with| self.text(with));
        body.push(format!("probity_side := {} {with}", self.text(side)));
        let rule = format!("{PROBE} := probity_side if {{\n{}\n}}", body.join("\n"));
        self.probe(&rule).map(|value| rego_text(&value))
    }

    /// Adds a rule to the file and evaluates it.
    fn probe(&self, rule: &str) -> Option<Value> {
        let text = format!("{}\n{rule}\n", self.file.text);
        let file = self.file.with_text(text);
        let mut engine = self.new_engine(&file).ok()?;
        let path = format!("data.{}.{PROBE}", self.package());
        match evaluate(&mut engine, &path) {
            Ok(Value::Undefined) | Err(_) => None,
            Ok(value) => Some(value),
        }
    }

    fn text(&self, span: &Range<usize>) -> &str {
        self.file.text.get(span.clone()).unwrap_or_default()
    }

    fn collect_coverage(&self, coverage: &mut BTreeMap<String, Coverage>) {
        if let Some(engine) = &self.engine {
            collect_coverage(engine, coverage);
        }
    }
}

/// Adds what an engine has evaluated, and what it could have.
fn collect_coverage(engine: &Engine, coverage: &mut BTreeMap<String, Coverage>) {
    let Ok(report) = engine.get_coverage_report() else {
        return;
    };
    for file in report.files {
        let entry = coverage.entry(file.path).or_default();
        entry.covered.extend(file.covered);
        entry.not_covered.extend(file.not_covered);
        let Coverage { covered, not_covered } = entry;
        not_covered.retain(|line| !covered.contains(line));
    }
}

/// Adds the lines of the files that no test refers to, and takes out those of files that are not under test:
/// tests, and built-in files that a user's rules import from.
fn complete_coverage(
    files: &[&Arc<PolicyFile>],
    clock: DateTime<Utc>,
    coverage: &mut BTreeMap<String, Coverage>,
) {
    let only_builtin = files.iter().all(|file| file.is_builtin());
    let (tested, rest): (Vec<&Arc<PolicyFile>>, Vec<&Arc<PolicyFile>>) =
        files.iter().copied().partition(|file| !file.is_test() && (only_builtin || !file.is_builtin()));
    for file in tested {
        if coverage.contains_key(&*file.name) {
            continue;
        }
        // The engine knows of a file's lines only once it has evaluated one of them: a line behind the last.
        let (package, _) = file.package().unwrap_or_default();
        let text = format!("{}\n{PROBE} := 1\n", file.text);
        let probed = file.with_text(text);
        let bench = Bench { file: &probed, needed: vec![&probed], clock, engine: None };
        if let Ok(mut engine) = bench.new_engine(&probed)
            && evaluate(&mut engine, &format!("data.{package}.{PROBE}")).is_ok()
        {
            collect_coverage(&engine, coverage);
        }
        let last_line_1based = u32::try_from(file.text.lines().count()).unwrap_or(u32::MAX);
        if let Some(lines) = coverage.get_mut(&*file.name) {
            lines.covered.retain(|&line| line <= last_line_1based);
        }
    }
    for file in rest {
        coverage.remove(&*file.name);
    }
}

/// A value as Rego writes it: unlike in JSON, a set is told from an array.
fn rego_text(value: &Value) -> String {
    let list = |values: Vec<String>| values.join(", ");
    match value {
        Value::Array(elements) => {
            format!("[{}]", list(elements.iter().map(rego_text).collect()))
        }
        Value::Set(elements) if elements.is_empty() => "set()".to_owned(),
        Value::Set(elements) => format!("{{{}}}", list(elements.iter().map(rego_text).collect())),
        Value::Object(members) => {
            let members = members.iter().map(|(name, v)| format!("{}: {}", rego_text(name), rego_text(v)));
            format!("{{{}}}", list(members.collect()))
        }
        Value::Undefined => "undefined".to_owned(),
        scalar => scalar.to_json_str().unwrap_or_else(|_| "a number without bounds".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(files: &[(&str, &str)]) -> Result<TestReport, Vec<Diagnostic>> {
        let files: Vec<_> = files.iter().map(|(name, text)| Arc::new(PolicyFile::new(name, *text))).collect();
        run_tests(&files, DateTime::UNIX_EPOCH, &|_| true)
    }

    const RULE: &str = "package a\n\ndeny contains msg if {\n\tinput.n > 1\n\tmsg := \"too many\"\n}\n\ndeny contains \"none\" if {\n\tinput.n == 0\n\tinput.m\n}\n";

    #[test]
    fn passes_failures_and_errors_are_told_apart() {
        let tests = "package a_test\n\nimport data.a as rule\n\ntest_ok if rule.deny == {\"too many\"} with input as {\"n\": 2}\n\ntest_bad if {\n\tn := 2\n\trule.deny == {\"too few\"} with input as {\"n\": n}\n}\n\ntest_holds if {\n\ttrue\n\tnot rule.deny\n}\n\ntest_error if 1 / 0 == 1\n";
        let report = run(&[("a.rego", RULE), ("a_test.rego", tests)]).unwrap();
        let [ok, bad, holds, error] = &report.tests[..] else { panic!("four tests") };
        assert_eq!(ok.name, "a_test.test_ok");
        assert!(ok.passed && ok.failure.is_none());
        let failure = bad.failure.as_ref().unwrap();
        assert_eq!(
            failure.comparison,
            Some(Comparison {
                left: Some("{\"too many\"}".to_owned()),
                right: Some("{\"too few\"}".to_owned())
            })
        );
        let place = &failure.at.as_ref().unwrap().0;
        assert_eq!((place.start.line_1based, place.start.column_1based), (9, 2));
        assert_eq!(holds.failure.as_ref().unwrap().message, "this does not hold");
        assert_eq!(holds.failure.as_ref().unwrap().at.as_ref().unwrap().0.start.line_1based, 14);
        assert!(error.failure.as_ref().unwrap().message.contains("divide by zero"));
    }

    #[test]
    fn lines_that_no_test_reaches_are_told() {
        let tests = "package a_test\n\ntest_ok if data.a.deny == {\"too many\"} with input as {\"n\": 2}\n";
        let report = run(&[("a.rego", RULE), ("a_test.rego", tests)]).unwrap();
        assert_eq!(report.coverage["a.rego"].not_covered, BTreeSet::from([8, 10]));
        assert!(!report.coverage.contains_key("a_test.rego"));
    }

    #[test]
    fn two_tests_of_one_name_are_refused() {
        let tests = "package a_test\n\ntest_x if true\n\ntest_x if false\n";
        let problems = run(&[("a_test.rego", tests)]).unwrap_err();
        assert_eq!(problems[0].message, "two tests are named `test_x`");
        assert_eq!(problems[0].place.as_ref().unwrap().start.line_1based, 5);
        let other = run(&[
            ("a_test.rego", "package a_test\n\ntest_x if true\n"),
            ("b_test.rego", "package b_test\n\ntest_x if true\n"),
        ]);
        assert_eq!(other.unwrap().tests.len(), 2, "another package, another test");
    }

    #[test]
    fn a_panic_fails_its_test_only() {
        let tests = "package a_test\n\ntest_panic if object.subset([1], [])\n\ntest_after if true\n";
        let report = run(&[("a_test.rego", tests)]).unwrap();
        assert!(report.tests[0].failure.as_ref().unwrap().message.contains("panicked"));
        assert!(report.tests[1].passed);
    }
}
