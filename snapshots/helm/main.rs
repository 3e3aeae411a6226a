//! The charts under `deploy/helm/`, by the real Helm: `ci/<case>.yaml` are values that are taken,
//! `ci/refused/<case>.yaml` are not. What comes of each is written down beside this file.
//!
//! A new case is a new file. Without Helm these tests are skipped, and say so: `.ci/cluster build
//! helm` builds it.

mod program;
mod same;
mod tool;
#[path = "../../effects/tests/conformance/undone.rs"]
mod undone;

use std::{fs, path::Path};

use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::Value;
use sluicegate::helm::{self, CHARTS, Chart};
use sluicegate_effects::yaml;

use tool::{Answer, helm};

#[path = "../common/command.rs"]
mod command;
#[path = "../common/files.rs"]
mod files;

use files::{below, root};

fn main() {
    // Paths are printed as they were given, so that a snapshot is the same on every machine.
    std::env::set_current_dir(root()).expect("the workspace is there");
    let mut trials = same::trials();
    for chart in CHARTS {
        let folder = format!("deploy/helm/{}", chart.name);
        let mut add = |name: String, run: Box<dyn FnOnce() -> Result<(), Failed> + Send>| {
            trials.push(Trial::test(format!("{}/{name}", chart.name), run));
        };
        for path in below(&Path::new(&folder).join("ci"), "yaml") {
            let file = path.display().to_string();
            let case = file.trim_start_matches(&format!("{folder}/ci/")).trim_end_matches(".yaml");
            let case = case.to_owned();
            if case.starts_with("refused/") {
                add(case.clone(), Box::new(move || refused(chart, &file, &case)));
            } else {
                add(case.clone(), Box::new(move || taken(chart, &file, &case)));
            }
        }
    }
    if program::program().is_none() {
        // What follows stops where Helm would have its turn, and is said to.
        let why = Some(program::MISSING);
        trials.push(undone::trial("what Helm says of all of these", why, || Ok(())));
    }
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

/// Values that are taken, by us and by Helm: what they render is written down, and is what the
/// types say.
fn taken(chart: &Chart, file: &str, case: &str) -> Result<(), Failed> {
    let (code, _, errors) = validate(chart, file);
    if code != 0 {
        return Err(errors.into());
    }
    let folder = format!("deploy/helm/{}", chart.name);
    let Some(linted) = helm(&["lint", "--strict", &folder, "-f", file]) else { return Ok(()) };
    linted.fine()?;
    let rendered = render(chart, file).unwrap_or_default().fine()?;
    agrees(chart, file, &rendered)?;
    let dry = ["install", chart.name, &folder, "--dry-run=client"];
    let place = ["--namespace", "streaming", "-f", file];
    let installed = helm(&[&dry[..], &place].concat()).unwrap_or_default().fine()?;
    let notes = installed.split("\nNOTES:\n").nth(1).ok_or("there are no notes")?;
    let seen = format!("{}==== notes\n{notes}", without_definitions(&rendered));
    written(chart, file, case, &seen)
}

/// Values that are refused, with the same words by both; but some only the program knows to be
/// wrong.
fn refused(chart: &Chart, file: &str, case: &str) -> Result<(), Failed> {
    let (code, _, ours) = validate(chart, file);
    if code == 0 {
        return Err("nothing is wrong with it".into());
    }
    let Some(answer) = render(chart, file) else { return Ok(()) };
    let theirs = match answer {
        Answer { ok: true, .. } => "it is taken\n".to_owned(),
        Answer { err, .. } => in_order(&err),
    };
    if theirs.contains("execution error") {
        for error in ours.lines().filter(|line| line.starts_with("error: ")) {
            let remedy = error.rsplit_once(" (").map_or(error, |(_, remedy)| remedy);
            let remedy = remedy.trim_end_matches(')');
            if !theirs.contains(remedy) {
                return Err(format!("the chart does not say {remedy:?}: {theirs}").into());
            }
        }
    }
    let seen = format!("==== sluicegate validate\n{ours}==== helm template\n{theirs}");
    written(chart, file, case, &seen)
}

/// Helm tells what does not fit a schema in any order.
fn in_order(text: &str) -> String {
    let (mut told, around): (Vec<&str>, Vec<&str>) =
        text.lines().partition(|line| line.starts_with("- at "));
    told.sort_unstable();
    let first = around.iter().position(|line| line.is_empty()).unwrap_or(around.len());
    let lines = [&around[..first], &told, &around[first..]].concat();
    lines.join("\n") + "\n"
}

fn render(chart: &Chart, file: &str) -> Option<Answer> {
    let folder = format!("deploy/helm/{}", chart.name);
    helm(&["template", chart.name, &folder, "--namespace", "streaming", "-f", file])
}

/// What the types make of values is what the templates make of them.
fn agrees(chart: &Chart, file: &str, rendered: &str) -> Result<(), Failed> {
    let given = documents(&fs::read_to_string(file)?)?;
    let values = given.into_iter().next().unwrap_or_else(|| Value::Object(Default::default()));
    let objects = documents(rendered)?;
    let (ours, theirs) = match chart.name {
        "rivven" => {
            let cluster = objects.iter().find(|one| one["kind"] == "RivvenCluster");
            let spec = cluster.map(|one| one["spec"].clone()).unwrap_or_default();
            (helm::rivven::rendered(&values)?, spec)
        }
        _ => {
            let operator = objects.iter().find(|one| one["kind"] == "Deployment");
            let container =
                operator.and_then(|one| one.pointer("/spec/template/spec/containers/0").cloned());
            let container = container.unwrap_or_default();
            let env = container["env"].as_array().cloned().unwrap_or_default();
            let watched = env.iter().find(|one| one["name"] == "WATCH_NAMESPACE");
            let watched = watched.map(|one| one["value"].clone()).unwrap_or_default();
            let both = serde_json::json!({ "args": container["args"], "watched": watched });
            (helm::sluicegate::rendered(&values)?, both)
        }
    };
    if ours == theirs {
        return Ok(());
    }
    Err(format!("the types say {ours:#}, the templates {theirs:#}").into())
}

/// The definitions are those of `deploy/crds/`, which another test says.
fn without_definitions(rendered: &str) -> String {
    let is = |part: &&str| part.contains("\nkind: CustomResourceDefinition\n");
    let mut kept: Vec<String> = Vec::new();
    for part in rendered.split("---\n").filter(|part| !part.trim().is_empty()) {
        let head = part.split("\nspec:\n").next().unwrap_or_default();
        kept.push(if is(&part) {
            format!("{head}\n(its specification)\n")
        } else {
            part.to_owned()
        });
    }
    kept.join("---\n")
}

fn written(chart: &Chart, file: &str, case: &str, seen: &str) -> Result<(), Failed> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("helm").join(chart.name);
    let (folder, case) = match case.rsplit_once('/') {
        Some((below, case)) => (folder.join(below), case),
        None => (folder, case),
    };
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(folder);
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.set_input_file(file);
    settings.bind(|| insta::assert_snapshot!(case, seen));
    Ok(())
}

/// The documents of a stream.
fn documents(text: &str) -> Result<Vec<Value>, Failed> {
    let documents = yaml::parse("rendered", text)?;
    Ok(documents.into_iter().map(|document| document.into_value()).collect())
}

/// What `sluicegate validate --values` says.
fn validate(chart: &Chart, file: &str) -> (u8, String, String) {
    command::run(&["validate", "--chart", chart.name, "--values", file], b"")
}
