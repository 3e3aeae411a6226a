//! Changes of PostgreSQL.

use super::{
    NO_KEY, block, cdc, cdc_lost, cdc_more, cdc_transforms, flag, ignored, lacking, reads, text,
    texts, whole, words, written,
};
use crate::connector::{Connector, Key, Program, Role, Takes, Word};

/// Why a mode of TLS is refused.
const NO_TLS: &str = "rivven-connect 0.0.22 replicates without TLS whatever the mode";
/// Why another plugin is refused.
const PGOUTPUT: &str = "rivven-connect 0.0.22 decodes pgoutput alone";

const PLUGINS: &[Word] = &[
    Word::same("pgoutput"),
    Word::lacking("wal2json", PGOUTPUT),
    Word::lacking("decoderbufs", PGOUTPUT),
];

const TLS_MODES: &[Word] = &[
    Word::same("disable"),
    Word::same("prefer"),
    Word::lacking("require", NO_TLS),
    Word::lacking("verify-ca", NO_TLS),
    Word::lacking("verify-full", NO_TLS),
];

const TLS_KEYS: &[Key] = &[
    words("mode", "tls.mode", TLS_MODES, "Whether connections are encrypted.").or("prefer"),
    lacking(
        "caCertPath",
        "rivven-connect 0.0.22 checks no certificate in the modes that start",
        Takes::Text(1024),
        "File with the certificates of the authorities to trust.",
    )
    .also(&["ca_cert_path"]),
    lacking(
        "clientCertPath",
        "rivven-connect 0.0.22 shows no certificate of its own",
        Takes::Text(1024),
        "File with the certificate of the client.",
    )
    .also(&["client_cert_path"]),
    lacking(
        "clientKeyPath",
        "rivven-connect 0.0.22 shows no certificate of its own",
        Takes::Text(1024),
        "File with the private key of the client.",
    )
    .also(&["client_key_path"]),
    ignored(
        "acceptInvalidCerts",
        "rivven-connect 0.0.22 takes any certificate in the modes that start",
        Takes::Bool,
        "Whether any certificate is taken; for tests only.",
    )
    .or("false")
    .also(&["accept_invalid_certs"]),
];

pub(super) static POSTGRES_CDC: Connector = Connector {
    name: "postgres-cdc",
    role: Role::Source,
    about: "Captures the changes of a PostgreSQL database from its log.",
    block: Some("postgresCdc"),
    program: Program::Lacks(
        "rivven-connect 0.0.22 reads no log: it takes its own connection string for a URL, ends, \
         and brings the rows of its snapshot again at each start",
    ),
    fixed: &[],
    lacks: Some(written::bare_snapshot),
    keys: &[
        reads("host", "host", Takes::Text(253), "Host name or address of the database.").required(),
        whole("port", "port", 1, 65_535, "Port of the database.").or("5432"),
        reads("database", "database", Takes::Text(63), "Name of the database.")
            .required()
            .also(&["dbname"]),
        reads("user", "user", Takes::Text(128), "User to log in as.")
            .required()
            .also(&["username"]),
        text("password", "password", "Password of the user.").required().secret().also(&["pass"]),
        reads(
            "slotName",
            "slot_name",
            Takes::Text(63),
            "Replication slot; derived from namespace, resource and connector.",
        )
        .also(&["slot_name"]),
        reads(
            "publication",
            "publication_name",
            Takes::Text(63),
            "Publication; derived from namespace, resource and connector.",
        )
        .also(&["publication_name", "publicationName"]),
        words(
            "snapshotMode",
            "snapshot.mode",
            cdc::MODES,
            "When existing rows are read; initial reads them at every start.",
        )
        .or("initial"),
        ignored(
            "decodingPlugin",
            "rivven-connect 0.0.22 always uses pgoutput",
            Takes::Words(PLUGINS),
            "Plugin that decodes the log.",
        )
        .or("pgoutput"),
        lacking(
            "includeTransactionMetadata",
            NO_KEY,
            Takes::Bool,
            "Whether records tell their transaction.",
        )
        .or("false"),
        ignored(
            "signalTable",
            "rivven-connect 0.0.22 never looks for signals",
            Takes::Text(1024),
            "Table of the signals, as schema.table.",
        ),
        texts("schemas", "schemas", "Schemas to capture; all of them if empty."),
        cdc::TABLES,
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
            "Seconds that connecting may take.",
        )
        .or("10")
        .also(&["connect_timeout_secs"]),
        flag("autoCreateSlot", "auto_create_slot", "Whether a missing slot is made.")
            .or("true")
            .also(&["auto_create_slot"]),
        flag(
            "autoCreatePublication",
            "auto_create_publication",
            "Whether a missing publication is made.",
        )
        .or("true")
        .also(&["auto_create_publication"]),
        ignored(
            "dropSlotOnStop",
            "rivven-connect 0.0.22 never drops the slot",
            Takes::Bool,
            "Whether the slot is dropped at the end.",
        )
        .or("false")
        .also(&["drop_slot_on_stop"]),
        block("tls", "tls", TLS_KEYS, "Encryption of the connections."),
        cdc::SNAPSHOT,
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
