//! Changes of MySQL and MariaDB.

use super::{
    cdc, cdc_lost, cdc_more, cdc_transforms, flag, lacking, reads, text, texts, whole, words,
    written,
};
use crate::connector::{Connector, Program, Role, Takes};

pub(super) static MYSQL_CDC: Connector = Connector {
    name: "mysql-cdc",
    role: Role::Source,
    about: "Captures the changes of a MySQL or MariaDB database from its log, from where that is \
            whenever the worker starts. What is in columns of type TEXT arrives in base64.",
    block: Some("mysqlCdc"),
    program: Program::Reads("mysql-cdc"),
    fixed: &[],
    lacks: Some(written::names_of_now),
    keys: &[
        reads("host", "host", Takes::Text(253), "Host name or address of the database.").required(),
        whole("port", "port", 1, 65_535, "Port of the database.").or("3306"),
        reads(
            "database",
            "database",
            Takes::Text(63),
            "Database whose tables are captured; all of them if left out.",
        )
        .also(&["dbname"]),
        reads("user", "user", Takes::Text(128), "User to log in as.")
            .required()
            .also(&["username"]),
        text("password", "password", "Password of the user.").required().secret().also(&["pass"]),
        whole(
            "serverId",
            "server_id",
            1,
            4_294_967_295,
            "Id as a replica; derived from namespace, resource and connector.",
        )
        .also(&["server_id"]),
        words(
            "snapshotMode",
            "snapshot.mode",
            cdc::NO_MODES,
            "When existing rows are read; the program never does.",
        )
        .or("never"),
        lacking(
            "includeGtid",
            "rivven-connect 0.0.22 writes no GTID into records",
            Takes::Bool,
            "Whether records tell their GTID.",
        )
        .or("false"),
        lacking(
            "databaseHistoryTopic",
            "rivven-connect 0.0.22 writes no schema changes",
            Takes::Text(249),
            "Topic of the changes to tables.",
        ),
        text(
            "binlogFilename",
            "binlog_filename",
            "File of the log to begin in at each start; where the log is just then if left out, \
             and what changes while the worker is away is lost.",
        )
        .also(&["binlog_filename"]),
        whole(
            "binlogPosition",
            "binlog_position",
            4,
            4_294_967_295,
            "Byte in that file to start at.",
        )
        .or("4")
        .also(&["binlog_position"])
        .with("binlogFilename"),
        flag(
            "useGtid",
            "use_gtid",
            "Whether the log is followed by GTID; only together with gtidSet.",
        )
        .or("false")
        .also(&["use_gtid"])
        .with("gtidSet"),
        text("gtidSet", "gtid_set", "GTIDs that are known already; only together with useGtid.")
            .also(&["gtid_set"])
            .with("useGtid"),
        cdc::TABLES_LACKING,
        lacking(
            "includeTables",
            cdc::DROPS,
            Takes::Texts,
            "Tables to capture, as patterns of database.table.",
        )
        .also(&["include_tables"]),
        texts(
            "excludeTables",
            "exclude_tables",
            "Tables not to capture, as patterns of database.table.",
        )
        .also(&["exclude_tables"]),
        cdc::COLUMN_FILTERS,
        cdc::TOPIC_ROUTING,
        cdc::HEARTBEAT_MS,
        cdc::HEARTBEAT_SECS,
        cdc::HEARTBEAT,
        whole(
            "connectTimeoutSecs",
            "connect_timeout_secs",
            1,
            300,
            "Seconds that the check of the connection may take.",
        )
        .or("10")
        .also(&["connect_timeout_secs"]),
        cdc::SNAPSHOT_UNREAD,
        cdc_transforms::TRANSFORMS,
        cdc_lost::SIGNAL,
        cdc_lost::INCREMENTAL,
        cdc_lost::DEDUP_BLOCK,
        cdc_lost::TRANSACTIONS,
        cdc_lost::SCHEMA_CHANGES,
        cdc_lost::TOMBSTONE,
        cdc_lost::ENCRYPTION,
        cdc_lost::READ_ONLY_BLOCK,
        cdc_more::ROUTER,
        cdc_more::PARTITIONER,
        cdc_more::PARALLEL,
        cdc_more::OUTBOX,
        cdc_more::HEALTH,
    ],
};
