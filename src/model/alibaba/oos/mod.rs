//! Operation Orchestration Service, API version 2019-06-01.

mod list_instance_patch_states;

pub use list_instance_patch_states::{InstancePatchState, PatchStatesPage};
