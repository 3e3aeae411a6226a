//! What the connectors of change data are asked for and do not read.

use super::{MANY, NO_KEY, ONE_TOPIC, ignored, lacking};
use crate::connector::{Key, Takes, Word};

/// Why partitions are not chosen.
const NO_PARTITIONS: &str = "rivven-connect 0.0.22 leaves the partition to the broker";
/// Why there is no outbox.
const NO_OUTBOX: &str = "rivven-connect 0.0.22 reads no outbox";

const CONDITIONS: &[Word] = &[
    Word::same("always"),
    Word::same("table"),
    Word::same("table_pattern"),
    Word::same("schema"),
    Word::same("operation"),
    Word::same("field_equals"),
    Word::same("field_exists"),
];

const RULE_KEYS: &[Key] = &[
    ignored("conditionType", ONE_TOPIC, Takes::Words(CONDITIONS), "What decides.").required(),
    ignored("conditionValue", ONE_TOPIC, Takes::Text(1024), "What it must be."),
    ignored("destination", ONE_TOPIC, Takes::Text(249), "Topic of the records that it holds for.")
        .required(),
    ignored(
        "priority",
        ONE_TOPIC,
        Takes::Whole(-1_000_000, 1_000_000),
        "Which rule goes first: the highest.",
    )
    .or("0"),
];

const ROUTER_KEYS: &[Key] = &[
    lacking("enabled", ONE_TOPIC, Takes::Bool, "Whether records are routed.").or("false"),
    ignored(
        "defaultDestination",
        ONE_TOPIC,
        Takes::Text(249),
        "Topic of the records that no rule holds for.",
    ),
    ignored(
        "deadLetterQueue",
        ONE_TOPIC,
        Takes::Text(249),
        "Topic of the records that have no destination.",
    ),
    ignored(
        "dropUnroutable",
        ONE_TOPIC,
        Takes::Bool,
        "Whether records without destination are dropped.",
    )
    .or("false"),
    ignored(
        "rules",
        ONE_TOPIC,
        Takes::Blocks(RULE_KEYS),
        "Rules, the one of the highest priority first.",
    ),
];

/// Topics by what is in a record.
pub(super) const ROUTER: Key = ignored(
    "router",
    ONE_TOPIC,
    Takes::Block(ROUTER_KEYS),
    "Topics of records by what is in them.",
);

const STRATEGIES: &[Word] = &[
    Word::same("round_robin"),
    Word::same("key_hash"),
    Word::same("table_hash"),
    Word::same("full_table_hash"),
    Word::same("sticky"),
];

const PARTITIONER_KEYS: &[Key] = &[
    lacking("enabled", NO_PARTITIONS, Takes::Bool, "Whether partitions are chosen.").or("false"),
    ignored("numPartitions", NO_PARTITIONS, Takes::Whole(1, 1_000), "Number of partitions.")
        .or("16"),
    ignored("strategy", NO_PARTITIONS, Takes::Words(STRATEGIES), "What decides on the partition.")
        .or("key_hash"),
    ignored("keyColumns", NO_PARTITIONS, Takes::Texts, "Columns whose values decide."),
];

/// Partitions by what is in a record.
pub(super) const PARTITIONER: Key = ignored(
    "partitioner",
    NO_PARTITIONS,
    Takes::Block(PARTITIONER_KEYS),
    "Partitions of records by what is in them.",
);

const PARALLEL_KEYS: &[Key] = &[
    ignored("enabled", NO_KEY, Takes::Bool, "Whether tables are worked on at once.").or("false"),
    ignored("concurrency", NO_KEY, Takes::Whole(1, 64), "Tables at the same time.").or("4"),
    ignored(
        "perTableBuffer",
        NO_KEY,
        Takes::Whole(100, 100_000),
        "Records of a table that may wait.",
    )
    .or("1000"),
    ignored(
        "outputBuffer",
        NO_KEY,
        Takes::Whole(1_000, 1_000_000),
        "Records that may wait altogether.",
    )
    .or("10000"),
    ignored("workStealing", NO_KEY, Takes::Bool, "Whether idle workers help others.").or("true"),
    ignored("perTableRateLimit", NO_KEY, Takes::Whole(1, MANY), "Records of a table a second."),
    ignored("shutdownTimeoutSecs", NO_KEY, Takes::Whole(1, 300), "Seconds that stopping may take.")
        .or("30"),
];

/// Several tables at once.
pub(super) const PARALLEL: Key = ignored(
    "parallel",
    NO_KEY,
    Takes::Block(PARALLEL_KEYS),
    "How several tables are worked on at once.",
);

const OUTBOX_KEYS: &[Key] = &[
    lacking("enabled", NO_OUTBOX, Takes::Bool, "Whether the outbox is read.").or("false"),
    ignored("tableName", NO_OUTBOX, Takes::Text(1024), "Name of the table.").or("outbox"),
    ignored(
        "pollIntervalMs",
        NO_OUTBOX,
        Takes::Whole(10, 60_000),
        "Milliseconds between two looks at the table.",
    )
    .or("100"),
    ignored("batchSize", NO_OUTBOX, Takes::Whole(1, 10_000), "Rows of one look.").or("100"),
    ignored("maxRetries", NO_OUTBOX, Takes::Whole(0, 100), "How often a row is tried again.")
        .or("3"),
    ignored(
        "deliveryTimeoutSecs",
        NO_OUTBOX,
        Takes::Whole(1, 300),
        "Seconds that sending a row may take.",
    )
    .or("30"),
    ignored("orderedDelivery", NO_OUTBOX, Takes::Bool, "Whether the order of the rows is kept.")
        .or("true"),
    ignored(
        "retentionSecs",
        NO_OUTBOX,
        Takes::Whole(3_600, 2_592_000),
        "Seconds for which rows are kept.",
    )
    .or("86400"),
    ignored("maxConcurrency", NO_OUTBOX, Takes::Whole(1, 100), "Rows sent at the same time.")
        .or("10"),
];

/// Records from an outbox table.
pub(super) const OUTBOX: Key = ignored(
    "outbox",
    NO_OUTBOX,
    Takes::Block(OUTBOX_KEYS),
    "Records that an application puts into a table of its own.",
);

const HEALTH_KEYS: &[Key] = &[
    ignored("enabled", NO_KEY, Takes::Bool, "Whether the connector is watched.").or("false"),
    ignored("checkIntervalSecs", NO_KEY, Takes::Whole(1, 3_600), "Seconds between two checks.")
        .or("10"),
    ignored(
        "maxLagMs",
        NO_KEY,
        Takes::Whole(1_000, 3_600_000),
        "Milliseconds of lag up to which it counts as healthy.",
    )
    .or("30000"),
    ignored(
        "failureThreshold",
        NO_KEY,
        Takes::Whole(1, 10),
        "Failed checks after which it counts as ill.",
    )
    .or("3"),
    ignored(
        "successThreshold",
        NO_KEY,
        Takes::Whole(1, 10),
        "Good checks after which it counts as well.",
    )
    .or("2"),
    ignored("checkTimeoutSecs", NO_KEY, Takes::Whole(1, 60), "Seconds that a check may take.")
        .or("5"),
    ignored("autoRecovery", NO_KEY, Takes::Bool, "Whether it starts again by itself.").or("true"),
    ignored(
        "recoveryDelaySecs",
        NO_KEY,
        Takes::Whole(1, 300),
        "Seconds before the first new start.",
    )
    .or("1"),
    ignored(
        "maxRecoveryDelaySecs",
        NO_KEY,
        Takes::Whole(1, 3_600),
        "Seconds before a new start at most.",
    )
    .or("60"),
];

/// Watching the connector.
pub(super) const HEALTH: Key =
    ignored("health", NO_KEY, Takes::Block(HEALTH_KEYS), "How the connector is watched.");
