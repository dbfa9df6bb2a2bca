//! Where the result goes: `-o`, and readers that go away.

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::{CLOCK, Folder, Outcome, command, finish, sample};

const FORMATS: [&str; 3] = ["pretty", "json", "ndjson"];

/// A folder with the nodes of a sample, of which one fails HWC-COC-001 and one is inconclusive.
fn folder() -> Folder {
    let folder = Folder::new();
    folder.file("nodes.json", sample("huawei/coc/list-instance-compliant/non-compliant.json"));
    folder
}

fn run(folder: &Folder, arguments: &[&str]) -> Outcome {
    let all = [&["check", "--at", CLOCK, "--rule", "HWC-COC-001"], arguments].concat();
    finish(command(&all).current_dir(folder.path()))
}

/// The names in a folder.
fn names(folder: &Folder) -> Vec<String> {
    let entries = fs::read_dir(folder.path()).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn read(folder: &Folder, name: &str) -> String {
    fs::read_to_string(folder.path().join(name)).unwrap()
}

#[test]
fn a_result_replaces_an_old_one_and_nothing_goes_to_standard_output() {
    for format in FORMATS {
        let folder = folder();
        let plain = run(&folder, &["nodes.json", "--format", format]);
        folder.file("out", "old\n".repeat(100_000));
        let outcome = run(&folder, &["nodes.json", "--format", format, "--output", "out"]);
        assert_eq!((outcome.code, outcome.stdout.as_str(), outcome.stderr.as_str()), (1, "", "gate: fail\n"));
        assert_eq!(read(&folder, "out"), plain.stdout, "{format}");
        assert_eq!(names(&folder), ["nodes.json", "out"], "nothing is left behind");
    }
}

#[test]
fn an_error_of_the_input_is_a_result_too() {
    let folder = folder();
    let outcome = run(&folder, &["nodes.json", "missing.json", "--format", "json", "-o", "out"]);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""));
    assert!(outcome.stderr.ends_with("gate: error\n"), "{}", outcome.stderr);
    let document: Value = serde_json::from_str(&read(&folder, "out")).unwrap();
    assert_eq!((&document["gate"], &document["summary"]["verdicts"]["fail"]), (&"error".into(), &1.into()));
}

#[test]
fn an_old_result_stays_where_there_is_no_new_one() {
    for arguments in [
        &["nodes.json", "--exclude", "*"][..],
        &["nodes.json", "--set", "HWC-COC-001.max=many"],
        &["nodes.json", "--policies", "missing"],
        &["nodes.json", "--at", "yesterday"],
        &["nodes.json", "--no-such-option"],
    ] {
        let folder = folder();
        folder.file("out", "old");
        let outcome = run(&folder, &[arguments, &["-o", "out"]].concat());
        assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""), "{arguments:?}");
        assert_eq!(read(&folder, "out"), "old", "{arguments:?}");
        assert_eq!(names(&folder), ["nodes.json", "out"], "{arguments:?}");
    }
}

/// Where no result can be: exit code 2, told before anything is judged, and nothing changed.
#[track_caller]
fn unwritable(output: &str) -> Outcome {
    let folder = folder();
    folder.file("folder/inner", "");
    let before = names(&folder);
    let outcome = run(&folder, &["nodes.json", "-o", output]);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""), "{output}");
    assert!(outcome.stderr.contains("output.unwritable"), "{}", outcome.stderr);
    assert_eq!(names(&folder), before, "{output}");
    assert_eq!(fs::read_dir(folder.path().join("folder")).unwrap().count(), 1);
    outcome
}

#[test]
fn a_result_cannot_be_a_folder_nor_stand_in_what_is_none() {
    for output in ["folder", "folder/", ".", "missing/out", "nodes.json/out"] {
        let outcome = unwritable(output);
        assert!(outcome.stderr.contains(&format!("`{output}`")), "{}", outcome.stderr);
    }
}

#[test]
fn a_result_that_cannot_be_written_is_told_without_our_own_names() {
    for output in ["missing/out", "nodes.json/out"] {
        assert!(!unwritable(output).stderr.contains(".probity"), "{}", unwritable(output).stderr);
    }
}

#[test]
fn a_result_that_cannot_be_written_has_no_gate() {
    assert!(!unwritable("missing/").stderr.contains("gate:"), "{}", unwritable("missing/").stderr);
}

#[test]
fn a_result_never_replaces_an_input() {
    for name in ["nodes.json", "./nodes.json"] {
        for command_name in ["check", "inspect"] {
            let folder = folder();
            let arguments = [command_name, "nodes.json", "-o", name];
            let outcome = finish(command(&arguments).current_dir(folder.path()));
            let before = sample("huawei/coc/list-instance-compliant/non-compliant.json");
            assert!(read(&folder, "nodes.json") == before, "{arguments:?}");
            assert_eq!(outcome.code, 2, "{arguments:?}");
        }
    }
}

#[cfg(unix)]
#[test]
fn a_link_is_written_through() {
    let folder = folder();
    folder.file("there/out", "old");
    std::os::unix::fs::symlink("there/out", folder.path().join("link")).unwrap();
    assert_eq!(run(&folder, &["nodes.json", "-o", "link"]).code, 1);
    assert!(folder.path().join("link").is_symlink());
    assert!(read(&folder, "there/out").contains("gate: FAIL"));
}

#[cfg(unix)]
#[test]
fn a_stream_may_be_named_as_a_file() {
    let folder = folder();
    let plain = run(&folder, &["nodes.json", "--format", "json"]);
    let named = run(&folder, &["nodes.json", "--format", "json", "-o", "/dev/stdout"]);
    assert_eq!((named.code, named.stdout), (1, plain.stdout));
}

// A run that is not over yet.

/// A run that has opened its output file and waits for the rest of its input.
fn waiting(folder: &Folder) -> Child {
    let arguments = ["check", "-", "--at", CLOCK, "--rule", "HWC-COC-001", "--format", "ndjson", "-o", "out"];
    let mut command = command(&arguments);
    command.current_dir(folder.path()).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().unwrap();
    let deadline = Instant::now() + Duration::from_mins(1);
    // A third name appears beside `nodes.json` and `out`.
    while names(folder).len() < 3 {
        assert!(Instant::now() < deadline, "no output file is opened");
        std::thread::park_timeout(Duration::from_millis(2));
    }
    child
}

#[test]
fn the_old_result_is_there_until_the_new_one_is_whole() {
    let folder = folder();
    folder.file("out", "old");
    let mut child = waiting(&folder);
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(read(&folder, "nodes.json").as_bytes()).unwrap();
    assert_eq!(read(&folder, "out"), "old");
    drop(stdin);
    assert_eq!(child.wait().unwrap().code(), Some(1));
    // A failure, an inconclusive verdict, the summary.
    assert_eq!(read(&folder, "out").lines().count(), 3);
    assert_eq!(names(&folder), ["nodes.json", "out"]);
}

#[test]
fn a_run_that_is_killed_leaves_the_old_result() {
    let folder = folder();
    folder.file("out", "old");
    let mut child = waiting(&folder);
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(read(&folder, "out"), "old");
}

// Readers that go away.

/// A pipe that nobody reads from any more.
fn closed_pipe() -> io::PipeWriter {
    let (reader, writer) = io::pipe().unwrap();
    drop(reader);
    writer
}

#[track_caller]
fn quiet(arguments: &[&str], stderr: &str) {
    let stderr = stderr.to_lowercase();
    for word in ["panic", "broken pipe", "os error", "cannot write"] {
        assert!(!stderr.contains(word), "{arguments:?}: {stderr}");
    }
}

#[test]
fn an_output_that_nobody_reads_is_a_quiet_success() {
    for arguments in [
        &["check", "samples"][..],
        &["check", "samples", "--format", "json"],
        &["check", "samples", "--format", "ndjson"],
        &["check", "samples/errors", "--format", "json"],
        &["check"],
        &["inspect", "samples"],
        &["inspect", "samples", "--format", "json"],
        &["inspect", "samples", "--inputs"],
        &["rules"],
        &["rules", "HWC-COC-001"],
        &["rules", "--format", "json"],
        &["schema", "--list"],
        &["schema", "run"],
        &["--help"],
        &["check", "--help"],
        &["--version"],
    ] {
        let child = command(arguments)
            .stdin(Stdio::null())
            .stdout(closed_pipe())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{arguments:?}");
        quiet(arguments, &String::from_utf8(output.stderr).unwrap());
    }
}

#[test]
fn a_reader_may_stop_after_the_first_line() {
    // The samples give hundreds of lines, more than any pipe holds.
    let arguments = ["check", "samples", "--format", "ndjson", "--include", "pass,not_applicable"];
    let mut child = command(&arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stderr = child.stderr.take().unwrap();
    let told = std::thread::spawn(move || {
        let mut text = String::new();
        stderr.read_to_string(&mut text).unwrap();
        text
    });
    let mut stdout = child.stdout.take().unwrap();
    let mut byte = [0];
    let mut line = Vec::new();
    while byte[0] != b'\n' {
        stdout.read_exact(&mut byte).unwrap();
        line.push(byte[0]);
    }
    drop(stdout);
    let first: Value = serde_json::from_slice(&line).unwrap();
    assert!(first["verdict"].is_string());
    assert_eq!(child.wait().unwrap().code(), Some(0));
    quiet(&arguments, &told.join().unwrap());
}

#[test]
fn losing_standard_error_loses_neither_result_nor_exit_code() {
    for (arguments, code) in [
        (&["check", "samples", "--at", CLOCK, "--format", "json"][..], 2),
        (&["inspect", "samples", "--inputs"], 2),
        (&["check", "samples", "--rule", "NONE"], 2),
        (&["check", "samples", "--no-such-option"], 2),
    ] {
        let whole = finish(command(arguments).stdin(Stdio::null()));
        let child = command(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(closed_pipe())
            .spawn()
            .unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!((output.status.code(), whole.code), (Some(code), code), "{arguments:?}");
        assert_eq!(String::from_utf8(output.stdout).unwrap(), whole.stdout, "{arguments:?}");
    }
}

#[test]
fn the_gate_stays_where_the_result_is_a_file_and_nobody_reads_the_rest() {
    let folder = folder();
    let arguments = ["check", "nodes.json", "--at", CLOCK, "--rule", "HWC-COC-001", "-o", "out"];
    let mut command = command(&arguments);
    command.current_dir(folder.path()).stdin(Stdio::null()).stdout(closed_pipe()).stderr(closed_pipe());
    assert_eq!(command.status().unwrap().code(), Some(1));
    assert!(read(&folder, "out").contains("gate: FAIL"));
}
