//! What every kind that runs pods has in common: how they are hardened, spread, asked for their
//! health, kept while nodes are drained and scraped, and why one does not start.
//!
//! A kind says of its pods what only it knows, the container and its ports; what a spec says of
//! them comes from here.

pub mod budget;
pub mod checks;
pub(crate) mod conditions;
pub(crate) mod deployment;
pub(crate) mod doubts;
pub mod hardening;
pub mod monitor;
pub mod network;
pub mod parts;
pub(crate) mod pod;
pub mod probes;
pub(crate) mod problems;
pub(crate) mod risks;
pub(crate) mod seen;
pub(crate) mod spreading;
pub(crate) mod warnings;
