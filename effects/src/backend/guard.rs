//! What every way to a product keeps to: a deadline, turns, a breaker, and counting.

use std::{
    collections::BTreeMap,
    fmt,
    future::Future,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{
    sync::Semaphore,
    time::{Instant, timeout},
};

use super::{Resolve, breaker::Breakers, fault::Fault};
use crate::metrics::{Metrics, OfRequest, ProductCall};

/// How long things may take, and how many there may be at once.
#[derive(Clone, Debug)]
pub struct Limits {
    /// From looking up the name to the last answer; 10 s unless told.
    pub whole: Duration,
    /// To look up the name, connect and be greeted; 5 s unless told.
    pub connect: Duration,
    /// Whether a connection that was used before is still good; 2 s unless told.
    pub check: Duration,
    /// Requests under way in one group of endpoints; 4 unless told.
    pub at_once: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            whole: Duration::from_secs(10),
            connect: Duration::from_secs(5),
            check: Duration::from_secs(2),
            at_once: 4,
        }
    }
}

/// A place where a product is asked.
pub(super) trait Endpoint: Ord + Clone + fmt::Display {
    /// Its host name, resolvable inside a cluster with this DNS suffix.
    fn host(&self, domain: &str) -> String;

    /// Its port.
    fn port(&self) -> u16;

    /// What shares its turns: the namespace and name of the resource that it belongs to.
    fn group(&self) -> (String, String);

    /// Host name and port.
    fn address(&self, domain: &str) -> String {
        format!("{}:{}", self.host(domain), self.port())
    }
}

/// Stands between the operator and one product.
#[derive(Debug)]
pub(super) struct Guard<E> {
    product: &'static str,
    domain: String,
    resolve: Resolve,
    limits: Limits,
    breakers: Breakers<E>,
    metrics: Metrics,
    /// One for each group.
    turns: Mutex<BTreeMap<(String, String), Arc<Semaphore>>>,
}

impl<E: Endpoint> Guard<E> {
    /// One for a product, in a cluster with this DNS suffix.
    pub(super) fn new(
        product: &'static str,
        domain: &str,
        resolve: Resolve,
        limits: Limits,
    ) -> Self {
        Self {
            product,
            domain: domain.to_owned(),
            resolve,
            limits,
            breakers: Breakers::new(),
            metrics: Metrics::default(),
            turns: Mutex::default(),
        }
    }

    /// Counts what is asked among these numbers.
    #[must_use]
    pub(super) fn counted(self, metrics: Metrics) -> Self {
        Self { metrics, ..self }
    }

    /// How long things may take.
    pub(super) fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Where an endpoint is.
    pub(super) fn address(&self, endpoint: &E) -> String {
        endpoint.address(&self.domain)
    }

    /// Looks up where an endpoint is, and connects. The host is the one that it is called by, and
    /// the port is its own.
    pub(super) async fn connect<T>(
        &self,
        endpoint: &E,
        connect: impl AsyncFnOnce(Vec<SocketAddr>) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        let limit = self.limits.connect;
        let connecting = async {
            let host = endpoint.host(&self.domain);
            let addresses = self.resolve.addresses(&host, endpoint.port()).await;
            connect(addresses.map_err(Fault::Unsent)?).await
        };
        let connected = timeout(limit, connecting).await;
        connected.unwrap_or_else(|_| Err(Fault::Unsent(silent(limit))))
    }

    /// Does something with an endpoint in its turn and in time, unless it is left alone.
    pub(super) async fn run<T>(
        &self,
        verb: &'static str,
        endpoint: &E,
        work: impl Future<Output = Result<T, Fault>>,
    ) -> Result<T, Fault> {
        let limit = self.limits.whole;
        if let Some(why) = self.breakers.open(endpoint, Instant::now()) {
            self.count(verb, "spared");
            return Err(Fault::Unsent(why));
        }
        let turns = self.turns(endpoint);
        let Ok(turn) = timeout(limit, turns.acquire()).await else {
            // That says nothing about this endpoint.
            let why = format!("other requests took longer than {limit:?}");
            self.count(verb, "spared");
            return Err(Fault::Unsent(why));
        };
        if let Err(why) = self.breakers.admit(endpoint, Instant::now()) {
            self.count(verb, "spared");
            return Err(Fault::Unsent(why));
        }
        let began = Instant::now();
        let done = timeout(limit, work).await;
        drop(turn);
        let done = done.unwrap_or_else(|_| Err(Fault::Lost(silent(limit))));
        let of = OfRequest { product: self.product, verb };
        self.metrics.product_seconds.get_or_create(&of).observe(began.elapsed().as_secs_f64());
        self.count(verb, done.as_ref().map_or_else(Fault::outcome, |_| "done"));
        match &done {
            Err(fault) if !fault.answered() => {
                let why = self.told(endpoint, fault.why());
                tracing::debug!(%endpoint, %why, "no answer");
                self.breakers.failed(endpoint, &why, Instant::now());
            }
            Err(_) | Ok(_) => self.breakers.answered(endpoint),
        }
        done.map_err(|fault| match fault {
            Fault::Unsent(why) => Fault::Unsent(self.told(endpoint, &why)),
            Fault::Lost(why) => Fault::Lost(self.told(endpoint, &why)),
            Fault::Slow(why) => Fault::Slow(self.told(endpoint, &why)),
            Fault::Refused(words) => Fault::Refused(words),
        })
    }

    fn count(&self, verb: &'static str, outcome: &'static str) {
        let of = ProductCall { product: self.product, verb, outcome };
        self.metrics.product_calls.get_or_create(&of).inc();
    }

    /// A reason, with where the endpoint was looked for.
    fn told(&self, endpoint: &E, why: &str) -> String {
        format!("{}: {why}", self.address(endpoint))
    }

    fn turns(&self, endpoint: &E) -> Arc<Semaphore> {
        let group = endpoint.group();
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        turns.retain(|one, turns| *one == group || Arc::strong_count(turns) > 1);
        let new = || Arc::new(Semaphore::new(self.limits.at_once));
        Arc::clone(turns.entry(group).or_insert_with(new))
    }
}

fn silent(limit: Duration) -> String {
    format!("it did not answer within {limit:?}")
}
