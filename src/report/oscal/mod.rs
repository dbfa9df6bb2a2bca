//! OSCAL assessment results: what auditors' tools take.
//!
//! Each verdict is an observation, each failure a risk, and each rule a finding for each of its controls: satisfied only
//! if it passes on at least one resource, is against none, and nothing of what it is about is unclear or missing. The
//! document is written as the findings are gone through, three times; only their names are kept.

mod controls;
mod document;
mod items;
mod text;
mod types;

use std::collections::HashSet;
use std::io::{self, Write};

use serde::Serialize;
use uuid::Uuid;

use self::controls::{Rules, Unclear};
use self::document::Frame;
use self::items::{Items, inventory_item};
use super::names::{named, resource_name};
use super::{Rendering, safe_json};
use crate::result::{Recorded, VerdictV1};

/// An observation that was written.
struct Observed {
    uuid: Uuid,
    rule: usize,
    has_risk: bool,
}

/// Writes a result.
pub(super) fn write(result: &Recorded, rendering: &Rendering, out: &mut dyn Write) -> io::Result<()> {
    let Recorded { head, findings } = result;
    let mut rules = Rules::new(head);
    let mut observed: Vec<Observed> = Vec::new();
    let mut names = Names::default();
    findings.each(|finding| {
        let rule = rules.count(&finding);
        let location = &finding.location;
        let document = location.document.map(|index| index.to_string()).unwrap_or_default();
        let uuid =
            names.unique("observation", &[&finding.fingerprint, &location.file, &document, &location.path]);
        let has_risk = matches!(finding.verdict, VerdictV1::Fail | VerdictV1::Waived);
        observed.push(Observed { uuid, rule, has_risk });
        Ok(())
    })?;
    rules.set_objectives();
    let unclear = Unclear::new(head);
    let frame = Frame::new(head, &rules.rules, rendering)?;
    let items = Items::new(head, &frame);

    write!(out, "{{\"assessment-results\":{{")?;
    member(out, "", "uuid", &frame.run)?;
    member(out, ",\n", "metadata", &frame.metadata())?;
    member(out, ",\n", "import-ap", &frame.import_ap())?;
    let definitions = frame.local_definitions();
    if !rules.rules.is_empty() {
        member(out, ",\n", "local-definitions", &definitions)?;
    }
    write!(out, ",\n\"results\":[{{")?;
    member(out, "", "uuid", &named("result", &[&frame.run.to_string()]))?;
    member(out, ",\n", "title", &frame.title())?;
    member(out, ",\n", "description", &frame.description())?;
    member(out, ",\n", "start", &frame.at)?;
    member(out, ",\n", "end", &frame.at)?;
    member(out, ",\n", "props", &frame.counts())?;

    write!(out, ",\n\"local-definitions\":{{")?;
    member(out, "", "assessment-assets", &frame.assets())?;
    let mut list = List::new("inventory-items");
    let mut known = HashSet::new();
    findings.each(|finding| {
        let name = resource_name(&finding);
        if known.insert(name) { list.push(out, &inventory_item(&finding, name)) } else { Ok(()) }
    })?;
    list.close(out)?;
    drop(known);
    write!(out, "}}")?;

    member(out, ",\n", "reviewed-controls", &frame.reviewed_controls())?;
    let mut list = List::new("observations");
    let mut known = observed.iter();
    findings.each(|finding| match known.next() {
        Some(observed) => list.push(out, &items.observation(&finding, observed.uuid)),
        None => Ok(()),
    })?;
    for diagnostic in &head.diagnostics {
        let place = format!("{:?} {:?} {:?}", diagnostic.file, diagnostic.line, diagnostic.column);
        let uuid = names.unique("problem", &[&diagnostic.code, &place, &diagnostic.message]);
        list.push(out, &items.problem(diagnostic, uuid))?;
    }
    list.close(out)?;

    let mut list = List::new("risks");
    let mut known = observed.iter();
    findings.each_line(|line| match known.next() {
        Some(observed) if observed.has_risk => {
            list.push(out, &items.risk(&serde_json::from_slice(line)?, observed.uuid))
        }
        _ => Ok(()),
    })?;
    list.close(out)?;

    let mut list = List::new("findings");
    for (index, rule) in rules.rules.iter().enumerate() {
        let own: Vec<&Observed> = observed.iter().filter(|observed| observed.rule == index).collect();
        for objective in &rule.objectives {
            list.push(out, &items.finding(rule, objective, &own, &unclear))?;
        }
    }
    list.close(out)?;
    if let Some(remarks) = frame.remarks() {
        member(out, ",\n", "remarks", &remarks)?;
    }
    write!(out, "}}]")?;
    member(out, ",\n", "back-matter", &frame.back_matter(&mut names))?;
    writeln!(out, "}}}}")
}

/// Names that were given, so that no two things have the same.
#[derive(Default)]
struct Names(HashSet<Uuid>);

impl Names {
    fn unique(&mut self, kind: &str, parts: &[&str]) -> Uuid {
        let mut uuid = named(kind, parts);
        let mut number = 1_u64;
        while !self.0.insert(uuid) {
            // The same thing stands twice in a result.
            number += 1;
            let number = number.to_string();
            let parts: Vec<&str> = parts.iter().copied().chain([number.as_str()]).collect();
            uuid = named(kind, &parts);
        }
        uuid
    }
}

fn member(out: &mut dyn Write, before: &str, name: &str, value: &impl Serialize) -> io::Result<()> {
    write!(out, "{before}\"{name}\":")?;
    safe_json::write(out, value)
}

/// A list that is written element by element; an empty one is not written, which OSCAL does not allow.
struct List {
    name: &'static str,
    is_open: bool,
}

impl List {
    const fn new(name: &'static str) -> Self {
        Self { name, is_open: false }
    }

    fn push(&mut self, out: &mut dyn Write, element: &impl Serialize) -> io::Result<()> {
        if self.is_open {
            out.write_all(b",\n")?;
        } else {
            writeln!(out, ",\n\"{}\":[", self.name)?;
            self.is_open = true;
        }
        safe_json::write_at_once(out, element)
    }

    fn close(self, out: &mut dyn Write) -> io::Result<()> {
        if self.is_open { write!(out, "]") } else { Ok(()) }
    }
}
