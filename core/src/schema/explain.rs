//! What a schema says of its fields: for `explain field`, and for tests that all say something.

use serde_json::Value;

use super::{Kind, Node};
use crate::field::{Path, Segment};

/// A field of a schema.
#[derive(Clone, Debug, PartialEq)]
pub struct Leaf<'a> {
    /// Where, from the root of the schema.
    pub path: Path,
    /// What it means: the description in the CRD. Empty if there is none.
    pub description: &'a str,
    /// What may be written, such as `integer` or `list of string`.
    pub type_: String,
    /// What is written if nothing is.
    pub default: Option<&'a Value>,
    /// The only values that may be written; any, if empty.
    pub values: &'a [Value],
    /// Whether something must be written.
    pub required: bool,
}

pub(super) fn leaves(root: &Node) -> Vec<Leaf<'_>> {
    let mut found = Vec::new();
    gather(root, leaf(root, Path::default(), false), &mut found);
    found
}

pub(super) fn find<'a>(root: &'a Node, path: &Path) -> Option<Leaf<'a>> {
    let (node, required) = reach(root, path)?;
    Some(leaf(node, path.clone(), required))
}

pub(super) fn children<'a>(root: &'a Node, path: &Path) -> Vec<Leaf<'a>> {
    let Some((node, _)) = reach(root, path) else { return Vec::new() };
    let mut node = node;
    while let Some(item) = node.item.as_deref() {
        node = item;
    }
    let fields = node.fields.iter();
    fields
        .map(|(name, field)| leaf(field, path.child(name), node.required.contains(name)))
        .collect()
}

fn gather<'a>(node: &'a Node, own: Leaf<'a>, found: &mut Vec<Leaf<'a>>) {
    if let Some(item) = node.item.as_deref().filter(|item| branches(item)) {
        return gather(item, leaf(item, own.path, own.required), found);
    }
    if let Some(rest) = node.rest.as_deref().filter(|rest| branches(rest)) {
        gather(rest, leaf(rest, own.path.child("*"), false), found);
    } else if node.fields.is_empty() {
        found.push(own);
        return;
    }
    for (name, field) in &node.fields {
        let required = node.required.contains(name);
        gather(field, leaf(field, own.path.child(name), required), found);
    }
}

/// Whether there are named fields under a node.
fn branches(node: &Node) -> bool {
    !node.fields.is_empty()
        || node.item.as_deref().is_some_and(branches)
        || node.rest.as_deref().is_some_and(branches)
}

fn reach<'a>(root: &'a Node, path: &Path) -> Option<(&'a Node, bool)> {
    let (mut node, mut required) = (root, false);
    for segment in path.segments() {
        match segment {
            Segment::Index(_) => node = node.item.as_deref()?,
            Segment::Key(key) => {
                while let Some(item) = node.item.as_deref() {
                    node = item;
                }
                required = node.required.contains(key);
                node = node.fields.get(key).or(node.rest.as_deref())?;
            }
        }
    }
    Some((node, required))
}

fn leaf(node: &Node, path: Path, required: bool) -> Leaf<'_> {
    Leaf {
        path,
        description: &node.description,
        type_: name(node),
        default: node.default.as_ref(),
        values: &node.values,
        required: required && node.default.is_none(),
    }
}

fn name(node: &Node) -> String {
    let of = |what: &str, under: Option<&Node>| match under {
        Some(under) => format!("{what} of {}", name(under)),
        None => what.to_owned(),
    };
    match node.kind {
        Kind::Any => "any".to_owned(),
        Kind::Object if node.fields.is_empty() && node.rest.is_some() => {
            of("map", node.rest.as_deref())
        }
        Kind::Object => "object".to_owned(),
        Kind::Array => of("list", node.item.as_deref()),
        Kind::String => "string".to_owned(),
        Kind::Integer => "integer".to_owned(),
        Kind::Number => "number".to_owned(),
        Kind::Boolean => "boolean".to_owned(),
        Kind::IntOrString => "integer or string".to_owned(),
    }
}
