//! Records into Snowflake, BigQuery and Redshift.

use super::{UNUSED, block, flag, ignored, lacking, reads, shared, text, whole, words};
use crate::connector::{Connector, Key, Program, Role, Takes, Word};

const RETRY_KEYS: &[Key] = &[
    whole("maxRetries", "retry.max_retries", 0, 10, "How often a failed request is tried again.")
        .or("3")
        .also(&["max_retries"]),
    whole(
        "initialBackoffMs",
        "retry.initial_backoff_ms",
        100,
        60_000,
        "Milliseconds before it is tried again.",
    )
    .or("1000")
    .also(&["initial_backoff_ms"]),
    whole(
        "maxBackoffMs",
        "retry.max_backoff_ms",
        1_000,
        300_000,
        "Milliseconds before it is tried again at most.",
    )
    .or("30000")
    .also(&["max_backoff_ms"]),
    reads(
        "backoffMultiplier",
        "retry.backoff_multiplier",
        Takes::Number(1.0, 100.0),
        "By how much that time grows with each try.",
    )
    .or("2.0")
    .also(&["backoff_multiplier"]),
    reads(
        "jitterFactor",
        "retry.jitter_factor",
        Takes::Number(0.0, 1.0),
        "Share by which that time varies.",
    )
    .or("0.1")
    .also(&["jitter_factor"]),
];

pub(super) static SNOWFLAKE: Connector = Connector {
    name: "snowflake",
    role: Role::Sink,
    about: "Writes records into a table of Snowflake, by Snowpipe Streaming.",
    block: Some("snowflake"),
    program: Program::Reads("snowflake"),
    fixed: &[],
    lacks: None,
    keys: &[
        reads("account", "account", Takes::Text(255), "Account of Snowflake.").required(),
        reads("user", "user", Takes::Text(255), "User to log in as.").required(),
        text(
            "privateKeyPath",
            "private_key_path",
            "File with the private key of the user, PKCS#8 without passphrase.",
        )
        .file()
        .required()
        .also(&["private_key_path"]),
        lacking(
            "privateKeyPassphrase",
            "rivven-connect 0.0.22 opens no key with a passphrase",
            Takes::Text(1024),
            "Passphrase of the private key.",
        )
        .secret()
        .also(&["private_key_passphrase"]),
        reads("database", "database", Takes::Text(255), "Database of the table.").required(),
        reads("schema", "schema", Takes::Text(255), "Schema of the table.").required(),
        reads("table", "table", Takes::Text(255), "Name of the table.").required(),
        ignored(
            "warehouse",
            "rivven-connect 0.0.22 needs none",
            Takes::Text(255),
            "Warehouse to work with.",
        ),
        reads("role", "role", Takes::Text(255), "Role to work as."),
        reads(
            "channel",
            "channel",
            Takes::Text(255),
            "Name of the channel; no two sinks of a table may share one.",
        )
        .or("rivven-channel-1"),
        whole("batchSize", "batch_size", 1, 10_000, "Rows of one request.")
            .or("1000")
            .also(&["batch_size"]),
        whole(
            "flushIntervalSecs",
            "flush_interval_secs",
            1,
            60,
            "Seconds after which what is there is written, once another record comes.",
        )
        .or("1")
        .also(&["flush_interval_secs"]),
        ignored("compressionEnabled", UNUSED, Takes::Bool, "Whether requests are compressed.")
            .or("true")
            .also(&["compression_enabled"]),
        ignored(
            "compressionThresholdBytes",
            UNUSED,
            Takes::Whole(1_024, 10_485_760),
            "Bytes from which a request is compressed.",
        )
        .or("8192")
        .also(&["compression_threshold_bytes"]),
        whole(
            "tokenLifetimeSecs",
            "token_lifetime_secs",
            60,
            3_600,
            "Seconds for which a login holds.",
        )
        .or("3540")
        .also(&["token_lifetime_secs"]),
        block("retry", "retry", RETRY_KEYS, "Tries of a failed request."),
        shared::BREAKER,
        whole(
            "requestTimeoutSecs",
            "request_timeout_secs",
            5,
            300,
            "Seconds that a request may take.",
        )
        .or("30")
        .also(&["request_timeout_secs"]),
    ],
};

pub(super) static BIGQUERY: Connector = Connector {
    name: "bigquery",
    role: Role::Sink,
    about: "Writes records into a table of Google BigQuery.",
    block: Some("bigquery"),
    program: Program::Reads("bigquery"),
    fixed: &[],
    lacks: None,
    keys: &[
        reads("projectId", "project_id", Takes::Text(255), "Google Cloud project.")
            .required()
            .also(&["project_id"]),
        text("datasetId", "dataset_id", "Dataset of the table.").required().also(&["dataset_id"]),
        text("tableId", "table_id", "Name of the table.").required().also(&["table_id"]),
        text("credentialsFile", "credentials_file", "File with the key of a service account.")
            .file()
            .also(&["credentials_file"]),
        reads(
            "credentialsJson",
            "credentials_json",
            Takes::Text(16384),
            "The key of a service account itself.",
        )
        .secret()
        .also(&["credentials_json"]),
        ignored(
            "useAdc",
            "rivven-connect 0.0.22 uses them whenever no account is given",
            Takes::Bool,
            "Whether the credentials of its environment are used.",
        )
        .or("true"),
        whole("batchSize", "batch_size", 1, 10_000, "Rows of one request.")
            .or("500")
            .also(&["batch_size"]),
        lacking(
            "autoCreateTable",
            "rivven-connect 0.0.22 makes no tables",
            Takes::Bool,
            "Whether a missing table is made.",
        )
        .or("false"),
        shared::FLUSH,
        shared::SKIP_ROWS,
        flag(
            "ignoreUnknownValues",
            "ignore_unknown_values",
            "Whether fields that the table lacks are left out.",
        )
        .or("true")
        .also(&["ignore_unknown_values"]),
        reads(
            "templateSuffix",
            "template_suffix",
            Takes::Text(128),
            "What the names of tables made from this one end in.",
        )
        .also(&["template_suffix"]),
    ],
};

const SSL_MODES: &[Word] = &[
    Word::same("disable"),
    Word::same("prefer"),
    Word::same("require"),
    Word::read_as("verify-ca", "verifyca"),
    Word::read_as("verify-full", "verifyfull"),
];

pub(super) static REDSHIFT: Connector = Connector {
    name: "redshift",
    role: Role::Sink,
    about: "Writes records into a table of Amazon Redshift.",
    block: Some("redshift"),
    program: Program::Reads("redshift"),
    fixed: &[],
    lacks: None,
    keys: &[
        reads("host", "host", Takes::Text(253), "Host name of the cluster.").required(),
        whole("port", "port", 1, 65_535, "Port of the cluster.").or("5439"),
        reads("database", "database", Takes::Text(127), "Database of the table.")
            .required()
            .also(&["dbname"]),
        reads("user", "username", Takes::Text(128), "User to log in as.")
            .required()
            .also(&["username"]),
        text("password", "password", "Password of the user.").required().secret().also(&["pass"]),
        reads("schema", "schema", Takes::Text(127), "Schema of the table.").or("public"),
        reads("table", "table", Takes::Text(127), "Name of the table.").required(),
        words(
            "sslMode",
            "ssl_mode",
            SSL_MODES,
            "Whether the connection is encrypted; prefer takes any certificate.",
        )
        .or("prefer")
        .also(&["ssl_mode"]),
        whole("batchSize", "batch_size", 1, 10_000, "Rows of one insert.")
            .or("1000")
            .always()
            .also(&["batch_size"]),
        shared::FLUSH,
        whole(
            "connectTimeoutSecs",
            "connect_timeout_secs",
            1,
            300,
            "Seconds that connecting may take.",
        )
        .or("30")
        .also(&["connect_timeout_secs"]),
    ],
};
