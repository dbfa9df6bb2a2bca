//! What runs Probity elsewhere: CI services, hooks, shells, manual pages.

mod action;
mod completions;
mod gitlab;
mod guide;
mod man;
mod pre_commit;
mod program;
mod runner;
