//! Kafka, and what speaks its protocol.

use super::{block, key, reference, shared, store, text, texts, words};
use crate::connector::{Connector, Key, Role, Takes, Word};

const BROKERS: Key = texts("brokers", "Brokers that are asked first, each as HOST:PORT.");
const BROKERS_REF: Key =
    reference("brokersSecretRef", "The brokers, from a Secret, with commas between them.");
const TOPIC: Key = key("topic", Takes::Text(249), "Topic.");
const TOPIC_REF: Key = reference("topicSecretRef", "The topic, from a Secret.");

static MECHANISMS: [Word; 3] =
    [Word::same("plain"), Word::same("scram-sha-256"), Word::same("scram-sha-512")];

static SASL_KEYS: [Key; 5] = [
    words("mechanism", &MECHANISMS, "Mechanism by which the user signs in.").required(),
    text("username", "User."),
    text("password", "Password of the user.").secret(),
    reference("usernameSecretRef", "The user, from a Secret."),
    reference("passwordSecretRef", "The password, from a Secret."),
];

const SASL: Key = block("sasl", &SASL_KEYS, "User and password. Left out: none.");

static FORMATS: [Word; 2] = [Word::same("json"), Word::same("avro")];

static REGISTRY_KEYS: [Key; 4] = [
    text("url", "Where it is, as a URL."),
    reference("urlSecretRef", "Where it is, from a Secret."),
    block("basicAuth", &shared::BASIC_AUTH_KEYS, "User and password. Left out: none."),
    shared::TLS,
];

pub(super) static SOURCE: Connector = store(
    "kafka",
    Role::Source,
    "Reads the records of a topic, each partition in its order. Needs brokers and topic, or their \
     SecretRefs.",
    &[
        BROKERS,
        BROKERS_REF,
        TOPIC,
        TOPIC_REF,
        key(
            "consumerGroup",
            Takes::Text(255),
            "Consumer group. Left out: dataflow-NAMESPACE.NAME, one for each flow. In the \
             documentation it is dataflow-operator for all, and two flows on one topic would share \
             its records.",
        ),
        reference("consumerGroupSecretRef", "The consumer group, from a Secret."),
        shared::TLS,
        SASL,
        words("format", &FORMATS, "What a record is written as.").or("json"),
        key(
            "avroSchema",
            Takes::Text(262_144),
            "Schema of the records, as JSON, where the format is avro.",
        ),
        text(
            "avroSchemaFile",
            "File of the schema. No file of yours is in the pod: use avroSchemaSecretRef.",
        ),
        reference("avroSchemaSecretRef", "The schema, from a Secret."),
        block("schemaRegistry", &REGISTRY_KEYS, "Where schemas are looked up by their ids."),
    ],
);

pub(super) static SINK: Connector = store(
    "kafka",
    Role::Sink,
    "Writes each record to a topic, with the key that it came with. Needs brokers and topic, or \
     their SecretRefs.",
    &[BROKERS, BROKERS_REF, TOPIC, TOPIC_REF, shared::TLS, SASL],
);
