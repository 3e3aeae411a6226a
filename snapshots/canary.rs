//! A secret that is written down where only a reference may stand is shown by nothing that prints:
//! for every secret key of every connector, in every form and in every output.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use sluicegate_core::{
    connector::{Connector, Key, Role, Takes},
    system::System as _,
    systems::rivven::Rivven,
};

#[path = "common/command.rs"]
mod command;

/// What every secret of tests and fixtures is or begins with: `.ci/canary` looks for it in all that
/// the suites leave behind.
const CANARY: &str = "canary-in-a-coal-mine";

/// Everything that prints something of a resource.
const COMMANDS: [&[&str]; 11] = [
    &["plan", "--state", "empty", "-f", "-"],
    &["plan", "--state", "empty", "-f", "-", "-o", "wide"],
    &["plan", "--state", "empty", "-f", "-", "-o", "diff"],
    &["plan", "--state", "empty", "-f", "-", "-o", "json"],
    &["plan", "--state", "empty", "-f", "-", "-o", "ndjson"],
    &["plan", "--state", "empty", "-f", "-", "-o", "markdown"],
    &["plan", "--state", "empty", "-f", "-", "-o", "manifests"],
    &["plan", "--state", "empty", "-f", "-", "--steps", "next"],
    &["validate", "-f", "-"],
    &["simulate", "-f", "-"],
    &["simulate", "-f", "-", "-o", "state"],
];

/// The ways to write a secret down, some of them wrong in more ways than one.
fn forms() -> [Value; 6] {
    [
        json!(CANARY),
        json!(format!("${{secret:key}}{CANARY}")),
        json!(format!("${{A:-{CANARY}}}")),
        json!(format!("{CANARY}'\"\n{CANARY}")),
        json!([CANARY]),
        json!({ "value": CANARY }),
    ]
}

/// The secret keys of a connector, each by its path.
fn secret_keys(keys: &'static [Key], above: &[&'static str], found: &mut Vec<Vec<&'static str>>) {
    for key in keys {
        let path: Vec<&str> = above.iter().copied().chain([key.name]).collect();
        match key.takes {
            Takes::Map if key.secret => found.push([path, vec!["Authorization"]].concat()),
            // What is passed on as it is may hold anything.
            Takes::Map | Takes::Any if !key.secret => {
                found.push([path, vec!["deep", "db-password"]].concat());
            }
            _ if key.secret => found.push(path),
            Takes::Block(keys) | Takes::Blocks(keys) => secret_keys(keys, &path, found),
            Takes::Text(_)
            | Takes::Bool
            | Takes::Whole(..)
            | Takes::Number(..)
            | Takes::Words(_)
            | Takes::Texts
            | Takes::Map
            | Takes::Reference
            | Takes::Any => {}
        }
    }
}

/// The resource with a value below `config` of a connector, or below its own block.
fn resource(connector: &Connector, block: Option<&str>, path: &[&str], value: &Value) -> Value {
    let inner = path.iter().rev().fold(value.clone(), |below, name| json!({ *name: below }));
    let mut one = Map::new();
    one.insert("name".to_owned(), json!("one"));
    one.insert("connector".to_owned(), json!(connector.name));
    // What is not given here comes from there.
    one.insert("configSecretRef".to_owned(), json!("own"));
    one.insert(block.unwrap_or("config").to_owned(), inner);
    let list = match connector.role {
        Role::Source => {
            one.insert("topic".to_owned(), json!("orders"));
            "sources"
        }
        Role::Sink => {
            one.insert("topics".to_owned(), json!(["orders"]));
            one.insert("consumerGroup".to_owned(), json!("one"));
            "sinks"
        }
        Role::Transformation => unreachable!("RivvenConnect has none"),
    };
    json!({
        "apiVersion": "rivven.hupe1980.github.io/v1alpha1",
        "kind": "RivvenConnect",
        "metadata": { "name": "flow", "namespace": "default" },
        "spec": { "clusterRef": { "name": "prod" }, list: [one] },
    })
}

#[test]
fn a_secret_of_any_connector_in_any_form_is_printed_by_nothing() {
    let cluster = json!({
        "apiVersion": "rivven.hupe1980.github.io/v1alpha1",
        "kind": "RivvenCluster",
        "metadata": { "name": "prod", "namespace": "default" },
        "spec": { "replicas": 1 },
    });
    let (mut tried, mut leaks, mut told) = (0, BTreeSet::new(), 0);
    for connector in Rivven::CONNECTORS {
        let mut paths = Vec::new();
        secret_keys(connector.keys, &[], &mut paths);
        for (nth, path) in paths.iter().enumerate() {
            for (form, value) in forms().iter().enumerate() {
                let block = connector.block.filter(|_| (nth + form) % 2 == 1);
                let resource = resource(connector, block, path, value);
                let text = format!("{resource}\n---\n{cluster}\n");
                assert!(text.contains(CANARY));
                // The first is planned on; the others are wrong, and an error is all that there is.
                for command in COMMANDS.iter().filter(|one| form == 0 || one[0] == "validate") {
                    let (_, out, err) = command::run(command, text.as_bytes());
                    tried += 1;
                    told += usize::from(err.contains(path[0]) || out.contains(path[0]));
                    if out.contains(CANARY) || err.contains(CANARY) {
                        let of = format!("{} {}", connector.role.as_str(), connector.name);
                        let (path, command) = (path.join("."), command.join(" "));
                        leaks.insert(format!("{of}: {path}, form {form}, {command}"));
                    }
                }
            }
        }
    }
    println!("{tried} commands, {told} of them name the field");
    assert!(leaks.is_empty(), "{leaks:#?}");
    assert!(tried > 500 && told * 2 > tried, "{told} of {tried}");
}
