//! What the tests of fields know of a kind, from the files beside its fixtures:
//! `fixtures/<system>/<kind>/fields/`.
//!
//! `full.yaml` sets every field; `neighbours.yaml` has the resources that its fields may reach, or
//! that it needs to have an effect; `exceptions.yaml` has the [`Exceptions`], if there are any.

#![allow(dead_code, reason = "each suite takes what it needs of it")]

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use serde::Deserialize;
use serde_json::{Value, json};
use sluicegate_core::{json::merge_patch, kind::Kind, name::Name};
use sluicegate_effects::yaml;

use crate::schema;

/// What the schema of a kind does not show.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct Exceptions {
    /// Other values of a field, by how its path ends: where the neighbours of its value are no
    /// words, or where another field has to change along.
    pub values: BTreeMap<String, Vec<Value>>,
    /// Values of whole blocks whose fields depend on each other, by path.
    pub blocks: BTreeMap<String, Vec<Value>>,
    /// Fields that may only say what is so anyway, because everything else they could say is
    /// refused, or whose other values nobody is told: by how their paths end.
    pub settled: BTreeMap<String, String>,
    /// Fields that may not be set at all, with the rule: by how their paths begin or end.
    pub refused: BTreeMap<String, String>,
    /// Fields that change together with others only, or that have one value, with the rule.
    pub tied: BTreeMap<String, String>,
    /// Of fields without effect, the entries that have one.
    pub effective: BTreeMap<String, String>,
    /// Where our own validation refuses what the API server takes, and why.
    pub stricter: BTreeMap<String, String>,
    /// With which program the containers that a resource leads to are run (`rivvend` or
    /// `rivven-connect`), or why with none. Left out where it leads to no container.
    pub containers: Option<String>,
    /// Rules that kube-cel rates too dear and the API server does not, and why.
    pub overrated: BTreeMap<String, String>,
}

/// What the tests of fields know of a kind.
#[derive(Debug)]
pub(crate) struct Fields {
    /// The full example, and its variants where fields exclude each other.
    pub full: Vec<Value>,
    /// What stands beside it.
    pub neighbours: Vec<Value>,
    /// What the schema does not show.
    pub exceptions: Exceptions,
}

/// The folder of a kind.
pub(crate) fn folder<K: Kind>() -> PathBuf {
    let fixtures = concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures");
    PathBuf::from(fixtures).join(Name::of::<K>().to_string()).join("fields")
}

/// What is known of a kind. Read once.
pub(crate) fn of<K: Kind>() -> &'static Fields {
    static READ: Mutex<BTreeMap<PathBuf, &'static Fields>> = Mutex::new(BTreeMap::new());
    let folder = folder::<K>();
    let mut known = READ.lock().unwrap_or_else(PoisonError::into_inner);
    known.entry(folder).or_insert_with_key(|folder| {
        let documents = |name: &str| documents(&folder.join(name));
        let mut full = documents("full.yaml");
        let first = full.first().expect("there is an example").clone();
        for variant in full.iter_mut().skip(1) {
            let mut whole = first.clone();
            merge_patch(&mut whole, variant);
            *variant = whole;
        }
        let exceptions = documents("exceptions.yaml").pop().unwrap_or_else(|| json!({}));
        Box::leak(Box::new(Fields {
            full: full.iter().map(|one| stored::<K>(one)).collect(),
            neighbours: documents("neighbours.yaml"),
            exceptions: serde_json::from_value(exceptions).expect("they are exceptions"),
        }))
    })
}

/// The documents of a file, none where there is no file.
fn documents(path: &Path) -> Vec<Value> {
    let Ok(text) = fs::read_to_string(path) else { return Vec::new() };
    let documents = yaml::parse(&path.display().to_string(), &text);
    let documents = documents.unwrap_or_else(|error| panic!("{error}"));
    documents.into_iter().map(yaml::Document::into_value).collect()
}

impl Exceptions {
    /// What else a field may be.
    pub(crate) fn values_of(&self, path: &str) -> Vec<Value> {
        let of = |(ending, _): &(&String, &Vec<Value>)| ends(path, ending);
        self.values.iter().filter(of).flat_map(|(_, values)| values.clone()).collect()
    }
}

/// Whether a path ends so.
pub(crate) fn ends(path: &str, ending: &str) -> bool {
    let before = path.strip_suffix(ending);
    before.is_some_and(|before| before.is_empty() || before.ends_with(['.', ']']))
}

/// Whether a path begins or ends so.
pub(crate) fn is_of(path: &str, part: &str) -> bool {
    path.starts_with(part) || ends(path, part)
}

/// The full example of a kind, and its variants.
pub(crate) fn full<K: Kind>() -> Vec<Value> {
    of::<K>().full.clone()
}

/// A resource of a kind with this spec, as the API server would have stored it.
pub(crate) fn resource<K: Kind>(spec: &Value) -> Value {
    let mut object = of::<K>().full[0].clone();
    object["spec"] = spec.clone();
    object
}

/// The example of a file, with what the API server gives it.
fn stored<K: Kind>(example: &Value) -> Value {
    let mut object = example.clone();
    let given = json!({
        "uid": format!("uid-of-{}", kind::<K>()),
        "generation": 1,
        "resourceVersion": "1",
        "creationTimestamp": "2026-01-01T00:00:00Z",
    });
    merge_patch(&mut object["metadata"], &given);
    object
}

/// The least that a resource of a kind has to say.
pub(crate) fn least<K: Kind>() -> Value {
    let schema = schema::of::<K>();
    let full = &of::<K>().full[0];
    let required = schema.pointer("/properties/spec/required").and_then(Value::as_array);
    let mut spec = json!({});
    for key in required.into_iter().flatten().filter_map(Value::as_str) {
        spec[key] = full["spec"][key].clone();
    }
    resource::<K>(&spec)
}

pub(crate) fn kind<K: Kind>() -> String {
    use kube_core::Resource as _;
    K::Resource::kind(&()).into_owned()
}
