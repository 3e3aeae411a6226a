//! What a registry can say and rivven-schema 0.0.22 does not do.

/// Why settings of a store have no effect.
const IN_MEMORY: &str = "rivven-schema 0.0.22 keeps schemas in memory and writes to no topic.";
/// Why kinds of schema are taken all the same.
const TAKES_ALL: &str = "rivven-schema 0.0.22 takes Avro, JSON Schema and Protobuf.";
/// Why a limit is none.
const NO_SETTING: &str = "rivven-schema 0.0.22 has no such setting.";
/// Why figures are not offered.
const NO_FIGURES: &str = "rivven-schema 0.0.22 offers no figures.";
/// Why nobody is asked who they are.
const NO_AUTH: &str = "rivven-schema 0.0.22 asks nobody who they are.";
/// Why nothing is encrypted.
const NO_TLS: &str = "rivven-schema 0.0.22 speaks no TLS.";
/// Why no other registry is looked at.
const ALONE: &str = "rivven-schema 0.0.22 keeps in step with no other registry.";

/// Fields without effect, and why.
pub(super) const INERT: &[(&str, &str)] = &[
    ("spec.server.requestTimeoutMs", NO_SETTING),
    ("spec.server.maxRequestSize", "rivven-schema 0.0.22 takes up to 10 MiB at once."),
    ("spec.server.corsEnabled", "rivven-schema 0.0.22 lets pages of no other origin use it."),
    (
        "spec.server.corsAllowedOrigins",
        "rivven-schema 0.0.22 lets pages of no other origin use it.",
    ),
    (
        "spec.replicas",
        "one runs: each registry of rivven-schema 0.0.22 would have schemas of its own.",
    ),
    ("spec.storage.mode", IN_MEMORY),
    ("spec.storage.topic", IN_MEMORY),
    ("spec.storage.replicationFactor", IN_MEMORY),
    ("spec.storage.partitions", IN_MEMORY),
    ("spec.storage.normalize", "rivven-schema 0.0.22 always compares schemas in one form."),
    ("spec.formats", TAKES_ALL),
    ("spec.contexts.maxContexts", NO_SETTING),
    ("spec.contexts.predefined[].active", NO_SETTING),
    ("spec.auth.method", NO_AUTH),
    ("spec.auth.credentialsSecretRef", NO_AUTH),
    ("spec.auth.jwt", NO_AUTH),
    ("spec.auth.cedar", NO_AUTH),
    ("spec.auth.users", NO_AUTH),
    ("spec.tls.certSecretName", NO_TLS),
    ("spec.tls.mtlsEnabled", NO_TLS),
    ("spec.tls.caSecretName", NO_TLS),
    ("spec.tls.brokerTlsEnabled", NO_TLS),
    ("spec.tls.brokerCertSecretName", NO_TLS),
    ("spec.metrics", NO_FIGURES),
    ("spec.externalRegistry", ALONE),
    (
        "spec.podDisruptionBudget.minAvailable",
        "a drained node takes a registry away when it holds no schema, and else not.",
    ),
    (
        "spec.podDisruptionBudget.maxUnavailable",
        "a drained node takes a registry away when it holds no schema, and else not.",
    ),
];
