//! Variables in another order: no value differs, and yet it is an update, since one may stand in
//! the value of a later one.

use serde_json::{Value, json};

use super::model::FieldChange;

/// The lists of variables whose order an object changes, with their names.
pub(super) fn changes(before: &Value, object: &Value) -> Vec<FieldChange> {
    let mut found = Vec::new();
    walk("", before, object, &mut found);
    found
}

fn walk(path: &str, before: &Value, object: &Value, found: &mut Vec<FieldChange>) {
    match (before, object) {
        (Value::Object(was), Value::Object(is)) => {
            for (key, is) in is {
                if let Some(was) = was.get(key) {
                    walk(&format!("{path}/{key}"), was, is, found);
                }
            }
        }
        (Value::Array(was), Value::Array(is)) if path.ends_with("/env") => {
            let (was, is) = (among(was, is), among(is, was));
            if was != is {
                let (before, after) = (Some(json!(was)), Some(json!(is)));
                let (path, op) = (path.to_owned(), "replace");
                let (sensitive, unknown) = (false, false);
                found.push(FieldChange { path, op, before, after, sensitive, unknown });
            }
        }
        (Value::Array(was), Value::Array(is)) => {
            for is in is {
                let Some(name) = name(is) else { continue };
                if let Some(was) = was.iter().find(|was| self::name(was) == Some(name)) {
                    walk(&format!("{path}/{name}"), was, is, found);
                }
            }
        }
        _ => {}
    }
}

fn name(item: &Value) -> Option<&str> {
    item.get("name")?.as_str()
}

/// The names of a list that are in another, too, in their order.
fn among<'a>(list: &'a [Value], other: &[Value]) -> Vec<&'a str> {
    let names = list.iter().filter_map(name);
    names.filter(|one| other.iter().any(|other| name(other) == Some(one))).collect()
}
