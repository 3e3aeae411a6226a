//! An API server for tests of streams, in the same process: objects, events, and whatever goes
//! wrong on the way. Behind kube's own client, so that what is decoded is what is decoded for real.

use std::{
    collections::{BTreeMap, VecDeque},
    convert::Infallible,
    sync::{Arc, Mutex, MutexGuard},
};

use futures_util::stream::unfold;
use http_body_util::StreamBody;
use hyper::body::{Bytes, Frame};
use kube_client::{Client, client::Body};
use serde_json::{Value, json};
use sluicegate_core::observed::{Api, Ref};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tower::service_fn;

use crate::{
    live::{ApiServer, Budget, path_of_all},
    metrics::Metrics,
};

/// The server. Clones share it.
#[derive(Clone, Default)]
pub(crate) struct Fake(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    objects: BTreeMap<Ref, Value>,
    log: Vec<(u64, &'static str, Ref, Value)>,
    version: u64,
    open: Vec<(String, UnboundedSender<Bytes>)>,
    requests: Vec<String>,
    not_served: Vec<Api>,
    refusals: VecDeque<(u16, String)>,
    no_streamed_lists: bool,
    forgotten: u64,
    silent: bool,
}

impl Fake {
    /// A way to it.
    pub(crate) fn server(&self) -> ApiServer {
        let fake = self.clone();
        let service = service_fn(move |request: http::Request<Body>| {
            let answer = fake.answer(request.uri());
            async move { Ok::<_, Infallible>(answer) }
        });
        let client = Client::new(service, "default");
        ApiServer::new(client, Budget::new(1_000, 1_000), Metrics::default())
    }

    /// What was asked for so far, and forgets it.
    pub(crate) fn requests(&self) -> Vec<String> {
        std::mem::take(&mut self.state().requests)
    }

    /// Stores an object, under a new version.
    pub(crate) fn put(&self, target: &Ref, mut object: Value) {
        let mut state = self.state();
        state.version += 1;
        object["apiVersion"] = target.api.api_version().into();
        object["kind"] = target.api.kind.as_ref().into();
        let version = state.version;
        let meta = &mut object["metadata"];
        meta["name"] = target.name.as_str().into();
        meta["resourceVersion"] = version.to_string().into();
        if !target.namespace.is_empty() {
            meta["namespace"] = target.namespace.as_str().into();
        }
        if meta.get("uid").is_none() {
            meta["uid"] = format!("uid-of-{}", target.name).into();
        }
        let before = state.objects.insert(target.clone(), object.clone());
        let what = if before.is_some() { "MODIFIED" } else { "ADDED" };
        state.tell(what, target, object);
    }

    /// The object as it is stored.
    pub(crate) fn get(&self, target: &Ref) -> Option<Value> {
        self.state().objects.get(target).cloned()
    }

    /// Deletes an object.
    pub(crate) fn delete(&self, target: &Ref) {
        let mut state = self.state();
        state.version += 1;
        let mut object = state.objects.remove(target).expect("it is there");
        object["metadata"]["resourceVersion"] = state.version.to_string().into();
        state.tell("DELETED", target, object);
    }

    /// Sends a bookmark on every connection.
    pub(crate) fn bookmark(&self) {
        let state = self.state();
        for (_, connection) in &state.open {
            drop(connection.send(bookmark(state.version, false)));
        }
    }

    /// Closes every connection.
    pub(crate) fn hang_up(&self) {
        self.state().open.clear();
    }

    /// Says on every connection that its version is no longer known, and knows none before now.
    pub(crate) fn forget(&self) {
        let mut state = self.state();
        state.forgotten = state.version;
        for (_, connection) in std::mem::take(&mut state.open) {
            drop(connection.send(expired()));
        }
    }

    /// Leaves all connections open and says no more on them, nor on new ones.
    pub(crate) fn fall_silent(&self, silent: bool) {
        self.state().silent = silent;
    }

    /// Serves an API, or does not.
    pub(crate) fn serve(&self, api: &Api, served: bool) {
        let mut state = self.state();
        state.not_served.retain(|one| one != api);
        if !served {
            state.not_served.push(api.clone());
        }
    }

    /// Answers the next request like this.
    pub(crate) fn refuse(&self, code: u16, message: &str) {
        self.state().refusals.push_back((code, message.to_owned()));
    }

    /// Answers every streamed list as a server that has none.
    pub(crate) fn without_streamed_lists(&self) {
        self.state().no_streamed_lists = true;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().expect("no test holds it while it fails")
    }

    fn answer(&self, uri: &http::Uri) -> Answer {
        let mut state = self.state();
        let (path, query) = (uri.path(), uri.query().unwrap_or_default());
        state.requests.push(uri.to_string());
        if let Some((code, message)) = state.refusals.pop_front() {
            return refusal(code, &message);
        }
        let unserved = state.not_served.iter().any(|api| path.contains(api.plural.as_ref()));
        if unserved {
            return whole(404, Bytes::from("404 page not found\n"));
        }
        let of = |target: &Ref| {
            [path_of_all(&target.api, ""), path_of_all(&target.api, &target.namespace)]
                .contains(&path.to_owned())
        };
        if !query.contains("watch=true") {
            return state.list_or_get(path, query, of);
        }
        let (sender, receiver) = unbounded_channel();
        let from = query.split('&').find_map(|part| part.strip_prefix("resourceVersion="));
        let send = |line: Bytes| sender.send(line).expect("the receiver is here");
        match from.map(|version| version.parse::<u64>().expect("a number")) {
            None if state.no_streamed_lists => {
                return refusal(422, "sendInitialEvents is forbidden for watch");
            }
            None if state.silent => {}
            None => {
                let all = state.objects.iter().filter(|(target, _)| of(target));
                all.for_each(|(_, object)| send(event("ADDED", object)));
                send(bookmark(state.version, true));
            }
            Some(version) if version < state.forgotten => send(expired()),
            Some(version) => {
                let missed = state
                    .log
                    .iter()
                    .filter(|(at, _, target, _)| *at > version && of(target) && !state.silent);
                missed.for_each(|(_, what, _, object)| send(event(what, object)));
            }
        }
        state.open.push((path.to_owned(), sender));
        let lines = unfold(receiver, |mut receiver| async move {
            Some((Ok(Frame::data(receiver.recv().await?)), receiver))
        });
        let body = StreamBody::new(Box::pin(lines) as Lines);
        http::Response::builder().status(200).body(body).expect("an answer")
    }
}

impl State {
    fn tell(&mut self, what: &'static str, target: &Ref, object: Value) {
        let paths = [path_of_all(&target.api, ""), path_of_all(&target.api, &target.namespace)];
        if !self.silent {
            for (_, connection) in self.open.iter().filter(|(path, _)| paths.contains(path)) {
                drop(connection.send(event(what, &object)));
            }
        }
        self.log.push((self.version, what, target.clone(), object));
    }

    /// Pages of two.
    fn list_or_get(&self, path: &str, query: &str, of: impl Fn(&Ref) -> bool) -> Answer {
        let named = |target: &&Ref| {
            let all = path_of_all(&target.api, &target.namespace);
            path.strip_prefix(&all).is_some_and(|rest| rest[1..] == target.name)
        };
        let by_name = |(target, _): &(&Ref, &Value)| !of(target) && named(target);
        if let Some((_, object)) =
            self.objects.iter().filter(|(target, _)| path.len() > target.name.len()).find(by_name)
        {
            return whole(200, object.to_string().into());
        }
        let from = query.split('&').find_map(|part| part.strip_prefix("continue=at-"));
        let from: usize = from.map_or(0, |from| from.parse().expect("a number"));
        let all: Vec<&Value> =
            self.objects.iter().filter(|(target, _)| of(target)).map(|(_, one)| one).collect();
        let mut meta = json!({ "resourceVersion": self.version.to_string() });
        if from + 2 < all.len() {
            meta["continue"] = format!("at-{}", from + 2).into();
        }
        let items: Vec<&Value> = all.into_iter().skip(from).take(2).collect();
        whole(200, json!({ "metadata": meta, "items": items }).to_string().into())
    }
}

type Lines =
    std::pin::Pin<Box<dyn futures_util::Stream<Item = Result<Frame<Bytes>, Infallible>> + Send>>;
type Answer = http::Response<StreamBody<Lines>>;

fn whole(code: u16, body: Bytes) -> Answer {
    let lines = futures_util::stream::iter([Ok(Frame::data(body))]);
    let body = StreamBody::new(Box::pin(lines) as Lines);
    http::Response::builder().status(code).body(body).expect("an answer")
}

fn refusal(code: u16, message: &str) -> Answer {
    let status = json!({
        "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
        "message": message, "reason": "", "code": code,
    });
    whole(code, status.to_string().into())
}

fn event(what: &str, object: &Value) -> Bytes {
    format!("{}\n", json!({ "type": what, "object": object })).into()
}

fn bookmark(version: u64, complete: bool) -> Bytes {
    let mut meta = json!({ "resourceVersion": version.to_string() });
    if complete {
        meta["annotations"] = json!({ "k8s.io/initial-events-end": "true" });
    }
    event("BOOKMARK", &json!({ "kind": "Any", "apiVersion": "v1", "metadata": meta }))
}

fn expired() -> Bytes {
    let status = json!({
        "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
        "message": "too old resource version", "reason": "Expired", "code": 410,
    });
    event("ERROR", &status)
}
