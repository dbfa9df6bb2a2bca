//! Completions, by the shells that are here.

use std::process::Command;

use super::program::{is_there, left_out};
use crate::support::{Folder, Outcome, finish_in_time, probity};

fn script(shell: &str) -> String {
    let outcome = probity(&["completions", shell]);
    assert_eq!((outcome.code, &*outcome.stderr), (0, ""), "{shell}");
    assert!(!outcome.stdout.is_empty(), "{shell}");
    outcome.stdout
}

/// What bash offers after these words, the last of which is being typed.
fn offered(words: &[&str]) -> Vec<String> {
    let folder = Folder::new();
    let file = folder.file("probity.bash", script("bash"));
    // As bash itself calls the function: the command, the word, and the one before it.
    let program = r#"
set -u
. "$1"; shift
specification=$(complete -p probity)
function=${specification#*-F }; function=${function%% *}
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
COMP_LINE="$*" COMP_POINT=${#COMP_LINE}
COMPREPLY=()
"$function" "$1" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
if [ "${#COMPREPLY[@]}" -gt 0 ]; then printf '%s\n' "${COMPREPLY[@]}"; fi
"#;
    let mut command = Command::new("bash");
    command
        .args(["--noprofile", "--norc", "-c", program, "bash", &file])
        .args(words)
        .current_dir(folder.path());
    let Outcome { code, stdout, stderr } = finish_in_time(&mut command);
    assert_eq!((code, &*stderr), (0, ""));
    stdout.lines().map(str::to_owned).collect()
}

#[test]
fn bash_offers_commands_options_and_values() {
    assert_eq!(offered(&["probity", "ch"]), ["check"]);
    let commands = offered(&["probity", ""]);
    for command in ["check", "report", "diff", "waive", "completions", "man", "help"] {
        assert!(commands.iter().any(|offer| offer == command), "{command}: {commands:?}");
    }
    let mut options = offered(&["probity", "check", "--in"]);
    options.sort();
    assert_eq!(options, ["--include", "--inconclusive", "--instance-id", "--instances-from"]);
    assert_eq!(offered(&["probity", "check", "--write-r"]), ["--write-ratchet"]);
    let severities = offered(&["probity", "check", "--fail-on", ""]);
    assert_eq!(severities, ["critical", "high", "medium", "low"]);
    assert_eq!(offered(&["probity", "check", "--format", "sa"]), ["sarif"]);
    assert_eq!(offered(&["probity", "completions", "z"]), ["zsh"]);
    assert_eq!(offered(&["probity", "waive", "--perm"]), ["--permanent"]);
}

#[test]
fn the_scripts_of_all_shells_name_every_command_and_are_the_same_each_time() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let text = script(shell);
        for name in ["check", "waive", "write-ratchet", "waiver-notice", "completions"] {
            assert!(text.contains(name), "{shell} {name}");
        }
        assert_eq!(text, script(shell), "{shell}");
    }
}

#[test]
fn other_shells_read_theirs() {
    for (shell, arguments) in [("zsh", ["-n"]), ("fish", ["--no-execute"])] {
        if !is_there(shell) {
            left_out(&format!("completions of {shell}, which is not here"));
            continue;
        }
        let folder = Folder::new();
        let file = folder.file("completions", script(shell));
        let outcome = finish_in_time(Command::new(shell).args(arguments).arg(&file));
        assert_eq!((outcome.code, &*outcome.stderr), (0, ""), "{shell}");
    }
}

#[test]
fn a_shell_that_is_not_known_is_an_error() {
    let outcome = probity(&["completions", "tcsh"]);
    assert_eq!(outcome.code, 2);
    assert!(
        outcome.stderr.contains("possible values: bash, elvish, fish, powershell, zsh"),
        "{}",
        outcome.stderr
    );
}
