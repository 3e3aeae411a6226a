//! What is written down of a world leads to the plan that the world itself leads to.

use std::{fs, path::PathBuf};

use futures_executor::block_on;
use sluicegate_core::settings::Settings;
use sluicegate_effects::{
    Reader,
    file::{self, File, Source, Start, World},
    yaml,
};

use super::{Capture, Choice, Scope, fake::FakeCluster, now, read};
use crate::{
    command::run,
    commands::wait::wait,
    files::{below, root},
    plan::{Pace, Steps},
    progress::Silent,
};

fn source(path: &PathBuf) -> Source {
    let text = fs::read_to_string(path).expect("it is there");
    Source { name: path.display().to_string(), text }
}

/// Without the line that names the state.
fn body(text: &str) -> Vec<&str> {
    let names = |line: &&str| !line.contains("state: ") && !line.contains("custom resource");
    text.lines().filter(names).collect()
}

/// Everything that a plan for a file sees of the file's own world, as text.
fn snapshot(file: &File, stand: &FakeCluster) -> String {
    let state = file.state.clone().unwrap_or_default();
    let mut capture = Capture::at(state.now());
    let (wish, entries) = match file.desired.is_empty() {
        true => (Scope::Chosen(Choice::default()), &file.present),
        false => (Scope::Given(file.desired.clone()), &file.desired),
    };
    for entry in entries {
        let look = block_on(Reader::get(&stand.0, &entry.target)).expect("files can be read");
        capture.saw(entry.target.clone(), &look);
    }
    let pace = Pace { steps: Steps::Next, max_steps: None };
    let read = wait(read(stand, capture, &wish, (pace, &Settings::default()), &mut Silent));
    read.expect("it can be written down").text()
}

#[test]
fn a_snapshot_of_every_fixture_leads_to_the_plan_of_the_fixture() {
    let (mut compared, mut wrong) = (0, Vec::new());
    for path in below(&root().join("fixtures"), "yaml") {
        // Those that are refused, or begin empty, have no state that can be written down.
        let Ok(file) = file::parse(&source(&path)) else { continue };
        let Some(state) = &file.state else { continue };
        let own = path.to_string_lossy();
        let (code, wanted, _) = run(&["plan", "-f", &own, "--steps", "next"], b"");
        if code != 0 {
            continue;
        }
        let world = World::new("a fixture", &Start::State(state.clone())).expect("it is planned");
        let text = snapshot(&file, &FakeCluster(world));
        let place = std::env::temp_dir().join(format!("sluicegate-{}.yaml", std::process::id()));
        fs::write(&place, &text).expect("there is room");
        let place = place.to_string_lossy();
        let documents = file.desired.iter().map(|one| yaml::to_string(one.value()));
        let desired = documents.collect::<Vec<_>>().join("---\n");
        let from: &[&str] = if desired.is_empty() { &["--all"] } else { &["-f", "-"] };
        let args = [&["plan", "--state", &place, "--steps", "next"], from].concat();
        let (_, got, _) = run(&args, desired.as_bytes());
        fs::remove_file(&*place).expect("it was written");
        compared += 1;
        if body(&got) != body(&wanted) {
            wrong.push(format!("{own}:\n--- wanted\n{wanted}\n--- got\n{got}"));
        }
    }
    assert!(compared > 20, "only {compared} fixtures have a state");
    assert!(wrong.is_empty(), "{} of {compared}:\n{}", wrong.len(), wrong.join("\n"));
}

#[tokio::test]
async fn a_cluster_is_read_within_a_runtime_and_on_any_thread() {
    let stand = FakeCluster(World::new("a test", &Start::Empty).expect("it is a world"));
    let reading = tokio::spawn(async move {
        let (capture, wish) = (Capture::at(now()), Scope::Chosen(Choice::default()));
        read(&stand, capture, &wish, (Pace::ALL, &Settings::default()), &mut Silent).await
    });
    let read = reading.await.expect("it ends").expect("it can be read");
    assert!(read.entries.is_empty());
}
