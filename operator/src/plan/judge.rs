//! Whoever can say beforehand that a plan's first writes would be refused.

use std::collections::{BTreeMap, BTreeSet};

use sluicegate_core::observed::Ref;
use sluicegate_effects::file::World;

use crate::failure::Failure;

/// What is refused, by resource, a sentence each.
pub type Refusals = BTreeMap<Ref, Vec<String>>;

/// Judges what would be written.
pub trait Judge {
    /// What would be refused of these resources as they are asked for in this world, and of what
    /// the first reconciliation of each would write.
    ///
    /// # Errors
    ///
    /// If no answer comes.
    fn refusals(&self, world: &World, wanted: &BTreeSet<Ref>) -> Result<Refusals, Failure>;
}

/// Refuses nothing.
#[derive(Clone, Copy, Debug)]
pub struct Nobody;

impl Judge for Nobody {
    fn refusals(&self, _: &World, _: &BTreeSet<Ref>) -> Result<Refusals, Failure> {
        Ok(Refusals::default())
    }
}

impl<J: Judge> Judge for Option<J> {
    fn refusals(&self, world: &World, wanted: &BTreeSet<Ref>) -> Result<Refusals, Failure> {
        self.as_ref()
            .map_or_else(|| Nobody.refusals(world, wanted), |one| one.refusals(world, wanted))
    }
}
