//! JSON without characters that a terminal would obey, or that hide or reorder others: they are escaped,
//! which changes nothing in what the text says.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter};

use crate::source::printable;

/// Room for most findings in most formats.
const USUAL_BYTES: usize = 2 << 10;

/// Writes a value on one line.
pub(super) fn write<W: Write>(out: W, value: &impl Serialize) -> io::Result<()> {
    value.serialize(&mut Serializer::with_formatter(out, Safe(CompactFormatter)))?;
    Ok(())
}

/// The same to an output that should not be bothered with each comma.
pub(super) fn write_at_once(out: &mut dyn Write, value: &impl Serialize) -> io::Result<()> {
    let mut text = Vec::with_capacity(USUAL_BYTES);
    write(&mut text, value)?;
    out.write_all(&text)
}

/// Writes a value on lines for people.
pub(super) fn write_pretty<W: Write>(out: W, value: &impl Serialize) -> io::Result<()> {
    value.serialize(&mut Serializer::with_formatter(out, Safe(PrettyFormatter::new())))?;
    Ok(())
}

/// Writes as the formatter within does, but for the characters of strings.
struct Safe<F>(F);

/// Methods that the formatter within does as it likes.
macro_rules! delegate {
    ($($method:ident($($argument:ident: $type:ty),*)),+ $(,)?) => {$(
        fn $method<W: ?Sized + Write>(&mut self, writer: &mut W $(, $argument: $type)*) -> io::Result<()> {
            self.0.$method(writer $(, $argument)*)
        }
    )+};
}

impl<F: Formatter> Formatter for Safe<F> {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        writer.write_all(printable(fragment).as_bytes())
    }

    delegate!(
        begin_array(),
        end_array(),
        begin_array_value(first: bool),
        end_array_value(),
        begin_object(),
        end_object(),
        begin_object_key(first: bool),
        end_object_key(),
        begin_object_value(),
        end_object_value(),
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn nothing_is_written_that_a_terminal_would_obey() {
        let value = json!({"a\u{9b}\n\"": ["é\u{202e}\u{e0041}", {}, [], 1.5, null, true]});
        let mut line = Vec::new();
        write(&mut line, &value).unwrap();
        let line = String::from_utf8(line).unwrap();
        let expected = r#"{"a\u009b\n\"":["é\u202e\udb40\udc41",{},[],1.5,null,true]}"#;
        assert_eq!(line, expected);
        assert_eq!(serde_json::from_str::<Value>(&line).unwrap(), value);
        let mut lines = Vec::new();
        write_pretty(&mut lines, &json!({"a": [1]})).unwrap();
        assert_eq!(String::from_utf8(lines).unwrap(), "{\n  \"a\": [\n    1\n  ]\n}");
    }
}
