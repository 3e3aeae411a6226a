//! What several parts of a plan name: objects, gates, risks.

use schemars::{JsonSchema, Schema, json_schema};
use serde::Serialize;
use sluicegate_core::plan::GateState;

/// An object.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Target {
    /// Group and version.
    pub api_version: String,
    /// Kind.
    pub kind: String,
    /// Namespace; empty for an object of the whole cluster.
    pub namespace: String,
    /// Name.
    pub name: String,
}

/// A condition on a change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Gate {
    /// What `sluicegate/skip-gate` takes.
    pub id: &'static str,
    /// Whether it lets the change through.
    #[schemars(schema_with = "gate_state")]
    pub state: GateState,
    /// The value seen.
    pub observed: String,
}

/// A risk, or none.
pub(super) fn risk(_: &mut schemars::SchemaGenerator) -> Schema {
    json_schema!({ "enum": ["none", "online", "restart", "unavailable", "data-loss", null] })
}

/// The state of a gate.
pub(super) fn gate_state(_: &mut schemars::SchemaGenerator) -> Schema {
    json_schema!({ "enum": ["open", "closed", "unknown", "skipped"] })
}
