//! One supervised stream: the objects of one API in one scope, kept as they are.
//!
//! It begins with a streamed list that asks for the newest state: what was deleted while nobody
//! listened is missing from it, and goes. After that the same connection goes on. A stream that
//! says nothing for longer than the server lets pass between two bookmarks is taken for dead,
//! whatever the connection says.

use std::{
    convert::Infallible,
    pin::pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use futures_util::{Stream as Events, StreamExt as _};
use kube_core::{WatchEvent, watch::Bookmark};
use serde_json::Value;
use sluicegate_core::observed::{Api, at, text};
use tokio::{
    sync::watch,
    time::{Instant, sleep, timeout},
};

use super::{Jitter, Notice, State, Store, Subscribers, request};
use crate::{
    Error,
    error::NOT_SERVED,
    live::{ApiServer, DEADLINE_LIST},
    metrics::{Metrics, OfApi},
};

/// How long a stream may say nothing. The server sends a bookmark about once a minute.
pub(crate) const SILENCE: Duration = Duration::from_secs(70);
/// How long to wait before a stream that failed at once is opened anew: at first, and at most.
const BACKOFF: (Duration, Duration) = (Duration::from_millis(200), Duration::from_secs(30));
/// After so long a stream counts as one that works.
const WORKS: Duration = Duration::from_secs(10);
/// When to ask again for an API that is not served: one of our own, and any other.
const NOT_SERVED_OWN: Duration = Duration::from_secs(10);
const NOT_SERVED_OTHER: Duration = Duration::from_secs(30);
/// When to ask again for what we may not see.
const DENIED: Duration = Duration::from_secs(30);

/// What a stream and its readers share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) api: Api,
    /// The one namespace that is watched; nothing for the whole cluster.
    pub(crate) namespace: Option<String>,
    store: Mutex<Kept>,
    state: watch::Sender<State>,
}

#[derive(Debug)]
struct Kept {
    store: Store,
    /// Whether the store has been filled, so that it may be read while the stream is down.
    filled: bool,
}

/// A stream, to be run.
pub(crate) struct Stream {
    pub(crate) shared: Arc<Shared>,
    pub(crate) server: ApiServer,
    pub(crate) subscribers: Arc<Subscribers>,
    pub(crate) metrics: Metrics,
    pub(crate) own: bool,
    pub(crate) jitter: Jitter,
    /// What could be told of the API last, if anything could.
    pub(crate) last: Option<Readable>,
}

/// What can be told of an API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Readable {
    Objects,
    NotServed,
    Denied,
}

/// How a connection ended.
#[derive(Debug)]
enum End {
    /// In order, or by silence.
    Over,
    /// What came after the last version is no longer known.
    Forgotten,
    /// The API is not served.
    NotServed,
    /// We may not see it.
    Denied(String),
    /// The server does not stream lists.
    NoStreamedLists,
    /// Otherwise.
    Failed(String),
}

impl Shared {
    /// What is watched.
    fn place(&self) -> request::Place<'_> {
        (&self.api, self.namespace.as_deref())
    }

    pub(crate) fn new(api: Api, namespace: Option<String>, store: Store) -> Self {
        let store = Mutex::new(Kept { store, filled: false });
        Self { api, namespace, store, state: watch::Sender::new(State::Starting) }
    }

    /// What is in the store, which is locked meanwhile.
    pub(crate) fn with<T>(&self, look: impl FnOnce(&mut Store) -> T) -> T {
        look(&mut self.lock().store)
    }

    /// How the stream is.
    pub(crate) fn state(&self) -> State {
        self.state.borrow().clone()
    }

    /// Waits until it can be told what there is: the state by then.
    pub(crate) async fn told(&self) -> State {
        let mut state = self.state.subscribe();
        let told = state.wait_for(|state| match state {
            State::Starting => false,
            State::Failing(_) => self.lock().filled,
            State::Synced | State::NotServed | State::Denied(_) => true,
        });
        told.await.expect("the sender is in this very struct").clone()
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Stream {
    /// Keeps the store as the server has it, for ever.
    pub(crate) async fn run(mut self) -> Infallible {
        let mut version = None;
        let mut failures = 0;
        let mut lists = false;
        loop {
            let began = Instant::now();
            let end = if lists && version.is_none() {
                self.list(&mut version).await
            } else {
                self.watch(&mut version).await
            };
            lists = false;
            if began.elapsed() >= WORKS {
                failures = 0;
            }
            let api = format!("{}.{}", self.shared.api.plural, self.shared.api.group);
            tracing::debug!(api, namespace = self.shared.namespace, ?end, "the stream has ended");
            match end {
                End::Over if failures == 0 && began.elapsed() >= Duration::from_secs(1) => {}
                End::Over => self.pause(&mut failures).await,
                End::Forgotten => {
                    version = None;
                    self.pause(&mut failures).await;
                }
                End::NoStreamedLists => lists = true,
                End::NotServed => {
                    version = None;
                    self.empty();
                    self.become_(State::NotServed);
                    sleep(if self.own { NOT_SERVED_OWN } else { NOT_SERVED_OTHER }).await;
                }
                End::Denied(why) => {
                    self.become_(State::Denied(why));
                    sleep(DENIED).await;
                }
                End::Failed(why) => {
                    // One failure is nothing, as while a definition is being set up; of more in a
                    // row the first is told.
                    if failures == 1 {
                        tracing::warn!(api, namespace = self.shared.namespace, why, "cannot watch");
                    }
                    self.become_(State::Failing(why));
                    self.pause(&mut failures).await;
                }
            }
        }
    }

    async fn pause(&mut self, failures: &mut u32) {
        let (least, most) = BACKOFF;
        let delay = (least * 2_u32.saturating_pow(*failures)).min(most);
        *failures = (*failures + 1).min(16);
        sleep(self.jitter.between(delay / 2, delay)).await;
    }

    /// One connection: a streamed list first, unless it goes on from a version.
    async fn watch(&mut self, version: &mut Option<String>) -> End {
        let lasts = self.jitter.between(Duration::from_secs(180), Duration::from_secs(200));
        let request = request::watch(self.shared.place(), version.as_deref(), lasts.as_secs());
        let events = match self.server.watch(request).await {
            Ok(events) => events,
            Err(error) => return end_of(&error, version.is_none()),
        };
        let staged = version.is_none().then(|| self.shared.with(|store| store.anew()));
        if staged.is_none() {
            // It was there before: it goes on.
            self.become_(State::Synced);
        }
        self.follow(events, staged, version).await
    }

    async fn follow(
        &mut self,
        events: impl Events<Item = Result<WatchEvent<Value>, Error>>,
        mut staged: Option<Store>,
        version: &mut Option<String>,
    ) -> End {
        let mut events = pin!(events);
        loop {
            let patience = if staged.is_some() { DEADLINE_LIST } else { SILENCE };
            let event = match timeout(patience, events.next()).await {
                Ok(Some(Ok(event))) => event,
                Ok(Some(Err(error))) => return end_of(&error, false),
                Ok(None) => return if staged.is_none() { End::Over } else { cut() },
                Err(_) if staged.is_none() => return End::Over,
                Err(_) => return cut(),
            };
            self.heard();
            match event {
                WatchEvent::Added(object) | WatchEvent::Modified(object) => {
                    match (&mut staged, version.as_mut()) {
                        (Some(staged), _) => drop(staged.put(object)),
                        (None, Some(version)) => {
                            text(&object, "/metadata/resourceVersion").clone_into(version);
                            self.change(|store| store.put(object));
                        }
                        (None, None) => return cut(),
                    }
                }
                WatchEvent::Deleted(object) => match (&mut staged, version.as_mut()) {
                    (Some(staged), _) => drop(staged.remove(&object)),
                    (None, Some(version)) => {
                        text(&object, "/metadata/resourceVersion").clone_into(version);
                        self.change(|store| store.remove(&object));
                    }
                    (None, None) => return cut(),
                },
                WatchEvent::Bookmark(Bookmark { metadata, .. }) => {
                    let complete = metadata.annotations.get("k8s.io/initial-events-end");
                    if let Some(mut all) = staged.take_if(|_| complete.is_some()) {
                        all.reached(&metadata.resource_version);
                        self.replace(all);
                    }
                    if staged.is_none() {
                        self.shared.with(|store| store.reached(&metadata.resource_version));
                        *version = Some(metadata.resource_version);
                    }
                }
                WatchEvent::Error(status) if status.code == 410 => return End::Forgotten,
                WatchEvent::Error(status) => return End::Failed(status.message),
            }
        }
    }

    /// The whole, page by page, where the server does not stream it.
    async fn list(&mut self, version: &mut Option<String>) -> End {
        let mut staged = self.shared.with(|store| store.anew());
        let mut from = None;
        loop {
            let page = self.server.read(request::list(self.shared.place(), from.as_deref()));
            let mut page = match page.await {
                Ok(page) => page,
                Err(error) => return end_of(&error, false),
            };
            self.heard();
            if let Some(items) = page.get_mut("items").and_then(Value::as_array_mut) {
                for mut object in items.drain(..) {
                    // The items of a list do not say what they are.
                    object["apiVersion"] = self.shared.api.api_version().into();
                    object["kind"] = self.shared.api.kind.as_ref().into();
                    staged.put(object);
                }
            }
            match text(&page, "/metadata/continue") {
                "" => {
                    let reached = at(&page, "/metadata/resourceVersion").and_then(Value::as_str);
                    let reached = reached.unwrap_or_default();
                    staged.reached(reached);
                    self.replace(staged);
                    *version = Some(reached.to_owned());
                    return End::Over;
                }
                more => from = Some(more.to_owned()),
            }
        }
    }

    fn replace(&mut self, all: Store) {
        let changes = {
            let mut kept = self.shared.lock();
            kept.filled = true;
            kept.store.replace(all)
        };
        self.become_(State::Synced);
        for change in changes {
            self.subscribers.tell(&Notice::Object(&change));
        }
    }

    fn empty(&self) {
        let changes = {
            let mut kept = self.shared.lock();
            kept.filled = false;
            let none = kept.store.anew();
            kept.store.replace(none)
        };
        for change in changes {
            self.subscribers.tell(&Notice::Object(&change));
        }
    }

    fn change(&self, change: impl FnOnce(&mut Store) -> Option<super::Change>) {
        if let Some(change) = self.shared.with(change) {
            self.subscribers.tell(&Notice::Object(&change));
        }
    }

    fn become_(&mut self, state: State) {
        let readable = match &state {
            State::Synced => Readable::Objects,
            State::NotServed => Readable::NotServed,
            State::Denied(_) => Readable::Denied,
            State::Starting | State::Failing(_) => {
                self.shared.state.send_replace(state);
                return;
            }
        };
        self.shared.state.send_replace(state);
        // What is up again after a failure says nothing new; what was not served before, does.
        if self.last.replace(readable).is_some_and(|last| last != readable) {
            self.subscribers.tell(&Notice::Api(&self.shared.api));
        }
    }

    fn heard(&self) {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let Api { group, plural, .. } = &self.shared.api;
        let api = if group.is_empty() { plural.to_string() } else { format!("{plural}.{group}") };
        let seconds = i64::try_from(now.as_secs()).unwrap_or(i64::MAX);
        self.metrics.last_event.get_or_create(&OfApi { api }).set(seconds);
    }
}

/// A list that was not complete is none.
fn cut() -> End {
    End::Failed("the list was cut off".to_owned())
}

fn end_of(error: &Error, streamed: bool) -> End {
    let Error::Api { source, .. } = error else { return End::Failed(sentence(error)) };
    match source.code {
        404 if source.message == NOT_SERVED => End::NotServed,
        400 | 403 | 422 if streamed && source.message.contains("sendInitialEvents") => {
            End::NoStreamedLists
        }
        403 => End::Denied(source.message.clone()),
        410 => End::Forgotten,
        _ => End::Failed(sentence(error)),
    }
}

fn sentence(error: &Error) -> String {
    crate::sentence::sentence(error)
}
