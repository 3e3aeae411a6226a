//! What a topic can say and broker 0.0.22 does not do.
//!
//! The fields stay, for manifests that have them and for the broker that will read them one day;
//! but nobody shall believe that a setting protects them when it does not.

const ACLS: &str = "the protocol of rivvend 0.0.22 has no request for access rules.";
const UNKNOWN: &str = "rivvend 0.0.22 has no such topic setting.";

/// Fields without effect, and why. `[]` stands for every item of a list.
pub(super) const INERT: &[(&str, &str)] = &[
    ("spec.replicationFactor", "rivvend 0.0.22 keeps one copy: its cluster mode does not start."),
    ("spec.acls", ACLS),
    ("spec.acls[].principal", ACLS),
    ("spec.acls[].operations", ACLS),
    ("spec.acls[].permissionType", ACLS),
    ("spec.acls[].host", ACLS),
    ("spec.topicLabels", "topics of rivvend 0.0.22 have no labels."),
    ("spec.config.messageTimestampEnabled", UNKNOWN),
    ("spec.config.messageTimestampType", UNKNOWN),
    ("spec.config.idempotentWrites", UNKNOWN),
    ("spec.config.flushIntervalMs", UNKNOWN),
    ("spec.config.custom", "rivvend 0.0.22 reads segment.ms and no other setting here."),
];
