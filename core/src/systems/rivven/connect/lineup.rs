//! Who runs where: what each worker is to run, beside the workers as they were seen.
//!
//! A connector that moves starts on its new worker when the old one has none of it any more, so
//! that at no time two run it.

use std::collections::{BTreeMap, BTreeSet};

use k8s_openapi::{api::apps::v1::Deployment, jiff::SignedDuration};

use super::{
    Valid,
    connectors::Wired,
    holdings,
    placement::place,
    running::{Running, Topics, topics},
    worker::Worker,
};
use crate::{
    kind::Ctx,
    observed::{Observed, Ref},
    plan::{Gate, Risk, Waiting},
    systems::rivven::{Answer, Rivven, names, rules},
};

/// No other worker runs the connector.
const STOPPED: &str = "connector-stopped";

/// Every gate of a RivvenConnect, with what it asks for.
pub(super) const GATES: &[(&str, &str)] =
    &[(STOPPED, "no other worker runs the connector that is to start (CON-58)")];

/// How long a worker runs at least before it is started anew because of a topic that has come.
const GATHER: SignedDuration = SignedDuration::from_mins(10);

/// The workers, the connectors that each is to run, and those that wait.
#[derive(Clone, Debug, Default)]
pub(super) struct Lineup<'a> {
    /// What each worker is to run, by its number: none of those that are asked for is left out.
    pub(super) tasks: Vec<Task<'a>>,
    /// The connectors that wait for a topic.
    pub(super) waiting: Vec<&'a Wired>,
    /// The connectors that wait until another worker has stopped them.
    pub(super) moving: Vec<Moving<'a>>,
    /// Whether they wait because the broker does not say which topics there are.
    pub(super) unseen: bool,
    /// The workers that were seen, by their numbers: those too that are not asked for any more.
    pub(super) workers: BTreeMap<usize, Worker>,
}

/// What one worker is to run.
#[derive(Clone, Debug, Default)]
pub(super) struct Task<'a> {
    pub(super) number: usize,
    pub(super) running: Vec<Running<'a>>,
    /// Whether a sink that ran is to have other topics than it had.
    pub(super) joins: bool,
}

/// A connector that has to stop before it starts.
#[derive(Clone, Debug)]
pub(super) struct Moving<'a> {
    pub(super) running: Running<'a>,
    /// Where it is to run.
    pub(super) to: usize,
    by: Holder,
}

/// Who may still run a connector that is to start, by name.
#[derive(Clone, Debug)]
enum Holder {
    /// A worker that it has not been taken from yet.
    Worker(String),
    /// A pod of before.
    Pod(String),
    /// A worker whose controller may still replace a pod of before.
    Changing(String),
}

impl<'a> Lineup<'a> {
    /// The connectors that can run, those that are still on their way too.
    pub(super) fn can_run(&self) -> impl Iterator<Item = &Running<'a>> {
        let moving = self.moving.iter().map(|one| &one.running);
        self.tasks.iter().flat_map(|task| &task.running).chain(moving)
    }

    /// The worker that a connector is seen on: the one that it is to run on, if it is there.
    pub(super) fn seen_on(&self, name: &str) -> Option<(usize, &Worker)> {
        let own =
            self.tasks.iter().find(|task| task.running.iter().any(|one| one.wired.name == name));
        let own = own.map(|task| task.number);
        let mut all = self.workers.iter().filter(|(_, worker)| worker.connectors.contains(name));
        let first = all.clone().next();
        let found = all.find(|(number, _)| Some(**number) == own).or(first);
        found.map(|(number, worker)| (*number, worker))
    }

    /// The workers that are to run something.
    pub(super) fn busy(&self) -> impl Iterator<Item = &Task<'a>> {
        self.tasks.iter().filter(|task| !task.running.is_empty())
    }

    /// Whether each of them runs what it is to run.
    pub(super) fn all_run(&self) -> bool {
        self.busy().all(|task| self.workers.get(&task.number).is_some_and(Worker::runs))
    }

    /// Whether any worker is there, running or not.
    pub(super) fn any(&self) -> bool {
        self.workers.values().any(|worker| !worker.connectors.is_empty())
    }
}

impl Moving<'_> {
    /// What has to come first, as the end of a sentence.
    pub(super) fn until(&self) -> String {
        match &self.by {
            Holder::Worker(name) => format!("{name} has stopped it"),
            Holder::Pod(name) => format!("pod {name} has ended"),
            Holder::Changing(name) => format!("the change of {name} is under way"),
        }
    }

    /// What is seen of that, as a sentence without an end.
    fn observed(&self) -> String {
        match &self.by {
            Holder::Worker(name) => format!("{name} runs it"),
            Holder::Pod(name) => format!("pod {name} has not ended"),
            Holder::Changing(name) => format!("{name} is being changed"),
        }
    }

    /// The same as what a plan shows.
    pub(super) fn waiting(&self, valid: &Valid) -> Waiting {
        let wired = self.running.wired;
        let worker = names::worker(&valid.name, self.to);
        Waiting {
            what: format!("start {} in {worker}", wired.name),
            target: Ref::to::<Deployment>(&valid.namespace, &worker),
            risk: if wired.forgets { Risk::DataLoss } else { Risk::Restart },
            rule: &rules::CON_58,
            gates: vec![Gate::judged(STOPPED, Some(false), self.observed())],
        }
    }
}

/// Who runs where, by what the broker holds, what was told before, and what the workers have now.
pub(super) fn lineup<'a>(ctx: &Ctx<'_>, valid: &'a Valid, seen: &Observed<Rivven>) -> Lineup<'a> {
    let held: Option<BTreeSet<String>> = match seen.answer(&holdings(&valid.cluster)) {
        Some(Answer::Holdings(topics)) => Some(topics.keys().cloned().collect()),
        Some(_) | None => None,
    };
    // Those that wait have their place too, so that none moves when they start.
    let places = place(valid.connectors.iter().filter(|one| one.enabled), valid.replicas);
    let task = |number| Task { number, ..Task::default() };
    let mut lineup = Lineup {
        tasks: (0..valid.replicas).map(task).collect(),
        workers: Worker::all(ctx, valid, seen),
        ..Lineup::default()
    };
    // Workers whose status was lost may have read some topics already.
    let unknown = lineup.any() && valid.before.is_empty();
    for wired in valid.connectors.iter().filter(|one| one.runs()) {
        let to = places[wired.name.as_str()];
        let worker = lineup.workers.get(&to);
        let mut stands_for = None;
        if !wired.patterns.is_empty() {
            let before = valid.before.iter().find(|one| one.name == wired.name);
            let since = worker.and_then(|worker| worker.since);
            let rests = since.is_some_and(|since| ctx.now.duration_since(since) < GATHER);
            let found = topics(&wired.patterns, held.as_ref(), before, rests, unknown);
            if found == Topics::default() {
                lineup.waiting.push(wired);
                continue;
            }
            let had = before.map(|before| &before.topics).filter(|had| !had.is_empty());
            lineup.tasks[to].joins |= had.is_some_and(|had| !found.all().eq(had.iter()));
            stands_for = Some(found);
        }
        let running = Running { wired, topics: stands_for };
        match elsewhere(valid, &lineup.workers, &wired.name, to) {
            Some(by) => lineup.moving.push(Moving { running, to, by }),
            None => lineup.tasks[to].running.push(running),
        }
    }
    lineup.unseen = held.is_none() && !lineup.waiting.is_empty();
    lineup
}

/// Who else than this worker may run a connector just now. One that the worker has already stays
/// there.
fn elsewhere(
    valid: &Valid,
    workers: &BTreeMap<usize, Worker>,
    connector: &str,
    to: usize,
) -> Option<Holder> {
    if workers.get(&to).is_some_and(|worker| worker.connectors.contains(connector)) {
        return None;
    }
    workers.iter().filter(|(number, _)| **number != to).find_map(|(number, worker)| {
        let name = || names::worker(&valid.name, *number);
        if worker.connectors.contains(connector) {
            return Some(Holder::Worker(name()));
        }
        match worker.pods.iter().find(|(_, has)| has.contains(connector)) {
            Some((pod, _)) => Some(Holder::Pod(pod.clone())),
            None => worker.unobserved.then(|| Holder::Changing(name())),
        }
    })
}
