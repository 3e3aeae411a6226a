//! What is handed out: what is applied is what the types say and plans need, the examples are
//! valid, can be planned and become Ready, and what the pages show is a resource that is taken.
//!
//! `UPDATE=1 cargo test -p snapshots --test deploy` writes the definitions and the manifests.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use serde_json::Value;
use sluicegate::{
    crd, helm, install,
    kinds::{self, KindInfo},
    validate,
};
use sluicegate_core::schema::patterns::in_words;
use sluicegate_effects::file::{self, Source};

#[path = "common/command.rs"]
mod command;
#[path = "common/files.rs"]
mod files;

use command::run;
use files::{below, root};

/// What `kubectl apply` can store in its annotation is 256 KiB; a definition must stay well below.
const BYTES_MAX: usize = 200_000;

#[test]
fn what_is_applied_is_what_the_program_says() {
    let update = std::env::var_os("UPDATE").is_some();
    let wanted = install::files::all();
    for (name, text) in &wanted {
        let path = root().join("deploy").join(name);
        if update {
            let folder = path.parent().expect("it is in a folder");
            fs::create_dir_all(folder).expect("the folder can be made");
            fs::write(&path, text).expect("the file can be written");
        }
        let written = fs::read_to_string(&path).unwrap_or_default();
        let remedy = "UPDATE=1 cargo test -p snapshots --test deploy";
        assert!(written == *text, "{} is stale: {remedy}", path.display());
    }
    let folders: BTreeSet<&str> = wanted.keys().filter_map(|name| name.split('/').next()).collect();
    for folder in folders {
        let folder = root().join("deploy").join(folder);
        let there: BTreeSet<_> = every_file(&folder).into_iter().collect();
        let known =
            |path: &PathBuf| wanted.keys().any(|name| root().join("deploy").join(name) == *path);
        let page = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "md");
        let stray: Vec<_> = there.iter().filter(|path| !known(path) && !page(path)).collect();
        assert!(stray.is_empty(), "nothing writes {stray:?}");
    }
}

#[test]
fn every_pattern_of_a_schema_is_told_in_words() {
    let crd = |kind: &KindInfo| serde_json::to_value(&kind.crd).expect("it is JSON");
    let mut patterns = BTreeSet::new();
    kinds::all().iter().for_each(|kind| patterns_of(&crd(kind), &mut patterns));
    helm::CHARTS.iter().for_each(|chart| patterns_of(&chart.schema(), &mut patterns));
    assert!(!patterns.is_empty());
    patterns.retain(|pattern| in_words(pattern).is_none());
    assert!(patterns.is_empty(), "core/src/schema/patterns.rs lacks {patterns:?}");
}

/// The patterns of a schema.
fn patterns_of(schema: &Value, found: &mut BTreeSet<String>) {
    match schema {
        Value::Object(fields) => {
            let own = fields.get("pattern").and_then(Value::as_str);
            found.extend(own.map(str::to_owned));
            fields.values().for_each(|below| patterns_of(below, found));
        }
        Value::Array(items) => items.iter().for_each(|below| patterns_of(below, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn the_reference_is_what_the_program_explains() {
    let path = root().join("deploy/reference/README.md");
    let (code, text, _) = run(&["explain", "--markdown"], b"");
    assert_eq!(code, 0);
    if std::env::var_os("UPDATE").is_some() {
        fs::create_dir_all(path.parent().expect("it is in a folder")).expect("it can be made");
        fs::write(&path, &text).expect("the file can be written");
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(written == text, "it is stale: UPDATE=1 cargo test -p snapshots --test deploy");
}

/// The keys of http its program takes out of the YAML by hand: there is no type to ask.
#[test]
fn a_key_that_was_compared_with_nothing_is_called_unproven() {
    for (connector, unproven) in [("source/http", true), ("datagen", false)] {
        let (code, text, _) = run(&["explain", "connector", connector], b"");
        assert_eq!(code, 0);
        assert_eq!(text.contains("unproven."), unproven, "{text}");
    }
}

#[test]
fn a_definition_fits_into_what_kubectl_keeps_of_it() {
    for kind in kinds::all() {
        let text = crd::text(kind);
        assert!(text.len() < BYTES_MAX, "{} has {} bytes", kind.api.kind, text.len());
    }
}

fn every_file(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("it is a folder");
    let paths = entries.map(|entry| entry.expect("it is there").path());
    paths.flat_map(|path| if path.is_dir() { every_file(&path) } else { vec![path] }).collect()
}

#[test]
fn the_written_files_of_the_charts_are_what_the_types_say() {
    let charts = root().join("deploy/helm");
    let files = helm::files();
    for chart in helm::CHARTS {
        let known = |path: &PathBuf| files.keys().any(|name| charts.join(name) == *path);
        let there = below(&charts.join(chart.name).join("files"), "yaml");
        let stray: Vec<_> = there.iter().filter(|path| !known(path)).collect();
        assert!(stray.is_empty(), "nothing writes {stray:?}");
    }
    let about = charts.join("sluicegate/Chart.yaml");
    let chart = helm::text::chart(&fs::read_to_string(&about).expect("every chart has it"));
    let all = files.into_iter().map(|(path, text)| (charts.join(path), text));
    for (path, text) in all.chain([(about, chart)]) {
        if std::env::var_os("UPDATE").is_some() {
            fs::create_dir_all(path.parent().expect("it is in a folder")).expect("it can be made");
            fs::write(&path, &text).expect("it can be written");
        }
        let written = fs::read_to_string(&path).unwrap_or_default();
        let remedy = "UPDATE=1 cargo test -p snapshots --test deploy";
        assert!(written == text, "{} is stale: {remedy}", path.display());
    }
}

#[test]
fn a_definition_read_back_is_the_same_and_has_no_defaults() {
    for kind in kinds::all() {
        let text = crd::text(kind);
        let file =
            file::parse(&Source { name: kind.api.kind.to_string(), text }).expect("it is YAML");
        let mut read = file.desired[0].value().clone();
        // A reader of files puts everything into a namespace that it does not know.
        read["metadata"].as_object_mut().expect("it has metadata").remove("namespace");
        let made = crd::definition(kind);
        // As the definition that each is: a bound of `1.0` is written without its fraction.
        let typed = |value: &Value| {
            serde_json::from_value::<CustomResourceDefinition>(value.clone()).expect("it is one")
        };
        assert!(typed(&read) == typed(&made), "{read}\n{made}");
        let mut defaults = Vec::new();
        keywords(&made["spec"]["versions"], "default", "", &mut defaults);
        assert!(defaults.is_empty(), "{defaults:?}");
    }
}

/// Where a keyword of schemas stands; a field may be called so.
fn keywords(value: &Value, keyword: &str, at: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (key, below) in fields {
                let path = format!("{at}/{key}");
                if key == keyword && !at.ends_with("/properties") {
                    found.push(path.clone());
                }
                keywords(below, keyword, &path, found);
            }
        }
        Value::Array(items) => {
            items.iter().for_each(|item| keywords(item, keyword, &format!("{at}/0"), found));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Our own; those of others, as they wrote them, are `seeds`.
fn examples() -> Vec<PathBuf> {
    let all = below(&root().join("deploy/examples"), "yaml");
    let others = |path: &PathBuf| path.parent().is_some_and(|folder| folder.ends_with("seeds"));
    all.into_iter().filter(|path| !others(path)).collect()
}

#[test]
fn every_example_is_valid_and_can_be_planned() {
    let examples = examples();
    assert!(!examples.is_empty());
    for example in &examples {
        let path = example.display().to_string();
        let (code, _, errors) = run(&["validate", "-f", &path], b"");
        assert_eq!(code, 0, "{errors}");
        let (code, out, errors) = run(&["plan", "--state", "empty", "-f", &path], b"");
        assert_eq!(code, 0, "{path}: {errors}");
        assert!(!out.is_empty());
    }
}

#[test]
fn the_examples_of_every_system_become_ready_together() {
    let folders = fs::read_dir(root().join("deploy/examples")).expect("there are examples");
    for folder in folders {
        let path = folder.expect("it can be listed").path().display().to_string();
        let (code, out, errors) = run(&["simulate", "-f", &path], b"");
        assert_eq!(code, 0, "{path}: {out}{errors}");
    }
}

#[test]
fn every_resource_in_a_page_is_valid() {
    let kinds = kinds::all();
    for (name, text) in resources() {
        let file = file::parse(&Source { name: name.clone(), text });
        let file = file.unwrap_or_else(|problems| panic!("{problems:?}"));
        let ours = file.desired.into_iter().filter(|one| kinds::of(kinds, &one.target).is_some());
        let ours: Vec<_> = ours.collect();
        let checked = validate::all(kinds, &ours);
        assert!(checked.errors.is_empty(), "{name}: {:?}", checked.errors);
    }
}

/// What the README, and every page below `deploy`, shows as resources, with where it stands.
fn resources() -> Vec<(String, String)> {
    let pages = below(&root().join("deploy"), "md").into_iter().chain([root().join("README.md")]);
    let shown = pages.flat_map(|page| {
        let text = fs::read_to_string(&page).expect("it is there");
        let named = move |(nth, block)| (format!("{}, block {}", page.display(), nth + 1), block);
        blocks(&text).into_iter().enumerate().map(named)
    });
    shown.collect()
}

/// The blocks of a Markdown text that begin as a resource does.
fn blocks(markdown: &str) -> Vec<String> {
    let fenced = markdown.split("```").skip(1).step_by(2);
    let yaml = fenced.filter_map(|block| block.strip_prefix("yaml\n"));
    yaml.filter(|block| block.contains("apiVersion:")).map(str::to_owned).collect()
}

#[test]
fn the_examples_stand_in_the_folder_of_their_system() {
    for example in examples() {
        let system = example.parent().and_then(Path::file_name).expect("it is in a folder");
        assert!(root().join("core/src/systems").join(system).is_dir(), "{}", example.display());
    }
}
