//! The manual pages.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use super::program::{is_there, left_out};
use crate::support::{Folder, finish_in_time, probity};

/// The commands that `--help` lists.
fn commands() -> Vec<String> {
    let help = probity(&["--help"]).stdout;
    let list = help.split("Commands:\n").nth(1).unwrap().split("\n\n").next().unwrap();
    let names = list.lines().map(|line| line.split_whitespace().next().unwrap().to_owned());
    names.filter(|name| name != "help").collect()
}

/// All pages, by file name.
fn pages(folder: &Path) -> BTreeMap<String, String> {
    let outcome = probity(&["man", "--output", folder.to_str().unwrap()]);
    assert_eq!((outcome.code, &*outcome.stderr), (0, ""));
    let files = fs::read_dir(folder).unwrap().map(|entry| {
        let path = entry.unwrap().path();
        (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read_to_string(&path).unwrap())
    });
    files.collect()
}

#[test]
fn each_command_has_a_page() {
    let folder = Folder::new();
    let pages = pages(&folder.path().join("share/man/man1"));
    let mut expected: Vec<String> = commands().iter().map(|command| format!("probity-{command}.1")).collect();
    expected.push("probity.1".to_owned());
    expected.sort();
    assert_eq!(pages.keys().cloned().collect::<Vec<_>>(), expected);
    assert!(pages["probity-check.1"].contains("\\-\\-write\\-ratchet"));
    assert!(
        pages["probity-check.1"].starts_with(".ie \\n(.g .ds Aq \\(aq\n"),
        "{}",
        &pages["probity-check.1"][..80]
    );
}

#[test]
fn they_are_the_same_each_time() {
    let (one, other) = (Folder::new(), Folder::new());
    let first = pages(&one.path());
    assert_eq!(pages(&other.path()), first);
    assert_eq!(pages(&one.path()), first, "and are written over");
    assert_eq!(probity(&["man"]).stdout, first["probity.1"]);
}

#[test]
fn groff_renders_them_without_a_warning() {
    if !is_there("groff") {
        left_out("rendered manual pages: groff is not here");
        return;
    }
    let folder = Folder::new();
    for name in pages(&folder.path()).keys() {
        let mut command = Command::new("groff");
        command.args(["-man", "-Tutf8", "-ww", "-P-cbou", name]).current_dir(folder.path());
        let outcome = finish_in_time(&mut command);
        assert_eq!((outcome.code, &*outcome.stderr), (0, ""), "{name}");
        for section in ["NAME", "SYNOPSIS", "OPTIONS"] {
            assert!(outcome.stdout.contains(section), "{name} {section}");
        }
    }
}

#[test]
fn a_folder_that_cannot_be_made_is_an_error() {
    let folder = Folder::new();
    let file = folder.file("file", "");
    let outcome = probity(&["man", "--output", &format!("{file}/man1")]);
    assert_eq!(outcome.code, 2);
    assert!(outcome.stderr.contains("output.unwritable"), "{}", outcome.stderr);
}
