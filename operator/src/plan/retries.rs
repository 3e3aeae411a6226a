//! What is tried again and again: what is refused each time, and what is undone each time it was
//! done. Either has to be told, since more rounds come to nothing else.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;
use sluicegate_core::{
    observed::Ref,
    plan::{GateState, Plan, Risk, Verb},
    system::System,
};
use sluicegate_effects::{Error, file::World};

use super::{
    model::{Gate, Waiting},
    show,
};

/// How often in a row something is refused before it is taken to be so for good.
const REFUSALS_MAX: usize = 10;
/// How often the very same is done before it is taken to be undone by somebody each time.
const REPEATS_MAX: usize = 10;
/// What a change that is refused waits for.
pub const NOT_REFUSED: &str = "not-refused";

/// What was tried of one resource.
#[derive(Clone, Debug, Default)]
pub(super) struct Tries {
    /// The actions of the last plan that did something, but for the status.
    last: Vec<Tried>,
    /// The one at which it ended before its end.
    stuck: Option<usize>,
    /// How often each was done, by what it does and what it changes to what.
    times: BTreeMap<String, usize>,
    /// Why the last could not be done, and how often in a row it was so.
    refusal: (String, usize),
}

#[derive(Clone, Debug)]
struct Tried {
    doing: String,
    /// The fields that it changes.
    paths: String,
    /// What it does, and what it changes to what.
    key: String,
    target: Ref,
    risk: Risk,
    rule: &'static str,
    evicts: bool,
    only_tells: bool,
}

impl Tries {
    /// Notes what a plan does. Returns whether any of it was not done before.
    pub(super) fn note<S: System>(&mut self, plan: &Plan<S>) -> bool {
        if plan.actions.iter().all(|action| action.verb.only_tells()) {
            return false;
        }
        self.last = tried(plan);
        let mut fresh = false;
        for one in self.last.iter().filter(|one| !one.only_tells) {
            fresh |= !self.times.contains_key(&one.key);
            *self.times.entry(one.key.clone()).or_default() += 1;
        }
        fresh
    }

    /// What of the last plan was not done and is planned again, by place.
    pub(super) fn withdrawn<S: System>(&mut self, plan: &Plan<S>) -> BTreeSet<usize> {
        if self.stuck.take().is_none() {
            return BTreeSet::new();
        }
        let again: BTreeSet<String> = tried(plan).into_iter().map(|one| one.doing).collect();
        let mut withdrawn = BTreeSet::new();
        for (nth, one) in self.last.iter().enumerate() {
            if again.contains(&one.doing) {
                withdrawn.insert(nth);
                if let Some(times) = self.times.get_mut(&one.key) {
                    *times = times.saturating_sub(1);
                }
            }
        }
        withdrawn
    }

    /// The last plan was carried out.
    pub(super) fn done(&mut self) {
        (self.stuck, self.refusal) = (None, Default::default());
    }

    /// A guard ended the last plan.
    pub(super) fn stopped(&mut self, at: usize, guard: &str) {
        self.refuse(at, guard);
    }

    /// An action of the last plan failed in a way that may pass.
    pub(super) fn failed(&mut self, error: &Error) {
        let (doing, why) = match error {
            Error::Api { doing, source } => (doing.as_str(), source.to_string()),
            Error::Product { doing, source, .. } => (doing.as_str(), source.to_string()),
            Error::Unsettled
            | Error::Unanswered { .. }
            | Error::Fenced { .. }
            | Error::Ended { .. }
            | Error::Input { .. } => ("", error.in_full()),
        };
        let at = self.last.iter().position(|one| one.doing == doing);
        self.refuse(at.unwrap_or_default(), &why);
    }

    fn refuse(&mut self, at: usize, why: &str) {
        let at = at.min(self.last.len().saturating_sub(1));
        let why = format!("{}: {why}", self.last.get(at).map_or("", |one| &one.doing));
        let times = if self.refusal.0 == why { self.refusal.1 } else { 0 };
        (self.stuck, self.refusal) = (Some(at), (why, times + 1));
    }

    /// Whether the same was refused so often that it is not tried any more.
    pub(super) fn is_refused(&self) -> bool {
        self.refusal.1 >= REFUSALS_MAX
    }

    /// What of the last plan was not done: from this place on.
    pub(super) fn undone(&self) -> Option<usize> {
        self.stuck.filter(|_| self.is_refused())
    }

    /// What is refused each time, as something that waits, and why in full.
    pub(super) fn refused(&self, world: &World) -> Option<(Waiting, String)> {
        let one = self.last.get(self.undone()?)?;
        let why = self.refusal.0.trim_end_matches('.');
        let mut told = format!("refused {REFUSALS_MAX} times in a row, and not tried again: {why}");
        if one.evicts {
            told.push_str(&covered(world, &one.target));
        }
        let observed = format!("refused {REFUSALS_MAX} times in a row");
        let gate = Gate { id: NOT_REFUSED, state: GateState::Closed, observed };
        let waiting = Waiting {
            what: one.doing.clone(),
            target: show::target(&one.target),
            risk: Some(one.risk),
            rule: one.rule,
            gates: vec![gate],
        };
        Some((waiting, told))
    }

    /// What is done again and again, if anything is.
    pub(super) fn again(&self) -> Option<String> {
        let often = |one: &&Tried| self.times.get(&one.key).is_some_and(|n| *n > REPEATS_MAX);
        let one = self.last.iter().find(often)?;
        Some(format!(
            "it does not settle: {}{} was done {REPEATS_MAX} times over, and something else, or \
             the API server, undoes it each time",
            one.doing, one.paths
        ))
    }

    /// What was still done when too long had passed.
    pub(super) fn unsettled(&self) -> Option<String> {
        let one = self.last.iter().find(|one| !one.only_tells)?;
        Some(format!(
            "it does not settle: the last that was done, once more, is {}{}",
            one.doing, one.paths
        ))
    }

    /// That no more steps were to be planned.
    pub(super) fn cut_off(&self, steps: usize) -> Option<String> {
        let one = self.last.iter().find(|one| !one.only_tells)?;
        Some(format!(
            "it is not settled after {steps} steps, and --max-steps allows no more; the next is \
             {}{}",
            one.doing, one.paths
        ))
    }
}

fn tried<S: System>(plan: &Plan<S>) -> Vec<Tried> {
    let told = plan.actions.iter().filter(|action| !matches!(action.verb, Verb::SetStatus(..)));
    told.map(|action| {
        let doing = action.verb.to_string();
        let changes = action.why.changes();
        let paths: Vec<&str> = changes.iter().map(|one| one.path.as_str()).collect();
        let paths =
            if paths.is_empty() { String::new() } else { format!(" ({})", paths.join(", ")) };
        let after = changes.iter().map(|one| json!([one.path, one.after]).to_string());
        let key = format!("{doing} {}", after.collect::<String>());
        Tried {
            doing,
            paths,
            key,
            target: action.verb.target().unwrap_or(&plan.resource).clone(),
            risk: action.risk,
            rule: action.rule.id,
            evicts: matches!(action.verb, Verb::Restart(..)),
            only_tells: action.verb.only_tells(),
        }
    })
    .collect()
}

/// The budgets that stand in the way of an eviction, and what to do about it.
fn covered(world: &World, pod: &Ref) -> String {
    let names = world.memory().budgets_of(pod);
    match names.as_slice() {
        [] => String::new(),
        [one] => format!(". PodDisruptionBudget {one} selects it: see that it allows a disruption"),
        several => format!(
            ". PodDisruptionBudgets {} select it, and no pod may have more than one: delete all \
             but one, or narrow their selectors",
            several.join(" and ")
        ),
    }
}
