//! Reconciliations, one after another, until nothing is left to do: each resource's plans in
//! order.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use sluicegate_core::{
    kind::{Kind, Settings},
    observed::{Observed, Ref, Seen, text},
    plan::{Plan, Requeue},
};
use sluicegate_effects::{
    Class, Done, Error,
    file::{Entry, Watcher, World, round},
};

use super::{
    model::{Action, Blocked, Event, Op, Step, Target, Waiting},
    show,
};
use crate::cli::Steps;

/// For how long nothing may happen before all is taken to be quiet. A pod needs two ticks to stop
/// and as many to start.
const QUIET_TICKS: usize = 5;
/// How many seconds may pass in one plan: an hour of the embedded Kubernetes' time.
const TICKS_MAX: usize = 3600;

/// What became of one resource.
#[derive(Clone, Debug, Default)]
pub(crate) struct Record {
    /// The plans that did more than write the status.
    pub steps: Vec<Step>,
    /// Their actions.
    pub actions: Vec<Action>,
    /// What still waits.
    pub waiting: Vec<Waiting>,
    /// What is refused.
    pub blocked: Vec<Blocked>,
    /// What is as it should be.
    pub kept: Vec<Target>,
    /// What was taken to be so.
    pub assumptions: BTreeSet<&'static str>,
    /// When to look again.
    pub requeue: Option<u64>,
    /// Why it could not be planned.
    pub error: Option<String>,
    /// What the product held at the first look.
    pub measured: BTreeMap<&'static str, u64>,
    /// What people were told by plans that did nothing else.
    pub events: Vec<Event>,
    next: usize,
    looked: usize,
}

/// What the rounds came to.
#[derive(Debug)]
pub(crate) struct Rounded {
    /// By resource.
    pub records: BTreeMap<Ref, Record>,
    /// Whether Kubernetes was taken to do its part in between.
    pub simulated: bool,
}

/// How far to go.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// One reconciliation, or all.
    pub steps: Steps,
    /// The most of one resource.
    pub max_steps: usize,
}

struct Rounds {
    wanted: BTreeSet<Ref>,
    pace: Pace,
    records: BTreeMap<Ref, Record>,
    /// Whether this round did, or waits for, anything beyond telling.
    busy: bool,
}

/// Plans for everything that a group asks for.
pub(crate) fn run(world: &World, entries: &[Entry], pace: Pace, settings: &Settings) -> Rounded {
    let wanted = entries.iter().map(|entry| entry.target.clone()).collect();
    let mut rounds = Rounds { wanted, pace, records: BTreeMap::new(), busy: false };
    let mut quiet = 0;
    for tick in 0..TICKS_MAX {
        rounds.busy = false;
        let acted = round(world, settings, &mut rounds);
        let first_and_quiet = tick == 0 && !rounds.busy;
        if pace.steps == Steps::Next || first_and_quiet || rounds.failed() {
            return Rounded { records: rounds.records, simulated: tick > 0 };
        }
        let happened = world.tick();
        quiet = if acted || !happened.is_empty() { 0 } else { quiet + 1 };
        if quiet >= QUIET_TICKS {
            return Rounded { records: rounds.records, simulated: true };
        }
    }
    for record in rounds.records.values_mut() {
        record.error.get_or_insert_with(|| "it did not settle within an hour".to_owned());
    }
    Rounded { records: rounds.records, simulated: true }
}

impl Rounds {
    fn failed(&self) -> bool {
        self.records.values().any(|record| record.error.is_some())
    }
}

impl Watcher for Rounds {
    fn wants(&self, resource: &Ref) -> bool {
        self.wanted.contains(resource)
    }

    fn acts(&self) -> bool {
        self.pace.steps == Steps::All
    }

    fn planned<K: Kind>(
        &mut self,
        resource: &K::Resource,
        plan: &Plan<K::System>,
        seen: &Observed<K::System>,
    ) {
        let record = self.records.entry(plan.resource.clone()).or_default();
        let before = |target: &Ref| match seen.raw(target) {
            Seen::Present(object) => Some((**object).clone()),
            Seen::Unread | Seen::Absent | Seen::Unknown(_) => None,
        };
        let numbered = record.next;
        let n = record.steps.len() + 1;
        let (mut step, mut actions) = show::step(plan, n, &mut record.next, &before);
        // Writing the status is no step of its own: what it comes to is told at the end.
        actions.retain(|action| action.op != Op::Status);
        step.actions = actions.iter().map(|action| action.id.clone()).collect();
        let does = actions.iter().any(|action| !action.op.only_tells());
        self.busy |= does || !plan.waiting.is_empty();
        if !does {
            record.next = numbered;
            record.events.extend(show::events(plan));
        } else {
            step.after = waited_for(&record.waiting, &actions);
            // What did nothing until now waited for something that no gate stands for.
            if record.steps.is_empty() && record.looked > 0 && step.after.is_empty() {
                step.after.extend(not_ready(resource));
            }
            record.steps.push(step);
            record.actions.extend(actions);
        }
        if record.looked == 0 {
            let seen = K::measures(resource, seen);
            record.measured = seen.into_iter().map(|one| (one.name, one.value)).collect();
        }
        record.looked += 1;
        record.waiting = plan.waiting.iter().map(show::waiting).collect();
        record.blocked = plan.blocked.iter().map(show::blocked).collect();
        record.kept = plan.kept.iter().map(show::target).collect();
        record.assumptions.extend(&plan.assumptions);
        record.requeue = match plan.requeue {
            Requeue::After(delay) => Some(delay.as_secs()),
            Requeue::OnChange => None,
        };
        if record.steps.len() > self.pace.max_steps {
            let max = self.pace.max_steps;
            record.error = Some(format!("it did not settle within {max} steps (--max-steps)"));
        }
    }

    fn ended(&mut self, resource: &Ref, outcome: &Result<Done, Error>) {
        let Err(error) = outcome else { return };
        // A conflict or a busy server is no failure: the next round looks again.
        if error.class() == Class::Final {
            let record = self.records.entry(resource.clone()).or_default();
            let mut text = error.to_string();
            let mut cause = std::error::Error::source(error);
            while let Some(source) = cause {
                text.push_str(&format!(": {source}"));
                cause = source.source();
            }
            record.error = Some(text);
        }
    }
}

/// Why a resource was not Ready when it was looked at before.
fn not_ready(resource: &impl Serialize) -> Option<String> {
    let resource = serde_json::to_value(resource).ok()?;
    let conditions = resource.pointer("/status/conditions")?.as_array()?;
    let ready = conditions.iter().find(|one| text(one, "/type") == "Ready")?;
    let (reason, message) = (text(ready, "/reason"), text(ready, "/message"));
    (text(ready, "/status") != "True").then(|| format!("{reason} (was: {message})"))
}

/// What held back, until now, what these actions do. Gates that the actions carry say it
/// themselves.
fn waited_for(waiting: &[Waiting], actions: &[Action]) -> Vec<String> {
    let carried = |id: &str| actions.iter().any(|one| one.gates.iter().any(|gate| gate.id == id));
    let mut waited = Vec::new();
    for gate in waiting.iter().flat_map(|one| &one.gates) {
        let passed = matches!(
            gate.state,
            sluicegate_core::plan::GateState::Open | sluicegate_core::plan::GateState::Skipped
        );
        let text = format!("{} (was: {})", gate.id, gate.observed);
        if !passed && !carried(gate.id) && !waited.contains(&text) {
            waited.push(text);
        }
    }
    waited
}
