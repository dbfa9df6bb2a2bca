//! Reading a record straight from its text, at the speed of looking at each byte once.
//!
//! `serde_json` reads any JSON and says what is wrong with it. Nearly all records are plain: names without escapes in
//! the order of the record before, integers, short texts. A [`Scan`] reads those, and is sure of what it reads; where
//! it is not, it says so, and `serde_json` reads the whole record anew. So it can be slow, and never wrong: a test
//! holds both against each other.

use std::borrow::Cow;

use serde::de::Deserialize;

use super::marks::Marks;
use super::{Field, Wire};
use crate::source::json::plain_length;

/// A record that is filled from a text.
pub trait Filled<'a> {
    /// Reads the object at the cursor into a record of which all fields are absent. `place` is the first of its places.
    ///
    /// # Errors
    ///
    /// [`Unsure`], where no object stands there, or not one that is plainly written.
    fn fill(&mut self, scan: &mut Scan<'a, '_>, place: usize) -> Result<(), Unsure>;
}

/// The place of a field behind that of its record, where what is in the fields before it has so many places each.
pub(super) const fn place(places: &[usize], number: usize) -> usize {
    let mut place = 1;
    let mut rest = places;
    let mut left = number;
    while left > 0
        && let [first, behind @ ..] = rest
    {
        place += 1 + *first;
        rest = behind;
        left -= 1;
    }
    place
}

/// A documented name, as it stands behind another member: `,"name":`.
#[derive(Debug)]
pub struct Name {
    quoted: &'static str,
    /// Its first bytes, and which of them there are.
    head: u128,
    head_mask: u128,
    /// Its last bytes, where it has more.
    tail: u128,
}

impl Name {
    /// Bytes of a name that are compared at once; of a longer one, its first and its last.
    const AT_ONCE: usize = 16;

    /// From the name with its comma, quotes and colon.
    pub(super) const fn new(quoted: &'static str) -> Self {
        let (mut head, mut head_mask, mut tail) = (0, 0, 0);
        let mut rest = quoted.as_bytes();
        let mut at = 0;
        while let [first, behind @ ..] = rest {
            if at < Self::AT_ONCE {
                head |= (*first as u128) << (8 * at);
                head_mask |= 0xFF << (8 * at);
            }
            tail = (tail >> 8) | ((*first as u128) << 120);
            at += 1;
            rest = behind;
        }
        Self { quoted, head, head_mask, tail }
    }

    fn text(&self) -> &'static str {
        self.quoted.get(2..self.quoted.len() - 2).unwrap_or_default()
    }

    /// Whether bytes begin with it; with a bracket in place of its comma, where it is the first.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "it is a few instructions")]
    fn starts(&self, bytes: &[u8], is_first: bool) -> bool {
        let Some(start) = bytes.first_chunk::<{ Self::AT_ONCE }>() else {
            return false;
        };
        let mut difference = (u128::from_le_bytes(*start) ^ self.head) & self.head_mask;
        if is_first {
            difference ^= u128::from(b'{' ^ b',');
        }
        let length = self.quoted.len();
        if difference != 0 || length <= Self::AT_ONCE {
            return difference == 0;
        }
        if length > 2 * Self::AT_ONCE {
            return bytes.get(1..length) == self.quoted.as_bytes().get(1..);
        }
        let end = bytes.get(length - Self::AT_ONCE..).and_then(<[u8]>::first_chunk);
        end.is_some_and(|end| u128::from_le_bytes(*end) == self.tail)
    }
}

/// Something that is not read here: the record is to be read by `serde_json`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unsure;

/// The order of names in the records read so far: which name followed which.
///
/// A record of a fleet looks like the one before it. Each field of a record, and of the records within it, has a place
/// of its own, see [`Wire::PLACES`]; the record itself stands for the beginning.
#[derive(Clone, Debug)]
pub struct Order {
    next: Vec<u16>,
    /// Where values stand in the last record, if that is asked for.
    marks: Option<Marks>,
}

impl Order {
    /// Of a type with so many places; nothing is known yet.
    pub fn new(places: usize) -> Self {
        Self { next: vec![u16::MAX; places], marks: None }
    }

    /// From now on takes note of where values stand.
    pub fn mark(&mut self) {
        self.marks = Some(Marks::default());
    }

    /// Where the values of the last record stand, in exchange for other marks.
    pub fn hand_over(&mut self, marks: &mut Marks) {
        if let Some(own) = &mut self.marks {
            std::mem::swap(own, marks);
        }
    }

    #[cfg(test)]
    pub(super) fn places(&self) -> usize {
        self.next.len()
    }
}

/// A text that is read from its start.
#[derive(Debug)]
pub struct Scan<'a, 's> {
    text: &'a str,
    at: usize,
    order: &'s mut Order,
    /// Whether `serde_json` read no record or list in it.
    is_plain: bool,
}

impl<'a, 's> Scan<'a, 's> {
    /// Reads a text that is one record and nothing else; whether that holds nothing but values of documented kinds, and
    /// is therefore no deeper than documented.
    ///
    /// # Errors
    ///
    /// [`Unsure`], where it may be another text.
    pub fn whole<T: Filled<'a> + Default>(
        text: &'a str,
        order: &'s mut Order,
    ) -> Result<(Box<T>, bool), Unsure> {
        let count = order.next.len();
        if let Some(marks) = &mut order.marks {
            marks.begin(count);
        }
        let mut scan = Self { text, at: 0, order, is_plain: true };
        scan.skip_blanks();
        let mut record = Box::<T>::default();
        record.fill(&mut scan, 0)?;
        scan.skip_blanks();
        if scan.at < text.len() {
            return Err(Unsure);
        }
        if let Some(marks) = &mut scan.order.marks {
            marks.end(text);
        }
        Ok((record, scan.is_plain))
    }

    fn rest(&self) -> &'a [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    /// Where the cursor stands.
    pub const fn at(&self) -> usize {
        self.at
    }

    /// Takes note that the value of a place starts at an offset and ends at the cursor.
    #[inline]
    pub fn mark(&mut self, place: usize, start: usize) {
        if let Some(marks) = &mut self.order.marks {
            marks.set(place, &(start..self.at));
        }
    }

    /// The next byte, which stays.
    pub fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    #[inline]
    fn skip_blanks(&mut self) {
        if self.peek().is_some_and(|byte| byte <= b' ') {
            self.skip_some_blanks();
        }
    }

    #[cold]
    fn skip_some_blanks(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.peek() {
            self.at += 1;
        }
    }

    /// Moves over a byte that stands next, and what is blank behind it. Whether it did.
    pub fn takes(&mut self, byte: u8) -> bool {
        let takes = self.peek() == Some(byte);
        if takes {
            self.at += 1;
            self.skip_blanks();
        }
        takes
    }

    /// Moves over the bracket that closes an empty record or list. Whether it did.
    pub fn closes(&mut self, close: u8) -> bool {
        let closes = self.peek() == Some(close);
        if closes {
            self.at += 1;
        }
        closes
    }

    /// After a member or element: whether another one follows. Moves over the comma, or the bracket that closes.
    ///
    /// # Errors
    ///
    /// [`Unsure`], where something else stands there.
    pub fn another(&mut self, close: u8) -> Result<bool, Unsure> {
        self.skip_blanks();
        match self.peek() {
            Some(b',') => {
                self.at += 1;
                self.skip_blanks();
                Ok(true)
            }
            Some(byte) if byte == close => {
                self.at += 1;
                Ok(false)
            }
            _ => Err(Unsure),
        }
    }

    /// Moves over the name of the next member with its colon, and what stands before it: the bracket that opens the
    /// record, or behind a member a comma. Gives the number of the name among `names`; how many those are, where the
    /// name is unknown, which stays (see [`Scan::unknown`]); `None` behind the record, where it closes.
    ///
    /// `slot` is the place of the record, where the name may be the first, or that of the name before it.
    ///
    /// # Errors
    ///
    /// [`Unsure`], where no plain name stands there.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "without it each field costs twice the instructions")]
    pub fn name(&mut self, names: &[Name], slot: usize, is_first: bool) -> Result<Option<usize>, Unsure> {
        let likely = self.order.next.get(slot).map_or(usize::MAX, |&number| usize::from(number));
        if let Some(name) = names.get(likely)
            && name.starts(self.rest(), is_first)
        {
            self.at += name.quoted.len();
            self.skip_blanks();
            return Ok(Some(likely));
        }
        self.name_by_name(names, slot, is_first)
    }

    #[cold]
    #[inline(never)]
    fn name_by_name(&mut self, names: &[Name], slot: usize, is_first: bool) -> Result<Option<usize>, Unsure> {
        self.skip_blanks();
        match self.peek() {
            Some(b',') if !is_first => self.at += 1,
            Some(b'{') if is_first => self.at += 1,
            Some(b'}') if !is_first => {
                self.at += 1;
                return Ok(None);
            }
            _ => return Err(Unsure),
        }
        self.skip_blanks();
        if is_first && self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(None);
        }
        let start = self.at;
        let text = self.plain_text()?;
        self.skip_blanks();
        if self.peek() != Some(b':') {
            return Err(Unsure);
        }
        let Some(number) = names.iter().position(|name| name.text() == text) else {
            self.at = start;
            return Ok(Some(names.len()));
        };
        self.at += 1;
        self.skip_blanks();
        if let (Some(next), Ok(number)) = (self.order.next.get_mut(slot), u16::try_from(number)) {
            *next = number;
        }
        Ok(Some(number))
    }

    /// A member that no document names.
    ///
    /// # Errors
    ///
    /// [`Unsure`], where the name has escapes, or its value is not well-formed.
    pub fn unknown<T: Deserialize<'a>>(&mut self) -> Result<(Cow<'a, str>, T), Unsure> {
        let name = self.plain_text()?;
        self.skip_blanks();
        if !self.takes(b':') {
            return Err(Unsure);
        }
        Ok((Cow::Borrowed(name), self.any()?))
    }

    /// A value of any kind, by `serde_json`.
    ///
    /// # Errors
    ///
    /// [`Unsure`], where it is not well-formed.
    #[cold]
    pub fn any<T: Deserialize<'a>>(&mut self) -> Result<T, Unsure> {
        // A text or a number is no deeper than it should be, however it is written.
        self.is_plain &= matches!(self.peek(), Some(b'"' | b'-' | b'0'..=b'9'));
        let rest = self.text.get(self.at..).unwrap_or_default();
        let mut values = serde_json::Deserializer::from_str(rest).into_iter::<T>();
        match values.next() {
            Some(Ok(value)) => {
                self.at += values.byte_offset();
                Ok(value)
            }
            _ => Err(Unsure),
        }
    }

    /// Puts a single value into its field, which is absent; also one that is no single value, and therefore a mismatch.
    ///
    /// # Errors
    ///
    /// [`Unsure`], where it is not well-formed.
    #[inline]
    pub fn scalar<T: Wire<'a>>(&mut self, field: &mut Field<T>) -> Result<(), Unsure> {
        let value = match self.peek() {
            Some(b'"') => match self.plain_text() {
                Ok(text) => Field::of(T::from_text(Cow::Borrowed(text))),
                Err(Unsure) => self.any()?,
            },
            Some(b'0'..=b'9') => match self.digits() {
                Some(number) => Field::of(T::from_integer(number)),
                None => self.any()?,
            },
            Some(b'n') if self.word("null") => Field::Null,
            Some(b't') if self.word("true") => Field::of(T::from_boolean(true)),
            Some(b'f') if self.word("false") => Field::of(T::from_boolean(false)),
            _ => self.any()?,
        };
        field.put(value);
        Ok(())
    }

    fn word(&mut self, word: &str) -> bool {
        let is_it = self.rest().starts_with(word.as_bytes());
        if is_it {
            self.at += word.len();
        }
        is_it
    }

    /// An integer without a sign, of at most 18 digits; anything else stays.
    fn digits(&mut self) -> Option<i64> {
        const MOST: usize = 18;
        let rest = self.rest();
        let mut number = 0_i64;
        let mut length = 0;
        while let Some(digit @ b'0'..=b'9') = rest.get(length) {
            number = number.wrapping_mul(10).wrapping_add(i64::from(digit - b'0'));
            length += 1;
        }
        let is_plain = length <= MOST
            && (length == 1 || rest.first() != Some(&b'0'))
            && matches!(rest.get(length), None | Some(b',' | b'}' | b']' | b' ' | b'\n' | b'\r' | b'\t'));
        if !is_plain {
            return None;
        }
        self.at += length;
        Some(number)
    }

    /// A string without escapes.
    ///
    /// # Errors
    ///
    /// [`Unsure`], where another string or something else stands there, which stays.
    fn plain_text(&mut self) -> Result<&'a str, Unsure> {
        if self.peek() != Some(b'"') {
            return Err(Unsure);
        }
        let start = self.at + 1;
        let length = plain_length(self.text.as_bytes().get(start..).unwrap_or_default());
        let end = start + length;
        let text = self.text.get(start..end).ok_or(Unsure)?;
        if self.text.as_bytes().get(end) != Some(&b'"') {
            return Err(Unsure);
        }
        self.at = end + 1;
        Ok(text)
    }
}
