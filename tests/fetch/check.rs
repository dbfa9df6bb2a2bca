//! Evidence that was fetched, judged: folders made by hand.

use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::support::{Folder, Outcome, check, command, finish, probity, sample};

/// When the pages of these tests were received.
pub(super) const RECEIVED: &str = "2026-11-20T14:30:00Z";

/// A folder of evidence in the making.
struct Evidence {
    folder: Folder,
    /// Its folder's name.
    name: &'static str,
    pages: Vec<(String, Vec<u8>)>,
    manifest: Value,
}

fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What a manifest says of a page.
fn entry(name: &str, bytes: &[u8]) -> Value {
    json!({
        "file": name, "sha256": digest(bytes), "bytes": bytes.len(), "status": 200,
        "request_id": "0F3D", "received_at": RECEIVED,
    })
}

/// A page of patch states: those of the sample with these indices.
fn states(indices: &[usize], next: &str) -> String {
    let whole: Value =
        serde_json::from_str(&sample("alibaba/oos/list-instance-patch-states/compliant.json")).unwrap();
    let items: Vec<Value> =
        indices.iter().map(|&index| whole["InstancePatchStates"][index].clone()).collect();
    let page = json!({"InstancePatchStates": items, "MaxResults": 50, "NextToken": next, "RequestId": "r"});
    serde_json::to_string_pretty(&page).unwrap()
}

/// Resources on a page: the elements of its only list, or itself.
fn resources(page: &[u8]) -> usize {
    let Ok(Value::Object(members)) = serde_json::from_slice(page) else { return 0 };
    let mut lists = ["InstancePatchStates", "BatchList", "instance_compliant"]
        .iter()
        .filter_map(|name| members.get(*name));
    lists.next().map_or(1, |list| list.as_array().unwrap().len())
}

impl Evidence {
    /// Of a call that answered these pages, by the names of their files.
    fn of(operation: &str, pages: &[(&str, &str)]) -> Self {
        let pages: Vec<(String, Vec<u8>)> =
            pages.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect();
        let resources: usize = pages.iter().map(|(_, bytes)| resources(bytes)).sum();
        let manifest = json!({
            "schema": "probity.snapshot/v1", "tool": "probity 0.1.0", "kind": "snapshot",
            "operation": operation, "endpoint": "https://oos.eu-central-1.aliyuncs.com",
            "region": "eu-central-1", "account": "1234567890123456", "parameters": {},
            "started_at": "2026-11-20T14:29:59Z", "finished_at": RECEIVED,
            "pages": pages.iter().map(|(name, bytes)| entry(name, bytes)).collect::<Vec<_>>(),
            "stated_total": null, "resources": resources, "complete": true, "reason": null, "failure": null,
        });
        Self { folder: Folder::new(), name: "call", pages, manifest }
    }

    /// Two pages with tokens, whose names tell nothing of their order.
    fn states() -> Self {
        let pages = [("b.json", states(&[0, 1], "t")), ("a.json", states(&[2], ""))];
        let pages = pages.each_ref().map(|(name, text)| (*name, text.as_str()));
        Self::of("alibaba.oos.ListInstancePatchStates", &pages)
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join(self.name)
    }

    fn file(&self, name: &str) -> String {
        self.path().join(name).to_str().unwrap().to_owned()
    }

    /// Writes its files.
    fn write(&self) -> &Self {
        fs::create_dir_all(self.path()).unwrap();
        for (name, bytes) in &self.pages {
            fs::write(self.path().join(name), bytes).unwrap();
        }
        fs::write(self.path().join("snapshot.json"), serde_json::to_vec_pretty(&self.manifest).unwrap())
            .unwrap();
        self
    }

    fn check(&self, options: &[&str]) -> Outcome {
        let path = self.path();
        check(&[&[path.to_str().unwrap()], options].concat())
    }

    /// What is wrong with it: code, file without its folder, line, message.
    fn problems(&self, options: &[&str]) -> Vec<String> {
        problems(&self.check(options))
    }

    /// Line of the manifest that holds a text, counted from 1.
    fn line_of(&self, text: &str) -> usize {
        let written = serde_json::to_string_pretty(&self.manifest).unwrap();
        written.lines().position(|line| line.contains(text)).unwrap() + 1
    }
}

fn problems(outcome: &Outcome) -> Vec<String> {
    let document = outcome.json();
    let problem = |diagnostic: &Value| {
        let file = diagnostic["file"].as_str().unwrap_or("-").rsplit('/').next().unwrap().to_owned();
        let level = diagnostic["level"].as_str().unwrap();
        let (code, line) = (diagnostic["code"].as_str().unwrap(), &diagnostic["line"]);
        format!("{level} {code} {file}:{line} {}", diagnostic["message"].as_str().unwrap())
    };
    document["diagnostics"].as_array().unwrap().iter().map(problem).collect()
}

/// File, without its folder, and id of each resource that passed or failed, in their order.
fn judged(outcome: &Outcome) -> Vec<(String, String)> {
    let document = outcome.json();
    let mut judged: Vec<(String, String)> = document["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| {
            let file = finding["location"]["file"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
            (file, finding["resource"]["id"].as_str().unwrap().to_owned())
        })
        .collect();
    judged.dedup();
    judged
}

#[test]
fn pages_are_one_complete_snapshot_in_the_order_of_the_manifest() {
    let evidence = Evidence::states();
    let outcome = evidence.write().check(&["--include", "pass"]);
    assert_eq!((outcome.code, problems(&outcome)), (0, vec![]));
    let ids = ["i-bp1ai7a94xbdz60oe405", "i-bp1xgzurd15pzxyoa78n", "i-bp1yuyw44hinkzgmddr3"];
    let expected = [("b.json", ids[0]), ("b.json", ids[1]), ("a.json", ids[2])];
    assert_eq!(judged(&outcome), expected.map(|(file, id)| (file.to_owned(), id.to_owned())));
    let document = outcome.json();
    assert_eq!(document["summary"]["files"], 2, "the manifest is no payload");
    for (input, (name, bytes)) in document["inputs"].as_array().unwrap().iter().zip(&evidence.pages) {
        assert!(input["file"].as_str().unwrap().ends_with(name));
        assert_eq!((&input["complete"], &input["sha256"]), (&json!(true), &json!(digest(bytes))));
    }
    // Without the manifest nobody can tell.
    fs::remove_file(evidence.file("snapshot.json")).unwrap();
    assert_eq!(evidence.check(&[]).codes(), ["payload.incomplete"]);
}

#[test]
fn the_manifest_the_pages_and_a_glob_name_the_same() {
    let evidence = Evidence::states();
    let whole = evidence.write().check(&["--include", "pass"]).json();
    let glob = evidence.file("*.json");
    let pages = evidence.file("?.json");
    for named in [
        vec![evidence.file("snapshot.json")],
        vec![glob],
        vec![pages],
        vec![evidence.file("a.json"), evidence.file("b.json")],
        vec![evidence.folder.text()],
        vec![evidence.file("a.json"), evidence.folder.text(), evidence.file("snapshot.json")],
    ] {
        let named: Vec<&str> = named.iter().map(String::as_str).collect();
        let outcome = check(&[&named[..], &["--include", "pass"]].concat());
        assert_eq!(outcome.json(), whole, "{named:?}");
    }
    // From within the folder.
    let mut command = command(&["check", ".", "--format", "json", "--at", crate::support::CLOCK]);
    let outcome = finish(command.current_dir(evidence.path()));
    assert_eq!((outcome.code, problems(&outcome)), (0, vec![]));
    assert_eq!(outcome.json()["inputs"][0]["file"], "b.json");
    let mut command =
        self::command(&["check", "a.json", "b.json", "--format", "json", "--at", crate::support::CLOCK]);
    assert_eq!(finish(command.current_dir(evidence.path())).code, 0);
}

#[test]
fn a_page_alone_is_no_whole_snapshot() {
    let evidence = Evidence::states();
    evidence.write();
    let outcome = check(&[&evidence.file("a.json")]);
    assert_eq!(outcome.code, 2);
    let line = evidence.line_of("\"pages\"");
    let expected = format!(
        "error payload.incomplete snapshot.json:{line} 1 of 2 pages of this snapshot are among the inputs"
    );
    assert_eq!(problems(&outcome), [expected]);
    assert_eq!(outcome.json()["inputs"][0]["complete"], false);
    let outcome = check(&[&evidence.file("a.json"), "--allow-incomplete"]);
    assert_eq!((outcome.code, outcome.codes()), (0, vec!["payload.incomplete".to_owned()]));
}

#[test]
fn a_changed_byte_is_an_error_at_its_page() {
    let mut evidence = Evidence::states();
    // A count of one digit for another: still whole and well-formed.
    let page = String::from_utf8(evidence.pages[0].1.clone()).unwrap();
    let changed = page.replacen("\"MissingCount\": \"0\"", "\"MissingCount\": \"1\"", 1);
    assert_eq!(page.len(), changed.len());
    evidence.pages[0].1 = changed.clone().into_bytes();
    let stated = evidence.manifest["pages"][0]["sha256"].as_str().unwrap().to_owned();
    let outcome = evidence.write().check(&[]);
    assert_eq!(outcome.code, 2);
    let expected = format!(
        "error snapshot.tampered snapshot.json:{} `b.json` was changed: its SHA-256 is {}",
        evidence.line_of(&stated),
        digest(changed.as_bytes())
    );
    assert_eq!(problems(&outcome), [expected]);
    let document = outcome.json();
    assert_eq!(document["gate"]["verdict"].as_str().or(document["gate"].as_str()).unwrap_or(""), "error");
    assert!(document["inputs"].as_array().unwrap().iter().all(|input| input["complete"] == false));
    for options in [&["--allow-incomplete", "--allow-empty"][..], &["--reference"], &["--threads", "3"]] {
        let outcome = evidence.check(options);
        assert_eq!((outcome.code, outcome.codes()), (2, vec!["snapshot.tampered".to_owned()]), "{options:?}");
    }
    // The other formats hash nothing else, but pages always.
    let pretty = probity(&["check", evidence.path().to_str().unwrap(), "--at", crate::support::CLOCK]);
    assert_eq!(pretty.code, 2);
    assert!(pretty.stderr.contains("snapshot.tampered"), "{}", pretty.stderr);
}

#[test]
fn what_makes_a_page_unreadable_is_told_beside_the_change() {
    // Cut short, ill-formed, and text that is only looked at in part.
    let texts = ["{\"InstancePatchStates\": [", "{]", "", &"x".repeat(200_000)];
    for text in texts {
        let mut evidence = Evidence::states();
        evidence.pages[1].1 = text.as_bytes().to_vec();
        let outcome = evidence.write().check(&[]);
        let codes = outcome.codes();
        assert_eq!(outcome.code, 2);
        assert!(codes.contains(&"payload.malformed".to_owned()), "{codes:?}");
        let told = problems(&outcome);
        let size =
            format!("`a.json` was changed: it holds {} bytes, not {}", text.len(), states(&[2], "").len());
        assert!(told.iter().any(|problem| problem.ends_with(&size)), "{told:?}");
    }
}

#[test]
fn a_large_page_is_verified_though_several_threads_read_it() {
    let mut items: Vec<Value> = Vec::new();
    let whole: Value =
        serde_json::from_str(&sample("alibaba/oos/list-instance-patch-states/compliant.json")).unwrap();
    for number in 0..20_000 {
        let mut item = whole["InstancePatchStates"][0].clone();
        item["InstanceId"] = format!("i-{number:08}").into();
        items.push(item);
    }
    let text = json!({"InstancePatchStates": items, "MaxResults": 50, "NextToken": "", "RequestId": "r"})
        .to_string();
    assert!(text.len() > 5 << 20);
    let mut evidence = Evidence::of("alibaba.oos.ListInstancePatchStates", &[("page-0001.json", &text)]);
    let outcome = evidence.write().check(&["--threads", "2"]);
    assert_eq!((outcome.code, problems(&outcome)), (0, vec![]));
    let last = text.rfind("i-00019999").unwrap();
    evidence.pages[0].1[last] = b'j';
    let outcome = evidence.write().check(&["--threads", "2"]);
    assert_eq!((outcome.code, outcome.codes()), (2, vec!["snapshot.tampered".to_owned()]));
}

#[test]
fn missing_additional_and_linked_files_are_errors() {
    let evidence = Evidence::states();
    evidence.write();
    fs::remove_file(evidence.file("a.json")).unwrap();
    let line = evidence.line_of("\"a.json\"");
    let told = evidence.problems(&[]);
    assert_eq!(told[0], format!("error snapshot.tampered snapshot.json:{line} `a.json` is missing"));
    assert_eq!(evidence.check(&["--allow-incomplete"]).code, 2);
    // With every page gone, nothing is a pass either.
    fs::remove_file(evidence.file("b.json")).unwrap();
    assert_eq!(evidence.check(&["--allow-incomplete", "--allow-empty"]).code, 2);

    evidence.write();
    for name in ["c.json", "c.ndjson.gz"] {
        let added = evidence.folder.file(&format!("call/{name}"), states(&[0], ""));
        let line = evidence.line_of("\"pages\"");
        let message = format!(
            "error snapshot.tampered snapshot.json:{line} `{name}` stands in a folder of evidence, but is no part of it"
        );
        assert_eq!(evidence.problems(&[]), std::slice::from_ref(&message));
        assert_eq!(problems(&check(&[&added]))[0], message);
        fs::remove_file(added).unwrap();
    }
    // What nobody would take for a payload is no matter, unless it is named.
    let note = evidence.folder.file("call/note.txt", "why this was fetched");
    assert_eq!(evidence.check(&[]).code, 0);
    let outcome = check(&[&note]);
    assert_eq!((outcome.code, outcome.codes()), (2, vec!["snapshot.tampered".to_owned()]));
}

#[cfg(unix)]
#[test]
fn links_are_no_pages_but_lead_to_folders() {
    use std::os::unix::fs::symlink;

    let evidence = Evidence::states();
    evidence.write();
    let elsewhere = evidence.folder.file("elsewhere.json", &evidence.pages[1].1);
    fs::remove_file(evidence.file("a.json")).unwrap();
    symlink(&elsewhere, evidence.file("a.json")).unwrap();
    for named in [evidence.path().to_str().unwrap().to_owned(), evidence.file("a.json")] {
        let outcome = check(&[&named, "--allow-incomplete"]);
        assert_eq!(outcome.code, 2);
        let line = evidence.line_of("\"a.json\"");
        let expected = format!(
            "error snapshot.tampered snapshot.json:{line} `a.json` is a symbolic link, which no page is"
        );
        assert_eq!(problems(&outcome)[0], expected);
    }

    fs::remove_file(evidence.file("a.json")).unwrap();
    evidence.write();
    let latest = evidence.folder.path().join("latest");
    symlink(evidence.path(), &latest).unwrap();
    assert_eq!(check(&[latest.to_str().unwrap()]).code, 0);
    // By both names it is there once.
    assert_eq!(check(&[&evidence.folder.text()]).json()["summary"]["files"], 3, "with the file elsewhere");

    let stray = Folder::new();
    fs::create_dir(stray.path().join("x")).unwrap();
    symlink(evidence.file("snapshot.json"), stray.path().join("x/snapshot.json")).unwrap();
    let outcome = check(&[&stray.text()]);
    assert_eq!((outcome.code, outcome.codes()), (2, vec!["snapshot.unreadable".to_owned()]));
}

#[test]
fn a_manifest_that_cannot_be_read_is_an_error_with_its_place() {
    let change = |change: &dyn Fn(&mut Value)| {
        let mut evidence = Evidence::states();
        change(&mut evidence.manifest);
        let outcome = evidence.write().check(&["--include", "pass"]);
        assert_eq!(outcome.code, 2);
        assert!(outcome.json()["findings"].as_array().unwrap().is_empty(), "nothing is judged");
        let told = problems(&outcome);
        assert_eq!(problems(&check(&[&evidence.file("b.json")])), told, "by whatever name");
        told
    };
    let told = change(&|manifest| manifest["schema"] = "probity.snapshot/v2".into());
    assert_eq!(
        told,
        ["error snapshot.unreadable snapshot.json:2 `probity.snapshot/v2` is no version of a manifest that is read"]
            .map(|text| text.replace("json:2", &format!("json:{}", line_of_schema())))
    );
    let told = change(&|manifest| manifest["pages"][0]["file"] = "../b.json".into());
    assert_eq!(told.len(), 1);
    assert!(told[0].ends_with("`../b.json` is no plain name of a page"), "{told:?}");
    let told = change(&|manifest| manifest["later"] = true.into());
    assert!(told[0].contains("unknown field `later`"), "{told:?}");
    let told = change(&|manifest| manifest["operation"] = "aws.ec2.DescribeInstances".into());
    assert!(told[0].ends_with("`aws.ec2.DescribeInstances` is no operation that is judged"), "{told:?}");

    // Cut off behind any of its lines but the first few.
    let evidence = Evidence::states();
    evidence.write();
    let whole = fs::read_to_string(evidence.file("snapshot.json")).unwrap();
    let named = whole.find("probity.snapshot").unwrap();
    for (at, _) in whole.match_indices('\n').filter(|(at, _)| *at > named) {
        fs::write(evidence.file("snapshot.json"), &whole[..at]).unwrap();
        let outcome = evidence.check(&[]);
        assert_eq!((outcome.code, outcome.codes()), (2, vec!["snapshot.unreadable".to_owned()]), "{at}");
        let (_, line, _) = outcome.diagnostics()[0].clone();
        assert_eq!(line, Some(whole[..at].lines().count() as u64));
    }
}

/// Members are written by name.
fn line_of_schema() -> usize {
    Evidence::states().line_of("\"schema\"")
}

#[test]
fn a_payload_may_be_called_as_a_manifest_is() {
    let folder = Folder::new();
    let text = states(&[0, 1, 2], "");
    folder.file("x/snapshot.json", &text);
    folder.file("x/other.json", states(&[0], ""));
    let outcome = check(&[&folder.text(), "--include", "pass"]);
    assert_eq!((outcome.code, problems(&outcome)), (0, vec![]));
    assert_eq!(outcome.json()["summary"]["resources"], 4);
    assert_eq!(check(&[&folder.file("x/snapshot.json", &text)]).code, 0);
    fs::create_dir_all(folder.path().join("y/snapshot.json")).unwrap();
    folder.file("y/other.json", &text);
    assert_eq!(check(&[&folder.text()]).code, 0);
}

#[test]
fn incompleteness_is_honoured_even_where_the_pages_look_whole() {
    let mut evidence =
        Evidence::of("alibaba.oos.ListInstancePatchStates", &[("p.json", &states(&[0, 1, 2], ""))]);
    evidence.manifest["complete"] = false.into();
    evidence.manifest["reason"] = "it was interrupted".into();
    let line = evidence.line_of("\"complete\"");
    let message = format!(
        "payload.incomplete snapshot.json:{line} this snapshot is incomplete, 1 page came: it was interrupted"
    );
    let outcome = evidence.write().check(&[]);
    assert_eq!((outcome.code, problems(&outcome)), (2, vec![format!("error {message}")]));
    assert_eq!(outcome.json()["inputs"][0]["complete"], false);
    let outcome = evidence.check(&["--allow-incomplete"]);
    assert_eq!((outcome.code, problems(&outcome)), (0, vec![format!("warning {message}")]));
    // Before the first page: nothing is no snapshot, whatever is allowed.
    evidence.pages.clear();
    evidence.manifest["pages"] = json!([]);
    fs::remove_file(evidence.file("p.json")).unwrap();
    for options in [&[][..], &["--allow-incomplete", "--allow-empty"]] {
        let outcome = evidence.write().check(options);
        assert_eq!((outcome.code, outcome.codes()), (2, vec!["payload.incomplete".to_owned()]));
    }
}

#[test]
fn a_complete_manifest_tells_what_its_pages_leave_open_but_hides_nothing() {
    // Nothing in this page states a total.
    let mut page: Value =
        serde_json::from_str(&sample("alibaba/sas/list-publish-batch/compliant.json")).unwrap();
    page.as_object_mut().unwrap().remove("PageInfo").unwrap();
    let evidence = Evidence::of("alibaba.sas.ListPublishBatch", &[("p.json", &page.to_string())]);
    evidence.write();
    assert_eq!(evidence.check(&[]).codes(), Vec::<String>::new());
    fs::remove_file(evidence.file("snapshot.json")).unwrap();
    assert_eq!(evidence.check(&[]).codes(), ["payload.unverified"]);
    // The last page names a further one.
    let evidence =
        Evidence::of("alibaba.oos.ListInstancePatchStates", &[("p.json", &states(&[0, 1, 2], "t"))]);
    let outcome = evidence.write().check(&[]);
    assert_eq!((outcome.code, outcome.codes()), (2, vec!["payload.incomplete".to_owned()]));
    assert_eq!(outcome.json()["inputs"][0]["complete"], false);
    // A page of another operation.
    let evidence = Evidence::of("huawei.coc.ListInstanceCompliant", &[("p.json", &states(&[0], ""))]);
    let outcome = evidence.write().check(&[]);
    assert_eq!((outcome.code, outcome.codes()), (2, vec!["payload.inconsistent".to_owned()]));
}

#[test]
fn a_page_that_was_taken_out_of_both_is_missed() {
    let mut evidence = Evidence::of(
        "alibaba.oos.ListInstancePatchStates",
        &[("a.json", &states(&[0, 1], "t")), ("b.json", &states(&[2], ""))],
    );
    let page = evidence.manifest["pages"].as_array_mut().unwrap().remove(0);
    assert_eq!(page["file"], "a.json");
    evidence.pages.remove(0);
    let outcome = evidence.write().check(&[]);
    let line = evidence.line_of("\"resources\"");
    let expected = format!(
        "error snapshot.tampered snapshot.json:{line} the manifest was changed: it says 3 resources, but its pages hold 1"
    );
    assert_eq!((outcome.code, problems(&outcome)), (2, vec![expected]));
}

#[test]
fn what_a_fetch_left_that_was_killed_is_no_evidence() {
    let folder = Folder::new();
    let name = "aws.ssm.GetPatchBaseline/eu-west-1/20261126T143000Z-0001.partial/page-0001.json";
    let page = folder.file(name, sample("aws/ssm/get-patch-baseline/compliant.json"));
    for named in [folder.text(), page] {
        let outcome = check(&[&named]);
        assert_eq!((outcome.code, outcome.codes()), (2, vec!["snapshot.unreadable".to_owned()]));
        assert_eq!(outcome.json()["summary"]["files"], 0);
    }
    // Other folders may be called what they like.
    folder.file("x.partial/page-0001.json", sample("aws/ssm/get-patch-baseline/compliant.json"));
    let other = folder.path().join("x.partial");
    assert_eq!(check(&[other.to_str().unwrap()]).code, 0);
}

#[test]
fn an_error_answer_is_told_with_all_that_the_vendor_said() {
    let body = br#"{"__type":"AccessDeniedException","Message":"not authorized"}"#;
    let mut evidence = Evidence::of("aws.ssm.GetPatchBaseline", &[]);
    evidence.pages.push(("error-0001.json".to_owned(), body.to_vec()));
    let mut page = entry("error-0001.json", body);
    page["status"] = 400.into();
    evidence.manifest["complete"] = false.into();
    evidence.manifest["reason"] = "the call failed".into();
    evidence.manifest["failure"] = json!({
        "code": "AccessDeniedException", "message": "not authorized", "status": 400, "request_id": "0F3D",
        "help": "allow `ssm:GetPatchBaseline`", "page": page,
    });
    let expected = "error payload.error_body error-0001.json:1 the call of `aws.ssm.GetPatchBaseline` failed: \
                    `AccessDeniedException`: not authorized (HTTP 400, request 0F3D)";
    for options in [&[][..], &["--allow-incomplete", "--allow-empty"]] {
        let outcome = evidence.write().check(options);
        assert_eq!((outcome.code, problems(&outcome)), (2, vec![expected.to_owned()]));
        assert_eq!(outcome.json()["diagnostics"][0]["help"], "allow `ssm:GetPatchBaseline`");
    }
    // It is evidence like any other.
    evidence.pages[0].1[0] = b'[';
    assert_eq!(evidence.write().check(&[]).codes(), ["payload.error_body", "snapshot.tampered"]);
    fs::remove_file(evidence.file("error-0001.json")).unwrap();
    assert_eq!(evidence.check(&[]).codes(), ["payload.error_body", "snapshot.tampered"]);

    // After some pages it may be allowed.
    let mut evidence =
        Evidence::of("alibaba.oos.ListInstancePatchStates", &[("p.json", &states(&[0, 1, 2], "t"))]);
    evidence.manifest["complete"] = false.into();
    evidence.manifest["reason"] = "the connection was cut".into();
    evidence.manifest["failure"] = json!({
        "code": null, "message": "the connection was cut", "status": null, "request_id": null,
        "help": "check the network", "page": null,
    });
    let outcome = evidence.write().check(&[]);
    assert_eq!((outcome.code, outcome.codes()), (2, vec!["payload.incomplete".to_owned()]));
    assert_eq!(evidence.check(&["--allow-incomplete"]).code, 0);
}

#[test]
fn a_listing_is_verified_and_not_judged() {
    let body = "{\"BaselineIdentities\": [{}]}";
    let mut listing = Evidence::of("aws.ssm.DescribePatchBaselines", &[("page-0001.json", body)]);
    listing.manifest["kind"] = "listing".into();
    listing.write();
    let outcome = listing.check(&[]);
    assert_eq!((outcome.code, outcome.codes()), (2, vec!["input.none".to_owned()]), "alone it is nothing");
    let evidence = Evidence::states();
    evidence.write();
    let both = |options: &[&str]| {
        let (listing, states) = (listing.folder.text(), evidence.folder.text());
        check(&[&[listing.as_str(), &states], options].concat())
    };
    let outcome = both(&[]);
    assert_eq!((outcome.code, problems(&outcome)), (0, vec![]));
    assert_eq!(outcome.json()["summary"]["files"], 2);
    listing.manifest["complete"] = false.into();
    listing.write();
    assert_eq!(both(&[]).codes(), ["payload.incomplete"]);
    assert_eq!(both(&["--allow-incomplete"]).code, 2, "what is listed on no page is judged nowhere");
    listing.manifest["complete"] = true.into();
    listing.pages[0].1 = b"{\"BaselineIdentities\": [[]]}".to_vec();
    listing.write();
    assert_eq!(both(&[]).codes(), ["snapshot.tampered"]);

    // One that lists nothing: then nothing is judged of that region.
    let mut listing =
        Evidence::of("aws.ssm.DescribePatchBaselines", &[("p.json", "{\"BaselineIdentities\": []}")]);
    listing.manifest["kind"] = "listing".into();
    listing.manifest["resources"] = 0.into();
    listing.write();
    let both = |options: &[&str]| {
        let (listing, states) = (listing.folder.text(), evidence.folder.text());
        check(&[&[listing.as_str(), &states], options].concat())
    };
    let line = listing.line_of("\"resources\"");
    let message = format!(
        "payload.empty snapshot.json:{line} `aws.ssm.DescribePatchBaselines` lists nothing in `eu-central-1`, and nothing was fetched for it"
    );
    let outcome = both(&[]);
    assert_eq!((outcome.code, problems(&outcome)), (2, vec![format!("error {message}")]));
    let outcome = both(&["--allow-empty"]);
    assert_eq!((outcome.code, problems(&outcome)), (0, vec![format!("warning {message}")]));
}

#[test]
fn two_calls_of_one_operation_are_two_snapshots() {
    let (one, mut two) = (Evidence::states(), Evidence::states());
    two.name = "again";
    two.manifest["region"] = "us-west-1".into();
    one.write();
    two.folder = one.folder;
    two.write();
    let outcome = check(&[&two.folder.text(), "--include", "pass"]);
    assert_eq!((outcome.code, problems(&outcome)), (0, vec![]));
    let document = outcome.json();
    assert_eq!(document["summary"]["resources"], 6);
    let regions: Vec<(&str, &str)> = document["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| {
            let file = finding["location"]["file"].as_str().unwrap();
            (file.rsplit('/').nth(1).unwrap(), finding["resource"]["region"].as_str().unwrap())
        })
        .collect();
    assert!(regions.contains(&("call", "eu-central-1")) && regions.contains(&("again", "us-west-1")));
    assert!(!regions.contains(&("call", "us-west-1")) && !regions.contains(&("again", "eu-central-1")));
}

#[test]
fn source_and_time_reach_findings_rules_and_the_age() {
    let mut evidence = Evidence::states();
    evidence.manifest["pages"][1]["received_at"] = "2026-11-20T16:30:01+01:00".into();
    evidence.write();
    for options in [
        &["--include", "pass"][..],
        &["--include", "pass", "--reference"],
        &["--include", "pass", "--threads", "1"],
    ] {
        let document = evidence.check(options).json();
        for finding in document["findings"].as_array().unwrap() {
            assert_eq!(finding["resource"]["region"], "eu-central-1");
            assert_eq!(finding["resource"]["account"], "1234567890123456");
            let file = finding["location"]["file"].as_str().unwrap();
            let received = if file.ends_with("b.json") { RECEIVED } else { "2026-11-20T15:30:01Z" };
            assert_eq!(finding["resource"]["captured_at"], received);
        }
    }
    let folder = evidence.path();
    let folder = folder.to_str().unwrap();
    let inputs = probity(&["inspect", folder, "--inputs", "--at", crate::support::CLOCK]);
    let sources: Vec<Value> = inputs
        .stdout
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["source"].clone())
        .collect();
    let source = |file: &str, at: &str| {
        json!({
            "operation": "alibaba.oos.ListInstancePatchStates", "provider": "alibaba", "service": "oos",
            "file": evidence.file(file), "region": "eu-central-1", "account": "1234567890123456", "captured_at": at,
        })
    };
    let first = source("b.json", RECEIVED);
    assert_eq!(sources, [first.clone(), first, source("a.json", "2026-11-20T15:30:01Z")]);
    let inspected = probity(&["inspect", folder, "--format", "json", "--at", crate::support::CLOCK]).json();
    // From the oldest time of a resource to that of the capture, which is newer here only for the second page.
    assert_eq!(inspected["inputs"][1]["observed_to"], "2026-11-20T15:30:01Z");

    // A rule sees them.
    let rules = Folder::new();
    let rule = crate::support::rule(
        "ORG-1",
        "org.one",
        "deny contains input.source.region if input.source.captured_at == \"2026-11-20T15:30:01Z\"",
    );
    let rule = rule.replace("huawei.coc.ListInstanceCompliant", "alibaba.oos.ListInstancePatchStates");
    rules.file("one.rego", rule);
    for way in [&[][..], &["--reference"]] {
        let outcome = evidence.check(&[&["--policies", &rules.text(), "--no-builtin"], way].concat());
        assert_eq!(judged(&outcome), [("a.json".to_owned(), "i-bp1yuyw44hinkzgmddr3".to_owned())]);
        assert_eq!(outcome.json()["findings"][0]["message"], "eu-central-1");
    }
}

#[test]
fn the_capture_tells_the_age() {
    // A baseline has no time but those of its making: without a capture it is undated or stale.
    let text = sample("aws/ssm/get-patch-baseline/compliant.json");
    let evidence = Evidence::of("aws.ssm.GetPatchBaseline", &[("page-0001.json", &text)]);
    evidence.write();
    let age = |age: &str| evidence.check(&["--max-age", age]);
    assert_eq!(age("12h").codes(), Vec::<String>::new(), "nine and a half hours before the clock");
    let outcome = age("9h");
    assert_eq!((outcome.code, outcome.codes()), (2, vec!["payload.stale".to_owned()]));
    assert!(
        problems(&outcome)[0].contains("its newest time is 2026-11-20T14:30:00Z"),
        "{:?}",
        problems(&outcome)
    );
    fs::remove_file(evidence.file("snapshot.json")).unwrap();
    assert_ne!(age("12h").code, 0);
}

#[test]
fn what_a_payload_says_of_itself_outweighs_the_manifest() {
    let text = sample("huawei/coc/list-instance-compliant/compliant.json");
    let own: Value = serde_json::from_str(&text).unwrap();
    let region = own["instance_compliant"][0]["region"].as_str().unwrap();
    assert_ne!(region, "eu-central-1");
    let evidence = Evidence::of("huawei.coc.ListInstanceCompliant", &[("page-0001.json", &text)]);
    let document = evidence.write().check(&["--include", "pass"]).json();
    assert_eq!(document["findings"][0]["resource"]["region"], region);
    assert_eq!(document["findings"][0]["resource"]["account"], "1234567890123456");
}

#[test]
fn explain_reads_evidence_as_check_does() {
    let evidence = Evidence::states();
    evidence.write();
    let folder = evidence.path();
    let resource = "i-bp1yuyw44hinkzgmddr3";
    let arguments = ["explain", folder.to_str().unwrap(), "--rule", "ALI-OOS-001", "--resource", resource];
    let outcome = probity(&[&arguments[..], &["--at", crate::support::CLOCK]].concat());
    assert_ne!(outcome.code, 2, "{}", outcome.stderr);
    assert!(outcome.stderr.is_empty(), "{}", outcome.stderr);
}

#[test]
fn the_schema_of_manifests_knows_these() {
    let schema = probity(&["schema", "snapshot"]).json();
    assert!(jsonschema::meta::is_valid(&schema));
    let validator = jsonschema::validator_for(&schema).unwrap();
    let mut manifest = Evidence::states().manifest;
    let problems: Vec<String> = validator.iter_errors(&manifest).map(|error| error.to_string()).collect();
    assert!(problems.is_empty(), "{problems:?}");
    manifest["later"] = true.into();
    assert!(!validator.is_valid(&manifest));
    manifest.as_object_mut().unwrap().remove("later");
    manifest["schema"] = "probity.snapshot/v2".into();
    assert!(!validator.is_valid(&manifest));
}
