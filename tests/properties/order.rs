//! The result does not depend on the order of files, on their names, or on the number of threads.

use std::path::PathBuf;

use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use super::raw::Raw;
use super::{Choices, builtin, choices, judged, meaning, payload_files};
use crate::support::{Folder, check, root, sample};

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

#[test]
fn files_may_be_named_in_any_order_and_judged_by_any_number_of_threads() {
    let all = payload_files();
    let some = prop::sample::subsequence(all.clone(), 1..=12);
    let strategy = (some.prop_shuffle(), any::<prop::sample::Index>(), 1_usize..=7);
    let mut runner = TestRunner::new(config(12));
    let result = runner.run(&strategy, |(given, again, threads)| {
        let mut sorted = given.clone();
        sorted.sort();
        let expected = judged(builtin(), &sorted, 1, true);
        // A file that is named twice is read once.
        let mut given = given;
        given.push(given[again.index(given.len())].clone());
        let found = judged(builtin(), &given, threads, true);
        prop_assert_eq!(format!("{expected:?}"), format!("{found:?}"));
        Ok(())
    });
    result.unwrap();
}

#[test]
fn the_binary_gives_the_same_bytes_for_any_order_of_files_and_threads() {
    let names: Vec<String> = payload_files()
        .iter()
        .map(|path| path.strip_prefix(root()).unwrap().to_str().unwrap().to_owned())
        .collect();
    let strategy = (prop::sample::subsequence(names, 5..=9).prop_shuffle(), 2_usize..=6);
    let mut runner = TestRunner::new(config(4));
    let result = runner.run(&strategy, |(given, threads)| {
        let mut sorted = given.clone();
        sorted.sort();
        let run = |files: &[String], threads: usize| {
            let threads = threads.to_string();
            let files: Vec<&str> = files.iter().map(String::as_str).collect();
            check(&[&files[..], &["--threads", &threads, "--include", "pass,not_applicable"]].concat())
        };
        let (expected, found) = (run(&sorted, 1), run(&given, threads));
        prop_assert!(expected.json()["findings"].as_array().is_some());
        prop_assert_eq!((expected.stdout, expected.stderr), (found.stdout, found.stderr));
        Ok(())
    });
    result.unwrap();
}

#[test]
fn what_files_are_called_does_not_matter() {
    // Each stands in a folder of its own, so that it is a snapshot of its own whatever it is called.
    let all = payload_files();
    let strategy = (prop::sample::subsequence(all, 2..=8), choices(), 1_usize..=3);
    let mut runner = TestRunner::new(config(12));
    let result = runner.run(&strategy, |(files, choices, threads)| {
        let mut numbers: Vec<usize> = (0..files.len()).collect();
        let place = |numbers: &[usize]| {
            let folder = Folder::new();
            for (file, number) in files.iter().zip(numbers) {
                let bytes = std::fs::read(file).unwrap();
                folder.file(&format!("{number}/{}.json", 9 - number), bytes);
            }
            folder
        };
        let one = place(&numbers);
        Choices::from(choices).shuffle(&mut numbers);
        let other = place(&numbers);
        let expected = judged(builtin(), &[one.path()], 1, true);
        let found = judged(builtin(), &[other.path()], threads, true);
        prop_assert_eq!(meaning(&expected), meaning(&found));
        Ok(())
    });
    result.unwrap();
}

/// All orders of `count` things.
fn orders(count: usize) -> Vec<Vec<usize>> {
    let Some(last) = count.checked_sub(1) else { return vec![Vec::new()] };
    let mut all = Vec::new();
    for shorter in orders(last) {
        for at in 0..count {
            let mut order = shorter.clone();
            order.insert(at, last);
            all.push(order);
        }
    }
    all
}

#[test]
fn the_pages_of_a_snapshot_may_come_in_any_order_and_any_kind_of_file() {
    let pages = |folder: &str, count: usize| -> Vec<String> {
        (1..=count).map(|page| sample(&format!("{folder}/pages/page-{page}.json"))).collect()
    };
    let Some(Raw::Array(reports)) = Raw::read(&sample("huawei/coc/list-instance-compliant/pages.json"))
    else {
        panic!("it is an array of pages");
    };
    let snapshots = [
        (pages("alibaba/oos/list-instance-patch-states", 3), true),
        (pages("alibaba/sas/describe-image-instances", 2), false),
        (pages("alibaba/sas/list-publish-batch", 2), false),
        (reports.iter().map(Raw::compact).collect(), false),
    ];
    for (pages, by_token) in snapshots {
        let plain: Vec<String> = pages.iter().map(|page| Raw::read(page).unwrap().compact()).collect();
        let mut expected = None;
        for order in orders(pages.len()) {
            // A token says only that another page follows: the last page must stay the last one.
            if by_token && order.last() != Some(&(pages.len() - 1)) {
                continue;
            }
            let ordered: Vec<&str> = order.iter().map(|&index| plain[index].as_str()).collect();
            let (files, array, lines) = (Folder::new(), Folder::new(), Folder::new());
            for (index, page) in ordered.iter().enumerate() {
                files.file(&format!("{}.json", index + 1), page);
            }
            array.file("pages.json", format!("[{}]", ordered.join(",")));
            lines.file("pages.ndjson", ordered.join("\n"));
            for folder in [files, array, lines] {
                let result = judged(builtin(), &[folder.path()], 2, true);
                assert!(result.1.diagnostics.is_empty() && result.1.resources >= 3, "{:?}", result.1);
                let found = meaning(&result);
                let expected: &Vec<String> = expected.get_or_insert_with(|| found.clone());
                assert_eq!(&found, expected, "{order:?}");
            }
        }
    }
}

#[test]
fn a_file_named_in_two_ways_is_told_of_once() {
    let folder = Folder::new();
    let name = folder.file("a.json", sample("huawei/coc/list-instance-compliant/compliant.json"));
    let once = judged(builtin(), &[PathBuf::from(&name)], 1, true);
    let twice = judged(builtin(), &[folder.path(), PathBuf::from(&name)], 2, true);
    assert_eq!(meaning(&once), meaning(&twice));
}
