//! What a set of files declares.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::policy::syntax::{Module, Rule};

/// The rules and functions of a set of files, by package.
#[derive(Debug)]
pub(crate) struct Declared<'m> {
    packages: BTreeMap<&'m [String], BTreeMap<&'m [String], Option<usize>>>,
    /// Where each rule and function is defined: file and definition, by its path behind `data`.
    definitions: HashMap<Vec<String>, Vec<(usize, &'m Rule)>>,
    /// First steps of the names of each package.
    names: BTreeMap<&'m [String], BTreeSet<&'m str>>,
    /// Packages of files that do not parse: whatever they may declare.
    unread: Vec<Vec<String>>,
}

/// Why there is nothing at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Absence {
    /// No file declares such a package.
    Package,
    /// The package has no such rule.
    Rule,
}

impl<'m> Declared<'m> {
    /// What these files declare.
    pub(crate) fn new(modules: &'m [Module]) -> Self {
        Self::beside(modules, Vec::new())
    }

    /// What these files declare, beside others of these packages that do not parse.
    pub(crate) fn beside(modules: &'m [Module], unread: Vec<Vec<String>>) -> Self {
        let mut declared =
            Self { packages: BTreeMap::new(), definitions: HashMap::new(), names: BTreeMap::new(), unread };
        for (file, module) in modules.iter().enumerate() {
            let package = declared.packages.entry(&module.package).or_default();
            let names = declared.names.entry(&module.package).or_default();
            for rule in &module.rules {
                names.insert(&rule.name);
                let path = [module.package.as_slice(), &rule.path].concat();
                declared.definitions.entry(path).or_default().push((file, rule));
                package.entry(&rule.path).or_insert(rule.arguments.as_ref().map(Vec::len));
            }
        }
        declared
    }

    /// The definitions of the rule or function at a path behind `data`, each with the index of its file.
    pub(crate) fn definitions(&self, path: &[String]) -> &[(usize, &'m Rule)] {
        self.definitions.get(path).map_or(&[], Vec::as_slice)
    }

    /// Paths of the rules and functions at a path behind `data` and below it, in order.
    pub(crate) fn below(&self, path: &[String]) -> Vec<Vec<String>> {
        let below = self.definitions.keys().filter(|known| known.starts_with(path));
        let mut below: Vec<Vec<String>> = below.cloned().collect();
        below.sort();
        below
    }

    /// First steps of the names that a package declares in any file.
    pub(crate) fn names(&self, package: &[String]) -> impl Iterator<Item = &'m str> {
        self.names.get(package).into_iter().flatten().copied()
    }

    /// Number of arguments of the function at a path behind `data`.
    pub(crate) fn arity(&self, path: &[String]) -> Option<usize> {
        (0..path.len()).find_map(|at| {
            let (package, name) = path.split_at_checked(at)?;
            *self.packages.get(package)?.get(name)?
        })
    }

    /// Whether what is at a path behind `data` may be declared by a file that does not parse.
    pub(crate) fn is_unread(&self, path: &[String]) -> bool {
        self.unread.iter().any(|package| package.starts_with(path) || path.starts_with(package))
    }

    /// Why there is nothing at a path behind `data`; `None` where there is: a package, what is around
    /// one, a rule, or what is within its value.
    pub(crate) fn absence(&self, path: &[String]) -> Option<Absence> {
        if self.is_unread(path) || self.packages.keys().any(|package| package.starts_with(path)) {
            return None;
        }
        let around = self.names.iter().filter(|(package, _)| path.starts_with(package));
        let mut absence = Absence::Package;
        for (package, names) in around {
            absence = Absence::Rule;
            if path.get(package.len()).is_some_and(|name| names.contains(name.as_str())) {
                return None;
            }
        }
        Some(absence)
    }

    /// Paths of all rules and functions behind `data`, with the number of arguments of functions.
    pub(crate) fn paths(&self) -> impl Iterator<Item = (Vec<String>, Option<usize>)> {
        self.packages.iter().flat_map(|(package, rules)| {
            rules.iter().map(|(path, arity)| ([package, *path].concat(), *arity))
        })
    }

    /// Paths of all functions behind `data`.
    pub(crate) fn functions(&self) -> impl Iterator<Item = Vec<String>> {
        self.paths().filter_map(|(path, arity)| arity.map(|_| path))
    }

    /// Names of all packages and rules, with `data`.
    pub(crate) fn full_names(&self) -> Vec<String> {
        let packages = self.packages.keys().map(|package| package.join("."));
        let rules = self.paths().map(|(path, _)| path.join("."));
        packages.chain(rules).map(|name| format!("data.{name}")).collect()
    }
}
