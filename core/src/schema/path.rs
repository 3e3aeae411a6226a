//! The way to a field of a schema.

use serde_json::{Map, Value};

/// The schema at a path such as `spec.acls[].principal`.
///
/// # Panics
///
/// If there is none.
pub fn node_at<'a>(schema: &'a mut Value, path: &str) -> &'a mut Map<String, Value> {
    let mut at = schema;
    for step in path.split('.').filter(|step| !step.is_empty()) {
        let key = step.trim_end_matches("[]");
        at = at
            .get_mut("properties")
            .and_then(|properties| properties.get_mut(key))
            .unwrap_or_else(|| panic!("The schema has no field {key:?} on the path {path:?}."));
        for _ in step.matches("[]") {
            at = at
                .get_mut("items")
                .unwrap_or_else(|| panic!("{key:?} on the path {path:?} is not a list."));
        }
    }
    at.as_object_mut().unwrap_or_else(|| panic!("The schema at {path:?} is not an object."))
}
