//! A lamp as users write it, and what is told back.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, Time};
use kube_derive::CustomResource;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::k8s::{
    api::{lenient, lenient_list},
    schema,
};

/// A lamp.
#[derive(CustomResource, Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[kube(
    group = "toy.example.com",
    version = "v1",
    kind = "ToyLamp",
    namespaced,
    status = "ToyLampStatus",
    printcolumn(
        name = "Ready",
        type_ = "string",
        json_path = r#".status.conditions[?(@.type=="Ready")].status"#
    ),
    crates(kube_core = "::kube_core"),
    derive = "PartialEq",
    doc = "A lamp."
)]
#[serde(rename_all = "camelCase")]
pub struct ToyLampSpec {
    /// Whether it is lit. Default: `false`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lit: Option<bool>,
}

/// What has become of it.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct ToyLampStatus {
    /// The state in one sentence.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient")]
    pub message: Option<String>,
    /// The generation of the resource that this speaks of.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient")]
    pub observed_generation: Option<i64>,
    /// What is the case and since when, at most one of a type.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "lenient_list")]
    #[schemars(schema_with = "schema::conditions")]
    pub conditions: Vec<Condition>,
    /// When this last changed.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient")]
    pub last_updated: Option<Time>,
}

crate::status!(ToyLampStatus, last_updated);
