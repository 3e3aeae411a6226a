//! Whoever can say beforehand that a plan's first writes would be refused.

use std::{
    collections::{BTreeMap, BTreeSet},
    future::Future,
};

use sluicegate_core::observed::Ref;
use sluicegate_effects::file::World;

use crate::failure::Failure;

/// What is refused, by resource, a sentence each.
pub type Refusals = BTreeMap<Ref, Vec<String>>;

/// Judges what would be written.
pub trait Judge: Sync {
    /// What would be refused of these resources as they are asked for in this world, and of what
    /// the first reconciliation of each would write.
    ///
    /// # Errors
    ///
    /// If no answer comes.
    fn refusals(
        &self,
        world: &World,
        wanted: &BTreeSet<Ref>,
    ) -> impl Future<Output = Result<Refusals, Failure>> + Send;
}

/// Refuses nothing.
#[derive(Clone, Copy, Debug)]
pub struct Nobody;

impl Judge for Nobody {
    async fn refusals(&self, _: &World, _: &BTreeSet<Ref>) -> Result<Refusals, Failure> {
        Ok(Refusals::default())
    }
}

impl<J: Judge> Judge for Option<J> {
    async fn refusals(&self, world: &World, wanted: &BTreeSet<Ref>) -> Result<Refusals, Failure> {
        match self {
            Some(judge) => judge.refusals(world, wanted).await,
            None => Nobody.refusals(world, wanted).await,
        }
    }
}
