//! Texts without escapes, eight bytes at a time.

/// Bytes before the first that is a quote, a backslash or a control character.
#[inline]
pub fn plain_length(bytes: &[u8]) -> usize {
    const BLOCK: usize = 8;
    let mut length = 0;
    let (blocks, tail) = bytes.as_chunks::<BLOCK>();
    for block in blocks {
        let bytes = u64::from_le_bytes(*block);
        if may_end(bytes) != 0 {
            let ends = ends(bytes);
            if ends != 0 {
                return length + (ends.trailing_zeros() / 8) as usize;
            }
        }
        length += BLOCK;
    }
    let is_end = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..b' ');
    length + tail.iter().position(is_end).unwrap_or(tail.len())
}

const ONES: u64 = u64::MAX / 0xFF;

/// The highest bit of each of eight bytes that is below `byte`. Bytes above the lowest of these may be told wrongly.
#[inline]
const fn below(bytes: u64, byte: u8) -> u64 {
    // Those below borrow from their highest bit, which was not set.
    bytes.wrapping_sub(ONES * byte as u64) & !bytes & (ONES << 7)
}

/// The same of each that is a quote, a backslash or a control character.
#[inline]
const fn ends(bytes: u64) -> u64 {
    let quotes = below(bytes ^ (ONES * b'"' as u64), 1);
    below(bytes, b' ') | quotes | below(bytes ^ (ONES * b'\\' as u64), 1)
}

/// The same of each that may be one: a space or exclamation mark too, which takes less to tell.
#[inline]
const fn may_end(bytes: u64) -> u64 {
    below(bytes, b'"' + 1) | below(bytes ^ (ONES * b'\\' as u64), 1)
}

/// Offset right behind a string, whose first quote stands at `at`; `None` where it does not end.
pub(super) fn quoted_end(bytes: &[u8], at: usize) -> Option<usize> {
    let mut at = at + 1;
    loop {
        at += plain_length(bytes.get(at..)?);
        match bytes.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

/// Whether a text stands in JSON as it is, and a terminal shows it as it is: ASCII without quotes, backslashes and
/// control characters.
pub fn is_plain(text: &[u8]) -> bool {
    // Without a way out, so that many bytes are looked at at once.
    let is_odd = |byte: u8| {
        u8::from(byte < b' ') | u8::from(byte > b'~') | u8::from(byte == b'"') | u8::from(byte == b'\\')
    };
    text.iter().fold(0, |odd, &byte| odd | is_odd(byte)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_plain_text_is_found_at_any_place() {
        for special in [b'"', b'\\', 0x1F, 0, b'\n'] {
            for at in 0..40 {
                let mut bytes = vec![b'x'; 45];
                bytes[at] = special;
                assert_eq!(plain_length(&bytes), at, "{special} at {at}");
                // What comes behind does not matter.
                bytes[at + 3] = b'"';
                assert_eq!(plain_length(&bytes), at);
            }
        }
        let all: Vec<u8> = (0x20..=0xFF).filter(|byte| !matches!(byte, b'"' | b'\\')).collect();
        assert_eq!(plain_length(&all), all.len());
        assert_eq!(plain_length(b""), 0);
    }

    #[test]
    fn a_string_ends_behind_its_last_quote() {
        assert_eq!(quoted_end(br#"["a\"b\\" x"#, 1), Some(9));
        assert_eq!(quoted_end(br#""""#, 0), Some(2));
        assert_eq!((quoted_end(br#""abc"#, 0), quoted_end(br#""a\"#, 0)), (None, None));
    }

    #[test]
    fn plain_texts_have_nothing_that_is_escaped() {
        assert!(is_plain(b"") && is_plain(b" a~[/]"));
        for odd in ["a\"", "\\", "\u{7f}", "\t", "\u{e9}", "0123456789012345678901234567890\u{9b}"] {
            assert!(!is_plain(odd.as_bytes()), "{odd:?}");
        }
    }
}
