//! The table of `docs/architecture.md`, held against the code.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::support::root;

/// Every Rust file of a module: `src/<name>.rs` or all below `src/<name>`.
fn files(module: &str) -> Vec<PathBuf> {
    let single = root().join("src").join(format!("{module}.rs"));
    if single.is_file() {
        return vec![single];
    }
    let mut files = Vec::new();
    collect(&root().join("src").join(module), &mut files);
    files
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// The modules of the library, in alphabetical order.
fn modules() -> BTreeSet<String> {
    fs::read_to_string(root().join("src/lib.rs"))
        .unwrap()
        .lines()
        .filter_map(|line| Some(line.strip_prefix("pub mod ")?.strip_suffix(';')?.to_owned()))
        .collect()
}

/// What follows each `crate::` in a file, up to the end of the name, tests included.
fn used(path: &Path) -> BTreeSet<String> {
    let text = fs::read_to_string(path).unwrap();
    text.split("crate::")
        .skip(1)
        .map(|rest| rest.chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect())
        .filter(|name: &String| !name.is_empty())
        .collect()
}

/// The table: module, and the modules that it may use, in the order of the rows.
fn table() -> Vec<(String, BTreeSet<String>)> {
    let text = fs::read_to_string(root().join("docs/architecture.md")).unwrap();
    let mut rows: Vec<(String, BTreeSet<String>)> = Vec::new();
    for line in text.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let [_, module, _, uses, _] = cells[..] else { panic!("{line}") };
        let module = module.trim_matches('`').to_owned();
        let named: BTreeSet<String> = uses.split('`').skip(1).step_by(2).map(str::to_owned).collect();
        let before: BTreeSet<String> = rows.iter().map(|(name, _)| name.clone()).collect();
        let allowed = match uses.strip_prefix("all") {
            Some(_) => before.into_iter().filter(|name| !named.contains(name)).collect(),
            None => named,
        };
        rows.push((module, allowed));
    }
    rows
}

#[test]
fn every_module_uses_only_what_the_table_allows() {
    let mut wrong = Vec::new();
    for (module, allowed) in table() {
        for file in files(&module) {
            for name in used(&file) {
                if name != module && !allowed.contains(&name) {
                    wrong.push(format!("{} uses `{name}`", file.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_table_names_every_module_and_looks_only_back() {
    let table = table();
    let named: BTreeSet<String> = table.iter().map(|(module, _)| module.clone()).collect();
    assert_eq!(named, modules());
    let position: BTreeMap<&str, usize> =
        table.iter().enumerate().map(|(index, (module, _))| (module.as_str(), index)).collect();
    for (index, (module, allowed)) in table.iter().enumerate() {
        for name in allowed {
            assert!(position[name.as_str()] < index, "{module} may use {name}, which comes later");
        }
    }
}

#[test]
fn only_evaluate_names_the_engine_and_only_one_file_its_syntax_tree() {
    let mut engine = BTreeSet::new();
    let mut tree = BTreeSet::new();
    for module in modules() {
        for file in files(&module) {
            let text = fs::read_to_string(&file).unwrap();
            if text.contains("regorus::") {
                engine.insert(module.clone());
            }
            let name = file.file_name().unwrap().to_str().unwrap().to_owned();
            // Types of the engine's nodes.
            if text.contains("unstable::{") || text.contains("RefBrack") || text.contains("get_ast_as_json") {
                tree.insert(name);
            }
        }
    }
    assert_eq!(engine, BTreeSet::from(["evaluate".to_owned()]));
    assert_eq!(tree, BTreeSet::from(["tree.rs".to_owned()]));
}

#[test]
fn files_stay_readable() {
    for module in modules() {
        for file in files(&module) {
            let lines = fs::read_to_string(&file).unwrap().lines().count();
            assert!(lines <= 800, "{} has {lines} lines: split it", file.display());
        }
    }
}
