//! The keys of a connector as a field of a resource.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The keys of a connector. Which there are says its catalogue, not the schema: a connector more
/// changes no definition.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Keys(pub Map<String, Value>);

impl JsonSchema for Keys {
    fn schema_name() -> Cow<'static, str> {
        Cow::Borrowed("Keys")
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "object", "x-kubernetes-preserve-unknown-fields": true })
    }
}
