//! Waivers: failures that somebody accepts, of named resources and until a named day.

mod append;
mod expiry;
mod list;
mod pattern;
mod read;

use std::sync::Arc;

use crate::operation::Operation;
use crate::source::{Excerpt, Place};

pub use append::{AppendError, Entry, append};
pub use expiry::Expiry;
pub use list::Waivers;
pub use pattern::{Pattern, PatternError};
pub use read::read;

/// A failure that is accepted.
#[derive(Clone, Debug)]
pub struct Waiver {
    /// The rules that it is about.
    pub rule: Pattern,
    /// The resources that it is about, by their identity.
    pub resource: Pattern,
    /// The operation whose resources it is about; `None` is any.
    pub operation: Option<Operation>,
    /// The regions that it is about; `None` is any, and none.
    pub region: Option<Pattern>,
    /// The files that it is about, by their display names; `None` is any.
    pub file: Option<Pattern>,
    /// Why the failure is accepted.
    pub reason: String,
    /// Who answers for that.
    pub owner: String,
    /// How long it holds.
    pub expires: Expiry,
    /// Where it is discussed.
    pub ticket: Option<String>,
    /// Where it stands.
    pub place: Place,
    /// The lines that it begins with.
    pub excerpt: Excerpt,
}

/// What a waiver is held against.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'s> {
    /// Id of the rule that fails.
    pub rule: &'s str,
    /// The operation of the resource.
    pub operation: Operation,
    /// Its identity. Without one nothing names it.
    pub id: Option<&'s str>,
    /// Its region.
    pub region: Option<&'s str>,
    /// Display name of its file.
    pub file: &'s str,
}

impl Waiver {
    /// Whether it names this rule and resource.
    pub fn names(&self, subject: &Subject<'_>) -> bool {
        let within = |pattern: &Option<Pattern>, text: Option<&str>| {
            pattern.as_ref().is_none_or(|pattern| text.is_some_and(|text| pattern.matches(text)))
        };
        subject.id.is_some_and(|id| self.resource.matches(id))
            && self.rule.matches(subject.rule)
            && self.operation.is_none_or(|operation| operation == subject.operation)
            && within(&self.region, subject.region)
            && within(&self.file, Some(subject.file))
    }
}

/// A waiver that names a failure.
#[derive(Clone, Debug)]
pub struct Waived {
    /// The waiver.
    pub waiver: Arc<Waiver>,
    /// Whether its day is over: then the failure counts.
    pub is_expired: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Code, Diagnostic, SourceText};

    fn waivers(text: &str) -> Result<Vec<Arc<Waiver>>, Vec<Diagnostic>> {
        read(&SourceText::new("w.toml", text))
    }

    fn one(more: &str) -> Waiver {
        let text = format!(
            "[[waiver]]\nrule = \"AWS-*\"\nresource = \"pb-1*\"\nreason = \"r\"\nowner = \"o\"\npermanent = true\n{more}"
        );
        Arc::unwrap_or_clone(waivers(&text).unwrap().remove(0))
    }

    #[test]
    fn a_waiver_takes_what_it_names_and_nothing_else() {
        let subject = Subject {
            rule: "AWS-SSM-001",
            operation: Operation::GetPatchBaseline,
            id: Some("pb-17"),
            region: Some("eu-west-1"),
            file: "a/b.json",
        };
        assert!(one("").names(&subject));
        assert!(!one("").names(&Subject { id: None, ..subject }), "what has no identity is not named");
        assert!(!one("").names(&Subject { id: Some("pb-2"), ..subject }));
        assert!(!one("").names(&Subject { rule: "HWC-COC-001", ..subject }));
        for (narrowed, names) in [
            ("operation = \"GetPatchBaseline\"", true),
            ("operation = \"alibaba.sas.ListPublishBatch\"", false),
            ("region = \"eu-*\"", true),
            ("region = \"us-east-1\"", false),
            ("file = \"a/*.json\"", true),
            ("file = \"**/b.json\"", true),
            ("file = \"*.json\"", false),
        ] {
            assert_eq!(one(narrowed).names(&subject), names, "{narrowed}");
        }
        assert!(!one("region = \"*\"").names(&Subject { region: None, ..subject }), "a region is asked for");
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place_and_all_at_once() {
        let text = "\
[[waiver]]
rule = \"A\"
resource = \"x\"
reason = \"\"
owner = \"o\"
expires = \"2026-12-31\"
tiket = \"T-1\"

[[waiver]]
rule = \"A\"
resource = \"*\"
reason = \"r\"
owner = \"o\"
permanent = true
expires = 2026-12-31

[[waiver]]
rule = 5

[[waivers]]
";
        let problems = waivers(text).unwrap_err();
        let told: Vec<(u64, u64, &str)> = problems
            .iter()
            .map(|problem| {
                assert_eq!(problem.code, Code::WaiverInvalid);
                let start = problem.place.as_ref().unwrap().start;
                (start.line_1based, start.column_1based, problem.message.as_str())
            })
            .collect();
        assert_eq!(
            told,
            [
                (4, 10, "`reason` is empty"),
                (6, 11, "`expires` must be a date, not a string"),
                (7, 1, "unknown key `tiket`, did you mean `ticket`?"),
                (11, 12, "`resource` names everything"),
                (15, 1, "a waiver is either permanent or expires"),
                (17, 1, "a waiver has no `owner`"),
                (17, 1, "a waiver has no `reason`"),
                (17, 1, "a waiver has no `resource`"),
                (17, 1, "a waiver says neither when it expires nor that it is permanent"),
                (18, 8, "`rule` must be a string, not an integer"),
                (20, 3, "unknown key `waivers`, did you mean `waiver`?"),
            ]
        );
    }

    #[test]
    fn a_date_that_cannot_be_read_is_an_error_and_never_no_expiry() {
        for (value, message) in [
            ("2026-12-31T00:00:00Z", "`expires` must be a date without a time"),
            ("12:00:00", "`expires` must be a date without a time"),
            ("2026-12", "`expires` must be a date, not an integer"),
            ("20261231", "`expires` must be a date, not an integer"),
            ("false", "`expires` must be a date, not a boolean"),
        ] {
            let text = format!(
                "[[waiver]]\nrule = \"A\"\nresource = \"x\"\nreason = \"r\"\nowner = \"o\"\nexpires = {value}\n"
            );
            let problems = waivers(&text).unwrap_err();
            assert_eq!(problems.len(), 1, "{value}: {problems:?}");
            if value != "2026-12" {
                assert_eq!(problems[0].message, message);
            }
        }
        let permanent =
            "[[waiver]]\nrule = \"A\"\nresource = \"x\"\nreason = \"r\"\nowner = \"o\"\npermanent = false\n";
        assert_eq!(waivers(permanent).unwrap_err().len(), 1);
        // 2027 is no leap year.
        let text = permanent.replace("permanent = false", "expires = 2027-02-29");
        assert_eq!(waivers(&text).unwrap_err().len(), 1);
    }

    #[test]
    fn a_file_without_waivers_is_fine() {
        assert!(waivers("# none yet\n").unwrap().is_empty());
        assert!(waivers("waiver = []\n").unwrap().is_empty());
        assert_eq!(
            waivers("waiver = 5\n").unwrap_err()[0].message,
            "`waiver` must be a list of tables, not an integer"
        );
        assert_eq!(waivers("a = \n").unwrap_err()[0].code, Code::WaiverInvalid);
    }
}
