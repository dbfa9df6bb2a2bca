//! Paths into a JSON document.

use std::fmt;

/// One step of a [`JsonPath`].
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Segment {
    /// An element of an array, counted from 0.
    Index(usize),
    /// A member of an object, by its decoded name.
    Key(String),
}

/// A path from a value to a value inside it.
///
/// The order is document order for array elements (`/a/2` before `/a/10`) and name order for members.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct JsonPath(Vec<Segment>);

/// A text that is no path.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no path: {why}")]
pub struct PathError {
    /// What was given.
    pub text: String,
    /// What is wrong with it.
    pub why: &'static str,
}

impl JsonPath {
    /// The path to the value itself.
    pub const ROOT: Self = Self(Vec::new());

    /// The steps, outermost first.
    pub fn segments(&self) -> &[Segment] {
        &self.0
    }

    /// Whether this is the path to the value itself.
    pub const fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether it leads to a value within that at `other`.
    pub fn is_below(&self, other: &Self) -> bool {
        self.0.len() > other.0.len() && self.0.starts_with(&other.0)
    }

    /// Goes one member deeper.
    pub fn push_key(&mut self, key: impl Into<String>) {
        self.0.push(Segment::Key(key.into()));
    }

    /// Goes one element deeper.
    pub fn push_index(&mut self, index: usize) {
        self.0.push(Segment::Index(index));
    }

    /// Goes one step deeper.
    pub fn push(&mut self, segment: Segment) {
        self.0.push(segment);
    }

    /// Goes one step back up.
    pub fn pop(&mut self) {
        self.0.pop();
    }

    /// This path, followed by `tail`.
    #[must_use]
    pub fn join(&self, tail: &Self) -> Self {
        Self(self.0.iter().chain(&tail.0).cloned().collect())
    }

    /// The first `count` steps.
    #[must_use]
    pub fn prefix(&self, count: usize) -> Self {
        Self(self.0.iter().take(count).cloned().collect())
    }

    /// The RFC 6901 JSON pointer, e.g. `/PatchRules/0/ApproveAfterDays`.
    pub fn pointer(&self) -> String {
        let mut text = String::new();
        for segment in &self.0 {
            text.push('/');
            match segment {
                Segment::Index(index) => text.push_str(&index.to_string()),
                Segment::Key(key) => text.push_str(&key.replace('~', "~0").replace('/', "~1")),
            }
        }
        text
    }

    /// Reads a path as rules write it: `a.b[2].c`, or a JSON pointer `/a/b/2/c`.
    ///
    /// A numeric step of a pointer is an element; where the document has a member of that name
    /// instead, [`locate`](super::locate) takes the member.
    ///
    /// # Errors
    ///
    /// An empty step, an unclosed or non-numeric bracket, a wrong `~` escape.
    pub fn parse(text: &str) -> Result<Self, PathError> {
        let parsed = match text.strip_prefix('/') {
            Some(steps) => parse_pointer(steps),
            None if text.is_empty() => Ok(Vec::new()),
            None => parse_dotted(text),
        };
        parsed.map(Self).map_err(|why| PathError { text: text.to_owned(), why })
    }
}

impl FromIterator<Segment> for JsonPath {
    fn from_iter<T: IntoIterator<Item = Segment>>(segments: T) -> Self {
        Self(segments.into_iter().collect())
    }
}

/// Dotted, as rules and messages write it: `a.b[2].c`.
impl fmt::Display for JsonPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, segment) in self.0.iter().enumerate() {
            match segment {
                Segment::Index(index) => write!(f, "[{index}]")?,
                Segment::Key(key) if position == 0 => f.write_str(key)?,
                Segment::Key(key) => write!(f, ".{key}")?,
            }
        }
        Ok(())
    }
}

fn parse_pointer(steps: &str) -> Result<Vec<Segment>, &'static str> {
    steps.split('/').map(parse_pointer_step).collect()
}

fn parse_pointer_step(step: &str) -> Result<Segment, &'static str> {
    if let Some(index) = parse_index(step) {
        return Ok(Segment::Index(index));
    }
    let mut key = String::with_capacity(step.len());
    let mut characters = step.chars();
    while let Some(c) = characters.next() {
        match (c, c == '~') {
            (_, false) => key.push(c),
            (_, true) => match characters.next() {
                Some('0') => key.push('~'),
                Some('1') => key.push('/'),
                _ => return Err("`~` must be followed by 0 or 1"),
            },
        }
    }
    Ok(Segment::Key(key))
}

fn parse_dotted(text: &str) -> Result<Vec<Segment>, &'static str> {
    let mut segments = Vec::new();
    for step in text.split('.') {
        let (key, brackets) = step.split_once('[').map_or((step, None), |(k, b)| (k, Some(b)));
        if key.is_empty() {
            return Err("a step is empty");
        }
        segments.push(Segment::Key(key.to_owned()));
        let Some(brackets) = brackets else { continue };
        let inner = brackets.strip_suffix(']').ok_or("a bracket is not closed")?;
        for index in inner.split("][") {
            segments.push(Segment::Index(parse_index(index).ok_or("a bracket holds no number")?));
        }
    }
    Ok(segments)
}

/// Decimal digits without a leading zero.
fn parse_index(text: &str) -> Option<usize> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    if plain { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pointer(text: &str) -> String {
        JsonPath::parse(text).unwrap().pointer()
    }

    #[test]
    fn dotted_paths_and_pointers_are_read() {
        assert_eq!(pointer("a.b[2].c"), "/a/b/2/c");
        assert_eq!(pointer("a[0][10]"), "/a/0/10");
        assert_eq!(pointer("/a~1b/m~0n/3"), "/a~1b/m~0n/3");
        assert_eq!(pointer(""), "");
    }

    #[test]
    fn wrong_paths_say_why() {
        for (text, why) in [
            ("a..b", "a step is empty"),
            ("a[1", "a bracket is not closed"),
            ("a[x]", "a bracket holds no number"),
            ("a[01]", "a bracket holds no number"),
            ("/a~2", "`~` must be followed by 0 or 1"),
        ] {
            assert_eq!(JsonPath::parse(text).unwrap_err().why, why, "{text}");
        }
    }

    #[test]
    fn elements_are_ordered_by_number() {
        let low = JsonPath::parse("/a/2/z").unwrap();
        let high = JsonPath::parse("/a/10/b").unwrap();
        assert!(low < high);
    }

    #[test]
    fn display_is_dotted() {
        assert_eq!(JsonPath::parse("/a/0/b").unwrap().to_string(), "a[0].b");
    }
}
