//! What one cluster can be judged by, on its own, by the API server.
//!
//! Rules about change are few: only what names the data may not move. Sizes and numbers that
//! cannot go down are the reconciler's to refuse, which can say why and what to do; a rule would
//! also refuse going back to a value that never took effect.

use crate::{
    crd::Cel,
    k8s::{
        pod::{Rule, cel as pod},
        restricted::{
            CAPABILITIES, CAPABILITIES_MESSAGE, IDENTITY, IDENTITY_MESSAGE, PRIVILEGES,
            PRIVILEGES_MESSAGE, PROFILES, PROFILES_MESSAGE, SELINUX, SELINUX_MESSAGE, SYSCTLS,
            SYSCTLS_MESSAGE, WINDOWS, WINDOWS_MESSAGE,
        },
    },
};

/// The rules, in the order of their ids.
pub(super) const CEL: &[Cel] = &[
    rule(
        "CLU-01",
        "",
        "size(self.metadata.name) <= 45 && !self.metadata.name.contains('.')",
        "metadata.name must have at most 45 characters and no dots, so that the names of pods and \
         Services made from it are valid",
    ),
    rule(
        "CLU-02",
        "",
        "!self.metadata.name.startsWith('connect-') && !self.metadata.name.startsWith('schema-') \
         && self.metadata.name != 'connect' && self.metadata.name != 'schema' \
         && !self.metadata.name.endsWith('-headless')",
        "metadata.name must not be connect or schema, nor begin with connect- or schema-, nor end \
         with -headless: objects of other resources have such names",
    ),
    rule(
        "CLU-03",
        "spec.tls",
        "!has(self.enabled) || !self.enabled || has(self.certSecretName)",
        "certSecretName is required when tls is enabled",
    ),
    rule(
        "CLU-04",
        "spec.tls",
        "!has(self.mtlsEnabled) || !self.mtlsEnabled \
         || (has(self.enabled) && self.enabled && has(self.caSecretName))",
        "mtlsEnabled requires enabled and caSecretName",
    ),
    rule(
        "CLU-05",
        "spec",
        "!has(self.config) || !has(self.config.defaultReplicationFactor) \
         || self.config.defaultReplicationFactor <= (has(self.replicas) ? self.replicas : 3)",
        "config.defaultReplicationFactor must not be more than replicas (3 when left out)",
    ),
    rule(
        "CLU-06",
        "spec.config",
        "(has(self.raftElectionTimeoutMs) ? self.raftElectionTimeoutMs : 1000) \
         >= 3 * (has(self.raftHeartbeatIntervalMs) ? self.raftHeartbeatIntervalMs : 100)",
        "raftElectionTimeoutMs (1000 when left out) must be at least three times \
         raftHeartbeatIntervalMs (100 when left out)",
    ),
    rule(
        "CLU-07",
        "spec.config",
        "!has(self.raw) || self.raw.all(key, size(key) <= 128 \
         && !(key in ['command', 'args', 'image', 'securityContext', 'volumes']))",
        "raw holds settings of the broker, with names of at most 128 characters; command, args, \
         image, securityContext and volumes are none",
    ),
    rule(
        "CLU-08",
        "spec.livenessProbe",
        "!has(self.successThreshold) || self.successThreshold == 1",
        "successThreshold must be 1 for liveness",
    ),
    rule(
        "CLU-09",
        "spec.podDisruptionBudget",
        "!has(self.minAvailable) || !has(self.maxUnavailable)",
        "give minAvailable or maxUnavailable, not both",
    ),
    rule(
        "CLU-10",
        "spec.env",
        "self.all(e, !e.name.startsWith('RIVVEN_') && !e.name.startsWith('LD_') \
         && !e.name.startsWith('DYLD_'))",
        "names must not begin with RIVVEN_ (use spec.config), LD_ or DYLD_",
    ),
    rule(
        "CLU-11",
        "spec.env",
        "self.all(e, self.exists_one(o, o.name == e.name))",
        "every name may be given once",
    ),
    rule(
        "CLU-12",
        "spec.podLabels",
        "self.all(key, key != 'controller-revision-hash' \
         && !key.startsWith('app.kubernetes.io/') && !key.startsWith('apps.kubernetes.io/') \
         && !key.startsWith('statefulset.kubernetes.io/') && !key.startsWith('sluicegate/'))",
        "controller-revision-hash and the prefixes app.kubernetes.io/, apps.kubernetes.io/, \
         statefulset.kubernetes.io/ and sluicegate/ are reserved",
    ),
    rule(
        "CLU-13",
        "spec.podAnnotations",
        "self.all(key, !key.startsWith('sluicegate/'))",
        "the prefix sluicegate/ is reserved",
    ),
    rule("CLU-14", "spec.securityContext", IDENTITY, IDENTITY_MESSAGE),
    rule("CLU-15", "spec.securityContext", PROFILES, PROFILES_MESSAGE),
    rule("CLU-16", "spec.securityContext", SELINUX, SELINUX_MESSAGE),
    rule("CLU-17", "spec.securityContext", SYSCTLS, SYSCTLS_MESSAGE),
    rule("CLU-18", "spec.securityContext", WINDOWS, WINDOWS_MESSAGE),
    rule("CLU-19", "spec.containerSecurityContext", IDENTITY, IDENTITY_MESSAGE),
    rule("CLU-20", "spec.containerSecurityContext", PROFILES, PROFILES_MESSAGE),
    rule("CLU-21", "spec.containerSecurityContext", SELINUX, SELINUX_MESSAGE),
    rule("CLU-22", "spec.containerSecurityContext", PRIVILEGES, PRIVILEGES_MESSAGE),
    rule("CLU-23", "spec.containerSecurityContext", CAPABILITIES, CAPABILITIES_MESSAGE),
    rule("CLU-24", "spec.containerSecurityContext", WINDOWS, WINDOWS_MESSAGE),
    rule(
        "CLU-25",
        "spec.metrics",
        "!has(self.port) || self.port != 9292",
        "port must not be 9292, which is the clients'",
    ),
    rule(
        "CLU-26",
        "spec.auth",
        "!has(self.enabled) || !self.enabled || !has(self.mechanism) || self.mechanism != 'scram' \
         || (has(self.scram) && has(self.scram.existingSecret))",
        "scram.existingSecret is required for the mechanism scram",
    ),
    // At the parent of the parent: a rule at the field, or at storage, is not asked when the field
    // or all of storage comes or goes.
    rule(
        "CLU-27",
        "spec",
        "(has(self.storage) && has(self.storage.storageClassName) \
         ? self.storage.storageClassName : '') \
         == (has(oldSelf.storage) && has(oldSelf.storage.storageClassName) \
         ? oldSelf.storage.storageClassName : '')",
        "storage.storageClassName cannot be changed, added or removed: volumes do not move",
    ),
    rule(
        "CLU-28",
        "spec.resources",
        "!has(self.requests) || !has(self.limits) || self.requests.all(r, !(r in self.limits) \
         || quantity(string(self.requests[r])).compareTo(quantity(string(self.limits[r]))) <= 0)",
        "no request may be more than its limit",
    ),
    rule(
        "CLU-29",
        "spec.storage",
        "!has(self.size) || quantity(string(self.size)).isGreaterThan(quantity('0'))",
        "size must be more than nothing",
    ),
    rule("CLU-30", "spec.tolerations", pod::TOLERATIONS, Rule::Tolerations.asks()),
    rule("CLU-31", "spec.topologySpreadConstraints", pod::SPREAD, Rule::Spread.asks()),
    rule("CLU-32", "spec.env", pod::VARIABLES, Rule::Variables.asks()),
    rule("CLU-33", "spec.imagePullSecrets", pod::ONCE, Rule::PullSecrets.asks()),
    rule("CLU-34", "spec.storage.accessModes", pod::ACCESS_MODES, Rule::AccessModes.asks()),
    rule("CLU-35", "spec", pod::PORTS, Rule::Ports.asks()),
    rule("CLU-36", "spec.securityContext", pod::PROFILES, Rule::PodProfiles.asks()),
    rule("CLU-37", "spec.containerSecurityContext", pod::PROFILES, Rule::ContainerProfiles.asks()),
    rule("CLU-38", "spec.securityContext", pod::SYSCTLS, Rule::Sysctls.asks()),
];

const fn rule(
    rule_id: &'static str,
    path: &'static str,
    expression: &'static str,
    message: &'static str,
) -> Cel {
    Cel { rule_id, path, expression, message }
}
