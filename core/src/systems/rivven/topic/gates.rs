//! What has to hold before anything can be done about a topic. None can be skipped: without a
//! cluster and an answer there is nobody to ask.

/// The cluster exists and is not on its way out.
pub(super) const CLUSTER_EXISTS: &str = "cluster-exists";
/// The broker answers.
pub(super) const BROKER_ANSWERS: &str = "broker-answers";

/// Every gate of a topic, with what it asks for.
pub const GATES: &[(&str, &str)] = &[
    (CLUSTER_EXISTS, "the cluster exists and is not on its way out"),
    (BROKER_ANSWERS, "the broker that has the topic answers"),
];
