//! Every reason that a cluster can report, as a table: `explain condition` prints it.

use crate::{
    condition::{
        EventKind::{Normal, Warning},
        Reason, reasons,
    },
    workload::conditions as shared,
};

reasons! {
    /// All of them.
    pub(super) REASONS, shared::MONITORED_YES, shared::MONITORED_NOT_ASKED,
        shared::MONITORED_NOT_SERVED, shared::MONITORED_DENIED, shared::ROLLED_OUT_ALL,
        shared::ROLLED_OUT_NOT, shared::MEASURED_YES, shared::MEASURED_NOT;

    /// Everything that the program can do is done, rolled out and serving.
    READY_SERVING =
        told("Ready", "Serving", Normal, "Every broker is up to date, ready and healthy.");
    READY_STARTING = underway("Ready", "Starting", "Brokers are being created or are not ready \
                                                    yet.");
    READY_ROLLING = underway(
        "Ready",
        "RollingOut",
        "A change is being rolled out: brokers are restarted one at a time, and not all of them \
         are ready and up to date yet.",
    );
    READY_FAILED = told(
        "Ready",
        "BrokerFailed",
        Warning,
        "A broker is away and something keeps it away: it cannot be created, scheduled or started, \
         its node does not answer, or it does not come to its end. The message says which, and \
         why. Kubernetes goes on trying by itself; what it tries is mended in the spec or in the \
         cluster.",
    );
    READY_SCALING = underway("Ready", "ScalingDown", "There are more brokers than the spec asks \
                                                      for.");
    READY_UNHEALTHY = told(
        "Ready",
        "BrokerUnhealthy",
        Warning,
        "A broker's pod is ready and the broker calls itself unhealthy. Look at its log.",
    );
    READY_RESIZING = quiet(
        "Ready",
        "ResizingVolumes",
        "A claim has less than it asks for; see the condition VolumesMatch.",
    );
    READY_NO_BROKERS = quiet(
        "Ready",
        "NoBrokers",
        "There are no brokers, because the spec asks for something that no release can do; see the \
         condition Blocked.",
    );

    AVAILABLE_SERVED = quiet("Available", "Served", "A broker is ready behind the client Service.");
    AVAILABLE_NOT_SERVED = lost(
        "Available",
        "NotServed",
        "No broker is ready behind the client Service: clients cannot connect.",
    );

    AVAILABLE_RESTARTING = quiet(
        "Available",
        "Restarting",
        "The broker that serves is restarted on purpose. Clients cannot connect until it is ready.",
    );

    CLUSTERED_YES =
        quiet("Clustered", "Member", "The brokers form one cluster, by their own word.");
    CLUSTERED_SINGLE = quiet("Clustered", "SingleBroker", "One broker needs no cluster.");
    CLUSTERED_ALONE = told(
        "Clustered",
        "BrokersRunAlone",
        Warning,
        "This release cannot form a cluster: every broker runs alone and nothing is copied between \
         them. Clients are led to the first only. Set spec.replicas to 1, or run a release that \
         can.",
    );
    CLUSTERED_UNSEEN =
        quiet("Clustered", "NotSeen", "No broker has said yet whether it is in a cluster.");

    REACHABLE_ALL =
        quiet("BrokersReachable", "Answering", "Every ready broker answers the operator.");
    REACHABLE_NOT = told(
        "BrokersReachable",
        "NoAnswer",
        Warning,
        "The pod of a broker is ready and its API does not answer the operator. Gates that ask it \
         stay shut. Look for a NetworkPolicy between them, or at the broker's log.",
    );
    REACHABLE_UNASKED =
        quiet("BrokersReachable", "NotAsked", "No broker is ready, so none was asked.");

    VOLUMES_KEPT = quiet(
        "VolumesKept",
        "Kept",
        "No claim of a broker is being deleted and none has lost its volume.",
    );
    VOLUMES_CLAIM_DELETED = told(
        "VolumesKept",
        "ClaimDeleted",
        Warning,
        "A claim of a broker is being deleted. It lives on for as long as the broker's pod and \
         goes with its data when that stops, for whatever reason. The operator does not stop it \
         (rule STO-07); a drained node would.",
    );
    VOLUMES_CLAIM_MISSING = told(
        "VolumesKept",
        "ClaimMissing",
        Warning,
        "A broker runs whose claim does not exist: somebody took it away by its finalizers. What \
         is on its volume is in reach for as long as its pod runs. The operator does not stop it \
         (rule STO-07).",
    );
    VOLUMES_CLAIM_LOST = told(
        "VolumesKept",
        "ClaimLost",
        Warning,
        "The PersistentVolume of a claim is gone. A pod that runs goes on, and none can be started \
         with that claim. The operator does not stop it (rule STO-07).",
    );
    VOLUMES_MATCH = quiet("VolumesMatch", "AsAsked", "Every claim is as the spec asks for.");
    VOLUMES_LARGER = quiet(
        "VolumesMatch",
        "Larger",
        "Somebody made a claim larger than the spec asks for. It is left so: claims do not shrink.",
    );
    VOLUMES_RESIZING = quiet(
        "VolumesMatch",
        "Resizing",
        "A claim has less than it asks for. Its storage driver is growing it, or has yet to begin.",
    );
    VOLUMES_RESTART = quiet(
        "VolumesMatch",
        "RestartPending",
        "A volume has grown and its file system has not. It grows when it is mounted again: the \
         broker is restarted for it, through its gates, if it does not grow within two minutes \
         (rule STO-08).",
    );
    VOLUMES_RESIZE_FAILED = told(
        "VolumesMatch",
        "ResizeFailed",
        Warning,
        "The storage driver, or a node, refuses to grow a volume. kubectl describe pvc has its \
         words. Kubernetes tries again by itself; spec.storage.size may be set back to a little \
         more than what the claim has (rule STO-06).",
    );
    VOLUMES_DIFFER = told(
        "VolumesMatch",
        "Differs",
        Warning,
        "A claim that was there before is of another storage class or has other access modes than \
         the spec asks for (rule STO-03). It is used as it is.",
    );

    DELETING = quiet(
        "Ready",
        "Deleting",
        "The resource is being deleted and deletionPolicy is Delete: brokers stop first, then \
         their claims go.",
    );
}
