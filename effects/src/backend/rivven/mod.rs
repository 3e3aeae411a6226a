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

use sluicegate_core::{
    system::System as _,
    systems::rivven::{
        Answer, Broker, Call, Probe, Rivven, names,
        registry::{Change, Question, Registry, SeenRegistry},
    },
};
use tokio::{
    net::TcpStream,
    time::{Instant, timeout},
};

pub use self::schemas::{Schema, Version};
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

    async fn broker(&self, probe: &Probe) -> Result<Answer, Fault> {
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
            Probe::Registry(question) => Answer::Registry(self.registry(question).await?),
        })
    }

    /// All schemas that a registry has, in the order of their ids.
    ///
    /// # Errors
    ///
    /// Why they cannot be read.
    pub async fn schemas(&self, registry: &Registry) -> Result<Vec<Schema>, String> {
        let address = self.registries.address(registry);
        let read = async |wire: &mut http1::Wire| schemas::read(wire, &address).await;
        let work = async { http1::talk(self.dialled(registry).await?, schemas::MOST, read).await };
        let done = self.registries.run("schemas", registry, work).await;
        done.map_err(|fault| fault.why().to_owned())
    }

    async fn registry(&self, question: &Question) -> Result<SeenRegistry, Fault> {
        let address = self.registries.address(&question.registry);
        let ask = async |wire: &mut http1::Wire| registry::ask(wire, &address, question).await;
        http1::talk(self.dialled(&question.registry).await?, registry::MOST, ask).await
    }

    async fn change(&self, change: &Change) -> Result<(), Fault> {
        let address = self.registries.address(&change.registry);
        let call =
            async |wire: &mut http1::Wire| registry::call(wire, &address, &change.what).await;
        http1::talk(self.dialled(&change.registry).await?, registry::MOST, call).await
    }

    async fn dialled(&self, registry: &Registry) -> Result<TcpStream, Fault> {
        self.registries.connect(registry, async |at: Vec<_>| http1::connect(&at).await).await
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
        let answer = match (probe, probe.broker()) {
            (Probe::Registry(question), _) => {
                let work = async { self.registry(question).await.map(Answer::Registry) };
                self.registries.run(verb, &question.registry, work).await
            }
            (_, Some(broker)) => self.guard.run(verb, broker, self.broker(probe)).await,
            (_, None) => self.broker(probe).await,
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
                let done = self.registries.run("change", &change.registry, self.change(change));
                return done.await.map_err(|fault| fault.of(call, registry::refusal));
            }
        };
        let Some((broker, _)) = call.topic() else { return Ok(()) };
        let done = self.guard.run(verb, broker, self.talk(broker, talk)).await;
        done.map_err(|fault| fault.of(call, words::refusal))
    }
}
