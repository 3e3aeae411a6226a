//! What a RivvenConnect can say and rivven-connect 0.0.22 does not do, or this operator not yet.
//! What it does not do of a connector's keys stands in the catalogue.

/// Fields without effect, and why.
pub(super) const INERT: &[(&str, &str)] = &[
    ("spec.config.stateDir", "rivven-connect 0.0.22 keeps no state in it."),
    (
        "spec.sources[].topicConfig.replicationFactor",
        "rivvend 0.0.22 keeps one copy of each partition.",
    ),
    (
        "spec.settings.topic.defaultReplicationFactor",
        "rivvend 0.0.22 keeps one copy of each partition.",
    ),
    ("spec.settings.health.enabled", "the operator asks the worker whether it lives at any rate."),
    ("spec.settings.health.path", "rivven-connect 0.0.22 never answers well but at /live."),
    ("spec.tls.certSecretName", "rivvend 0.0.22 is released without TLS."),
    ("spec.tls.mtlsEnabled", "rivvend 0.0.22 is released without TLS."),
    ("spec.tls.caSecretName", "rivvend 0.0.22 is released without TLS."),
    ("spec.tls.insecure", "rivvend 0.0.22 is released without TLS."),
];
