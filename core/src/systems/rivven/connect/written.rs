//! Sources and sinks as they are written, alike.

use serde_json::Value;

use super::api::{Keys, RivvenConnectSpec, Settings, Sink, Source};
use crate::{
    connector::{Node, Object, Role},
    field::Path,
};

/// What a source and a sink have in common.
pub(super) struct Written<'a> {
    pub(super) role: Role,
    pub(super) at: Path,
    pub(super) name: &'a str,
    pub(super) connector: &'a str,
    pub(super) enabled: Option<bool>,
    pub(super) config: Option<&'a Keys>,
    pub(super) secret: Option<&'a String>,
    pub(super) blocks: Vec<(&'static str, &'a Keys)>,
    /// Keys that stand beside `config`.
    pub(super) beside: Vec<(&'static str, Value)>,
}

/// All of them, sources first.
pub(super) fn all(spec: &RivvenConnectSpec) -> impl Iterator<Item = Written<'_>> {
    let sources = spec.sources.iter().flatten().enumerate();
    let sinks = spec.sinks.iter().flatten().enumerate();
    sources.map(|(index, one)| source(one, index)).chain(sinks.map(|(index, one)| sink(one, index)))
}

/// Of the source at this place.
pub(super) fn source(source: &Source, index: usize) -> Written<'_> {
    let blocks = [
        ("postgresCdc", &source.postgres_cdc),
        ("mysqlCdc", &source.mysql_cdc),
        ("http", &source.http),
        ("datagen", &source.datagen),
        ("externalSource", &source.external_source),
        ("mqtt", &source.mqtt),
        ("sqs", &source.sqs),
        ("pubsub", &source.pubsub),
    ];
    let routing = source.topic_routing.as_ref().map(|it| ("topicRouting", Value::from(it.clone())));
    let tables = source.tables.as_ref().filter(|tables| !tables.is_empty()).map(|tables| {
        let tables = tables.iter().map(|Keys(table)| Value::Object(table.clone()));
        ("tables", tables.collect())
    });
    Written {
        role: Role::Source,
        at: Path::dotted("spec.sources").index(index),
        name: &source.name,
        connector: &source.connector,
        enabled: source.enabled,
        config: source.config.as_ref(),
        secret: source.config_secret_ref.as_ref(),
        blocks: given(blocks),
        beside: routing.into_iter().chain(tables).collect(),
    }
}

/// Of the sink at this place.
pub(super) fn sink(sink: &Sink, index: usize) -> Written<'_> {
    let blocks = [
        ("s3", &sink.s3),
        ("http", &sink.http),
        ("stdout", &sink.stdout),
        ("externalSink", &sink.external_sink),
        ("gcs", &sink.gcs),
        ("azureBlob", &sink.azure_blob),
        ("snowflake", &sink.snowflake),
        ("bigquery", &sink.bigquery),
        ("redshift", &sink.redshift),
        ("iceberg", &sink.iceberg),
        ("deltaLake", &sink.delta_lake),
    ];
    Written {
        role: Role::Sink,
        at: Path::dotted("spec.sinks").index(index),
        name: &sink.name,
        connector: &sink.connector,
        enabled: sink.enabled,
        config: sink.config.as_ref(),
        secret: sink.config_secret_ref.as_ref(),
        blocks: given(blocks),
        beside: Vec::new(),
    }
}

fn given<'a, const N: usize>(
    blocks: [(&'static str, &'a Option<Keys>); N],
) -> Vec<(&'static str, &'a Keys)> {
    blocks.into_iter().filter_map(|(name, keys)| Some((name, keys.as_ref()?))).collect()
}

/// What of a source stands beside its `config`.
pub(super) fn source_frame(source: &Source) -> Object {
    let mut frame = Object::from([("topic".to_owned(), Node::text(&source.topic))]);
    let mut topic = Object::new();
    if let Some(config) = &source.topic_config {
        if let Some(number) = config.partitions {
            topic.insert("partitions".to_owned(), Node::whole(number));
        }
        if let Some(made) = config.auto_create {
            topic.insert("auto_create".to_owned(), Node::Bool(made));
        }
    }
    if !topic.is_empty() {
        frame.insert("topic_config".to_owned(), Node::Map(topic));
    }
    frame
}

/// With how many partitions a source makes its topic where there is none; nothing where it does
/// not.
pub(super) fn made(source: &Source, settings: Option<&Settings>) -> Option<u32> {
    let (own, all) = (source.topic_config.as_ref(), settings.and_then(|all| all.topic.as_ref()));
    let makes = own.and_then(|own| own.auto_create).or(all.and_then(|all| all.auto_create));
    let count = own.and_then(|own| own.partitions).or(all.and_then(|all| all.default_partitions));
    makes.unwrap_or(true).then(|| count.and_then(|many| many.try_into().ok()).unwrap_or(1))
}

/// What of a sink stands beside its `config`.
pub(super) fn sink_frame(sink: &Sink) -> Object {
    let start = match sink.start_offset.as_deref() {
        None => Node::text("latest"),
        Some(word @ ("earliest" | "latest")) => Node::text(word),
        // A plain text, or a map, is refused by the program.
        Some(time) => Node::Tagged("!timestamp", time.to_owned()),
    };
    let mut frame = Object::from([
        ("topics".to_owned(), Node::List(sink.topics.iter().map(Node::text).collect())),
        ("consumer_group".to_owned(), Node::text(&sink.consumer_group)),
        ("start_offset".to_owned(), start),
    ]);
    let mut limit = Object::new();
    // Without a rate there is no limit, and nothing to go beyond it.
    let limited = sink.rate_limit.as_ref().filter(|given| given.events_per_second > Some(0));
    if let Some(given) = limited {
        let numbers = [
            ("events_per_second", given.events_per_second),
            ("burst_capacity", given.burst_capacity),
        ];
        for (name, number) in numbers {
            if let Some(number) = number {
                limit.insert(name.to_owned(), Node::whole(number));
            }
        }
    }
    if !limit.is_empty() {
        frame.insert("rate_limit".to_owned(), Node::Map(limit));
    }
    frame
}
