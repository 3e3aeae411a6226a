//! Who runs where: what each worker is to run, beside the workers as they were seen.
//!
//! A connector that moves starts on its new worker when the old one has none of it any more, so
//! that at no time two run it.

use std::collections::BTreeMap;

use k8s_openapi::api::{apps::v1::Deployment, batch::v1::Job};

use super::{
    Valid,
    api::ConnectorState,
    build,
    connectors::Wired,
    gates::{Holder, Moving},
    held::Held,
    join,
    placement::place,
    running::{Running, Topics, topics},
    task::Task,
    worker::Worker,
};
use crate::{
    connector::Role,
    kind::Ctx,
    observed::{Observed, Ref},
    systems::rivven::{Rivven, names},
};

/// The workers, the connectors that each is to run, and those that wait.
#[derive(Clone, Debug, Default)]
pub(super) struct Lineup<'a> {
    /// What each worker is to run, by its number: none of those that are asked for is left out.
    pub(super) tasks: Vec<Task<'a>>,
    /// The connectors that kept their worker from starting, each in a worker of its own.
    pub(super) apart: Vec<Task<'a>>,
    /// The sources that run once, each in a worker of its own.
    pub(super) once: Vec<Task<'a>>,
    /// Those of them that have come to their end.
    pub(super) completed: Vec<&'a Wired>,
    /// The Jobs that show it, those of sources that are disabled by now too.
    pub(super) through: Vec<Ref>,
    /// The connectors that wait for a topic, each with the sentence that says so.
    pub(super) waiting: Vec<(&'a Wired, String)>,
    /// The connectors that run and lack a topic, each with the sentence that says so.
    pub(super) lacking: Vec<(&'a Wired, String)>,
    /// The connectors that wait until another worker has stopped them.
    pub(super) moving: Vec<Moving<'a>>,
    /// Whether nobody knows what some of them run, because the broker does not say which topics
    /// there are.
    pub(super) unseen: bool,
    /// The workers that were seen, by their names: those too that are not asked for any more.
    pub(super) workers: BTreeMap<String, Worker>,
}

impl<'a> Lineup<'a> {
    /// The connectors that can run, those that are still on their way too.
    pub(super) fn can_run(&self) -> impl Iterator<Item = &Running<'a>> {
        let moving = self.moving.iter().map(|one| &one.running);
        self.busy().flat_map(|task| &task.running).chain(moving)
    }

    /// The worker that a connector is seen on: the one that it is to run on, if it is there.
    pub(super) fn seen_on(&self, name: &str) -> Option<(&String, &Worker)> {
        let has = |task: &&Task<'_>| task.running.iter().any(|one| one.wired.name == name);
        let own = self.busy().find(has).map(|task| &task.name);
        let mut all = self.workers.iter().filter(|(_, worker)| worker.connectors.contains(name));
        let first = all.clone().next();
        all.find(|(worker, _)| Some(*worker) == own).or(first)
    }

    /// The workers that are to run something.
    pub(super) fn busy(&self) -> impl Iterator<Item = &Task<'a>> {
        let all = self.tasks.iter().chain(&self.apart).chain(&self.once);
        all.filter(|task| !task.is_idle() && !task.stopped)
    }

    /// The Deployments that are to be. Those apart come first: they are how it is known who is kept
    /// apart.
    pub(super) fn deployments(&self) -> impl Iterator<Item = &Task<'a>> {
        self.apart.iter().chain(&self.tasks).filter(|task| !task.is_idle())
    }

    /// The Jobs that are to run.
    pub(super) fn jobs(&self) -> impl Iterator<Item = &Task<'a>> {
        self.once.iter().filter(|task| !task.is_idle())
    }

    /// Whether each of them runs what it is to run.
    pub(super) fn all_run(&self) -> bool {
        self.busy().all(|task| self.workers.get(&task.name).is_some_and(Worker::runs))
    }

    /// Whether any worker is there, running or not.
    pub(super) fn any(&self) -> bool {
        self.workers.values().any(|worker| !worker.connectors.is_empty())
    }

    /// Whether a source has come to its end.
    pub(super) fn has_completed(&self, name: &str) -> bool {
        self.completed.iter().any(|wired| wired.name == name)
    }
}

/// Who runs where, by what the broker holds, what was told before, and what the workers have now.
pub(super) fn lineup<'a>(ctx: &Ctx<'_>, valid: &'a Valid, seen: &Observed<Rivven>) -> Lineup<'a> {
    let name = |number| names::worker(&valid.name, number);
    let mut lineup = Lineup {
        tasks: (0..valid.replicas).map(|number| Task::of(name(number))).collect(),
        workers: Worker::all(ctx, valid, seen),
        ..Lineup::default()
    };
    lineup.note_completed(valid);
    let held = Held::of(valid, seen, |wired| lineup.has_completed(&wired.name));
    // Those that wait or are disabled have their place too, so that none moves when they start.
    let places = place(valid.connectors.iter().filter(|one| !one.ends), valid.replicas);
    for wired in valid.connectors.iter().filter(|one| one.runs()) {
        if lineup.has_completed(&wired.name) {
            continue;
        }
        if let Some(why) = held.lacking(wired) {
            // One that has started tries again by itself.
            if !lineup.has_started(valid, wired) {
                lineup.waiting.push((wired, why));
                continue;
            }
            // Where nobody tells, nobody knows.
            if held.topics.is_some() {
                lineup.lacking.push((wired, why));
            }
        }
        let Some(to) = places.get(wired.name.as_str()).copied() else {
            lineup.once(valid, wired);
            continue;
        };
        let mut running = Running { wired, topics: None };
        if !wired.patterns.is_empty() {
            running.topics = lineup.stands_for(ctx, valid, wired, to, &held);
            if running.topics.is_none() {
                let patterns = wired.patterns.join(", ");
                let why = match held.topics {
                    Some(_) => format!("no topic fits {patterns}"),
                    None => format!("the broker has not told which topics fit {patterns}"),
                };
                lineup.waiting.push((wired, why));
                lineup.unseen |= held.topics.is_none();
                continue;
            }
        }
        match lineup.own_worker(valid, wired) {
            Some(own) => lineup.set_apart(valid, own, running, &held),
            None => lineup.start(valid, to, running, &held),
        }
    }
    lineup
}

impl<'a> Lineup<'a> {
    /// The topics that the patterns of a sink stand for; nothing where there are none.
    fn stands_for(
        &mut self,
        ctx: &Ctx<'_>,
        valid: &Valid,
        wired: &Wired,
        to: usize,
        held: &Held<'_>,
    ) -> Option<Topics> {
        let names = held.topics.map(|topics| topics.keys().cloned().collect());
        let before = valid.before(&wired.name);
        let since = self.workers.get(&self.tasks[to].name).and_then(|worker| worker.since);
        let rests = join::rests(ctx, since);
        // Workers whose status was lost may have read some topics already.
        let unknown = self.any() && valid.before.is_empty();
        let found = topics(&wired.patterns, names.as_ref(), before, rests, unknown);
        let had = before.map(|before| &before.topics).filter(|had| !had.is_empty());
        let joins = had.is_some_and(|had| !found.all().eq(had.iter()));
        if found == Topics::default() {
            return None;
        }
        self.tasks[to].joins |= joins;
        Some(found)
    }

    /// The worker of this number is to run it.
    fn start(&mut self, valid: &Valid, to: usize, running: Running<'a>, held: &Held<'_>) {
        let name = &self.tasks[to].name;
        let partitions = self.partitions(&running, name, held);
        let worker = Ref::to::<Deployment>(&valid.namespace, name);
        if let Some(running) = self.unless_elsewhere(running, worker) {
            self.tasks[to].partitions.extend(partitions);
            self.tasks[to].running.push(running);
        }
    }

    /// A worker of its own is to run it. That is there at once, without a pod for as long as
    /// another still has the connector: what it was set apart for is seen of no pod by then.
    fn set_apart(&mut self, valid: &Valid, name: String, running: Running<'a>, held: &Held<'_>) {
        let mut task = Task::of(name);
        task.partitions.extend(self.partitions(&running, &task.name, held));
        let worker = Ref::to::<Deployment>(&valid.namespace, &task.name);
        task.stopped = self.unless_elsewhere(running.clone(), worker).is_none();
        task.running.push(running);
        self.apart.push(task);
    }

    /// The partitions of the topics of a sink, as far as they are known. Where nobody tells, they
    /// are as the worker of this name has them.
    fn partitions(
        &self,
        running: &Running<'_>,
        worker: &str,
        held: &Held<'_>,
    ) -> Vec<(String, u32)> {
        if running.wired.role == Role::Source {
            return Vec::new();
        }
        let before = self.workers.get(worker).map(|worker| &worker.partitions);
        let joined = running.topics.iter().flat_map(Topics::all);
        let topics = running.wired.wants.iter().chain(joined);
        let known = |topic: &String| {
            let before = || before.and_then(|all| all.get(topic)).copied();
            held.there(topic).or_else(before).or_else(|| held.to_come(topic))
        };
        topics.filter_map(|topic| Some((topic.clone(), known(topic)?))).collect()
    }

    /// The worker that a connector has for itself, because it kept another from starting.
    fn own_worker(&self, valid: &Valid, wired: &Wired) -> Option<String> {
        let is_to_blame = |worker: &Worker| {
            // Alone it keeps nobody.
            worker.connectors.len() > 1
                && worker.connectors.contains(&wired.name)
                && worker.blame.falls_on(wired)
        };
        let placed = |name: &String| self.tasks.iter().any(|task| task.name == *name);
        let others = || self.workers.keys().any(|name| !placed(name));
        if self.workers.values().all(|worker| worker.blame.is_empty()) && !others() {
            return None;
        }
        let own = names::apart(&valid.name, &wired.run(&valid.cluster));
        let there = self.workers.contains_key(&own);
        (there || self.workers.values().any(is_to_blame)).then_some(own)
    }

    /// Finds the sources that are through, by what their Jobs were made to run.
    fn note_completed(&mut self, valid: &'a Valid) {
        for wired in valid.connectors.iter().filter(|one| one.ends) {
            let run = wired.run(&valid.cluster);
            let is_it = |(_, worker): &(&String, &Worker)| {
                worker.completed && worker.run.as_ref() == Some(&run)
            };
            let Some((job, _)) = self.workers.iter().find(is_it) else { continue };
            self.through.push(Ref::to::<Job>(&valid.namespace, job));
            if wired.runs() {
                self.completed.push(wired);
            }
        }
    }

    /// Whether a connector has run, by what is seen or was told.
    fn has_started(&self, valid: &Valid, wired: &Wired) -> bool {
        let before = valid.before(&wired.name);
        self.workers.values().any(|worker| worker.connectors.contains(&wired.name))
            || before.is_some_and(|before| match before.state {
                ConnectorState::Running | ConnectorState::Pending | ConnectorState::Failed => true,
                ConnectorState::Waiting | ConnectorState::Completed | ConnectorState::Disabled => {
                    false
                }
            })
    }

    /// A source that ends runs in a Job of its own. One that runs already is left as it is, unless
    /// it is asked to restart: it would begin anew.
    fn once(&mut self, valid: &Valid, wired: &'a Wired) {
        let running = Running { wired, topics: None };
        let run = wired.run(&valid.cluster);
        let runs = |(_, worker): &(&String, &Worker)| {
            worker.run.as_ref() == Some(&run) && worker.ready > 0 && worker.problem.is_none()
        };
        let job = self.workers.iter().find(runs).map(|(job, _)| job.clone());
        if let Some(job) = job.filter(|_| !valid.restarts.contains_key(&wired.name)) {
            let running = vec![running];
            self.once.push(Task { running, kept: true, ..Task::of(job) });
            return;
        }
        let mut task = Task::of(build::once(valid, &running));
        let job = Ref::to::<Job>(&valid.namespace, &task.name);
        task.running.extend(self.unless_elsewhere(running, job));
        self.once.push(task);
    }

    /// The connector, unless another worker still has it: then it is noted as on its way.
    fn unless_elsewhere(&mut self, running: Running<'a>, to: Ref) -> Option<Running<'a>> {
        match self.elsewhere(&running.wired.name, &to.name) {
            None => Some(running),
            Some(by) => {
                self.moving.push(Moving { running, to, by });
                None
            }
        }
    }

    /// Who else than this worker may run a connector just now: also a pod that it had before. One
    /// that the worker has already stays there.
    fn elsewhere(&self, connector: &str, to: &str) -> Option<Holder> {
        if self.workers.get(to).is_some_and(|worker| worker.connectors.contains(connector)) {
            return None;
        }
        self.workers.iter().find_map(|(name, worker)| {
            if worker.connectors.contains(connector) {
                return Some(Holder::Worker(name.clone()));
            }
            match worker.pods.iter().find(|(_, has)| has.contains(connector)) {
                Some((pod, _)) => Some(Holder::Pod(pod.clone())),
                None => (worker.unobserved && name != to).then(|| Holder::Changing(name.clone())),
            }
        })
    }
}
