//! The catalogue of connectors: what users may write of each, and what rivven-connect 0.0.22 makes
//! of it.
//!
//! What the program reads and uses is `Reads`. What it does not read, or reads and does nothing
//! with, is `Ignores` where only tuning is lost, and `Lacks` where it changes what arrives or who
//! may read it. A key that is `true` or `false` and `Lacks` asks for something only when its value
//! is not its default. A block that is `Ignores` may hold keys that are `Lacks`.

mod analytics;
mod cdc;
mod cdc_lost;
mod cdc_more;
mod cdc_transforms;
mod clouds;
mod delta;
mod elasticsearch;
mod generators;
mod http;
mod kafka;
mod kafka_keys;
mod lakehouse;
mod mqtt;
mod mysql_cdc;
mod postgres_cdc;
mod pubsub;
mod rdbc;
mod samples;
mod shared;
mod sqlserver_cdc;
mod sqs;
mod storage;
mod vectors;
mod warehouses;
mod written;

use crate::connector::{Compared, Connector, Key, Program, Role, Takes, Word};

/// The connector of this name, if there is one.
pub(super) fn find(role: Role, name: &str) -> Option<&'static Connector> {
    CONNECTORS.iter().copied().find(|one| (one.role, one.name) == (role, name))
}

/// All of them: sources first, then sinks, each by name.
pub(crate) static CONNECTORS: &[&Connector] = &[
    &generators::DATAGEN,
    &kafka::EXTERNAL_SOURCE,
    &http::HTTP_SOURCE,
    &kafka::KAFKA_SOURCE,
    &mqtt::MQTT,
    &mqtt::MQTT_SOURCE,
    &mysql_cdc::MYSQL_CDC,
    &postgres_cdc::POSTGRES_CDC,
    &pubsub::PUBSUB,
    &pubsub::PUBSUB_SOURCE,
    &rdbc::RDBC_SOURCE,
    &sqlserver_cdc::SQLSERVER_CDC,
    &sqs::SQS_SOURCE,
    &sqs::SQS_SOURCE_NAMED,
    &storage::AZURE_BLOB,
    &warehouses::BIGQUERY,
    &analytics::CLICKHOUSE,
    &analytics::DATABRICKS,
    &delta::DELTA,
    &delta::DELTA_LAKE,
    &elasticsearch::ELASTICSEARCH,
    &kafka::EXTERNAL_SINK,
    &storage::GCS,
    &http::HTTP_SINK,
    &http::HTTP_WEBHOOK,
    &lakehouse::ICEBERG,
    &kafka::KAFKA_SINK,
    &storage::OBJECT_STORAGE,
    &vectors::PINECONE,
    &vectors::QDRANT,
    &rdbc::RDBC_SINK,
    &warehouses::REDSHIFT,
    &storage::S3,
    &vectors::S3_VECTORS,
    &warehouses::SNOWFLAKE,
    &sqs::SQS_SINK,
    &generators::STDOUT,
];

/// What the types of rivven-connect 0.0.22 answered: `.ci/catalogue/run` asks them.
pub(crate) const COMPARED: Compared =
    Compared { samples: samples::SAMPLES, answers: include_str!("compared.txt") };

/// Why a key has no effect.
const NO_KEY: &str = "rivven-connect 0.0.22 reads no such key";
/// Why a key has no effect although it is read.
const UNUSED: &str = "rivven-connect 0.0.22 reads it and does nothing with it";
/// Why records are not routed.
const ONE_TOPIC: &str = "rivven-connect 0.0.22 sends every record of a source to its one topic";
/// As many as fit into 32 bits: the end of a range that nobody has named.
const MANY: i64 = 4_294_967_295;

/// A text that the program reads.
const fn text(name: &'static str, path: &'static str, about: &'static str) -> Key {
    reads(name, path, Takes::Text(1024), about)
}

/// Something that is `true` or `false` and that the program reads.
const fn flag(name: &'static str, path: &'static str, about: &'static str) -> Key {
    reads(name, path, Takes::Bool, about)
}

/// A list of texts that the program reads.
const fn texts(name: &'static str, path: &'static str, about: &'static str) -> Key {
    reads(name, path, Takes::Texts, about)
}

/// A whole number that the program reads.
const fn whole(
    name: &'static str,
    path: &'static str,
    from: i64,
    to: i64,
    about: &'static str,
) -> Key {
    reads(name, path, Takes::Whole(from, to), about)
}

/// One of several words, which the program reads.
const fn words(
    name: &'static str,
    path: &'static str,
    words: &'static [Word],
    about: &'static str,
) -> Key {
    reads(name, path, Takes::Words(words), about)
}

/// Keys of its own, which the program reads.
const fn block(
    name: &'static str,
    path: &'static str,
    keys: &'static [Key],
    about: &'static str,
) -> Key {
    reads(name, path, Takes::Block(keys), about)
}

/// Something that the program reads.
const fn reads(name: &'static str, path: &'static str, takes: Takes, about: &'static str) -> Key {
    Key::new(name, Program::Reads(path), takes, about)
}

/// Something without which only tuning is lost.
const fn ignored(name: &'static str, why: &'static str, takes: Takes, about: &'static str) -> Key {
    Key::new(name, Program::Ignores(why), takes, about)
}

/// Something without which other records would arrive, or others could read them.
const fn lacking(name: &'static str, why: &'static str, takes: Takes, about: &'static str) -> Key {
    Key::new(name, Program::Lacks(why), takes, about)
}
