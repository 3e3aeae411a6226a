//! The cluster, for commands that only look at it.
//!
//! What a plan sees is read once and planned from as a file is that says the same: a live plan and
//! a plan from a snapshot differ in where the state comes from, and in nothing else. Reading goes
//! on until the plan, played to its end, asks for nothing that was not read.

mod capture;
mod choice;
mod cluster;
mod dry_run;
#[cfg(test)]
pub(crate) mod fake;
mod find;
mod labels;
mod read;
mod reader;
#[cfg(test)]
mod tests;
mod way;
mod wide;

pub use self::{
    capture::{Capture, now},
    choice::Choice,
    cluster::{Cluster, LIVE, no_way, unread},
    find::{Scope, chosen, find, place},
    read::{Read, read},
    reader::ClusterReader,
    way::{Way, looked_at},
};
