//! Files of profiles in INI form, as the vendors' tools read them.
//!
//! Sections in brackets; names, in any case, up to the first `=` or `:`; values to the end of the line. A comment is a line
//! that begins with `#` or `;`, or follows white space in a value. An indented line goes on with the value before it. Sections and names that come
//! again add to, and replace, what was there. Values are secrets, and none is ever part of an error.

use std::collections::BTreeMap;

use secrecy::{ExposeSecret as _, SecretString};
use thiserror::Error;

/// A file of profiles.
#[derive(Debug, Default)]
pub(super) struct Ini {
    sections: BTreeMap<String, Section>,
}

/// Names, in lower case, and values.
#[derive(Debug, Default)]
pub(super) struct Section(BTreeMap<String, SecretString>);

/// Why a file is not one of profiles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub(super) enum IniError {
    #[error("line {0} begins a section and has no `]`")]
    Bracket(usize),
    #[error("line {0} stands before the first section")]
    NoSection(usize),
    #[error("line {0} has no `=`")]
    NoValue(usize),
}

impl Ini {
    /// Reads a file.
    pub(super) fn parse(text: &SecretString) -> Result<Self, IniError> {
        let mut ini = Self::default();
        let text = text.expose_secret();
        let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
        let mut section: Option<String> = None;
        let mut name: Option<String> = None;
        for (index, line) in text.lines().enumerate() {
            let number = index + 1;
            let content = line.trim();
            if content.is_empty() || content.starts_with(['#', ';']) {
                continue;
            }
            if line.starts_with([' ', '\t'])
                && let (Some(section), Some(name)) = (&section, &name)
            {
                ini.append(section, name, content);
                continue;
            }
            if let Some(rest) = content.strip_prefix('[') {
                let (inner, _) = rest.split_once(']').ok_or(IniError::Bracket(number))?;
                let inner = inner.trim().to_owned();
                ini.sections.entry(inner.clone()).or_default();
                section = Some(inner);
                name = None;
                continue;
            }
            let Some(current) = &section else { return Err(IniError::NoSection(number)) };
            let (key, value) = content.split_once(['=', ':']).ok_or(IniError::NoValue(number))?;
            let key = key.trim().to_lowercase();
            let value = without_comment(value.trim());
            ini.sections.entry(current.clone()).or_default().0.insert(key.clone(), value.into());
            name = Some(key);
        }
        Ok(ini)
    }

    /// A section by its name.
    pub(super) fn section(&self, name: &str) -> Option<&Section> {
        self.sections.get(name)
    }

    /// All sections, sorted by name.
    pub(super) fn sections(&self) -> impl Iterator<Item = (&str, &Section)> {
        self.sections.iter().map(|(name, section)| (name.as_str(), section))
    }

    fn append(&mut self, section: &str, name: &str, more: &str) {
        if let Some(value) = self.sections.get_mut(section).and_then(|section| section.0.get_mut(name)) {
            *value = format!("{}\n{more}", value.expose_secret()).into();
        }
    }
}

impl Section {
    /// A value; nothing where it is not there, or empty.
    pub(super) fn secret(&self, name: &str) -> Option<&SecretString> {
        self.0.get(name).filter(|value| !value.expose_secret().is_empty())
    }

    /// A value that is no secret.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.secret(name).map(SecretString::expose_secret)
    }
}

fn without_comment(value: &str) -> &str {
    let mut before = ' ';
    for (at, c) in value.char_indices() {
        if matches!(c, '#' | ';') && before.is_whitespace() {
            return value.get(..at).unwrap_or(value).trim_end();
        }
        before = c;
    }
    value
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parse(text: &str) -> Result<Ini, IniError> {
        Ini::parse(&text.into())
    }

    fn values(text: &str) -> Vec<(String, String, String)> {
        let ini = parse(text).unwrap();
        let mut values = Vec::new();
        for (section, content) in ini.sections() {
            for (name, value) in &content.0 {
                values.push((section.to_owned(), name.clone(), value.expose_secret().to_owned()));
            }
        }
        values
    }

    fn row(section: &str, name: &str, value: &str) -> (String, String, String) {
        (section.to_owned(), name.to_owned(), value.to_owned())
    }

    #[test]
    fn what_tools_write_and_people_edit() {
        let text = "\u{FEFF}# comment\r\n; another\n\n[default]\naws_access_key_id = AKIA\r\nAWS_Secret_Access_Key=a/b+c==#d;e\n\
                    region: eu-central-1  # where we are\nempty =\n\n[ profile a b ] # comment\ns3 =\n    one = 1\n\ttwo = 2\nx = 1 ;2\n\
                    [default]\nregion = eu-west-1\n[nothing]";
        assert_eq!(
            values(text),
            [
                row("default", "aws_access_key_id", "AKIA"),
                row("default", "aws_secret_access_key", "a/b+c==#d;e"),
                row("default", "empty", ""),
                row("default", "region", "eu-west-1"),
                row("profile a b", "s3", "\none = 1\ntwo = 2"),
                row("profile a b", "x", "1"),
            ]
        );
        let ini = parse(text).unwrap();
        assert!(ini.section("nothing").is_some());
        assert!(ini.section("default").unwrap().secret("empty").is_none());
    }

    #[test]
    fn faults_are_told_by_line_and_nothing_else() {
        assert_eq!(parse("[a]\n\ncanary").unwrap_err(), IniError::NoValue(3));
        assert_eq!(parse("canary = 1").unwrap_err(), IniError::NoSection(1));
        assert_eq!(parse("  canary = 1").unwrap_err(), IniError::NoSection(1));
        assert_eq!(parse("[canary").unwrap_err(), IniError::Bracket(1));
        let ini = parse("[a]\nsecret = canary").unwrap();
        assert!(!format!("{ini:?}").contains("canary"));
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in r"(\PC|[\[\]=:#;\n\r\t \u{FEFF}]){0,60}") {
            let _ = parse(&text);
        }

        #[test]
        fn a_value_without_white_space_is_read_as_it_is(value in r"[!-~]{1,40}") {
            prop_assume!(!value.starts_with(['#', ';']));
            prop_assert_eq!(values(&format!("[a]\nsecret = {value}\n")), [row("a", "secret", &value)]);
        }
    }
}
