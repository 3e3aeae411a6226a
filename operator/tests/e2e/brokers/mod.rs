//! Real brokers: rivvend processes on loopback, which the operator finds by `--resolve`. Pods are
//! stood in for by the control plane, so nobody restarts a process but the scenario.
//!
//! Between the operator and a broker is a [`Link`]; the suite has a client of its own beside it, so
//! that what a broker holds is told by the broker.

mod client;
mod link;

use std::sync::{Mutex, MutexGuard, PoisonError};

pub(crate) use self::link::{Fault, Link, Rule};
use crate::{
    operator::Start,
    rivvend::{MISSING, Rivvend, program},
    scene::Scene,
    standin::{API_PORT, CLIENT_PORT},
};

/// One broker of a cluster.
pub(crate) struct Broker {
    host: String,
    process: Mutex<Rivvend>,
    /// The operator's way to it.
    pub(crate) link: Link,
}

impl Broker {
    /// Starts the process that is this broker of a cluster of the scene's.
    pub(crate) fn start(scene: &Scene, cluster: &str, ordinal: u32) -> Self {
        let program = program().expect(MISSING);
        let process = Rivvend::start(&program, &format!("rivven-{cluster}-{ordinal}"));
        let link = Link::to(process.client());
        Self { host: host(scene, cluster, ordinal), process: Mutex::new(process), link }
    }

    /// The process itself.
    pub(crate) fn process(&self) -> MutexGuard<'_, Rivvend> {
        self.process.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends it at once and starts it again, with its data.
    pub(crate) fn restart(&self) {
        let mut process = self.process();
        process.kill();
        process.revive();
    }

    /// Arguments that lead the operator to it.
    pub(crate) fn flags(&self) -> [String; 4] {
        self.flags_as(&self.host, &self.link)
    }

    /// The same by another name and another way.
    pub(crate) fn flags_as(&self, host: &str, link: &Link) -> [String; 4] {
        let (flag, api) = (|| "--resolve".to_owned(), self.process().api());
        let client = format!("{host}:{CLIENT_PORT}={}", link.address);
        [flag(), client, flag(), format!("{host}:{API_PORT}={api}")]
    }
}

/// An operator of the scene that is led to these brokers, and looks again every few seconds: nobody
/// tells it that a process has changed.
pub(crate) fn start(scene: &Scene, brokers: &[&Broker]) -> Start {
    let flags: Vec<String> = brokers.iter().flat_map(|broker| broker.flags()).collect();
    let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
    scene.blind().with(&flags).with(&["--resync", "3s"])
}

/// What a broker of a cluster of the scene's is called.
pub(crate) fn host(scene: &Scene, cluster: &str, ordinal: u32) -> String {
    let namespace = &scene.namespace;
    format!("rivven-{cluster}-{ordinal}.rivven-{cluster}-headless.{namespace}.svc.cluster.local")
}
