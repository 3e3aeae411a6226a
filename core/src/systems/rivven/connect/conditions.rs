//! Every reason that a RivvenConnect can report, as a table: `explain condition` prints it.

use crate::{
    condition::{
        EventKind::{Normal, Warning},
        Reason, reasons,
    },
    workload::conditions as shared,
};

reasons! {
    /// All of them.
    pub(super) REASONS, shared::ROLLED_OUT_ALL, shared::ROLLED_OUT_NOT, shared::MEASURED_YES,
        shared::MEASURED_NOT;

    /// Everything that the program can do is done and running.
    READY_RUNNING = told(
        "Ready",
        "Running",
        Normal,
        "The workers run with every connector that is enabled. How each of them fares the release \
         tells in its log only.",
    );
    READY_NOTHING = quiet(
        "Ready",
        "NothingEnabled",
        "No connector is enabled, so that there is no worker: the program would end at once.",
    );
    READY_COMPLETED = told(
        "Ready",
        "Completed",
        Normal,
        "Every source that is enabled has made all of its records, and there is nothing else to \
         run. A source runs again when its Job is deleted.",
    );
    READY_STARTING =
        underway("Ready", "Starting", "Some workers are being made or are not running yet.");
    READY_MOVING = underway(
        "Ready",
        "Moving",
        "Some connectors move to another worker. Each starts there when the worker that it was on \
         has stopped it.",
    );
    READY_NO_TOPIC = quiet(
        "Ready",
        "WaitingForTopic",
        "Some connectors wait until the broker has their topics; see rules CON-55 and CON-59. The \
         others run.",
    );
    READY_FAILED = told(
        "Ready",
        "WorkerFailed",
        Warning,
        "Something keeps a worker from running, and all connectors on it; the message says what.",
    );
    READY_NO_CLUSTER = quiet(
        "Ready",
        "WaitingForCluster",
        "The cluster does not exist or is on its way out. Workers are started when it is there; \
         those that run are left as they are.",
    );
    // The event is `Refused`, which has the rule and the remedy.
    READY_NOT_PERMITTED = quiet(
        "Ready",
        "NotPermitted",
        "The cluster does not let this namespace have topics on it; see rule TOP-35.",
    );

    BROKER_ANSWERS = quiet(
        "BrokerConnected",
        "Answered",
        "The broker that has the topics answers the operator. Whether the worker reaches it, it \
         does not tell.",
    );
    BROKER_SILENT = told(
        "BrokerConnected",
        "NoAnswer",
        Warning,
        "The broker that has the topics does not answer the operator. The worker tries it again.",
    );
    BROKER_NOT_ASKED = quiet("BrokerConnected", "NotAsked", "There is no broker to be asked yet.");

    SOURCES_ALL = quiet("SourcesHealthy", "Running", "Every source that is enabled is running.");
    SOURCES_NOT_ALL = quiet(
        "SourcesHealthy",
        "NotRunning",
        "Some sources that are enabled are not running; status.connectorStatuses says why.",
    );
    SOURCES_NONE = quiet("SourcesHealthy", "NothingEnabled", "No source is enabled.");
    SINKS_ALL = quiet("SinksHealthy", "Running", "Every sink that is enabled is running.");
    SINKS_NOT_ALL = quiet(
        "SinksHealthy",
        "NotRunning",
        "Some sinks that are enabled are not running; status.connectorStatuses says why.",
    );
    SINKS_NONE = quiet("SinksHealthy", "NothingEnabled", "No sink is enabled.");

    KEPT_ALL = quiet(
        "ChangesKept",
        "NothingForgets",
        "No source is known to lose what changes while its worker is away.",
    );
    KEPT_NOT = told(
        "ChangesKept",
        "LostAtRestart",
        Warning,
        "Some sources begin where their database is whenever their worker starts: what has changed \
         since it ended is lost; see rule CON-57.",
    );

    LISTED_ALL =
        quiet("ConnectorsListed", "Listed", "The catalogue has every connector of the spec.");
    LISTED_NOT = told(
        "ConnectorsListed",
        "Unlisted",
        Warning,
        "The catalogue does not have some connectors: they are passed on as they are written, and \
         nothing is known of their keys. Where the program does not have them either it tries them \
         again for ever.",
    );
}
