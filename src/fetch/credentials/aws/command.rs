//! The command of `credential_process`: split into words, run without a shell.

use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};

use crate::fetch::credentials::document::{self, Answer};
use crate::fetch::credentials::environment::Environment;
use crate::fetch::credentials::{Credentials, CredentialsError};

/// People may have to touch a key or answer a dialogue.
const LIMIT: Duration = Duration::from_mins(1);

/// Runs the command and reads the credentials that it prints.
pub(super) fn run(
    command: &SecretString,
    place: &str,
    environment: &dyn Environment,
) -> Result<Credentials, CredentialsError> {
    let unusable = |why: String| CredentialsError::Unusable {
        place: place.to_owned(),
        why: format!("`credential_process`: {why}"),
        remedy: "run the command yourself to see what it says; it has to print the JSON document of \
                 `aws configure export-credentials --format process`"
            .to_owned(),
    };
    let words = words(command.expose_secret(), cfg!(windows))
        .ok_or_else(|| unusable("a quotation mark is not closed".to_owned()))?;
    let Some((program, arguments)) = words.split_first() else {
        return Err(unusable("there is no command".to_owned()));
    };
    let arguments: Vec<SecretString> = arguments.iter().map(|word| word.as_str().into()).collect();
    let printed = environment.run(program, &arguments, LIMIT).map_err(|error| unusable(error.to_string()))?;
    let answer: Answer =
        document::read(&printed).map_err(|why| unusable(format!("what the program printed: {why}")))?;
    if answer.version != Some(1) {
        return Err(unusable("what the program printed is not of `Version` 1".to_owned()));
    }
    answer.credentials(place, "SecretAccessKey")
}

/// The words of a command, by the rules of a POSIX shell. On Windows a backslash is a character as any other, and only `"` quotes.
/// Nothing where a quotation is not closed.
fn words(command: &str, windows: bool) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut characters = command.chars();
    while let Some(c) = characters.next() {
        match c {
            c if c.is_whitespace() => words.extend(word.take()),
            '\'' if !windows => {
                let word = word.get_or_insert_default();
                loop {
                    match characters.next()? {
                        '\'' => break,
                        c => word.push(c),
                    }
                }
            }
            '"' => {
                let word = word.get_or_insert_default();
                loop {
                    match characters.next()? {
                        '"' => break,
                        '\\' if !windows => match characters.next()? {
                            '\n' => {}
                            c @ ('$' | '`' | '"' | '\\') => word.push(c),
                            c => word.extend(['\\', c]),
                        },
                        c => word.push(c),
                    }
                }
            }
            '\\' if !windows => match characters.next()? {
                '\n' => {}
                c => word.get_or_insert_default().push(c),
            },
            c => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    Some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_a_posix_shell() {
        for (command, expected) in [
            ("", &[][..]),
            ("  a  b\tc\n", &["a", "b", "c"]),
            (r#"/opt/my\ tool --x 'a b' "c d""#, &["/opt/my tool", "--x", "a b", "c d"]),
            (r#"a"b"'c'd ''  "" "#, &["abcd", "", ""]),
            (r#""\"\\\$\x" '\n'"#, &[r#""\$\x"#, r"\n"]),
            (
                "$(rm -rf /) `x` a;b > c | d & #e *",
                &["$(rm", "-rf", "/)", "`x`", "a;b", ">", "c", "|", "d", "&", "#e", "*"],
            ),
            ("ä 'ü ö'", &["ä", "ü ö"]),
        ] {
            assert_eq!(words(command, false).unwrap(), expected, "{command}");
        }
        for command in ["'a", "\"a", "a\\", "\"a\\"] {
            assert_eq!(words(command, false), None, "{command}");
        }
    }

    #[test]
    fn words_on_windows() {
        assert_eq!(
            words(r#""C:\Program Files\tool.exe" -x C:\a\b it's"#, true).unwrap(),
            [r"C:\Program Files\tool.exe", "-x", r"C:\a\b", "it's"]
        );
        assert_eq!(words("\"a", true), None);
    }
}
