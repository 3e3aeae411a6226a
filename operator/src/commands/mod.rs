//! The commands: each with its arguments, from them to an exit code. What they show is made by
//! libraries, which know neither arguments nor terminals.
//!
//! `run` stands beside what it runs.

pub mod args;
pub mod crd;
pub mod explain;
pub mod export;
pub mod flow;
pub mod import;
mod input;
pub mod manifests;
mod one;
pub mod plan;
mod registry;
pub mod simulate;
pub mod snapshot;
pub mod unstick;
pub mod validate;
pub(crate) mod wait;
pub mod which;
