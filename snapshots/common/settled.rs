//! Fields of which the schema lets more be written than the rules do: what they may say, and why.

/// Fields that may only say what is so anyway: everything else they could say is refused.
pub(crate) const SETTLED: &[(&str, &str)] = &[
    ("spec.livenessProbe.successThreshold", "Kubernetes takes nothing but 1 (CLU-08)"),
    (
        "spec.securityContext.runAsNonRoot",
        "the restricted standard takes nothing but true (CLU-14)",
    ),
    (
        "spec.containerSecurityContext.runAsNonRoot",
        "the restricted standard takes nothing but true (CLU-19)",
    ),
    (
        "spec.containerSecurityContext.allowPrivilegeEscalation",
        "the restricted standard takes nothing but false (CLU-22)",
    ),
    ("spec.containerSecurityContext.readOnlyRootFilesystem", "nothing but true is taken (CLU-22)"),
];

/// Fields that may not be set at all, with the rule.
pub(crate) const REFUSED: &[(&str, &str)] = &[
    ("spec.securityContext.windowsOptions", "CLU-18"),
    ("spec.containerSecurityContext.windowsOptions", "CLU-24"),
];

/// Fields that change together with others only, or that have one value, with the rule.
pub(crate) const TIED: &[(&str, &str)] = &[
    ("spec.securityContext.seccompProfile.type", "localhostProfile comes and goes with it: CLU-36"),
    (
        "spec.securityContext.appArmorProfile.type",
        "localhostProfile comes and goes with it: CLU-36",
    ),
    (
        "spec.containerSecurityContext.seccompProfile.type",
        "localhostProfile comes and goes with it: CLU-37",
    ),
    (
        "spec.containerSecurityContext.appArmorProfile.type",
        "localhostProfile comes and goes with it: CLU-37",
    ),
    (
        "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution\
         .nodeSelectorTerms[].matchFields[].key",
        "Kubernetes knows metadata.name alone",
    ),
    (
        "spec.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[].preference\
         .matchFields[].key",
        "Kubernetes knows metadata.name alone",
    ),
];
