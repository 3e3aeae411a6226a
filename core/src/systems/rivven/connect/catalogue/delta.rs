//! Records into Delta Lake.

use super::{UNUSED, block, clouds, flag, ignored, lacking, reads, texts, whole, words};
use crate::connector::{Connector, Key, Program, Role, Takes, Word};

/// Why a mode is refused.
const APPENDS: &str = "rivven-connect 0.0.22 only appends";

const WRITE_MODES: &[Word] =
    &[Word::same("append"), Word::lacking("overwrite", APPENDS), Word::lacking("merge", APPENDS)];

const CODECS: &[Word] = &[
    Word::same("none"),
    Word::same("snappy"),
    Word::same("gzip"),
    Word::same("lz4"),
    Word::same("zstd"),
];

const S3_KEYS: &[Key] = &[
    clouds::S3_REGION,
    clouds::S3_ENDPOINT,
    clouds::S3_KEY_ID,
    clouds::S3_KEY,
    clouds::PATH_STYLE,
    flag("allowHttp", "s3.allow_http", "Whether it may be reached without TLS.")
        .or("false")
        .also(&["allow_http"]),
];

const STORAGE_KEYS: &[Key] = &[block("s3", "s3", S3_KEYS, "What is said of S3.")];

/// What delta-lake takes.
const KEYS: &[Key] = &[
    reads(
        "tablePath",
        "table_uri",
        Takes::Text(2048),
        "Where the table is, such as s3://bucket/table.",
    )
    .required()
    .also(&["table_uri", "tableUri"]),
    texts("partitionBy", "partition_columns", "Columns by which files are partitioned.")
        .also(&["partition_columns", "partitionColumns"]),
    words("writeMode", "write_mode", WRITE_MODES, "Whether records are added or replace others.")
        .or("append")
        .also(&["write_mode"]),
    lacking("mergeKeyFields", APPENDS, Takes::Texts, "Fields by which records replace others."),
    ignored("targetFileSizeMb", UNUSED, Takes::Whole(1, 1_024), "Size of a file in MB.")
        .or("128")
        .also(&["target_file_size_mb"]),
    words("compression", "compression", CODECS, "How files are compressed.").or("snappy"),
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
    flag("autoCreateTable", "auto_create_table", "Whether a missing table is made.")
        .or("true")
        .also(&["auto_create_table"]),
    whole("maxCommitRetries", "max_commit_retries", 0, 10, "How often a commit is tried again.")
        .or("3")
        .also(&["max_commit_retries"]),
    block("storage", "s3", STORAGE_KEYS, "Where files are kept."),
    block("s3", "s3", S3_KEYS, "The same under the name that the program has for it."),
    block("gcs", "gcs", GCS_KEYS, "What is said of Google Cloud Storage."),
    block("azure", "azure", AZURE_KEYS, "What is said of Azure."),
    reads("storageOptions", "storage_options", Takes::Map, "More that the storage is told.")
        .secret()
        .also(&["storage_options"]),
    reads("tableProperties", "table_properties", Takes::Map, "Properties of a table that is made.")
        .also(&["table_properties"]),
];

/// What is said of Google Cloud Storage.
const GCS_KEYS: &[Key] = &[clouds::GCS_FILE, clouds::GCS_KEY];

/// What is said of Azure.
const AZURE_KEYS: &[Key] = &[clouds::AZURE_ACCOUNT, clouds::AZURE_KEY, clouds::AZURE_SAS];

/// By either name it is the same.
const fn delta(name: &'static str) -> Connector {
    Connector {
        name,
        role: Role::Sink,
        about: "Writes records into a table of Delta Lake.",
        block: Some("deltaLake"),
        program: Program::Reads("delta-lake"),
        fixed: &[],
        lacks: None,
        keys: KEYS,
    }
}

pub(super) static DELTA: Connector = delta("delta");
pub(super) static DELTA_LAKE: Connector = delta("delta-lake");
