//! Records from and to addresses of the web.

use super::{MANY, UNUSED, block, flag, ignored, lacking, reads, text, whole, words, written};
use crate::connector::{Connector, Key, Program, Role, Takes, Word};

/// Why more than the program can send is refused.
const PLAIN_HTTP: &str = "rivven-connect 0.0.22 cannot do it here; http-webhook can";

/// Why no headers are sent when it asks.
const NO_HEADERS: &str = "rivven-connect 0.0.22 sends no headers when it asks";

pub(super) static HTTP_SOURCE: Connector = Connector {
    name: "http",
    role: Role::Source,
    about: "Asks an address again and again and keeps what it answers.",
    block: Some("http"),
    program: Program::Reads("http"),
    fixed: &[],
    lacks: None,
    keys: &[
        reads("url", "url", Takes::Text(2048), "Address to ask, by http or https.").required(),
        whole("pollIntervalMs", "poll_interval_ms", 1, MANY, "Milliseconds between two polls.")
            .or("5000")
            .also(&["poll_interval_ms"]),
        lacking("headers", NO_HEADERS, Takes::Map, "Headers of the request.").secret(),
    ],
};

const METHODS: &[Word] =
    &[Word::same("POST"), Word::lacking("PUT", PLAIN_HTTP), Word::lacking("PATCH", PLAIN_HTTP)];

pub(super) static HTTP_SINK: Connector = Connector {
    name: "http",
    role: Role::Sink,
    about: "Sends records to an address, as a list in JSON.",
    block: Some("http"),
    program: Program::Reads("http"),
    fixed: &[],
    lacks: None,
    keys: &[
        reads("url", "url", Takes::Text(2048), "Address to send to, by http or https.").required(),
        ignored(
            "method",
            "rivven-connect 0.0.22 always sends POST",
            Takes::Words(METHODS),
            "How it is sent.",
        )
        .or("POST"),
        reads("contentType", "content_type", Takes::Text(255), "Header Content-Type.")
            .or("application/json")
            .also(&["content_type"]),
        ignored(
            "timeoutMs",
            "rivven-connect 0.0.22 always waits 30 seconds",
            Takes::Whole(1, MANY),
            "Milliseconds that a request may take.",
        )
        .or("30000"),
        whole("batchSize", "batch_size", 1, 4_294_967_295, "Records of one request.")
            .or("100")
            .also(&["batch_size"]),
        lacking("headers", PLAIN_HTTP, Takes::Map, "Headers of the request.").secret(),
        whole(
            "pollIntervalMs",
            "poll_interval_ms",
            1,
            MANY,
            "Milliseconds between two looks for records.",
        )
        .or("100")
        .also(&["poll_interval_ms"]),
    ],
};

const WEBHOOK_METHODS: &[Word] =
    &[Word::same("POST"), Word::same("PUT"), Word::same("PATCH"), Word::same("DELETE")];

const AUTH_TYPES: &[Word] = &[Word::same("bearer"), Word::same("basic"), Word::same("api_key")];

const AUTH_KEYS: &[Key] = &[
    words("type", "auth.type", AUTH_TYPES, "How to log in.").required(),
    reads("token", "auth.token", Takes::Text(8192), "The token, of bearer.").secret(),
    text("username", "auth.username", "The user, of basic."),
    text("password", "auth.password", "The password, of basic.").secret(),
    reads(
        "headerName",
        "auth.header_name",
        Takes::Text(255),
        "The header that holds the key, of api_key.",
    )
    .also(&["header_name"]),
    reads("key", "auth.key", Takes::Text(8192), "The key, of api_key.").secret(),
];

const SIGNATURES: &[Word] = &[Word::same("sha256")];

const SIGNING_KEYS: &[Key] = &[
    text("secret", "signing.secret", "What signatures are made with.").required().secret(),
    reads("headerName", "signing.header_name", Takes::Text(255), "Header of the signature.")
        .or("X-Webhook-Signature")
        .also(&["header_name"]),
    words("algorithm", "signing.algorithm", SIGNATURES, "How signatures are made.").or("sha256"),
    flag("includeTimestamp", "signing.include_timestamp", "Whether the time is signed too.")
        .or("true")
        .also(&["include_timestamp"]),
    reads("timestampHeader", "signing.timestamp_header", Takes::Text(255), "Header of the time.")
        .or("X-Webhook-Timestamp")
        .also(&["timestamp_header"]),
];

/// Why a certificate is refused.
const SYSTEM_ROOTS: &str = "rivven-connect 0.0.22 reads it and trusts what its image trusts";

const TLS_KEYS: &[Key] = &[
    lacking(
        "caCertPath",
        SYSTEM_ROOTS,
        Takes::Text(1024),
        "File with the certificates of the authorities to trust.",
    )
    .also(&["ca_cert_path"]),
    lacking("acceptInvalidCerts", SYSTEM_ROOTS, Takes::Bool, "Whether any certificate is taken.")
        .or("false")
        .also(&["accept_invalid_certs"]),
];

pub(super) static HTTP_WEBHOOK: Connector = Connector {
    name: "http-webhook",
    role: Role::Sink,
    about: "Sends records to a webhook.",
    block: Some("http"),
    program: Program::Reads("http-webhook"),
    fixed: &[],
    lacks: None,
    keys: &[
        reads(
            "url",
            "url",
            Takes::Text(2048),
            "Address to send to; {stream}, {namespace} and {event_type} are filled in.",
        )
        .required(),
        words("method", "method", WEBHOOK_METHODS, "How it is sent.").or("POST"),
        reads("contentType", "content_type", Takes::Text(255), "Header Content-Type.")
            .or("application/json")
            .also(&["content_type"]),
        whole(
            "timeoutMs",
            "timeout_secs",
            1,
            300_000,
            "Milliseconds that a request may take, in whole seconds.",
        )
        .or("30000")
        .written(written::timeout),
        whole("timeoutSecs", "timeout_secs", 1, 300, "Seconds that a request may take.")
            .or("30")
            .also(&["timeout_secs"]),
        whole("batchSize", "batch_size", 1, 1_000, "Records of one request.")
            .or("100")
            .always()
            .also(&["batch_size"]),
        whole(
            "batchTimeoutMs",
            "batch_timeout_ms",
            100,
            60_000,
            "Milliseconds after which what is there is sent.",
        )
        .or("1000")
        .also(&["batch_timeout_ms"]),
        reads("headers", "headers", Takes::Map, "Headers of the request.").secret(),
        block("auth", "auth", AUTH_KEYS, "How to log in."),
        block("signing", "signing", SIGNING_KEYS, "Signatures of the requests."),
        flag("includeMetadata", "include_metadata", "Whether metadata is sent around each record.")
            .or("true")
            .also(&["include_metadata"]),
        whole("maxRetries", "max_retries", 0, 10, "How often a failed request is tried again.")
            .or("3")
            .also(&["max_retries"]),
        whole(
            "retryBackoffMs",
            "retry_backoff_ms",
            100,
            60_000,
            "Milliseconds before it is tried again, doubled each time.",
        )
        .or("1000")
        .also(&["retry_backoff_ms"]),
        flag("retryJitter", "retry_jitter", "Whether that time varies a little.")
            .or("true")
            .also(&["retry_jitter"]),
        whole(
            "compressionThresholdBytes",
            "compression_threshold_bytes",
            0,
            10_485_760,
            "Bytes from which a request is compressed; 0 for never.",
        )
        .or("0")
        .also(&["compression_threshold_bytes"]),
        reads(
            "healthCheckUrl",
            "health_check_url",
            Takes::Text(2048),
            "Address that must answer HEAD with 2xx or 405 before it starts; url if left out.",
        )
        .also(&["health_check_url"]),
        ignored("tls", SYSTEM_ROOTS, Takes::Block(TLS_KEYS), "Whose certificates are trusted."),
        ignored("maxConcurrency", UNUSED, Takes::Whole(1, 100), "Requests at the same time.")
            .or("4")
            .also(&["max_concurrency"]),
        ignored(
            "rateLimitRps",
            UNUSED,
            Takes::Whole(0, 100_000),
            "Requests a second; 0 for as many as it can.",
        )
        .or("0")
        .also(&["rate_limit_rps"]),
        ignored(
            "circuitBreakerThreshold",
            UNUSED,
            Takes::Whole(0, 100),
            "Failures after which it pauses; 0 for never.",
        )
        .or("0")
        .also(&["circuit_breaker_threshold"]),
        ignored(
            "circuitBreakerResetSecs",
            UNUSED,
            Takes::Whole(1, 300),
            "Seconds of such a pause.",
        )
        .or("30")
        .also(&["circuit_breaker_reset_secs"]),
        ignored("http2", UNUSED, Takes::Bool, "Whether HTTP/2 may be used.").or("true"),
        ignored(
            "keepaliveSecs",
            UNUSED,
            Takes::Whole(0, 600),
            "Seconds for which a connection is kept.",
        )
        .or("90")
        .also(&["keepalive_secs"]),
    ],
};
