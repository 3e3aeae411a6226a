//! Reconciliations, one after another, until nothing is left to do: each resource's plans in
//! order.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value;
use sluicegate_core::{
    kind::Kind,
    observed::{Observed, Ref, Seen, text},
    plan::{Plan, Requeue},
    settings::Settings,
    system::System,
};
use sluicegate_effects::{
    Class, Done, Error,
    file::{Entry, Operator, Stillness, Watcher, World},
};

use super::{
    model::{Action, Blocked, Event, Op, Step, Target, Waiting},
    pace::{Pace, Steps},
    retries::Tries,
    show,
};
use crate::progress::Progress;

/// For how long nothing may happen before all is taken to be quiet. A pod needs two ticks to stop
/// and as many to start.
const QUIET_TICKS: usize = 5;
/// How many seconds may pass in which nothing is done that was not done before: ten minutes of the
/// embedded Kubernetes' time.
const TICKS_MAX: usize = 600;

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
    pub assumptions: BTreeSet<String>,
    /// When to look again.
    pub requeue: Option<u64>,
    /// Why it could not be planned.
    pub error: Option<String>,
    /// What the product held at the first look.
    pub measured: BTreeMap<String, u64>,
    /// What people were told by plans that did nothing else.
    pub events: Vec<Event>,
    /// Whether objects belong to it.
    pub owns: bool,
    /// What else there is to know.
    pub warnings: Vec<String>,
    /// The status that was written last, or would be.
    pub status: Option<Value>,
    tries: Tries,
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

struct Rounds<'a, P> {
    wanted: BTreeSet<Ref>,
    pace: Pace,
    records: BTreeMap<Ref, Record>,
    /// Whether this round did, or waits for, anything beyond telling.
    busy: bool,
    /// Whether this round did something that was not done before.
    fresh: bool,
    progress: &'a mut P,
}

/// Plans for everything that a group asks for.
pub(crate) fn run(
    world: &World,
    entries: &[Entry],
    pace: Pace,
    settings: &Settings,
    progress: &mut impl Progress,
) -> Rounded {
    let wanted = entries.iter().map(|entry| entry.target.clone()).collect();
    let records = BTreeMap::new();
    let mut rounds = Rounds { wanted, pace, records, busy: false, fresh: false, progress };
    let mut operator = Operator::new(world, settings);
    let (mut quiet, mut stale, mut simulated) = (Stillness::default(), Stillness::default(), false);
    loop {
        (rounds.busy, rounds.fresh) = (false, false);
        let acted = operator.round(&mut rounds);
        if pace.steps == Steps::Next || !(simulated || rounds.busy) {
            break;
        }
        simulated = true;
        let happened = world.tick();
        if quiet.after(acted || !happened.is_empty()) == QUIET_TICKS {
            break;
        }
        if stale.after(rounds.fresh) > TICKS_MAX {
            rounds.unsettled();
            break;
        }
    }
    for record in rounds.records.values_mut() {
        if let Some(from) = record.tries.undone() {
            record.take_back(|nth| nth >= from);
        }
        if let Some((waiting, told)) = record.tries.refused(world) {
            record.waiting.push(waiting);
            record.warnings.push(told);
        }
    }
    rounds.progress.ends();
    Rounded { records: rounds.records, simulated }
}

impl<P> Rounds<'_, P> {
    /// Tells what is still being done after so long.
    fn unsettled(&mut self) {
        for record in self.records.values_mut() {
            record.error = record.error.take().or_else(|| record.tries.unsettled());
        }
    }
}

impl<P: Progress> Watcher for Rounds<'_, P> {
    /// One that cannot go on is left as it is, and holds up no other.
    fn wants(&self, resource: &Ref) -> bool {
        let ended = |one: &Record| one.error.is_some() || one.tries.is_refused();
        self.wanted.contains(resource) && !self.records.get(resource).is_some_and(ended)
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
        self.progress.step(&plan.resource);
        let record = self.records.entry(plan.resource.clone()).or_default();
        record.owns = !K::owns(resource).is_empty();
        let waited = record.withdraw(plan);
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
        self.fresh |= record.tries.note(plan);
        record.status = plan.status().cloned().or(record.status.take());
        if !does {
            record.next = numbered;
            record.events.extend(show::events(plan));
        } else {
            step.after =
                if waited.is_empty() { waited_for(&record.waiting, &actions) } else { waited };
            // What did nothing until now waited for something that no gate stands for.
            if record.steps.is_empty() && record.looked > 0 && step.after.is_empty() {
                step.after.extend(not_ready(resource));
            }
            record.steps.push(step);
            record.actions.extend(actions);
        }
        if record.looked == 0 {
            let seen = K::measures(resource, seen);
            record.measured = seen.into_iter().map(|one| (one.full_name(), one.value)).collect();
        }
        record.looked += 1;
        record.waiting = plan.waiting.iter().map(show::waiting).collect();
        record.blocked = plan.blocked.iter().map(show::blocked).collect();
        record.kept = plan.kept.iter().map(show::target).collect();
        // Where nothing is to be done, nothing rests on them.
        if plan.actions.iter().any(|action| !action.verb.only_tells()) {
            record.assumptions.extend(plan.assumptions.iter().cloned());
        }
        record.requeue = match plan.requeue {
            Requeue::After(delay) => Some(delay.as_secs()),
            Requeue::OnChange => None,
        };
        if self.pace.max_steps.is_some_and(|max| record.steps.len() > max) {
            record.error = record.tries.cut_off(record.steps.len() - 1);
        } else if let Some(again) = record.tries.again() {
            record.error = Some(again);
        }
    }

    fn unreadable(&mut self, resource: &Ref, why: &str) {
        let record = self.records.entry(resource.clone()).or_default();
        record.error = Some(format!("it does not decode: {why}"));
    }

    fn ended(&mut self, resource: &Ref, outcome: &Result<Done, Error>) {
        let record = self.records.entry(resource.clone()).or_default();
        match outcome {
            // What was noted is known from now on.
            Ok(Done::All | Done::Altered { .. }) => record.tries.done(),
            Ok(Done::Unsteady { what, .. }) => record.error = Some(what.clone()),
            Ok(Done::Stopped { at, guard }) => record.tries.stopped(*at, guard),
            Err(error) if error.class() == Class::Final => record.error = Some(error.in_full()),
            // A conflict or a busy server is no failure: the next round looks again.
            Err(error) => record.tries.failed(error),
        }
    }
}

impl Record {
    /// Takes back what was to be done and is planned once more, since it was not done. Returns
    /// what it had waited for.
    fn withdraw<S: System>(&mut self, plan: &Plan<S>) -> Vec<String> {
        let again = self.tries.withdrawn(plan);
        self.take_back(|nth| again.contains(&nth))
    }

    /// Takes actions out of the last step, by their place in it.
    fn take_back(&mut self, which: impl Fn(usize) -> bool) -> Vec<String> {
        let Some(last) = self.steps.last_mut() else { return Vec::new() };
        let gone = last.actions.iter().enumerate().filter(|(nth, _)| which(*nth));
        let gone: Vec<String> = gone.map(|(_, id)| id.clone()).collect();
        if gone.is_empty() {
            return Vec::new();
        }
        last.actions.retain(|id| !gone.contains(id));
        self.actions.retain(|action| !gone.contains(&action.id));
        let left = self.actions.iter().filter(|action| last.actions.contains(&action.id));
        if left.clone().any(|action| !action.op.only_tells()) {
            last.risk = left.filter_map(|action| action.risk).max();
            return Vec::new();
        }
        let left = std::mem::take(&mut last.actions);
        self.actions.retain(|action| !left.contains(&action.id));
        self.steps.pop().map(|step| step.after).unwrap_or_default()
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
