//! Records from and to Kafka and what speaks its protocol.

use super::{MANY, kafka_keys, reads, whole, words};
use crate::connector::{Connector, Program, Role, Takes};

pub(super) static KAFKA_SOURCE: Connector = Connector {
    name: "kafka",
    role: Role::Source,
    about: "Reads the records of a topic of Kafka.",
    block: None,
    program: Program::Reads("kafka"),
    fixed: &[],
    lacks: None,
    keys: &[
        kafka_keys::BROKERS_TEXT,
        reads("topic", "topic", Takes::Text(249), "Topic to read.").required(),
        reads("consumerGroup", "consumer_group", Takes::Text(255), "Consumer group of Kafka.")
            .or("rivven-connect")
            .also(&["consumer_group"]),
        words(
            "startOffset",
            "start_offset",
            kafka_keys::STARTS,
            "Where to begin when the group has no offset.",
        )
        .or("earliest")
        .also(&["start_offset"]),
        kafka_keys::SECURITY,
        kafka_keys::MAX_POLL_RECORDS,
        kafka_keys::MAX_POLL_INTERVAL,
        kafka_keys::SESSION_TIMEOUT,
        kafka_keys::GROUP_HEARTBEAT,
        kafka_keys::SOURCE_HEADERS,
        kafka_keys::SOURCE_KEY,
        kafka_keys::AUTO_COMMIT,
        kafka_keys::COMMIT_INTERVAL,
        kafka_keys::FETCH_MIN,
        kafka_keys::FETCH_MAX,
        kafka_keys::EMPTY_POLL,
        kafka_keys::ISOLATION_LEVEL,
        kafka_keys::REQUEST_TIMEOUT,
        kafka_keys::CLIENT_ID,
    ],
};

pub(super) static EXTERNAL_SOURCE: Connector = Connector {
    name: "external-source",
    role: Role::Source,
    about: "Reads the records of a topic of another queue, by its Kafka protocol.",
    block: Some("externalSource"),
    program: Program::Reads("kafka"),
    fixed: &[],
    lacks: None,
    keys: &[
        kafka_keys::BROKERS,
        reads("topic", "topic", Takes::Text(249), "Topic to read.").required(),
        reads(
            "consumerGroup",
            "consumer_group",
            Takes::Text(255),
            "Consumer group of the other queue.",
        )
        .required()
        .also(&["consumer_group"]),
        words(
            "startOffset",
            "start_offset",
            kafka_keys::STARTS,
            "Where to begin when the group has no offset.",
        )
        .or("latest")
        .always()
        .also(&["start_offset"]),
        kafka_keys::PROTOCOL,
        kafka_keys::MECHANISM,
        kafka_keys::USERNAME,
        kafka_keys::PASSWORD,
        kafka_keys::SECURITY,
        kafka_keys::MAX_POLL_RECORDS,
        kafka_keys::MAX_POLL_INTERVAL,
        kafka_keys::SESSION_TIMEOUT,
        kafka_keys::GROUP_HEARTBEAT,
        kafka_keys::SOURCE_HEADERS,
        kafka_keys::SOURCE_KEY,
        kafka_keys::AUTO_COMMIT,
        kafka_keys::COMMIT_INTERVAL,
        kafka_keys::FETCH_MIN,
        kafka_keys::FETCH_MAX,
        kafka_keys::EMPTY_POLL,
        kafka_keys::ISOLATION_LEVEL,
        kafka_keys::REQUEST_TIMEOUT,
        kafka_keys::CLIENT_ID,
    ],
};

pub(super) static KAFKA_SINK: Connector = Connector {
    name: "kafka",
    role: Role::Sink,
    about: "Sends records to a topic of Kafka.",
    block: None,
    program: Program::Reads("kafka"),
    fixed: &[],
    lacks: None,
    keys: &[
        kafka_keys::BROKERS_TEXT,
        reads("topic", "topic", Takes::Text(249), "Topic to send to.").required(),
        whole("batchSizeBytes", "batch_size_bytes", 1, 2_147_483_647, "Bytes of one batch.")
            .or("16384")
            .also(&["batch_size_bytes"]),
        whole("lingerMs", "linger_ms", 0, MANY, "Milliseconds to wait for more records.")
            .or("5")
            .also(&["linger_ms"]),
        kafka_keys::SECURITY,
        kafka_keys::RETRIES,
        kafka_keys::RETRY_BACKOFF,
        kafka_keys::IDEMPOTENT,
        kafka_keys::TRANSACTIONAL_ID,
        kafka_keys::KEY_FIELD,
        kafka_keys::SINK_HEADERS,
        kafka_keys::CUSTOM_HEADERS,
        kafka_keys::ACKS_KEY,
        kafka_keys::COMPRESSION,
        kafka_keys::REQUEST_TIMEOUT,
        kafka_keys::CLIENT_ID,
    ],
};

pub(super) static EXTERNAL_SINK: Connector = Connector {
    name: "external-sink",
    role: Role::Sink,
    about: "Sends records to a topic of another queue, by its Kafka protocol.",
    block: Some("externalSink"),
    program: Program::Reads("kafka"),
    fixed: &[],
    lacks: None,
    keys: &[
        kafka_keys::BROKERS,
        reads("topic", "topic", Takes::Text(249), "Topic to send to.").required(),
        whole("batchSize", "batch_size_bytes", 1, 2_147_483_647, "Bytes of one batch.")
            .or("16384")
            .also(&["batch_size_bytes", "batchSizeBytes"]),
        whole("lingerMs", "linger_ms", 0, MANY, "Milliseconds to wait for more records.")
            .or("0")
            .always()
            .also(&["linger_ms"]),
        kafka_keys::PROTOCOL,
        kafka_keys::MECHANISM,
        kafka_keys::USERNAME,
        kafka_keys::PASSWORD,
        kafka_keys::SECURITY,
        kafka_keys::RETRIES,
        kafka_keys::RETRY_BACKOFF,
        kafka_keys::IDEMPOTENT,
        kafka_keys::TRANSACTIONAL_ID,
        kafka_keys::KEY_FIELD,
        kafka_keys::SINK_HEADERS,
        kafka_keys::CUSTOM_HEADERS,
        kafka_keys::ACKS_KEY,
        kafka_keys::COMPRESSION,
        kafka_keys::REQUEST_TIMEOUT,
        kafka_keys::CLIENT_ID,
    ],
};
