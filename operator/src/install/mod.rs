//! How the operator gets into a cluster: its own objects, as typed values.
//!
//! They are handed out twice, from here: as one stream (`sluicegate manifests`), and as the files
//! under `deploy/` ([`files`]), which kubectl and kustomize take. What the roles allow is derived
//! from what plans read and do ([`rules`]); nobody adds a line to a role by hand.

mod base;
pub mod deployment;
pub mod files;
mod gitops;
pub mod kustomize;
pub mod network;
pub mod objects;
pub mod planner;
pub mod roles;
pub mod rules;
pub mod users;

pub use self::base::{IMAGE, Install, NAME, NAMESPACE, selector, stream};

#[cfg(test)]
mod tests;
