//! Finding the end of a JSON value without parsing it.

use super::MAX_DEPTH;

/// How far a [`Skipper`] came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Skip {
    /// The value ends before this offset.
    End(usize),
    /// All bytes belong to the value, and it goes on.
    More,
    /// The byte at this offset closes another kind of bracket than is open, or closes none.
    Mismatch(usize),
    /// The byte at this offset opens a level deeper than allowed.
    TooDeep(usize),
}

/// Walks to the end of one object, array or string, over as many slices as it takes.
///
/// Brackets are matched by kind, and strings are respected; nothing else is checked: a value that is
/// skipped is parsed later, or was parsed before. Numbers and literals are no job for a skipper,
/// since nothing marks their end.
#[derive(Clone, Debug)]
pub struct Skipper {
    /// Open brackets, innermost in the lowest bit; 1 is an object.
    kinds: u128,
    depth: u32,
    max_depth: u32,
    in_string: bool,
    escaped: bool,
}

impl Skipper {
    /// A skipper for a value that may nest `max_depth` levels (at most 128).
    pub const fn new(max_depth: u32) -> Self {
        Self { kinds: 0, depth: 0, max_depth, in_string: false, escaped: false }
    }

    /// Brackets that are open now.
    pub const fn depth(&self) -> u32 {
        self.depth
    }

    /// Walks on over `bytes` from `from`.
    ///
    /// The first byte ever walked must be `{`, `[` or `"`.
    pub fn walk(&mut self, bytes: &[u8], from: usize) -> Skip {
        let mut at = from;
        while let Some(&byte) = bytes.get(at) {
            if self.in_string {
                if self.escaped {
                    self.escaped = false;
                    at += 1;
                    continue;
                }
                let rest = bytes.get(at..).unwrap_or_default();
                match memchr::memchr2(b'"', b'\\', rest) {
                    None => return Skip::More,
                    Some(ahead) => {
                        at += ahead;
                        if bytes.get(at) == Some(&b'\\') {
                            self.escaped = true;
                        } else {
                            self.in_string = false;
                            if self.depth == 0 {
                                return Skip::End(at + 1);
                            }
                        }
                    }
                }
                at += 1;
                continue;
            }
            match byte {
                b'"' => self.in_string = true,
                b'{' | b'[' => {
                    if self.depth == self.max_depth {
                        return Skip::TooDeep(at);
                    }
                    self.depth += 1;
                    self.kinds = (self.kinds << 1) | u128::from(byte == b'{');
                }
                b'}' | b']' => {
                    if self.depth == 0 || (self.kinds & 1 == 1) != (byte == b'}') {
                        return Skip::Mismatch(at);
                    }
                    self.depth -= 1;
                    self.kinds >>= 1;
                    if self.depth == 0 {
                        return Skip::End(at + 1);
                    }
                }
                _ => {}
            }
            at += 1;
        }
        Skip::More
    }
}

/// Offset right after the string whose opening quote stands at `at`.
pub fn string_end(bytes: &[u8], at: usize) -> Option<usize> {
    match Skipper::new(0).walk(bytes, at) {
        Skip::End(end) => Some(end),
        _ => None,
    }
}

/// Whether a well-formed value, with `depth` brackets open around it, nests deeper than is read.
///
/// Few values have enough brackets at all to be looked at more closely.
pub fn is_too_deep(text: &str, depth: u32) -> bool {
    let room = MAX_DEPTH.saturating_sub(depth);
    let brackets = memchr::memchr2_iter(b'[', b'{', text.as_bytes()).take(room as usize + 1).count();
    brackets > room as usize && matches!(Skipper::new(room).walk(text.as_bytes(), 0), Skip::TooDeep(_))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn skip(text: &str) -> Skip {
        Skipper::new(128).walk(text.as_bytes(), 0)
    }

    #[test]
    fn values_end_where_their_bracket_closes() {
        assert_eq!(skip(r#"{"a":[1,{"b":"}"}]} tail"#), Skip::End(19));
        assert_eq!(skip(r#""a\"b" "#), Skip::End(6));
        assert_eq!(skip(r#""a\\" "#), Skip::End(5));
        assert_eq!(skip("[]"), Skip::End(2));
    }

    #[test]
    fn wrong_brackets_and_depth_are_noticed() {
        assert_eq!(skip("[1}"), Skip::Mismatch(2));
        assert_eq!(skip(&"[".repeat(129)), Skip::TooDeep(128));
        assert_eq!(skip(&("[".repeat(128) + &"]".repeat(128))), Skip::End(256));
    }

    #[test]
    fn a_value_may_be_cut_anywhere() {
        let text = r#"{"a\\\"":"x\u00e9","b":[1,2,{"c":null}]}"#;
        for cut in 0..text.len() {
            let mut skipper = Skipper::new(128);
            assert_eq!(skipper.walk(&text.as_bytes()[..cut], 0), Skip::More, "{cut}");
            let rest = &text.as_bytes()[cut..];
            assert_eq!(skipper.walk(rest, 0), Skip::End(rest.len()), "{cut}");
        }
    }
}
