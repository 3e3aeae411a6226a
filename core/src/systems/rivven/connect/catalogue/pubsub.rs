//! Messages of Google Cloud Pub/Sub.

use super::{MANY, UNUSED, block, flag, ignored, lacking, reads, text, whole};
use crate::connector::{Connector, Key, Program, Role, Takes};

/// Why a way of logging in is refused.
const FILE_ONLY: &str = "rivven-connect 0.0.22 takes a file or the credentials of its environment";
/// Why a setting of the subscription has no effect.
const SUBSCRIPTION: &str = "rivven-connect 0.0.22 leaves it to the subscription";

const AUTH_KEYS: &[Key] = &[
    text("credentialsFile", "auth.credentials_file", "File with the key of a service account.")
        .file()
        .also(&["credentials_file"]),
    lacking(
        "credentialsJson",
        FILE_ONLY,
        Takes::Text(16384),
        "The key of a service account itself.",
    )
    .secret()
    .also(&["credentials_json"]),
    flag("useAdc", "auth.use_adc", "Whether the credentials of its environment may be used.")
        .or("true")
        .also(&["use_adc"]),
    lacking("impersonateServiceAccount", FILE_ONLY, Takes::Text(255), "Service account to act as.")
        .also(&["impersonate_service_account"]),
];

const FLOW_KEYS: &[Key] = &[
    whole(
        "maxOutstandingMessages",
        "flow_control.max_outstanding_messages",
        1,
        MANY,
        "Messages that may be on their way.",
    )
    .or("1000")
    .also(&["max_outstanding_messages"]),
    whole(
        "maxOutstandingBytes",
        "flow_control.max_outstanding_bytes",
        1,
        MANY,
        "Bytes that may be on their way.",
    )
    .or("104857600")
    .also(&["max_outstanding_bytes"]),
];

/// What pubsub takes.
const KEYS: &[Key] = &[
    reads("projectId", "project_id", Takes::Text(30), "Google Cloud project.")
        .required()
        .also(&["project_id"]),
    reads("subscription", "subscription", Takes::Text(255), "Name of the subscription.").required(),
    ignored(
        "topic",
        "rivven-connect 0.0.22 makes no subscriptions",
        Takes::Text(255),
        "Topic of a subscription that would be made.",
    ),
    ignored("maxMessages", UNUSED, Takes::Whole(1, 1_000), "Messages of one fetch.")
        .or("100")
        .also(&["max_messages"]),
    ignored(
        "ackDeadlineSeconds",
        SUBSCRIPTION,
        Takes::Whole(10, 600),
        "Seconds to acknowledge a message in.",
    )
    .or("30")
    .also(&["ack_deadline_seconds"]),
    text("credentialsFile", "auth.credentials_file", "File with the key of a service account.")
        .file()
        .also(&["credentials_file"]),
    flag("useAdc", "auth.use_adc", "Whether the credentials of its environment may be used.")
        .or("true")
        .also(&["use_adc"]),
    block("auth", "auth", AUTH_KEYS, "How to log in, by the names of the program."),
    ignored("batchAckSize", UNUSED, Takes::Whole(1, 1_000), "Messages acknowledged at once.")
        .or("50")
        .also(&["batch_ack_size"]),
    lacking(
        "exactlyOnce",
        SUBSCRIPTION,
        Takes::Bool,
        "Whether messages that come twice are dropped.",
    )
    .or("false")
    .also(&["exactly_once"]),
    lacking("filter", SUBSCRIPTION, Takes::Text(1024), "Messages to take, as an expression."),
    lacking(
        "deadLetterTopic",
        SUBSCRIPTION,
        Takes::Text(255),
        "Topic of messages that fail again and again.",
    )
    .also(&["dead_letter_topic"]),
    ignored(
        "maxDeliveryAttempts",
        SUBSCRIPTION,
        Takes::Whole(5, 100),
        "Deliveries before a message counts as failed.",
    )
    .or("10")
    .also(&["max_delivery_attempts"]),
    flag("includeAttributes", "include_attributes", "Whether attributes are kept in the metadata.")
        .or("true")
        .also(&["include_attributes"]),
    flag(
        "includeOrderingKey",
        "include_ordering_key",
        "Whether the ordering key is kept in the metadata.",
    )
    .or("true")
    .also(&["include_ordering_key"]),
    block("flowControl", "flow_control", FLOW_KEYS, "How much may be on its way.")
        .also(&["flow_control"]),
    lacking(
        "endpointUrl",
        "rivven-connect 0.0.22 takes it from PUBSUB_EMULATOR_HOST alone",
        Takes::Text(2048),
        "Address of an emulator.",
    )
    .also(&["endpoint_url"]),
    ignored("streamingPull", UNUSED, Takes::Bool, "Whether messages stream.")
        .or("true")
        .also(&["streaming_pull"]),
    whole(
        "checkpointInterval",
        "checkpoint_interval",
        1,
        1_000,
        "Fetches between two notes of how far it is.",
    )
    .or("10")
    .also(&["checkpoint_interval"]),
    ignored(
        "retryInitialMs",
        UNUSED,
        Takes::Whole(10, 60_000),
        "Milliseconds before a failed call is tried again.",
    )
    .or("200")
    .also(&["retry_initial_ms"]),
    ignored(
        "retryMaxMs",
        UNUSED,
        Takes::Whole(100, 300_000),
        "Milliseconds before it is tried again at most.",
    )
    .or("30000")
    .also(&["retry_max_ms"]),
    ignored(
        "retryMultiplier",
        UNUSED,
        Takes::Number(1.0, 10.0),
        "By how much that time grows with each try.",
    )
    .or("2.0")
    .also(&["retry_multiplier"]),
];

pub(super) static PUBSUB: Connector = Connector {
    name: "pubsub",
    role: Role::Source,
    about: "Reads the messages of a subscription of Google Cloud Pub/Sub.",
    block: Some("pubsub"),
    program: Program::Reads("pubsub"),
    fixed: &[],
    lacks: None,
    keys: KEYS,
};

pub(super) static PUBSUB_SOURCE: Connector = Connector {
    name: "pubsub-source",
    role: Role::Source,
    about: "Reads the messages of a subscription of Google Cloud Pub/Sub.",
    block: Some("pubsub"),
    program: Program::Reads("pubsub"),
    fixed: &[],
    lacks: None,
    keys: KEYS,
};
