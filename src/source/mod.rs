//! Texts, places in them, and what is said about those places.
//!
//! Everything later in the flow speaks of a place in the user's file through these types.

mod diagnostic;
mod excerpt;
pub mod json;
mod place;

pub use diagnostic::{Code, Diagnostic, Level};
pub use excerpt::{Excerpt, Label, Mark, ShownText, Window, printable};
pub use place::{Gap, Place, Position, Tracker};

/// Lower-case hexadecimal.
pub fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
