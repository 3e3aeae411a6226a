//! Reading until a plan, played to its end, asks for nothing that was not read.

use sluicegate_core::settings::Settings;
use sluicegate_effects::file::{Entry, Problem, Start, State, World};

use super::{capture::Capture, cluster::unread, find::Scope, reader::ClusterReader};
use crate::{
    failure::Failure,
    kinds,
    plan::{Pace, Steps, rounds},
    progress::Progress,
};

/// What is read is called so.
const SOURCE: &str = "the cluster";
/// How often what a plan asks for may lead to more.
const ROUNDS_MAX: usize = 32;

/// What was read.
#[derive(Clone, Debug)]
pub struct Read {
    capture: Capture,
    /// What it says.
    pub state: State,
    /// The resources that were asked about.
    pub entries: Vec<Entry>,
}

impl Read {
    /// All of it as a file, of which a plan is the same plan.
    pub fn text(&self) -> String {
        let mut text = String::new();
        self.write(|piece| text.push_str(piece));
        text
    }

    /// The same, piece by piece: of a large cluster it is large.
    pub fn write(&self, out: impl FnMut(&str)) {
        self.capture.render(out);
    }
}

/// Reads all that a plan for these resources sees, which is made with these settings.
///
/// # Errors
///
/// If the cluster cannot be read.
pub async fn read(
    sight: &impl ClusterReader,
    mut capture: Capture,
    wish: &Scope,
    (pace, settings): (Pace, &Settings),
    progress: &mut impl Progress,
) -> Result<Read, Failure> {
    progress.begins();
    // First what is looked at before anything is done: whatever does not answer then is not there.
    for steps in [Steps::Next, pace.steps] {
        let mut left = ROUNDS_MAX;
        loop {
            let read = understood(capture, wish);
            let mut world = World::new(SOURCE, &Start::State(read.state))
                .map_err(|problems| told(&problems))?;
            let kinds = kinds::all();
            let ours = read.entries.iter().filter(|one| kinds::of(kinds, &one.target).is_some());
            ours.for_each(|entry| world.ask_for(entry));
            let pace = Pace { steps, ..pace };
            drop(rounds::run(&world, &read.entries, pace, settings, progress));
            capture = read.capture;
            let unseen = capture.unseen(world.looked());
            if unseen.is_empty() {
                break;
            }
            if left == 0 {
                return Err(Failure::of("error: what the plan reads leads to more without end"));
            }
            left -= 1;
            progress.says("reading the cluster");
            let found = sight.look(unseen).await.map_err(|error| unread(&error))?;
            progress.ends();
            capture.add(&found, steps == Steps::Next);
        }
    }
    Ok(understood(capture, wish))
}

/// What a snapshot of it says: a live plan and a plan from a snapshot are the same plan.
fn understood(capture: Capture, wish: &Scope) -> Read {
    let entries = match wish {
        Scope::Given(entries) => entries.clone(),
        Scope::Chosen(choice) => capture.chosen(SOURCE, choice),
    };
    Read { state: capture.state(), capture, entries }
}

fn told(problems: &[Problem]) -> Failure {
    Failure(problems.iter().map(|one| format!("error: {one}")).collect())
}
