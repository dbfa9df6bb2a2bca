//! What went wrong with the inputs, the policies or the run itself.

use std::fmt;

use super::{Excerpt, Place};

/// How much a diagnostic weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Level {
    /// Something could not be judged, or must not be trusted: the run ends with exit code 2.
    Error,
    /// Worth knowing; it does not change the exit code.
    Warning,
}

impl Level {
    /// `error` or `warning`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

macro_rules! codes {
    ($($(#[doc = $doc:literal])* $variant:ident = $text:literal),* $(,)?) => {
        /// The stable code of a diagnostic. `docs/diagnostics.md` lists them with cause and cure.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Code {
            $($(#[doc = $doc])* $variant,)*
        }

        impl Code {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The code as it is printed, e.g. `payload.incomplete`.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)*
                }
            }
        }
    };
}

codes! {
    /// The configuration file could not be read.
    ConfigUnreadable = "config.unreadable",
    /// The configuration file is no TOML.
    ConfigParse = "config.parse",
    /// The configuration has a key that there is not, or lacks one.
    ConfigUnknownKey = "config.unknown_key",
    /// The configuration gives a key a value that it does not take, or two things that contradict each other.
    ConfigValue = "config.value",
    /// No input file was found.
    InputNone = "input.none",
    /// An input could not be read.
    InputUnreadable = "input.unreadable",
    /// Something in a directory is no regular file, or leads back to itself.
    InputSkipped = "input.skipped",
    /// An input is larger, or unpacks to more, than allowed.
    InputTooLarge = "input.too_large",
    /// What is to be fetched is not as its document has it.
    FetchParameter = "fetch.parameter",
    /// A region is missing, is none, or does not serve the call.
    FetchRegion = "fetch.region",
    /// There are no credentials, or the service does not know them.
    FetchCredentials = "fetch.credentials",
    /// The caller may not make the call.
    FetchPermission = "fetch.permission",
    /// The service asked to slow down, again and again.
    FetchThrottled = "fetch.throttled",
    /// Temporary credentials are too old.
    FetchExpired = "fetch.expired",
    /// The clocks of this machine and the service differ.
    FetchClock = "fetch.clock",
    /// The service refused the signature.
    FetchSignature = "fetch.signature",
    /// What was asked for is not there.
    FetchNotFound = "fetch.not_found",
    /// The service failed, or refused the call for another reason.
    FetchFailed = "fetch.failed",
    /// There was no connection, or no whole answer.
    FetchUnreachable = "fetch.unreachable",
    /// The answer is none of the service.
    FetchUnreadable = "fetch.unreadable",
    /// Paging did not come to the end, or nobody can tell.
    FetchIncomplete = "fetch.incomplete",
    /// The answer changed while its pages were read.
    FetchChanged = "fetch.changed",
    /// Nothing was said about something that was asked for.
    FetchUnanswered = "fetch.unanswered",
    /// Somebody stopped it.
    FetchInterrupted = "fetch.interrupted",
    /// The content is no payload of a known operation.
    PayloadUnrecognised = "payload.unrecognised",
    /// The content is no well-formed JSON.
    PayloadMalformed = "payload.malformed",
    /// An error response was saved in place of a payload.
    PayloadErrorBody = "payload.error_body",
    /// Pages or rows of an answer are missing.
    PayloadIncomplete = "payload.incomplete",
    /// Nothing in the payload tells whether it is the whole answer.
    PayloadUnverified = "payload.unverified",
    /// A snapshot holds no resource.
    PayloadEmpty = "payload.empty",
    /// A payload contradicts itself, or the other pages of its snapshot.
    PayloadInconsistent = "payload.inconsistent",
    /// The same resource stands twice in a snapshot, with different content.
    PayloadDuplicate = "payload.duplicate",
    /// The same resource stands twice in a snapshot, with the same content.
    PayloadRepeated = "payload.repeated",
    /// A snapshot is older than allowed.
    PayloadStale = "payload.stale",
    /// A maximal age is asked for, but the snapshot holds no time of its own.
    PayloadUndated = "payload.undated",
    /// A value has a type that its field cannot have.
    PayloadTypeMismatch = "payload.type_mismatch",
    /// A field that the documents do not name (reported with `--strict`).
    PayloadUnknownField = "payload.unknown_field",
    /// A value that the documents do not list (reported with `--strict`).
    PayloadUnknownValue = "payload.unknown_value",
    /// The manifest of evidence could not be read, or is no manifest that is known.
    SnapshotUnreadable = "snapshot.unreadable",
    /// Evidence is not what was received.
    SnapshotTampered = "snapshot.tampered",
    /// A policy file could not be read.
    PolicyUnreadable = "policy.unreadable",
    /// A policy file is no valid Rego, or does not compile.
    PolicyParse = "policy.parse",
    /// A policy file is larger than the engine reads.
    PolicyTooLarge = "policy.too_large",
    /// A policy is nested so deeply that the engine's parser would hang or end the process.
    PolicyNesting = "policy.nesting",
    /// A function is called that is not there, or with another number of arguments.
    PolicyUnknownFunction = "policy.unknown_function",
    /// A built-in function is called that policies must not call.
    PolicyBuiltin = "policy.builtin",
    /// `walk` is called in a form that finds nothing.
    PolicyWalk = "policy.walk",
    /// An import or a reference below `data` leads nowhere.
    PolicyUnknownReference = "policy.unknown_reference",
    /// Nothing gives a value to a variable.
    PolicyUnbound = "policy.unbound",
    /// A rule or function depends on itself.
    PolicyRecursion = "policy.recursion",
    /// `deny` or `inconclusive` is no set.
    PolicyDeny = "policy.deny",
    /// No rule reaches a package, so that it can never speak against anything.
    PolicyUnreachable = "policy.unreachable",
    /// A rule reads a path that the documents do not know.
    PolicyUnknownPath = "policy.unknown_path",
    /// A comparison that can never come out as it is meant: of different types, or with a value that the
    /// documents do not list.
    PolicyComparison = "policy.comparison",
    /// Two tests of a package have the same name.
    PolicyDuplicateTest = "policy.duplicate_test",
    /// The METADATA of a policy file is missing or wrong.
    PolicyMetadata = "policy.metadata",
    /// `--rule`, `--exclude`, `--set` or the configuration names no known rule.
    PolicyUnknownRule = "policy.unknown_rule",
    /// `--set` or the configuration names no param of the rule, or a value of another type.
    PolicyParam = "policy.param",
    /// No rule is left to evaluate.
    PolicyNone = "policy.none",
    /// No selected rule applies to a payload's operation.
    PolicyNoneForOperation = "policy.none_for_operation",
    /// A Rego test failed, could not be run, or its name is not unique.
    PolicyTest = "policy.test",
    /// No test refers to a rule.
    LintUntested = "lint.untested",
    /// A rule does not read one of its params.
    LintUnusedParam = "lint.unused_param",
    /// A rule may read any part of a value.
    LintSubtreeRead = "lint.subtree_read",
    /// A rule does not say what holds where a value is missing that may be.
    LintUnhandledOptional = "lint.unhandled_optional",
    /// A rule does not read a path of its `custom.optional`.
    LintUnreadOptional = "lint.unread_optional",
    /// The message of a denial does not show the value that it is about.
    LintMessageWithoutValue = "lint.message_without_value",
    /// Versions are ordered letter by letter.
    LintTextOrder = "lint.text_order",
    /// The inputs hold no resource that is called as was asked, or none that the rule is about.
    ResourceUnknown = "resource.unknown",
    /// Several resources could be meant.
    ResourceAmbiguous = "resource.ambiguous",
    /// A defect of probity itself.
    InternalDefect = "internal.defect",
    /// A file of waivers could not be read.
    WaiverUnreadable = "waiver.unreadable",
    /// A waiver is not written as it must be.
    WaiverInvalid = "waiver.invalid",
    /// A waiver names no known rule.
    WaiverUnknownRule = "waiver.unknown_rule",
    /// The day of a waiver is over, and the failure is still there.
    WaiverExpired = "waiver.expired",
    /// The day of a waiver is near.
    WaiverExpiring = "waiver.expiring",
    /// A waiver names no failure.
    WaiverUnused = "waiver.unused",
    /// The file of a ratchet could not be read, or is none.
    RatchetUnreadable = "ratchet.unreadable",
    /// The ratchet was not written, since not everything could be judged.
    RatchetNotWritten = "ratchet.not_written",
    /// A list of expected resources could not be read, or names none.
    PopulationUnreadable = "population.unreadable",
    /// Nobody knows which operation a list of expected resources is about.
    PopulationAmbiguous = "population.ambiguous",
    /// A resource is in no list of expected ones.
    PopulationUnexpected = "population.unexpected",
    /// Lists of expected resources are given, and their rule is left out.
    PopulationNotJudged = "population.not_judged",
    /// A saved result could not be read.
    ResultUnreadable = "result.unreadable",
    /// The result could not be written.
    OutputUnwritable = "output.unwritable",
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One thing that is wrong, with its place and its cure.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    /// What kind of problem this is.
    pub code: Code,
    /// Whether the run can still count as evaluated.
    pub level: Level,
    /// What is wrong: a lower-case fragment, user input in backticks.
    pub message: String,
    /// Where it is wrong.
    pub place: Option<Place>,
    /// The lines around that place.
    pub excerpt: Option<Excerpt>,
    /// What to do about it.
    pub help: Option<String>,
    /// Further places that belong to the same problem.
    pub related: Vec<Diagnostic>,
}

impl Diagnostic {
    /// An error without a place.
    pub fn error(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            level: Level::Error,
            message: message.into(),
            place: None,
            excerpt: None,
            help: None,
            related: Vec::new(),
        }
    }

    /// A warning without a place.
    pub fn warning(code: Code, message: impl Into<String>) -> Self {
        Self { level: Level::Warning, ..Self::error(code, message) }
    }

    /// Adds the place.
    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }

    /// Adds the lines around the place.
    #[must_use]
    pub fn showing(mut self, excerpt: Excerpt) -> Self {
        self.excerpt = Some(excerpt);
        self
    }

    /// Adds advice.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds a further place of the same problem.
    #[must_use]
    pub fn with(mut self, related: Self) -> Self {
        self.related.push(related);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_dotted() {
        let mut texts: Vec<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
        assert!(texts.iter().all(|text| text.split('.').count() == 2));
        texts.sort_unstable();
        texts.dedup();
        assert_eq!(texts.len(), Code::ALL.len());
    }
}
