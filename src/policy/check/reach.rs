//! Packages that nothing reaches, and packages that hide one another.
//!
//! A file that is no rule and no test speaks only where another refers to it. One that nobody refers to, say a
//! conftest policy with a `violation` set, would stand there without ever speaking against anything.

use super::{PolicyFile, Problem};
use crate::policy::syntax::{Module, Rule};
use crate::source::{Code, Diagnostic};

/// A file, with its tree where it parses.
pub(crate) struct Member<'m> {
    file: &'m PolicyFile,
    module: Option<&'m Module>,
    package: Vec<String>,
}

impl<'m> Member<'m> {
    /// A file that parses.
    pub(crate) fn read(file: &'m PolicyFile, module: &'m Module) -> Self {
        Self::new(file, Some(module))
    }

    /// A file that may not.
    pub(crate) fn new(file: &'m PolicyFile, module: Option<&'m Module>) -> Self {
        let written = || file.package().map_or("", |(package, _)| package).split('.').map(str::to_owned);
        let package = module.map_or_else(|| written().collect(), |module| module.package.clone());
        Self { file, module, package }
    }

    fn rules(&self) -> impl Iterator<Item = &'m Rule> {
        self.module.into_iter().flat_map(|module| &module.rules)
    }

    /// Whether it is asked by itself: a rule, or tests.
    fn is_asked(&self) -> bool {
        self.file.is_test()
            || self.file.definition_line_1based("deny").is_some()
            || self.rules().any(Rule::is_test)
    }

    /// Whether it may refer to another; in doubt it does.
    fn refers_to(&self, other: &Self) -> bool {
        let Some(module) = self.module else {
            return self.file.text.contains(&other.package.join("."));
        };
        let related =
            |path: &Vec<String>| path.starts_with(&other.package) || other.package.starts_with(path);
        self.package == other.package || module.data_references.iter().any(related)
    }

    fn package_span(&self) -> std::ops::Range<usize> {
        self.file.package().map_or(0..0, |(_, span)| span)
    }
}

/// The user's files that neither a rule nor a test reaches.
pub(crate) fn unreachable(members: &[Member<'_>]) -> Vec<Diagnostic> {
    let (mut reached, mut rest): (Vec<&Member<'_>>, Vec<&Member<'_>>) =
        members.iter().partition(|member| member.is_asked());
    let mut next = 0;
    while let Some(member) = reached.get(next).copied() {
        next += 1;
        let (found, others): (Vec<_>, Vec<_>) = rest.into_iter().partition(|other| member.refers_to(other));
        reached.extend(found);
        rest = others;
    }
    let lost = rest.into_iter().filter(|member| !member.file.is_builtin());
    lost.map(|member| {
        let package = member.package.join(".");
        let message = format!("neither a rule nor a test refers to the package `{package}`");
        let help = match member.rules().find(|rule| rule.is_set()) {
            Some(rule) => format!(
                "`{}` is never asked: what denies is named `deny`, in a package with METADATA; a library is \
                 imported where it is needed",
                rule.name
            ),
            None => "import it where it is needed, or remove the file: it can never speak against anything"
                .to_owned(),
        };
        Problem { code: Code::PolicyUnreachable, span: member.package_span(), message, help }
            .diagnostic(member.file)
    })
    .collect()
}

/// Packages below a rule of another, e.g. `a.b` beside a rule `b` of the package `a`: under `data` there is
/// place for one of the two only.
pub(crate) fn hidden(members: &[Member<'_>]) -> Vec<Diagnostic> {
    let mut problems: Vec<Diagnostic> = Vec::new();
    for member in members {
        let mut told: Vec<&[String]> = Vec::new();
        for rule in member.rules() {
            let path = [member.package.as_slice(), &rule.path].concat();
            let hides = |other: &&Member<'_>| {
                let within = other.package.len() > member.package.len() && path.starts_with(&other.package);
                other.package.starts_with(&path) || within
            };
            let Some(other) = members.iter().find(hides).filter(|_| !told.contains(&rule.path.as_slice()))
            else {
                continue;
            };
            told.push(&rule.path);
            let (package, name) = (other.package.join("."), rule.path.join("."));
            let own = member.package.join(".");
            let message = format!("the package `{package}` and the rule `{name}` of `{own}` hide each other");
            let help = "rename one of them: `data` has one place for both".to_owned();
            let place = |member: &Member<'_>, span, message: &str| {
                let (code, message) = (Code::PolicyUnreachable, message.to_owned());
                Problem { code, span, message, help: help.clone() }.diagnostic(member.file)
            };
            // First what the user can change.
            let (rule, other_is_first) = (rule.name_span.clone(), member.file.is_builtin());
            problems.push(if other_is_first {
                let rule = Diagnostic { help: None, ..place(member, rule, "the rule") };
                place(other, other.package_span(), &message).with(rule)
            } else {
                let package = Diagnostic { help: None, ..place(other, other.package_span(), "the package") };
                place(member, rule, &message).with(package)
            });
        }
    }
    problems
}
