//! How objects go: marked first, and gone once nothing holds them.

use serde_json::{Value, json};
use sluicegate_core::observed::text;

use super::{
    key::Key,
    object::{add_finalizer, is_leaving, meta_mut, number, remove_finalizer},
    store::Store,
};

impl Store {
    /// Marks an object as being deleted, or removes it where nothing holds it. Of two deletions the
    /// later says who waits for dependents, except where a pod is given time already.
    pub(super) fn begin_delete(&mut self, key: &Key, holder: Option<&str>) {
        let time = self.time();
        self.update(key, |object| {
            if is_leaving(object) && number(object, GRACE, 0) > 0 {
                return;
            }
            for old in HOLDERS.iter().filter(|old| Some(**old) != holder) {
                remove_finalizer(object, old);
            }
            if let Some(holder) = holder {
                add_finalizer(object, holder);
            }
            let grace = grace(object);
            let meta = meta_mut(object);
            if !meta.contains_key("deletionTimestamp") {
                meta.insert("deletionTimestamp".to_owned(), json!(time));
                meta.insert("deletionGracePeriodSeconds".to_owned(), json!(grace));
                // Deleting is a change of what is wished for.
                if let Some(generation) = meta.get("generation").and_then(Value::as_i64) {
                    meta.insert("generation".to_owned(), json!(generation + 1));
                }
            }
            if object["kind"] == "Namespace" {
                object["status"]["phase"] = json!("Terminating");
            }
        });
    }
}

/// The finalizers by which a deletion waits for dependents, or leaves them.
const HOLDERS: &[&str] = &["foregroundDeletion", "orphan"];
const GRACE: &str = "/metadata/deletionGracePeriodSeconds";

/// How long an object is given when it is deleted: a pod that runs somewhere is.
fn grace(object: &Value) -> u64 {
    let over = matches!(text(object, "/status/phase"), "Succeeded" | "Failed");
    let runs = object["kind"] == "Pod" && !text(object, "/spec/nodeName").is_empty() && !over;
    if runs { number(object, "/spec/terminationGracePeriodSeconds", 30) } else { 0 }
}
