//! Records into Apache Iceberg.

use super::{block, clouds, flag, ignored, lacking, reads, text, whole, words, written};
use crate::connector::{Connector, Key, Program, Role, Takes, Word};

/// Why a catalogue is refused.
const NO_CATALOG: &str = "rivven-connect 0.0.22 knows rest and memory alone";
/// Why partitions are refused.
const NO_PARTITIONS: &str = "rivven-connect 0.0.22 writes without partitions";
/// Why a mode is refused.
const APPENDS: &str = "rivven-connect 0.0.22 only appends";
/// Why other fields are refused.
const ONE_SCHEMA: &str = "rivven-connect 0.0.22 writes one schema of its own and changes none";

const CATALOGS: &[Word] = &[
    Word::same("rest"),
    Word::lacking("hive", NO_CATALOG),
    Word::lacking("glue", NO_CATALOG),
    Word::lacking("jdbc", NO_CATALOG),
    Word::lacking("nessie", NO_CATALOG),
    Word::same("memory"),
];

const REST_KEYS: &[Key] = &[
    reads("uri", "catalog.rest.uri", Takes::Text(2048), "Address of the catalogue.").required(),
    text("warehouse", "catalog.rest.warehouse", "Where tables are kept."),
    text(
        "credential",
        "catalog.rest.credential",
        "Id and secret of the client, with a colon between them.",
    )
    .secret(),
    reads("token", "catalog.rest.properties.token", Takes::Text(8192), "Token to log in with.")
        .secret(),
    reads(
        "properties",
        "catalog.rest.properties",
        Takes::Map,
        "More that the catalogue client is told.",
    )
    .secret(),
];

/// Why what is said of a catalogue has no effect.
const UNREACHED: &str = "rivven-connect 0.0.22 reaches no catalogue of that type";

const GLUE_KEYS: &[Key] = &[
    reads("region", "catalog.glue.region", Takes::Text(64), "AWS region of the catalogue.")
        .or("us-east-1"),
    text("catalogId", "catalog.glue.catalog_id", "Id of the catalogue.").also(&["catalog_id"]),
    text("accessKeyId", "catalog.glue.access_key_id", "AWS access key.")
        .secret()
        .also(&["access_key_id"]),
    text("secretAccessKey", "catalog.glue.secret_access_key", "AWS secret key.")
        .secret()
        .also(&["secret_access_key"]),
    reads("roleArn", "catalog.glue.role_arn", Takes::Text(2048), "Role to take on.")
        .also(&["role_arn"]),
];

const HIVE_KEYS: &[Key] = &[
    reads("uri", "catalog.hive.uri", Takes::Text(2048), "Address of the metastore.").required(),
    text("warehouse", "catalog.hive.warehouse", "Where tables are kept."),
];

const CATALOG_KEYS: &[Key] = &[
    words("type", "catalog.type", CATALOGS, "What kind of catalogue.").or("rest"),
    block("rest", "catalog.rest", REST_KEYS, "What is said of a REST catalogue."),
    ignored("glue", UNREACHED, Takes::Block(GLUE_KEYS), "What is said of AWS Glue."),
    ignored("hive", UNREACHED, Takes::Block(HIVE_KEYS), "What is said of a Hive metastore."),
    text("warehouse", "catalog.warehouse", "Where tables are kept."),
];

const PARTITIONING: &[Word] = &[
    Word::same("none"),
    Word::same("table_default"),
    Word::lacking("identity", NO_PARTITIONS),
    Word::lacking("bucket", NO_PARTITIONS),
    Word::lacking("year", NO_PARTITIONS),
    Word::lacking("month", NO_PARTITIONS),
    Word::lacking("day", NO_PARTITIONS),
    Word::lacking("hour", NO_PARTITIONS),
    Word::lacking("time", NO_PARTITIONS),
];

const COMMIT_MODES: &[Word] =
    &[Word::same("append"), Word::lacking("overwrite", APPENDS), Word::lacking("upsert", APPENDS)];

const CODECS: &[Word] = &[
    Word::same("none"),
    Word::same("snappy"),
    Word::same("gzip"),
    Word::same("lz4"),
    Word::same("zstd"),
    Word::same("brotli"),
];

const EVOLUTIONS: &[Word] = &[
    Word::same("strict"),
    Word::lacking("add_columns", ONE_SCHEMA),
    Word::lacking("type_widen", ONE_SCHEMA),
    Word::lacking("full", ONE_SCHEMA),
];

const S3_KEYS: &[Key] = &[
    clouds::S3_REGION,
    clouds::S3_ENDPOINT,
    clouds::S3_KEY_ID,
    clouds::S3_KEY,
    clouds::PATH_STYLE,
];

/// Why the key itself is refused.
const FILE_ALONE: &str = "rivven-connect 0.0.22 takes the path of a file alone here";
/// Why a token is refused.
const KEY_ALONE: &str = "rivven-connect 0.0.22 takes the key of the account alone here";

/// What is said of Google Cloud Storage.
const GCS_KEYS: &[Key] = &[
    clouds::GCS_FILE,
    lacking(
        "serviceAccountKey",
        FILE_ALONE,
        Takes::Text(16384),
        "The key of a service account itself.",
    )
    .secret()
    .also(&["service_account_key"]),
];

/// What is said of Azure.
const AZURE_KEYS: &[Key] = &[
    clouds::AZURE_ACCOUNT,
    clouds::AZURE_KEY,
    lacking(
        "sasToken",
        KEY_ALONE,
        Takes::Text(4096),
        "Token of a shared access signature, instead of the key.",
    )
    .secret()
    .also(&["sas_token"]),
];

const STORAGE_KEYS: &[Key] = &[block("s3", "s3", S3_KEYS, "What is said of S3.")];

pub(super) static ICEBERG: Connector = Connector {
    name: "iceberg",
    role: Role::Sink,
    about: "Writes records into a table of Apache Iceberg.",
    block: Some("iceberg"),
    program: Program::Reads("iceberg"),
    fixed: &[],
    lacks: Some(written::no_address),
    keys: &[
        block("catalog", "catalog", CATALOG_KEYS, "The catalogue of the tables.").required(),
        reads("namespace", "namespace", Takes::Text(255), "Namespace of the table.").required(),
        reads("table", "table", Takes::Text(255), "Name of the table.").required(),
        flag("autoCreateTable", "auto_create_table", "Whether a missing table is made.")
            .or("true")
            .also(&["auto_create_table"]),
        words("partitioning", "partitioning", PARTITIONING, "How files are partitioned.")
            .or("none"),
        lacking(
            "partitionFields",
            NO_PARTITIONS,
            Takes::Texts,
            "Fields by which files are partitioned.",
        )
        .also(&["partition_fields"]),
        ignored("bucketCount", NO_PARTITIONS, Takes::Whole(1, 4_294_967_295), "Number of buckets.")
            .also(&["numBuckets", "num_buckets"]),
        words(
            "commitMode",
            "commit_mode",
            COMMIT_MODES,
            "Whether records are added or replace others.",
        )
        .or("append")
        .also(&["commit_mode"]),
        lacking(
            "upsertKeyFields",
            APPENDS,
            Takes::Texts,
            "Fields by which records replace others.",
        ),
        whole("batchSize", "batch_size", 1, 1_000_000, "Records of one commit.")
            .or("10000")
            .also(&["batch_size"]),
        whole(
            "flushIntervalSeconds",
            "flush_interval_secs",
            1,
            3_600,
            "Seconds after which what is there is committed, once another record comes.",
        )
        .or("60")
        .also(&["flush_interval_secs", "flushIntervalSecs"]),
        whole("targetFileSizeMb", "target_file_size_mb", 1, 1_024, "Size of a file in MB.")
            .or("128")
            .also(&["target_file_size_mb"]),
        words("compression", "compression", CODECS, "How files are compressed.").or("snappy"),
        words(
            "schemaEvolution",
            "schema_evolution",
            EVOLUTIONS,
            "What happens when fields change.",
        )
        .or("strict")
        .also(&["schema_evolution"]),
        block("storage", "s3", STORAGE_KEYS, "Where files are kept."),
        block("s3", "s3", S3_KEYS, "The same under the name that the program has for it."),
        block("gcs", "gcs", GCS_KEYS, "What is said of Google Cloud Storage."),
        block("azure", "azure", AZURE_KEYS, "What is said of Azure."),
        reads(
            "writeProperties",
            "write_properties",
            Takes::Map,
            "More that the catalogue client is told.",
        )
        .also(&["write_properties"]),
    ],
};
