//! Rivven's brokers, over the network: health by HTTP, everything else by the client protocol.
//!
//! Everything has an end: a request after ten seconds, a broker that does not answer is left alone
//! for a while, no more than four requests are under way in one cluster. There is no token and no
//! Secret: the brokers of the releases that there are know none that could be used.

mod fault;
mod health;
mod pool;
mod session;
mod wire;

use std::{
    collections::BTreeMap,
    future::Future,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use sluicegate_core::{
    system::System as _,
    systems::rivven::{Answer, Broker, Call, Probe, Rivven},
};
use tokio::{
    sync::Semaphore,
    time::{Instant, timeout},
};

pub(crate) use self::fault::class as class_of;
use self::{fault::Fault, pool::Pool, wire::Wire};
use super::{Backend, Resolve, breaker::Breakers};
use crate::{
    Error,
    metrics::{Metrics, OfRequest, ProductCall},
};

/// How long things may take, and how many there may be at once.
#[derive(Clone, Debug)]
pub struct Limits {
    /// From looking up the name to the last answer; 10 s unless told.
    pub whole: Duration,
    /// To look up the name, connect and be greeted; 5 s unless told.
    pub connect: Duration,
    /// Whether a connection that was used before is still good; 2 s unless told.
    pub check: Duration,
    /// Requests under way in one cluster; 4 unless told.
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

/// The brokers of all clusters.
#[derive(Debug)]
pub struct Brokers {
    domain: String,
    resolve: Resolve,
    limits: Limits,
    breakers: Breakers<Broker>,
    pool: Pool,
    metrics: Metrics,
    /// One for each cluster, by namespace and name.
    turns: Mutex<BTreeMap<(String, String), Arc<Semaphore>>>,
}

impl Brokers {
    /// Brokers in a cluster with this DNS suffix, such as `cluster.local`.
    pub fn new(domain: &str, resolve: Resolve) -> Self {
        Self::with_limits(domain, resolve, Limits::default())
    }

    /// The same with limits of one's own.
    pub fn with_limits(domain: &str, resolve: Resolve, limits: Limits) -> Self {
        Self {
            domain: domain.to_owned(),
            resolve,
            limits,
            breakers: Breakers::new(),
            pool: Pool::default(),
            metrics: Metrics::default(),
            turns: Mutex::default(),
        }
    }

    /// Counts what is asked among these numbers.
    #[must_use]
    pub fn counted(self, metrics: Metrics) -> Self {
        Self { metrics, ..self }
    }

    /// How many connections lie idle, to be used again.
    pub fn idle_connections(&self) -> usize {
        self.pool.len()
    }

    async fn answer(&self, probe: &Probe) -> Result<Answer, Fault> {
        let until = Instant::now() + self.limits.whole.mul_f32(0.9);
        Ok(match probe {
            Probe::Health(broker) => {
                let address = broker.address(&self.domain);
                let stream = self.connecting(broker, async |at| health::connect(&at).await).await?;
                Answer::Health(health::ask(stream, &address).await?)
            }
            Probe::Holdings(broker) => {
                let talk = async |wire: &mut Wire| session::holdings(wire, until).await;
                let held = self.talk(broker, talk).await?;
                // Asked of one that is to go, which waits ten seconds for each connection it has.
                self.pool.forget(broker);
                Answer::Holdings(held)
            }
            Probe::Topic { broker, name } => {
                let talk = async |wire: &mut Wire| session::topic(wire, name, until).await;
                self.talk(broker, talk).await?.map_or(Answer::NoTopic, Answer::Topic)
            }
        })
    }

    /// Says something over a connection, used before or new. Unless the broker has answered, it is
    /// not used again.
    async fn talk<T>(
        &self,
        broker: &Broker,
        talk: impl AsyncFnOnce(&mut Wire) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        let mut wire = match self.used(broker).await {
            Some(wire) => wire,
            None => self.connecting(broker, async |at| Wire::connect(&at).await).await?,
        };
        let said = talk(&mut wire).await;
        if said.as_ref().err().is_none_or(Fault::answered) {
            self.pool.put(broker, wire);
        }
        said
    }

    /// A connection that was used before. Whether it is still good is asked first: a change that is
    /// sent into one that is not may have been made, or not.
    async fn used(&self, broker: &Broker) -> Option<Wire> {
        let mut wire = self.pool.take(broker)?;
        match timeout(self.limits.check, session::ping(&mut wire)).await {
            Ok(Ok(())) => Some(wire),
            Ok(Err(_)) | Err(_) => None,
        }
    }

    /// Looks up where a broker is, and connects. The host is the one that the broker is called by,
    /// and the port is its own.
    async fn connecting<T>(
        &self,
        broker: &Broker,
        connect: impl AsyncFnOnce(Vec<std::net::SocketAddr>) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        let limit = self.limits.connect;
        let connecting = async {
            let addresses = self.resolve.addresses(&broker.host(&self.domain), broker.port).await;
            connect(addresses.map_err(Fault::Unsent)?).await
        };
        let connected = timeout(limit, connecting).await;
        connected.unwrap_or_else(|_| Err(Fault::Unsent(silent(limit))))
    }

    /// Does something with a broker in its turn and in time, unless it is left alone.
    async fn guarded<T>(
        &self,
        verb: &'static str,
        broker: &Broker,
        work: impl Future<Output = Result<T, Fault>>,
    ) -> Result<T, Fault> {
        let limit = self.limits.whole;
        if let Some(why) = self.breakers.open(broker, Instant::now()) {
            self.count(verb, "spared");
            return Err(Fault::Unsent(why));
        }
        let turns = self.turns(broker);
        let Ok(turn) = timeout(limit, turns.acquire()).await else {
            // That says nothing about this broker.
            let why = format!("other requests to its cluster took longer than {limit:?}");
            self.count(verb, "spared");
            return Err(Fault::Unsent(why));
        };
        if let Err(why) = self.breakers.admit(broker, Instant::now()) {
            self.count(verb, "spared");
            return Err(Fault::Unsent(why));
        }
        let began = Instant::now();
        let done = timeout(limit, work).await;
        drop(turn);
        let done = done.unwrap_or_else(|_| Err(Fault::Lost(silent(limit))));
        let of = OfRequest { product: Rivven::NAME, verb };
        self.metrics.product_seconds.get_or_create(&of).observe(began.elapsed().as_secs_f64());
        self.count(verb, done.as_ref().map_or_else(Fault::outcome, |_| "done"));
        match &done {
            Err(fault) if !fault.answered() => {
                let why = self.told(broker, fault.why());
                tracing::debug!(%broker, %why, "no answer");
                self.breakers.failed(broker, &why, Instant::now());
            }
            Err(_) | Ok(_) => self.breakers.answered(broker),
        }
        done.map_err(|fault| match fault {
            Fault::Unsent(why) => Fault::Unsent(self.told(broker, &why)),
            Fault::Lost(why) => Fault::Lost(self.told(broker, &why)),
            Fault::Slow(why) => Fault::Slow(self.told(broker, &why)),
            Fault::Refused(words) => Fault::Refused(words),
        })
    }

    fn count(&self, verb: &'static str, outcome: &'static str) {
        let of = ProductCall { product: Rivven::NAME, verb, outcome };
        self.metrics.product_calls.get_or_create(&of).inc();
    }

    /// A reason, with where the broker was looked for.
    fn told(&self, broker: &Broker, why: &str) -> String {
        format!("{}: {why}", broker.address(&self.domain))
    }

    fn turns(&self, broker: &Broker) -> Arc<Semaphore> {
        let cluster = (broker.namespace.clone(), broker.cluster.clone());
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        turns.retain(|one, turns| *one == cluster || Arc::strong_count(turns) > 1);
        let new = || Arc::new(Semaphore::new(self.limits.at_once));
        Arc::clone(turns.entry(cluster).or_insert_with(new))
    }
}

fn silent(limit: Duration) -> String {
    format!("it did not answer within {limit:?}")
}

impl Backend<Rivven> for Brokers {
    async fn ask(&self, probe: &Probe) -> Answer {
        let verb = match probe {
            Probe::Health(_) => "health",
            Probe::Holdings(_) => "holdings",
            Probe::Topic { .. } => "topic",
        };
        let answer = self.guarded(verb, probe.broker(), self.answer(probe)).await;
        answer.unwrap_or_else(|fault| Answer::Unreachable(fault.why().to_owned()))
    }

    async fn call(&self, call: &Call) -> Result<(), Error> {
        let talk = async |wire: &mut Wire| session::call(wire, call).await;
        let verb = match call {
            Call::CreateTopic { .. } => "create",
            Call::GrowTopic { .. } => "grow",
            Call::SetConfig { .. } => "set",
            Call::DeleteTopic { .. } => "delete",
        };
        let done = self.guarded(verb, call.broker(), self.talk(call.broker(), talk)).await;
        done.map_err(|fault| fault.of(call))
    }
}
