//! Connections that have done their work and may be used again.
//!
//! One that is taken out and not put back is closed: whatever went wrong, or was given up half-way,
//! leaves nothing behind that another request could read by mistake.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use rivven_client::Client;
use sluicegate_core::systems::rivven::Broker;
use tokio::time::{Instant, sleep};

/// How long a connection may lie idle. The broker closes them after two minutes.
const IDLE: Duration = Duration::from_secs(60);
/// How many may lie idle.
const KEPT: usize = 64;

/// Idle connections.
#[derive(Clone, Debug, Default)]
pub(super) struct Pool {
    idle: Arc<Mutex<Idle>>,
}

#[derive(Debug, Default)]
struct Idle {
    connections: Vec<Connection>,
    /// Whether somebody sees to it that they are closed.
    swept: bool,
}

struct Connection {
    broker: Broker,
    client: Client,
    since: Instant,
}

impl Pool {
    /// Takes a connection to a broker out.
    pub(super) fn take(&self, broker: &Broker) -> Option<Client> {
        let mut idle = lock(&self.idle);
        idle.expire();
        let at = idle.connections.iter().rposition(|one| one.broker == *broker)?;
        Some(idle.connections.remove(at).client)
    }

    /// Puts a connection in that is in good order.
    pub(super) fn put(&self, broker: &Broker, client: Client) {
        if client.is_poisoned() {
            return;
        }
        let mut idle = lock(&self.idle);
        idle.expire();
        if idle.connections.len() >= KEPT {
            idle.connections.remove(0);
        }
        idle.connections.push(Connection { broker: broker.clone(), client, since: Instant::now() });
        if !idle.swept {
            idle.swept = true;
            let shared = Arc::downgrade(&self.idle);
            tokio::spawn(async move {
                loop {
                    sleep(IDLE / 4).await;
                    let Some(idle) = shared.upgrade() else { return };
                    let mut idle = lock(&idle);
                    idle.expire();
                    idle.swept = !idle.connections.is_empty();
                    if !idle.swept {
                        return;
                    }
                }
            });
        }
    }

    /// How many lie idle.
    pub(super) fn len(&self) -> usize {
        lock(&self.idle).connections.len()
    }
}

impl Idle {
    fn expire(&mut self) {
        self.connections.retain(|one| one.since.elapsed() < IDLE);
    }
}

fn lock(idle: &Mutex<Idle>) -> MutexGuard<'_, Idle> {
    idle.lock().unwrap_or_else(PoisonError::into_inner)
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").field("broker", &self.broker).finish_non_exhaustive()
    }
}
