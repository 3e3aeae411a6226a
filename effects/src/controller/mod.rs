//! One controller for any kind: it keeps every resource of a kind as it asks to be.
//!
//! - [`queue`](Queue): who is due, each at most once at a time.
//! - [`index`](Index): who has read what, so that a change wakes just those.
//! - [`backoff`](Backoff): how long to wait after what went wrong.
//! - `reconcile`: one round of one resource.
//! - `turns`: who goes first through what all undergo.
//! - `refusals`: what a product does not do for it, whatever else goes on.
//!
//! [`run`] puts them together. It hands out keys itself and each round is a task of its own, so
//! that one that panics is noticed and a slow one holds up no other.

mod backoff;
mod executor;
mod history;
mod index;
mod log;
mod queue;
mod reconcile;
mod refusals;
mod round;
#[cfg(test)]
mod tests;
mod turns;
mod unrest;

use std::{
    marker::PhantomData,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use sluicegate_core::{kind::Kind, observed::Api, settings::Settings, step};
use tokio::{
    sync::watch::Receiver,
    task::JoinSet,
    time::{Instant, MissedTickBehavior, interval, sleep, timeout},
};

pub use self::{
    backoff::Backoff,
    index::{Index, Readers},
    queue::{Agenda, Key, Queue},
};
use self::{
    executor::{Cluster, DryRun, Executors},
    reconcile::Engine,
    turns::Turns,
};
use crate::{
    Error,
    backend::Backend,
    live::{ApiServer, Fence, Recorder},
    metrics::{Metrics, OfKind},
    watch::{Change, Jitter, Notice, State, Watches},
};

/// How long the actions in hand may take once the process is to end.
const LEAVE: Duration = Duration::from_secs(3);
/// How often the loop looks after itself.
const BEAT: Duration = Duration::from_secs(1);
/// How long each reader of all objects of a kind waits for the others' turn, and all of them at
/// most: a thousand created at once must not plan a thousand times a thousand.
const CENSUS: Duration = Duration::from_millis(10);
const CENSUS_MOST: Duration = Duration::from_secs(10);

/// How a controller works.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// The operator's settings, as far as they reach a plan.
    pub settings: Settings,
    /// When each resource is looked at though nothing has changed, give or take a fifth. Default:
    /// 10 min.
    pub resync: Duration,
    /// How many resources of the kind are worked on at a time. Default: 8.
    pub workers: usize,
    /// Whether nothing is done but told. Default: false.
    pub dry_run: bool,
}

/// What this process is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Watch only: another one leads, or nobody is known to.
    Standby,
    /// Reconcile.
    Lead,
    /// Finish what is in hand, and end.
    Stop,
}

/// What a controller works with.
pub struct Deps<B> {
    /// What is there.
    pub watches: Watches,
    /// The API server.
    pub server: ApiServer,
    /// The product.
    pub backend: Arc<B>,
    /// Until when this process may write.
    pub fence: Fence,
    /// Where events are told.
    pub recorder: Arc<Recorder>,
    /// How it works.
    pub options: Options,
    /// Where it counts.
    pub metrics: Metrics,
    /// What it is to do.
    pub mode: Receiver<Mode>,
    /// Where it shows that it goes on.
    pub progress: Progress,
}

/// When a controller last got on: finished a round, or had nothing to do. Clones share it.
#[derive(Clone, Debug)]
pub struct Progress(Arc<Mutex<Instant>>);

impl Progress {
    /// It begins now.
    pub fn new() -> Self {
        Self(Arc::new(Mutex::new(Instant::now())))
    }

    /// How long ago that was. One that is well gets on every second.
    pub fn age(&self) -> Duration {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).elapsed()
    }

    fn beat(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }
}

impl Default for Progress {
    fn default() -> Self {
        Self::new()
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            settings: Settings::default(),
            resync: Duration::from_secs(600),
            workers: 8,
            dry_run: false,
        }
    }
}

/// Reconciles every resource of a kind until it is to stop.
///
/// While the kind's own definition is not installed it waits: [`Watches::state`] says so.
///
/// # Errors
///
/// If a round ends otherwise than by returning, which is a mistake in this program.
pub async fn run<K, B>(deps: Deps<B>) -> Result<(), Error>
where
    K: Kind,
    B: Backend<K::System>,
{
    let Deps { watches, server, backend, fence, recorder, options, metrics, mode, progress } = deps;
    let kind = Api::of::<K::Resource>().kind.into_owned();
    let cluster = Cluster { server, backend: backend.clone(), fence, recorder, kind };
    let work = Work { watches, backend, options, metrics, mode, progress };
    if work.options.dry_run {
        work.run::<K, _>(DryRun(cluster)).await
    } else {
        work.run::<K, _>(cluster).await
    }
}

/// [`Deps`] but for what carries plans out.
struct Work<B> {
    watches: Watches,
    backend: Arc<B>,
    options: Options,
    metrics: Metrics,
    mode: Receiver<Mode>,
    progress: Progress,
}

impl<B> Work<B> {
    async fn run<K, W>(self, executors: W) -> Result<(), Error>
    where
        K: Kind,
        B: Backend<K::System>,
        W: Executors<K::System>,
    {
        let Self { watches, backend, options, metrics, mut mode, progress } = self;
        let (queue, index) = (Arc::new(Queue::default()), Arc::new(Mutex::default()));
        let waking =
            Waking { api: Api::of::<K::Resource>(), queue: queue.clone(), index: index.clone() };
        let api = waking.api.clone();
        let of = OfKind { kind: api.kind.to_string() };
        watches.subscribe(move |notice| waking.hear(notice));
        let at_once = options.settings.fleet_at_once;
        // Who does nothing has no turn that would ever end.
        let turns = match step::is_paced::<K>() && !options.dry_run {
            true => Turns::new(at_once, api.clone(), watches.clone(), queue.clone()),
            false => Turns::NONE,
        };
        let engine = Arc::new(Engine {
            watches: watches.clone(),
            backend,
            executors,
            options,
            metrics,
            queue: queue.clone(),
            index,
            history: Mutex::default(),
            turns,
            mode: mode.clone(),
            kind: PhantomData::<fn() -> K>,
        });
        if !begin(&watches, &api, &mut mode, &progress).await {
            return Ok(());
        }
        // What was told before somebody subscribed.
        for key in watches.keys(&api) {
            queue.wake(&key);
        }
        let outcome = hand_out(&engine, &of, &mut mode, &progress).await;
        engine.metrics.queue_depth.get_or_create(&of).set(0);
        outcome
    }
}

/// Waits until there is something to lead. Returns whether to go on.
async fn begin(
    watches: &Watches,
    api: &Api,
    mode: &mut Receiver<Mode>,
    progress: &Progress,
) -> bool {
    watches.ensure(api);
    loop {
        progress.beat();
        // The sender ends with the process.
        let current = if mode.has_changed().is_err() { Mode::Stop } else { *mode.borrow() };
        let readable = match watches.state(api) {
            State::Synced => true,
            State::Starting | State::NotServed | State::Denied(_) | State::Failing(_) => false,
        };
        match current {
            Mode::Stop => return false,
            Mode::Lead if readable => return true,
            Mode::Lead | Mode::Standby => {}
        }
        let pause = if readable { BEAT } else { Duration::from_millis(100) };
        drop(timeout(pause, mode.changed()).await);
    }
}

/// Hands out keys to rounds until it is to stop.
async fn hand_out<K, B, W>(
    engine: &Arc<Engine<K, B, W>>,
    of: &OfKind,
    mode: &mut Receiver<Mode>,
    progress: &Progress,
) -> Result<(), Error>
where
    K: Kind,
    B: Backend<K::System>,
    W: Executors<K::System>,
{
    let (queue, workers) = (&engine.queue, engine.options.workers.max(1));
    let mut rounds = JoinSet::new();
    let mut beat = interval(BEAT);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        // What is seen here is told by nobody any more: it is acted on at once.
        let current = *mode.borrow_and_update();
        if current == Mode::Stop {
            break;
        }
        let leads = current == Mode::Lead;
        if !leads {
            // Whoever leads tells them.
            engine.metrics.measured.forget::<K>();
            engine.turns.reset();
        }
        tokio::select! {
            changed = mode.changed() => {
                if changed.is_err() {
                    break;
                }
            }
            (key, waited) = queue.next(), if leads && rounds.len() < workers => {
                engine.metrics.queue_wait.get_or_create(of).observe(waited.as_secs_f64());
                let engine = engine.clone();
                rounds.spawn(async move {
                    let wait = engine.round(&key).await;
                    (key, wait)
                });
            }
            Some(round) = rounds.join_next() => {
                let (key, wait) = round.map_err(|error| ended(of, error.into()))?;
                progress.beat();
                queue.done(&key);
                if let Some(wait) = wait {
                    queue.wake_after(&key, wait);
                }
            }
            _ = beat.tick() => {
                engine.metrics.queue_depth.get_or_create(of).set(gauge(queue.depth()));
                let there = engine.watches.count(&Api::of::<K::Resource>());
                engine.metrics.resources.get_or_create(of).set(gauge(there));
                if let Some((changing, waiting)) = engine.turns.counts() {
                    engine.metrics.fleet_changing.get_or_create(of).set(gauge(changing));
                    engine.metrics.fleet_waiting.get_or_create(of).set(gauge(waiting));
                }
                if rounds.len() < workers {
                    progress.beat();
                }
            }
        }
    }
    let finished = async { while rounds.join_next().await.is_some() {} };
    tokio::select! {
        () = finished => {}
        () = sleep(LEAVE) => tracing::warn!(kind = of.kind, "left an action behind"),
    }
    Ok(())
}

/// A number, as gauges take it.
fn gauge(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn ended(of: &OfKind, source: Box<dyn std::error::Error + Send + Sync>) -> Error {
    Error::Ended { what: format!("a round of {}", of.kind), source }
}

/// From what has changed to who is due.
struct Waking {
    api: Api,
    queue: Arc<Queue>,
    index: Arc<Mutex<Index>>,
}

impl Waking {
    fn hear(&self, notice: &Notice<'_>) {
        match notice {
            Notice::Object(change) => self.changed(change),
            Notice::Api(api) => {
                let readers = self.lock().readers_of(api);
                readers.iter().for_each(|key| self.queue.wake(key));
            }
        }
    }

    fn changed(&self, change: &Change) {
        let target = &change.target;
        if target.api == self.api {
            self.queue.wake(&(target.namespace.clone(), target.name.clone()));
        }
        let version = self.api.api_version();
        for head in change.before.iter().chain(&change.after) {
            for owner in &head.owners {
                if owner.kind == self.api.kind && owner.api_version == version {
                    self.queue.wake(&(target.namespace.clone(), owner.name.clone()));
                }
            }
        }
        let Readers { direct, census } = self.lock().readers(change);
        direct.iter().for_each(|key| self.queue.wake(key));
        let others = u32::try_from(census.len()).unwrap_or(u32::MAX);
        let wait = CENSUS.saturating_mul(others.saturating_sub(1)).min(CENSUS_MOST);
        for key in &census {
            self.queue.wake_after(key, Jitter::thrown().between(Duration::ZERO, wait));
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Index> {
        self.index.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
