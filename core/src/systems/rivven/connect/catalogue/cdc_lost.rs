//! What the connectors of change data read without doing it.

use super::{MANY, ignored, lacking};
use crate::connector::{Key, Takes, Word};

/// Why a block of settings has no effect.
const READ_ONLY: &str = "rivven-connect 0.0.22 only logs it";
/// Why nothing is made of signals.
const NO_SIGNALS: &str = "rivven-connect 0.0.22 never looks for signals";
/// Why nothing is read again.
const NO_INCREMENTAL: &str = "rivven-connect 0.0.22 takes no incremental snapshots";
/// Why duplicates are not dropped.
const DEDUP: &str = "rivven-connect 0.0.22 also drops later changes of the same row";
/// Why no transactions are told.
const NO_TX: &str = "rivven-connect 0.0.22 writes no transactions";
/// Why no changes of schemas are told.
const NO_DDL: &str = "rivven-connect 0.0.22 writes no schema changes";
/// Why no tombstones are written.
const NO_TOMBSTONE: &str = "rivven-connect 0.0.22 throws its tombstones away";
/// Why nothing is encrypted.
const NO_KEYED: &str = "rivven-connect 0.0.22 makes up a key and tells it to nobody";

const SIGNAL_KEYS: &[Key] = &[
    ignored("enabled", NO_SIGNALS, Takes::Bool, "Whether signals are looked for.").or("false"),
    ignored(
        "dataCollection",
        NO_SIGNALS,
        Takes::Text(1024),
        "Table of the signals, as schema.table.",
    )
    .also(&["data_collection"]),
    ignored("topic", NO_SIGNALS, Takes::Text(249), "Topic of the signals."),
    ignored(
        "enabledChannels",
        NO_SIGNALS,
        Takes::Texts,
        "Where signals come from: source, topic, file, api.",
    )
    .also(&["enabled_channels"]),
    ignored(
        "pollIntervalMs",
        NO_SIGNALS,
        Takes::Whole(1, MANY),
        "Milliseconds between two looks at the file.",
    )
    .or("1000")
    .also(&["poll_interval_ms"]),
];

/// Asking for snapshots while it runs.
pub(super) const SIGNAL: Key = ignored(
    "signal",
    NO_SIGNALS,
    Takes::Block(SIGNAL_KEYS),
    "How snapshots are asked for while it runs.",
);

const WATERMARKS: &[Word] = &[Word::same("insert"), Word::same("update_and_insert")];

const INCREMENTAL_KEYS: &[Key] = &[
    ignored("enabled", NO_INCREMENTAL, Takes::Bool, "Whether rows can be read again.").or("false"),
    ignored("chunkSize", NO_INCREMENTAL, Takes::Whole(100, 100_000), "Rows of one chunk.")
        .or("1024")
        .also(&["chunk_size"]),
    ignored(
        "watermarkStrategy",
        NO_INCREMENTAL,
        Takes::Words(WATERMARKS),
        "How a chunk is marked off in the log.",
    )
    .also(&["watermark_strategy"]),
    ignored("watermarkSignalTable", NO_INCREMENTAL, Takes::Text(1024), "Table of the marks.")
        .also(&["watermark_signal_table"]),
    ignored(
        "maxConcurrentChunks",
        NO_INCREMENTAL,
        Takes::Whole(1, 16),
        "Chunks read at the same time.",
    )
    .or("1")
    .also(&["max_concurrent_chunks"]),
    ignored(
        "chunkDelayMs",
        NO_INCREMENTAL,
        Takes::Whole(0, MANY),
        "Milliseconds to wait between two chunks.",
    )
    .or("0")
    .also(&["chunk_delay_ms"]),
];

/// Reading rows again while changes flow.
pub(super) const INCREMENTAL: Key = ignored(
    "incrementalSnapshot",
    NO_INCREMENTAL,
    Takes::Block(INCREMENTAL_KEYS),
    "How rows are read again while changes flow.",
)
.also(&["incremental_snapshot"]);

const DEDUP_BLOCK_KEYS: &[Key] = &[
    lacking("enabled", DEDUP, Takes::Bool, "Whether duplicates are dropped.").or("false"),
    ignored(
        "bloomExpectedInsertions",
        DEDUP,
        Takes::Whole(1_000, 10_000_000),
        "Records that the filter is made for.",
    )
    .or("100000")
    .also(&["bloom_expected_insertions"]),
    ignored(
        "bloomFpp",
        DEDUP,
        Takes::Number(0.0, 1.0),
        "Share of records that the filter may take for duplicates wrongly.",
    )
    .or("0.01")
    .also(&["bloom_fpp"]),
    ignored(
        "lruSize",
        DEDUP,
        Takes::Whole(1_000, 1_000_000),
        "Records that are remembered exactly.",
    )
    .or("10000")
    .also(&["lru_size"]),
    ignored(
        "windowSecs",
        DEDUP,
        Takes::Whole(60, 604_800),
        "Seconds for which a record is remembered.",
    )
    .or("3600")
    .also(&["window_secs"]),
];

/// Dropping duplicates.
pub(super) const DEDUP_BLOCK: Key = ignored(
    "deduplication",
    DEDUP,
    Takes::Block(DEDUP_BLOCK_KEYS),
    "How records that come twice are dropped.",
);

const TRANSACTIONS_KEYS: &[Key] = &[
    lacking("enabled", NO_TX, Takes::Bool, "Whether transactions are told.").or("false"),
    ignored("topicName", NO_TX, Takes::Text(249), "Topic of the transactions.")
        .also(&["topic_name"]),
    ignored(
        "includeDataCollections",
        NO_TX,
        Takes::Bool,
        "Whether the tables of a transaction are listed.",
    )
    .or("true")
    .also(&["include_data_collections"]),
    ignored(
        "minEventsThreshold",
        NO_TX,
        Takes::Whole(0, MANY),
        "Changes that a transaction must have to be told.",
    )
    .or("0")
    .also(&["min_events_threshold"]),
];

/// Telling transactions.
pub(super) const TRANSACTIONS: Key = ignored(
    "transactionTopic",
    NO_TX,
    Takes::Block(TRANSACTIONS_KEYS),
    "A topic that tells of transactions.",
)
.also(&["transaction_topic"]);

const SCHEMA_CHANGES_KEYS: &[Key] = &[
    lacking("enabled", NO_DDL, Takes::Bool, "Whether changes to tables are told.").or("false"),
    ignored("topicName", NO_DDL, Takes::Text(249), "Topic of the changes to tables.")
        .also(&["topic_name"]),
    ignored("includeColumns", NO_DDL, Takes::Bool, "Whether the columns are listed.")
        .or("true")
        .also(&["include_columns"]),
    ignored("schemas", NO_DDL, Takes::Texts, "Schemas to watch; all of them if empty."),
];

/// Telling changes of schemas.
pub(super) const SCHEMA_CHANGES: Key = ignored(
    "schemaChangeTopic",
    NO_DDL,
    Takes::Block(SCHEMA_CHANGES_KEYS),
    "A topic that tells of changes to tables.",
)
.also(&["schema_change_topic"]);

const TOMBSTONES: &[Word] = &[Word::same("emit_null"), Word::same("emit_with_key")];

const TOMBSTONE_KEYS: &[Key] = &[
    lacking(
        "enabled",
        NO_TOMBSTONE,
        Takes::Bool,
        "Whether deletions are followed by an empty record.",
    )
    .or("false"),
    ignored(
        "afterDelete",
        NO_TOMBSTONE,
        Takes::Bool,
        "Whether it comes after the deletion itself.",
    )
    .or("true")
    .also(&["after_delete"]),
    ignored("behavior", NO_TOMBSTONE, Takes::Words(TOMBSTONES), "What the empty record holds."),
];

/// Empty records after deletions.
pub(super) const TOMBSTONE: Key = ignored(
    "tombstone",
    NO_TOMBSTONE,
    Takes::Block(TOMBSTONE_KEYS),
    "Empty records after deletions, for compacted topics.",
);

const CIPHERS: &[Word] = &[Word::same("aes-256-gcm")];

const ENCRYPTION_KEYS: &[Key] = &[
    lacking("enabled", NO_KEYED, Takes::Bool, "Whether fields are encrypted.").or("false"),
    ignored("keySecretRef", NO_KEYED, Takes::Text(253), "Secret that holds the key."),
    ignored("key", NO_KEYED, Takes::Text(64), "The key, 256 bits in hexadecimal.").secret(),
    ignored("fields", NO_KEYED, Takes::Texts, "Fields to encrypt."),
    ignored("algorithm", NO_KEYED, Takes::Words(CIPHERS), "How they are encrypted.")
        .or("aes-256-gcm"),
];

/// Encrypting fields.
pub(super) const ENCRYPTION: Key = ignored(
    "fieldEncryption",
    NO_KEYED,
    Takes::Block(ENCRYPTION_KEYS),
    "Encryption of single fields.",
)
.also(&["encryption"]);

const WATERMARK_SOURCES: &[Word] = &[Word::same("primary"), Word::same("replica")];

const READ_ONLY_BLOCK_KEYS: &[Key] = &[
    ignored("enabled", READ_ONLY, Takes::Bool, "Whether the database is a replica.").or("false"),
    ignored(
        "lagThresholdMs",
        READ_ONLY,
        Takes::Whole(100, 300_000),
        "Milliseconds that the replica may lag.",
    )
    .or("5000")
    .also(&["lag_threshold_ms"]),
    ignored("deduplicate", READ_ONLY, Takes::Bool, "Whether records that come twice are dropped.")
        .or("true"),
    ignored(
        "watermarkSource",
        READ_ONLY,
        Takes::Words(WATERMARK_SOURCES),
        "Whose position counts.",
    )
    .also(&["watermark_source"]),
];

/// Reading from a replica.
pub(super) const READ_ONLY_BLOCK: Key = ignored(
    "readOnlyReplica",
    READ_ONLY,
    Takes::Block(READ_ONLY_BLOCK_KEYS),
    "What is different when it reads from a replica.",
)
.also(&["read_only", "readOnly"]);
