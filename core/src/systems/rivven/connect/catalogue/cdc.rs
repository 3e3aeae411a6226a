//! What the connectors of change data have in common, as far as the program does it.

use super::{
    NO_KEY, ONE_TOPIC, block, ignored, lacking, reads, text, texts, whole, words, written,
};
use crate::connector::{Key, Takes, Word};

/// Why a mode of snapshots is refused.
const NO_MODE: &str = "rivven-connect 0.0.22 knows no such mode";

/// Why a list of tables is refused of MySQL and SQL Server.
pub(super) const DROPS: &str = "rivven-connect 0.0.22 drops every record once it has such a list";

/// Why no snapshot is taken of MySQL and SQL Server.
pub(super) const NO_SNAPSHOT: &str = "rivven-connect 0.0.22 takes no snapshot of this database";

/// When the rows that are there already are read.
pub(super) const MODES: &[Word] = &[
    Word::same("initial"),
    Word::same("always"),
    Word::same("never"),
    Word::same("when_needed"),
    Word::same("initial_only"),
    Word::same("schema_only"),
    Word::same("no_data"),
    Word::same("recovery"),
    Word::lacking("exported", NO_MODE),
    Word::lacking("custom", NO_MODE),
];

/// The same, of a database whose rows the program never reads.
pub(super) const NO_MODES: &[Word] = &[
    Word::same("never"),
    Word::same("schema_only"),
    Word::same("no_data"),
    Word::lacking("initial", NO_SNAPSHOT),
    Word::lacking("always", NO_SNAPSHOT),
    Word::lacking("when_needed", NO_SNAPSHOT),
    Word::lacking("initial_only", NO_SNAPSHOT),
    Word::lacking("recovery", NO_SNAPSHOT),
    Word::lacking("exported", NO_MODE),
    Word::lacking("custom", NO_MODE),
];

const SNAPSHOT_KEYS: &[Key] = &[
    words(
        "mode",
        "snapshot.mode",
        MODES,
        "When the rows that are there already are read; the same as snapshotMode.",
    )
    .or("initial"),
    whole("batchSize", "snapshot.batch_size", 100, 1_000_000, "Rows that one query reads.")
        .or("10000")
        .also(&["batch_size"]),
    whole("parallelTables", "snapshot.parallel_tables", 1, 32, "Tables read at the same time.")
        .or("4")
        .also(&["parallel_tables"]),
    whole(
        "queryTimeoutSecs",
        "snapshot.query_timeout_secs",
        10,
        3_600,
        "Seconds after which a query is given up.",
    )
    .or("300")
    .also(&["query_timeout_secs"]),
    whole(
        "throttleDelayMs",
        "snapshot.throttle_delay_ms",
        0,
        60_000,
        "Milliseconds to wait between two queries.",
    )
    .or("0")
    .also(&["throttle_delay_ms"]),
    whole("maxRetries", "snapshot.max_retries", 0, 10, "How often a failed query is tried again.")
        .or("3")
        .also(&["max_retries"]),
    texts(
        "includeTables",
        "snapshot.include_tables",
        "Tables to read, as schema.table; all of them if empty.",
    )
    .also(&["include_tables"]),
    texts("excludeTables", "snapshot.exclude_tables", "Tables not to read, as schema.table.")
        .also(&["exclude_tables"]),
    text(
        "progressDir",
        "snapshot.progress_dir",
        "Directory in which the progress is kept; in memory only if left out.",
    )
    .also(&["progress_dir"]),
];

/// Reading the rows that are there already.
pub(super) const SNAPSHOT: Key =
    block("snapshot", "snapshot", SNAPSHOT_KEYS, "How the rows that are there already are read.");

const NO_SNAPSHOT_KEYS: &[Key] = &[
    words(
        "mode",
        "snapshot.mode",
        NO_MODES,
        "When the rows that are there already are read; the same as snapshotMode.",
    )
    .or("never"),
    ignored("batchSize", NO_SNAPSHOT, Takes::Whole(100, 1_000_000), "Rows that one query reads.")
        .or("10000")
        .also(&["batch_size"]),
    ignored("parallelTables", NO_SNAPSHOT, Takes::Whole(1, 32), "Tables read at the same time.")
        .or("4")
        .also(&["parallel_tables"]),
    ignored(
        "queryTimeoutSecs",
        NO_SNAPSHOT,
        Takes::Whole(10, 3_600),
        "Seconds after which a query is given up.",
    )
    .or("300")
    .also(&["query_timeout_secs"]),
    ignored(
        "throttleDelayMs",
        NO_SNAPSHOT,
        Takes::Whole(0, 60_000),
        "Milliseconds to wait between two queries.",
    )
    .or("0")
    .also(&["throttle_delay_ms"]),
    ignored(
        "maxRetries",
        NO_SNAPSHOT,
        Takes::Whole(0, 10),
        "How often a failed query is tried again.",
    )
    .or("3")
    .also(&["max_retries"]),
    ignored(
        "includeTables",
        NO_SNAPSHOT,
        Takes::Texts,
        "Tables to read, as schema.table; all of them if empty.",
    )
    .also(&["include_tables"]),
    ignored("excludeTables", NO_SNAPSHOT, Takes::Texts, "Tables not to read, as schema.table.")
        .also(&["exclude_tables"]),
    ignored(
        "progressDir",
        NO_SNAPSHOT,
        Takes::Text(1024),
        "Directory in which the progress is kept; in memory only if left out.",
    )
    .also(&["progress_dir"]),
];

/// The same, of a database whose rows the program never reads.
pub(super) const SNAPSHOT_UNREAD: Key = ignored(
    "snapshot",
    NO_SNAPSHOT,
    Takes::Block(NO_SNAPSHOT_KEYS),
    "How the rows that are there already would be read.",
);

const TABLE_KEYS: &[Key] = &[
    reads("schema", "tables", Takes::Text(63), "Schema or database of the table.")
        .written(written::schema),
    reads("table", "tables", Takes::Text(63), "Name of the table; written as schema.table.")
        .required()
        .written(written::table),
    lacking("topic", ONE_TOPIC, Takes::Text(249), "Topic of this table alone."),
    texts(
        "columns",
        "column_filters",
        "Columns to keep, all if empty; they become column_filters.",
    )
    .written(written::columns),
    texts("excludeColumns", "column_filters", "Columns to leave out; they become column_filters.")
        .written(written::exclude_columns),
    reads(
        "columnMasks",
        "transforms",
        Takes::Map,
        "Columns to hide, by a transform mask_field: asterisks, not the pattern.",
    )
    .written(written::masks),
];

/// The tables to capture.
pub(super) const TABLES: Key = reads(
    "tables",
    "tables",
    Takes::Blocks(TABLE_KEYS),
    "Tables to capture; they become a list of schema.table.",
)
.written(written::tables);

/// The same, where the program cannot be told.
pub(super) const TABLES_LACKING: Key =
    lacking("tables", DROPS, Takes::Blocks(TABLE_KEYS), "Tables to capture.");

/// Columns by table, as the program has them.
pub(super) const COLUMN_FILTERS: Key = reads(
    "columnFilters",
    "column_filters",
    Takes::Any,
    "Columns to include and exclude, by schema.table; a snapshot does not apply them.",
)
.also(&["column_filters"]);

/// Topics by table.
pub(super) const TOPIC_ROUTING: Key = lacking(
    "topicRouting",
    ONE_TOPIC,
    Takes::Text(1024),
    "Topic of a record by {database}, {schema} and {table}.",
)
.also(&["topic_routing"]);

/// The heartbeat in milliseconds.
pub(super) const HEARTBEAT_MS: Key = whole(
    "heartbeatIntervalMs",
    "heartbeat_interval_secs",
    0,
    3_600_000,
    "Milliseconds between heartbeats, in whole seconds; 0 for the default.",
)
.or("0")
.yields()
.written(written::heartbeat);

/// The heartbeat in seconds.
pub(super) const HEARTBEAT_SECS: Key = whole(
    "heartbeatIntervalSecs",
    "heartbeat_interval_secs",
    1,
    3_600,
    "Seconds between two looks at how far the source lags.",
)
.or("10")
.also(&["heartbeat_interval_secs"]);

const HEARTBEAT_KEYS: &[Key] = &[
    ignored("enabled", NO_KEY, Takes::Bool, "Whether the lag is watched; the program always does.")
        .or("false"),
    whole(
        "intervalSecs",
        "heartbeat_interval_secs",
        1,
        3_600,
        "Seconds between two looks at how far the source lags.",
    )
    .or("10")
    .yields(),
    ignored(
        "maxLagSecs",
        "rivven-connect 0.0.22 takes thirty times the interval",
        Takes::Whole(10, 86_400),
        "Seconds of lag up to which it counts as healthy.",
    )
    .or("300"),
    ignored("emitEvents", NO_HEARTBEATS, Takes::Bool, "Whether heartbeats are written to a topic.")
        .or("false"),
    ignored("topic", NO_HEARTBEATS, Takes::Text(249), "Topic of the heartbeats."),
    ignored("actionQuery", NO_HEARTBEATS, Takes::Text(1024), "SQL that runs with each heartbeat."),
];

/// Why nothing is made of a heartbeat.
const NO_HEARTBEATS: &str = "rivven-connect 0.0.22 sends no heartbeats";

/// Watching the lag.
pub(super) const HEARTBEAT: Key = block(
    "heartbeat",
    "heartbeat_interval_secs",
    HEARTBEAT_KEYS,
    "How the lag of the source is watched.",
);
