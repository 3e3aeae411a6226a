//! A world that stands in for a cluster, for tests.

use sluicegate_effects::{
    Error,
    file::{self, Found, Looked, World},
    look,
};

use super::ClusterReader;

/// The world.
pub(crate) struct FakeCluster(pub(crate) World);

impl ClusterReader for FakeCluster {
    async fn look(&self, looked: Looked) -> Result<Found, Error> {
        let mut found = Found::default();
        look(&self.0, looked.kubernetes, &mut found.kubernetes).await?;
        for question in looked.questions {
            let reply = file::ask(&self.0, &question).await?;
            found.replies.insert(question, reply);
        }
        Ok(found)
    }
}
