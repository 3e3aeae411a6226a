//! Every reason that a registry can report, as a table: `explain condition` prints it.

use crate::{
    condition::{
        EventKind::{Normal, Warning},
        Reason, reasons,
    },
    workload::conditions as shared,
};

reasons! {
    /// All of them.
    pub(super) REASONS, shared::MONITORED_NOT_ASKED, shared::ROLLED_OUT_ALL,
        shared::ROLLED_OUT_NOT, shared::MEASURED_YES, shared::MEASURED_NOT;

    /// It runs with everything that is asked for.
    READY_SERVING =
        told("Ready", "Serving", Normal, "The registry runs, and what is asked for is in force.");
    READY_NO_CLUSTER = quiet(
        "Ready",
        "WaitingForCluster",
        "The cluster does not exist or is on its way out. The registry starts when it is there; \
         one that runs is left as it is.",
    );
    // The event is `Refused`, which has the rule and the remedy.
    READY_NOT_PERMITTED = quiet(
        "Ready",
        "NotPermitted",
        "The cluster does not let this namespace use it; see rule TOP-35.",
    );
    READY_STARTING = underway("Ready", "Starting", "The registry is being created or starts.");
    READY_SETTING = underway(
        "Ready",
        "Setting",
        "The registry runs and is being set as the spec asks for it. Clients come after that.",
    );
    READY_CLOSED = told(
        "Ready",
        "KeptClosed",
        Normal,
        "The registry runs, and what is asked for is in force. The annotation \
         sluicegate/keep-closed keeps clients from it, so that schemas can be imported first.",
    );
    READY_FAILED = told(
        "Ready",
        "RegistryFailed",
        Warning,
        "Something keeps the registry from running: it cannot be created, scheduled or started. \
         The message says what. Kubernetes goes on trying by itself.",
    );
    READY_SILENT = told(
        "Ready",
        "NoAnswer",
        Warning,
        "The registry runs and does not answer the operator, so that nothing is known of it. It is \
         asked again.",
    );
    READY_NOT_STARTED = quiet(
        "Ready",
        "NotStarted",
        "No registry is started, because the spec asks for something that no release can do; see \
         the condition Blocked.",
    );

    ROLLED_OUT_HELD = told(
        "RolledOut",
        "SchemasHeld",
        Normal,
        "A change would stop the registry, and the schemas that it holds would be gone; it waits \
         for the gate schemas-kept. Rule REG-51 says how to let it through.",
    );
    LEVELS_APPLIED = quiet(
        "LevelsApplied",
        "InForce",
        "The levels and contexts that the spec asks for were read back from the registry.",
    );
    LEVELS_APPLYING =
        quiet("LevelsApplied", "Differs", "Some are not as the spec asks for yet. They are set.");
    LEVELS_UNKNOWN = quiet("LevelsApplied", "NotSeen", "The registry could not be asked.");

    DURABLE_NOT = told(
        "Durable",
        "MemoryOnly",
        Warning,
        "Schemas are to outlive the registry, and this release keeps them in memory: they are gone \
         when its pod stops, and their ids are given to others. A change that would stop it waits; \
         see rule REG-51. A drained node waits for as long as there are schemas.",
    );
    DURABLE_NOT_ASKED = quiet(
        "Durable",
        "NotAsked",
        "storage.mode is memory: schemas are gone when the pod stops.",
    );

    SCALED_AS_ASKED = quiet("Scaled", "AsAsked", "One registry is asked for.");
    SCALED_NOT = told(
        "Scaled",
        "OneOnly",
        Warning,
        "More than one registry is asked for, and one runs: each would have schemas of its own, \
         and a client would see those of whichever answers.",
    );
}
