//! A page for a browser, in one file that asks no network for anything.
//!
//! What the run adds up to is written as it is shown, so that it is there without scripts and in print. The findings
//! are data, of which a script shows what is asked for: a page of 20,000 stays usable so.

mod age;
mod answer;
mod control;
mod data;
mod excerpt;
mod literal;
mod number;
mod page;
mod rule;
mod survey;
mod verdicts;

use std::io::{self, Write};

use askama::Template as _;
use data_encoding::BASE64;
use sha2::{Digest as _, Sha256};

use self::literal::Literal;
use self::page::Page;
use self::survey::Survey;
use super::Rendering;
use crate::result::Recorded;

/// How the page looks.
const STYLE: &str = concat!(
    include_str!("base.css"),
    include_str!("overview.css"),
    include_str!("findings.css"),
    include_str!("print.css"),
);

/// What the page does: a module, so that it is strict and has no names in common with anything.
const SCRIPT: &str = concat!(
    include_str!("model.js"),
    include_str!("detail.js"),
    include_str!("list.js"),
    include_str!("views.js"),
);

/// Writes a result.
pub(super) fn write(result: &Recorded, rendering: &Rendering, out: &mut dyn Write) -> io::Result<()> {
    let survey = Survey::new(&result.head, &result.findings)?;
    let rules = rule::rules(&result.head, &survey);
    let frameworks = control::frameworks(&rules);
    let policy = content_security_policy();
    Page::new(&result.head, &survey, &rules, &frameworks, &policy, STYLE).write_into(&mut *out)?;
    out.write_all(b"\n<script type=\"application/json\" id=\"data\">")?;
    data::write(result, &survey.listed, &rules, &frameworks, rendering, out)?;
    write!(out, "</script>\n<script type=\"module\">{SCRIPT}</script>\n</body>\n</html>\n")
}

/// Nothing is loaded, and nothing runs or is styled but by what is here.
fn content_security_policy() -> String {
    let digest = |text: &str| BASE64.encode(&Sha256::digest(text));
    format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
        digest(STYLE),
        digest(SCRIPT)
    )
}
