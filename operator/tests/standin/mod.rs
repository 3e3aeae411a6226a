//! The stand-in: brokers that are none, for tests. They listen on loopback and speak what the real
//! broker speaks, each on a pair of ports of its own; only `--resolve` leads there.
//!
//! It is checked side by side with the real broker by the tests of the effects, word by word. What
//! it can do beyond that is to fail on demand, and to tell what it was asked.

#![allow(dead_code, reason = "no suite uses all of it")]

mod held;
pub(crate) mod ports;
pub(crate) mod serve;

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

use tokio::{
    runtime::{Builder, Runtime},
    task::JoinHandle,
};

use self::{
    held::Held,
    ports::{free, listen},
    serve::Port,
};

/// Where the operator looks for a broker that says nothing else.
pub(crate) const CLIENT_PORT: u16 = 9292;
/// Where the operator looks for the API of a broker that says nothing else.
pub(crate) const API_PORT: u16 = 9090;

/// All brokers of a test.
#[derive(Debug)]
pub(crate) struct StandIn {
    /// A thread of its own, so that it works beside any other runtime and none at all.
    runtime: Option<Runtime>,
    brokers: Mutex<BTreeMap<String, Arc<Broker>>>,
    calls: Arc<Mutex<Vec<Called>>>,
}

/// What a broker was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Called {
    /// The host that the broker stands in for.
    pub(crate) host: String,
    /// Such as `create orders 3`, `grow orders 6`, `set orders retention.ms=5`, `delete orders`,
    /// `list`, `metadata orders`, `configs orders`, `bounds orders/0`, `health HOST:PORT`.
    pub(crate) what: String,
}

/// How a broker behaves. Greetings and pings are answered in every mood but the first three.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Mood {
    /// It refuses connections, and has cut those that there were.
    Refusing,
    /// It accepts connections and never says a word.
    Silent,
    /// It accepts connections and closes them at the first word.
    Closing,
    /// It does what it is asked for.
    Well,
    /// The same, but its health is answered with 503.
    Ill,
    /// It does nothing, and resets the connection.
    Drops,
    /// It does what it is asked for, and resets the connection instead of answering.
    Resets,
    /// It does what it is asked for, and closes the connection half-way through the answer.
    Halves,
    /// It does what it is asked for, and answers so much later.
    Late(Duration),
    /// It does nothing, and answers with this error.
    Says(&'static str),
    /// It does what it is asked for, and answers what nobody has asked.
    Babbles,
    /// It announces an answer of 2 GiB.
    Floods,
}

/// One broker.
#[derive(Debug)]
pub(crate) struct Broker {
    host: String,
    client: SocketAddr,
    api: SocketAddr,
    state: Mutex<State>,
    calls: Arc<Mutex<Vec<Called>>>,
    runtime: tokio::runtime::Handle,
    listeners: Mutex<Vec<JoinHandle<()>>>,
}

#[derive(Debug)]
struct State {
    mood: Mood,
    /// The mood of the next request, once.
    next: Option<Mood>,
    held: Held,
    connections: u32,
    at_once: u32,
    at_once_most: u32,
}

impl StandIn {
    /// No brokers yet.
    pub(crate) fn start() -> Self {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build();
        Self {
            runtime: Some(runtime.expect("a thread can be made")),
            brokers: Mutex::default(),
            calls: Arc::default(),
        }
    }

    /// The broker that stands in for a host; `*` for every host that has none of its own. It is
    /// there, well and empty from the first time that it is asked for.
    pub(crate) fn broker(&self, host: &str) -> Arc<Broker> {
        let mut brokers = lock(&self.brokers);
        let new = || Arc::new(Broker::start(host, self));
        let broker = Arc::clone(brokers.entry(host.to_owned()).or_insert_with(new));
        broker.up();
        broker
    }

    /// Arguments that lead the operator to the brokers of these hosts, at the usual ports.
    pub(crate) fn resolve_flags(&self, hosts: &[&str]) -> Vec<String> {
        let entries = hosts.iter().flat_map(|host| self.broker(host).entries(API_PORT));
        entries.flat_map(|entry| ["--resolve".to_owned(), entry]).collect()
    }

    /// What all brokers were asked for, in order.
    pub(crate) fn calls(&self) -> Vec<Called> {
        lock(&self.calls).clone()
    }

    /// How many of them begin so.
    pub(crate) fn count(&self, start: &str) -> usize {
        lock(&self.calls).iter().filter(|one| one.what.starts_with(start)).count()
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        // The other way waits for its thread, which is forbidden where tests are asynchronous.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Broker {
    fn start(host: &str, all: &StandIn) -> Self {
        let state = State {
            mood: Mood::Well,
            next: None,
            held: Held::default(),
            connections: 0,
            at_once: 0,
            at_once_most: 0,
        };
        Self {
            host: host.to_owned(),
            client: free(),
            api: free(),
            state: Mutex::new(state),
            calls: Arc::clone(&all.calls),
            runtime: all.runtime.as_ref().expect("it runs").handle().clone(),
            listeners: Mutex::default(),
        }
    }

    /// Entries of `--resolve` that lead to it: to its API, too, if that is looked for at this port.
    pub(crate) fn entries(&self, api_port: u16) -> [String; 2] {
        let host = &self.host;
        [format!("{host}:{CLIENT_PORT}={}", self.client), format!("{host}:{api_port}={}", self.api)]
    }

    /// How it behaves from now on.
    pub(crate) fn set(self: &Arc<Self>, mood: Mood) {
        let refusing = mood == Mood::Refusing;
        lock(&self.state).mood = mood;
        if refusing {
            self.down();
        } else {
            self.up();
        }
    }

    /// How it behaves at the next request, and at that only.
    pub(crate) fn once(&self, mood: Mood) {
        lock(&self.state).next = Some(mood);
    }

    /// Stops and starts anew, as the real one does: topics and records are on its volume, the
    /// settings of topics are forgotten, and every connection is cut.
    pub(crate) fn restart(self: &Arc<Self>) {
        self.down();
        lock(&self.state).held.forget();
        self.set(Mood::Well);
    }

    /// Gives it a topic with records.
    pub(crate) fn hold(&self, topic: &str, partitions: u32, records: u64) {
        lock(&self.state).held.hold(topic, partitions, records);
    }

    /// Takes a topic away, and its records with it.
    pub(crate) fn lose(&self, topic: &str) {
        lock(&self.state).held.lose(topic);
    }

    /// The topics that it has: partitions and records.
    pub(crate) fn topics(&self) -> BTreeMap<String, (u32, u64)> {
        lock(&self.state).held.topics()
    }

    /// What it was asked for, in order.
    pub(crate) fn calls(&self) -> Vec<String> {
        let calls = lock(&self.calls);
        let own = calls.iter().filter(|one| one.host == self.host);
        own.map(|one| one.what.clone()).collect()
    }

    /// How many of them begin so.
    pub(crate) fn count(&self, start: &str) -> usize {
        self.calls().iter().filter(|what| what.starts_with(start)).count()
    }

    /// How many connections it has accepted, at both ports.
    pub(crate) fn connections(&self) -> u32 {
        lock(&self.state).connections
    }

    /// The most requests that were under way at one time.
    pub(crate) fn at_once_most(&self) -> u32 {
        lock(&self.state).at_once_most
    }

    /// Listens, unless it does already. It does when this returns.
    fn up(self: &Arc<Self>) {
        let mut listeners = lock(&self.listeners);
        if !listeners.is_empty() {
            return;
        }
        for (address, port) in [(self.client, Port::Client), (self.api, Port::Api)] {
            let task = serve::listen(Arc::clone(self), listen(address), port);
            listeners.push(self.runtime.spawn(task));
        }
    }

    /// Listens no more, and cuts every connection. Nothing is left when this returns.
    fn down(&self) {
        let listeners: Vec<_> = lock(&self.listeners).drain(..).collect();
        for listener in &listeners {
            listener.abort();
        }
        while !listeners.iter().all(JoinHandle::is_finished) {
            thread::sleep(Duration::from_millis(1));
        }
    }

    fn called(&self, what: String) {
        lock(&self.calls).push(Called { host: self.host.clone(), what });
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
