//! Where every value of a JSON text stands, found in one walk.

use std::ops::Range;

use super::locate::{Located, decode, skip_whitespace};
use super::plain::quoted_end;
use super::{JsonPath, Segment};

/// The places of all values of one JSON text.
///
/// Looking for one value reads the text up to it ([`locate`](super::locate())); an outline reads the text once, for as
/// many values as are wanted.
#[derive(Debug)]
pub struct Outline<'t> {
    text: &'t str,
    values: Vec<Entry>,
    /// Whether there is a backslash anywhere: names may then not stand there as they are.
    has_escapes: bool,
}

/// The memory of an outline, for the next one.
#[derive(Debug, Default)]
pub struct Space(Vec<Entry>);

#[derive(Clone, Copy, Debug)]
struct Entry {
    start: usize,
    end: usize,
    /// Where the quoted name of a member stands; empty for anything else.
    name_start: usize,
    name_end: usize,
    /// Index of the value behind this one and all that is in it.
    next: usize,
    /// Index of the value around it; its own where there is none.
    parent: usize,
}

/// A value of an [`Outline`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outlined(usize);

impl<'t> Outline<'t> {
    /// Walks through a well-formed value. Of any other text as much as could be read is there.
    pub fn new(text: &'t str) -> Self {
        Self::within(text, Space::default())
    }

    /// The same, in the memory of another one.
    pub fn within(text: &'t str, Space(mut values): Space) -> Self {
        values.clear();
        let has_escapes = memchr::memchr(b'\\', text.as_bytes()).is_some();
        let mut outline = Self { text, values, has_escapes };
        outline.walk();
        outline
    }

    /// Its memory.
    pub fn into_space(self) -> Space {
        Space(self.values)
    }

    fn walk(&mut self) {
        let bytes = self.text.as_bytes();
        // What stands around the next value, and its name.
        let mut parent = None;
        let mut name = 0..0;
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            match byte {
                b' ' | b'\t' | b'\n' | b'\r' | b',' | b':' => {
                    at += 1;
                    continue;
                }
                b'{' | b'[' => {
                    let index = self.values.len();
                    self.push(at..at + 1, &mut name, parent);
                    parent = Some(index);
                    at += 1;
                    continue;
                }
                b'}' | b']' => {
                    let Some(index) = parent else { return };
                    at += 1;
                    parent = self.close(index, at);
                }
                b'"' => {
                    let Some(end) = quoted_end(bytes, at) else { return };
                    let is_name = match bytes.get(end) {
                        Some(b':') => true,
                        Some(b',' | b'}' | b']') => false,
                        _ => bytes.get(skip_whitespace(bytes, end)) == Some(&b':'),
                    };
                    if is_name {
                        name = at..end;
                        at = end;
                        continue;
                    }
                    self.push(at..end, &mut name, parent);
                    at = end;
                }
                _ => {
                    let ends = |byte: &u8| matches!(byte, b',' | b'}' | b']' | b' ' | b'\t' | b'\n' | b'\r');
                    let rest = bytes.get(at..).unwrap_or_default();
                    let end = at + rest.iter().position(ends).unwrap_or(rest.len());
                    self.push(at..end, &mut name, parent);
                    at = end;
                }
            }
            if parent.is_none() {
                return;
            }
        }
    }

    fn push(&mut self, span: Range<usize>, name: &mut Range<usize>, parent: Option<usize>) {
        let next = self.values.len() + 1;
        let parent = parent.unwrap_or(self.values.len());
        let Range { start: name_start, end: name_end } = std::mem::take(name);
        self.values.push(Entry { start: span.start, end: span.end, name_start, name_end, next, parent });
    }

    /// Ends a value; gives that around it.
    fn close(&mut self, index: usize, end: usize) -> Option<usize> {
        let next = self.values.len();
        let entry = self.values.get_mut(index)?;
        entry.end = end;
        entry.next = next;
        (entry.parent != index).then_some(entry.parent)
    }

    /// The value that the text is; `None` for an empty text.
    pub fn root(&self) -> Option<Outlined> {
        (!self.values.is_empty()).then_some(Outlined(0))
    }

    /// Where a value stands.
    pub fn span(&self, value: Outlined) -> Range<usize> {
        self.values.get(value.0).map_or(0..0, |entry| entry.start..entry.end)
    }

    /// The text of a value.
    pub fn text(&self, value: Outlined) -> &'t str {
        self.text.get(self.span(value)).unwrap_or_default()
    }

    /// Whether a value is an object.
    pub fn is_object(&self, value: Outlined) -> bool {
        self.text(value).starts_with('{')
    }

    /// Whether a value is an array.
    pub fn is_array(&self, value: Outlined) -> bool {
        self.text(value).starts_with('[')
    }

    /// Finds the value at a path, as [`locate`](super::locate()) does.
    pub fn locate(&self, path: &JsonPath) -> Located {
        let Some(mut value) = self.root() else {
            return Located { span: 0..0, found: 0 };
        };
        for (found, segment) in path.segments().iter().enumerate() {
            let next = match segment {
                Segment::Key(name) if self.is_object(value) => self.member(value, name),
                // A pointer cannot tell the member "0" from the element 0.
                Segment::Index(index) if self.is_object(value) => self.member(value, &index.to_string()),
                Segment::Index(index) if self.is_array(value) => self.children(value).nth(*index),
                _ => None,
            };
            match next {
                Some(next) => value = next,
                None => return Located { span: self.span(value), found },
            }
        }
        Located { span: self.span(value), found: path.segments().len() }
    }

    /// The elements of an array, or the values of the members of an object.
    pub fn children(&self, value: Outlined) -> impl Iterator<Item = Outlined> + '_ {
        let end = self.values.get(value.0).map_or(0, |entry| entry.next);
        let mut at = value.0 + 1;
        std::iter::from_fn(move || {
            let child = (at < end).then_some(at)?;
            at = self.values.get(child)?.next;
            Some(Outlined(child))
        })
    }

    /// The decoded name of a member.
    pub fn name(&self, value: Outlined) -> Option<std::borrow::Cow<'t, str>> {
        let entry = self.values.get(value.0)?;
        let quoted = self.text.get(entry.name_start..entry.name_end).filter(|name| !name.is_empty())?;
        Some(decode(quoted))
    }

    /// Where the quoted name of a member stands.
    pub fn name_span(&self, value: Outlined) -> Option<Range<usize>> {
        let entry = self.values.get(value.0)?;
        (entry.name_end > entry.name_start).then_some(entry.name_start..entry.name_end)
    }

    /// The first member of this name.
    pub fn member(&self, object: Outlined, name: &str) -> Option<Outlined> {
        self.children(object).find(|child| self.is_called(*child, name))
    }

    /// The same of an object without duplicate names. It is looked for first where it stood in another outline.
    pub fn member_near(&self, object: Outlined, name: &str, likely: Outlined) -> Option<Outlined> {
        let stands_there = self.values.get(likely.0).is_some_and(|entry| entry.parent == object.0)
            && likely != object
            && self.is_called(likely, name);
        if stands_there { Some(likely) } else { self.member(object, name) }
    }

    fn is_called(&self, value: Outlined, name: &str) -> bool {
        let quoted =
            self.values.get(value.0).and_then(|entry| self.text.get(entry.name_start..entry.name_end));
        let Some(inner) = quoted.and_then(|quoted| quoted.strip_prefix('"')?.strip_suffix('"')) else {
            return false;
        };
        inner == name || (self.has_escapes && self.name(value).is_some_and(|decoded| decoded == name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::json::locate;

    #[test]
    fn values_are_found_with_their_names() {
        let text = r#" {"a" : {"b": [10, "x,}]\"", {"c": null}], "n": -1.5e3 }, "\u007a":true} tail"#;
        let outline = Outline::new(text);
        let root = outline.root().unwrap();
        assert_eq!(outline.span(root), 1..text.len() - 5);
        let a = outline.member(root, "a").unwrap();
        let b = outline.member(a, "b").unwrap();
        let texts: Vec<&str> = outline.children(b).map(|child| outline.text(child)).collect();
        assert_eq!(texts, ["10", r#""x,}]\"""#, r#"{"c": null}"#]);
        assert_eq!(outline.text(outline.member(a, "n").unwrap()), "-1.5e3");
        assert_eq!(outline.text(outline.member(root, "z").unwrap()), "true");
        assert!(outline.is_array(b) && outline.is_object(a));
        assert_eq!(outline.member(root, "b"), None);
        assert_eq!(Outline::new("  ").root(), None);
        assert_eq!(Outline::new("7").root().map(|root| Outline::new("7").span(root)), Some(0..1));
    }

    /// Compares an outline with the other way to find values.
    fn same(outline: &Outline<'_>, value: Outlined, path: &mut JsonPath) {
        assert_eq!(outline.span(value), locate(outline.text, path).span, "{path}");
        assert_eq!(outline.locate(path), locate(outline.text, path), "{path}");
        path.push_key("absent");
        assert_eq!(outline.locate(path), locate(outline.text, path), "{path}");
        path.pop();
        for (index, child) in outline.children(value).enumerate() {
            match outline.name(child) {
                Some(name) => path.push_key(name.into_owned()),
                None => path.push_index(index),
            }
            same(outline, child, path);
            path.pop();
        }
    }

    #[test]
    fn an_outline_agrees_with_looking_for_each_value() {
        let text = "{\"e\": [],\r\n\"é\": {}, \"x\": [[1,[2]],[{}],\"\\\\\"], \"0\": {\"1\": [false]}}";
        let outline = Outline::new(text);
        same(&outline, outline.root().unwrap(), &mut JsonPath::default());
    }
}
