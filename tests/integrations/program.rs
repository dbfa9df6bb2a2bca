//! The programs that integrations are run with.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::support::{Folder, root};

/// A file of the project, read as YAML.
pub(super) fn yaml(path: &str) -> Value {
    let text = fs::read_to_string(root().join(path)).unwrap();
    serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// A validator of a schema among the fixtures.
pub(super) fn schema(name: &str) -> jsonschema::Validator {
    let text = fs::read_to_string(root().join("tests/fixtures/schemas").join(name)).unwrap();
    jsonschema::validator_for(&serde_json::from_str(&text).unwrap()).unwrap()
}

/// What is wrong with a document, by a schema.
pub(super) fn faults(validator: &jsonschema::Validator, document: &Value) -> Vec<String> {
    validator.iter_errors(document).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

/// Writes a program into a folder.
pub(super) fn script(folder: &Folder, name: &str, text: &str) -> String {
    let path = folder.file(name, text);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path
}

/// The binary under the name `probity` in a folder of its own.
pub(super) fn program(folder: &Folder) -> String {
    let path = folder.path().join("the binary/probity");
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_probity"), &path).unwrap();
    path.to_str().unwrap().to_owned()
}

/// A program that writes its arguments to a file, one after another with NUL behind each, and a result where one is
/// asked for.
pub(super) fn recorder(folder: &Folder, name: &str) -> String {
    let text = r#"#!/bin/sh
[ "$1" = --version ] && exit 0
for argument in "$@"; do
  printf '%s\0' "$argument" >>"$ARGUMENTS"
  case $argument in --output=json=*) echo '{}' >"${argument#--output=json=}" ;; esac
done
"#;
    script(folder, name, text)
}

/// What a [`recorder`] was called with.
pub(super) fn recorded(path: &Path) -> Vec<String> {
    let text = fs::read_to_string(path).unwrap();
    text.split_terminator('\0').map(str::to_owned).collect()
}

/// Whether a program is there.
pub(super) fn is_there(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok()
}

/// Says why a test did not look at something.
#[expect(clippy::print_stderr, reason = "a test tells what it leaves out")]
pub(super) fn left_out(what: &str) {
    eprintln!("left out: {what}");
}
