//! What is there, as the API server tells it: one stream for each API, and a store that each fills.
//!
//! - [`Watches`]: all streams of this process. A stream begins with the first need for it.
//! - [`Cached`]: a [`Reader`](crate::Reader) over the stores.
//!
//! A read waits until its stream has told everything once, and from then on costs the server
//! nothing. Whoever subscribes is told of each change after the stores have it.

mod cached;
#[cfg(test)]
pub(crate) mod fake;
mod head;
mod jitter;
mod request;
mod store;
mod stream;
#[cfg(test)]
mod tests;
mod trim;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::{Arc, Mutex, PoisonError, RwLock},
    time::Duration,
};

use serde_json::Value;
use sluicegate_core::observed::{Api, List, Look, Ref, Selector};
use tokio::{
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    task::JoinSet,
    time::timeout,
};

use self::stream::{Shared, Stream};
pub use self::{
    cached::{Cached, Notes},
    head::{Head, Owner},
    jitter::Jitter,
    store::Change,
};
pub(crate) use self::{
    head::{INSTANCE, number},
    store::Store,
};
use crate::{
    ApiError, Error,
    live::{self, ApiServer},
    metrics::Metrics,
};

/// How long a read waits for a stream that has not told everything yet.
const PATIENCE: Duration = Duration::from_secs(30);

/// Where resources are watched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// In the whole cluster.
    All,
    /// In these namespaces. What belongs to the whole cluster is watched all the same.
    Namespaces(BTreeSet<String>),
}

/// How a stream is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// It has not told everything yet.
    Starting,
    /// It has, and goes on.
    Synced,
    /// The API server does not serve the API.
    NotServed,
    /// The right to watch is missing, in the API server's words.
    Denied(String),
    /// It cannot be reached, and why. What was told before is still there.
    Failing(String),
}

/// What subscribers are told.
#[derive(Clone, Copy, Debug)]
pub enum Notice<'a> {
    /// An object has come, changed or gone.
    Object(&'a Change),
    /// An API is served or allowed by now, or no longer is.
    Api(&'a Api),
}

/// Every stream of this process. Clones share them.
#[derive(Clone)]
pub struct Watches(Arc<Inner>);

struct Inner {
    server: ApiServer,
    scope: Scope,
    own: Arc<BTreeSet<Api>>,
    metrics: Metrics,
    streams: Mutex<Streams>,
    begun: UnboundedSender<Stream>,
    to_run: Mutex<Option<UnboundedReceiver<Stream>>>,
    subscribers: Arc<Subscribers>,
}

/// By their API, and the namespace that they are for; nothing for the whole cluster.
type Streams = BTreeMap<(Api, Option<String>), Arc<Shared>>;
type Subscriber = Box<dyn Fn(&Notice<'_>) + Send + Sync>;

/// Whom to tell.
#[derive(Default)]
pub(crate) struct Subscribers(RwLock<Vec<Subscriber>>);

impl Subscribers {
    fn tell(&self, notice: &Notice<'_>) {
        for subscriber in &*self.0.read().unwrap_or_else(PoisonError::into_inner) {
            subscriber(notice);
        }
    }
}

impl Watches {
    /// No streams yet. `own` are the kinds of resource that this operator reconciles: their objects
    /// are kept as they are, and objects that they own are kept whole.
    pub fn new(server: ApiServer, scope: Scope, own: BTreeSet<Api>, metrics: Metrics) -> Self {
        let (begun, to_run) = unbounded_channel();
        Self(Arc::new(Inner {
            server,
            scope,
            own: Arc::new(own),
            metrics,
            streams: Mutex::default(),
            begun,
            to_run: Mutex::new(Some(to_run)),
            subscribers: Arc::default(),
        }))
    }

    /// Runs the streams that are there and those that begin later. Returns only if one has ended,
    /// which none does by itself; once dropped, all end.
    ///
    /// # Panics
    ///
    /// If it is called twice.
    pub async fn run(&self) -> Error {
        let to_run = self.0.to_run.lock().unwrap_or_else(PoisonError::into_inner).take();
        let mut to_run = to_run.expect("the streams are run once");
        let mut running = JoinSet::new();
        loop {
            tokio::select! {
                Some(stream) = to_run.recv() => drop(running.spawn(stream.run())),
                Some(ended) = running.join_next() => {
                    let Err(source) = ended;
                    return Error::Ended { what: "a watch".to_owned(), source: source.into() };
                }
            }
        }
    }

    /// Tells of every change from now on, after the stores have it. The callback must not block.
    pub fn subscribe(&self, tell: impl Fn(&Notice<'_>) + Send + Sync + 'static) {
        let mut all = self.0.subscribers.0.write().unwrap_or_else(PoisonError::into_inner);
        all.push(Box::new(tell));
    }

    /// Begins to watch an API wherever resources are watched, unless it is watched already.
    pub fn ensure(&self, api: &Api) {
        self.everywhere(api);
    }

    /// Waits until an API is synced, or is known not to be served or allowed. Returns which.
    ///
    /// # Errors
    ///
    /// If it cannot be told within 30 s.
    pub async fn synced(&self, api: &Api) -> Result<State, Error> {
        let mut worst = State::Synced;
        for stream in self.everywhere(api) {
            worst = worse(worst, told(&stream).await?);
        }
        Ok(worst)
    }

    /// How the streams of an API are: the worst of them.
    pub fn state(&self, api: &Api) -> State {
        let streams = self.everywhere(api);
        streams.iter().map(|stream| stream.state()).fold(State::Synced, worse)
    }

    /// How each stream is, by its API and the namespace it is for, where it is for one.
    pub fn states(&self) -> Vec<(Api, Option<String>, State)> {
        let streams = self.0.streams.lock().unwrap_or_else(PoisonError::into_inner);
        let state =
            |stream: &Arc<Shared>| (stream.api.clone(), stream.namespace.clone(), stream.state());
        streams.values().map(state).collect()
    }

    /// Whether every stream has told everything and goes on. One of an API that is not served and
    /// not our own has nothing to tell.
    pub fn all_synced(&self) -> bool {
        self.states().iter().all(|(api, _, state)| match state {
            State::Synced => true,
            State::NotServed => !self.0.own.contains(api),
            State::Starting | State::Denied(_) | State::Failing(_) => false,
        })
    }

    /// The namespaces and names of all objects of an API that the stores hold.
    pub fn keys(&self, api: &Api) -> Vec<(String, String)> {
        let of = |stream: Arc<Shared>| {
            stream.with(|store| {
                let owned = |(namespace, name): (&str, &str)| (namespace.into(), name.into());
                store.keys().map(owned).collect::<Vec<_>>()
            })
        };
        self.everywhere(api).into_iter().flat_map(of).collect()
    }

    /// How many objects of an API the stores hold.
    pub fn count(&self, api: &Api) -> usize {
        self.everywhere(api).iter().map(|stream| stream.with(|store| store.len())).sum()
    }

    /// One object as its store has it now, without waiting and without a look at the stream.
    pub(crate) fn peek(&self, target: &Ref) -> Option<Arc<Value>> {
        let stream = self.stream_for(target).ok()?;
        stream.with(|store| store.get(&target.namespace, &target.name).map(store::Kept::value))
    }

    /// What is known of one object without decoding it, and the highest resourceVersion that its
    /// stream has come to. Nothing if its namespace is not watched.
    pub(crate) fn head(&self, target: &Ref) -> Option<(Option<Arc<Head>>, u64)> {
        let stream = self.stream_for(target).ok()?;
        Some(stream.with(|store| {
            let kept = store.get(&target.namespace, &target.name);
            (kept.map(|kept| kept.head.clone()), store.version())
        }))
    }

    /// Looks at one object.
    ///
    /// # Errors
    ///
    /// If its stream has not told everything within 30 s.
    pub async fn get(&self, target: &Ref) -> Result<Look, Error> {
        let stream = match self.stream_for(target) {
            Ok(stream) => stream,
            Err(namespace) => {
                return Ok(Look::Denied(format!("namespace {namespace} is not watched")));
            }
        };
        match told(&stream).await? {
            State::NotServed => Ok(Look::Absent),
            State::Denied(why) => Ok(Look::Denied(why)),
            State::Starting | State::Synced | State::Failing(_) => {
                let kept = stream.with(|store| store.get(&target.namespace, &target.name).cloned());
                match kept {
                    None => Ok(Look::Absent),
                    Some(kept) if kept.is_whole() => Ok(Look::Found(kept.value())),
                    Some(_) => self.fill_in(&stream, target).await,
                }
            }
        }
    }

    /// Every object that a selector selects. A namespace that is not watched has none: what is
    /// there is not for this operator to serve.
    ///
    /// # Errors
    ///
    /// If a stream has not told everything within 30 s, or the right to watch is missing.
    pub async fn list(&self, selector: &Selector) -> Result<List, Error> {
        let streams = match (&self.0.scope, selector.namespace.as_str()) {
            (Scope::All, _) | (Scope::Namespaces(_), "") => self.everywhere(&selector.api),
            (Scope::Namespaces(watched), namespace) if watched.contains(namespace) => {
                vec![self.stream(&selector.api, Some(namespace))]
            }
            (Scope::Namespaces(_), _) => Vec::new(),
        };
        let mut items = Vec::new();
        for stream in streams {
            match told(&stream).await? {
                State::NotServed => return Ok(List::NotServed),
                State::Denied(why) => {
                    let source = Box::new(ApiError::new(403, "Forbidden", why));
                    return Err(Error::Api { doing: doing(&stream), source });
                }
                State::Starting | State::Synced | State::Failing(_) => {}
            }
            for (target, kept) in stream.with(|store| store.select(selector)) {
                if kept.is_whole() {
                    items.push(kept.value());
                } else if let Look::Found(object) = self.fill_in(&stream, &target).await? {
                    items.push(object);
                }
            }
        }
        Ok(List::Items(items))
    }

    /// The warnings about an object, which no stream tells of.
    ///
    /// # Errors
    ///
    /// If the server cannot be reached.
    pub(crate) async fn warnings(&self, regarding: &Ref) -> Result<Vec<Arc<Value>>, Error> {
        live::warnings(&self.0.server, regarding).await
    }

    /// Reads an object of which only a stub is there, and keeps it whole from now on.
    async fn fill_in(&self, stream: &Shared, target: &Ref) -> Result<Look, Error> {
        stream.with(|store| store.want(&target.namespace, &target.name));
        let look = live::get(&self.0.server, target).await?;
        if let Look::Found(object) = &look {
            let change = stream.with(|store| store.fill_in(Value::clone(object)));
            if let Some(change) = change {
                self.0.subscribers.tell(&Notice::Object(&change));
            }
        }
        Ok(look)
    }

    /// The stream that an object is in, or its namespace if that is not watched.
    fn stream_for<'a>(&self, target: &'a Ref) -> Result<Arc<Shared>, &'a str> {
        match (&self.0.scope, target.namespace.as_str()) {
            (Scope::All, _) | (Scope::Namespaces(_), "") => Ok(self.stream(&target.api, None)),
            (Scope::Namespaces(watched), namespace) if watched.contains(namespace) => {
                Ok(self.stream(&target.api, Some(namespace)))
            }
            (Scope::Namespaces(_), namespace) => Err(namespace),
        }
    }

    fn everywhere(&self, api: &Api) -> Vec<Arc<Shared>> {
        match &self.0.scope {
            Scope::All => vec![self.stream(api, None)],
            Scope::Namespaces(namespaces) => {
                namespaces.iter().map(|namespace| self.stream(api, Some(namespace))).collect()
            }
        }
    }

    fn stream(&self, api: &Api, namespace: Option<&str>) -> Arc<Shared> {
        let inner = &self.0;
        let mut streams = inner.streams.lock().unwrap_or_else(PoisonError::into_inner);
        let at = (api.clone(), namespace.map(str::to_owned));
        let begin = || {
            let store = Store::new(api.clone(), inner.own.clone());
            let shared = Arc::new(Shared::new(api.clone(), namespace.map(str::to_owned), store));
            let stream = Stream {
                shared: shared.clone(),
                server: inner.server.clone(),
                subscribers: inner.subscribers.clone(),
                metrics: inner.metrics.clone(),
                own: inner.own.contains(api),
                jitter: Jitter::thrown(),
                last: None,
            };
            // Nobody listens only if the process is about to end.
            drop(inner.begun.send(stream));
            shared
        };
        streams.entry(at).or_insert_with(begin).clone()
    }
}

async fn told(stream: &Shared) -> Result<State, Error> {
    timeout(PATIENCE, stream.told()).await.map_err(|_| {
        let why = match stream.state() {
            State::Failing(why) => why,
            State::Starting | State::Synced | State::NotServed | State::Denied(_) => {
                format!("it has not told everything within {} s", PATIENCE.as_secs())
            }
        };
        Error::Unanswered { doing: doing(stream), source: why.into() }
    })
}

fn doing(stream: &Shared) -> String {
    format!("watch {}", stream.api.plural)
}

fn worse(one: State, other: State) -> State {
    let rank = |state: &State| match state {
        State::Synced => 0,
        State::Starting => 1,
        State::Failing(_) => 2,
        State::Denied(_) => 3,
        State::NotServed => 4,
    };
    if rank(&other) > rank(&one) { other } else { one }
}

impl fmt::Debug for Watches {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watches").field("scope", &self.0.scope).finish_non_exhaustive()
    }
}
