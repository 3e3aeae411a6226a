//! The objects that a cluster is made of. Each builder takes what was checked, and does not fail.

mod budget;
mod config;
mod monitor;
mod pod;
mod services;
mod stateful_set;

pub(super) use budget::{allowed, budget};
pub(super) use config::config_map;
pub(super) use monitor::monitor;
pub(super) use services::{client, headless};
pub(super) use stateful_set::{claim_template, stateful_set};
