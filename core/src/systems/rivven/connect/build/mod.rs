//! The objects that a RivvenConnect is made of. Each builder takes what was checked, and does not
//! fail.

mod deployment;
mod file;
mod job;
mod pod;
mod service;

pub(super) use deployment::deployment;
pub(super) use file::{FILE, config_map, file};
pub(super) use job::{job, once};
pub(super) use service::service;
