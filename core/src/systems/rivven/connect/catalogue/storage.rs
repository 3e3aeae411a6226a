//! Records into objects.

use super::{block, clouds, flag, ignored, lacking, reads, text, whole, words};
use crate::connector::{Connector, Key, Program, Role, Takes, Word};

/// Why a compression is refused.
const NO_CODEC: &str = "rivven-connect 0.0.22 compresses with gzip alone";

const FORMATS: &[Word] = &[
    Word::same("json"),
    Word::same("jsonl"),
    Word::same("parquet"),
    Word::same("avro"),
    Word::same("csv"),
];

const COMPRESSIONS: &[Word] = &[
    Word::same("none"),
    Word::same("gzip"),
    Word::lacking("snappy", NO_CODEC),
    Word::lacking("lz4", NO_CODEC),
    Word::lacking("zstd", NO_CODEC),
];

const PARTITIONING: &[Word] = &[
    Word::same("none"),
    Word::read_as("daily", "day"),
    Word::read_as("hourly", "hour"),
    Word::same("day"),
    Word::same("hour"),
];

const PROVIDERS: &[Word] =
    &[Word::same("s3"), Word::same("gcs"), Word::same("azure"), Word::same("local")];

/// The bucket.
const BUCKET: Key = reads("bucket", "bucket", Takes::Text(255), "Name of the bucket.").required();

/// The prefix.
const PREFIX: Key = text("prefix", "prefix", "What names of objects begin with.");

/// The compression.
const COMPRESSION: Key =
    words("compression", "compression", COMPRESSIONS, "How objects are compressed.").or("none");

/// Folders by time.
const PARTITIONS: Key =
    words("partitioning", "partitioning", PARTITIONING, "Folders by day or by hour.").or("none");

/// Records of an object.
const BATCH: Key = whole("batchSize", "batch_size", 1, 100_000, "Records of one object.")
    .or("1000")
    .also(&["batch_size"]);

/// Seconds of an object.
const FLUSH: Key = whole(
    "flushIntervalSeconds",
    "flush_interval_secs",
    1,
    3_600,
    "Seconds after which an object is written, once another record comes.",
)
.or("60")
.also(&["flush_interval_secs", "flushIntervalSecs"]);

const S3_KEYS: &[Key] = &[
    clouds::BUCKET_REGION,
    clouds::S3_ENDPOINT,
    clouds::S3_KEY_ID_OR_ENV,
    clouds::S3_KEY_OR_ENV,
    clouds::FORCE_PATH_STYLE,
    flag("anonymous", "s3.anonymous", "Whether requests are not signed.").or("false"),
];

/// Why a way of logging in has no effect.
const ADC: &str = "rivven-connect 0.0.22 uses them whenever no account is given";
/// Why a way of logging in is refused.
const AZURE_CLI: &str = "rivven-connect 0.0.22 asks the Azure command line instead";

const GCS_KEYS: &[Key] = &[
    clouds::GCS_FILE,
    clouds::GCS_KEY,
    ignored("useAdc", ADC, Takes::Bool, "Whether the credentials of its environment are used.")
        .or("true")
        .also(&["use_adc"]),
];

const AZURE_KEYS: &[Key] = &[
    clouds::AZURE_ACCOUNT,
    clouds::AZURE_KEY,
    clouds::AZURE_SAS,
    lacking(
        "useManagedIdentity",
        AZURE_CLI,
        Takes::Bool,
        "Whether the identity of the pod is used.",
    )
    .or("false")
    .also(&["use_managed_identity"]),
];

const LOCAL_KEYS: &[Key] = &[text(
    "root",
    "local.root",
    "Directory to write into; one for temporary files when left out.",
)];

pub(super) static S3: Connector = Connector {
    name: "s3",
    role: Role::Sink,
    about: "Writes records into objects of Amazon S3 or another service like it.",
    block: Some("s3"),
    program: Program::Reads("s3"),
    fixed: &[("provider", "s3")],
    lacks: None,
    keys: &[
        BUCKET,
        clouds::BUCKET_REGION,
        reads(
            "endpointUrl",
            "s3.endpoint",
            Takes::Text(2048),
            "Address of another service that speaks S3.",
        )
        .also(&["endpoint", "endpoint_url"]),
        clouds::S3_KEY_ID_OR_ENV,
        clouds::S3_KEY_OR_ENV,
        clouds::FORCE_PATH_STYLE,
        PREFIX,
        words("format", "format", FORMATS, "Format of the objects.").or("json"),
        COMPRESSION,
        PARTITIONS,
        BATCH,
        FLUSH,
        block("s3", "s3", S3_KEYS, "The same by the names of the program."),
    ],
};

pub(super) static GCS: Connector = Connector {
    name: "gcs",
    role: Role::Sink,
    about: "Writes records into objects of Google Cloud Storage.",
    block: Some("gcs"),
    program: Program::Reads("gcs"),
    fixed: &[("provider", "gcs")],
    lacks: None,
    keys: &[
        BUCKET,
        PREFIX,
        words("format", "format", FORMATS, "Format of the objects.").or("jsonl").always(),
        COMPRESSION,
        PARTITIONS,
        BATCH,
        FLUSH,
        text(
            "credentialsFile",
            "gcs.service_account_path",
            "File with the key of a service account.",
        )
        .file()
        .also(&["credentials_file"]),
        ignored("useAdc", ADC, Takes::Bool, "Whether the credentials of its environment are used.")
            .or("true")
            .also(&["use_adc"]),
        block("gcs", "gcs", GCS_KEYS, "The same by the names of the program."),
    ],
};

pub(super) static AZURE_BLOB: Connector = Connector {
    name: "azure-blob",
    role: Role::Sink,
    about: "Writes records into blobs of Azure.",
    block: Some("azureBlob"),
    program: Program::Reads("azure-blob"),
    fixed: &[("provider", "azure")],
    lacks: None,
    keys: &[
        reads("accountName", "azure.account", Takes::Text(63), "Name of the storage account.")
            .required()
            .also(&["account"]),
        reads("container", "bucket", Takes::Text(255), "Name of the container.")
            .required()
            .also(&["bucket"]),
        clouds::AZURE_KEY,
        clouds::AZURE_SAS,
        PREFIX,
        words("format", "format", FORMATS, "Format of the objects.").or("jsonl").always(),
        COMPRESSION,
        PARTITIONS,
        BATCH,
        FLUSH,
        block("azure", "azure", AZURE_KEYS, "The same by the names of the program."),
    ],
};

pub(super) static OBJECT_STORAGE: Connector = Connector {
    name: "object-storage",
    role: Role::Sink,
    about: "Writes records into objects of any of these services.",
    block: None,
    program: Program::Reads("object-storage"),
    fixed: &[],
    lacks: None,
    keys: &[
        words("provider", "provider", PROVIDERS, "Which service.").or("s3"),
        BUCKET,
        PREFIX,
        words("format", "format", FORMATS, "Format of the objects.").or("json"),
        COMPRESSION,
        PARTITIONS,
        BATCH,
        FLUSH,
        block("s3", "s3", S3_KEYS, "What is said of S3."),
        block("gcs", "gcs", GCS_KEYS, "What is said of Google Cloud Storage."),
        block("azure", "azure", AZURE_KEYS, "What is said of Azure."),
        block("local", "local", LOCAL_KEYS, "What is said of a directory."),
    ],
};
