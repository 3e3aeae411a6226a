//! Every reason that a topic can report, as a table: `explain condition` prints it.

use crate::condition::{
    EventKind::{Normal, Warning},
    Reason,
};

/// The topic is as asked for.
pub(super) static READY_IN_SYNC: Reason =
    Reason::told("Ready", "InSync", Normal, "The broker has the topic as the spec asks for it.");
pub(super) static READY_NO_CLUSTER: Reason = Reason::quiet(
    "Ready",
    "WaitingForCluster",
    "The cluster does not exist or is on its way out. The topic is made when it is there.",
);
// Of these two the event is `Refused`, which has the rule and the remedy.
pub(super) static READY_NOT_PERMITTED: Reason = Reason::quiet(
    "Ready",
    "NotPermitted",
    "The cluster does not let this namespace have topics on it; see rule TOP-35.",
);
pub(super) static READY_HELD: Reason = Reason::quiet(
    "Ready",
    "TopicTaken",
    "Another RivvenTopic has this topic; see rule TOP-34. Nothing is changed or deleted.",
);
pub(super) static READY_UNREACHABLE: Reason = Reason::told(
    "Ready",
    "BrokerUnreachable",
    Warning,
    "The broker could not be asked. It is asked again.",
);
pub(super) static READY_SYNCING: Reason =
    Reason::quiet("Ready", "Syncing", "The topic is being made as the spec asks for it.");
pub(super) static READY_DELETING: Reason = Reason::quiet(
    "Ready",
    "Deleting",
    "The resource is being deleted and deleteOnRemove is true: the topic goes first.",
);
pub(super) static READY_CANNOT_DELETE: Reason = Reason::told(
    "Ready",
    "CannotDelete",
    Warning,
    "The resource is being deleted and its topic cannot be: the broker does not answer. Set \
     deleteOnRemove to false to let it go and keep the topic.",
);

pub(super) static SYNCED_EXISTS: Reason =
    Reason::quiet("Synced", "Exists", "The broker has the topic, with as many partitions.");
pub(super) static SYNCED_CREATING: Reason =
    Reason::quiet("Synced", "Creating", "The broker has no such topic yet.");
pub(super) static SYNCED_VANISHED: Reason = Reason::told(
    "Synced",
    "Vanished",
    Warning,
    "The topic was there and is gone, and nobody deleted this resource. It is made again; this \
     release finds its old records on the volume, if they are still there.",
);
pub(super) static SYNCED_PARTITIONS: Reason =
    Reason::quiet("Synced", "Partitions", "The topic has another number of partitions.");
pub(super) static SYNCED_UNKNOWN: Reason =
    Reason::quiet("Synced", "NotSeen", "The broker could not be asked, or may not be.");

pub(super) static CONFIG_APPLIED: Reason = Reason::quiet(
    "ConfigApplied",
    "Stored",
    "The broker has every setting at the value asked for. The message names those that this \
     release stores and does not act on.",
);
pub(super) static CONFIG_APPLYING: Reason = Reason::quiet(
    "ConfigApplied",
    "Differs",
    "Some settings differ. A broker forgets them when it restarts; they are set again.",
);
pub(super) static CONFIG_UNKNOWN: Reason =
    Reason::quiet("ConfigApplied", "NotSeen", "The topic was not seen, so neither its settings.");

pub(super) static ACLS_NOT_ASKED: Reason =
    Reason::quiet("ACLsApplied", "NotAsked", "spec.acls is empty.");
pub(super) static ACLS_NOT_SUPPORTED: Reason = Reason::told(
    "ACLsApplied",
    "NotSupported",
    Warning,
    "The protocol of this release has no request for access rules: none is applied, and every \
     client may do everything. Keep strangers out with a NetworkPolicy.",
);

pub(super) static REPLICATION_APPLIED: Reason = Reason::quiet(
    "ReplicationApplied",
    "Seen",
    "The broker has as many copies of each partition as asked for.",
);
pub(super) static REPLICATION_NOT_SUPPORTED: Reason = Reason::quiet(
    "ReplicationApplied",
    "NotSupported",
    "This release knows no copies: each partition is on one broker, whatever the spec asks for.",
);

pub(super) static RECORDS_RETURNED: Reason = Reason::told(
    "RecordsReturned",
    "OldRecords",
    Warning,
    "The topic held records when it was first seen after its creation. This release keeps the \
     records of a deleted topic on its volume and brings them back. Use another topicName if they \
     must not be seen.",
);
pub(super) static RECORDS_NONE: Reason = Reason::quiet(
    "RecordsReturned",
    "Empty",
    "The topic was empty when it was first seen after its creation.",
);

/// All of them.
pub(super) static REASONS: &[&Reason] = &[
    &READY_IN_SYNC,
    &READY_NO_CLUSTER,
    &READY_NOT_PERMITTED,
    &READY_HELD,
    &READY_UNREACHABLE,
    &READY_SYNCING,
    &READY_DELETING,
    &READY_CANNOT_DELETE,
    &SYNCED_EXISTS,
    &SYNCED_CREATING,
    &SYNCED_VANISHED,
    &SYNCED_PARTITIONS,
    &SYNCED_UNKNOWN,
    &CONFIG_APPLIED,
    &CONFIG_APPLYING,
    &CONFIG_UNKNOWN,
    &ACLS_NOT_ASKED,
    &ACLS_NOT_SUPPORTED,
    &REPLICATION_APPLIED,
    &REPLICATION_NOT_SUPPORTED,
    &RECORDS_RETURNED,
    &RECORDS_NONE,
];
