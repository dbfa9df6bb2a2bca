//! Pages of one call: which belong together, and what is missing.

use std::fmt::Write as _;

use super::{
    TOKEN, TOTAL, batches, counts, file_names, inspect, load, message_of, node, nodes, problems, states, told,
};
use crate::support::{Folder, Outcome};

/// Whether each input of an inspection is complete.
fn complete(outcome: &Outcome) -> Vec<Option<bool>> {
    let document = outcome.json();
    document["inputs"].as_array().unwrap().iter().map(|input| input["complete"].as_bool()).collect()
}

/// An array, NDJSON, and one after the other: the layouts of several payloads in one file.
fn layouts(pages: &[String]) -> [String; 3] {
    let mut lines = String::new();
    for page in pages {
        writeln!(lines, "{}", page.replace('\n', " ")).unwrap();
    }
    [format!("[{}]", pages.join(",")), lines, pages.concat()]
}

#[test]
fn pages_of_one_file_are_one_snapshot() {
    let folder = Folder::new();
    for (what, pages) in [
        ("numbered", vec![batches(1, 2, 5, &[1, 2]), batches(2, 2, 5, &[3, 4]), batches(3, 2, 5, &[5])]),
        ("with a total", vec![nodes(5, &["a", "b"]), nodes(5, &["c", "d"]), nodes(5, &["e"])]),
        ("with tokens", vec![states("t", &["a", "b"]), states("u", &["c", "d"]), states("", &["e"])]),
    ] {
        for text in layouts(&pages) {
            let outcome = inspect(&[&folder.file("pages.json", &text)]);
            assert_eq!(problems(&outcome), Vec::<String>::new(), "{what}: {text}");
            assert_eq!((complete(&outcome), outcome.code), (vec![Some(true)], 0), "{what}: {text}");
            let input = &outcome.json()["inputs"][0];
            assert_eq!((input["payloads"].as_u64(), input["resources"].as_u64()), (Some(3), Some(5)));
            // Stated on every page, but meant once. Tokens state no total.
            let stated = if what == "with tokens" { None } else { Some(5) };
            assert_eq!(input["stated_total"].as_u64(), stated, "{what}: {text}");
        }
    }
}

#[test]
fn pages_of_one_file_may_be_in_any_order_when_they_have_numbers() {
    let folder = Folder::new();
    let text = batches(3, 2, 5, &[5]) + &batches(1, 2, 5, &[1, 2]) + &batches(2, 2, 5, &[3, 4]);
    let outcome = inspect(&[&folder.file("pages.json", text)]);
    assert_eq!((problems(&outcome), complete(&outcome)), (vec![], vec![Some(true)]));
}

#[test]
fn several_calls_in_one_file_are_several_snapshots() {
    let folder = Folder::new();
    for text in [
        batches(1, 2, 3, &[1, 2])
            + &batches(2, 2, 3, &[3])
            + &batches(1, 1, 2, &[4])
            + &batches(2, 1, 2, &[5]),
        [nodes(3, &["a", "b"]), nodes(3, &["c"]), nodes(2, &["d"]), nodes(2, &["e"])].concat(),
        states("t", &["a"])
            + &states("", &["b"])
            + &states("", &["c"])
            + &states("u", &["d"])
            + &states("-", &["e"]),
    ] {
        let outcome = inspect(&[&folder.file("calls.json", &text)]);
        assert_eq!((problems(&outcome), complete(&outcome)), (vec![], vec![Some(true)]), "{text}");
    }
    // The third call lacks its second page.
    let text = batches(1, 2, 3, &[1, 2]) + &batches(2, 2, 3, &[3]) + &batches(1, 1, 2, &[4]);
    let outcome = inspect(&[&folder.file("calls.json", text)]);
    // Two lines a page.
    assert_eq!(
        (problems(&outcome), complete(&outcome)),
        (vec!["payload.incomplete 6:61".to_owned()], vec![Some(false)])
    );
}

#[test]
fn pages_in_the_files_of_a_folder_are_one_snapshot() {
    for pages in [
        [batches(1, 2, 5, &[1, 2]), batches(2, 2, 5, &[3, 4]), batches(3, 2, 5, &[5])],
        [nodes(5, &["a", "b"]), nodes(5, &["c", "d"]), nodes(5, &["e"])],
        [states("t", &["a", "b"]), states("u", &["c", "d"]), states("", &["e"])],
    ] {
        let folder = Folder::new();
        for (number, page) in (1..).zip(&pages) {
            folder.file(&format!("page-{number}.json"), page);
        }
        let outcome = inspect(&[&folder.text()]);
        assert_eq!(problems(&outcome), Vec::<String>::new(), "{pages:?}");
        assert_eq!((complete(&outcome), outcome.code), (vec![Some(true); 3], 0), "{pages:?}");
        let outcome = load(&[&folder.text()]);
        assert_eq!((counts(&outcome), outcome.code), ((3, 5), 0), "{pages:?}");
    }
}

#[test]
fn files_with_totals_are_joined_whatever_their_names() {
    let folder = Folder::new();
    folder.file("monday.json", batches(2, 2, 5, &[3, 4]));
    folder.file("of.ndjson", batches(1, 2, 5, &[1, 2]).replace('\n', ""));
    folder.file("pages.jsonl", batches(3, 2, 5, &[5]));
    let outcome = inspect(&[&folder.text()]);
    assert_eq!((problems(&outcome), outcome.code), (vec![], 0));
}

#[test]
fn a_series_of_files_may_begin_at_nought_count_rows_and_pass_nine() {
    let ids: Vec<String> = (0..21).map(|number| format!("i{number}")).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    for names in [
        ["p0", "p1", "p2"],
        ["offset-0", "offset-10", "offset-20"],
        ["9-a1", "9-a2", "9-a3"],
        ["x10", "x20", "x30"],
    ] {
        let folder = Folder::new();
        let pages = [states("t", &ids[..10]), states("u", &ids[10..20]), states("", &ids[20..])];
        for (name, page) in names.iter().zip(pages) {
            folder.file(&format!("{name}.json"), page);
        }
        let outcome = inspect(&[&folder.text()]);
        assert_eq!((problems(&outcome), outcome.code), (vec![], 0), "{names:?}");
    }
    // In the order of names, 10 comes before 2.
    let folder = Folder::new();
    for number in 1..=12 {
        let token = if number < 12 { "t" } else { "" };
        folder.file(&format!("page{number}.json"), states(token, &[&format!("i{number}")]));
    }
    let outcome = inspect(&[&folder.text()]);
    assert_eq!(file_names(&outcome)[..3], ["page1.json", "page10.json", "page11.json"]);
    assert_eq!((problems(&outcome), outcome.code), (vec![], 0));
}

#[test]
fn a_gap_is_not_taken_for_a_count_of_rows() {
    // Two rows a page: these may be numbers of rows as well as numbers of pages with one missing.
    for names in [["page-1", "page-3"], ["page-0", "page-2"], ["page-2", "page-4"]] {
        let folder = Folder::new();
        for (name, page) in names.iter().zip([states("t", &["a", "b"]), states("", &["e"])]) {
            folder.file(&format!("{name}.json"), page);
        }
        let outcome = inspect(&[&folder.text()]);
        assert_eq!((problems(&outcome).len(), outcome.code), (1, 2), "{names:?}");
    }
}

#[test]
fn pages_are_not_joined_across_folders() {
    for (pages, at) in [
        ([batches(1, 2, 3, &[1, 2]), batches(2, 2, 3, &[3])], [TOTAL, TOTAL]),
        // A page of reports is one line: its total stands behind its nodes.
        ([nodes(3, &["a", "b"]), nodes(3, &["c"])], ["1:89", "1:62"]),
    ] {
        let folder = Folder::new();
        folder.file("one/page-1.json", &pages[0]);
        folder.file("two/page-2.json", &pages[1]);
        let outcome = inspect(&[&folder.text()]);
        assert_eq!(problems(&outcome), at.map(|at| format!("payload.incomplete {at}")), "{pages:?}");
        assert_eq!((complete(&outcome), outcome.code), (vec![Some(false); 2], 2), "{pages:?}");
    }
    // The last page of a chain of tokens looks whole.
    let folder = Folder::new();
    folder.file("one/page-1.json", states("t", &["a"]));
    folder.file("two/page-2.json", states("", &["b"]));
    let outcome = inspect(&[&folder.text()]);
    assert_eq!((problems(&outcome), outcome.code), (vec![format!("payload.incomplete {TOKEN}")], 2));
}

#[test]
fn a_file_that_is_whole_by_itself_stands_alone() {
    let folder = Folder::new();
    folder.file("a.json", batches(1, 2, 2, &[1, 2]));
    folder.file("b.json", batches(1, 2, 2, &[1, 2]));
    folder.file("c.json", nodes(1, &["a"]));
    folder.file("d.json", nodes(1, &["a"]));
    folder.file("e.json", states("", &["a"]));
    folder.file("f.json", states("", &["a"]));
    let outcome = load(&[&folder.text()]);
    assert_eq!((told(&outcome), outcome.code), (vec![], 0), "one call may be saved on two days");
}

#[test]
fn an_incomplete_file_does_not_become_complete_by_a_whole_one_beside_it() {
    let folder = Folder::new();
    folder.file("complete.json", states("", &["a"]));
    folder.file("incomplete.json", states("t", &["b"]));
    folder.file("total.json", nodes(2, &["a"]));
    folder.file("whole.json", nodes(1, &["b"]));
    let outcome = inspect(&[&folder.text()]);
    assert_eq!(complete(&outcome), [Some(true), Some(false), Some(false), Some(true)]);
    // `{"instance_compliant": [{"id": "a", "group": "g"}], "count": ` is 61 characters long.
    assert_eq!(
        problems(&outcome),
        [format!("payload.incomplete {TOKEN}"), "payload.incomplete 1:62".to_owned()]
    );
}

#[test]
fn a_page_that_is_missing_is_named() {
    let folder = Folder::new();
    for (text, parts) in [
        (batches(1, 2, 5, &[1, 2]) + &batches(3, 2, 5, &[5]), ["3 of 5", "page 2 is missing"]),
        (batches(2, 2, 5, &[1, 2]) + &batches(3, 2, 5, &[5]), ["3 of 5", "page 1 is missing"]),
        (batches(1, 2, 5, &[1, 2]), ["2 of 5", "pages 2 to 3 are missing"]),
        (batches(2, 1, 6, &[1]) + &batches(5, 1, 6, &[2]), ["2 of 6", "pages 1, 3 to 4, 6 are missing"]),
        (batches(2, 2, 2, &[1, 2]), ["2 of 2", "page 1 is missing"]),
        // All pages are here, but not all rows.
        (batches(1, 2, 4, &[1, 2]) + &batches(2, 2, 4, &[3]), ["3 of 4", "1 are missing"]),
        // Nothing can be said about pages of no size.
        (batches(1, 0, 2, &[1]), ["1 of 2", "1 are missing"]),
    ] {
        let outcome = load(&[&folder.file("pages.json", &text)]);
        assert_eq!(
            (told(&outcome), outcome.code),
            (vec![format!("payload.incomplete {TOTAL}")], 2),
            "{text}"
        );
        let message = message_of(&outcome, "payload.incomplete");
        assert!(parts.iter().all(|part| message.contains(part)), "{text}: {message}");
    }
}

#[test]
fn rows_that_are_missing_are_counted() {
    let folder = Folder::new();
    let outcome = load(&[&folder.file("pages.json", nodes(7, &["a", "b"]) + &nodes(7, &["c"]))]);
    // `{"instance_compliant": [`, two nodes of 25 characters and a comma, `], "count": `: 24 + 52 + 12.
    assert_eq!((told(&outcome), outcome.code), (vec!["payload.incomplete 1:89".to_owned()], 2));
    let message = message_of(&outcome, "payload.incomplete");
    assert!(message.contains("3 of 7") && message.contains("4 are missing"), "{message}");
}

#[test]
fn a_total_beyond_all_bounds_neither_hangs_nor_overflows() {
    let folder = Folder::new();
    for (page, size, total) in [(1, 1, 2_147_483_647), (2_147_483_647, 1, 5), (1, 2_147_483_647, 2)] {
        let outcome = load(&[&folder.file("page.json", batches(page, size, total, &[1]))]);
        assert_eq!(
            (outcome.codes(), outcome.code),
            (vec!["payload.incomplete".to_owned()], 2),
            "{page} {size} {total}"
        );
    }
    let text = nodes(0, &["a"]).replace("\"count\": 0", "\"count\": 9223372036854775807");
    let outcome = load(&[&folder.file("page.json", text)]);
    assert!(message_of(&outcome, "payload.incomplete").contains("1 of 9223372036854775807"));
}

#[test]
fn a_token_that_is_left_means_that_pages_are_missing() {
    let folder = Folder::new();
    let outcome = load(&[&folder.file("page.json", states("next", &["a"]))]);
    assert_eq!((told(&outcome), outcome.code), (vec![format!("payload.incomplete {TOKEN}")], 2));
    // In a file of several pages, it is the token of the last one: each has two lines.
    let outcome = load(&[&folder.file("page.json", states("t", &["a"]) + &states("u", &["b"]))]);
    assert_eq!(outcome.codes(), ["payload.incomplete"]);
}

#[test]
fn what_only_looks_like_a_token_is_none() {
    let folder = Folder::new();
    let page = |token: &str| {
        format!(r#"{{"InstancePatchStates": [{{"InstanceId": "a", "MissingCount": "0"}}]{token}}}"#)
    };
    for token in ["", r#", "NextToken": """#, r#", "NextToken": "-""#, r#", "NextToken": null"#] {
        let outcome = load(&[&folder.file("page.json", page(token))]);
        assert_eq!((told(&outcome), outcome.code), (vec![], 0), "{token}");
    }
}

#[test]
fn a_gap_in_a_numbered_series_means_that_pages_are_missing() {
    for names in
        [["page-1", "page-3"], ["page-2", "page-3"], ["page-0", "page-7"], ["2026-11-20", "2026-11-21"]]
    {
        let folder = Folder::new();
        folder.file(&format!("{}.json", names[0]), states("t", &["a"]));
        folder.file(&format!("{}.json", names[1]), states("", &["b"]));
        let outcome = load(&[&folder.text()]);
        assert_eq!((outcome.codes(), outcome.code), (vec!["payload.incomplete".to_owned()], 2), "{names:?}");
    }
}

#[test]
fn the_same_page_twice_is_a_contradiction() {
    // In one file, and in two of a folder.
    let (page, other) = (batches(1, 2, 3, &[1, 2]), batches(1, 2, 3, &[7, 8]));
    let folder = Folder::new();
    let outcome = load(&[&folder.file("pages.json", format!("{page}{other}"))]);
    assert_eq!((told(&outcome), outcome.code), (vec![format!("payload.inconsistent {TOTAL}")], 2));
    assert!(message_of(&outcome, "payload.inconsistent").contains("page 1"));
    let folder = Folder::new();
    folder.file("a.json", page);
    folder.file("b.json", other);
    let outcome = load(&[&folder.text()]);
    assert_eq!((told(&outcome), outcome.code), (vec![format!("payload.inconsistent {TOTAL}")], 2));
}

#[test]
fn more_rows_than_stated_are_a_contradiction() {
    let folder = Folder::new();
    let outcome = load(&[&folder.file("page.json", nodes(1, &["a", "b"]))]);
    assert_eq!((told(&outcome), outcome.code), (vec!["payload.inconsistent 1:89".to_owned()], 2));
    let message = message_of(&outcome, "payload.inconsistent");
    assert!(message.contains("1 node reports are stated, but 2 are here"), "{message}");
    let outcome = load(&[&folder.file("page.json", nodes(0, &["a"]))]);
    assert_eq!((told(&outcome), outcome.code), (vec!["payload.inconsistent 1:62".to_owned()], 2));
    let outcome = load(&[&folder.file("page.json", batches(1, 2, 1, &[1, 2]))]);
    assert_eq!((told(&outcome), outcome.code), (vec![format!("payload.inconsistent {TOTAL}")], 2));
}

#[test]
fn pages_of_two_calls_in_a_folder_are_told_apart_by_their_names_or_not_at_all() {
    let pages = [nodes(3, &["a", "b"]), nodes(3, &["c"]), nodes(3, &["d", "e"]), nodes(3, &["f"])];
    let folder = Folder::new();
    for (name, page) in ["eu-1", "eu-2", "us-1", "us-2"].iter().zip(&pages) {
        folder.file(&format!("{name}.json"), page);
    }
    let outcome = load(&[&folder.text()]);
    assert_eq!((told(&outcome), outcome.code), (vec![], 0));
    let folder = Folder::new();
    for (name, page) in ["a", "b", "c", "d"].iter().zip(&pages) {
        folder.file(&format!("{name}.json"), page);
    }
    let outcome = load(&[&folder.text()]);
    assert_eq!((outcome.codes(), outcome.code), (vec!["payload.inconsistent".to_owned()], 2));
}

#[test]
fn pages_that_state_different_totals_are_not_joined() {
    // A batch was added between the two calls.
    let folder = Folder::new();
    folder.file("page-1.json", batches(1, 2, 3, &[1, 2]));
    folder.file("page-2.json", batches(2, 2, 4, &[3, 4]));
    let outcome = load(&[&folder.text()]);
    let expected = vec![format!("payload.incomplete {TOTAL}"); 2];
    assert_eq!((told(&outcome), outcome.code), (expected, 2));
}

#[test]
fn a_row_that_stands_on_two_pages_counts_once() {
    let folder = Folder::new();
    let outcome = load(&[&folder.file("pages.json", nodes(4, &["a", "b"]) + &nodes(4, &["b", "c"]))]);
    assert!(message_of(&outcome, "payload.incomplete").contains("3 of 4"));
    assert_eq!((outcome.codes().len(), outcome.code), (2, 2), "and that it stands twice is told too");
}

/// An image on line 2, the count that its page states on line 3, behind `"PageInfo": {"Count": ` with 22
/// characters.
fn images(count: u64, total: u64) -> String {
    format!(
        "{{\"ImageInstanceList\": [\n {{\"RepoName\": \"a\", \"Tag\": \"1.0\"}}],\n\"PageInfo\": {{\"Count\": {count}, \"CurrentPage\": 1, \"PageSize\": 20, \"TotalCount\": {total}}}}}"
    )
}

#[test]
fn a_page_that_contradicts_its_own_count_is_told() {
    let folder = Folder::new();
    for (count, total, expected) in [
        (1, 1, &[][..]),
        (4, 1, &["payload.inconsistent 3:23"]),
        (0, 1, &["payload.inconsistent 3:23"]),
        // `, "CurrentPage": 1, "PageSize": 20, "TotalCount": ` is 50 characters long, and the count one.
        (4, 69, &["payload.inconsistent 3:23", "payload.incomplete 3:74"]),
    ] {
        let outcome = load(&[&folder.file("page.json", images(count, total))]);
        assert_eq!(told(&outcome), expected, "{count} {total}");
        assert_eq!(outcome.code, if expected.is_empty() { 0 } else { 2 });
    }
}

#[test]
fn the_user_may_allow_that_pages_are_missing() {
    let folder = Folder::new();
    for text in [batches(1, 2, 5, &[1, 2]), states("t", &["a"]), nodes(9, &["a"])] {
        let outcome = load(&[&folder.file("page.json", &text), "--allow-incomplete"]);
        assert_eq!((outcome.codes(), outcome.code), (vec!["payload.incomplete".to_owned()], 0), "{text}");
        assert_eq!(outcome.json()["diagnostics"][0]["level"], "warning");
        assert_eq!(outcome.json()["inputs"][0]["complete"], false);
    }
    // That allows nothing else.
    for text in [nodes(1, &["a", "b"]), images(4, 1)] {
        let outcome = load(&[&folder.file("page.json", &text), "--allow-incomplete"]);
        assert_eq!((outcome.codes(), outcome.code), (vec!["payload.inconsistent".to_owned()], 2), "{text}");
    }
}

#[test]
fn a_payload_that_states_no_total_cannot_be_verified() {
    let folder = Folder::new();
    for text in [
        format!(r#"{{"instance_compliant": [{}]}}"#, node("a")),
        format!(r#"{{"instance_compliant": [{}], "count": null}}"#, node("a")),
        r#"{"BatchList": [{"BatchId": 1, "Version": "1", "Status": 2}], "PageInfo": {}}"#.to_owned(),
    ] {
        let outcome = load(&[&folder.file("page.json", &text)]);
        assert_eq!((outcome.codes(), outcome.code), (vec!["payload.unverified".to_owned()], 0), "{text}");
        assert_eq!(outcome.json()["inputs"][0]["complete"], serde_json::Value::Null, "{text}");
    }
}
