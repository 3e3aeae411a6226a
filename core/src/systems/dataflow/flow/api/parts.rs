//! The parts of a flow: its stores and its transformations, each with two ways to write what it
//! takes.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    connector::{Keys, Role, union_of},
    schema::node_at,
    systems::dataflow::catalogue,
    words,
};

words! {
    /// What a store is.
    StoreType {
        /// Kafka, and what speaks its protocol.
        Kafka = "kafka",
        /// PostgreSQL.
        Postgresql = "postgresql",
        /// Trino.
        Trino = "trino",
        /// ClickHouse.
        Clickhouse = "clickhouse",
        /// Nessie: tables of Iceberg.
        Nessie = "nessie",
    }
}

/// A store that records are read from or written to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Store {
    /// What it is.
    #[serde(rename = "type")]
    pub kind: StoreType,
    /// What it takes; `sluicegate explain connector dataflow/NAME` lists it for each type. Left
    /// out: that stands below its own name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config: Option<Keys>,
    /// What a store of type kafka takes, as it was written before there was `config`. Left
    /// out: that stands there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kafka: Option<Keys>,
    /// What a store of type postgresql takes, as it was written before there was `config`. Left
    /// out: that stands there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postgresql: Option<Keys>,
    /// What a store of type trino takes, as it was written before there was `config`. Left
    /// out: that stands there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trino: Option<Keys>,
    /// What a store of type clickhouse takes, as the others may be written. Left out: that stands
    /// below `config`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clickhouse: Option<Keys>,
    /// What a store of type nessie takes, as the others may be written. Left out: that stands
    /// below `config`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nessie: Option<Keys>,
}

words! {
    /// What is done to a record.
    StepType {
        /// Notes when it was done.
        Timestamp = "timestamp",
        /// Makes one record of each item of a list.
        Flatten = "flatten",
        /// Lets through what meets a condition.
        Filter = "filter",
        /// Makes values unreadable.
        Mask = "mask",
        /// Leads what meets a condition to a sink of its own.
        Router = "router",
        /// Keeps these fields and no others.
        Select = "select",
        /// Takes fields out.
        Remove = "remove",
        /// Writes names `like_this`.
        SnakeCase = "snakeCase",
        /// Writes names `LikeThis`.
        CamelCase = "camelCase",
    }
}

/// Something that is done to records on their way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Step {
    /// What is done.
    #[serde(rename = "type")]
    pub kind: StepType,
    /// What it takes; `sluicegate explain connector dataflow/NAME` lists it for each type. Left
    /// out: that stands below its own name, if it needs anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config: Option<Keys>,
    /// What a timestamp takes, as it was written before there was `config`. Left out: that
    /// stands there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<Keys>,
    /// What a flatten takes, as it was written before there was `config`. Left out: that
    /// stands there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flatten: Option<Keys>,
    /// What a filter takes, as it was written before there was `config`. Left out: that
    /// stands there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<Keys>,
    /// What a mask takes, as it was written before there was `config`. Left out: that
    /// stands there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mask: Option<Keys>,
    /// What a router takes, as it was written before there was `config`. Left out: that
    /// stands there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub router: Option<Keys>,
    /// What a select takes, as it was written before there was `config`. Left out: that
    /// stands there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub select: Option<Keys>,
    /// What a remove takes, as it was written before there was `config`. Left out: that
    /// stands there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remove: Option<Keys>,
    /// What a snakeCase takes, as it was written before there was `config`. Left out: that
    /// stands there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snake_case: Option<Keys>,
    /// What a camelCase takes, as it was written before there was `config`. Left out: that
    /// stands there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub camel_case: Option<Keys>,
}

/// The schema of a store that is read.
pub(super) fn source(generator: &mut SchemaGenerator) -> Schema {
    typed(Store::json_schema(generator), "config", Role::Source)
}

/// The schema of a store that is written to.
pub(super) fn sink(generator: &mut SchemaGenerator) -> Schema {
    typed(Store::json_schema(generator), "config", Role::Sink)
}

/// The schema of transformations, at most 100.
pub(super) fn steps(generator: &mut SchemaGenerator) -> Schema {
    let item = typed(Step::json_schema(generator), "config", Role::Transformation);
    let list = json!({ "type": "array", "maxItems": 100, "items": item });
    list.try_into().expect("an object is a schema")
}

/// A schema whose field of this name has what the catalogue knows.
fn typed(schema: Schema, field: &str, role: Role) -> Schema {
    let mut schema = schema.to_value();
    let node = node_at(&mut schema, field);
    let union = union_of(&catalogue::of(role)).to_value();
    let Value::Object(union) = union else { unreachable!("a union is an object") };
    node.extend(union);
    schema.try_into().expect("it was one before")
}
