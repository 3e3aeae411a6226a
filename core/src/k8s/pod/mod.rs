//! What Kubernetes asks of the parts of a pod that a spec passes on as they are written, and of the
//! lists and volumes around them.
//!
//! The API server takes our resource and refuses the StatefulSet that is made of it, so what is
//! wrong is told here, before. One idea a file; what a single field must be stands in the schemas
//! ([`super::schema`]) and is not repeated. What the rules say, and which of them the API server
//! judges by too, stands in [`crate::workload::checks`].
//!
//! A suite sends thousands of specs, right and wrong, through our builders to a real API server and
//! compares its verdict with this one.

use crate::{check::Judge, field::Path, k8s::metadata};

pub mod affinity;
pub mod annotations;
pub mod image;
pub mod lists;
pub mod profiles;
pub mod resources;
pub mod scheduling;
pub mod spread;
pub mod variables;

/// Adds every key of a map that is none of a label.
pub fn keys<'a>(keys: impl Iterator<Item = &'a String>, path: &Path, judge: &mut Judge<'_>) {
    keys.for_each(|one| key(path.child(one), one, judge));
}

/// Adds that something is no key of a label, unless it is one.
fn key(path: Path, key: &str, judge: &mut Judge<'_>) {
    if !metadata::is_key(key) {
        let must = "must be a key: a name of at most 63 characters, or a domain, / and a name";
        let remedy = "write letters, digits, -, _ and ., such as team or example.com/team";
        judge.invalid(path, key, must, remedy);
    }
}
