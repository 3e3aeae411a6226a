//! The custom resources that stand in files of this repository.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;
use sluicegate_effects::file::{self, File, Source};

/// The top of the repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Every file below a folder whose name ends so, in the order of their paths.
pub(crate) fn below(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let Ok(entries) = fs::read_dir(folder) else { return found };
    for entry in entries {
        let path = entry.expect("a folder can be listed").path();
        if path.is_dir() {
            found.extend(below(&path, extension));
        } else if path.extension().is_some_and(|ending| ending == extension) {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// A file, read as `plan -f` reads it.
pub(crate) fn read(path: &Path) -> File {
    let text = fs::read_to_string(path).expect("the file can be read");
    let name = path.display().to_string();
    file::parse(&Source { name: name.clone(), text })
        .unwrap_or_else(|problems| panic!("{name}: {problems:?}"))
}

/// Every resource of the fixtures and examples, with what it was before where a file says so.
pub(crate) fn resources() -> Vec<(String, Value, Option<Value>)> {
    let mut found = Vec::new();
    for folder in ["fixtures", "deploy/examples"] {
        for path in below(&root().join(folder), "yaml") {
            let file = read(&path);
            let settled = file.state.map(|state| state.settled).unwrap_or_default();
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
