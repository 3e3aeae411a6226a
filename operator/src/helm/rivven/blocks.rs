//! The blocks of a cluster's values.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sluicegate_core::{k8s::schema::CHART_QUANTITY, systems::rivven::cluster::api::PullPolicy};

/// The cluster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Cluster {
    /// Number of brokers, 1 to 100. Those of rivvend 0.0.22 run alone, and clients are led to the
    /// first.
    #[schemars(range(min = 1, max = 100))]
    pub replicas: i32,
}

impl Default for Cluster {
    fn default() -> Self {
        Self { replicas: 3 }
    }
}

/// The image of the brokers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Image {
    /// Where the image is, without a tag. Left empty: where it is published.
    #[schemars(
        length(max = 255),
        regex(pattern = "^([A-Za-z0-9]+(([.:/@]|_{1,2}|-+)[A-Za-z0-9]+)*)?$")
    )]
    pub repository: String,
    /// The release of Rivven, as images are tagged. Left empty, or `latest`: the newest that the
    /// operator knows, which is then pinned.
    #[schemars(length(max = 64), regex(pattern = "^([A-Za-z0-9_][A-Za-z0-9_.-]*)?$"))]
    pub tag: String,
    /// When nodes fetch it.
    pub pull_policy: PullPolicy,
}

impl Default for Image {
    fn default() -> Self {
        let (repository, tag) = (String::new(), String::new());
        Self { repository, tag, pull_policy: PullPolicy::IfNotPresent }
    }
}

/// Where each broker keeps its data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Storage {
    /// Size of each broker's volume, such as `100Gi`. It may grow where the storage class allows
    /// it, and never shrinks. Left empty: 10Gi.
    #[schemars(schema_with = "size")]
    pub size: Value,
    /// Storage class of the volumes; cannot be changed afterwards. Left empty: the default class.
    #[schemars(length(max = 253))]
    pub storage_class: String,
    /// Who may mount them, at most 3 modes. Left empty: `[ReadWriteOnce]`.
    #[schemars(length(max = 3))]
    pub access_modes: Vec<String>,
    /// What happens to the volumes, with all data, when the release is uninstalled: `Retain` or
    /// `Delete`. Left empty: `Retain`.
    #[schemars(extend("enum" = ["", "Retain", "Delete"]))]
    pub deletion_policy: String,
}

impl Default for Storage {
    fn default() -> Self {
        let (storage_class, deletion_policy) = (String::new(), String::new());
        Self { size: json!(""), storage_class, access_modes: Vec::new(), deletion_policy }
    }
}

/// Where each broker keeps its data, by another name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Persistence {
    /// The same as storage.size.
    #[schemars(schema_with = "size")]
    pub size: Value,
    /// The same as storage.storageClass.
    #[schemars(length(max = 253))]
    pub storage_class: String,
}

impl Default for Persistence {
    fn default() -> Self {
        Self { size: json!(""), storage_class: String::new() }
    }
}

/// Encryption of the brokers' connections.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Tls {
    /// Whether clients must encrypt.
    pub enabled: bool,
    /// Secret with the certificate (`tls.crt`) and its key (`tls.key`); needed with `enabled`.
    #[schemars(length(max = 253))]
    pub existing_secret: String,
}

/// Certificates of the clients.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Mtls {
    /// Whether clients must have one; needs tls.enabled.
    pub enabled: bool,
    /// Who signs them.
    #[serde(rename = "clientCA")]
    pub client_ca: ClientCa,
}

/// Who signs the clients' certificates.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ClientCa {
    /// Secret with the certificate of the authority (`ca.crt`).
    #[schemars(length(max = 253))]
    pub secret_name: String,
}

/// How clients prove who they are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Auth {
    /// Whether they must at all.
    pub enabled: bool,
    /// By what: `mtls`, `scram` or `token`. Left empty: nothing is chosen.
    #[schemars(extend("enum" = ["", "mtls", "scram", "token"]))]
    pub mechanism: String,
    /// Users and passwords, for the mechanism `scram`.
    pub scram: Scram,
}

/// Users and passwords.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Scram {
    /// Secret with a password for each user name.
    #[schemars(length(max = 253))]
    pub existing_secret: String,
}

/// A ServiceAccount.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Account {
    /// The name of one that exists. Left empty: the operator's choice.
    #[schemars(length(max = 253))]
    pub name: String,
}

fn size(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": ["integer", "string"], "pattern": CHART_QUANTITY, "minimum": 0 })
}
