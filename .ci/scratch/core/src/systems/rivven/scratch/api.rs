//! A scratch as users write it, and what is told back.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, Time};
use kube_derive::CustomResource;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::k8s::{
    api::{lenient, lenient_list},
    schema,
};

/// So many pods of an image.
// Columns have words in common, which is no mistake.
#[allow(clippy::duplicated_attributes)]
#[derive(CustomResource, Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[kube(
    group = "rivven.hupe1980.github.io",
    version = "v1alpha1",
    kind = "RivvenScratch",
    plural = "rivvenscratches",
    namespaced,
    category = "streaming",
    status = "RivvenScratchStatus",
    printcolumn(
        name = "Ready",
        type_ = "string",
        json_path = r#".status.conditions[?(@.type=="Ready")].status"#
    ),
    crates(kube_core = "::kube_core"),
    derive = "PartialEq",
    doc = "So many pods of an image."
)]
#[serde(rename_all = "camelCase")]
pub struct RivvenScratchSpec {
    /// How many pods, 1 to 10. Default: `1`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 10))]
    pub replicas: Option<i32>,
    /// The image. Default: `registry.example/scratch:1`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 255), regex(pattern = schema::IMAGE))]
    pub image: Option<String>,
}

/// What has become of it.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct RivvenScratchStatus {
    /// The state in one sentence.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient")]
    pub message: Option<String>,
    /// Pods that are ready.
    #[serde(deserialize_with = "lenient")]
    pub ready_replicas: i32,
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

crate::status!(RivvenScratchStatus, last_updated);
