//! What exactly is wrong with a JSON text, and where.
//!
//! `serde_json` decides whether a text is good; this slower check runs only on a bad one, to find the
//! byte that a person has to look at. It knows the rules that probity adds to RFC 8259: names are
//! unique, nesting is bounded, numbers are finite.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::ops::Range;

use super::locate::decode;
use super::skip::string_end;

/// Deepest nesting that is read, in open brackets.
pub const MAX_DEPTH: u32 = 128;

/// The first thing that is wrong with a JSON text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Bytes to look at; empty at the end of the text.
    pub span: Range<usize>,
    /// What is wrong with them.
    pub kind: FaultKind,
}

/// Kinds of [`Fault`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// Nothing but white space.
    Empty,
    /// The text ends inside a value; where that value begins is given.
    UnexpectedEnd {
        /// Offset of the innermost bracket or quote that is still open.
        open: Option<usize>,
    },
    /// Something else was expected here.
    Unexpected {
        /// What would have been right.
        expected: &'static str,
    },
    /// More text after the value.
    Trailing,
    /// A number that is not written as JSON writes numbers.
    BadNumber,
    /// A number too large for a double.
    NumberOutOfRange,
    /// An escape that JSON does not have, or half of a surrogate pair.
    BadEscape,
    /// An unescaped control character in a string.
    ControlCharacter,
    /// More than [`MAX_DEPTH`] open brackets.
    TooDeep,
    /// A name that its object has already.
    DuplicateKey {
        /// The name.
        key: String,
        /// Where it stands first.
        first: usize,
    },
}

impl fmt::Display for FaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("the text is empty"),
            Self::UnexpectedEnd { .. } => f.write_str("the text ends in the middle of a value"),
            Self::Unexpected { expected } => write!(f, "expected {expected}"),
            Self::Trailing => f.write_str("there is more text after the value"),
            Self::BadNumber => f.write_str("this is no JSON number"),
            Self::NumberOutOfRange => f.write_str("this number is too large"),
            Self::BadEscape => f.write_str("this escape is not valid in a JSON string"),
            Self::ControlCharacter => f.write_str("a control character in a string must be escaped"),
            Self::TooDeep => write!(f, "the nesting is deeper than {MAX_DEPTH} levels"),
            Self::DuplicateKey { key, .. } => {
                write!(f, "the key `{}` stands twice in one object", crate::source::printable(key))
            }
        }
    }
}

/// Checks that `text` is one JSON value and nothing else.
///
/// `depth` is how many brackets are open around it.
///
/// # Errors
///
/// The first [`Fault`], in text order.
pub fn check(text: &str, depth: u32) -> Result<(), Fault> {
    let mut checker = Checker { text, bytes: text.as_bytes(), at: 0, depth, open: Vec::new() };
    checker.blank();
    if checker.at == text.len() {
        return Err(Fault { span: 0..0, kind: FaultKind::Empty });
    }
    checker.value()?;
    checker.blank();
    if checker.at < text.len() {
        return Err(checker.here(FaultKind::Trailing));
    }
    Ok(())
}

struct Checker<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    depth: u32,
    open: Vec<Open<'t>>,
}

/// An open bracket.
struct Open<'t> {
    at: usize,
    /// Names so far with their places, for an object.
    names: Option<HashMap<Cow<'t, str>, usize>>,
}

impl Checker<'_> {
    /// Checks one value. Nested values wait on `open`, not on the stack.
    fn value(&mut self) -> Result<(), Fault> {
        loop {
            // A value starts here.
            let finished = match self.bytes.get(self.at) {
                None => return Err(self.end()),
                Some(b'{') => {
                    self.enter(true)?;
                    !self.first_name()?
                }
                Some(b'[') => {
                    self.enter(false)?;
                    self.blank();
                    if self.bytes.get(self.at) == Some(&b']') { self.leave() } else { false }
                }
                Some(b'"') => self.string().map(|_| true)?,
                Some(b'-' | b'0'..=b'9') => self.number().map(|()| true)?,
                Some(_) => self.literal().map(|()| true)?,
            };
            if finished && !self.next_item()? {
                return Ok(());
            }
        }
    }

    /// After a value: on to the next one, out of closed brackets. False when all are closed.
    fn next_item(&mut self) -> Result<bool, Fault> {
        loop {
            let Some(open) = self.open.last() else {
                return Ok(false);
            };
            let in_object = open.names.is_some();
            self.blank();
            match self.bytes.get(self.at) {
                None => return Err(self.end()),
                Some(b',') => {
                    self.at += 1;
                    self.blank();
                    if in_object {
                        self.name()?;
                    }
                    return Ok(true);
                }
                Some(b'}') if in_object => self.leave(),
                Some(b']') if !in_object => self.leave(),
                Some(_) => {
                    let expected = if in_object { "`,` or `}`" } else { "`,` or `]`" };
                    return Err(self.here(FaultKind::Unexpected { expected }));
                }
            };
        }
    }

    fn enter(&mut self, object: bool) -> Result<(), Fault> {
        if self.depth == MAX_DEPTH {
            return Err(self.here(FaultKind::TooDeep));
        }
        self.depth += 1;
        self.open.push(Open { at: self.at, names: object.then(HashMap::new) });
        self.at += 1;
        Ok(())
    }

    /// Closes the innermost bracket; true, for it ends a value.
    fn leave(&mut self) -> bool {
        self.open.pop();
        self.depth -= 1;
        self.at += 1;
        true
    }

    /// After `{`: the first name, or false after `}`.
    fn first_name(&mut self) -> Result<bool, Fault> {
        self.blank();
        if self.bytes.get(self.at) == Some(&b'}') {
            self.leave();
            return Ok(false);
        }
        self.name()?;
        Ok(true)
    }

    /// A name and its colon.
    fn name(&mut self) -> Result<(), Fault> {
        match self.bytes.get(self.at) {
            None => return Err(self.end()),
            Some(b'"') => {}
            Some(_) => {
                let expected = "a name in double quotes";
                return Err(self.here(FaultKind::Unexpected { expected }));
            }
        }
        let span = self.string()?;
        let name = decode(self.text.get(span.clone()).unwrap_or_default());
        if let Some(names) = self.open.last_mut().and_then(|open| open.names.as_mut()) {
            if let Some(&first) = names.get(&name) {
                let key = name.into_owned();
                return Err(Fault { span, kind: FaultKind::DuplicateKey { key, first } });
            }
            names.insert(name, span.start);
        }
        self.blank();
        match self.bytes.get(self.at) {
            None => return Err(self.end()),
            Some(b':') => self.at += 1,
            Some(_) => return Err(self.here(FaultKind::Unexpected { expected: "`:`" })),
        }
        self.blank();
        Ok(())
    }

    fn string(&mut self) -> Result<Range<usize>, Fault> {
        let start = self.at;
        let Some(end) = string_end(self.bytes, start) else {
            let kind = FaultKind::UnexpectedEnd { open: Some(start) };
            return Err(Fault { span: self.text.len()..self.text.len(), kind });
        };
        self.string_content(start + 1, end - 1)?;
        self.at = end;
        Ok(start..end)
    }

    fn string_content(&self, from: usize, to: usize) -> Result<(), Fault> {
        let mut at = from;
        while at < to {
            match self.bytes.get(at) {
                Some(0..=0x1F) => {
                    return Err(Fault { span: at..at + 1, kind: FaultKind::ControlCharacter });
                }
                Some(b'\\') => at = self.escape(at)?,
                _ => at += 1,
            }
        }
        Ok(())
    }

    /// Offset right after the escape at `at`.
    fn escape(&self, at: usize) -> Result<usize, Fault> {
        let bad = |end| Fault { span: at..end, kind: FaultKind::BadEscape };
        match self.bytes.get(at + 1) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Ok(at + 2),
            Some(b'u') => match self.code_unit(at) {
                Some(0xD800..=0xDBFF) => match self.code_unit(at + 6) {
                    Some(0xDC00..=0xDFFF) => Ok(at + 12),
                    _ => Err(bad(at + 6)),
                },
                Some(0xDC00..=0xDFFF) | None => Err(bad(at + 2)),
                Some(_) => Ok(at + 6),
            },
            _ => Err(bad(at + 2)),
        }
    }

    /// The value of `\uXXXX` at `at`.
    fn code_unit(&self, at: usize) -> Option<u16> {
        let digits = self.text.get(at..at + 6)?.strip_prefix("\\u")?;
        let hexadecimal = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        if hexadecimal { u16::from_str_radix(digits, 16).ok() } else { None }
    }

    fn number(&mut self) -> Result<(), Fault> {
        let start = self.at;
        let rest = self.bytes.get(start..).unwrap_or_default();
        let in_number = |byte: &u8| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E');
        let end = start + rest.iter().position(|byte| !in_number(byte)).unwrap_or(rest.len());
        let text = self.text.get(start..end).unwrap_or_default();
        self.at = end;
        let kind = if !is_number(text) {
            if end == self.text.len() && is_number_start(text) {
                return Err(self.end());
            }
            FaultKind::BadNumber
        } else if text.parse::<f64>().is_ok_and(f64::is_finite) {
            return Ok(());
        } else {
            FaultKind::NumberOutOfRange
        };
        Err(Fault { span: start..end, kind })
    }

    fn literal(&mut self) -> Result<(), Fault> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        for literal in ["true", "false", "null"] {
            if rest.starts_with(literal) {
                self.at += literal.len();
                return Ok(());
            }
            if !rest.is_empty() && literal.starts_with(rest) {
                return Err(self.end());
            }
        }
        Err(self.here(FaultKind::Unexpected { expected: "a value" }))
    }

    fn blank(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.bytes.get(self.at) {
            self.at += 1;
        }
    }

    fn end(&self) -> Fault {
        let end = self.text.len();
        let open = self.open.last().map(|open| open.at);
        Fault { span: end..end, kind: FaultKind::UnexpectedEnd { open } }
    }

    /// A fault at the character under way.
    fn here(&self, kind: FaultKind) -> Fault {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let length = rest.chars().next().map_or(0, char::len_utf8);
        Fault { span: self.at..self.at + length, kind }
    }
}

/// `-? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?`
fn is_number(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent.is_none_or(|e| digits(e.strip_prefix(['+', '-']).unwrap_or(e)))
}

/// Whether one more digit would make `text` a number.
fn is_number_start(text: &str) -> bool {
    is_number(&format!("{text}0"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str) -> (Range<usize>, FaultKind) {
        let fault = check(text, 0).unwrap_err();
        assert!(fault.span.end <= text.len());
        (fault.span, fault.kind)
    }

    fn unexpected(expected: &'static str) -> FaultKind {
        FaultKind::Unexpected { expected }
    }

    #[test]
    fn good_texts_pass() {
        for text in [
            "{}",
            " [ ] ",
            "-0.5e+10",
            r#"{"a":[1,2,{"b":"\u00e9\ud834\udd1e\n"}],"c":null,"d":true,"e":false}"#,
            r#"[{"a":1},{"a":2}]"#,
        ] {
            assert_eq!(check(text, 0), Ok(()), "{text}");
        }
    }

    #[test]
    fn faults_are_placed_by_hand() {
        assert_eq!(fault(""), (0..0, FaultKind::Empty));
        assert_eq!(fault("  \n"), (0..0, FaultKind::Empty));
        assert_eq!(fault(r#"{"a": }"#), (6..7, unexpected("a value")));
        assert_eq!(fault(r#"{"a" 1}"#), (5..6, unexpected("`:`")));
        assert_eq!(fault(r#"{"a": 1 "b": 2}"#), (8..9, unexpected("`,` or `}`")));
        assert_eq!(fault(r#"{"a": 1,}"#), (8..9, unexpected("a name in double quotes")));
        assert_eq!(fault("[1,]"), (3..4, unexpected("a value")));
        assert_eq!(fault("[1}"), (2..3, unexpected("`,` or `]`")));
        assert_eq!(fault("{'a': 1}"), (1..2, unexpected("a name in double quotes")));
        assert_eq!(fault("[é]"), (1..3, unexpected("a value")));
        assert_eq!(fault("{} {}"), (3..4, FaultKind::Trailing));
        assert_eq!(fault("[01]"), (1..3, FaultKind::BadNumber));
        assert_eq!(fault("[+1]"), (1..2, unexpected("a value")));
        assert_eq!(fault("[1.]"), (1..3, FaultKind::BadNumber));
        assert_eq!(fault("[1e400]"), (1..6, FaultKind::NumberOutOfRange));
        assert_eq!(fault(r#"["\x"]"#), (2..4, FaultKind::BadEscape));
        assert_eq!(fault(r#"["\ud834"]"#), (2..8, FaultKind::BadEscape));
        assert_eq!(fault("[\"a\nb\"]"), (3..4, FaultKind::ControlCharacter));
    }

    #[test]
    fn an_end_names_what_is_open() {
        let end = |open| FaultKind::UnexpectedEnd { open };
        assert_eq!(fault(r#"{"a": [1, 2"#), (11..11, end(Some(6))));
        assert_eq!(fault(r#"{"a": "x"#), (8..8, end(Some(6))));
        assert_eq!(fault(r#"{"a": tr"#), (8..8, end(Some(0))));
        assert_eq!(fault(r#"{"a": -"#), (7..7, end(Some(0))));
        assert_eq!(fault(r#"{"a""#), (4..4, end(Some(0))));
    }

    #[test]
    fn a_second_equal_name_is_a_fault() {
        let kind = FaultKind::DuplicateKey { key: "a".to_owned(), first: 1 };
        assert_eq!(fault(r#"{"a": 1, "\u0061": 2}"#), (9..17, kind));
    }

    #[test]
    fn nesting_is_bounded() {
        let deep = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
        assert_eq!(check(&deep(128), 0), Ok(()));
        assert_eq!(fault(&deep(129)), (128..129, FaultKind::TooDeep));
        assert_eq!(check(&deep(127), 2).unwrap_err().span, 126..127);
    }

    #[test]
    fn verdicts_agree_with_serde_json() {
        for text in [
            "{}",
            "[1,2]",
            "{\"a\":}",
            "tru",
            "nul",
            "-",
            "1e5",
            "1e",
            "0x1",
            "\"\\u12\"",
            "[\"\t\"]",
            "[[[[]]]",
            "\"\\ud800\\u0041\"",
            "{\"a\":1}x",
            "1.5.2",
            "--1",
            "[,1]",
            "\"é\"",
            "00",
        ] {
            let ours = check(text, 0).is_ok();
            let theirs = serde_json::from_str::<serde_json::Value>(text).is_ok();
            assert_eq!(ours, theirs, "{text}");
        }
    }
}
