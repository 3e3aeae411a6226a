//! The cluster, for commands that only look at it.
//!
//! What a plan sees is read once, written down as the text of a file, and planned from that text:
//! a live plan and a plan from a snapshot differ in where the text comes from, and in nothing else.
//! Reading goes on until the plan, played to its end, asks for nothing that was not read.

use sluicegate_core::{
    kind::Settings,
    observed::{Observed, Reads},
    systems::rivven::Rivven,
};
use sluicegate_effects::{
    Error,
    file::{self, Entry, Problem, Source, Start, State, World},
};

use crate::{Failure, cli::Steps, kinds, plan::rounds, plan::rounds::Pace};

pub mod args;
mod capture;
mod cluster;
mod dry_run;
mod find;
mod labels;
#[cfg(test)]
pub(crate) mod stand;
#[cfg(test)]
mod tests;

pub use self::{
    capture::Capture,
    cluster::{Cluster, no_way, unread},
    dry_run::{Refusals, refusals},
    find::{Wish, chosen, find, place},
};

/// How the name of a live state begins.
pub const LIVE: &str = "live, ";
/// How often what a plan asks for may lead to more.
const ROUNDS_MAX: usize = 32;

/// Looks at a world.
pub trait Sight {
    /// What came of looking.
    ///
    /// # Errors
    ///
    /// If it cannot be looked at.
    fn look(&self, reads: Reads<Rivven>) -> Result<Observed<Rivven>, Error>;
}

/// What was read, as text and understood.
#[derive(Clone, Debug)]
pub struct Read {
    /// The file.
    pub text: String,
    /// What it says.
    pub state: State,
    /// The resources that were asked about.
    pub entries: Vec<Entry>,
}

/// Reads all that a plan for these resources sees.
///
/// # Errors
///
/// If the cluster cannot be read.
pub fn read(
    sight: &impl Sight,
    mut capture: Capture,
    wish: &Wish,
    pace: Pace,
) -> Result<Read, Failure> {
    // First what is looked at before anything is done: whatever does not answer then is not there.
    for steps in [Steps::Next, pace.steps] {
        let mut left = ROUNDS_MAX;
        loop {
            let read = understood(&capture, wish)?;
            let mut world = World::new("what was read", &Start::State(read.state))
                .map_err(|problems| told(&problems))?;
            let kinds = kinds::all();
            let ours = read.entries.iter().filter(|one| kinds::of(&kinds, &one.target).is_some());
            ours.for_each(|entry| world.ask_for(entry));
            let pace = Pace { steps, ..pace };
            drop(rounds::run(&world, &read.entries, pace, &Settings::default()));
            let unseen = capture.unseen(world.looked());
            if unseen.is_empty() {
                break;
            }
            if left == 0 {
                return Err(Failure::of("error: what the plan reads leads to more without end"));
            }
            left -= 1;
            let seen = sight.look(unseen).map_err(|error| unread(&error))?;
            capture.add(&seen, steps == Steps::Next);
        }
    }
    understood(&capture, wish)
}

fn understood(capture: &Capture, wish: &Wish) -> Result<Read, Failure> {
    let text = capture.render();
    let source = Source { name: "the cluster".to_owned(), text };
    let file = file::parse_observed(&source).map_err(|problems| told(&problems))?;
    let entries = match wish {
        Wish::Given(entries) => entries.clone(),
        Wish::Chosen(choice) => {
            file.present.into_iter().filter(|one| choice.has(&one.target, one.value())).collect()
        }
    };
    let kinds = kinds::all();
    let ours = |one: &Entry| kinds::of(&kinds, &one.target).is_some();
    let chosen = matches!(wish, Wish::Chosen(_));
    let entries = entries.into_iter().filter(|one| !chosen || ours(one)).collect();
    Ok(Read { text: source.text, state: file.state.unwrap_or_default(), entries })
}

fn told(problems: &[Problem]) -> Failure {
    Failure(problems.iter().map(|one| format!("error: {one}")).collect())
}
