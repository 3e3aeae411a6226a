//! Rivven.

pub mod api;
pub mod cluster;
pub mod topic;
