//! What is played: what installs comes first and alone, then all others at once. They wait more
//! than they work.

mod brokers;
mod data;
mod examples;
mod install;
mod later;
mod registry;
mod stopped;
mod volumes;
mod workers;

use crate::Scenario;

/// Those that have the node to themselves, one by one.
pub(crate) const ALONE: &[&[Scenario]] = &[install::ALL];

/// Those of them with Helm.
pub(crate) const WITH_HELM: &[Scenario] = install::WITH_HELM;

/// All others.
pub(crate) const ALL: &[&[Scenario]] =
    &[data::ALL, stopped::ALL, volumes::ALL, later::ALL, brokers::ALL, examples::ALL];

/// Those of them with rivven-schema.
pub(crate) const WITH_SCHEMA: &[Scenario] = registry::ALL;

/// Those of them with rivven-connect.
pub(crate) const WITH_CONNECT: &[Scenario] = workers::ALL;
