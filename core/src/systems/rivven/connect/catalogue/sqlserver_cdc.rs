//! Changes of SQL Server.

use super::{
    UNUSED, cdc, cdc_lost, cdc_transforms, flag, ignored, lacking, reads, text, texts, whole, words,
};
use crate::connector::{Connector, Program, Role, Takes};

pub(super) static SQLSERVER_CDC: Connector = Connector {
    name: "sqlserver-cdc",
    role: Role::Source,
    about: "Captures the changes of a SQL Server database from its change tables.",
    block: None,
    program: Program::Reads("sqlserver-cdc"),
    fixed: &[],
    lacks: None,
    keys: &[
        reads("host", "host", Takes::Text(253), "Host name or address of the database.").required(),
        whole("port", "port", 1, 65_535, "Port of the database.").or("1433"),
        reads("database", "database", Takes::Text(63), "Name of the database.")
            .required()
            .also(&["dbname"]),
        reads("username", "username", Takes::Text(128), "User to log in as.")
            .required()
            .also(&["user"]),
        text("password", "password", "Password of the user.").required().secret().also(&["pass"]),
        reads(
            "schema",
            "schema",
            Takes::Text(128),
            "Schema of the tables that are named without one.",
        )
        .or("dbo"),
        lacking("includeTables", cdc::DROPS, Takes::Texts, "Tables to capture, as schema.table.")
            .also(&["include_tables"]),
        texts("excludeTables", "exclude_tables", "Tables not to capture, as schema.table.")
            .also(&["exclude_tables"]),
        flag("encrypt", "encrypt", "Whether the connection is encrypted.").or("false"),
        flag(
            "trustServerCertificate",
            "trust_server_certificate",
            "Whether any certificate is taken.",
        )
        .or("false")
        .also(&["trust_server_certificate"]),
        whole(
            "pollIntervalMs",
            "poll_interval_ms",
            100,
            60_000,
            "Milliseconds between two looks at the change tables.",
        )
        .or("500")
        .also(&["poll_interval_ms"]),
        words(
            "snapshotMode",
            "snapshot_mode",
            cdc::NO_MODES,
            "When existing rows are read; the program never does.",
        )
        .or("never")
        .also(&["snapshot_mode"]),
        whole(
            "connectTimeoutSecs",
            "connect_timeout_secs",
            1,
            300,
            "Seconds that the check of the connection may take.",
        )
        .or("30")
        .also(&["connect_timeout_secs"]),
        ignored("maxRetries", UNUSED, Takes::Whole(1, 100), "How often connecting is tried again.")
            .or("3")
            .also(&["max_retries"]),
        whole(
            "heartbeatIntervalSecs",
            "heartbeat_interval_secs",
            0,
            3_600,
            "Seconds between two looks at how far the source lags; 0 for none.",
        )
        .or("10")
        .also(&["heartbeat_interval_secs"]),
        cdc::COLUMN_FILTERS,
        cdc::TOPIC_ROUTING,
        cdc_transforms::TRANSFORMS,
        cdc_lost::SIGNAL,
        cdc_lost::INCREMENTAL,
        cdc_lost::DEDUP_BLOCK,
        cdc_lost::TRANSACTIONS,
        cdc_lost::SCHEMA_CHANGES,
        cdc_lost::TOMBSTONE,
        cdc_lost::ENCRYPTION,
        cdc_lost::READ_ONLY_BLOCK,
    ],
};
