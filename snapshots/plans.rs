//! Every fixture, planned to its end: `fixtures/<system>/<kind>/<case>.yaml` becomes
//! `snapshots/<system>/<kind>/<case>.snap`, which is what `sluicegate plan -f` prints for it.
//!
//! A new case is a new file. A new kind is a new folder, which [`Trials`] finds by name. One folder
//! runs with `cargo test -p snapshots --test plans -- rivven/topic`.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use libtest_mimic::{Arguments, Failed, Trial};
use sluicegate_core::{
    kind::Kind,
    name::Name,
    system::System,
    systems::{self, Visitor},
};

#[path = "common/command.rs"]
mod command;
#[path = "common/files.rs"]
mod files;

use command::run;
use files::{below, root};

/// The situations that every kind has to have an answer to.
const EVERY_KIND: &[&str] = &[
    "fresh", "steady", "changed", "drifted", "invalid", "orphan", "stranger", "paused", "deleted",
];

fn main() {
    // Paths are printed as they were given, so that a snapshot is the same on every machine.
    std::env::set_current_dir(root()).expect("the workspace is there");
    let mut trials = Trials::default();
    systems::visit(&mut trials);
    libtest_mimic::run(&Arguments::from_args(), trials.0).exit();
}

#[derive(Default)]
struct Trials(Vec<Trial>);

impl<S: System> Visitor<S> for Trials {
    fn kind<K: Kind<System = S>>(&mut self) {
        let place = Name::of::<K>().to_string();
        let cases = cases(&place);
        let name = format!("{place} keeps to the published schema");
        let (here, found) = (place.clone(), cases.clone());
        self.0.push(Trial::test(name, move || as_published(&here, &found)));
        let name = format!("{place} has every situation, and no snapshot without its fixture");
        let (here, found) = (place.clone(), cases.clone());
        self.0.push(Trial::test(name, move || complete(&here, &found)));
        for case in cases {
            let (place, name) = (place.clone(), format!("{place}/{case}"));
            self.0.push(Trial::test(name, move || check(&place, &case)));
        }
    }
}

fn complete(place: &str, cases: &[String]) -> Result<(), Failed> {
    for situation in EVERY_KIND {
        if !cases.iter().any(|case| case == situation) {
            return Err(format!("fixtures/{place}/{situation}.yaml is missing").into());
        }
    }
    let written: BTreeSet<String> = names(&root().join("snapshots").join(place), "snap");
    let stale: Vec<&String> = written.iter().filter(|case| !cases.contains(case)).collect();
    if stale.is_empty() { Ok(()) } else { Err(format!("no fixture any more: {stale:?}").into()) }
}

/// What a program reads, against what it was promised.
fn as_published(place: &str, cases: &[String]) -> Result<(), Failed> {
    let schema = serde_json::from_str(&run(&["plan", "--schema"], b"").1)?;
    let schema = jsonschema::validator_for(&schema)?;
    for case in cases {
        let file = format!("fixtures/{place}/{case}.yaml");
        let (_, json, _) = run(&["plan", "-f", &file, "-o", "json"], b"");
        // What cannot be read at all is told on stderr alone, and nothing is printed that looks
        // whole.
        let Ok(json) = serde_json::from_str(&json) else { continue };
        if let Some(error) = schema.iter_errors(&json).next() {
            return Err(format!("{file}: {error} at {}", error.instance_path()).into());
        }
    }
    Ok(())
}

/// What a person sees: what is printed, what is complained of, and the exit code; for a cluster of
/// nothing also the manifests themselves.
fn check(place: &str, case: &str) -> Result<(), Failed> {
    let path = Path::new("fixtures").join(place).join(format!("{case}.yaml"));
    let text = fs::read_to_string(&path)?;
    let comment = text.lines().next().unwrap_or_default().trim_start_matches("# ");
    let file = format!("fixtures/{place}/{case}.yaml");
    let mut seen = plan(&file, &["--detailed-exitcode", "--show-status"]);
    if text.contains("\nobserved: {}\n") || text.contains("  served:") {
        let manifests = plan(&file, &["-o", "manifests", "--steps", "next"]);
        seen.push_str(&format!("\n==== manifests\n{manifests}"));
    }
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(place);
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.set_description(comment);
    settings.set_input_file(&file);
    settings.bind(|| insta::assert_snapshot!(case, seen));
    Ok(())
}

fn plan(file: &str, more: &[&str]) -> String {
    let (code, mut seen, complaints) = run(&[&["plan", "-f", file], more].concat(), b"");
    if !complaints.is_empty() {
        seen.push_str(&format!("==== stderr\n{complaints}"));
    }
    if code != 0 {
        seen.push_str(&format!("==== exit code {code}\n"));
    }
    seen
}

fn cases(place: &str) -> Vec<String> {
    names(&root().join("fixtures").join(place), "yaml").into_iter().collect()
}

/// The names of the files of a folder that end so.
fn names(folder: &Path, extension: &str) -> BTreeSet<String> {
    let stem = |path: PathBuf| path.file_stem().expect("a name").to_string_lossy().into_owned();
    below(folder, extension).into_iter().map(stem).collect()
}
