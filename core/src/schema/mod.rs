//! A resource against the structural schema of its CRD: our own reading of it.
//!
//! The API server checks the same, but only when asked, one version of the CRD at a time, and
//! without saying what to write instead. The reconciler asks again, because what is stored may be
//! older than the schema; the command line asks first, because there may be no API server.
//!
//! Not read here, and left to the API server: `allOf`, `anyOf`, `oneOf`, `not`, `multipleOf`, CEL
//! rules, and formats other than `int32`, `int64` and `date-time`.

use std::collections::BTreeMap;

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::{
    JSONSchemaProps, JSONSchemaPropsOrArray, JSONSchemaPropsOrBool,
};
use regex_lite::Regex;
use serde_json::Value;

use crate::{
    field::{Errors, Path},
    trail::Trail,
};

mod check;
mod explain;
mod path;
pub mod patterns;
mod unknown;

pub use explain::Leaf;
pub use path::node_at;
pub use unknown::{did_you_mean, nearest};

/// Schemas nested deeper than this are not read: anything fits there.
const MAX_DEPTH: usize = 64;

/// A schema made ready to check with: patterns compiled, defaults decoded. Made once per kind.
#[derive(Clone, Debug)]
pub struct Compiled {
    root: Node,
    unchecked: Vec<Path>,
}

/// One node of a schema.
#[derive(Clone, Debug)]
struct Node {
    kind: Kind,
    nullable: bool,
    /// Whether fields that the schema does not name are kept.
    open: bool,
    /// Whether this is a resource, whose `apiVersion`, `kind` and `metadata` need no mention.
    resource: bool,
    description: String,
    default: Option<Value>,
    /// The acceptable values; any, if empty.
    values: Vec<Value>,
    minimum: Option<Bound>,
    maximum: Option<Bound>,
    width: Option<Width>,
    /// Whether a text is a moment.
    time: bool,
    length: Count,
    pattern: Option<Regex>,
    items: Count,
    unique: Unique,
    properties: Count,
    fields: BTreeMap<String, Node>,
    required: Vec<String>,
    /// What the values of other fields must be: `additionalProperties`.
    rest: Option<Box<Node>>,
    item: Option<Box<Node>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Any,
    Object,
    Array,
    String,
    Integer,
    Number,
    Boolean,
    IntOrString,
}

impl Kind {
    /// Whether it is one value, without fields or items.
    fn is_scalar(self) -> bool {
        !matches!(self, Self::Any | Self::Object | Self::Array)
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Bound {
    value: f64,
    exclusive: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Width {
    Int32,
    Int64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Count {
    least: Option<i64>,
    most: Option<i64>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Unique {
    No,
    /// No two items alike.
    Set,
    /// No two items alike in these fields.
    Map(Vec<String>),
}

impl Compiled {
    /// Reads a schema. A pattern that is no regular expression here is not checked, see
    /// [`unchecked`](Self::unchecked).
    pub fn new(schema: &JSONSchemaProps) -> Self {
        let mut unchecked = Vec::new();
        let root = Node::new(schema, &Path::default(), &mut unchecked);
        Self { root, unchecked }
    }

    /// Adds everything wrong with a value, except fields that the schema does not name: those may
    /// be of a newer version. `path` is where the value stands.
    ///
    /// As in the API server, a field that is absent or null but has a default is not missing.
    pub fn check(&self, path: &Path, value: &Value, errors: &mut Errors) {
        check::node(&self.root, &Trail::base(path), value, errors);
    }

    /// The fields that the schema does not name, each with the field that may have been meant.
    /// `path` is where the value stands; at the root (an empty path) `apiVersion`, `kind` and
    /// `metadata` are known, and not looked into.
    pub fn unknown(&self, path: &Path, value: &Value) -> Errors {
        unknown::fields(&self.root, path, value)
    }

    /// Every field that holds a value rather than fields, in the order of their paths, from the
    /// root of the schema. Items of a list stand at the path of the list, values of a map at `*`.
    pub fn leaves(&self) -> Vec<Leaf<'_>> {
        explain::leaves(&self.root)
    }

    /// The field at a path from the root of the schema. Indices are optional, as in `kubectl
    /// explain`; any key is found in a map.
    pub fn find(&self, path: &Path) -> Option<Leaf<'_>> {
        explain::find(&self.root, path)
    }

    /// The fields directly under a path: what may be written there. Empty for a leaf.
    pub fn children(&self, path: &Path) -> Vec<Leaf<'_>> {
        explain::children(&self.root, path)
    }

    /// Where a pattern is not checked, because the regular expressions here lack something it
    /// uses, such as `\p{Greek}`. For a test that there is none.
    pub fn unchecked(&self) -> &[Path] {
        &self.unchecked
    }
}

impl Node {
    fn new(schema: &JSONSchemaProps, path: &Path, unchecked: &mut Vec<Path>) -> Self {
        let deep = path.segments().len() >= MAX_DEPTH;
        let kind = if deep { Kind::Any } else { Kind::new(schema) };
        let bound = |value: Option<f64>, exclusive: Option<bool>| {
            value.map(|value| Bound { value, exclusive: exclusive == Some(true) })
        };
        let mut node = Self {
            kind,
            nullable: schema.nullable == Some(true),
            open: kind == Kind::Any || schema.x_kubernetes_preserve_unknown_fields == Some(true),
            resource: schema.x_kubernetes_embedded_resource == Some(true),
            description: schema.description.clone().unwrap_or_default(),
            default: schema.default.as_ref().and_then(|json| serde_json::to_value(json).ok()),
            values: schema.enum_.iter().flatten().flat_map(serde_json::to_value).collect(),
            minimum: bound(schema.minimum, schema.exclusive_minimum),
            maximum: bound(schema.maximum, schema.exclusive_maximum),
            width: match (kind, schema.format.as_deref()) {
                (Kind::Integer, Some("int32")) => Some(Width::Int32),
                (Kind::Integer, Some("int64")) => Some(Width::Int64),
                _ => None,
            },
            time: kind == Kind::String && schema.format.as_deref() == Some("date-time"),
            length: Count { least: schema.min_length, most: schema.max_length },
            pattern: None,
            items: Count { least: schema.min_items, most: schema.max_items },
            unique: Unique::new(schema),
            properties: Count { least: schema.min_properties, most: schema.max_properties },
            fields: BTreeMap::new(),
            required: schema.required.clone().unwrap_or_default(),
            rest: None,
            item: None,
        };
        if let Some(pattern) = &schema.pattern {
            match Regex::new(pattern) {
                Ok(pattern) => node.pattern = Some(pattern),
                Err(_) => unchecked.push(path.clone()),
            }
        }
        if !deep {
            node.nest(schema, path, unchecked);
        }
        node
    }

    fn nest(&mut self, schema: &JSONSchemaProps, path: &Path, unchecked: &mut Vec<Path>) {
        for (name, field) in schema.properties.iter().flatten() {
            self.fields.insert(name.clone(), Self::new(field, &path.child(name), unchecked));
        }
        match &schema.additional_properties {
            Some(JSONSchemaPropsOrBool::Schema(rest)) => {
                self.rest = Some(Box::new(Self::new(rest, &path.child("*"), unchecked)));
            }
            Some(JSONSchemaPropsOrBool::Bool(true)) => self.open = true,
            Some(JSONSchemaPropsOrBool::Bool(false)) | None => {}
        }
        // A list of schemas, one per item, is not structural.
        if let Some(JSONSchemaPropsOrArray::Schema(item)) = &schema.items {
            self.item = Some(Box::new(Self::new(item, &path.index(0), unchecked)));
        }
    }
}

impl Kind {
    fn new(schema: &JSONSchemaProps) -> Self {
        if schema.x_kubernetes_int_or_string == Some(true) {
            return Self::IntOrString;
        }
        match schema.type_.as_deref() {
            Some("object") => Self::Object,
            Some("array") => Self::Array,
            Some("string") => Self::String,
            Some("integer") => Self::Integer,
            Some("number") => Self::Number,
            Some("boolean") => Self::Boolean,
            Some(_) | None if schema.properties.is_some() => Self::Object,
            Some(_) | None => Self::Any,
        }
    }
}

impl Unique {
    fn new(schema: &JSONSchemaProps) -> Self {
        match schema.x_kubernetes_list_type.as_deref() {
            Some("set") => Self::Set,
            Some("map") => Self::Map(schema.x_kubernetes_list_map_keys.clone().unwrap_or_default()),
            Some(_) | None => Self::No,
        }
    }
}

#[cfg(test)]
mod tests;
