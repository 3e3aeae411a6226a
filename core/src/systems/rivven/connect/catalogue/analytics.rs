//! Records into ClickHouse and Databricks.

use super::{flag, reads, shared, text, whole, words};
use crate::connector::{Connector, Program, Role, Takes, Word};

const CODECS: &[Word] = &[Word::same("none"), Word::same("lz4")];

pub(super) static CLICKHOUSE: Connector = Connector {
    name: "clickhouse",
    role: Role::Sink,
    about: "Writes records into a table of ClickHouse.",
    block: None,
    program: Program::Reads("clickhouse"),
    fixed: &[],
    lacks: None,
    keys: &[
        reads("url", "url", Takes::Text(2048), "Address of the server, by http or https.")
            .required(),
        reads("database", "database", Takes::Text(255), "Database of the table.").or("default"),
        reads("table", "table", Takes::Text(255), "Name of the table; it must be there.")
            .required(),
        reads("username", "username", Takes::Text(255), "User to log in as.")
            .or("default")
            .also(&["user"]),
        text("password", "password", "Password of the user.").secret().also(&["pass"]),
        reads(
            "accessToken",
            "access_token",
            Takes::Text(8192),
            "Token to log in with, instead of the password.",
        )
        .secret()
        .also(&["access_token"]),
        whole("batchSize", "batch_size", 1, 1_000_000, "Rows of one insert.")
            .or("10000")
            .also(&["batch_size"]),
        shared::FLUSH,
        words("compression", "compression", CODECS, "How inserts are compressed on their way.")
            .or("lz4"),
        flag("validation", "validation", "Whether rows are held against the table first.")
            .or("true"),
        shared::SKIP_ROWS,
        shared::RETRIES,
        shared::BACKOFF,
        shared::BACKOFF_MOST,
        shared::BREAKER,
    ],
};

pub(super) static DATABRICKS: Connector = Connector {
    name: "databricks",
    role: Role::Sink,
    about: "Writes records into a table of Databricks, by Zerobus.",
    block: None,
    program: Program::Reads("databricks"),
    fixed: &[],
    lacks: None,
    keys: &[
        reads("endpoint", "endpoint", Takes::Text(512), "Address of the Zerobus service.")
            .required(),
        reads(
            "unityCatalogUrl",
            "unity_catalog_url",
            Takes::Text(512),
            "Address of the workspace.",
        )
        .required()
        .also(&["unity_catalog_url"]),
        reads(
            "tableName",
            "table_name",
            Takes::Text(512),
            "Name of the table, as catalog.schema.table.",
        )
        .required()
        .also(&["table_name"]),
        reads("clientId", "client_id", Takes::Text(255), "Id of the service principal.")
            .required()
            .also(&["client_id"]),
        text("clientSecret", "client_secret", "Secret of the service principal.")
            .required()
            .secret()
            .also(&["client_secret"]),
        whole("batchSize", "batch_size", 1, 100_000, "Records of one batch.")
            .or("500")
            .also(&["batch_size"]),
        shared::FLUSH,
        whole(
            "maxInflightRequests",
            "max_inflight_requests",
            1,
            10_000_000,
            "Records that may be on their way.",
        )
        .or("100000")
        .also(&["max_inflight_requests"]),
        flag("recovery", "recovery", "Whether a broken stream is opened again.").or("true"),
        whole("recoveryRetries", "recovery_retries", 0, 100, "How often that is tried.")
            .or("4")
            .also(&["recovery_retries"]),
        whole(
            "recoveryTimeoutMs",
            "recovery_timeout_ms",
            1_000,
            300_000,
            "Milliseconds that it may take.",
        )
        .or("15000")
        .also(&["recovery_timeout_ms"]),
        whole(
            "recoveryBackoffMs",
            "recovery_backoff_ms",
            100,
            60_000,
            "Milliseconds before it is tried again.",
        )
        .or("2000")
        .also(&["recovery_backoff_ms"]),
        whole(
            "serverAckTimeoutMs",
            "server_ack_timeout_ms",
            5_000,
            600_000,
            "Milliseconds to wait for an answer.",
        )
        .or("60000")
        .also(&["server_ack_timeout_ms"]),
        whole(
            "flushTimeoutMs",
            "flush_timeout_ms",
            1_000,
            600_000,
            "Milliseconds that writing may take.",
        )
        .or("300000")
        .also(&["flush_timeout_ms"]),
        flag("waitForAck", "wait_for_ack", "Whether each batch waits for its answer.")
            .or("true")
            .also(&["wait_for_ack"]),
        whole(
            "maxBatchRetries",
            "max_batch_retries",
            0,
            10,
            "How often a failed batch is tried again.",
        )
        .or("2")
        .also(&["max_batch_retries"]),
        whole(
            "initialBackoffMs",
            "initial_backoff_ms",
            10,
            30_000,
            "Milliseconds before a batch is tried again.",
        )
        .or("200")
        .also(&["initial_backoff_ms"]),
        whole(
            "maxBackoffMs",
            "max_backoff_ms",
            100,
            120_000,
            "Milliseconds before it is tried again at most.",
        )
        .or("5000")
        .also(&["max_backoff_ms"]),
        shared::BREAKER,
    ],
};
