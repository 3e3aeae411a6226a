//! Every reason that a topic can report, as a table: `explain condition` prints it.

use crate::condition::{
    EventKind::{Normal, Warning},
    Reason, reasons,
};

reasons! {
    /// All of them.
    pub(super) REASONS;

    /// The topic is as asked for.
    READY_IN_SYNC =
        told("Ready", "InSync", Normal, "The broker has the topic as the spec asks for it.");
    READY_NO_CLUSTER = quiet(
        "Ready",
        "WaitingForCluster",
        "The cluster does not exist or is on its way out. The topic is made when it is there.",
    );
    // Of these two the event is `Refused`, which has the rule and the remedy.
    READY_NOT_PERMITTED = quiet(
        "Ready",
        "NotPermitted",
        "The cluster does not let this namespace have topics on it; see rule TOP-35.",
    );
    READY_HELD = quiet(
        "Ready",
        "TopicTaken",
        "Another RivvenTopic has this topic; see rule TOP-34. Nothing is changed or deleted.",
    );
    READY_UNREACHABLE = told(
        "Ready",
        "BrokerUnreachable",
        Warning,
        "The broker could not be asked. It is asked again.",
    );
    READY_SYNCING =
        underway("Ready", "Syncing", "The topic is being made as the spec asks for it.");
    READY_DELETING = quiet(
        "Ready",
        "Deleting",
        "The resource is being deleted and deleteOnRemove is true: the topic goes first.",
    );
    READY_CANNOT_DELETE = told(
        "Ready",
        "CannotDelete",
        Warning,
        "The resource is being deleted and its topic cannot be: the broker does not answer. Set \
         deleteOnRemove to false to let it go and keep the topic.",
    );

    SYNCED_EXISTS = quiet("Synced", "Exists", "The broker has the topic, with as many partitions.");
    SYNCED_CREATING = quiet("Synced", "Creating", "The broker has no such topic yet.");
    SYNCED_VANISHED = told(
        "Synced",
        "Vanished",
        Warning,
        "The topic was there and is gone, and nobody deleted this resource. It is made again; this \
         release finds its old records on the volume, if they are still there.",
    );
    SYNCED_PARTITIONS =
        quiet("Synced", "Partitions", "The topic has another number of partitions.");
    SYNCED_UNKNOWN = quiet("Synced", "NotSeen", "The broker could not be asked, or may not be.");

    CONFIG_APPLIED = quiet(
        "ConfigApplied",
        "Stored",
        "The broker has every setting at the value asked for. The message names those that this \
         release stores and does not act on.",
    );
    CONFIG_APPLYING = quiet(
        "ConfigApplied",
        "Differs",
        "Some settings differ. A broker forgets them when it restarts; they are set again.",
    );
    CONFIG_UNKNOWN = quiet(
        "ConfigApplied",
        "NotSeen",
        "The topic could not be read, so its settings are unknown.",
    );

    ACLS_NOT_ASKED = quiet("ACLsApplied", "NotAsked", "spec.acls is empty.");
    ACLS_NOT_SUPPORTED = told(
        "ACLsApplied",
        "NotSupported",
        Warning,
        "The protocol of this release has no request for access rules: none is applied, and every \
         client may do everything. Keep strangers out with a NetworkPolicy.",
    );

    REPLICATION_APPLIED = quiet(
        "ReplicationApplied",
        "Seen",
        "The broker has as many copies of each partition as asked for.",
    );
    REPLICATION_NOT_SUPPORTED = quiet(
        "ReplicationApplied",
        "NotSupported",
        "This release knows no copies: each partition is on one broker, whatever the spec asks \
         for.",
    );

    RECORDS_RETURNED = told(
        "RecordsReturned",
        "OldRecords",
        Warning,
        "The topic held records when it was first seen after its creation. This release keeps the \
         records of a deleted topic on its volume and brings them back. Use another topicName if \
         they must not be seen.",
    );
    RECORDS_NONE = quiet(
        "RecordsReturned",
        "Empty",
        "The topic was empty when it was first seen after its creation.",
    );
}
