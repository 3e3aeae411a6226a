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
use sluicegate::testing::{Outcome, plan_file};
use sluicegate_core::{
    kind::{Kind, System, folder},
    systems::{self, Visitor},
};

/// The situations that every kind has to have an answer to.
const EVERY_KIND: &[&str] =
    &["fresh", "steady", "changed", "drifted", "invalid", "orphan", "stranger", "paused", "deleted"];

fn main() {
    let mut trials = Trials::default();
    systems::visit(&mut trials);
    libtest_mimic::run(&Arguments::from_args(), trials.0).exit();
}

#[derive(Default)]
struct Trials(Vec<Trial>);

impl<S: System> Visitor<S> for Trials {
    fn kind<K: Kind<System = S>>(&mut self) {
        let place = format!("{}/{}", S::NAME, folder::<K>());
        let cases = cases(&place);
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

fn check(place: &str, case: &str) -> Result<(), Failed> {
    let fixture = format!("fixtures/{place}/{case}.yaml");
    let Outcome { comment, text, .. } = plan_file(&root(), &fixture)?;
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(place);
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.set_description(comment);
    settings.set_input_file(root().join(&fixture));
    settings.bind(|| insta::assert_snapshot!(case, text));
    Ok(())
}

fn cases(place: &str) -> Vec<String> {
    names(&root().join("fixtures").join(place), "yaml").into_iter().collect()
}

fn names(folder: &Path, extension: &str) -> BTreeSet<String> {
    let Ok(files) = fs::read_dir(folder) else { return BTreeSet::new() };
    let paths = files.map(|file| file.expect("a folder can be listed").path());
    let of_this = paths.filter(|path| path.extension().is_some_and(|ending| ending == extension));
    let stem = |path: PathBuf| path.file_stem().expect("a name").to_string_lossy().into_owned();
    of_this.map(stem).collect()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}
