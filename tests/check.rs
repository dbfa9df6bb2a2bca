//! `probity check` as a whole: the gate and its exit codes, options, output, help.

mod gate;
mod options;
mod output;

use std::collections::BTreeSet;

use crate::support::{command, finish, probity};

/// The long options that a help text explains: those that begin a line of it.
fn explained(help: &str) -> BTreeSet<&str> {
    let lines = help.lines().map(str::trim_start);
    lines
        .filter_map(|line| {
            line.strip_prefix("-o, ").or(line.strip_prefix("-h, ")).unwrap_or(line).strip_prefix("--")
        })
        .filter_map(|line| line.split([' ', ',', '[']).next())
        .collect()
}

/// How inputs are read, how rules are chosen, the clock, and what every command has.
const SHARED: [&str; 19] = [
    "config",
    "no-config",
    "as",
    "strict",
    "allow-incomplete",
    "allow-empty",
    "max-age",
    "max-file-size",
    "max-ratio",
    "threads",
    "policies",
    "no-builtin",
    "rule",
    "exclude",
    "set",
    "at",
    "output",
    "color",
    "help",
];

#[test]
fn help_explains_every_option_and_no_other() {
    for (name, own) in [
        (
            "check",
            &[
                "fail-on",
                "inconclusive",
                "include",
                "format",
                "reference",
                "excerpts",
                "accept-new",
                "expect",
                "group-by",
                "output",
                "ratchet",
                "waiver-notice",
                "waivers",
                "write-ratchet",
                "live",
                "region",
                "profile",
                "param",
                "baseline-id",
                "all",
                "owner",
                "instance-id",
                "instances-from",
                "upgrade-version",
                "page-size",
                "out",
                "endpoint",
                "rate",
            ][..],
        ),
        ("inspect", &["inputs", "format"]),
    ] {
        let expected: BTreeSet<&str> = SHARED.iter().chain(own).copied().collect();
        for flag in ["--help", "-h"] {
            let outcome = probity(&[name, flag]);
            assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""), "{name} {flag}");
            assert_eq!(explained(&outcome.stdout), expected, "{name} {flag}");
        }
    }
}

#[test]
fn help_names_the_choices_and_the_defaults() {
    let help = probity(&["check", "--help"]).stdout;
    for words in ["pretty", "json", "ndjson", "not_applicable", "auto", "[default: low]", "[default: 200]"] {
        assert!(help.contains(words), "{words}:\n{help}");
    }
    let whole = probity(&["--help"]).stdout;
    for words in ["check", "inspect", "rules", "test", "schema", "Exit codes: 0", "1 the gate fails", "2 not"]
    {
        assert!(whole.contains(words), "{words}:\n{whole}");
    }
}

#[test]
fn the_severities_are_named_in_the_help_and_where_one_is_wrong() {
    let help = probity(&["check", "--help"]).stdout;
    let about = help.split("--fail-on").nth(1).unwrap().split("--include").next().unwrap();
    let wrong = probity(&["check", "x.json", "--fail-on", "severe"]);
    assert_eq!((wrong.code, wrong.stdout.as_str()), (2, ""));
    for severity in ["critical", "high", "medium", "low"] {
        assert!(about.contains(severity), "{severity}:\n{about}");
        assert!(wrong.stderr.contains(severity), "{severity}:\n{}", wrong.stderr);
    }
}

#[test]
fn the_version_is_that_of_the_package() {
    for flag in ["--version", "-V"] {
        let outcome = probity(&[flag]);
        assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
        assert_eq!(outcome.stdout, format!("probity {}\n", env!("CARGO_PKG_VERSION")));
    }
}

#[test]
fn what_is_no_command_or_option_is_a_usage_error_with_a_suggestion() {
    for (arguments, near) in [
        (&["chek", "samples"][..], "'check'"),
        (&["check", "samples", "--formt", "json"], "'--format'"),
        (&["check", "samples", "--allow-incomplet"], "'--allow-incomplete'"),
    ] {
        let outcome = probity(arguments);
        assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""), "{arguments:?}");
        assert!(outcome.stderr.contains(near), "{arguments:?}: {}", outcome.stderr);
    }
    for arguments in [&[][..], &["check", "--fail-on"], &["check", "samples", "--format"]] {
        assert_eq!((probity(arguments).code, probity(arguments).stdout.as_str()), (2, ""), "{arguments:?}");
    }
}

#[test]
fn the_environment_changes_nothing_in_a_pipe() {
    let path = "samples/huawei/coc/list-instance-compliant/non-compliant.json";
    let arguments = ["check", path, "samples/errors", "--at", "2026-11-21", "--rule", "HWC-COC-00[15]"];
    let plain = probity(&arguments);
    assert_eq!(plain.code, 2);
    for (name, value) in [
        ("NO_COLOR", "1"),
        ("TERM", "dumb"),
        ("COLUMNS", "20"),
        ("TZ", "Asia/Tokyo"),
        ("LC_ALL", "tr_TR.UTF-8"),
        ("RUST_LOG", "trace"),
    ] {
        let outcome = finish(command(&arguments).env(name, value));
        assert_eq!((&outcome.stdout, &outcome.stderr), (&plain.stdout, &plain.stderr), "{name}");
    }
}

#[test]
fn an_explicit_wish_for_colours_outranks_the_environment() {
    let path = "samples/huawei/coc/list-instance-compliant/non-compliant.json";
    let run = |color: &str| {
        let arguments = ["check", path, "--at", "2026-11-21", "--rule", "HWC-COC-001", "--color", color];
        finish(command(&arguments).env("NO_COLOR", "1")).stdout
    };
    assert!(run("always").contains("\u{1b}["));
    assert!(!run("auto").contains('\u{1b}') && !run("never").contains('\u{1b}'));
    let wrong = probity(&["check", path, "--color", "sometimes"]);
    assert_eq!((wrong.code, wrong.stdout.as_str()), (2, ""));
    assert!(wrong.stderr.contains("auto, always, never"), "{}", wrong.stderr);
    let before =
        probity(&["--color", "always", "check", path, "--at", "2026-11-21", "--rule", "HWC-COC-001"]);
    assert_eq!(before.stdout, run("always"), "the option may stand before the command");
}
