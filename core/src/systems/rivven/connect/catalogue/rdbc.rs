//! Records from and to tables of databases, by queries.

use super::{MANY, flag, reads, texts, whole, words};
use crate::connector::{Connector, Key, Program, Role, Takes, Word};

/// The database.
const CONNECTION_URL: Key = reads(
    "connectionUrl",
    "connection_url",
    Takes::Text(4096),
    "Address of the database with user and password.",
)
.required()
.secret()
.also(&["connection_url"]);

/// The schema.
const SCHEMA: Key = reads("schema", "schema", Takes::Text(128), "Schema of the table.");

/// The table.
const TABLE: Key = reads("table", "table", Takes::Text(128), "Name of the table.").required();

/// How long a connection is used.
const MAX_LIFETIME: Key = whole(
    "maxLifetimeSecs",
    "max_lifetime_secs",
    0,
    MANY,
    "Seconds after which a connection is replaced.",
)
.or("3600")
.also(&["max_lifetime_secs"]);

/// How long it is kept idle.
const IDLE_TIMEOUT: Key = whole(
    "idleTimeoutSecs",
    "idle_timeout_secs",
    0,
    MANY,
    "Seconds after which an idle connection is closed.",
)
.or("600")
.also(&["idle_timeout_secs"]);

/// How long one is waited for.
const ACQUIRE_TIMEOUT: Key = whole(
    "acquireTimeoutMs",
    "acquire_timeout_ms",
    1,
    MANY,
    "Milliseconds to wait for a connection.",
)
.or("30000")
.also(&["acquire_timeout_ms"]);

const QUERY_MODES: &[Word] = &[
    Word::same("bulk"),
    Word::same("incrementing"),
    Word::same("timestamp"),
    Word::same("timestamp_incrementing"),
];

pub(super) static RDBC_SOURCE: Connector = Connector {
    name: "rdbc-source",
    role: Role::Source,
    about: "Reads the rows of a table of a database by queries.",
    block: None,
    program: Program::Reads("rdbc-source"),
    fixed: &[],
    lacks: None,
    keys: &[
        CONNECTION_URL,
        SCHEMA,
        TABLE,
        words("mode", "mode", QUERY_MODES, "How new rows are known.").or("bulk"),
        reads(
            "incrementingColumn",
            "incrementing_column",
            Takes::Text(128),
            "Column that grows with each row.",
        )
        .also(&["incrementing_column"]),
        reads(
            "timestampColumn",
            "timestamp_column",
            Takes::Text(128),
            "Column that tells when a row changed.",
        )
        .also(&["timestamp_column"]),
        whole("pollIntervalMs", "poll_interval_ms", 1, MANY, "Milliseconds between two queries.")
            .or("5000")
            .also(&["poll_interval_ms"]),
        whole("batchSize", "batch_size", 1, 100_000, "Rows of one query.")
            .or("1000")
            .also(&["batch_size"]),
        reads(
            "topic",
            "topic",
            Takes::Text(249),
            "Name of the stream that stands in each record; the table if left out.",
        ),
        whole("poolSize", "pool_size", 1, 16, "Connections at most.").or("1").also(&["pool_size"]),
        whole("minPoolSize", "min_pool_size", 1, 16, "Connections that are opened at the start.")
            .or("1")
            .also(&["min_pool_size"]),
        MAX_LIFETIME,
        IDLE_TIMEOUT,
        ACQUIRE_TIMEOUT,
    ],
};

const WRITE_MODES: &[Word] = &[Word::same("insert"), Word::same("upsert"), Word::same("update")];

pub(super) static RDBC_SINK: Connector = Connector {
    name: "rdbc-sink",
    role: Role::Sink,
    about: "Writes records into a table of a database.",
    block: None,
    program: Program::Reads("rdbc-sink"),
    fixed: &[],
    lacks: None,
    keys: &[
        CONNECTION_URL,
        SCHEMA,
        TABLE,
        words("writeMode", "write_mode", WRITE_MODES, "Whether rows are added, changed or both.")
            .or("insert")
            .also(&["write_mode"]),
        texts("pkColumns", "pk_columns", "Columns of the primary key, for upsert and update.")
            .also(&["pk_columns"]),
        whole("batchSize", "batch_size", 1, 100_000, "Rows of one batch.")
            .or("1000")
            .also(&["batch_size"]),
        whole(
            "batchTimeoutMs",
            "batch_timeout_ms",
            0,
            MANY,
            "Milliseconds after which what is there is written.",
        )
        .or("5000")
        .also(&["batch_timeout_ms"]),
        flag("deleteEnabled", "delete_enabled", "Whether deletions delete rows.")
            .or("true")
            .also(&["delete_enabled"]),
        flag("transactional", "transactional", "Whether each batch is one transaction.")
            .or("false"),
        whole("poolSize", "pool_size", 1, 64, "Connections at most.").or("4").also(&["pool_size"]),
        whole("minPoolSize", "min_pool_size", 1, 64, "Connections that are opened at the start.")
            .or("1")
            .also(&["min_pool_size"]),
        MAX_LIFETIME,
        IDLE_TIMEOUT,
        ACQUIRE_TIMEOUT,
    ],
};
