//! The guards on the way to the last page.

use std::sync::atomic::{AtomicU64, Ordering};

use probity::snapshot::SnapshotV1;
use serde_json::{Value, json};

use super::doubles::{Act, Double, Fetched, Reply, baselines, fetch};

const IMAGES: [&str; 5] = ["DescribeImageInstances", "--region", "cn-hangzhou", "--page-size", "10"];

/// Incomplete, with a reason, and with what was collected.
fn incomplete(fetched: &Fetched, reason: &str, pages: usize) -> SnapshotV1 {
    let (folder, snapshot) = fetched.snapshot();
    assert_eq!(fetched.outcome.code, 2);
    assert!(fetched.outcome.stderr.contains("fetch.incomplete"), "{}", fetched.outcome.stderr);
    assert!(!snapshot.complete);
    assert_eq!(snapshot.reason.as_deref(), Some(reason));
    assert_eq!(snapshot.pages.len(), pages);
    for page in &snapshot.pages {
        assert!(folder.join(&page.file).is_file());
    }
    snapshot
}

#[test]
fn a_total_that_moves_once_is_read_again() {
    let double = Double::alibaba(25)
        .then([Act::Serve, Act::Change(|page| page["PageInfo"]["TotalCount"] = json!(26))]);
    let fetched = fetch(&double, &IMAGES);
    assert_eq!(fetched.outcome.code, 0, "{}", fetched.outcome.stderr);
    assert!(fetched.outcome.stderr.contains("fetch.changed"));
    let said = fetched.outcome.stderr.replace("\n  │ ", " ");
    assert!(said.contains("the stated total moved from 25 to 26 on page 2"), "{said}");
    let (folder, snapshot) = fetched.snapshot();
    assert!(snapshot.complete);
    assert_eq!((snapshot.resources, snapshot.pages.len()), (25, 3));
    // Two of the first reading, three of the second; only those are kept.
    assert_eq!(double.seen().len(), 5);
    assert_eq!(std::fs::read_dir(folder).unwrap().count(), 4);
}

#[test]
fn a_total_that_keeps_moving_is_incomplete() {
    static TOTAL: AtomicU64 = AtomicU64::new(100);
    let double = Double::alibaba(50).always(Act::Change(|page| {
        page["PageInfo"]["TotalCount"] = json!(TOTAL.fetch_add(1, Ordering::Relaxed));
    }));
    let fetched = fetch(&double, &IMAGES);
    let reason = "the stated total moved from 102 to 103 on page 2, in two readings";
    incomplete(&fetched, reason, 2);
    assert_eq!(double.seen().len(), 4);
}

#[test]
fn a_token_that_repeats_ends_it() {
    let double =
        Double::aws(baselines(9, 0)).always(Act::Change(|page| page["NextToken"] = json!("token-2")));
    let fetched = fetch(&double, &["DescribePatchBaselines", "--region", "eu-central-1", "--page-size", "2"]);
    let snapshot = incomplete(&fetched, "page 2 names the same next page as page 1", 2);
    assert_eq!(snapshot.resources, 4);
}

#[test]
fn an_incomplete_listing_is_told_though_its_baselines_are_fetched() {
    let double = Double::aws(baselines(9, 0))
        .then([Act::Change(|page| page["NextToken"] = json!("token-0")), Act::Serve]);
    let fetched =
        fetch(&double, &["GetPatchBaseline", "--all", "--region", "eu-central-1", "--page-size", "2"]);
    assert_eq!(fetched.outcome.code, 2);
    assert!(fetched.outcome.stderr.contains("fetch.incomplete"));
    let snapshots = fetched.snapshots();
    assert!(!snapshots[0].1.complete);
    assert_eq!(snapshots.len(), 3);
    assert!(snapshots[1].1.complete && snapshots[2].1.complete);
}

#[test]
fn a_page_that_repeats_ends_it() {
    let first: Value = json!({
        "RequestId": "r",
        "PageInfo": {"CurrentPage": 1, "PageSize": 10, "TotalCount": 25, "Count": 1},
        "ImageInstanceList": [{"Digest": "x"}],
    });
    let mut second = first.clone();
    second["RequestId"] = json!("another");
    second["PageInfo"]["CurrentPage"] = json!(2);
    let double =
        Double::alibaba(25).then([Act::Say(Reply::json(200, &first)), Act::Say(Reply::json(200, &second))]);
    incomplete(&fetch(&double, &IMAGES), "page 2 is page 1 again", 2);
}

#[test]
fn an_empty_page_before_the_total_ends_it() {
    let double = Double::alibaba(25).then([
        Act::Serve,
        Act::Change(|page| {
            page["ImageInstanceList"] = json!([]);
            page["PageInfo"]["Count"] = json!(0);
        }),
    ]);
    incomplete(&fetch(&double, &IMAGES), "page 2 is empty: 10 of 25 resources were collected", 2);
}

#[test]
fn a_page_that_states_another_count_ends_it() {
    let double = Double::alibaba(25).then([Act::Change(|page| page["PageInfo"]["Count"] = json!(11))]);
    incomplete(&fetch(&double, &IMAGES), "page 1 states 11 resources, but holds 10", 1);
}

#[test]
fn more_than_the_total_is_not_whole_either() {
    let double = Double::alibaba(5).always(Act::Change(|page| page["PageInfo"]["TotalCount"] = json!(4)));
    incomplete(&fetch(&double, &IMAGES), "the pages hold 5 resources, but state 4", 1);
}

#[test]
fn without_a_total_nobody_can_tell() {
    let double = Double::huawei(2).always(Act::Change(|page| {
        page.as_object_mut().unwrap().remove("count");
    }));
    let reason = "no total is stated, so nothing tells whether that is all";
    let snapshot = incomplete(&fetch(&double, &["ListInstanceCompliant"]), reason, 2);
    assert_eq!((snapshot.resources, snapshot.stated_total), (2, None));
}

#[test]
fn a_report_that_comes_twice_is_read_again_and_then_told() {
    // As where an offset meant a page: the second begins within the first.
    let double = Double::huawei(15).always(Act::Change(|page| {
        let reports = page["instance_compliant"].as_array_mut().unwrap();
        for report in reports {
            if report["id"] == format!("{:032x}", 10) {
                report["id"] = json!(format!("{:032x}", 9));
            }
        }
    }));
    let fetched = fetch(&double, &["ListInstanceCompliant", "--page-size", "10"]);
    let reason = "`00000000000000000000000000000009` of page 2 was on an earlier page, or is on it twice, in two readings";
    incomplete(&fetched, reason, 2);
    assert_eq!(double.seen().len(), 4);
    assert!(fetched.outcome.stderr.contains("fetch.changed"));
}

#[test]
fn nothing_at_all_is_a_whole_answer_where_it_says_so() {
    let double = Double::huawei(0);
    let fetched = fetch(&double, &["ListInstanceCompliant"]);
    assert_eq!(fetched.outcome.code, 0, "{}", fetched.outcome.stderr);
    let (_, snapshot) = fetched.snapshot();
    assert_eq!((snapshot.resources, snapshot.stated_total, snapshot.complete), (0, Some(0), true));
}
