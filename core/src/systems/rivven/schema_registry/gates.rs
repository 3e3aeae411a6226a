//! What has to hold before a registry is started anew.

/// No schema is lost by it.
pub(super) const SCHEMAS_KEPT: &str = "schemas-kept";

/// It answers the operator.
pub(super) const ANSWERS: &str = "registry-answers";

/// Nobody asks for it to be kept from clients.
pub(super) const NOT_KEPT_CLOSED: &str = "not-kept-closed";

/// Every gate of a registry, with what it asks for.
pub(super) const GATES: &[(&str, &str)] = &[
    (
        SCHEMAS_KEPT,
        "the registry holds no schema, which would be gone with its pod (REG-51). One that was \
         deleted is counted all the same: its id still leads to it",
    ),
    (ANSWERS, "the registry answers, so that it can be set (REG-53)"),
    (NOT_KEPT_CLOSED, "the annotation sluicegate/keep-closed is not \"true\" (REG-53)"),
];
