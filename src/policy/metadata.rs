//! The `# METADATA` comments of a policy file.
//!
//! Their form is that of OPA's annotations; unlike there, what is not understood is an error, since a
//! misspelt `severity` must not silently become a default.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::Value;
use serde_saphyr::{Location, Spanned};

use super::{PolicyFile, RelatedResource};
use crate::source::{Code, Diagnostic};
use crate::suggest;

/// The line that begins a block.
const MARK: &str = "# METADATA";

/// One block of METADATA, as written.
#[derive(Debug)]
pub(super) struct Block {
    /// Line of its mark, counted from 1.
    pub(super) line_1based: u64,
    /// Whether it is about the package.
    pub(super) of_package: bool,
    /// What it says.
    pub(super) annotations: Annotations,
}

/// OPA's annotations.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Annotations {
    #[serde(default)]
    pub(super) scope: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) title: Option<String>,
    #[serde(default)]
    pub(super) description: Option<String>,
    #[serde(default)]
    pub(super) related_resources: Vec<Related>,
    #[serde(default, rename = "authors")]
    _authors: Option<Value>,
    #[serde(default, rename = "organizations")]
    _organizations: Option<Value>,
    #[serde(default, rename = "schemas")]
    _schemas: Option<Value>,
    #[serde(default, rename = "entrypoint")]
    _entrypoint: Option<bool>,
    #[serde(default)]
    pub(super) custom: Option<Spanned<Custom>>,
}

/// What probity reads of `custom`, for a rule.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Custom {
    #[serde(default)]
    pub(super) id: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) severity: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) applies_to: OneOrMore,
    #[serde(default)]
    pub(super) params: BTreeMap<String, Value>,
    #[serde(default)]
    pub(super) remediation: Option<String>,
    #[serde(default)]
    pub(super) controls: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    pub(super) optional: Vec<Spanned<String>>,
}

/// A text, or a list of texts.
#[derive(Debug, Default)]
pub(super) struct OneOrMore(pub(super) Vec<Spanned<String>>);

impl<'de> Deserialize<'de> for OneOrMore {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // A scalar is read as such, so that its place is known; anything else must be a list.
        let place = Spanned::<Shape>::deserialize(deserializer)?;
        let (at, defined) = (place.referenced, place.defined);
        Ok(Self(match place.value {
            Shape::One(text) => vec![Spanned::new(text, at, defined)],
            Shape::More(texts) => texts,
        }))
    }
}

enum Shape {
    One(String),
    More(Vec<Spanned<String>>),
}

impl<'de> Deserialize<'de> for Shape {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ShapeVisitor;
        impl<'de> Visitor<'de> for ShapeVisitor {
            type Value = Shape;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text or a list of texts")
            }
            fn visit_str<E>(self, text: &str) -> Result<Shape, E> {
                Ok(Shape::One(text.to_owned()))
            }
            fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut list: A) -> Result<Shape, A::Error> {
                let mut texts = Vec::new();
                while let Some(text) = list.next_element()? {
                    texts.push(text);
                }
                Ok(Shape::More(texts))
            }
        }
        deserializer.deserialize_any(ShapeVisitor)
    }
}

/// `related_resources` hold addresses, or maps of `ref` and `description`.
#[derive(Debug)]
pub(super) struct Related(pub(super) RelatedResource);

impl<'de> Deserialize<'de> for Related {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct RelatedVisitor;
        impl<'de> Visitor<'de> for RelatedVisitor {
            type Value = Related;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an address, or `ref` and `description`")
            }
            fn visit_str<E>(self, text: &str) -> Result<Related, E> {
                let reference = text.to_owned();
                Ok(Related(RelatedResource { reference, description: None }))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Related, A::Error> {
                use serde::de::Error as _;
                const KEYS: &[&str] = &["ref", "description"];
                let (mut reference, mut description) = (None, None);
                while let Some(key) = map.next_key::<String>()? {
                    match key.as_str() {
                        "ref" => reference = Some(map.next_value()?),
                        "description" => description = Some(map.next_value()?),
                        _ => return Err(A::Error::unknown_field(&key, KEYS)),
                    }
                }
                let reference = reference.ok_or_else(|| A::Error::missing_field("ref"))?;
                Ok(Related(RelatedResource { reference, description }))
            }
        }
        deserializer.deserialize_any(RelatedVisitor)
    }
}

/// Reads every block of METADATA in a file.
///
/// # Errors
///
/// One diagnostic for each block that cannot be read.
pub(super) fn blocks(file: &PolicyFile) -> Result<Vec<Block>, Vec<Diagnostic>> {
    let lines: Vec<&str> = file.text.lines().collect();
    let mut blocks = Vec::new();
    let mut problems = Vec::new();
    let mut index = 0;
    while let Some(line) = lines.get(index) {
        if line.trim_end() != MARK {
            index += 1;
            continue;
        }
        let start = index + 1;
        let comments = lines.iter().skip(start).take_while(|line| line.starts_with('#')).count();
        let end = start + comments;
        let next = lines.iter().skip(end).find(|line| !line.trim().is_empty());
        let before_package = next.is_some_and(|line| line.starts_with("package"));
        match annotations(file, &lines, start, end) {
            Ok(annotations) => {
                let of_package = match annotations.scope.as_ref().map(|scope| scope.value.as_str()) {
                    None => before_package,
                    Some(scope) => matches!(scope, "package" | "subpackages"),
                };
                blocks.push(Block { line_1based: start as u64, of_package, annotations });
            }
            Err(problem) => problems.push(problem),
        }
        index = end;
    }
    if problems.is_empty() { Ok(blocks) } else { Err(problems) }
}

/// Reads the comment lines from `start` to `end` (indices) as YAML.
///
/// The rest of the file is blanked out, and each `#` becomes a space, so that lines and columns of the YAML
/// are those of the file.
fn annotations(
    file: &PolicyFile,
    lines: &[&str],
    start: usize,
    end: usize,
) -> Result<Annotations, Diagnostic> {
    let mut yaml = "\n".repeat(start);
    for line in lines.get(start..end).unwrap_or_default() {
        yaml.push(' ');
        yaml.push_str(line.strip_prefix('#').unwrap_or(line));
        yaml.push('\n');
    }
    let options = serde_saphyr::options! { with_snippet: false };
    let annotations: Option<Annotations> =
        serde_saphyr::from_str_with_options(&yaml, options).map_err(|error| yaml_problem(file, &error))?;
    annotations.ok_or_else(|| {
        let offset = file.offset(start as u64, 1);
        problem(file, offset, "this METADATA block is empty")
            .help("begin each of its lines with `#`, right below the mark")
    })
}

fn yaml_problem(file: &PolicyFile, error: &serde_saphyr::Error) -> Diagnostic {
    let text = error.to_string();
    let text = text.rsplit_once(" at line ").map_or(text.as_str(), |(message, _)| message);
    let Some(location) = error.location() else {
        return Diagnostic::error(Code::PolicyMetadata, format!("METADATA in `{}`: {text}", file.name));
    };
    let (message, help) = explained(text);
    let diagnostic = problem(file, offset(file, &location), &message);
    match help {
        Some(help) => diagnostic.help(help),
        None => diagnostic,
    }
}

/// The parser's message in our words, with a suggestion where a key is near a known one.
fn explained(text: &str) -> (String, Option<String>) {
    if let Some(rest) = text.strip_prefix("unknown field `")
        && let Some((given, expected)) = rest.split_once("`, expected ")
    {
        let known: Vec<&str> = expected
            .trim_start_matches("one of ")
            .split([',', ' '])
            .map(|name| name.trim_matches('`'))
            .filter(|name| !name.is_empty() && *name != "or")
            .collect();
        let near = suggest::did_you_mean(suggest::nearest(given, known.iter().copied()));
        return (
            format!("unknown METADATA key `{given}`{near}"),
            Some(format!("known here are: {}", known.join(", "))),
        );
    }
    if let Some(rest) = text.strip_prefix("duplicate mapping key: ") {
        let key = rest.split(',').next().unwrap_or_default();
        return (format!("the METADATA key `{key}` stands twice"), None);
    }
    (format!("METADATA: {text}"), None)
}

/// Byte offset of a place that the YAML parser names.
pub(super) fn offset(file: &PolicyFile, location: &Location) -> usize {
    file.offset(location.line(), location.column())
}

/// A problem at the word at `offset`.
pub(super) fn problem(file: &PolicyFile, offset: usize, message: &str) -> Diagnostic {
    let (place, excerpt) = file.place(file.word(offset), "here");
    Diagnostic::error(Code::PolicyMetadata, message).at(place).showing(excerpt)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(text: &str) -> Vec<(String, u64, u64)> {
        let file = PolicyFile::new("f.rego", text);
        blocks(&file)
            .unwrap_err()
            .into_iter()
            .map(|diagnostic| {
                let start = diagnostic.place.unwrap().start;
                (diagnostic.message, start.line_1based, start.column_1based)
            })
            .collect()
    }

    #[test]
    fn blocks_are_found_and_told_apart() {
        let text = "# METADATA\n# title: P\n# custom:\n#   id: A-1\npackage a\n\n# METADATA\n# title: R\n# description: d\ndeny contains 1 if true\n";
        let blocks = blocks(&PolicyFile::new("f", text)).unwrap();
        assert_eq!(blocks.len(), 2);
        assert!(blocks[0].of_package && !blocks[1].of_package);
        assert_eq!((blocks[0].line_1based, blocks[1].line_1based), (1, 7));
        let custom = &blocks[0].annotations.custom.as_ref().unwrap().value;
        let id = custom.id.as_ref().unwrap();
        assert_eq!((id.value.as_str(), id.referenced.line(), id.referenced.column()), ("A-1", 4, 9));
    }

    #[test]
    fn problems_have_places_in_the_rego_file() {
        assert_eq!(
            problems("# METADATA\n# title: x\n# custom:\n#   id: A\n#   sevrity: high\npackage a\n"),
            [("unknown METADATA key `sevrity`, did you mean `severity`?".to_owned(), 5, 5)]
        );
        assert_eq!(
            problems("\n# METADATA\n# title: x\n# title: y\npackage a\n"),
            [("the METADATA key `title` stands twice".to_owned(), 4, 3)]
        );
        let empty = problems("# METADATA\npackage a\n");
        assert_eq!((empty[0].1, empty[0].2), (1, 1));
        let broken = problems("# METADATA\n# title: [\npackage a\n");
        assert_eq!((broken.len(), broken[0].1), (1, 2));
    }

    #[test]
    fn one_operation_or_several_and_addresses_or_maps() {
        let text = "# METADATA\n# related_resources:\n# - https://a\n# - ref: https://b\n#   description: B\n# custom:\n#   applies_to: [x, y]\npackage a\n";
        let blocks = blocks(&PolicyFile::new("f", text)).unwrap();
        let annotations = &blocks[0].annotations;
        let references: Vec<_> =
            annotations.related_resources.iter().map(|r| r.0.reference.as_str()).collect();
        assert_eq!(references, ["https://a", "https://b"]);
        let applies_to = &annotations.custom.as_ref().unwrap().value.applies_to.0;
        assert_eq!(applies_to.iter().map(|o| o.value.as_str()).collect::<Vec<_>>(), ["x", "y"]);
    }
}
