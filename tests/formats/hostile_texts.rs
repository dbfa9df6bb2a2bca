//! Texts that payloads may hold, and that must do no harm in any format.

/// Texts that try to be more than text.
pub(super) fn hostile_texts() -> Vec<String> {
    let mut texts: Vec<String> = [
        "\u{1b}[31mred\u{1b}[0m",
        "\u{1b}]8;;https://evil.example\u{7}click\u{1b}]8;;\u{7}",
        "\u{9b}2J",
        "\u{202e}gnp.exe",
        "\u{2066}isolated\u{2069}",
        "a\u{0}b",
        "\u{feff}mark",
        "\u{e0041}\u{e0042}tags",
        "zero\u{200b}width",
        "line\nbreak",
        "line\r\nbreak\n\n# heading",
        "tab\tbed",
        "\u{2028}separators\u{2029}",
        "<script>alert(1)</script>",
        "</script><script>alert(1)</script>",
        "</summary></details><h1>out</h1>",
        "<img src=x onerror=alert(1)>",
        "<!-- comment -->",
        "--><b>",
        "]]>",
        "<![CDATA[x]]>",
        "&lt;b&gt; &#0; &copy",
        "a|b|c",
        "a\\|b\\\\|c",
        "|---|---|",
        "`",
        "``a`b```",
        "`code` and ` more",
        "```\nfence\n```",
        "~~~\nfence\n~~~",
        "*bold* _it_ ~~gone~~ **",
        "[x](https://evil.example) ![y](https://evil.example/y.png)",
        "[ref]: https://evil.example",
        "https://evil.example/a?b=c#d",
        "www.evil.example",
        "mail@evil.example",
        "@octocat and @org/team",
        "#1 owner/repo#2 GH-3",
        "0123456789abcdef0123456789abcdef01234567",
        ":tada: :+1:",
        "$x$ and $$y$$",
        "- item\n- item",
        "1. one",
        "> quote",
        "# heading",
        "=====",
        "-----",
        "{{ insert: param, x }} {% raw %}",
        "=cmd()",
        "::error file=a::b",
        "%0A::set-output name=x::y",
        "\"quoted\" 'single' \\backslash\\",
        " leading and trailing ",
        "",
        " ",
        "../../etc/passwd",
        "builtin:x",
        "<stdin>",
        "C:\\temp\\x",
        "%s%n%00",
        "𝄞 é 中文 🎉",
    ]
    .map(str::to_owned)
    .to_vec();
    texts.push("`".repeat(200));
    texts
}

/// Texts that are too long to be read.
pub(super) fn long_texts() -> [String; 2] {
    ["x".repeat(100_000), "<|@`".repeat(25_000)]
}

#[test]
fn there_are_enough_of_them() {
    assert!(hostile_texts().len() >= 40);
}
