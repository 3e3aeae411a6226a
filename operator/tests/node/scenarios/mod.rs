//! What is played, all at once: they wait more than they work.

mod brokers;
mod data;
mod examples;
mod stopped;

use crate::Scenario;

/// All of them.
pub(crate) const ALL: &[&[Scenario]] = &[data::ALL, stopped::ALL, brokers::ALL, examples::ALL];
