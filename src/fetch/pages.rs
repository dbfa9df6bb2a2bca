//! Paging to the end, and the guards on the way. Whatever they notice, the answer is not called complete.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::answer::Reading;
use super::calls::{Call, Paging, Parameters};

/// Most pages of one answer. With a resource on each that is the offset that the documents end at.
const MAX_PAGES: u64 = 1_000_000;
/// Most pages without a resource, one after another, that lead on by a token.
const MAX_EMPTY_PAGES: u64 = 100;

/// Where in an answer a call has come.
pub(super) struct Pager {
    paging: Paging,
    next: Next,
    pages: u64,
    rows: u64,
    total: Option<u64>,
    empty: u64,
    tokens: HashMap<String, u64>,
    digests: HashMap<[u8; 32], u64>,
    ids: HashSet<String>,
}

/// Which page is next.
enum Next {
    First,
    Token(String),
    Number(u64),
}

/// What is to be done after a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Another page is there.
    More,
    /// That was all.
    Complete,
    /// That is not all, or nobody can tell.
    Incomplete(String),
    /// The answer changed between pages: read from the beginning, it may be whole.
    Changed(String),
}

impl Pager {
    /// At the beginning of an answer.
    pub(super) fn new(call: &Call) -> Self {
        Self {
            paging: call.paging,
            next: Next::First,
            pages: 0,
            rows: 0,
            total: None,
            empty: 0,
            tokens: HashMap::new(),
            digests: HashMap::new(),
            ids: HashSet::new(),
        }
    }

    /// Resources so far.
    pub(super) const fn rows(&self) -> u64 {
        self.rows
    }

    /// Resources that there are, as the first page states it.
    pub(super) const fn total(&self) -> Option<u64> {
        self.total
    }

    /// Adds what chooses the next page.
    pub(super) fn choose(&self, parameters: &mut Parameters) {
        let chosen = match (self.paging, &self.next) {
            (Paging::Token { token }, Next::Token(text)) => Some((token, Value::from(text.as_str()))),
            (Paging::Numbered { number, .. }, Next::First) => Some((number, Value::from(1))),
            (Paging::Numbered { number, .. }, Next::Number(at)) => Some((number, Value::from(*at))),
            (Paging::Offset { offset, .. }, Next::First) => Some((offset, Value::from(1))),
            (Paging::Offset { offset, .. }, Next::Number(at)) => Some((offset, Value::from(*at))),
            _ => None,
        };
        parameters.extend(chosen);
    }

    /// Takes a page.
    pub(super) fn take(&mut self, page: Reading) -> Verdict {
        self.pages += 1;
        self.rows += page.rows;
        if self.pages == 1 {
            self.total = page.total;
        }
        if let Some(problem) = self.guard(&page) {
            return problem;
        }
        match self.paging {
            Paging::Whole => Verdict::Complete,
            Paging::Token { .. } => self.after_token(page),
            Paging::Numbered { .. } => {
                self.next = Next::Number(self.pages + 1);
                self.after_total(&page)
            }
            Paging::Offset { max, .. } => {
                let next = self.rows + 1;
                self.next = Next::Number(next);
                let verdict = self.after_total(&page);
                if verdict == Verdict::More && next > max {
                    return Verdict::Incomplete(format!(
                        "the service serves no offset above {max}: {}",
                        self.progress()
                    ));
                }
                verdict
            }
        }
    }

    /// What is suspicious, whatever the kind of paging.
    fn guard(&mut self, page: &Reading) -> Option<Verdict> {
        let number = self.pages;
        if page.total != self.total {
            let stated = |total: Option<u64>| total.map_or_else(|| "nothing".to_owned(), |n| n.to_string());
            return Some(Verdict::Changed(format!(
                "the stated total moved from {} to {} on page {number}",
                stated(self.total),
                stated(page.total)
            )));
        }
        if page.rows > 0
            && !matches!(self.paging, Paging::Whole)
            && let Some(before) = self.digests.insert(page.digest, number)
        {
            return Some(Verdict::Incomplete(format!("page {number} is page {before} again")));
        }
        if let Some(count) = page.count
            && count != page.rows
        {
            return Some(Verdict::Incomplete(format!(
                "page {number} states {count} resources, but holds {}",
                page.rows
            )));
        }
        for id in &page.ids {
            if !self.ids.insert(id.clone()) {
                return Some(Verdict::Changed(format!(
                    "`{}` of page {number} was on an earlier page, or is on it twice",
                    crate::source::printable(id)
                )));
            }
        }
        (number >= MAX_PAGES).then(|| Verdict::Incomplete(format!("there are more than {MAX_PAGES} pages")))
    }

    fn after_token(&mut self, page: Reading) -> Verdict {
        let Some(token) = page.token else { return Verdict::Complete };
        self.empty = if page.rows == 0 { self.empty + 1 } else { 0 };
        if self.empty >= MAX_EMPTY_PAGES {
            return Verdict::Incomplete(format!("{MAX_EMPTY_PAGES} pages in a row are empty"));
        }
        if let Some(before) = self.tokens.insert(token.clone(), self.pages) {
            return Verdict::Incomplete(format!(
                "page {} names the same next page as page {before}",
                self.pages
            ));
        }
        self.next = Next::Token(token);
        Verdict::More
    }

    fn after_total(&self, page: &Reading) -> Verdict {
        match self.total {
            Some(total) if self.rows == total => Verdict::Complete,
            Some(total) if self.rows > total => {
                Verdict::Incomplete(format!("the pages hold {} resources, but state {total}", self.rows))
            }
            None if page.rows == 0 => {
                Verdict::Incomplete("no total is stated, so nothing tells whether that is all".to_owned())
            }
            Some(_) if page.rows == 0 => {
                Verdict::Incomplete(format!("page {} is empty: {}", self.pages, self.progress()))
            }
            _ => Verdict::More,
        }
    }

    fn progress(&self) -> String {
        match self.total {
            Some(total) => format!("{} of {total} resources were collected", self.rows),
            None => format!("{} resources were collected", self.rows),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(ids: std::ops::Range<u64>, total: Option<u64>) -> Reading {
        let mut digest = [0; 32];
        digest[..8].copy_from_slice(&ids.start.to_le_bytes());
        digest[8..16].copy_from_slice(&ids.end.to_le_bytes());
        Reading {
            rows: ids.end - ids.start,
            ids: ids.map(|id| id.to_string()).collect(),
            digest,
            total,
            ..Reading::default()
        }
    }

    fn next(pager: &Pager) -> Option<(&'static str, Value)> {
        let mut parameters = Parameters::new();
        pager.choose(&mut parameters);
        parameters.into_iter().next()
    }

    fn pager(name: &str) -> Pager {
        Pager::new(Call::find(name).unwrap())
    }

    #[test]
    fn offsets_step_by_records() {
        let mut pager = pager("ListInstanceCompliant");
        assert_eq!(next(&pager), Some(("offset", Value::from(1))));
        assert_eq!(pager.take(page(0..100, Some(250))), Verdict::More);
        assert_eq!(next(&pager), Some(("offset", Value::from(101))));
        // The service may give less than was asked for.
        assert_eq!(pager.take(page(100..150, Some(250))), Verdict::More);
        assert_eq!(next(&pager), Some(("offset", Value::from(151))));
        assert_eq!(pager.take(page(150..250, Some(250))), Verdict::Complete);
        assert_eq!(pager.rows(), 250);
    }

    #[test]
    fn numbers_step_by_one() {
        let mut pager = pager("ListPublishBatch");
        assert_eq!(next(&pager), Some(("CurrentPage", Value::from(1))));
        assert_eq!(pager.take(page(0..20, Some(25))), Verdict::More);
        assert_eq!(next(&pager), Some(("CurrentPage", Value::from(2))));
        assert_eq!(pager.take(page(20..25, Some(25))), Verdict::Complete);
    }

    #[test]
    fn an_empty_answer_is_whole_where_it_says_so() {
        assert_eq!(pager("ListPublishBatch").take(page(0..0, Some(0))), Verdict::Complete);
        assert!(matches!(pager("ListPublishBatch").take(page(0..0, None)), Verdict::Incomplete(_)));
    }

    #[test]
    fn guards_fire() {
        let verdict = |name: &str, pages: &[Reading]| {
            let mut pager = pager(name);
            let (last, first) = pages.split_last().unwrap();
            for page in first {
                assert_eq!(pager.take(page.clone()), Verdict::More);
            }
            match pager.take(last.clone()) {
                Verdict::Incomplete(reason) => reason,
                Verdict::Changed(reason) => format!("changed: {reason}"),
                other => panic!("{other:?}"),
            }
        };
        let image = "DescribeImageInstances";
        assert_eq!(
            verdict(image, &[page(0..20, Some(69)), page(20..40, Some(70))]),
            "changed: the stated total moved from 69 to 70 on page 2"
        );
        assert_eq!(
            verdict(image, &[page(0..20, Some(69)), page(20..40, None)]),
            "changed: the stated total moved from 69 to nothing on page 2"
        );
        assert_eq!(verdict(image, &[page(0..20, Some(69)), page(0..20, Some(69))]), "page 2 is page 1 again");
        assert_eq!(
            verdict(image, &[page(0..20, Some(69)), page(20..20, Some(69))]),
            "page 2 is empty: 20 of 69 resources were collected"
        );
        assert_eq!(verdict(image, &[page(0..20, Some(19))]), "the pages hold 20 resources, but state 19");
        assert_eq!(
            verdict(image, &[Reading { count: Some(4), ..page(0..1, Some(69)) }]),
            "page 1 states 4 resources, but holds 1"
        );
        assert_eq!(
            verdict(image, &[page(0..20, None), page(20..20, None)]),
            "no total is stated, so nothing tells whether that is all"
        );
        assert_eq!(
            verdict("ListInstanceCompliant", &[page(0..100, Some(150)), page(99..149, Some(150))]),
            "changed: `99` of page 2 was on an earlier page, or is on it twice"
        );
        let mut long = pager("ListInstanceCompliant");
        long.rows = 999_950;
        assert_eq!(long.take(page(0..50, Some(2_000_000))), {
            let reason =
                "the service serves no offset above 1000000: 1000000 of 2000000 resources were collected";
            Verdict::Incomplete(reason.to_owned())
        });
    }

    #[test]
    fn tokens_lead_on_until_there_is_none() {
        let with = |page: Reading, token: &str| Reading { token: Some(token.to_owned()), ..page };
        let mut pager = pager("ListInstancePatchStates");
        assert_eq!(next(&pager), None);
        assert_eq!(pager.take(with(page(0..50, None), "a")), Verdict::More);
        assert_eq!(next(&pager), Some(("NextToken", Value::from("a"))));
        // An empty page with a token is a page like any other.
        assert_eq!(pager.take(with(page(50..50, None), "b")), Verdict::More);
        let repeated = Verdict::Incomplete("page 3 names the same next page as page 1".to_owned());
        assert_eq!(pager.take(with(page(50..60, None), "a")), repeated);
        let mut pager = Pager::new(Call::find("ListInstancePatchStates").unwrap());
        for number in 1..MAX_EMPTY_PAGES {
            assert_eq!(pager.take(with(page(0..0, None), &number.to_string())), Verdict::More);
        }
        let endless = Verdict::Incomplete("100 pages in a row are empty".to_owned());
        assert_eq!(pager.take(with(page(0..0, None), "x")), endless);
    }
}
