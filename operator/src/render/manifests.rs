//! The objects of a plan, ready for `kubectl apply`.

use serde_json::Value;

use super::View;
use crate::plan::{
    model::{Action, Op, Output},
    show::KNOWN_AFTER_APPLY,
};

/// Every object as it will be applied last, in the order in which they are first needed. A field
/// whose value only the API server will give is left out. Values of variables, which no other
/// output shows, are in it: it is what will be applied.
pub fn render(output: &Output, _: &View) -> String {
    let mut objects: Vec<(&Action, Value)> = Vec::new();
    let actions = output.resources.iter().flat_map(|resource| &resource.actions);
    for action in actions {
        match (action.op, &action.applied) {
            (Op::Create | Op::Recreate | Op::Update, Some(object)) => {
                let at = objects.iter().position(|(earlier, _)| earlier.target == action.target);
                let object = without_unknown(object.clone()).unwrap_or_default();
                match at {
                    Some(at) => objects[at].1 = object,
                    None => objects.push((action, object)),
                }
            }
            (Op::Delete, _) => objects.retain(|(earlier, _)| earlier.target != action.target),
            (
                Op::Create
                | Op::Recreate
                | Op::Update
                | Op::Replace
                | Op::Restart
                | Op::Call
                | Op::Status
                | Op::Finalizers
                | Op::Event,
                _,
            ) => {}
        }
    }
    let documents = objects.iter().map(|(_, object)| sluicegate_effects::yaml::to_string(object));
    documents.collect::<Vec<_>>().join("---\n")
}

/// The value without what is only known later. An owner whose uid is not known is no owner.
fn without_unknown(value: Value) -> Option<Value> {
    match value {
        Value::String(text) if text == KNOWN_AFTER_APPLY => None,
        Value::Array(items) => Some(items.into_iter().filter_map(without_unknown).collect()),
        Value::Object(fields) => {
            let owner = fields.contains_key("uid") && fields.contains_key("controller");
            if owner && fields.get("uid").is_some_and(|uid| *uid == KNOWN_AFTER_APPLY) {
                return None;
            }
            let kept = fields.into_iter();
            let known = kept.filter_map(|(key, value)| Some((key, without_unknown(value)?)));
            // Where no owner is known yet there is nothing to say of owners.
            let says = |(key, value): &(String, Value)| {
                key != "ownerReferences" || value.as_array().is_none_or(|all| !all.is_empty())
            };
            Some(known.filter(says).collect())
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Some(value),
    }
}
