//! A right, as RBAC knows it.

/// Something that the process has to be allowed to do.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Right {
    /// The group of the API; empty for the core group.
    pub group: String,
    /// The plural, with what is below it, such as `pods/eviction`.
    pub resource: String,
    /// The only object it is about; empty for all.
    pub name: &'static str,
    /// The verb, as RBAC calls it.
    pub verb: &'static str,
    /// Where.
    pub place: Place,
    /// What wants it: a rule, or a purpose.
    pub wanted: String,
}

/// Where a right is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Place {
    /// Wherever resources are looked after.
    Watched,
    /// In the whole cluster.
    Cluster,
    /// Where the lease is.
    Lease,
}
