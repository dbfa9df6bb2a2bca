//! The result of a run as it is saved and read again: the public contract `probity.run/v1`.
//!
//! Apart from the types inside, so that a change of those breaks no reader. Reports for machines, the ratchet and the
//! comparison of two results know a run only in this form: a saved result says all that they say.

mod diff;
mod ratchet;
mod read;
mod record;
mod restore;
mod restore_accepted;
mod store;
mod types;

pub use diff::{ChangeV1, DiffV1, ResourceKeyV1, SaidV1, SideV1, StateV1, diff};
pub use ratchet::{RatchetEntryV1, RatchetError, RatchetFileV1, next_ratchet, read_ratchet, write_ratchet};
pub use read::{ReadError, Sink, read, read_into};
pub use record::time;
pub use restore::{RestoreError, Restorer, resource_pointer};
pub use store::{Recorded, Store};
pub use types::{
    CountV1, DiagnosticV1, EvidenceV1, ExcerptV1, FindingV1, GateV1, HeadV1, InputV1, LevelV1, LocationV1,
    MarkV1, ObservedV1, PlaceV1, PolicyV1, PopulationV1, RatchetV1, ReferenceV1, ResourceV1, RuleV1, RunV1,
    SettingsV1, SettledEntryV1, SettledV1, SeverityV1, SummaryV1, ToolV1, VerdictV1, VerdictsV1,
    WaiverStateV1, WaiverUseV1, WaiverV1, WindowV1,
};
