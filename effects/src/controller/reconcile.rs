//! One round of one resource: look, plan, do, and say when to look again.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use k8s_openapi::jiff::Timestamp;
use kube_core::ResourceExt as _;
use serde::Deserialize as _;
use serde_json::{Value, json};
use sluicegate_core::{
    field,
    kind::{Ctx, Failure, Kind},
    observed::{Api, Ref, at},
    plan::{Plan, Requeue},
    step::{self, Standing},
};
use tokio::{sync::watch::Receiver, time::Instant};
use tracing::Instrument as _;

use super::{
    Index, Key, Mode, Options, Queue,
    executor::{Executor, Executors},
    history::History,
    index::Noting,
    log,
    round::{Round, Subject},
    turns::Turns,
};
use crate::{
    Class, Done, Error, Refused,
    backend::Backend,
    execute_while,
    metrics::{Metrics, OfClass, OfKind},
    plan,
    sentence::{fit, sentence},
    watch::{Cached, Jitter, Watches},
};

/// How often to look whether the stores have seen what was written, beside when they tell.
const ECHO_EVERY: Duration = Duration::from_millis(250);
/// Nobody is looked at more often than this because a plan asks for it.
const REQUEUE_LEAST: Duration = Duration::from_secs(1);
/// When to try once more to tell what could not be told.
const TELL_AGAIN: Duration = Duration::from_secs(1);

/// What all rounds of one kind share.
pub(super) struct Engine<K: Kind, B, W> {
    pub(super) watches: Watches,
    pub(super) backend: Arc<B>,
    pub(super) executors: W,
    pub(super) options: Options,
    pub(super) metrics: Metrics,
    pub(super) queue: Arc<Queue>,
    pub(super) index: Arc<Mutex<Index>>,
    pub(super) history: Mutex<BTreeMap<Key, History>>,
    pub(super) turns: Turns,
    pub(super) mode: Receiver<Mode>,
    pub(super) kind: std::marker::PhantomData<fn() -> K>,
}

impl<K, B, W> Engine<K, B, W>
where
    K: Kind,
    B: Backend<K::System>,
    W: Executors<K::System>,
{
    /// One round. Returns when to look again; nothing if the resource is gone.
    pub(super) async fn round(&self, key: &Key) -> Option<Duration> {
        let target =
            Ref { api: Api::of::<K::Resource>(), namespace: key.0.clone(), name: key.1.clone() };
        let Some(object) = self.watches.peek(&target) else {
            self.history().remove(key);
            self.metrics.measured.tell::<K>(key, Vec::new());
            self.lock_index().forget(key);
            self.turns.forget(key);
            self.turns.looked_at(key);
            return None;
        };
        let history = self.history().remove(key);
        let history = history.unwrap_or_else(|| History::new(Jitter::thrown(), self.resync()));
        let mut subject = Subject { key: key.clone(), target, object, history };
        self.turns.meet(key, &subject.object);
        let wait = self.attempt(&mut subject).await;
        self.history().insert(subject.key, subject.history);
        self.turns.looked_at(key);
        Some(wait)
    }

    async fn attempt(&self, subject: &mut Subject) -> Duration {
        let Subject { target, object, history, .. } = subject;
        if history.awaits_echo(&self.watches) {
            return ECHO_EVERY;
        }
        history.meet(object);
        if let Some(wait) = history.backoff.held(Instant::now()) {
            return wait;
        }
        let generation = at(object, "/metadata/generation").and_then(Value::as_i64);
        let span = tracing::info_span!(
            "reconcile",
            kind = %target.api.kind,
            namespace = target.namespace,
            name = target.name,
            generation,
        );
        let of = OfKind { kind: target.api.kind.to_string() };
        let began = Instant::now();
        let wait = self.try_once(subject).instrument(span).await;
        self.metrics.reconcile.get_or_create(&of).observe(began.elapsed().as_secs_f64());
        wait
    }

    async fn try_once(&self, subject: &mut Subject) -> Duration {
        let refused = subject.history.refused(Instant::now());
        let refused = refused.map(|(message, left)| (failure(message, true), left));
        let telling = refused.as_ref().map(|(failure, _)| failure);
        let executor = self.executors.executor(&subject.target, &subject.object);
        let outcome = self.carry_out(subject, telling, &executor).await;
        subject.history.wrote(executor.written());
        self.tell_would(subject, &executor).await;
        match outcome {
            Ok(Round::Settling(wait)) => wait,
            Ok(Round::Done { changed, requeue }) => {
                if let Some((_, left)) = refused {
                    return left;
                }
                subject.history.well();
                if changed && !self.options.dry_run {
                    // What comes of it is to be seen, and may ask for more.
                    return Duration::ZERO;
                }
                match requeue {
                    Requeue::After(wait) => wait.clamp(REQUEUE_LEAST, self.options.resync),
                    Requeue::OnChange => self.resync(),
                }
            }
            // What is left of the plan is made from what is there now, and this is told.
            Ok(Round::Refused) => Duration::ZERO,
            Ok(Round::Overtaken(why)) => {
                tracing::debug!(why, "overtaken");
                self.conflicted(subject, why).await
            }
            Ok(Round::Fought(why, wait)) => {
                tracing::warn!(why, again_in = ?wait, "left as it is");
                drop(self.tell(subject, &failure(&why, false)).await);
                wait
            }
            Ok(Round::Unsteady(why)) => self.failed(subject, why).await,
            Ok(Round::Untold(error)) => self.untold(subject, refused.is_some(), &error).await,
            Err(error) => {
                let class = error.class();
                self.count(&subject.target, class);
                let why = sentence(&error);
                match class {
                    Class::Retry | Class::Final if refused.is_some() => cannot_tell(subject, &why),
                    Class::Conflict => {
                        tracing::debug!(why, "overtaken");
                        self.conflicted(subject, why).await
                    }
                    // The resource goes with its namespace. That is no fault that anybody mends.
                    Class::Final if error.is_about_leaving() => {
                        tracing::debug!(why, "its namespace is being deleted");
                        subject.history.backoff.failed(Instant::now())
                    }
                    Class::Retry => self.failed(subject, why).await,
                    Class::Final => self.refused(subject, why).await,
                }
            }
        }
    }

    /// Plans and does it. After a failure that has to be told, only tells.
    async fn carry_out<H: Executor<K::System>>(
        &self,
        subject: &mut Subject,
        failure: Option<&Failure>,
        executor: &H,
    ) -> Result<Round, Error> {
        let began = Instant::now();
        let mut plan = self.plan(subject, failure).await?;
        let history = &mut subject.history;
        if failure.is_some() {
            plan.actions.retain(|action| action.verb.only_tells());
        } else if let Some(wait) = history.settle(&plan, began) {
            return Ok(Round::Settling(wait));
        } else if let Some((why, wait)) = history.fought(&plan) {
            return Ok(Round::Fought(why, wait));
        }
        let may = || *self.mode.borrow() == Mode::Lead;
        let mut refused = Refused::default();
        let done = execute_while(executor, &plan, may, &mut refused).await;
        for (call, error) in &refused.calls {
            let why = sentence(error);
            tracing::warn!(error = why, "refused; waits for a change");
            self.count(&plan.resource, Class::Final);
            history.refusals.note(call.to_string(), why);
        }
        let done = done?;
        if failure.is_none() && history.is_anew() {
            history.applied_anew(self.resync());
        }
        match done {
            Done::Stopped { guard, .. } => Ok(Round::Overtaken(guard)),
            Done::Unsteady { what, .. } => Ok(Round::Unsteady(what)),
            Done::Altered { .. } => Ok(Round::Done { changed: true, requeue: plan.requeue }),
            Done::All if !refused.calls.is_empty() => Ok(Round::Refused),
            Done::All => {
                if let Some(error) = refused.status {
                    return Ok(Round::Untold(error));
                }
                if plan.status().is_some() {
                    history.told();
                }
                if !self.options.dry_run {
                    log::done(&plan);
                }
                let changed = plan.actions.iter().any(|action| !action.verb.only_tells());
                Ok(Round::Done { changed, requeue: plan.requeue })
            }
        }
    }

    /// What is to be done, without what the product has refused to do.
    async fn plan(
        &self,
        subject: &Subject,
        failure: Option<&Failure>,
    ) -> Result<Plan<K::System>, Error> {
        let refusals = &subject.history.refusals;
        let all = refusals.all();
        let mut plan = self.plan_telling(subject, failure.or(all.as_ref())).await?;
        let told = refusals.strike(&mut plan);
        if failure.is_none() && told != all {
            // Some of it is not asked for at the moment: that is not to be told.
            plan = self.plan_telling(subject, told.as_ref()).await?;
            refusals.strike(&mut plan);
        }
        Ok(plan)
    }

    async fn plan_telling(
        &self,
        subject: &Subject,
        failure: Option<&Failure>,
    ) -> Result<Plan<K::System>, Error> {
        let Subject { key, object, .. } = subject;
        let (now, settings) = (Timestamp::now(), &self.options.settings);
        let history = &subject.history;
        let (anew, hold_restarts) = (history.is_anew(), history.unrest.left(Instant::now()));
        let turn = self.turns.turn(key);
        let ctx = Ctx { now, settings, failure, anew, hold_restarts, pace: turn.pace() };
        match K::Resource::deserialize(&**object) {
            Err(error) => {
                self.turns.forget(key);
                Ok(step::unreadable::<K>(&ctx, object, &undecodable::<K>(object, &error)))
            }
            Ok(resource) => {
                debug_assert_eq!(resource.name_any(), key.1);
                let notes = Noting { index: &self.index, key };
                let reader = Cached::new(&self.watches, &*self.backend, notes);
                let (mut plan, mut seen) = plan::<K, _>(&reader, &ctx, &resource).await?;
                if Standing::of::<K>(&resource, &plan) == Standing::Waits
                    && let Some(turn) = self.turns.take(key)
                {
                    let ctx = Ctx { pace: turn.pace(), ..ctx };
                    (plan, seen) = crate::plan::<K, _>(&reader, &ctx, &resource).await?;
                }
                self.turns.stands(key, Standing::of::<K>(&resource, &plan));
                self.lock_index().settle(key, &seen.reads());
                self.metrics.measured.tell::<K>(key, K::measures(&resource, &seen));
                Ok(plan)
            }
        }
    }

    async fn conflicted(&self, subject: &mut Subject, why: String) -> Duration {
        match subject.history.backoff.conflicted() {
            Some(wait) => wait,
            None => self.failed(subject, why).await,
        }
    }

    async fn failed(&self, subject: &mut Subject, why: String) -> Duration {
        let wait = subject.history.backoff.failed(Instant::now());
        let failures = subject.history.backoff.failures();
        tracing::warn!(error = why, failures, again_in = ?wait, "failed");
        if failures > 1 {
            drop(self.tell(subject, &failure(&why, false)).await);
        }
        wait
    }

    async fn refused(&self, subject: &mut Subject, why: String) -> Duration {
        let wait = subject.history.refuse(why.clone());
        tracing::warn!(error = why, again_in = ?wait, "refused");
        match self.tell(subject, &failure(&why, true)).await {
            Ok(_) => wait,
            Err(_) => TELL_AGAIN,
        }
    }

    /// The status was refused. It is written once more before that is called a refusal.
    async fn untold(&self, subject: &mut Subject, telling: bool, error: &Error) -> Duration {
        self.count(&subject.target, error.class());
        let why = sentence(error);
        if telling {
            return cannot_tell(subject, &why);
        }
        if subject.history.status_refused() {
            return self.refused(subject, why).await;
        }
        tracing::debug!(error = why, "the status was refused");
        TELL_AGAIN
    }

    /// Tells what went wrong, and changes nothing else. The resource may have moved on meanwhile:
    /// then it is told in the next round.
    async fn tell(&self, subject: &mut Subject, failure: &Failure) -> Result<Round, Error> {
        let executor = self.executors.executor(&subject.target, &subject.object);
        let told = self.carry_out(subject, Some(failure), &executor).await;
        subject.history.wrote(executor.written());
        if let Err(error) = &told {
            tracing::debug!(error = sentence(error), "could not tell");
        }
        told
    }

    /// In a dry run: one event when what would be done has changed.
    async fn tell_would<H: Executor<K::System>>(&self, subject: &mut Subject, executor: &H) {
        let Some(would) = executor.would() else { return };
        if would == subject.history.would {
            return;
        }
        tracing::info!(would = would.join("; "), "would");
        match executor.announce(&subject.target).await {
            Ok(()) => subject.history.would = would,
            Err(error) => tracing::debug!(error = sentence(&error), "could not tell"),
        }
    }

    /// When to look again though nothing changes: not for all at the same time.
    fn resync(&self) -> Duration {
        Jitter::thrown().between(self.options.resync.mul_f64(0.8), self.options.resync.mul_f64(1.2))
    }

    fn count(&self, target: &Ref, class: Class) {
        let of = OfClass { kind: target.api.kind.to_string(), class: class.to_string() };
        self.metrics.failures.get_or_create(&of).inc();
    }

    fn history(&self) -> MutexGuard<'_, BTreeMap<Key, History>> {
        self.history.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock_index(&self) -> MutexGuard<'_, Index> {
        self.index.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn failure(message: &str, refused: bool) -> Failure {
    Failure { refused, message: message.to_owned() }
}

/// Not even that something was refused could be told.
fn cannot_tell(subject: &mut Subject, why: &str) -> Duration {
    let wait = subject.history.backoff.failed(Instant::now());
    tracing::warn!(error = why, again_in = ?wait, "could not tell a refusal");
    wait
}

/// Why a stored resource does not decode: by field where the schema can tell.
fn undecodable<K: Kind>(object: &Value, error: &serde_json::Error) -> String {
    let mut errors = field::Errors::default();
    let spec = json!({ "spec": object.get("spec").unwrap_or(&Value::Null) });
    K::schema().check(&field::Path::default(), &spec, &mut errors);
    match errors.or(()) {
        Ok(()) => fit(&error.to_string()),
        Err(errors) => fit(&errors.to_string()),
    }
}
