//! The objects that a cluster is made of. Each builder takes what was checked, and does not fail.

mod config;
mod pod;
mod services;
mod stateful_set;

pub(super) use config::config_map;
pub(super) use services::{API, client, headless};
pub(super) use stateful_set::{claim_template, stateful_set};
