//! Whoever looks at a world: a cluster, or what stands in for one.

use std::future::Future;

use sluicegate_effects::{
    Error,
    file::{Found, Looked},
};

/// Looks at a world.
pub trait ClusterReader: Sync {
    /// What came of looking.
    ///
    /// # Errors
    ///
    /// If it cannot be looked at.
    fn look(&self, looked: Looked) -> impl Future<Output = Result<Found, Error>> + Send;
}
