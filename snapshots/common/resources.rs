//! The custom resources that stand in files of this repository.

use std::{fs, path::Path};

use serde_json::Value;
use sluicegate_effects::file::{self, File, Source};

use crate::files::{below, root};

/// A file, read as `plan -f` reads it.
fn read(path: &Path) -> File {
    let text = fs::read_to_string(path).expect("the file can be read");
    let name = path.display().to_string();
    file::parse(&Source { name: name.clone(), text })
        .unwrap_or_else(|problems| panic!("{name}: {problems:?}"))
}

/// Every resource of the fixtures and examples, with what it was before where a file says so.
pub(crate) fn all() -> Vec<(String, Value, Option<Value>)> {
    let mut found = Vec::new();
    for folder in ["fixtures", "deploy/examples"] {
        for path in below(&root().join(folder), "yaml") {
            let file = read(&path);
            let settled = file.state.map(|state| state.settled).unwrap_or_default();
            let settled: Vec<Value> = settled.into_iter().map(|(one, _)| one).collect();
            for entry in &file.desired {
                let old = settled.iter().find(|old| same(old, entry.value()));
                found.push((file.name.clone(), entry.value().clone(), old.cloned()));
            }
            found.extend(settled.into_iter().map(|old| (file.name.clone(), old, None)));
        }
    }
    found
}

fn same(one: &Value, other: &Value) -> bool {
    let key = |object: &Value| {
        (
            object["kind"].clone(),
            object["metadata"]["namespace"].clone(),
            object["metadata"]["name"].clone(),
        )
    };
    key(one) == key(other)
}
