//! Whoever looks at a world: a cluster, or what stands in for one.

use sluicegate_effects::{
    Error,
    file::{Found, Looked},
};

/// Looks at a world.
pub trait ClusterReader {
    /// What came of looking.
    ///
    /// # Errors
    ///
    /// If it cannot be looked at.
    fn look(&self, looked: Looked) -> Result<Found, Error>;
}
