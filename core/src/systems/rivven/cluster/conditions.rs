//! Every reason that a cluster can report, as a table: `explain condition` prints it.

use crate::condition::{
    EventKind::{Normal, Warning},
    Reason,
};

/// Everything that the program can do is done, rolled out and serving.
pub(super) static READY_SERVING: Reason =
    Reason::told("Ready", "Serving", Normal, "Every broker is up to date, ready and healthy.");
pub(super) static READY_STARTING: Reason =
    Reason::quiet("Ready", "Starting", "Brokers are being created or are not ready yet.");
pub(super) static READY_ROLLING: Reason = Reason::quiet(
    "Ready",
    "RollingOut",
    "A change is being rolled out: brokers are restarted one at a time, and not all of them are \
     ready and up to date yet.",
);
pub(super) static READY_FAILED: Reason = Reason::told(
    "Ready",
    "BrokerFailed",
    Warning,
    "A broker is away and something keeps it away: it cannot be created, scheduled or started, its \
     node does not answer, or it does not come to its end. The message says which, and why. \
     Kubernetes goes on trying by itself; what it tries is mended in the spec or in the cluster.",
);
pub(super) static READY_SCALING: Reason =
    Reason::quiet("Ready", "ScalingDown", "There are more brokers than the spec asks for.");
pub(super) static READY_UNHEALTHY: Reason = Reason::told(
    "Ready",
    "BrokerUnhealthy",
    Warning,
    "A broker's pod is ready and the broker calls itself unhealthy. Look at its log.",
);
pub(super) static READY_RESIZING: Reason = Reason::quiet(
    "Ready",
    "ResizingVolumes",
    "A claim has less than it asks for; see the condition VolumesMatch.",
);
pub(super) static READY_NO_BROKERS: Reason = Reason::quiet(
    "Ready",
    "NoBrokers",
    "There are no brokers, because the spec asks for something that no release can do; see the \
     condition Blocked.",
);

pub(super) static AVAILABLE_SERVED: Reason =
    Reason::quiet("Available", "Served", "A broker is ready behind the client Service.");
pub(super) static AVAILABLE_NOT_SERVED: Reason = Reason::lost(
    "Available",
    "NotServed",
    "No broker is ready behind the client Service: clients cannot connect.",
);

pub(super) static AVAILABLE_RESTARTING: Reason = Reason::quiet(
    "Available",
    "Restarting",
    "The broker that serves is restarted on purpose. Clients cannot connect until it is ready.",
);

pub(super) static ROLLED_OUT_ALL: Reason =
    Reason::quiet("RolledOut", "UpToDate", "Every broker runs what the spec asks for.");
pub(super) static ROLLED_OUT_NOT: Reason = Reason::quiet(
    "RolledOut",
    "OutOfDate",
    "Some brokers run what the spec asked for earlier, or are just being restarted.",
);

pub(super) static CLUSTERED_YES: Reason =
    Reason::quiet("Clustered", "Member", "The brokers form one cluster, by their own word.");
pub(super) static CLUSTERED_SINGLE: Reason =
    Reason::quiet("Clustered", "SingleBroker", "One broker needs no cluster.");
pub(super) static CLUSTERED_ALONE: Reason = Reason::told(
    "Clustered",
    "BrokersRunAlone",
    Warning,
    "This release cannot form a cluster: every broker runs alone and nothing is copied between \
     them. Clients are led to the first only. Set spec.replicas to 1, or run a release that can.",
);
pub(super) static CLUSTERED_UNSEEN: Reason =
    Reason::quiet("Clustered", "NotSeen", "No broker has said yet whether it is in a cluster.");

pub(super) static REACHABLE_ALL: Reason =
    Reason::quiet("BrokersReachable", "Answering", "Every ready broker answers the operator.");
pub(super) static REACHABLE_NOT: Reason = Reason::told(
    "BrokersReachable",
    "NoAnswer",
    Warning,
    "The pod of a broker is ready and its API does not answer the operator. Gates that ask it \
     stay shut. Look for a NetworkPolicy between them, or at the broker's log.",
);
pub(super) static REACHABLE_UNASKED: Reason =
    Reason::quiet("BrokersReachable", "NotAsked", "No broker is ready, so none was asked.");

pub(super) static MEASURED_YES: Reason =
    Reason::quiet("ReleaseKnown", "Measured", "What this release can do was measured.");
pub(super) static MEASURED_NOT: Reason = Reason::told(
    "ReleaseKnown",
    "Unmeasured",
    Warning,
    "The version is not in the table of releases, or the image is one of your own: it is taken to \
     be able to do what the oldest release can, and no more.",
);

pub(super) static MONITORED_YES: Reason = Reason::quiet(
    "Monitored",
    "ServiceMonitor",
    "A ServiceMonitor tells Prometheus where to look.",
);
pub(super) static MONITORED_NOT_ASKED: Reason =
    Reason::quiet("Monitored", "NotAsked", "metrics.serviceMonitor.enabled is not true.");
pub(super) static MONITORED_NOT_SERVED: Reason = Reason::told(
    "Monitored",
    "NotInstalled",
    Warning,
    "A ServiceMonitor is asked for and its definition (monitoring.coreos.com/v1) is not installed \
     in this cluster. It is created as soon as it is.",
);

pub(super) static VOLUMES_KEPT: Reason = Reason::quiet(
    "VolumesKept",
    "Kept",
    "No claim of a broker is being deleted and none has lost its volume.",
);
pub(super) static VOLUMES_CLAIM_DELETED: Reason = Reason::told(
    "VolumesKept",
    "ClaimDeleted",
    Warning,
    "A claim of a broker is being deleted. It lives on for as long as the broker's pod and goes \
     with its data when that stops, for whatever reason. The operator does not stop it (rule \
     STO-07); a drained node would.",
);
pub(super) static VOLUMES_CLAIM_LOST: Reason = Reason::told(
    "VolumesKept",
    "ClaimLost",
    Warning,
    "The PersistentVolume of a claim is gone. A pod that runs goes on, and none can be started \
     with that claim. The operator does not stop it (rule STO-07).",
);
pub(super) static VOLUMES_MATCH: Reason =
    Reason::quiet("VolumesMatch", "AsAsked", "Every claim is as the spec asks for.");
pub(super) static VOLUMES_LARGER: Reason = Reason::quiet(
    "VolumesMatch",
    "Larger",
    "Somebody made a claim larger than the spec asks for. It is left so: claims do not shrink.",
);
pub(super) static VOLUMES_RESIZING: Reason = Reason::quiet(
    "VolumesMatch",
    "Resizing",
    "A claim has less than it asks for. Its storage driver is growing it, or has yet to begin.",
);
pub(super) static VOLUMES_RESTART: Reason = Reason::quiet(
    "VolumesMatch",
    "RestartPending",
    "A volume has grown and its file system has not. It grows when it is mounted again: the broker \
     is restarted for it, through its gates, if it does not grow within two minutes (rule STO-08).",
);
pub(super) static VOLUMES_RESIZE_FAILED: Reason = Reason::told(
    "VolumesMatch",
    "ResizeFailed",
    Warning,
    "The storage driver, or a node, refuses to grow a volume. kubectl describe pvc has its words. \
     Kubernetes tries again by itself; spec.storage.size may be set back to a little more than \
     what the claim has (rule STO-06).",
);
pub(super) static VOLUMES_DIFFER: Reason = Reason::told(
    "VolumesMatch",
    "Differs",
    Warning,
    "A claim that was there before is of another storage class or has other access modes than the \
     spec asks for (rule STO-03). It is used as it is.",
);
pub(super) static MONITORED_DENIED: Reason = Reason::told(
    "Monitored",
    "NotAllowed",
    Warning,
    "A ServiceMonitor is asked for and the operator may not look at them, so that none is made. It \
     is created as soon as the right is given.",
);

pub(super) static DELETING: Reason = Reason::quiet(
    "Ready",
    "Deleting",
    "The resource is being deleted and deletionPolicy is Delete: brokers stop first, then their \
     claims go.",
);

/// All of them.
pub(super) static REASONS: &[&Reason] = &[
    &READY_SERVING,
    &READY_STARTING,
    &READY_ROLLING,
    &READY_SCALING,
    &READY_UNHEALTHY,
    &READY_FAILED,
    &READY_RESIZING,
    &READY_NO_BROKERS,
    &DELETING,
    &AVAILABLE_SERVED,
    &AVAILABLE_NOT_SERVED,
    &AVAILABLE_RESTARTING,
    &ROLLED_OUT_ALL,
    &ROLLED_OUT_NOT,
    &CLUSTERED_YES,
    &CLUSTERED_SINGLE,
    &CLUSTERED_ALONE,
    &CLUSTERED_UNSEEN,
    &REACHABLE_ALL,
    &REACHABLE_NOT,
    &REACHABLE_UNASKED,
    &MEASURED_YES,
    &MEASURED_NOT,
    &MONITORED_YES,
    &MONITORED_NOT_ASKED,
    &MONITORED_NOT_SERVED,
    &VOLUMES_KEPT,
    &VOLUMES_CLAIM_DELETED,
    &VOLUMES_CLAIM_LOST,
    &VOLUMES_MATCH,
    &VOLUMES_LARGER,
    &VOLUMES_RESIZING,
    &VOLUMES_RESTART,
    &VOLUMES_RESIZE_FAILED,
    &VOLUMES_DIFFER,
    &MONITORED_DENIED,
];
