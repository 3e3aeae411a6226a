//! Messages from and to Amazon SQS.

use super::{UNUSED, block, flag, lacking, reads, text, texts, whole, words};
use crate::connector::{Connector, Key, Program, Role, Takes, Word};

/// The pause before a second try.
const RETRY_INITIAL: Key = whole(
    "retryInitialMs",
    "retry_initial_ms",
    10,
    60_000,
    "Milliseconds before a failed call is tried again.",
)
.or("200")
.also(&["retry_initial_ms"]);

/// The longest pause.
const RETRY_MAX: Key = whole(
    "retryMaxMs",
    "retry_max_ms",
    100,
    300_000,
    "Milliseconds before it is tried again at most.",
)
.or("30000")
.also(&["retry_max_ms"]);

/// How pauses grow.
const RETRY_MULTIPLIER: Key = reads(
    "retryMultiplier",
    "retry_multiplier",
    Takes::Number(1.0, 10.0),
    "By how much that time grows with each try.",
)
.or("2.0")
.also(&["retry_multiplier"]);

/// Why a way of logging in is refused.
const NO_ROLE: &str =
    "rivven-connect 0.0.22 uses its keys or its environment, no profile and no role";

const AUTH_KEYS: &[Key] = &[
    text("accessKeyId", "auth.access_key_id", "AWS access key; from the environment if left out.")
        .secret()
        .also(&["access_key_id"]),
    text(
        "secretAccessKey",
        "auth.secret_access_key",
        "AWS secret key; from the environment if left out.",
    )
    .secret()
    .also(&["secret_access_key"]),
    reads(
        "sessionToken",
        "auth.session_token",
        Takes::Text(8192),
        "AWS session token of short-lived keys.",
    )
    .secret()
    .also(&["session_token"]),
    lacking("profile", NO_ROLE, Takes::Text(255), "Profile in the credentials file."),
    lacking("roleArn", NO_ROLE, Takes::Text(2048), "Role to take on.").also(&["role_arn"]),
    lacking("externalId", NO_ROLE, Takes::Text(1224), "Id that the role asks for.")
        .also(&["external_id"]),
];

/// The queue.
const QUEUE_URL: Key = reads("queueUrl", "queue_url", Takes::Text(2048), "Address of the queue.")
    .required()
    .also(&["queue_url"]);

/// The region.
const REGION: Key =
    reads("region", "region", Takes::Text(25), "AWS region of the queue.").required();

/// The service.
const ENDPOINT: Key = reads(
    "endpointUrl",
    "endpoint_url",
    Takes::Text(2048),
    "Address of another service that speaks SQS.",
)
.also(&["endpoint_url"]);

/// How to log in.
const AUTH: Key = block("auth", "auth", AUTH_KEYS, "How to log in.");

const SCOPES: &[Word] = &[Word::same("queue"), Word::same("message_group")];

/// What sqs takes as a source.
const SOURCE_KEYS: &[Key] = &[
    QUEUE_URL,
    REGION,
    whole("maxMessages", "max_messages", 1, 10, "Messages of one fetch.")
        .or("10")
        .also(&["max_messages"]),
    whole(
        "waitTimeSeconds",
        "wait_time_seconds",
        0,
        20,
        "Seconds that a fetch waits for messages.",
    )
    .or("20")
    .also(&["wait_time_seconds"]),
    whole(
        "visibilityTimeout",
        "visibility_timeout",
        0,
        43_200,
        "Seconds for which others do not see a fetched message.",
    )
    .or("30")
    .also(&["visibility_timeout"]),
    lacking("awsProfile", NO_ROLE, Takes::Text(255), "Profile in the credentials file."),
    lacking("roleArn", NO_ROLE, Takes::Text(2048), "Role to take on."),
    AUTH,
    flag(
        "deleteAfterReceive",
        "delete_after_receive",
        "Whether messages are deleted once they are read.",
    )
    .or("true")
    .also(&["delete_after_receive"]),
    flag("includeAttributes", "include_attributes", "Whether attributes are kept in the metadata.")
        .or("true")
        .also(&["include_attributes"]),
    flag(
        "includeSystemAttributes",
        "include_system_attributes",
        "Whether attributes of SQS itself are kept too.",
    )
    .or("false")
    .also(&["include_system_attributes"]),
    texts("attributeNames", "attribute_names", "Attributes to keep; all of them if empty.")
        .also(&["attribute_names"]),
    lacking(
        "fifoDeduplicationScope",
        UNUSED,
        Takes::Words(SCOPES),
        "Within what duplicates are dropped.",
    )
    .also(&["fifo_deduplication_scope"]),
    ENDPOINT,
    whole(
        "checkpointInterval",
        "checkpoint_interval",
        1,
        10_000,
        "Fetches between two notes of how far it is.",
    )
    .or("10")
    .also(&["checkpoint_interval"]),
    RETRY_INITIAL,
    RETRY_MAX,
    RETRY_MULTIPLIER,
];

/// By either name it is the same.
const fn source(name: &'static str) -> Connector {
    Connector {
        name,
        role: Role::Source,
        about: "Reads the messages of a queue of Amazon SQS.",
        block: Some("sqs"),
        program: Program::Reads("sqs"),
        fixed: &[],
        lacks: None,
        keys: SOURCE_KEYS,
    }
}

pub(super) static SQS_SOURCE: Connector = source("sqs");
pub(super) static SQS_SOURCE_NAMED: Connector = source("sqs-source");

const BODIES: &[Word] = &[Word::same("json"), Word::same("raw"), Word::same("base64")];

const CODECS: &[Word] = &[Word::same("none"), Word::same("gzip"), Word::same("zstd")];

const OVERSIZED: &[Word] = &[Word::same("fail"), Word::same("skip"), Word::same("truncate")];

pub(super) static SQS_SINK: Connector = Connector {
    name: "sqs",
    role: Role::Sink,
    about: "Sends records to a queue of Amazon SQS.",
    block: None,
    program: Program::Reads("sqs"),
    fixed: &[],
    lacks: None,
    keys: &[
        QUEUE_URL,
        REGION,
        AUTH,
        whole("batchSize", "batch_size", 1, 10, "Messages of one call.")
            .or("10")
            .also(&["batch_size"]),
        whole(
            "batchTimeoutMs",
            "batch_timeout_ms",
            0,
            60_000,
            "Milliseconds after which what is there is sent.",
        )
        .or("1000")
        .also(&["batch_timeout_ms"]),
        reads(
            "messageGroupId",
            "message_group_id",
            Takes::Text(128),
            "Group of all messages, in a FIFO queue.",
        )
        .also(&["message_group_id"]),
        reads(
            "messageGroupIdField",
            "message_group_id_field",
            Takes::Text(255),
            "Field of a record that becomes its group.",
        )
        .also(&["message_group_id_field"]),
        reads(
            "deduplicationIdField",
            "deduplication_id_field",
            Takes::Text(255),
            "Field of a record by which duplicates are known.",
        )
        .also(&["deduplication_id_field"]),
        flag(
            "contentBasedDeduplication",
            "content_based_deduplication",
            "Whether duplicates are known by their content.",
        )
        .or("false")
        .also(&["content_based_deduplication"]),
        whole("delaySeconds", "delay_seconds", 0, 900, "Seconds before a message is seen.")
            .or("0")
            .also(&["delay_seconds"]),
        flag("includeMetadata", "include_metadata", "Whether metadata is sent in attributes.")
            .or("true")
            .also(&["include_metadata"]),
        reads(
            "customAttributes",
            "custom_attributes",
            Takes::Map,
            "Attributes that each message is sent with.",
        )
        .also(&["custom_attributes"]),
        ENDPOINT,
        whole("maxRetries", "max_retries", 0, 10, "How often a failed call is tried again.")
            .or("3")
            .also(&["max_retries"]),
        words("bodyFormat", "body_format", BODIES, "Form of the messages.")
            .or("json")
            .also(&["body_format"]),
        words("compression", "compression", CODECS, "How messages are compressed.").or("none"),
        words(
            "oversizedBehavior",
            "oversized_behavior",
            OVERSIZED,
            "What becomes of messages above 256 kB.",
        )
        .or("fail")
        .also(&["oversized_behavior"]),
        whole(
            "circuitBreakerThreshold",
            "circuit_breaker_threshold",
            0,
            100,
            "Failures after which it pauses; 0 for never.",
        )
        .or("0")
        .also(&["circuit_breaker_threshold"]),
        whole(
            "circuitBreakerRecoverySecs",
            "circuit_breaker_recovery_secs",
            1,
            3_600,
            "Seconds of such a pause.",
        )
        .or("30")
        .also(&["circuit_breaker_recovery_secs"]),
        RETRY_INITIAL,
        RETRY_MAX,
        RETRY_MULTIPLIER,
    ],
};
