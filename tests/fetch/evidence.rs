//! What is left on disk.

use std::collections::BTreeSet;
use std::fs;

use serde_json::{Value, json};

use super::doubles::{Act, CANARIES, Double, Reply, SECRET, TOKEN, fetch, fetch_command};
use crate::support::{Folder, finish_in_time};

#[test]
fn pages_are_kept_byte_for_byte() {
    let body = "\n {\"count\" :1, \"count2\":1,\r\n\t\"instance_compliant\": [ {\"id\":\"\\u00e4\u{e4}\", \"x\": 1.10} ] } \n";
    let double = Double::huawei(1).then([Act::Say(Reply::new(200, body))]);
    let fetched = fetch(&double, &["ListInstanceCompliant"]);
    assert_eq!(fetched.outcome.code, 0, "{}", fetched.outcome.stderr);
    let (folder, snapshot) = fetched.snapshot();
    let page = &snapshot.pages[0];
    assert_eq!(fs::read_to_string(folder.join(&page.file)).unwrap(), body);
    assert_eq!(page.bytes, body.len() as u64);
    // By Python's hashlib, of the body above.
    assert_eq!(page.sha256, "e37ee3886ce706e4f4309388a6f7714322b7ea44c713f753fbb3384661703cc3");
}

#[test]
fn a_manifest_is_of_its_published_form() {
    let double = Double::huawei(120);
    let fetched = fetch(&double, &["ListInstanceCompliant", "--region", "cn-north-4"]);
    let (folder, snapshot) = fetched.snapshot();
    let text = fs::read_to_string(folder.join("snapshot.json")).unwrap();
    let document: Value = serde_json::from_str(&text).unwrap();
    let schema = serde_json::to_value(schemars::schema_for!(probity::snapshot::SnapshotV1)).unwrap();
    assert!(jsonschema::is_valid(&schema, &document), "{text}");
    assert_eq!(document["schema"], "probity.snapshot/v1");
    assert_eq!(document["parameters"], json!({"limit": 100, "region": "cn-north-4"}));
    let times = [
        &snapshot.started_at,
        &snapshot.pages[0].received_at,
        &snapshot.pages[1].received_at,
        &snapshot.finished_at,
    ];
    assert!(times.is_sorted(), "{times:?}");
    let names: BTreeSet<String> =
        fs::read_dir(&folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(
        names,
        ["page-0001.json", "page-0002.json", "snapshot.json"].map(str::to_owned).into_iter().collect()
    );
}

#[test]
fn a_second_run_never_overwrites_the_first() {
    let double = Double::huawei(1);
    let out = Folder::new();
    let mut folders = BTreeSet::new();
    let mut before: Vec<(String, Vec<u8>)> = Vec::new();
    for _ in 0..4 {
        let outcome = finish_in_time(&mut fetch_command(&double, &["ListInstanceCompliant"], &out));
        assert_eq!(outcome.code, 0, "{}", outcome.stderr);
        let folder = outcome.stdout.trim_end().to_owned();
        for (name, bytes) in &before {
            assert_eq!(&fs::read(name).unwrap(), bytes);
        }
        for name in ["page-0001.json", "snapshot.json"] {
            let path = format!("{folder}/{name}");
            before.push((path.clone(), fs::read(&path).unwrap()));
        }
        assert!(folders.insert(folder));
    }
}

#[test]
fn secrets_that_a_service_repeats_are_taken_out() {
    // As AWS does with the canonical request of a wrong signature.
    let body = format!(
        r#"{{"error_code":"APIG.0301","error_msg":"verify aksk signature fail: x-security-token:{TOKEN} {}"}}"#,
        SECRET.replace('/', r"\/")
    );
    let double = Double::huawei(1).always(Act::Say(Reply::new(401, body)));
    let fetched = fetch(&double, &["ListInstanceCompliant"]);
    assert_eq!(fetched.outcome.code, 2);
    let (folder, snapshot) = fetched.snapshot();
    let failure = snapshot.failure.unwrap();
    let kept = fs::read_to_string(folder.join(failure.page.unwrap().file)).unwrap();
    assert_eq!(
        kept,
        r#"{"error_code":"APIG.0301","error_msg":"verify aksk signature fail: x-security-token:[secret] [secret]"}"#
    );
}

#[test]
fn secrets_are_in_no_argument_and_no_plain_request_line() {
    let double = Double::alibaba(1);
    fetch(&double, &["ListInstancePatchStates", "--region", "cn-hangzhou"]);
    for seen in double.seen() {
        for canary in CANARIES {
            assert!(!seen.target.contains(canary));
        }
        let with_secret = seen.headers.iter().filter(|(_, value)| value.contains(SECRET)).count();
        assert_eq!(with_secret, 0);
    }
}

#[test]
fn hostile_words_of_a_service_cannot_write_to_the_terminal() {
    let body = r#"{"error_code":"\u001b[2J\u202e","error_msg":"\u001b]0;x\u0007\nline"}"#;
    let double = Double::huawei(1).always(Act::Say(Reply::new(400, body)));
    let fetched = fetch(&double, &["ListInstanceCompliant"]);
    assert_eq!(fetched.outcome.code, 2);
    for text in [&fetched.outcome.stdout, &fetched.outcome.stderr] {
        assert!(!text.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{text:?}");
    }
}

#[test]
fn a_folder_that_cannot_be_written_is_told_of() {
    let double = Double::huawei(1);
    let folder = Folder::new();
    folder.file("huawei.coc.ListInstanceCompliant", "in the way");
    let outcome = finish_in_time(&mut fetch_command(&double, &["ListInstanceCompliant"], &folder));
    assert_eq!(outcome.code, 2);
    assert!(outcome.stderr.contains("output.unwritable"), "{}", outcome.stderr);
    assert_eq!(double.arrived(), 0);
}

#[cfg(unix)]
#[test]
fn an_interrupt_leaves_what_was_collected() {
    use std::process::{Command, Stdio};

    use crate::support::end_in_time;

    for signal in ["-INT", "-TERM"] {
        let double = Double::huawei(250).then([Act::Serve, Act::Hang]);
        let out = Folder::new();
        let child = fetch_command(&double, &["ListInstanceCompliant"], &out)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        double.wait_for(2);
        // While it runs, pages are there to be seen.
        let parent = out.path().join("huawei.coc.ListInstanceCompliant/global");
        let partial = fs::read_dir(&parent).unwrap().next().unwrap().unwrap().path();
        assert_eq!(partial.extension().unwrap(), "partial");
        assert!(partial.join("page-0001.json").is_file());
        assert!(!partial.join("snapshot.json").exists());
        let sent = Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
        assert!(sent.success());
        let outcome = end_in_time(child);
        assert_eq!(outcome.code, 2, "{}", outcome.stderr);
        assert!(outcome.stderr.contains("fetch.interrupted"));
        let folder = outcome.stdout.trim_end();
        let text = fs::read_to_string(format!("{folder}/snapshot.json")).unwrap();
        let snapshot: probity::snapshot::SnapshotV1 = serde_json::from_str(&text).unwrap();
        assert!(!snapshot.complete);
        assert_eq!(snapshot.reason.as_deref(), Some("it was interrupted"));
        assert_eq!((snapshot.pages.len(), snapshot.resources), (1, 100));
        assert!(!partial.exists());
    }
}
