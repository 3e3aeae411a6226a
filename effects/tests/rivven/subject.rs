//! What is put to the test: one broker, real or not, and the way to it.

use std::{sync::Arc, time::Duration};

use sluicegate_core::systems::rivven::{Answer, Broker, Call, Probe, SeenTopic};
use sluicegate_effects::{
    Class, Error,
    backend::{
        Backend, Entry, Resolve,
        rivven::{Brokers, Limits},
    },
};

use crate::{
    rivvend::{MISSING, Rivvend, program},
    standin::{self, API_PORT, CLIENT_PORT, Mood, StandIn},
};

/// The name of the first broker of the cluster `demo`.
pub(crate) const HOST: &str = "rivven-demo-0.rivven-demo-headless.default.svc.cluster.local";

/// A broker.
pub(crate) enum Subject {
    /// One that is none, and the thread that it runs on.
    StandIn(#[expect(dead_code, reason = "kept alive")] StandIn, Arc<standin::Broker>),
    /// A real one.
    Real(Rivvend),
}

impl Subject {
    /// The real broker.
    pub(crate) fn real() -> Self {
        Self::Real(Rivvend::start(&program().expect(MISSING), "rivven-demo-0"))
    }

    /// The stand-in.
    pub(crate) fn standin() -> Self {
        let standin = StandIn::start();
        let broker = standin.broker(HOST);
        Self::StandIn(standin, broker)
    }

    /// The way to it.
    pub(crate) fn brokers(&self) -> Brokers {
        Brokers::new("cluster.local", self.resolve())
    }

    /// The way to it, with short limits: for what is to run into them.
    pub(crate) fn hasty(&self) -> Brokers {
        let limits = Limits {
            whole: Duration::from_millis(1000),
            connect: Duration::from_millis(500),
            check: Duration::from_millis(200),
            at_once: 4,
        };
        Brokers::with_limits("cluster.local", self.resolve(), limits)
    }

    /// Where it is.
    pub(crate) fn resolve(&self) -> Resolve {
        let entries = match self {
            Self::StandIn(_, broker) => broker.entries(API_PORT),
            Self::Real(real) => [
                format!("{HOST}:{CLIENT_PORT}={}", real.client()),
                format!("{HOST}:{API_PORT}={}", real.api()),
            ],
        };
        entries.iter().map(|entry| entry.parse::<Entry>().expect(entry)).collect()
    }

    /// What it is, for messages.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::StandIn(..) => "the stand-in",
            Self::Real(_) => "rivvend",
        }
    }

    /// Ends it at once, as a crash does.
    pub(crate) fn kill(&mut self) {
        match self {
            Self::StandIn(_, broker) => broker.set(Mood::Refusing),
            Self::Real(real) => real.kill(),
        }
    }

    /// Starts it again after that.
    pub(crate) fn revive(&mut self) {
        match self {
            Self::StandIn(_, broker) => broker.restart(),
            Self::Real(real) => real.revive(),
        }
    }

    /// Lets it say nothing more, with its ports open.
    pub(crate) fn silence(&mut self) {
        match self {
            Self::StandIn(_, broker) => broker.set(Mood::Silent),
            Self::Real(real) => real.stop(),
        }
    }
}

/// The broker at a port.
pub(crate) fn at(port: u16) -> Broker {
    Broker { namespace: "default".to_owned(), cluster: "demo".to_owned(), ordinal: 0, port }
}

pub(crate) fn health() -> Probe {
    Probe::Health(at(API_PORT))
}

pub(crate) fn holdings() -> Probe {
    Probe::Holdings(at(CLIENT_PORT))
}

pub(crate) fn topic(name: &str) -> Probe {
    Probe::Topic { broker: at(CLIENT_PORT), name: name.to_owned() }
}

pub(crate) fn create(name: &str, partitions: u32) -> Call {
    Call::CreateTopic { broker: at(CLIENT_PORT), name: name.to_owned(), partitions }
}

pub(crate) fn grow(name: &str, partitions: u32) -> Call {
    Call::GrowTopic { broker: at(CLIENT_PORT), name: name.to_owned(), partitions }
}

pub(crate) fn set(name: &str, key: &str, value: Option<&str>) -> Call {
    let (name, key, value) = (name.to_owned(), key.to_owned(), value.map(str::to_owned));
    Call::SetConfig { broker: at(CLIENT_PORT), name, key, value }
}

pub(crate) fn delete(name: &str) -> Call {
    Call::DeleteTopic { broker: at(CLIENT_PORT), name: name.to_owned() }
}

/// A topic without records.
pub(crate) fn seen(partitions: u32, configs: &[(&str, &str)]) -> Answer {
    let text = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
    let configs = configs.iter().map(text).collect();
    Answer::Topic(SeenTopic { partitions, configs, records: 0, replication_factor: None })
}

/// Calls, and returns the class and the reason if that fails.
pub(crate) async fn refused(brokers: &Brokers, call: &Call) -> Option<(Class, String)> {
    let error = brokers.call(call).await.err()?;
    let source = std::error::Error::source(&error).map(ToString::to_string);
    assert!(matches!(error, Error::Product { .. }), "{error}");
    Some((error.class(), source.expect("a refusal has a reason")))
}

/// The answer that says that it could not be asked, for this reason.
pub(crate) fn unreachable(port: u16, why: &str) -> Answer {
    Answer::Unreachable(format!("{HOST}:{port}: {why}"))
}
