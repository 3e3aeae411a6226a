//! A world that stands in for a cluster, for tests.

use futures_executor::block_on;
use sluicegate_effects::{
    Error,
    file::{self, Found, Looked, World},
    look,
};

use super::ClusterReader;

/// The world.
pub(crate) struct FakeCluster(pub(crate) World);

impl ClusterReader for FakeCluster {
    fn look(&self, looked: Looked) -> Result<Found, Error> {
        let mut found = Found::default();
        block_on(look(&self.0, looked.kubernetes, &mut found.kubernetes))?;
        for question in looked.questions {
            let reply = block_on(file::ask(&self.0, &question))?;
            found.replies.insert(question, reply);
        }
        Ok(found)
    }
}
