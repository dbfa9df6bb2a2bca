//! Texts, places in them, and what is said about those places.
//!
//! Everything later in the flow speaks of a place in the user's file through these types.

mod diagnostic;
mod excerpt;
pub mod json;
mod place;
mod text;

pub use diagnostic::{Code, Diagnostic, Level};
pub use excerpt::{Excerpt, Label, Mark, ShownText, Window, printable};
pub use place::{Gap, Place, Position, Tracker};
pub use text::{BYTE_ORDER_MARK, SourceText, Spot};

/// Lower-case hexadecimal.
pub fn hexadecimal(bytes: &[u8]) -> String {
    let mut text = vec![0; 2 * bytes.len()];
    for (pair, byte) in text.as_chunks_mut::<2>().0.iter_mut().zip(bytes) {
        *pair = hexadecimal_digits(*byte);
    }
    String::from_utf8(text).unwrap_or_default()
}

/// The two lower-case hexadecimal digits of a byte.
pub const fn hexadecimal_digits(byte: u8) -> [u8; 2] {
    // Without branches, so that many are made at once.
    const fn digit(value: u8) -> u8 {
        b'0' + value + (value > 9) as u8 * (b'a' - b'0' - 10)
    }
    [digit(byte >> 4), digit(byte & 0xF)]
}
