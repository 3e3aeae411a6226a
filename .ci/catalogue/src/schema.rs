//! The schema that a built program prints of a connector: `rivven-connect schema NAME`. It does so
//! of few.

use std::{collections::BTreeMap, path::PathBuf, process::Command};

use serde_json::Value;

/// What the program has printed, by the way and name of the connector.
#[derive(Default)]
pub struct Schemas {
    program: Option<PathBuf>,
    printed: BTreeMap<String, Option<Value>>,
}

impl Schemas {
    /// Those of the program that `RIVVEN_CONNECT` names; none without.
    pub fn of_program() -> Self {
        let program = std::env::var_os("RIVVEN_CONNECT").map(PathBuf::from);
        Self { program, printed: BTreeMap::new() }
    }

    /// What of a form the schema of its connector does not describe.
    pub fn lacks(&mut self, connector: &str, form: &str) -> Option<String> {
        let program = self.program.as_ref()?;
        let print = || {
            let (_, name) = connector.split_once('/')?;
            let printed = Command::new(program).args(["schema", name]).output().ok()?;
            serde_json::from_slice(&printed.stdout).ok()
        };
        let schema = self.printed.entry(connector.to_owned()).or_insert_with(print).as_ref()?;
        let form: Value = serde_yaml::from_str(form).ok()?;
        unknown(schema, schema, &form, "")
    }

    /// The connectors that it has a schema of.
    pub fn names(&self) -> Vec<&str> {
        let printed = self.printed.iter().filter(|(_, schema)| schema.is_some());
        printed.map(|(name, _)| name.as_str()).collect()
    }
}

/// The path of the first thing that a schema does not describe.
fn unknown(root: &Value, schema: &Value, form: &Value, at: &str) -> Option<String> {
    let all = parts(root, schema);
    let under = |found: Vec<&Value>, below: &Value, at: &str| match found.as_slice() {
        [] => Some(at.to_owned()),
        some => {
            let each: Option<Vec<String>> =
                some.iter().map(|one| unknown(root, one, below, at)).collect();
            each.and_then(|each| each.into_iter().next())
        }
    };
    match form {
        Value::Object(fields) => fields.iter().find_map(|(key, below)| {
            let of = |one: &&Value| -> Option<Value> {
                let more = &one["additionalProperties"];
                one["properties"].get(key).or(more.is_object().then_some(more)).cloned()
            };
            if all.iter().any(|one| one["additionalProperties"] == true || is_any(one)) {
                return None;
            }
            let found: Vec<Value> = all.iter().filter_map(of).collect();
            under(found.iter().collect(), below, &format!("{at}.{key}"))
        }),
        Value::Array(items) => items.iter().find_map(|item| {
            let found = all.iter().filter_map(|one| one.get("items")).collect();
            under(found, item, &format!("{at}[]"))
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

/// Whether a schema describes anything.
fn is_any(schema: &Value) -> bool {
    schema == &Value::Bool(true)
}

/// A schema with everything that it refers to.
fn parts<'a>(root: &'a Value, schema: &'a Value) -> Vec<&'a Value> {
    let mut all = vec![schema];
    if let Some(name) = schema["$ref"].as_str().and_then(|name| name.rsplit('/').next()) {
        all.extend(parts(root, &root["definitions"][name]));
    }
    for of in ["allOf", "anyOf", "oneOf"] {
        let more = schema[of].as_array().into_iter().flatten();
        all.extend(more.flat_map(|one| parts(root, one)));
    }
    all
}
