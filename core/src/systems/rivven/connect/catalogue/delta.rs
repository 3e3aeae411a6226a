//! Records into Delta Lake.

use super::{UNUSED, block, flag, ignored, lacking, reads, text, texts, whole, words};
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
    reads("region", "s3.region", Takes::Text(64), "AWS region.").or("us-east-1"),
    reads(
        "endpoint",
        "s3.endpoint",
        Takes::Text(2048),
        "Address of another service that speaks S3.",
    )
    .also(&["endpointUrl", "endpoint_url"]),
    text("accessKeyId", "s3.access_key_id", "AWS access key.").secret().also(&["access_key_id"]),
    text("secretAccessKey", "s3.secret_access_key", "AWS secret key.")
        .secret()
        .also(&["secret_access_key"]),
    flag(
        "pathStyleAccess",
        "s3.path_style_access",
        "Whether the bucket stands in the path, as MinIO wants it.",
    )
    .or("false")
    .also(&["path_style_access"]),
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
const GCS_KEYS: &[Key] = &[
    text(
        "serviceAccountPath",
        "gcs.service_account_path",
        "File with the key of a service account.",
    )
    .also(&["service_account_path"]),
    reads(
        "serviceAccountKey",
        "gcs.service_account_key",
        Takes::Text(16384),
        "The key of a service account itself.",
    )
    .secret()
    .also(&["service_account_key"]),
];

/// What is said of Azure.
const AZURE_KEYS: &[Key] = &[
    reads("account", "azure.account", Takes::Text(63), "Name of the storage account."),
    text("accessKey", "azure.access_key", "Key of the storage account.")
        .secret()
        .also(&["access_key"]),
    reads(
        "sasToken",
        "azure.sas_token",
        Takes::Text(4096),
        "Token of a shared access signature, instead of the key.",
    )
    .secret()
    .also(&["sas_token"]),
];

pub(super) static DELTA: Connector = Connector {
    name: "delta",
    role: Role::Sink,
    about: "Writes records into a table of Delta Lake.",
    block: Some("deltaLake"),
    program: Program::Reads("delta-lake"),
    fixed: &[],
    keys: KEYS,
};

pub(super) static DELTA_LAKE: Connector = Connector {
    name: "delta-lake",
    role: Role::Sink,
    about: "Writes records into a table of Delta Lake.",
    block: Some("deltaLake"),
    program: Program::Reads("delta-lake"),
    fixed: &[],
    keys: KEYS,
};
