//! Pages become snapshots: which belong together, and whether any is missing.
//!
//! A payload that is whole by itself stands alone. Others are joined where their own words say that they
//! belong together: within a file in the order of the file; between files of one folder by stated total,
//! page size and page number. A token says only that another page follows, not which, so that files with
//! tokens are joined only as a numbered series (`page-1.json`, `page-2.json`, …).

use std::collections::{BTreeMap, HashSet};
use std::ops::RangeInclusive;

use chrono::{DateTime, Utc};

use super::Page;
use super::pages::Wholeness;
use crate::operation::{Operation, Paging};

/// Payloads of one call.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// The operation.
    pub operation: Operation,
    /// Its pages, as indices into the input of [`assemble`].
    pub pages: Vec<usize>,
    /// Resources on all pages, as stated.
    pub stated_total: Option<u64>,
    /// Resources that are here; one that stands twice counts once.
    pub resources: u64,
    /// Whether all pages are here; `None` where nothing tells.
    pub complete: Option<bool>,
    /// What is wrong with it.
    pub problem: Option<SnapshotProblem>,
    /// The newest time of its own that it holds.
    pub newest: Option<DateTime<Utc>>,
}

/// What keeps a snapshot from being complete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SnapshotProblem {
    /// Fewer resources than stated.
    Missing {
        /// Numbers of the pages that are not here, where pages have numbers: the first few runs.
        pages: Vec<RangeInclusive<i64>>,
    },
    /// The last page names a further one.
    TokenLeft,
    /// A file of a numbered series is not there.
    GapInSeries,
    /// More resources than stated.
    TooMany,
    /// Two pages have the same number.
    SamePageTwice(i64),
}

/// A file, as far as it matters for which pages belong together.
#[derive(Clone, Copy, Debug)]
pub struct Assembly<'p> {
    /// Index of the file in the list of inputs.
    pub file: usize,
    /// Its display name.
    pub name: &'p str,
    /// Whether it is the only payload of its operation in the file.
    pub single: bool,
    /// The snapshot that it is a page of, where a manifest says so.
    pub group: Option<usize>,
    /// The page.
    pub page: &'p Page,
}

/// Groups pages into snapshots. The pages come in the order of files and documents.
pub fn assemble(pages: &[Assembly<'_>]) -> Vec<Snapshot> {
    let mut builder = Builder { pages, snapshots: Vec::new() };
    let mut loose = Vec::new();
    let mut groups: BTreeMap<(usize, Operation), Vec<usize>> = BTreeMap::new();
    for run in pages.chunk_by(|a, b| a.file == b.file && a.page.operation == b.page.operation) {
        let start = builder.index_of(run);
        let indices: Vec<usize> = (start..start + run.len()).collect();
        match run.first().and_then(|first| Some((first.group?, first.page.operation))) {
            Some(group) => groups.entry(group).or_default().extend(indices),
            None => builder.within_file(&indices, &mut loose),
        }
    }
    builder.between_files(loose);
    for group in groups.into_values() {
        builder.close_group(group);
    }
    builder.snapshots.sort_by_key(|snapshot| snapshot.pages.first().copied());
    builder.snapshots
}

struct Builder<'p> {
    pages: &'p [Assembly<'p>],
    snapshots: Vec<Snapshot>,
}

impl<'p> Builder<'p> {
    /// Where a part of the list begins in the list.
    fn index_of(&self, part: &[Assembly<'_>]) -> usize {
        let offset = part.as_ptr() as usize - self.pages.as_ptr() as usize;
        offset / size_of::<Assembly<'_>>()
    }

    fn page(&self, index: usize) -> Option<&'p Page> {
        self.pages.get(index).map(|entry| entry.page)
    }

    /// Joins the pages of one operation in one file; what is left over goes to `loose`.
    fn within_file(&mut self, indices: &[usize], loose: &mut Vec<usize>) {
        let Some(operation) = indices.first().and_then(|&i| self.page(i)).map(|page| page.operation) else {
            return;
        };
        match operation.paging() {
            Paging::Token => self.token_runs(indices, loose),
            Paging::Whole | Paging::Numbered | Paging::Total => {
                let mut run: Vec<usize> = Vec::new();
                for &index in indices {
                    let Some(page) = self.page(index) else {
                        continue;
                    };
                    if page.wholeness() != Wholeness::Part {
                        self.close(vec![index], None);
                        continue;
                    }
                    if !run.is_empty() && !self.continues(&run, page) {
                        self.close_or_loosen(std::mem::take(&mut run), loose);
                    }
                    run.push(index);
                }
                self.close_or_loosen(run, loose);
            }
        }
    }

    /// Whether `page` may be the next page of the run.
    fn continues(&self, run: &[usize], page: &Page) -> bool {
        let Some(last) = run.last().and_then(|&index| self.page(index)) else {
            return true;
        };
        if last.facts.stated_total != page.facts.stated_total {
            return false;
        }
        match (last.facts.page_number, page.facts.page_number) {
            (Some(last), Some(this)) => last < this,
            // Who asks until a page is empty has an empty page behind the last one.
            _ => page.resources == 0 || Some(self.distinct(run)) < page.facts.stated_total,
        }
    }

    fn close_or_loosen(&mut self, run: Vec<usize>, loose: &mut Vec<usize>) {
        if run.is_empty() {
            return;
        }
        if self.problem_of(&run).is_none() {
            self.close(run, None);
        } else {
            loose.extend(run);
        }
    }

    /// Chains of tokens in one file: pages that name a further one, up to one that does not.
    fn token_runs(&mut self, indices: &[usize], loose: &mut Vec<usize>) {
        let mut run = Vec::new();
        for &index in indices {
            let Some(page) = self.page(index) else {
                continue;
            };
            run.push(index);
            if page.wholeness() != Wholeness::Part {
                // A file of one page may be the end of a series of files.
                let single = self.pages.get(index).is_some_and(|entry| entry.single);
                if single && !page.bare {
                    loose.append(&mut run);
                } else {
                    self.close(std::mem::take(&mut run), None);
                }
            }
        }
        loose.extend(run);
    }

    /// Joins what is left over between the files of each folder.
    fn between_files(&mut self, loose: Vec<usize>) {
        // Pages may belong together only if operation, folder, stated total and page size are the same.
        type Key<'n> = (Operation, &'n str, Option<u64>, Option<i64>);
        let mut groups: BTreeMap<Key<'_>, Vec<usize>> = BTreeMap::new();
        for index in loose {
            let Some(entry) = self.pages.get(index) else {
                continue;
            };
            let facts = &entry.page.facts;
            let folder = entry.name.rsplit_once('/').map_or("", |(folder, _)| folder);
            let key = match entry.page.operation.paging() {
                Paging::Token => (entry.page.operation, folder, None, None),
                _ => (entry.page.operation, folder, facts.stated_total, facts.page_size),
            };
            groups.entry(key).or_default().push(index);
        }
        for ((operation, ..), group) in groups {
            match operation.paging() {
                Paging::Token => self.token_series(&group),
                _ => self.by_total(group),
            }
        }
    }

    /// Pages with the same stated total: all of them, or those of one series, or those of one file.
    fn by_total(&mut self, group: Vec<usize>) {
        if self.problem_of(&group).is_none() {
            self.close(group, None);
            return;
        }
        let mut rest = Vec::new();
        for (_, series) in self.series(&group) {
            let series: Vec<usize> = series.into_iter().map(|(_, index)| index).collect();
            if self.problem_of(&series).is_none() {
                self.close(series, None);
            } else {
                rest.extend(series);
            }
        }
        rest.sort_unstable();
        if !rest.is_empty() {
            let problem = self.problem_of(&rest);
            self.close(rest, problem);
        }
    }

    /// Pages that name a further one, and pages that name none, each the only page of its file or the
    /// rest of one: joined where they are a numbered series.
    fn token_series(&mut self, group: &[usize]) {
        for (_, mut series) in self.series(group) {
            series.sort_unstable();
            let mut run: Vec<(Option<u64>, usize)> = Vec::new();
            for (number, index) in series {
                let Some(page) = self.page(index) else {
                    continue;
                };
                run.push((number, index));
                if page.facts.next_token.is_none() {
                    self.close_chain(std::mem::take(&mut run));
                }
            }
            self.close_chain(run);
        }
    }

    fn close_chain(&mut self, run: Vec<(Option<u64>, usize)>) {
        let files: HashSet<usize> =
            run.iter().filter_map(|(_, index)| Some(self.pages.get(*index)?.file)).collect();
        let numbers: Vec<Option<u64>> = run.iter().map(|(number, _)| *number).collect();
        let indices: Vec<usize> = run.into_iter().map(|(_, index)| index).collect();
        let Some(last) = indices.last().and_then(|&index| self.page(index)) else {
            return;
        };
        let rows = indices.first().and_then(|&index| self.page(index)).map_or(0, |page| page.resources);
        let problem = if last.facts.next_token.is_some() {
            Some(SnapshotProblem::TokenLeft)
        } else if files.len() > 1 && !is_series(&numbers, rows) {
            Some(SnapshotProblem::GapInSeries)
        } else {
            None
        };
        self.close(indices, problem);
    }

    /// The pages by the names of their files without the last number, each with that number.
    fn series(&self, group: &[usize]) -> BTreeMap<String, Vec<(Option<u64>, usize)>> {
        let mut series: BTreeMap<String, Vec<(Option<u64>, usize)>> = BTreeMap::new();
        for &index in group {
            let Some(entry) = self.pages.get(index) else {
                continue;
            };
            let (stem, number) = numbered(entry.name);
            series.entry(stem).or_default().push((number, index));
        }
        series
    }

    /// Closes pages that are one snapshot, all of it as far as they do not say otherwise.
    fn close_group(&mut self, pages: Vec<usize>) {
        let last = pages.last().and_then(|&index| self.page(index));
        let problem = match last.map(|page| page.operation.paging()) {
            None | Some(Paging::Whole) => None,
            Some(Paging::Token) => {
                let next = last.and_then(|page| page.facts.next_token.as_ref());
                next.map(|_| SnapshotProblem::TokenLeft)
            }
            Some(Paging::Numbered | Paging::Total) => self.problem_of(&pages),
        };
        self.close(pages, problem);
        if let Some(snapshot) = self.snapshots.last_mut() {
            snapshot.complete = Some(snapshot.problem.is_none());
        }
    }

    fn close(&mut self, pages: Vec<usize>, problem: Option<SnapshotProblem>) {
        let Some(first) = pages.first().and_then(|&index| self.page(index)) else {
            return;
        };
        let verified = first.wholeness() != Wholeness::Unverified;
        let complete = if problem.is_some() { Some(false) } else { verified.then_some(true) };
        let newest = pages.iter().filter_map(|&index| self.page(index)?.newest()).max();
        self.snapshots.push(Snapshot {
            operation: first.operation,
            stated_total: first.facts.stated_total,
            resources: self.distinct(&pages),
            complete,
            problem,
            newest,
            pages,
        });
    }

    /// Resources on these pages, each counted once.
    fn distinct(&self, run: &[usize]) -> u64 {
        let pages: Vec<&Page> = run.iter().filter_map(|&index| self.page(index)).collect();
        let total: u64 = pages.iter().map(|page| page.resources).sum();
        if pages.len() == 1 {
            return total;
        }
        let known: usize = pages.iter().map(|page| page.identities.len()).sum();
        let distinct: HashSet<u64> = pages.iter().flat_map(|page| &page.identities).copied().collect();
        total - (known - distinct.len()) as u64
    }

    /// What keeps pages with a stated total from being a complete snapshot.
    fn problem_of(&self, run: &[usize]) -> Option<SnapshotProblem> {
        let pages: Vec<&Page> = run.iter().filter_map(|&index| self.page(index)).collect();
        let total = pages.first()?.facts.stated_total?;
        let mut numbers: Vec<i64> = pages.iter().filter_map(|page| page.facts.page_number).collect();
        numbers.sort_unstable();
        if let Some(twice) = numbers.windows(2).find_map(|pair| match pair {
            [a, b] if a == b => Some(*a),
            _ => None,
        }) {
            return Some(SnapshotProblem::SamePageTwice(twice));
        }
        let here = self.distinct(run);
        if here > total {
            return Some(SnapshotProblem::TooMany);
        }
        let size = pages.iter().filter_map(|page| page.facts.page_size).find(|&size| size > 0);
        let missing = match size {
            Some(size) if !numbers.is_empty() => {
                let last = i64::try_from(total.div_ceil(size.unsigned_abs())).unwrap_or(i64::MAX);
                gaps(&numbers, last)
            }
            _ => Vec::new(),
        };
        (here < total || !missing.is_empty()).then_some(SnapshotProblem::Missing { pages: missing })
    }
}

/// The first few runs of numbers from 1 to `last` that are not among `numbers`, which are sorted.
fn gaps(numbers: &[i64], last: i64) -> Vec<RangeInclusive<i64>> {
    const SHOWN: usize = 5;
    let mut gaps = Vec::new();
    let mut next = 1;
    for &number in numbers.iter().filter(|&&number| number >= 1).chain([&last.saturating_add(1)]) {
        let end = number.min(last.saturating_add(1)) - 1;
        if next <= end && gaps.len() < SHOWN {
            gaps.push(next..=end);
        }
        next = next.max(number.saturating_add(1));
    }
    gaps
}

/// A file name without its last number, and that number.
fn numbered(name: &str) -> (String, Option<u64>) {
    let folder = name.rfind('/').map_or(0, |slash| slash + 1);
    let stem_end = name.get(folder..).and_then(|file| file.find('.')).map_or(name.len(), |dot| folder + dot);
    let stem = name.get(..stem_end).unwrap_or(name);
    let is_digit = |c: char| c.is_ascii_digit();
    let Some(end) = stem.rfind(is_digit).map(|at| at + 1).filter(|&end| end > folder) else {
        return (name.to_owned(), None);
    };
    let digits = stem.get(folder..end).unwrap_or_default();
    let start = folder
        + digits.rfind(|c| !is_digit(c)).map_or(0, |at| {
            at + digits.get(at..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8)
        });
    let number = name.get(start..end).and_then(|digits| digits.parse().ok());
    let before = name.get(..start).unwrap_or_default();
    let after = name.get(end..).unwrap_or_default();
    (format!("{before}#{after}"), number)
}

/// The least resources on a page whose files may be numbered by resources.
const SHORTEST_OFFSET: u64 = 10;

/// Whether numbers count pages (from 0 or 1), or resources (in steps of `rows`, those on the first page).
fn is_series(numbers: &[Option<u64>], rows: u64) -> bool {
    let Some(numbers) = numbers.iter().copied().collect::<Option<Vec<u64>>>() else {
        return false;
    };
    // Several pages of one file share its number.
    let mut distinct = numbers;
    distinct.dedup();
    match distinct.as_slice() {
        [] | [_] => true,
        [first, second, ..] => {
            // A short step may as well be a gap between numbers of pages.
            let known = |&step: &u64| step == 1 || (step >= SHORTEST_OFFSET && step == rows);
            let Some(step) = second.checked_sub(*first).filter(known) else {
                return false;
            };
            let equal = distinct.windows(2).all(|pair| match pair {
                [a, b] => a.checked_add(step) == Some(*b),
                _ => true,
            });
            equal && (*first <= 1 || *first == step)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::PageFacts;
    use crate::source::{Place, Position};
    use std::sync::Arc;

    fn page(operation: Operation, resources: u64, facts: PageFacts) -> Page {
        Page {
            operation,
            document: None,
            place: Place { file: Arc::from("f"), start: Position::START, end_byte: 0 },
            resources,
            facts,
            bare: false,
            identities: Vec::new(),
            observed: None,
            captured: None,
            mark: None,
        }
    }

    fn token(resources: u64, next: Option<&str>) -> Page {
        let next_token = next.map(Into::into);
        page(Operation::ListInstancePatchStates, resources, PageFacts { next_token, ..PageFacts::default() })
    }

    fn numbered_page(number: i64, size: i64, resources: u64, total: u64) -> Page {
        let facts = PageFacts {
            page_number: Some(number),
            page_size: Some(size),
            stated_total: Some(total),
            ..PageFacts::default()
        };
        page(Operation::ListPublishBatch, resources, facts)
    }

    fn total(ids: &[u64], total: u64) -> Page {
        let facts = PageFacts { stated_total: Some(total), ..PageFacts::default() };
        Page { identities: ids.to_vec(), ..page(Operation::ListInstanceCompliant, ids.len() as u64, facts) }
    }

    /// Snapshots as `pages of resources: problem`.
    fn told(pages: &[(&str, Page)]) -> Vec<String> {
        told_with(pages, |_| None)
    }

    /// The same with files in groups.
    fn told_with(pages: &[(&str, Page)], group: impl Fn(&str) -> Option<usize>) -> Vec<String> {
        let mut names: Vec<&str> = pages.iter().map(|(name, _)| *name).collect();
        names.dedup();
        let entries: Vec<Assembly<'_>> = pages
            .iter()
            .map(|(name, page)| Assembly {
                file: names.iter().position(|known| known == name).unwrap(),
                name,
                single: pages.iter().filter(|(other, _)| other == name).count() == 1,
                group: group(name),
                page,
            })
            .collect();
        assemble(&entries)
            .into_iter()
            .map(|snapshot| {
                let state = match (&snapshot.problem, snapshot.complete) {
                    (Some(problem), _) => format!("{problem:?}"),
                    (None, Some(true)) => "complete".to_owned(),
                    (None, _) => "unverified".to_owned(),
                };
                format!("{:?} {}: {state}", snapshot.pages, snapshot.resources)
            })
            .collect()
    }

    #[test]
    fn a_whole_payload_stands_alone() {
        assert_eq!(
            told(&[("d/a.json", numbered_page(1, 20, 3, 3)), ("d/b.json", total(&[1, 2], 2))]),
            ["[0] 3: complete", "[1] 2: complete"]
        );
        assert_eq!(
            told(&[("d/a.json", token(1, None)), ("d/b.json", token(2, None))]),
            ["[0] 1: complete", "[1] 2: complete"]
        );
    }

    #[test]
    fn pages_of_one_file_are_joined_in_order() {
        assert_eq!(
            told(&[
                ("a", numbered_page(1, 2, 2, 5)),
                ("a", numbered_page(2, 2, 2, 5)),
                ("a", numbered_page(3, 2, 1, 5)),
                ("a", numbered_page(1, 2, 2, 3)),
                ("a", numbered_page(2, 2, 1, 3)),
            ]),
            ["[0, 1, 2] 5: complete", "[3, 4] 3: complete"]
        );
        assert_eq!(
            told(&[("a", total(&[1, 2], 3)), ("a", total(&[3], 3)), ("a", total(&[7], 1))]),
            ["[0, 1] 3: complete", "[2] 1: complete"]
        );
        assert_eq!(
            told(&[("a", token(2, Some("t"))), ("a", token(1, None)), ("a", token(4, None))]),
            ["[0, 1] 3: complete", "[2] 4: complete"]
        );
        assert_eq!(
            told(&[("a", total(&[1], 2)), ("a", total(&[2], 2)), ("a", total(&[], 2))]),
            ["[0, 1, 2] 2: complete"]
        );
    }

    #[test]
    fn a_missing_page_is_named() {
        assert_eq!(
            told(&[("a", numbered_page(1, 2, 2, 5)), ("a", numbered_page(3, 2, 1, 5))]),
            ["[0, 1] 3: Missing { pages: [2..=2] }"]
        );
        assert_eq!(told(&[("a", numbered_page(1, 20, 1, 25))]), ["[0] 1: Missing { pages: [2..=2] }"]);
        assert_eq!(told(&[("a", total(&[1], 3))]), ["[0] 1: Missing { pages: [] }"]);
        assert_eq!(told(&[("a", token(2, Some("t")))]), ["[0] 2: TokenLeft"]);
    }

    #[test]
    fn gaps_are_runs() {
        assert_eq!(gaps(&[1], 12), [2..=12]);
        assert_eq!(gaps(&[2, 5], 6), [1..=1, 3..=4, 6..=6]);
        assert_eq!(gaps(&[1, 2], 2), []);
        assert_eq!(gaps(&[0, 9], 2), [1..=2], "numbers outside are no pages");
        assert_eq!(gaps(&[1], i64::MAX), [2..=i64::MAX - 1]);
    }

    #[test]
    fn files_of_a_folder_are_joined_by_their_totals() {
        assert_eq!(
            told(&[("d/x.json", numbered_page(1, 2, 2, 3)), ("d/y.json", numbered_page(2, 2, 1, 3))]),
            ["[0, 1] 3: complete"]
        );
        assert_eq!(
            told(&[("d/x.json", numbered_page(1, 2, 2, 3)), ("e/y.json", numbered_page(2, 2, 1, 3))]),
            ["[0] 2: Missing { pages: [2..=2] }", "[1] 1: Missing { pages: [1..=1] }"]
        );
        assert_eq!(
            told(&[("d/x.json", total(&[1, 2], 3)), ("d/y.json", total(&[3], 3))]),
            ["[0, 1] 3: complete"]
        );
    }

    #[test]
    fn a_resource_on_two_pages_counts_once() {
        assert_eq!(
            told(&[("d/x.json", total(&[1, 2], 4)), ("d/y.json", total(&[2, 3], 4))]),
            ["[0, 1] 3: Missing { pages: [] }"]
        );
    }

    #[test]
    fn two_calls_with_the_same_total_are_told_apart_by_their_series() {
        let pages = [
            ("d/eu-1.json", total(&[1, 2], 3)),
            ("d/eu-2.json", total(&[3], 3)),
            ("d/us-1.json", total(&[4, 5], 3)),
            ("d/us-2.json", total(&[6], 3)),
        ];
        assert_eq!(told(&pages), ["[0, 1] 3: complete", "[2, 3] 3: complete"]);
        let unnamed =
            [("d/a.json", total(&[1, 2], 3)), ("d/b.json", total(&[3], 3)), ("d/c.json", total(&[4, 5], 3))];
        assert_eq!(told(&unnamed), ["[0, 1, 2] 5: TooMany"]);
    }

    #[test]
    fn the_same_page_number_twice_is_a_contradiction() {
        assert_eq!(
            told(&[("d/a.json", numbered_page(1, 2, 2, 3)), ("d/b.json", numbered_page(1, 2, 2, 3))]),
            ["[0, 1] 4: SamePageTwice(1)"]
        );
    }

    #[test]
    fn files_with_tokens_are_joined_only_as_a_series() {
        assert_eq!(
            told(&[
                ("d/page-1.json", token(2, Some("t"))),
                ("d/page-2.json", token(2, Some("u"))),
                ("d/page-3.json", token(1, None)),
            ]),
            ["[0, 1, 2] 5: complete"]
        );
        // An incomplete file does not become complete by a stranger beside it.
        assert_eq!(
            told(&[("d/compliant.json", token(1, None)), ("d/incomplete.json", token(2, Some("t")))]),
            ["[0] 1: complete", "[1] 2: TokenLeft"]
        );
        assert_eq!(
            told(&[("d/page-1.json", token(50, Some("t"))), ("d/page-3.json", token(1, None))]),
            ["[0, 1] 51: GapInSeries"]
        );
        assert_eq!(
            told(&[("d/page-2.json", token(2, Some("t"))), ("d/page-3.json", token(1, None))]),
            ["[0, 1] 3: GapInSeries"]
        );
    }

    #[test]
    fn a_series_may_count_by_offsets() {
        assert_eq!(numbered("d/v2/page-10.json.gz"), ("d/v2/page-#.json.gz".to_owned(), Some(10)));
        assert_eq!(numbered("d2/all.json"), ("d2/all.json".to_owned(), None));
        assert_eq!(numbered("é7.json"), ("é#.json".to_owned(), Some(7)));
        assert!(is_series(&[Some(1), Some(2), Some(3)], 50));
        assert!(is_series(&[Some(0), Some(100), Some(200)], 100));
        assert!(is_series(&[Some(1), Some(101)], 100));
        assert!(is_series(&[Some(50), Some(100)], 50));
        assert!(!is_series(&[Some(1), Some(3)], 50));
        assert!(!is_series(&[Some(1), Some(3)], 2), "a page between them, or two resources on each?");
        assert!(!is_series(&[Some(2), Some(3)], 50));
        assert!(!is_series(&[None, Some(2)], 50));
    }

    #[test]
    fn pages_of_a_manifest_are_one_snapshot_whatever_their_names() {
        let group = |name: &str| name.starts_with('m').then_some(0);
        let pages = [
            ("m/b.json", token(2, Some("t"))),
            ("m/z.json", token(2, Some("u"))),
            ("m/a.json", token(1, None)),
            ("d/page-1.json", token(1, Some("t"))),
        ];
        assert_eq!(told_with(&pages, group), ["[0, 1, 2] 5: complete", "[3] 1: TokenLeft"]);
        let cut = [("m/1.json", token(2, Some("t"))), ("m/2.json", token(2, Some("u")))];
        assert_eq!(told_with(&cut, group), ["[0, 1] 4: TokenLeft"]);
        let totals = [("m/a", total(&[1, 2], 3)), ("m/b", total(&[3], 3))];
        assert_eq!(told_with(&totals, group), ["[0, 1] 3: complete"]);
        assert_eq!(told_with(&totals[..1], group), ["[0] 2: Missing { pages: [] }"]);
        // Without a total nothing but the manifest tells that all are here.
        let unstated = page(Operation::ListPublishBatch, 1, PageFacts::default());
        assert_eq!(told_with(&[("m/a", unstated)], group), ["[0] 1: complete"]);
    }

    #[test]
    fn resources_without_a_payload_cannot_be_verified() {
        let bare = Page { bare: true, ..total(&[1, 2], 0) };
        assert_eq!(told(&[("a", bare)]), ["[0] 2: unverified"]);
    }
}
