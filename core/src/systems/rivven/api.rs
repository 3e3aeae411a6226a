//! The parts that Rivven's kinds have in common.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::k8s::schema::LABEL;

/// Which cluster a resource belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ClusterRef {
    /// The name of a RivvenCluster: 1 to 63 lower-case letters, digits and dashes.
    #[schemars(length(min = 1, max = 63), regex(pattern = LABEL))]
    pub name: String,
    /// The namespace of that RivvenCluster, which must list this one in its topicNamespaces.
    /// Optional; the namespace of this resource without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 63), regex(pattern = LABEL))]
    pub namespace: Option<String>,
}
