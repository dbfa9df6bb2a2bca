//! Message strings of SARIF.

use super::log::Text;
use crate::report::wording::shortened;
use crate::source::printable;

/// Characters of a message; a viewer shows a line of it, and a name of 100 KB must not fill the report.
const MESSAGE_LIMIT: usize = 4_000;

/// A plain text message (§ 3.11.3): braces are doubled, for `{0}` stands for an argument, and nothing in it is a link.
///
/// The standard knows no escape for `](` outside the text of a link, so a blank is put in between.
/// Characters that a terminal obeys are visible even once the JSON is decoded: viewers print what they read.
pub(super) fn plain(text: &str) -> Text {
    limited(text, MESSAGE_LIMIT)
}

/// The same, for a description that GitHub takes at most `limit` characters of.
pub(super) fn limited(text: &str, limit: usize) -> Text {
    Text { text: literal(&shortened(&printable(text), limit)), markdown: None }
}

/// As a message string of one or more lines, not shortened.
pub(super) fn literal(text: &str) -> String {
    let lines: Vec<_> = text.split('\n').map(printable).collect();
    braces(&lines.join("\n")).replace("](", "] (")
}

fn braces(text: &str) -> String {
    text.replace('{', "{{").replace('}', "}}")
}

/// Text of a rule's author as Markdown: code between backticks stays code, all else that Markdown or HTML would read is
/// escaped.
pub(super) fn markdown(text: &str) -> String {
    // Of an odd number of backticks, one opens a code that does not end.
    let whole = text.matches('`').count().is_multiple_of(2) && !text.contains("``");
    let mut out = String::with_capacity(text.len() + 16);
    for (index, part) in text.split('`').enumerate() {
        if index > 0 {
            out.push_str(if whole { "`" } else { "\\`" });
        }
        if whole && index % 2 == 1 {
            out.push_str(&printable(&part.replace(['\n', '\r'], " ")));
            continue;
        }
        let lines: Vec<_> = part.split('\n').map(printable).collect();
        for c in lines.join("\n").chars() {
            match c {
                '<' => out.push_str("&lt;"),
                '>' => out.push_str("&gt;"),
                '&' => out.push_str("&amp;"),
                '\\' | '*' | '_' | '[' | ']' | '#' | '|' | '~' | '!' => {
                    out.push('\\');
                    out.push(c);
                }
                c => out.push(c),
            }
        }
    }
    braces(&out)
}

/// An address that may be a link: of the web, with what a URI must not hold percent-encoded.
pub(super) fn address(text: &str) -> Option<String> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"))?;
    if rest.is_empty() || rest.starts_with(['/', '?', '#']) {
        return None;
    }
    let mut out = String::with_capacity(text.len());
    for &byte in text.as_bytes() {
        let kept = byte.is_ascii_alphanumeric() || b"-._~:/?#@!$&'*+,;=%".contains(&byte);
        if kept {
            out.push(char::from(byte));
        } else {
            // Brackets and parentheses too: they would end a link of Markdown.
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_holds_no_placeholder_and_no_link() {
        assert_eq!(plain("{0} [x](http://e) {{").text, "{{0}} [x] (http://e) {{{{");
    }

    #[test]
    fn markdown_keeps_code_and_escapes_all_else() {
        assert_eq!(markdown("a `b_<c>` <d> [e](f) *g*"), "a `b_<c>` &lt;d&gt; \\[e\\](f) \\*g\\*");
        assert_eq!(markdown("a `b"), "a \\`b");
        assert_eq!(markdown("```x```"), "\\`\\`\\`x\\`\\`\\`");
        assert_eq!(markdown("{0}"), "{{0}}");
    }

    #[test]
    fn only_addresses_of_the_web_are_links() {
        assert_eq!(address("https://a.b/c?d=e#f").as_deref(), Some("https://a.b/c?d=e#f"));
        assert_eq!(address("https://a.b/c (d)<e>").as_deref(), Some("https://a.b/c%20%28d%29%3Ce%3E"));
        for none in ["javascript:alert(1)", "a.b", "https://", "https:///x", "ftp://a"] {
            assert_eq!(address(none), None, "{none}");
        }
    }
}
