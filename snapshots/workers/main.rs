//! The files of workers, read by the real program: for every RivvenConnect of the fixtures and
//! examples `rivven-connect validate` takes what is rendered, as the init container asks it to; and
//! one of them moves records, through a real broker.
//!
//! Without a rivven-connect this is ignored, and says so: `.ci/cluster build connect` builds it.

mod changes;
#[path = "../common/command.rs"]
mod command;
#[path = "../common/files.rs"]
mod files;
mod hook;
mod moved;
#[path = "../../effects/tests/rivven/program.rs"]
mod program;
mod rendered;
#[path = "../common/resources.rs"]
mod resources;
mod tool;
#[path = "../../effects/tests/conformance/undone.rs"]
mod undone;

use std::collections::BTreeMap;

use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::{Map, Value, json};

use rendered::Worker;
use undone::trial;

/// What every key of a Secret holds here: a text that is a number, too.
const VALUE: &str = "5432";

fn main() {
    let lacks = program::connect().is_none().then_some(program::NO_CONNECT);
    let mut trials = Vec::new();
    let distinct = distinct();
    assert!(distinct.len() >= 10, "{} files", distinct.len());
    let secret = distinct.keys().find(|worker| !worker.secrets.is_empty());
    let secret = secret.expect("a fixture takes something from a Secret").clone();
    for (file, from) in distinct {
        let name = format!("the program takes the file of {from}");
        trials.push(trial(&name, lacks, move || takes(&file, VALUE)));
    }
    let broker = program::program().is_none().then_some(program::MISSING);
    let lacks_any = lacks.or(broker);
    trials.push(trial("records are made, kept and printed", lacks_any, moved::records));
    trials.push(trial("a source that ends makes all of its records", lacks_any, moved::once));
    trials.push(trial("a sink reads every partition", lacks_any, moved::partitions));
    trials.push(trial("a topic that joins is read whole", lacks_any, moved::joins));
    trials.push(trial("records reach a webhook, with its secret", lacks_any, moved::webhook));
    let lacks_mariadb = lacks_any.or(changes::lacks());
    trials.push(trial("changes while it is away are lost", lacks_mariadb, changes::forgotten));
    trials.push(trial("and are not where it begins", lacks_mariadb, changes::kept));
    trials.extend(secrets(&secret, lacks));
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

/// Every worker once, and the first file that it is from.
fn distinct() -> BTreeMap<Worker, String> {
    let mut distinct = BTreeMap::new();
    for (name, resource, _) in resources::all() {
        if resource["kind"] != "RivvenConnect" {
            continue;
        }
        let name = name.rsplit("/../").next().unwrap_or(&name).to_owned();
        for worker in rendered::workers_beside(&resource, &topics(&resource)) {
            distinct.entry(worker).or_insert_with(|| name.clone());
        }
    }
    distinct
}

/// The topics of its sinks, as if they were there.
fn topics(resource: &Value) -> Value {
    let sinks = resource["spec"]["sinks"].as_array().into_iter().flatten();
    let names = sinks.flat_map(|sink| sink["topics"].as_array().into_iter().flatten());
    let names = names.filter_map(Value::as_str);
    names.map(|name| (name.replace(['*', '?'], "a"), json!(3))).collect::<Map<_, _>>().into()
}

fn takes(worker: &Worker, value: &str) -> Result<(), Failed> {
    let (well, said) = tool::validate(worker, value);
    if well { Ok(()) } else { Err(format!("{said}\n{}", worker.file).into()) }
}

/// What a Secret may hold, and what it may not: a value stands between single quotes.
fn secrets(worker: &Worker, lacks: Option<&'static str>) -> Vec<Trial> {
    let (well, ill) = (worker.clone(), worker.clone());
    let fine = ["pass word", "a\"b", "a\\b", "$HOME", "#x: y", "ä"];
    let taken = move || fine.into_iter().try_for_each(|value| takes(&well, value));
    let breaks = move || {
        let (taken, _) = tool::validate(&ill, "it's");
        if taken { Err("a quote is taken: say so in `explain`".into()) } else { Ok(()) }
    };
    vec![
        trial("a value of a Secret may be almost anything", lacks, taken),
        trial("a single quote in a Secret breaks the file, and validate says so", lacks, breaks),
    ]
}
