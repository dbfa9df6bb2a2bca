//! Which files are read: folders, globs, links, and what is no file at all.

use super::{counts, file_names, inspect, load, node, nodes, problems, told};
use crate::support::{Folder, Outcome, command, finish_in_time, probity_with};

/// A whole page of one node.
fn page(id: &str) -> String {
    nodes(1, &[id])
}

/// `check … --format json` in a folder, which must come to an end.
fn load_in(folder: &Folder, arguments: &[&str]) -> Outcome {
    let all = [&["check", "--format", "json"], arguments, &super::RULES].concat();
    finish_in_time(command(&all).current_dir(folder.path()))
}

#[test]
fn a_folder_is_searched_to_the_bottom_for_known_endings() {
    let folder = Folder::new();
    // Not in the order in which they have to come out.
    for name in ["sub/deep/g.json", "c.jsonl", "e.ndjson.zst", "F.JSON", "a.json", "d.json.gz", "b.ndjson"] {
        folder.file(name, page(name));
    }
    for name in ["note.txt", "h.json.bak", "i.gz", "j.yaml", "json", "k.json5", "sub/l.json.bz2"] {
        folder.file(name, "not looked at");
    }
    let outcome = load(&[&folder.text()]);
    let expected = ["F.JSON", "a.json", "b.ndjson", "c.jsonl", "d.json.gz", "e.ndjson.zst", "g.json"];
    assert_eq!(file_names(&outcome), expected);
    assert_eq!((outcome.code, counts(&outcome)), (0, (7, 7)));
}

#[test]
fn the_order_of_the_arguments_does_not_matter() {
    let folder = Folder::new();
    folder.file("a.json", nodes(1, &["a"]).replace("\"g\"", "null"));
    folder.file("b/c.json", nodes(1, &["c"]).replace("\"g\"", "null"));
    let one = load_in(&folder, &["--at", "2026-11-21", "b", "a.json"]);
    let other = load_in(&folder, &["--at", "2026-11-21", "a.json", "b/c.json"]);
    assert_eq!(file_names(&one), ["a.json", "c.json"]);
    assert_eq!(one.stdout, other.stdout);
}

#[test]
fn a_file_that_is_named_is_read_whatever_its_ending() {
    let folder = Folder::new();
    let files = ["response.txt", "no-ending", "a.yaml"].map(|name| folder.file(name, page(name)));
    let outcome = load(&files.each_ref().map(String::as_str));
    assert_eq!((outcome.code, counts(&outcome)), (0, (3, 3)));
}

#[test]
fn a_folder_without_payload_files_is_an_error() {
    let folder = Folder::new();
    folder.file("empty/note.txt", "");
    let file = folder.file("good/a.json", page("a"));
    let outcome = load_in(&folder, &["empty"]);
    assert_eq!((outcome.codes(), outcome.code), (vec!["input.none".to_owned()], 2));
    // What else is named is judged all the same.
    let outcome = load_in(&folder, &["empty", &file]);
    assert_eq!((outcome.codes(), outcome.code), (vec!["input.none".to_owned()], 2));
    assert_eq!(counts(&outcome), (1, 1));
}

#[test]
fn no_input_at_all_is_an_error() {
    let outcome = load(&[]);
    assert_eq!((outcome.codes(), outcome.code), (vec!["input.none".to_owned()], 2));
}

#[test]
fn a_path_that_is_not_there_is_an_error_and_the_rest_is_judged() {
    let folder = Folder::new();
    folder.file("a.json", page("a"));
    let outcome = load_in(&folder, &["a.json", "gone.json"]);
    assert_eq!((outcome.codes(), outcome.code), (vec!["input.unreadable".to_owned()], 2));
    assert_eq!(counts(&outcome), (1, 1));
    assert!(super::message_of(&outcome, "input.unreadable").contains("`gone.json`"));
}

#[test]
fn globs_are_expanded() {
    let folder = Folder::new();
    for name in ["d/a.json", "d/b.json", "d/ab.json", "d/c.txt", "d/sub/e.json", "d/sub/sub/f.json"] {
        folder.file(name, page(name));
    }
    for (glob, expected) in [
        ("d/*.json", &["a.json", "ab.json", "b.json"][..]),
        ("d/?.json", &["a.json", "b.json"]),
        ("d/[a-b].json", &["a.json", "b.json"]),
        ("d/{a,b}.json", &["a.json", "b.json"]),
        ("d/*/*.json", &["e.json"]),
        ("d/**/*.json", &["a.json", "ab.json", "b.json", "e.json", "f.json"]),
        ("d/*.txt", &["c.txt"]),
        ("./d/?.json", &["a.json", "b.json"]),
    ] {
        let outcome = load_in(&folder, &[glob]);
        assert_eq!(file_names(&outcome), expected, "{glob}");
        assert_eq!((outcome.code, told(&outcome)), (0, vec![]), "{glob}");
    }
    let in_here = finish_in_time(
        command(&["inspect", "*.json", "--format", "json"]).current_dir(folder.path().join("d")),
    );
    assert_eq!(in_here.json()["inputs"][1]["file"], "ab.json");
}

#[test]
fn a_glob_without_a_match_is_an_error_and_the_rest_is_judged() {
    let folder = Folder::new();
    folder.file("a.json", page("a"));
    for glob in ["*.ndjson", "gone/*.json", "[.json", "{a,b"] {
        let outcome = load_in(&folder, &[glob, "a.json"]);
        assert_eq!((outcome.codes(), outcome.code), (vec!["input.none".to_owned()], 2), "{glob}");
        assert_eq!(counts(&outcome), (1, 1), "{glob}");
    }
}

#[test]
fn a_file_may_have_the_name_of_a_glob() {
    let folder = Folder::new();
    folder.file("[a].json", page("a"));
    folder.file("a.json", "not this one");
    let outcome = load_in(&folder, &["[a].json"]);
    assert_eq!((outcome.code, file_names(&outcome)), (0, vec!["[a].json".to_owned()]));
}

#[test]
fn a_file_is_read_once_however_often_it_is_named() {
    let folder = Folder::new();
    folder.file("d/a.json", page("a"));
    let absolute = folder.path().join("d/a.json");
    let absolute = absolute.to_str().unwrap();
    let outcome = load_in(&folder, &["d/a.json", "./d/a.json", "d/../d/a.json", "d", "d/*.json", absolute]);
    assert_eq!((outcome.code, outcome.json()["summary"]["files"].as_u64()), (0, Some(1)));
    assert_eq!(counts(&outcome), (1, 1));
}

#[cfg(unix)]
mod unix {
    use std::os::unix::ffi::OsStrExt as _;
    use std::os::unix::fs::symlink;
    use std::os::unix::net::UnixListener;
    use std::process::Command;

    use super::*;

    fn make_fifo(folder: &Folder, name: &str) {
        let status = Command::new("mkfifo").arg(folder.path().join(name)).status().unwrap();
        assert!(status.success());
    }

    fn codes(code: &str) -> Vec<String> {
        vec![code.to_owned()]
    }

    #[test]
    fn a_file_and_a_link_to_it_are_one() {
        let folder = Folder::new();
        folder.file("a.json", page("a"));
        symlink(folder.path().join("a.json"), folder.path().join("b.json")).unwrap();
        let outcome = load_in(&folder, &["b.json", "a.json"]);
        assert_eq!((outcome.code, counts(&outcome)), (0, (1, 1)));
    }

    #[test]
    fn links_to_folders_are_followed() {
        let (folder, elsewhere) = (Folder::new(), Folder::new());
        elsewhere.file("a.json", page("a"));
        symlink(elsewhere.path(), folder.path().join("link")).unwrap();
        let outcome = load_in(&folder, &["."]);
        assert_eq!((outcome.code, outcome.json()["inputs"][0]["file"].as_str()), (0, Some("link/a.json")));
    }

    #[test]
    fn a_loop_of_links_is_told_and_left() {
        let folder = Folder::new();
        folder.file("d/a.json", page("a"));
        symlink(folder.path().join("d"), folder.path().join("d/again")).unwrap();
        let outcome = load_in(&folder, &["d"]);
        assert_eq!((outcome.codes(), outcome.code), (codes("input.skipped"), 0), "a warning");
        assert_eq!(counts(&outcome), (1, 1));
        // One that leads only to itself leads to no file.
        symlink("self.json", folder.path().join("self.json")).unwrap();
        let outcome = load_in(&folder, &["self.json"]);
        assert_eq!((outcome.codes(), outcome.code), (codes("input.unreadable"), 2));
    }

    #[test]
    fn a_link_to_nothing_is_an_error_where_a_payload_is_expected() {
        let folder = Folder::new();
        folder.file("a.json", page("a"));
        symlink("gone", folder.path().join("note.txt")).unwrap();
        let outcome = load_in(&folder, &["."]);
        assert_eq!((outcome.codes(), outcome.code), (vec![], 0));
        symlink("gone", folder.path().join("b.json")).unwrap();
        let outcome = load_in(&folder, &["."]);
        assert_eq!((outcome.codes(), outcome.code), (codes("input.unreadable"), 2));
        assert_eq!(counts(&outcome), (1, 1));
    }

    #[test]
    fn a_glob_does_not_complain_about_what_it_cannot_match() {
        let folder = Folder::new();
        folder.file("d/a.json", page("a"));
        folder.file("d/sub/note.txt", "");
        symlink("gone", folder.path().join("d/sub/b.json")).unwrap();
        symlink(folder.path().join("d"), folder.path().join("d/sub/again")).unwrap();
        let outcome = load_in(&folder, &["d/*.json"]);
        assert_eq!((outcome.codes(), outcome.code), (vec![], 0));
    }

    #[test]
    fn a_named_pipe_is_never_waited_for() {
        let folder = Folder::new();
        folder.file("a.json", page("a"));
        make_fifo(&folder, "pipe.json");
        symlink("pipe.json", folder.path().join("link.json")).unwrap();
        for (arguments, expected, code) in [
            // In a folder or behind a glob it is left out, with a word.
            (&["."][..], vec!["input.skipped", "input.skipped"], 0),
            (&["*.json"], vec!["input.skipped", "input.skipped"], 0),
            (&["p*.json"], vec!["input.skipped", "input.none"], 2),
            // Who names it means it.
            (&["a.json", "pipe.json"], vec!["input.unreadable"], 2),
            (&["a.json", "link.json"], vec!["input.unreadable"], 2),
            (&["a.json", "./pipe.json"], vec!["input.unreadable"], 2),
        ] {
            let outcome = load_in(&folder, arguments);
            assert_eq!(
                (outcome.codes(), outcome.code),
                (expected.iter().map(|s| (*s).to_owned()).collect(), code)
            );
        }
    }

    #[test]
    fn a_socket_is_left_out_or_refused() {
        let folder = Folder::new();
        folder.file("a.json", page("a"));
        let _listener = UnixListener::bind(folder.path().join("s.json")).unwrap();
        let outcome = load_in(&folder, &["."]);
        assert_eq!((outcome.codes(), outcome.code), (codes("input.skipped"), 0));
        let outcome = load_in(&folder, &["s.json"]);
        assert_eq!((outcome.codes(), outcome.code), (codes("input.unreadable"), 2));
    }

    #[test]
    fn a_device_is_refused() {
        for device in ["/dev/zero", "/dev/null", "/dev/full", "/dev/tty"] {
            let outcome = finish_in_time(&mut command(&["inspect", device, "--format", "json"]));
            assert_eq!((problems(&outcome), outcome.code), (codes("input.unreadable"), 2), "{device}");
        }
    }

    #[test]
    fn only_a_pipe_in_a_folder_leaves_nothing_to_judge() {
        let folder = Folder::new();
        make_fifo(&folder, "pipe.json");
        let outcome = load_in(&folder, &["."]);
        assert_eq!(outcome.codes(), ["input.skipped", "input.none"]);
        assert_eq!(outcome.code, 2);
    }

    #[test]
    fn a_stream_that_the_shell_names_is_read() {
        for name in ["/dev/stdin", "/dev/fd/0"] {
            let outcome = probity_with(&["inspect", name, "--format", "json"], page("a").as_bytes());
            assert_eq!((problems(&outcome), outcome.code), (vec![], 0), "{name}");
            assert_eq!(outcome.json()["inputs"][0]["resources"], 1);
        }
    }

    #[test]
    fn a_name_never_speaks_to_the_terminal() {
        let folder = Folder::new();
        folder.file("\u{1b}[31mred\u{7}\n\u{202e}.json", "{");
        for format in ["table", "json"] {
            let path = folder.text();
            let outcome = finish_in_time(&mut command(&["inspect", &path, "--format", format]));
            assert_eq!(outcome.code, 2);
            for text in [outcome.stdout, outcome.stderr] {
                let obeyed = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
                assert!(!text.contains(obeyed), "{format}: {text:?}");
                assert!(!text.contains("red\n"), "{format}: {text:?}");
            }
        }
    }

    #[test]
    fn a_name_need_not_be_unicode() {
        let folder = Folder::new();
        let name = std::ffi::OsStr::from_bytes(b"caf\xe9.json");
        // Some file systems refuse such a name; there is nothing to see there.
        if std::fs::write(folder.path().join(name), page("a")).is_ok() {
            let outcome = load_in(&folder, &["."]);
            assert_eq!((outcome.code, counts(&outcome)), (0, (1, 1)));
        }
    }
}

#[test]
fn an_unreadable_file_does_not_keep_others_from_being_seen() {
    let folder = Folder::new();
    folder.file("a.json", "{\"broken\"");
    folder.file("b.json", page("b"));
    folder.file("c.json", format!("[{}]", node("c")));
    let outcome = inspect(&[&folder.text()]);
    // `{"broken"` ends after 9 characters; the bare node of the array begins at its second one.
    assert_eq!(problems(&outcome), ["payload.malformed 1:10", "payload.unrecognised 1:2"]);
    assert_eq!(outcome.json()["inputs"][1]["resources"], 1);
}
