//! Texts of others in Markdown: they say what they say, and do nothing.
//!
//! In GitHub's Markdown a text may become markup or HTML, call people (`@name`), refer to issues (`#1`), become a link, an
//! emoji or a formula. Nothing of that happens within code, so that every text that could do more than be read is code.

use super::excerpt::cut_to;

/// Backticks one after the other that GitHub still takes for the end of code; more are shown as so many and `…`.
const MAX_BACKTICKS: usize = 40;
/// What has a meaning in Markdown wherever it stands.
const SPECIAL: &[char] = &['\\', '`', '*', '_', '{', '}', '[', ']', '<', '>', '!', '|', '~', '&', '^', '"'];

/// The first characters of a text, as code.
pub(super) fn code(text: &str, characters: usize) -> String {
    let text = cut_to(text, characters);
    if text.is_empty() {
        return "(empty)".to_owned();
    }
    let (text, longest) = without_long_runs(&text);
    let fence = "`".repeat(longest + 1);
    // One blank on both sides is taken away again, unless there is nothing else.
    let is_blank = text.chars().all(|c| c == ' ');
    let needs_room = text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']);
    let room = if needs_room && !is_blank { " " } else { "" };
    format!("{fence}{room}{text}{room}{fence}")
}

/// The same within a cell of a table.
pub(super) fn code_in_cell(text: &str, characters: usize) -> String {
    // What a backslash before a bar means in code in a cell is not the same everywhere.
    let mut cell = String::new();
    for part in code(text, characters).split_inclusive('|') {
        let Some(before) = part.strip_suffix('|') else {
            cell.push_str(part);
            continue;
        };
        let plain = before.trim_end_matches('\\');
        cell.push_str(plain);
        cell.push_str(&"\\u005c".repeat(before.len() - plain.len()));
        cell.push_str("\\|");
    }
    cell
}

/// The first characters of a text, as text on one line. What stands between backticks in it is code.
pub(super) fn prose(text: &str, characters: usize) -> String {
    let text =
        text.split([' ', '\n', '\r', '\t']).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    let text = cut_to(&text, characters);
    let parts: Vec<&str> = text.split('`').collect();
    // Even ones stand outside.
    if parts.iter().step_by(2).any(|outside| is_live(outside)) {
        return code(&text, characters.saturating_add(1));
    }
    // Code right behind code would run into it.
    let inner = parts.get(1..parts.len().saturating_sub(1)).unwrap_or_default();
    if parts.len().is_multiple_of(2) || inner.iter().any(|part| part.is_empty()) {
        return escaped(&text);
    }
    let mut prose = String::new();
    for (index, part) in parts.into_iter().enumerate() {
        if index % 2 == 0 {
            prose.push_str(&if index == 0 { escaped(part) } else { escaped_within(part) });
        } else {
            prose.push_str(&code(part, characters));
        }
    }
    prose
}

/// Text that may begin a line.
fn escaped(text: &str) -> String {
    // A list, or the line below a heading.
    let number = text.bytes().take_while(u8::is_ascii_digit).count();
    let (before, rest) = text.split_at_checked(number).unwrap_or(("", text));
    let begins = match number {
        0 => rest.starts_with(['-', '+', '=']),
        _ => {
            rest.starts_with(['.', ')']) && !rest.get(1..).is_some_and(|rest| rest.starts_with(|c| c != ' '))
        }
    };
    format!("{before}{}{}", if begins { "\\" } else { "" }, escaped_within(rest))
}

fn escaped_within(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if SPECIAL.contains(&c) {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

/// An address as a link, if it is one of the web; else as code.
pub(super) fn link(address: &str, characters: usize) -> String {
    if address.len() <= characters && is_web_address(address) {
        format!("<{address}>")
    } else {
        code(address, characters)
    }
}

/// Whether a text is an address of the web that may stand in any document as it is.
pub(super) fn is_web_address(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")) else {
        return false;
    };
    let (authority, rest) =
        rest.split_at_checked(rest.find(['/', '?', '#']).unwrap_or(rest.len())).unwrap_or((rest, ""));
    let (host, port) = authority.split_once(':').unwrap_or((authority, "443"));
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/?%=&+,;@!()".contains(&byte);
    let is_encoded = |part: &str| {
        let digits: Vec<char> = part.chars().take(2).collect();
        digits.len() == 2 && digits.iter().all(char::is_ascii_hexdigit)
    };
    !host.is_empty()
        && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.'))
        && !port.is_empty()
        && port.bytes().all(|byte| byte.is_ascii_digit())
        && rest.replacen('#', "", 1).bytes().all(plain)
        && rest.split('%').skip(1).all(is_encoded)
}

/// Whether GitHub would make more of a text than text.
fn is_live(text: &str) -> bool {
    text.contains(['@', '#', '$'])
        || text.contains("://")
        || contains_ignoring_case(text, "www.")
        || contains_ignoring_case(text, "gh-")
        || text.split(|c: char| !c.is_ascii_alphanumeric()).any(is_commit)
        || has_shortcode(text)
}

fn contains_ignoring_case(text: &str, part: &str) -> bool {
    text.to_ascii_lowercase().contains(part)
}

/// Whether a word could be the name of a commit.
fn is_commit(word: &str) -> bool {
    (7..=64).contains(&word.len())
        && word.bytes().all(|byte| byte.is_ascii_hexdigit())
        && word.bytes().any(|byte| byte.is_ascii_digit())
        && word.bytes().any(|byte| byte.is_ascii_alphabetic())
}

/// Whether something stands between colons as the name of an emoji does.
fn has_shortcode(text: &str) -> bool {
    let mut parts = text.split(':');
    // Before the first colon, and behind the last, nothing is between two.
    parts.next();
    parts.next_back();
    parts.any(|name| {
        !name.is_empty()
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_+-".contains(&byte))
            && name.bytes().any(|byte| byte.is_ascii_alphabetic())
    })
}

/// The text with long runs of backticks cut, and the length of the longest that is left.
fn without_long_runs(text: &str) -> (String, usize) {
    let mut shown = String::with_capacity(text.len());
    let (mut run, mut longest) = (0, 0);
    for c in text.chars() {
        if c != '`' {
            run = 0;
            shown.push(c);
            continue;
        }
        run += 1;
        if run <= MAX_BACKTICKS {
            longest = longest.max(run);
            shown.push(c);
        } else if run == MAX_BACKTICKS + 1 {
            shown.push('…');
        }
    }
    (shown, longest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_is_fenced_by_more_backticks_than_it_has() {
        for (text, expected) in [
            ("a", "`a`"),
            ("", "(empty)"),
            (" ", "` `"),
            (" a", "`  a `"),
            ("a`b", "``a`b``"),
            ("`", "`` ` ``"),
            ("a``b`", "``` a``b` ```"),
            ("a\nb\u{202e}", "`a\\nb\\u202e`"),
            ("abcdef", "`abcde…`"),
        ] {
            assert_eq!(code(text, 5), expected, "{text}");
        }
        let many = code(&"`".repeat(100), 100);
        assert_eq!(many, format!("{0} {1}… {0}", "`".repeat(41), "`".repeat(40)));
    }

    #[test]
    fn bars_do_not_end_a_cell() {
        assert_eq!(code_in_cell("a|b", 9), "`a\\|b`");
        assert_eq!(code_in_cell("a\\|b\\", 9), "`a\\u005c\\|b\\`");
    }

    #[test]
    fn prose_is_read_and_nothing_more() {
        for (text, expected) in [
            ("3 of 5 patches, at most 0", "3 of 5 patches, at most 0"),
            ("a *b* <i>\n_c_", "a \\*b\\* \\<i\\> \\_c\\_"),
            ("[x](y) ![z](y) &amp;", "\\[x\\](y) \\!\\[z\\](y) \\&amp;"),
            ("ask @root", "`ask @root`"),
            ("see #12", "`see #12`"),
            ("see GH-12", "`see GH-12`"),
            ("at https://x.example", "`at https://x.example`"),
            ("at WWW.x.example", "`at WWW.x.example`"),
            ("$x$", "`$x$`"),
            ("a :tada: b", "`a :tada: b`"),
            ("at 10:20:30", "at 10:20:30"),
            ("fixed in 1a2b3c4", "`fixed in 1a2b3c4`"),
            ("on 20261121", "on 20261121"),
            ("say `a*b` twice", "say `a*b` twice"),
            ("`a` and `b`", "`a` and `b`"),
            ("`a``b`", "\\`a\\`\\`b\\`"),
            ("an odd ` one", "an odd \\` one"),
            ("call `x` @root", "``call `x` @root``"),
            ("- item", "\\- item"),
            ("1) one", "1\\) one"),
            ("1. one", "1\\. one"),
            ("1.", "1\\."),
            ("1.5 is more", "1.5 is more"),
            ("---", "\\---"),
            ("a - b", "a - b"),
        ] {
            assert_eq!(prose(text, 100), expected, "{text}");
        }
    }

    #[test]
    fn only_plain_addresses_are_links() {
        assert_eq!(link("https://x.example/a?b=1#c", 100), "<https://x.example/a?b=1#c>");
        assert!(is_web_address("http://x.example:8080") && is_web_address("https://x/%C3%A9"));
        for address in
            ["https://x:y/", "https://x:", "https://", "https://u@x/", "https://x/%C3%A", "https://x/#a#b"]
        {
            assert!(!is_web_address(address), "{address}");
        }
        for address in ["javascript:alert(1)", "https://x.example/<b>", "https://x y", "https://é"] {
            assert_eq!(link(address, 100), code(address, 100));
        }
    }
}
