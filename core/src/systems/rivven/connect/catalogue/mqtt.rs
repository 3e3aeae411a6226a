//! Messages of MQTT.

use super::{UNUSED, block, flag, ignored, lacking, reads, text, texts, whole, words};
use crate::connector::{Connector, Key, Program, Role, Takes, Word};

/// Why another version is not spoken.
const V311: &str = "rivven-connect 0.0.22 always speaks MQTT 3.1.1";
/// Why a certificate is refused.
const ROOTS: &str = "rivven-connect 0.0.22 trusts what its image trusts and shows no certificate";

const QOS: &[Word] =
    &[Word::same("at_most_once"), Word::same("at_least_once"), Word::same("exactly_once")];

const VERSIONS: &[Word] =
    &[Word::ignored("v3", V311), Word::same("v311"), Word::ignored("v5", V311)];

const MQTT_AUTH_KEYS: &[Key] = &[
    text("username", "auth.username", "User to log in as; only together with the password."),
    text("password", "auth.password", "Password of the user.").secret(),
    lacking(
        "caCert",
        ROOTS,
        Takes::Text(1024),
        "File with the certificates of the authorities to trust.",
    )
    .also(&["ca_cert"]),
    lacking("clientCert", ROOTS, Takes::Text(1024), "File with the certificate of the client.")
        .also(&["client_cert"]),
    lacking("clientKey", ROOTS, Takes::Text(1024), "File with the private key of the client.")
        .also(&["client_key"]),
];

const LAST_WILL_KEYS: &[Key] = &[
    text("topic", "last_will.topic", "Topic of the message.").required(),
    reads("message", "last_will.message", Takes::Text(65536), "The message.").required(),
    words("qos", "last_will.qos", QOS, "How surely it is delivered.").or("at_most_once"),
    flag("retain", "last_will.retain", "Whether the broker keeps it.").or("false"),
];

/// What mqtt takes.
const MQTT_KEYS: &[Key] = &[
    reads("brokerUrl", "broker_url", Takes::Text(2048), "Address of the broker; mqtts:// for TLS.")
        .required()
        .also(&["broker_url"]),
    texts("topics", "topics", "Topics to subscribe to; + and # stand for any.").required(),
    reads(
        "clientId",
        "client_id",
        Takes::Text(255),
        "Name by which the broker knows it; a random one if left out.",
    )
    .also(&["client_id"]),
    words("qos", "qos", QOS, "How surely messages are delivered.").or("at_least_once").always(),
    flag("cleanSession", "clean_session", "Whether the broker forgets what was missed.")
        .or("true")
        .also(&["clean_session"]),
    words("mqttVersion", "mqtt_version", VERSIONS, "Version of the protocol.")
        .or("v311")
        .also(&["mqtt_version"]),
    text("username", "auth.username", "User to log in as; only together with the password."),
    text("password", "auth.password", "Password of the user.").secret(),
    block("auth", "auth", MQTT_AUTH_KEYS, "How to log in, by the names of the program."),
    whole("keepAliveSecs", "keep_alive_secs", 5, 65_535, "Seconds between two signs of life.")
        .or("60")
        .also(&["keep_alive_secs"]),
    whole(
        "connectTimeoutSecs",
        "connect_timeout_secs",
        1,
        300,
        "Seconds that connecting may take.",
    )
    .or("30")
    .also(&["connect_timeout_secs"]),
    whole("maxInflight", "max_inflight", 1, 65_535, "Requests that may wait in the client.")
        .or("100")
        .also(&["max_inflight"]),
    ignored(
        "reconnectDelayMs",
        UNUSED,
        Takes::Whole(100, 60_000),
        "Milliseconds before connecting again.",
    )
    .or("5000")
    .also(&["reconnect_delay_ms"]),
    ignored(
        "maxReconnectAttempts",
        UNUSED,
        Takes::Whole(0, 4_294_967_295),
        "How often connecting is tried again; 0 for ever.",
    )
    .or("0")
    .also(&["max_reconnect_attempts"]),
    flag("parseJsonPayload", "parse_json_payload", "Whether messages are read as JSON.")
        .or("true")
        .also(&["parse_json_payload"]),
    flag(
        "includeMetadata",
        "include_metadata",
        "Whether the topic and the like are kept in the metadata.",
    )
    .or("true")
    .also(&["include_metadata"]),
    block(
        "lastWill",
        "last_will",
        LAST_WILL_KEYS,
        "Message that the broker sends when this one is gone.",
    )
    .also(&["last_will"]),
    whole(
        "retryInitialMs",
        "retry_initial_ms",
        10,
        60_000,
        "Milliseconds before connecting again, at first.",
    )
    .or("100")
    .also(&["retry_initial_ms"]),
    whole(
        "retryMaxMs",
        "retry_max_ms",
        100,
        300_000,
        "Milliseconds before it is tried again at most.",
    )
    .or("10000")
    .also(&["retry_max_ms"]),
    reads(
        "retryMultiplier",
        "retry_multiplier",
        Takes::Number(1.0, 10.0),
        "By how much that time grows with each try.",
    )
    .or("2.0")
    .also(&["retry_multiplier"]),
];

pub(super) static MQTT: Connector = Connector {
    name: "mqtt",
    role: Role::Source,
    about: "Subscribes to topics of an MQTT broker.",
    block: Some("mqtt"),
    program: Program::Reads("mqtt"),
    fixed: &[],
    lacks: None,
    keys: MQTT_KEYS,
};

pub(super) static MQTT_SOURCE: Connector = Connector {
    name: "mqtt-source",
    role: Role::Source,
    about: "Subscribes to topics of an MQTT broker.",
    block: Some("mqtt"),
    program: Program::Reads("mqtt"),
    fixed: &[],
    lacks: None,
    keys: MQTT_KEYS,
};
