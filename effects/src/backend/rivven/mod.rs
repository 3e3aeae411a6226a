//! Rivven's brokers and schema registries, over the network: health by HTTP, everything else of a
//! broker by the client protocol, a registry by its REST API.
//!
//! Deadlines, turns and the breaker are the guard's. There is no token and no
//! Secret: the brokers of the releases that there are know none that could be used.

mod health;
mod pool;
mod progress;
mod registry;
mod schemas;
mod session;
mod wire;
mod words;

use std::collections::BTreeMap;

use sluicegate_core::{
    system::System as _,
    systems::rivven::{
        Answer, Broker, Call, Probe, Rivven, names,
        registry::{Change, Question, Registry},
    },
};
use tokio::time::{Instant, timeout};

pub use self::schemas::{Schema, Version, faults};
pub(crate) use self::words::class as class_of;
use self::{pool::Pool, wire::Wire};
pub use super::guard::Limits;
use super::{
    Backend, Resolve,
    fault::Fault,
    guard::{Endpoint, Guard},
    http1,
};
use crate::{Error, metrics::Metrics};

/// The brokers of all clusters, and the schema registries.
#[derive(Debug)]
pub struct Brokers {
    guard: Guard<Broker>,
    pool: Pool,
    registries: Guard<Registry>,
}

/// Why a registry takes no schemas that another one had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// It was asked, and is not such that it could.
    Refuses(String),
    /// It could not be asked.
    Silent(String),
}

impl Unfit {
    fn of(fault: &Fault) -> Self {
        let why = fault.why().to_owned();
        if fault.answered() { Self::Refuses(why) } else { Self::Silent(why) }
    }
}

impl Brokers {
    /// Brokers in a cluster with this DNS suffix, such as `cluster.local`.
    pub fn new(domain: &str, resolve: Resolve) -> Self {
        Self::with_limits(domain, resolve, Limits::default())
    }

    /// The same with limits of one's own.
    pub fn with_limits(domain: &str, resolve: Resolve, limits: Limits) -> Self {
        let registries = Guard::new(Rivven::NAME, domain, resolve.clone(), limits.clone());
        let guard = Guard::new(Rivven::NAME, domain, resolve, limits);
        Self { guard, pool: Pool::default(), registries }
    }

    /// Counts what is asked among these numbers.
    #[must_use]
    pub fn counted(self, metrics: Metrics) -> Self {
        let registries = self.registries.counted(metrics.clone());
        Self { guard: self.guard.counted(metrics), registries, ..self }
    }

    /// How many connections lie idle, to be used again.
    pub fn idle_connections(&self) -> usize {
        self.pool.len()
    }

    async fn answer(&self, probe: &Probe) -> Result<Answer, Fault> {
        let until = Instant::now() + self.guard.limits().whole.mul_f32(0.9);
        Ok(match probe {
            Probe::Health(broker) => {
                let address = self.guard.address(broker);
                let connect = async |at: Vec<_>| http1::connect(&at).await;
                let stream = self.guard.connect(broker, connect).await?;
                Answer::Health(health::ask(stream, &address).await?)
            }
            Probe::Holdings(broker) => {
                let talk = async |wire: &mut Wire| session::holdings(wire, until).await;
                let held = self.talk(broker, talk).await?;
                // Asked of one that is to go, which waits ten seconds for each connection it has.
                self.pool.forget(broker);
                Answer::Holdings(held)
            }
            Probe::Topics(broker) => {
                let talk = async |wire: &mut Wire| session::topics(wire).await;
                Answer::Topics(self.talk(broker, talk).await?)
            }
            Probe::Topic { broker, name } => {
                let talk = async |wire: &mut Wire| session::topic(wire, name, until).await;
                self.talk(broker, talk).await?.map_or(Answer::NoTopic, Answer::Topic)
            }
            Probe::Progress { broker, topics, groups } => {
                let talk = async |wire: &mut Wire| progress::ask(wire, topics, groups, until).await;
                Answer::Progress(self.talk(broker, talk).await?)
            }
            Probe::Registry(question) => {
                let ask = async |wire: &mut http1::Wire, address: &str| {
                    registry::ask(wire, address, question).await
                };
                Answer::Registry(self.rest(&question.registry, registry::MOST, ask).await?)
            }
        })
    }

    /// All schemas that a registry has, in the order of their ids.
    ///
    /// # Errors
    ///
    /// Why they cannot be read.
    pub async fn schemas(&self, registry: &Registry) -> Result<Vec<Schema>, String> {
        let read = async |wire: &mut http1::Wire, address: &str| schemas::read(wire, address).await;
        let work = self.rest(registry, schemas::MOST, read);
        let done = self.registries.run("schemas", registry, work).await;
        done.map_err(|fault| fault.why().to_owned())
    }

    /// Sees that a registry can take schemas that another one had.
    ///
    /// # Errors
    ///
    /// Why it cannot.
    pub async fn check(&self, registry: &Registry) -> Result<(), Unfit> {
        let check =
            async |wire: &mut http1::Wire, address: &str| schemas::check(wire, address).await;
        let work = self.rest(registry, registry::MOST, check);
        self.registries.run("check", registry, work).await.map_err(|fault| Unfit::of(&fault))
    }

    /// The same, and takes away what lets clients in.
    ///
    /// # Errors
    ///
    /// Why it cannot; clients are let in as before.
    pub async fn close(&self, registry: &Registry) -> Result<(), Unfit> {
        let close =
            async |wire: &mut http1::Wire, address: &str| schemas::close(wire, address).await;
        let work = self.rest(registry, registry::MOST, close);
        self.registries.run("close", registry, work).await.map_err(|fault| Unfit::of(&fault))
    }

    /// Brings schemas into a registry that is empty and closed, and returns the id that each has
    /// there by the one that it had: they are the same, unless new ones are allowed.
    ///
    /// # Errors
    ///
    /// Why not all of them are there as they were. It may hold some, and judges nothing: it is to
    /// be started anew.
    pub async fn restore(
        &self,
        registry: &Registry,
        all: &[Schema],
        new_ids: bool,
    ) -> Result<BTreeMap<u64, u64>, String> {
        let restore = async |wire: &mut http1::Wire, address: &str| {
            schemas::restore(wire, address, all, new_ids).await
        };
        let done =
            self.registries.run("restore", registry, self.rest(registry, schemas::MOST, restore));
        done.await.map_err(|fault| fault.why().to_owned())
    }

    /// Talks to a registry, of whose answers so many bytes are read at most, by the address that it
    /// was looked for at.
    async fn rest<T>(
        &self,
        registry: &Registry,
        most: usize,
        talk: impl AsyncFnOnce(&mut http1::Wire, &str) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        let connect = async |at: Vec<_>| http1::connect(&at).await;
        let stream = self.registries.connect(registry, connect).await?;
        let address = self.registries.address(registry);
        http1::talk(stream, most, async |wire: &mut http1::Wire| talk(wire, &address).await).await
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
            None => self.guard.connect(broker, async |at| Wire::connect(&at).await).await?,
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
        match timeout(self.guard.limits().check, session::ping(&mut wire)).await {
            Ok(Ok(())) => Some(wire),
            Ok(Err(_)) | Err(_) => None,
        }
    }
}

impl Endpoint for Broker {
    fn host(&self, domain: &str) -> String {
        Self::host(self, domain)
    }

    fn port(&self) -> u16 {
        self.port
    }

    fn group(&self) -> (String, String) {
        (self.namespace.clone(), self.cluster.clone())
    }
}

impl Endpoint for Registry {
    fn host(&self, domain: &str) -> String {
        Self::host(self, domain)
    }

    fn port(&self) -> u16 {
        self.port
    }

    fn group(&self) -> (String, String) {
        (self.namespace.clone(), names::registry(&self.name))
    }
}

impl Backend<Rivven> for Brokers {
    async fn ask(&self, probe: &Probe) -> Answer {
        let verb = match probe {
            Probe::Health(_) => "health",
            Probe::Holdings(_) => "holdings",
            Probe::Topics(_) => "topics",
            Probe::Topic { .. } => "topic",
            Probe::Progress { .. } => "progress",
            Probe::Registry(_) => "registry",
        };
        let answer = match probe {
            Probe::Registry(Question { registry, .. }) => {
                self.registries.run(verb, registry, self.answer(probe)).await
            }
            Probe::Health(broker)
            | Probe::Holdings(broker)
            | Probe::Topics(broker)
            | Probe::Topic { broker, .. }
            | Probe::Progress { broker, .. } => {
                self.guard.run(verb, broker, self.answer(probe)).await
            }
        };
        answer.unwrap_or_else(|fault| Answer::Unreachable(fault.why().to_owned()))
    }

    async fn call(&self, call: &Call) -> Result<(), Error> {
        let talk = async |wire: &mut Wire| session::call(wire, call).await;
        let verb = match call {
            Call::CreateTopic { .. } => "create",
            Call::GrowTopic { .. } => "grow",
            Call::SetConfig { .. } => "set",
            Call::DeleteTopic { .. } => "delete",
            Call::Registry(change) => {
                let Change { registry, what } = change;
                let make = async |wire: &mut http1::Wire, address: &str| {
                    registry::call(wire, address, what).await
                };
                let work = self.rest(registry, registry::MOST, make);
                let done = self.registries.run("change", registry, work).await;
                return done.map_err(|fault| fault.of(call, registry::refusal));
            }
        };
        let Some((broker, _)) = call.topic() else { return Ok(()) };
        let done = self.guard.run(verb, broker, self.talk(broker, talk)).await;
        done.map_err(|fault| fault.of(call, words::refusal))
    }
}
