//! All of the document but what each finding gives.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use uuid::Uuid;

use super::Names;
use super::controls::{Objective, Rule};
use super::text::{markup, oscal_prop, prop, string, time};
use super::types::{
    Activity, Actor, AssessmentAssets, BackMatter, Component, ControlSelection, Hash, ImportAp, Link,
    LocalDefinitions, LocalObjective, Metadata, ObjectiveSelection, Origin, Part, Platform, Prop, Resource,
    ReviewedControls, Rlink, SelectControl, SelectObjective, State, UsesComponent, VERSION,
};
use crate::report::Rendering;
use crate::report::gate::gate_reasons;
use crate::report::markup::is_web_address;
use crate::report::names::{named, run_name};
use crate::report::paths::{FilePath, is_file};
use crate::report::pretty::counted;
use crate::result::{HeadV1, InputV1, VerdictV1};

/// Display name of standard input.
pub(super) const STDIN: &str = "<stdin>";

/// What the parts of a document refer to.
pub(super) struct Frame<'r> {
    head: &'r HeadV1,
    pub(super) run: Uuid,
    /// The run's clock.
    pub(super) at: String,
    tool: Uuid,
    rules: &'r [Rule],
    rendering: &'r Rendering,
}

impl<'r> Frame<'r> {
    pub(super) fn new(head: &'r HeadV1, rules: &'r [Rule], rendering: &'r Rendering) -> io::Result<Self> {
        let at = time(&head.at).ok_or_else(|| {
            io::Error::new(io::ErrorKind::InvalidData, "the run's clock is no time that OSCAL can tell")
        })?;
        let tool = named("tool", &[&head.tool.name, &head.tool.version]);
        Ok(Self { head, run: run_name(head), at, tool, rules, rendering })
    }

    pub(super) fn origin(&self) -> Origin {
        Origin { actors: [Actor { kind: "tool", actor_uuid: self.tool }] }
    }

    /// Where a file is; `None` for standard input, which is nowhere.
    pub(super) fn href(&self, file: &str) -> Option<String> {
        (file != STDIN).then(|| FilePath::new(file, &self.rendering.base).uri())
    }

    /// A file's name below the base folder.
    fn shown(&self, file: &str) -> String {
        let is_path = file != STDIN && is_file(file);
        if is_path { FilePath::new(file, &self.rendering.base).as_str().to_owned() } else { file.to_owned() }
    }

    pub(super) fn title(&self) -> String {
        let head = self.head;
        markup(&format!(
            "Saved API responses, judged by {} {}: gate {}",
            head.tool.name, head.tool.version, head.gate
        ))
    }

    pub(super) fn metadata(&self) -> Metadata {
        let head = self.head;
        Metadata {
            title: self.title(),
            last_modified: self.at.clone(),
            // Each run is a revision.
            version: self.at.clone(),
            oscal_version: VERSION,
            props: vec![
                prop("tool", &head.tool.name),
                prop("tool-version", &head.tool.version),
                prop("gate", head.gate.as_str()),
            ],
            remarks: "All times that are not those of evidence are the clock of the run, which may be pinned.",
        }
    }

    fn no_plan(&self) -> Uuid {
        named("no plan", &[&self.run.to_string()])
    }

    pub(super) fn import_ap(&self) -> ImportAp {
        ImportAp {
            href: format!("#{}", self.no_plan()),
            remarks: "There is no assessment plan: the resource that this refers to says so.",
        }
    }

    /// The rules: what was done, and what each shows of a control.
    pub(super) fn local_definitions(&self) -> LocalDefinitions {
        let mut by_control: BTreeMap<&str, LocalObjective> = BTreeMap::new();
        for rule in self.rules {
            for objective in &rule.objectives {
                let local = by_control.entry(&objective.control_id).or_insert_with(|| LocalObjective {
                    control_id: objective.control_id.clone(),
                    props: control_props(objective),
                    parts: Vec::new(),
                });
                local.parts.push(Part {
                    id: objective.id.clone(),
                    name: "assessment-objective",
                    title: markup(&rule.id),
                    prose: markup(&rule.title),
                });
            }
        }
        LocalDefinitions {
            objectives_and_methods: by_control.into_values().collect(),
            activities: self.rules.iter().map(|rule| self.activity(rule)).collect(),
        }
    }

    fn activity(&self, rule: &Rule) -> Activity {
        let mut props = vec![
            prop("rule-id", &rule.id),
            prop("severity", rule.severity.as_str()),
            prop("file", self.shown(&rule.file)),
        ];
        props.extend(rule.sha256.iter().map(|sha256| prop("sha256", sha256)));
        props.extend(rule.params.iter().map(|(name, value)| prop("param", format!("{name}={value}"))));
        let (addresses, others): (Vec<_>, Vec<_>) =
            rule.references.iter().partition(|page| is_web_address(&page.url));
        props.extend(others.iter().map(|page| prop("reference", &page.url)));
        let description = match &rule.description {
            Some(description) => format!("{}. {description}", rule.title),
            None => rule.title.clone(),
        };
        let mut links: Vec<Link> =
            addresses.iter().map(|page| Link { href: page.url.clone(), rel: "reference" }).collect();
        if is_file(&rule.file) {
            links.extend(self.href(&rule.file).map(|href| Link { href, rel: "rule" }));
        }
        Activity {
            uuid: named("rule", &[&rule.id]),
            title: markup(&rule.id),
            description: markup(&description),
            props,
            links,
            related_controls: reviewed(&rule.objectives),
            remarks: rule
                .remediation
                .as_deref()
                .map(|words| format!("What to do about a failure: {}", markup(words))),
        }
    }

    pub(super) fn description(&self) -> String {
        let head = self.head;
        let summary = &head.summary;
        markup(&format!(
            "{} evaluated on {} of {}. {}.",
            counted(summary.rules, "rule") + if summary.rules == 1 { " was" } else { " were" },
            counted(summary.resources, "resource"),
            counted(summary.payloads, "saved API response"),
            gate_reasons(head),
        ))
    }

    pub(super) fn counts(&self) -> Vec<Prop> {
        let head = self.head;
        let summary = &head.summary;
        let mut props = vec![
            prop("gate", head.gate.as_str()),
            prop("fail-on", head.settings.fail_on.as_str()),
            prop("inconclusive", &head.settings.inconclusive),
            prop("resources", summary.resources.to_string()),
        ];
        props.extend(verdict_props(|verdict| summary.verdicts.of(verdict)));
        if summary.known.total() > 0 {
            props.push(prop("known", summary.known.total().to_string()));
        }
        props
    }

    pub(super) fn assets(&self) -> AssessmentAssets {
        let head = self.head;
        AssessmentAssets {
            components: [Component {
                uuid: self.tool,
                kind: "software",
                title: markup(&head.tool.name),
                description: "Judges saved cloud API responses by rules written in Rego.",
                props: vec![oscal_prop("version", &head.tool.version)],
                status: State { state: "operational" },
            }],
            assessment_platforms: [Platform {
                uuid: named("platform", &[&self.tool.to_string()]),
                uses_components: [UsesComponent { component_uuid: self.tool }],
            }],
        }
    }

    pub(super) fn reviewed_controls(&self) -> ReviewedControls {
        reviewed(self.rules.iter().flat_map(|rule| &rule.objectives))
    }

    /// What this document does not list.
    pub(super) fn remarks(&self) -> Option<String> {
        let (head, rules) = (self.head, self.rules);
        let missing = |verdict: VerdictV1| {
            let listed: u64 = rules.iter().map(|rule| rule.listed.of(verdict)).sum();
            head.summary.verdicts.of(verdict).saturating_sub(listed)
        };
        let mut words = Vec::new();
        for &verdict in VerdictV1::ALL {
            let count = missing(verdict);
            if count > 0 {
                words.push(format!("{count} {}", verdict.as_str().replace('_', " ")));
            }
        }
        (!words.is_empty()).then(|| {
            format!(
                "These verdicts are counted, and are no observations here, since the result was saved without them: {}.",
                words.join(", "),
            )
        })
    }

    pub(super) fn back_matter(&self, names: &mut Names) -> BackMatter {
        let head = self.head;
        let mut resources = vec![Resource {
            uuid: self.no_plan(),
            title: "No assessment plan".to_owned(),
            description: "These results come from an automated check of saved API responses. No assessment plan in OSCAL \
                          stands behind it: the rules that were evaluated are the activities of this document."
                .to_owned(),
            props: Vec::new(),
            rlinks: Vec::new(),
        }];
        let mut files = BTreeSet::new();
        for input in &head.inputs {
            if files.insert(&input.file) {
                let same: Vec<&InputV1> =
                    head.inputs.iter().filter(|other| other.file == input.file).collect();
                resources.push(self.input(&same, input, names));
            }
        }
        BackMatter { resources }
    }

    /// A file, of which there is an input for each operation in it.
    fn input(&self, all: &[&InputV1], first: &InputV1, names: &mut Names) -> Resource {
        let mut props = vec![prop("bytes", first.bytes.to_string())];
        let mut told = Vec::new();
        for input in all {
            match &input.operation {
                Some(operation) => {
                    told.push(format!("{} of {operation}", counted(input.resources, "resource")));
                    props.push(prop("operation", operation));
                }
                None => told.push("no payload that is known".to_owned()),
            }
            if let Some(observed) = &input.observed {
                props.push(prop("observed-from", &observed.from));
                props.push(prop("observed-to", &observed.to));
            }
            if let Some(complete) = input.complete {
                props.push(prop("complete", complete.to_string()));
            }
        }
        let sha256 = first.sha256.as_deref().unwrap_or_default();
        let hashes = first.sha256.as_ref().map(|value| Hash { algorithm: "SHA-256", value: string(value) });
        Resource {
            uuid: names.unique("input", &[&first.file, sha256]),
            title: markup(&self.shown(&first.file)),
            description: markup(&format!("A saved API response: {}.", told.join(", "))),
            rlinks: self
                .href(&first.file)
                .map(|href| Rlink { href, hashes: hashes.into_iter().collect() })
                .into_iter()
                .collect(),
            props,
        }
    }
}

pub(super) fn verdict_props(count: impl Fn(VerdictV1) -> u64) -> impl Iterator<Item = Prop> {
    VerdictV1::ALL.iter().map(move |&verdict| {
        let name = match verdict {
            VerdictV1::Pass => "pass",
            VerdictV1::Fail => "fail",
            VerdictV1::Inconclusive => "inconclusive",
            VerdictV1::NotApplicable => "not-applicable",
            VerdictV1::Waived => "waived",
            VerdictV1::Error => "error",
        };
        prop(name, count(verdict).to_string())
    })
}

fn control_props(objective: &Objective) -> Vec<Prop> {
    match &objective.control {
        Some((framework, control)) => vec![prop("framework", framework), prop("control", control)],
        None => vec![prop("framework", "none")],
    }
}

/// The controls and objectives, by framework.
fn reviewed<'o>(objectives: impl IntoIterator<Item = &'o Objective>) -> ReviewedControls {
    let mut by_framework: BTreeMap<Option<&str>, BTreeSet<&str>> = BTreeMap::new();
    let mut selected = Vec::new();
    for objective in objectives {
        let framework = objective.control.as_ref().map(|(framework, _)| framework.as_str());
        by_framework.entry(framework).or_default().insert(&objective.control_id);
        selected.push(SelectObjective { objective_id: objective.id.clone() });
    }
    let mut selections: Vec<ControlSelection> = by_framework
        .into_iter()
        .map(|(framework, controls)| ControlSelection {
            description: match framework {
                Some(framework) => {
                    markup(&format!("Controls of {framework}, as far as the rules speak to them."))
                }
                None => "Rules that name no control of a framework: each stands for itself.".to_owned(),
            },
            props: vec![prop("framework", framework.unwrap_or("none"))],
            include_controls: controls
                .into_iter()
                .map(|control| SelectControl { control_id: control.to_owned() })
                .collect(),
        })
        .collect();
    if selections.is_empty() {
        // OSCAL requires a selection.
        selections.push(ControlSelection {
            description: "No rule was evaluated, so no control was reviewed.".to_owned(),
            props: Vec::new(),
            include_controls: vec![SelectControl { control_id: "none".to_owned() }],
        });
    }
    let objectives = if selected.is_empty() {
        Vec::new()
    } else {
        vec![ObjectiveSelection { include_objectives: selected }]
    };
    ReviewedControls { control_selections: selections, control_objective_selections: objectives }
}
