//! What a cluster can say and broker 0.0.22 does not do.
//!
//! The fields stay, for manifests that have them and for the broker that will read them one day;
//! but nobody shall believe that a setting protects them when it does not.

/// Fields without effect, and why.
pub(super) const INERT: &[(&str, &str)] = &[
    ("spec.config.logRetentionHours", "rivvend 0.0.22 has no retention; records stay."),
    ("spec.config.compressionEnabled", "rivvend 0.0.22 has no setting for compression."),
    ("spec.config.compressionType", "rivvend 0.0.22 has no setting for compression."),
    ("spec.config.autoCreateTopics", "in rivvend 0.0.22 it is always on."),
    (
        "spec.config.defaultReplicationFactor",
        "rivvend 0.0.22 keeps one copy: its cluster mode does not start.",
    ),
    ("spec.config.raftElectionTimeoutMs", "the cluster mode of rivvend 0.0.22 does not start."),
    ("spec.config.raftHeartbeatIntervalMs", "the cluster mode of rivvend 0.0.22 does not start."),
    ("spec.config.raw", "an option that rivvend 0.0.22 does not know is not read."),
    ("spec.tls.certSecretName", "rivvend 0.0.22 is released without TLS."),
    ("spec.tls.mtlsEnabled", "rivvend 0.0.22 is released without TLS."),
    ("spec.tls.caSecretName", "rivvend 0.0.22 is released without TLS."),
    ("spec.auth.mechanism", "rivvend 0.0.22 has no way to make users."),
    (
        "spec.metrics.serviceMonitor.namespace",
        "the ServiceMonitor is made beside its cluster, because an object of another namespace \
         cannot belong to it.",
    ),
    ("spec.auth.scram.existingSecret", "rivvend 0.0.22 has no way to make users."),
];
