//! Who may use a registry, how it is reached, and which other registry it is kept in step with. The
//! release has none of it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    k8s::schema::{SUBDOMAIN, VISIBLE},
    schema::patterns::DATA_KEY,
    words,
};

words! {
    /// How clients say who they are.
    AuthMethod {
        /// By name and password. This is the default.
        Basic = "basic",
        /// By a token of an issuer.
        Jwt = "jwt",
        /// By policies of Cedar.
        Cedar = "cedar",
    }
}

words! {
    /// What a user may do.
    Role {
        /// Everything.
        Admin = "admin",
        /// Register and read.
        Writer = "writer",
        /// Read. This is the default.
        Reader = "reader",
    }
}

words! {
    /// What the other registry is.
    RegistryType {
        /// One with the same API. This is the default.
        Compatible = "compatible",
        /// AWS Glue.
        Glue = "glue",
    }
}

words! {
    /// Which way schemas go.
    SyncMode {
        /// From the other one. This is the default.
        Mirror = "mirror",
        /// To the other one.
        Push = "push",
        /// Both ways.
        Bidirectional = "bidirectional",
    }
}

/// Who may use the registry.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Auth {
    /// Whether clients have to say who they are. Release 0.0.22 cannot ask them: with it nothing is
    /// started (rule REG-52). Default: `false`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// How. Default: `basic`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<AuthMethod>,
    /// The Secret with passwords, 1 to 253 characters. Optional.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 253), regex(pattern = SUBDOMAIN))]
    pub credentials_secret_ref: Option<String>,
    /// Where tokens come from. Optional.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jwt: Option<Jwt>,
    /// The policies. Optional.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cedar: Option<Cedar>,
    /// Users, at most 100. Default: `[]`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 100))]
    pub users: Option<Vec<User>>,
}

/// Where tokens come from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Jwt {
    /// The issuer, up to 2048 characters. Optional.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 2048), regex(pattern = VISIBLE))]
    pub issuer_url: Option<String>,
    /// Its keys, up to 2048 characters. Optional.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 2048), regex(pattern = VISIBLE))]
    pub jwks_url: Option<String>,
    /// Whom tokens are for, up to 253 characters. Optional.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 253), regex(pattern = VISIBLE))]
    pub audience: Option<String>,
    /// The claim with the user, up to 253 characters. Default: `sub`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 253), regex(pattern = VISIBLE))]
    pub username_claim: Option<String>,
    /// The claim with the roles, up to 253 characters. Default: `roles`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 253), regex(pattern = VISIBLE))]
    pub roles_claim: Option<String>,
}

/// Policies of Cedar.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Cedar {
    /// The Secret with them, 1 to 253 characters. Optional.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 253), regex(pattern = SUBDOMAIN))]
    pub policy_secret_ref: Option<String>,
}

/// A user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct User {
    /// Its name, 1 to 253 characters.
    #[schemars(length(min = 1, max = 253), regex(pattern = VISIBLE))]
    pub username: String,
    /// The key of the Secret with its password. Optional.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 253), regex(pattern = DATA_KEY))]
    pub password_secret_key: Option<String>,
    /// What it may do. Default: `reader`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// The subjects that it may use, at most 100; all where there are none. Default: `[]`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 100), inner(length(min = 1, max = 255)))]
    pub allowed_subjects: Option<Vec<String>>,
}

/// Encryption of the connections.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Tls {
    /// Whether connections are encrypted. Release 0.0.22 cannot: with it nothing is started (rule
    /// REG-52). Default: `false`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// The Secret with its certificate, 1 to 253 characters. Optional.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 253), regex(pattern = SUBDOMAIN))]
    pub cert_secret_name: Option<String>,
    /// Whether clients need a certificate. Default: `false`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mtls_enabled: Option<bool>,
    /// The Secret with who signs those, 1 to 253 characters. Optional.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 253), regex(pattern = SUBDOMAIN))]
    pub ca_secret_name: Option<String>,
    /// Whether the brokers are reached encrypted. Default: `false`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub broker_tls_enabled: Option<bool>,
    /// The Secret for that, 1 to 253 characters. Optional.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 253), regex(pattern = SUBDOMAIN))]
    pub broker_cert_secret_name: Option<String>,
}

/// Another registry to keep in step with.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct External {
    /// Whether to. Default: `false`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// What it is. Default: `compatible`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registry_type: Option<RegistryType>,
    /// Where it is, up to 2048 characters. Optional.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 2048), regex(pattern = VISIBLE))]
    pub registry_url: Option<String>,
    /// Which one of AWS Glue, up to 2048 characters. Optional.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 2048), regex(pattern = VISIBLE))]
    pub glue_registry_arn: Option<String>,
    /// Its region, up to 63 characters. Optional.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 63), regex(pattern = VISIBLE))]
    pub aws_region: Option<String>,
    /// Which way schemas go. Default: `mirror`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sync_mode: Option<SyncMode>,
    /// The subjects, at most 100; all where there are none. Default: `[]`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 100), inner(length(min = 1, max = 255)))]
    pub sync_subjects: Option<Vec<String>>,
    /// Seconds between two looks, 10 to 86400. Default: `300`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 10, max = 86_400))]
    pub sync_interval_seconds: Option<i32>,
    /// The Secret with who to be there, 1 to 253 characters. Optional.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 253), regex(pattern = SUBDOMAIN))]
    pub credentials_secret_ref: Option<String>,
}
