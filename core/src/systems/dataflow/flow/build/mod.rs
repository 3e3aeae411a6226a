//! The objects that a flow is made of. Each builder takes what was checked, and does not fail.

mod account;
mod budget;
mod deployment;
mod file;
mod network;
mod strategy;

pub(super) use account::{account, binding, role};
pub(super) use budget::budget;
pub(super) use deployment::deployment;
pub(super) use file::{checkpoint, config_map, file};
pub(super) use network::network_policy;
pub(super) use strategy::strategy_first;
