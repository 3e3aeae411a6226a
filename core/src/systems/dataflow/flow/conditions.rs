//! Every reason that a flow can report, as a table: `explain condition` prints it.

use crate::{
    condition::{
        EventKind::{Normal, Warning},
        Reason, reasons,
    },
    workload::conditions as shared,
};

reasons! {
    /// All of them.
    pub(super) REASONS, shared::ROLLED_OUT_ALL, shared::ROLLED_OUT_NOT;

    /// Its processors run.
    READY_RUNNING =
        told("Ready", "Running", Normal, "Its processors run what the spec asks for.");
    READY_STOPPED = told(
        "Ready",
        "StoppedAsAsked",
        Normal,
        "replicas is 0: no processor runs. The flow goes on where it was when it is 1 again.",
    );
    READY_STARTING =
        underway("Ready", "Starting", "Its processor is being created, starts or connects.");
    READY_FAILED = told(
        "Ready",
        "ProcessorFailed",
        Warning,
        "Something keeps its processor from running: it cannot be created, scheduled or started. \
         The message says what. Kubernetes goes on trying by itself.",
    );
    READY_STOPPING = underway("Ready", "Stopping", "replicas is 0, and its processor is ending.");
    READY_HELD = quiet(
        "Ready",
        "Held",
        "Nothing is started or changed, because of something that the flow asks for; see the \
         conditions SpecResolved, CheckpointKept and Blocked.",
    );

    SPEC_RESOLVED_YES = quiet(
        "SpecResolved",
        "References",
        "What is secret is referred to; the processor reads it from the Secrets.",
    );
    SPEC_RESOLVED_LITERAL = told(
        "SpecResolved",
        "LiteralSecret",
        Warning,
        "A secret is written down in the flow. It is passed on to nobody, and the flow does not \
         start until a Secret is named in its place; see rule FLW-50.",
    );

    PROCESSOR_READY_ALL =
        quiet("ProcessorReady", "AllReady", "Every processor is connected and ready.");
    PROCESSOR_READY_NOT =
        quiet("ProcessorReady", "NotAll", "Some processors are not there or not ready yet.");
    PROCESSOR_READY_NOT_ASKED =
        quiet("ProcessorReady", "NotAsked", "replicas is 0: none is to run.");

    REPLICAS_IDLE_NONE =
        quiet("ReplicasIdle", "AllRead", "Every processor has partitions of the topic to read.");
    REPLICAS_IDLE_SOME = told(
        "ReplicasIdle",
        "NoPartition",
        Normal,
        "There are more processors than partitions: some have nothing to read. Fewer replicas do, \
         or more partitions.",
    );
    REPLICAS_IDLE_UNSEEN = quiet(
        "ReplicasIdle",
        "NotSeen",
        "Not every processor is ready, so that it is not known what each reads.",
    );
    REPLICAS_IDLE_SINGLE =
        quiet("ReplicasIdle", "NotSeveral", "One processor at most is to run: it reads it all.");

    CHECKPOINT_KEPT = quiet(
        "CheckpointKept",
        "InConfigMap",
        "The processor notes in a ConfigMap how far it is, and goes on there.",
    );
    CHECKPOINT_NOT_ASKED = quiet(
        "CheckpointKept",
        "NotAsked",
        "checkpointPersistence is false: a polled source begins anew at each start.",
    );
    CHECKPOINT_NOT_NEEDED = quiet(
        "CheckpointKept",
        "InConsumerGroup",
        "Kafka keeps how far the consumer group of the flow is.",
    );
    CHECKPOINT_LEAVING = underway(
        "CheckpointKept",
        "Leaving",
        "The ConfigMap is that of an earlier flow of this name, and on its way out. The flow \
         starts when it has gone.",
    );
    CHECKPOINT_MISSING = underway("CheckpointKept", "Missing", "The ConfigMap is yet to be made.");
    CHECKPOINT_UNUSABLE = told(
        "CheckpointKept",
        "Unusable",
        Warning,
        "The ConfigMap in which the processor would note how far it is belongs to somebody else, \
         or cannot be looked at; see rule FLW-52.",
    );
}
