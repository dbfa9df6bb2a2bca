//! AWS Systems Manager, API version 2014-11-06.

mod get_patch_baseline;

pub use get_patch_baseline::{
    BaselinePage, PatchBaseline, PatchFilter, PatchFilterGroup, PatchRule, PatchRuleGroup, PatchSource,
    SECRET,
};
