//! What the connectors of Kafka have in common.

use super::{
    MANY, UNUSED, block, flag, ignored, lacking, reads, text, texts, whole, words, written,
};
use crate::connector::{Key, Takes, Word};

/// Why a protocol is refused.
const NO_TLS: &str = "rivven-connect 0.0.22 connects to Kafka without TLS whatever the protocol";

const PROTOCOLS: &[Word] = &[
    Word::read_as("plaintext", "PLAINTEXT"),
    Word::lacking("ssl", NO_TLS),
    Word::read_as("sasl_plaintext", "SASL_PLAINTEXT"),
    Word::lacking("sasl_ssl", NO_TLS),
    Word::same("PLAINTEXT"),
    Word::lacking("SSL", NO_TLS),
    Word::same("SASL_PLAINTEXT"),
    Word::lacking("SASL_SSL", NO_TLS),
];

/// Why IAM is refused.
const NO_IAM: &str = "rivven-connect 0.0.22 logs in by IAM with TLS alone, which it never uses";

const MECHANISMS: &[Word] = &[
    Word::read_as("plain", "PLAIN"),
    Word::read_as("scram-sha-256", "SCRAM-SHA-256"),
    Word::read_as("scram-sha-512", "SCRAM-SHA-512"),
    Word::same("PLAIN"),
    Word::same("SCRAM-SHA-256"),
    Word::same("SCRAM-SHA-512"),
    Word::same("OAUTHBEARER"),
    Word::lacking("AWS_MSK_IAM", NO_IAM),
];

const SECURITY_KEYS: &[Key] = &[
    words("protocol", "security.protocol", PROTOCOLS, "Whether to log in and to encrypt.")
        .or("plaintext"),
    words(
        "saslMechanism",
        "security.sasl_mechanism",
        MECHANISMS,
        "How to log in; only with sasl_plaintext.",
    )
    .or("plain")
    .also(&["sasl_mechanism"]),
    text("saslUsername", "security.sasl_username", "User to log in as; only with sasl_plaintext.")
        .also(&["sasl_username"]),
    text(
        "saslPassword",
        "security.sasl_password",
        "Password of the user; only with sasl_plaintext.",
    )
    .secret()
    .also(&["sasl_password"]),
    reads("oauthToken", "security.oauth_token", Takes::Text(8192), "Token to log in with.")
        .secret()
        .also(&["oauth_token"]),
    ignored("awsAccessKeyId", NO_IAM, Takes::Text(1024), "AWS access key to log in with.")
        .secret()
        .also(&["aws_access_key_id"]),
    ignored("awsSecretAccessKey", NO_IAM, Takes::Text(1024), "AWS secret key to log in with.")
        .secret()
        .also(&["aws_secret_access_key"]),
    ignored("awsRegion", NO_IAM, Takes::Text(64), "AWS region of the brokers.")
        .also(&["aws_region"]),
    lacking(
        "sslCaCert",
        NO_TLS,
        Takes::Text(1024),
        "File with the certificates of the authorities to trust.",
    )
    .also(&["ssl_ca_cert"]),
    lacking("sslClientCert", NO_TLS, Takes::Text(1024), "File with the certificate of the client.")
        .also(&["ssl_client_cert"]),
    lacking("sslClientKey", NO_TLS, Takes::Text(1024), "File with the private key of the client.")
        .also(&["ssl_client_key"]),
];

/// How to log in.
pub(super) const SECURITY: Key =
    block("security", "security", SECURITY_KEYS, "How to log in and to encrypt.");

/// The protocol, beside other keys.
pub(super) const PROTOCOL: Key =
    words("securityProtocol", "security.protocol", PROTOCOLS, "Whether to log in and to encrypt.")
        .or("plaintext");

/// The mechanism, beside other keys.
pub(super) const MECHANISM: Key = words(
    "saslMechanism",
    "security.sasl_mechanism",
    MECHANISMS,
    "How to log in; only with sasl_plaintext.",
)
.or("plain")
.also(&["sasl_mechanism"]);

/// The user, beside other keys.
pub(super) const USERNAME: Key =
    text("saslUsername", "security.sasl_username", "User to log in as; only with sasl_plaintext.")
        .also(&["sasl_username"]);

/// The password, beside other keys.
pub(super) const PASSWORD: Key = text(
    "saslPassword",
    "security.sasl_password",
    "Password of the user; only with sasl_plaintext.",
)
.secret()
.also(&["sasl_password"]);

/// The brokers, as a list.
pub(super) const BROKERS: Key =
    texts("brokers", "brokers", "Addresses of the brokers; they become one text with commas.")
        .required()
        .written(written::brokers);

/// The brokers, as the program has them.
pub(super) const BROKERS_TEXT: Key = reads(
    "brokers",
    "brokers",
    Takes::Text(4096),
    "Addresses of the brokers, with commas between them.",
)
.required()
.also(&["bootstrapServers"]);

/// The name of the client.
pub(super) const CLIENT_ID: Key =
    reads("clientId", "client_id", Takes::Text(255), "Name by which the brokers know it.")
        .also(&["client_id"]);

/// The time of a request.
pub(super) const REQUEST_TIMEOUT: Key = whole(
    "requestTimeoutMs",
    "request_timeout_ms",
    1,
    MANY,
    "Milliseconds that a request may take.",
)
.or("30000")
.also(&["request_timeout_ms"]);

/// Where to begin.
pub(super) const STARTS: &[Word] = &[Word::same("earliest"), Word::same("latest")];

const ISOLATION: &[Word] = &[Word::same("read_uncommitted"), Word::same("read_committed")];

const ACKS: &[Word] = &[
    Word::same("none"),
    Word::same("leader"),
    Word::same("all"),
    Word::read_as("0", "none"),
    Word::read_as("1", "leader"),
    Word::read_as("-1", "all"),
];

const CODECS: &[Word] = &[
    Word::same("none"),
    Word::same("gzip"),
    Word::same("snappy"),
    Word::same("lz4"),
    Word::same("zstd"),
];

/// Records of a fetch.
pub(super) const MAX_POLL_RECORDS: Key =
    whole("maxPollRecords", "max_poll_records", 1, 2_147_483_647, "Records of one fetch.")
        .or("500")
        .also(&["max_poll_records"]);

/// The time between fetches.
pub(super) const MAX_POLL_INTERVAL: Key = whole(
    "maxPollIntervalMs",
    "max_poll_interval_ms",
    1,
    MANY,
    "Milliseconds between fetches before the brokers take it for gone.",
)
.or("300000")
.also(&["max_poll_interval_ms"]);

/// The time without heartbeat.
pub(super) const SESSION_TIMEOUT: Key = whole(
    "sessionTimeoutMs",
    "session_timeout_ms",
    1,
    MANY,
    "Milliseconds without heartbeat before the brokers take it for gone.",
)
.or("30000")
.also(&["session_timeout_ms"]);

/// The time between heartbeats.
pub(super) const GROUP_HEARTBEAT: Key = whole(
    "heartbeatIntervalMs",
    "heartbeat_interval_ms",
    1,
    MANY,
    "Milliseconds between two heartbeats.",
)
.or("3000")
.also(&["heartbeat_interval_ms"]);

/// Headers of records read.
pub(super) const SOURCE_HEADERS: Key =
    flag("includeHeaders", "include_headers", "Whether headers are kept in the metadata.")
        .or("false")
        .also(&["include_headers"]);

/// Keys of records read.
pub(super) const SOURCE_KEY: Key =
    flag("includeKey", "include_key", "Whether keys are kept in the metadata.")
        .or("false")
        .also(&["include_key"]);

/// Commits by themselves.
pub(super) const AUTO_COMMIT: Key =
    flag("enableAutoCommit", "enable_auto_commit", "Whether offsets are committed by themselves.")
        .or("true")
        .also(&["enable_auto_commit"]);

/// The time between commits.
pub(super) const COMMIT_INTERVAL: Key = whole(
    "autoCommitIntervalMs",
    "auto_commit_interval_ms",
    1,
    MANY,
    "Milliseconds between two commits.",
)
.or("5000")
.also(&["auto_commit_interval_ms"]);

/// The least of a fetch.
pub(super) const FETCH_MIN: Key =
    whole("fetchMinBytes", "fetch_min_bytes", 1, 2_147_483_647, "Bytes that a fetch waits for.")
        .or("1")
        .also(&["fetch_min_bytes"]);

/// The most of a fetch.
pub(super) const FETCH_MAX: Key =
    whole("fetchMaxBytes", "fetch_max_bytes", 1, 2_147_483_647, "Bytes of a fetch at most.")
        .or("52428800")
        .also(&["fetch_max_bytes"]);

/// The pause after nothing.
pub(super) const EMPTY_POLL: Key = whole(
    "emptyPollDelayMs",
    "empty_poll_delay_ms",
    0,
    MANY,
    "Milliseconds to wait after an empty fetch.",
)
.or("100")
.also(&["empty_poll_delay_ms"]);

/// Records of transactions.
pub(super) const ISOLATION_LEVEL: Key = words(
    "isolationLevel",
    "isolation_level",
    ISOLATION,
    "Whether records of open transactions are read.",
)
.or("read_uncommitted")
.also(&["isolation_level"]);

/// Tries of a record.
pub(super) const RETRIES: Key =
    whole("retries", "retries", 0, 4_294_967_295, "How often a record is tried again.").or("3");

/// The pause between tries.
pub(super) const RETRY_BACKOFF: Key =
    whole("retryBackoffMs", "retry_backoff_ms", 0, MANY, "Milliseconds before it is tried again.")
        .or("100")
        .also(&["retry_backoff_ms"]);

/// Records sent once.
pub(super) const IDEMPOTENT: Key =
    lacking("idempotent", UNUSED, Takes::Bool, "Whether the brokers drop records that come twice.")
        .or("false");

/// Transactions.
pub(super) const TRANSACTIONAL_ID: Key = lacking(
    "transactionalId",
    UNUSED,
    Takes::Text(255),
    "Name of the transactions that records are sent in.",
)
.also(&["transactional_id"]);

/// Keys of records sent.
pub(super) const KEY_FIELD: Key =
    reads("keyField", "key_field", Takes::Text(255), "Field of a record that becomes its key.")
        .also(&["key_field"]);

/// Headers of records sent.
pub(super) const SINK_HEADERS: Key =
    flag("includeHeaders", "include_headers", "Whether metadata is sent in headers.")
        .or("false")
        .also(&["include_headers"]);

/// More headers.
pub(super) const CUSTOM_HEADERS: Key =
    reads("customHeaders", "custom_headers", Takes::Map, "Headers that each record is sent with.")
        .secret()
        .also(&["custom_headers"]);

/// Acknowledgements.
pub(super) const ACKS_KEY: Key =
    words("acks", "acks", ACKS, "How many brokers must have a record.").or("all");

/// The compression.
pub(super) const COMPRESSION: Key =
    words("compression", "compression", CODECS, "How batches are compressed.").or("none");
