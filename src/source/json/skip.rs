//! Finding the end of a JSON value without parsing it.

use wide::u8x16;

use super::MAX_DEPTH;

/// Bytes that are looked at together: one bit of a word for each.
const BLOCK: usize = 64;

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
///
/// Only brackets are looked at one by one. Which of them stand in strings is told for 64 bytes at a time, as
/// `simdjson` does it: where the number of quotes up to a byte is odd, that byte is in a string.
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

    /// Walks on over `bytes` from `from`.
    ///
    /// The first byte ever walked must be `{`, `[` or `"`.
    pub fn walk(&mut self, bytes: &[u8], from: usize) -> Skip {
        let rest = bytes.get(from..).unwrap_or_default();
        if rest.is_empty() {
            return Skip::More;
        }
        if self.depth == 0 && (self.in_string || rest.first() == Some(&b'"')) {
            return self.string(rest, from);
        }
        let (blocks, tail) = rest.as_chunks::<BLOCK>();
        let mut at = from;
        for block in blocks {
            if let Some(skip) = self.block(block, BLOCK, at) {
                return skip;
            }
            at += BLOCK;
        }
        if tail.is_empty() {
            return Skip::More;
        }
        let mut block = [b' '; BLOCK];
        if let Some(start) = block.get_mut(..tail.len()) {
            start.copy_from_slice(tail);
        }
        self.block(&block, tail.len(), at).unwrap_or(Skip::More)
    }

    /// Walks on over a string that is a value by itself.
    fn string(&mut self, rest: &[u8], from: usize) -> Skip {
        let mut at = 0;
        if !self.in_string {
            self.in_string = true;
            at = 1;
        }
        if self.escaped && at < rest.len() {
            self.escaped = false;
            at += 1;
        }
        while let Some(ahead) = memchr::memchr2(b'"', b'\\', rest.get(at..).unwrap_or_default()) {
            at += ahead;
            if rest.get(at) == Some(&b'"') {
                self.in_string = false;
                return Skip::End(from + at + 1);
            }
            at += 2;
        }
        self.escaped = at > rest.len();
        Skip::More
    }

    /// Walks on over a block, of which `length` bytes are of the text; `at` is its offset. `None` where the value goes
    /// on behind it.
    #[inline]
    fn block(&mut self, block: &[u8; BLOCK], length: usize, at: usize) -> Option<Skip> {
        let found = Found::of(block);
        let quotes = if found.backslashes == 0 && !self.escaped {
            found.quotes
        } else {
            self.unescaped(found.quotes, found.backslashes, length)
        };
        let mut outside = up_to_each(quotes);
        if !self.in_string {
            outside = !outside;
        }
        // Behind the text there are no quotes.
        self.in_string = outside >> (BLOCK - 1) == 0;
        let mut brackets = found.brackets & outside;
        while brackets != 0 {
            let index = brackets.trailing_zeros() as usize;
            brackets &= brackets - 1;
            let byte = block.get(index).copied().unwrap_or_default();
            let is_object = matches!(byte, b'{' | b'}');
            if matches!(byte, b'{' | b'[') {
                if self.depth == self.max_depth {
                    return Some(Skip::TooDeep(at + index));
                }
                self.depth += 1;
                self.kinds = (self.kinds << 1) | u128::from(is_object);
            } else {
                if self.depth == 0 || (self.kinds & 1 == 1) != is_object {
                    return Some(Skip::Mismatch(at + index));
                }
                self.depth -= 1;
                self.kinds >>= 1;
                if self.depth == 0 {
                    return Some(Skip::End(at + index + 1));
                }
            }
        }
        None
    }

    /// The quotes of a block that begin or end strings. A backslash counts only in strings.
    #[cold]
    fn unescaped(&mut self, quotes: u64, backslashes: u64, length: usize) -> u64 {
        let mut in_string = self.in_string;
        let mut marks = quotes | backslashes;
        let mut real = 0;
        if std::mem::take(&mut self.escaped) {
            marks &= !1;
        }
        while marks != 0 {
            let mark = marks & marks.wrapping_neg();
            marks &= marks - 1;
            if mark & quotes != 0 {
                real |= mark;
                in_string = !in_string;
            } else if in_string {
                // This shifts out of the word behind a whole block.
                marks &= !(mark << 1);
                self.escaped = mark.trailing_zeros() as usize + 1 == length;
            }
        }
        real
    }
}

/// Where the bytes that matter stand in a block.
struct Found {
    quotes: u64,
    backslashes: u64,
    brackets: u64,
}

impl Found {
    #[inline]
    fn of(block: &[u8; BLOCK]) -> Self {
        let (lanes, _) = block.as_chunks::<16>();
        let mut found = Self { quotes: 0, backslashes: 0, brackets: 0 };
        for lane in lanes.iter().rev() {
            let lane = u8x16::new(*lane);
            // The bits of `[` and `{` differ in 0x20 only, and so do those of `]` and `}`.
            let folded = lane | u8x16::splat(0x20);
            let brackets = folded.simd_eq(u8x16::splat(b'{')) | folded.simd_eq(u8x16::splat(b'}'));
            let add = |mask: &mut u64, lane: u8x16| *mask = (*mask << 16) | u64::from(lane.to_bitmask());
            add(&mut found.quotes, lane.simd_eq(u8x16::splat(b'"')));
            add(&mut found.backslashes, lane.simd_eq(u8x16::splat(b'\\')));
            add(&mut found.brackets, brackets);
        }
        found
    }
}

/// Each bit tells whether the number of bits up to it, itself included, is odd.
const fn up_to_each(mut bits: u64) -> u64 {
    bits ^= bits << 1;
    bits ^= bits << 2;
    bits ^= bits << 4;
    bits ^= bits << 8;
    bits ^= bits << 16;
    bits ^ (bits << 32)
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
