//! A world that stands in for a cluster, for tests.

use futures_executor::block_on;
use sluicegate_core::{
    observed::{Observed, Reads},
    systems::rivven::Rivven,
};
use sluicegate_effects::{Error, file::World, observe};

use super::ClusterReader;

/// The world.
pub(crate) struct FakeCluster(pub(crate) World);

impl ClusterReader for FakeCluster {
    fn look(&self, reads: Reads<Rivven>) -> Result<Observed<Rivven>, Error> {
        let mut seen = Observed::default();
        block_on(observe(&self.0, reads, &mut seen))?;
        Ok(seen)
    }
}
