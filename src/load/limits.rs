//! How much of an input is read.

/// Caps on the size of inputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Most bytes of one file, unpacked.
    pub max_file_bytes: u64,
    /// Most bytes that a compressed byte may unpack to, over the file as a whole.
    pub max_ratio: u64,
}

impl Default for Limits {
    /// 16 GiB, and 200 to 1.
    fn default() -> Self {
        Self { max_file_bytes: 16 << 30, max_ratio: 200 }
    }
}

/// A text that is no size.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no size, write a number of bytes, or one with KiB, MiB or GiB")]
pub struct SizeError(String);

/// Reads `500`, `64KiB`, `2 GiB`, `1M`; the units are powers of 1024.
///
/// # Errors
///
/// Anything else, zero, or more than 64 bits hold.
pub fn parse_size(text: &str) -> Result<u64, SizeError> {
    let error = || SizeError(text.to_owned());
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at_checked(digits).ok_or_else(error)?;
    let shift = match unit.trim().to_lowercase().as_str() {
        "" | "b" => 0,
        "k" | "kb" | "kib" => 10,
        "m" | "mb" | "mib" => 20,
        "g" | "gb" | "gib" => 30,
        "t" | "tb" | "tib" => 40,
        _ => return Err(error()),
    };
    let number: u64 = number.parse().map_err(|_| error())?;
    number.checked_mul(1 << shift).filter(|&size| size > 0).ok_or_else(error)
}

/// A size that [`parse_size`] reads back, in the largest unit that it is a whole number of.
pub fn write_size(bytes: u64) -> String {
    let units = [("TiB", 40), ("GiB", 30), ("MiB", 20), ("KiB", 10)];
    let whole = units.into_iter().find(|(_, shift)| bytes >= 1 << shift && bytes.trailing_zeros() >= *shift);
    match whole {
        Some((unit, shift)) => format!("{}{unit}", bytes >> shift),
        None => bytes.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_written_in_whole_units_and_read_back() {
        for (bytes, text) in [
            (1, "1"),
            (1023, "1023"),
            (1024, "1KiB"),
            (1536, "1536"),
            (16 << 30, "16GiB"),
            (1 << 50, "1024TiB"),
        ] {
            assert_eq!(write_size(bytes), text);
            assert_eq!(parse_size(text), Ok(bytes));
        }
    }

    #[test]
    fn sizes_are_read_in_powers_of_1024() {
        assert_eq!(parse_size("500"), Ok(500));
        assert_eq!(parse_size("64KiB"), Ok(65_536));
        assert_eq!(parse_size("2 GiB"), Ok(2_147_483_648));
        assert_eq!(parse_size("1m"), Ok(1_048_576));
        for bad in ["", "x", "1.5G", "-1", "0", "1PB", "99999999999999999999", "9999999999T"] {
            assert!(parse_size(bad).is_err(), "{bad}");
        }
    }
}
