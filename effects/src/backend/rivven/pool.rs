//! Connections that have done their work and may be used again.
//!
//! One that is taken out and not put back is closed: whatever went wrong, or was given up half-way,
//! leaves nothing behind that another request could read by mistake.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use sluicegate_core::systems::rivven::Broker;
use tokio::time::{Instant, sleep};

use super::wire::Wire;

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

#[derive(Debug)]
struct Connection {
    broker: Broker,
    wire: Wire,
    since: Instant,
}

impl Pool {
    /// Takes a connection to a broker out.
    pub(super) fn take(&self, broker: &Broker) -> Option<Wire> {
        let mut idle = lock(&self.idle);
        idle.expire();
        let at = idle.connections.iter().rposition(|one| one.broker == *broker)?;
        Some(idle.connections.remove(at).wire)
    }

    /// Puts a connection in that is in good order.
    pub(super) fn put(&self, broker: &Broker, wire: Wire) {
        if !wire.is_clean() {
            return;
        }
        let mut idle = lock(&self.idle);
        idle.expire();
        if idle.connections.len() >= KEPT {
            idle.connections.remove(0);
        }
        idle.connections.push(Connection { broker: broker.clone(), wire, since: Instant::now() });
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

    /// Closes every idle connection to a broker.
    pub(super) fn forget(&self, broker: &Broker) {
        lock(&self.idle).connections.retain(|one| one.broker != *broker);
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

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use tokio::{
        net::{TcpListener, TcpStream},
        time::{advance, pause},
    };

    use super::*;

    fn broker(ordinal: u32) -> Broker {
        Broker { namespace: "a".to_owned(), cluster: "b".to_owned(), ordinal, port: 1 }
    }

    /// A connection to somebody who never says anything.
    async fn wire() -> Wire {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port is free");
        let address = listener.local_addr().expect("a listener has an address");
        Wire::over(TcpStream::connect(address).await.expect("it listens"))
    }

    #[tokio::test]
    async fn a_connection_is_closed_when_it_has_lain_idle_for_a_minute() {
        let (pool, first, second) = (Pool::default(), wire().await, wire().await);
        pause();
        pool.put(&broker(0), first);
        advance(IDLE / 2).await;
        pool.put(&broker(0), second);
        assert!(pool.take(&broker(1)).is_none(), "it leads to another broker");
        sleep(IDLE / 2 + IDLE / 4).await;
        assert_eq!(pool.len(), 1, "closed without anybody asking");
        sleep(IDLE).await;
        assert_eq!(pool.len(), 0);
    }

    #[tokio::test]
    async fn no_more_than_so_many_lie_idle_and_the_oldest_go_first() {
        let pool = Pool::default();
        for ordinal in 0..66 {
            pool.put(&broker(ordinal), wire().await);
        }
        assert_eq!(pool.len(), KEPT);
        assert!(pool.take(&broker(1)).is_none());
        assert!(pool.take(&broker(2)).is_some());
    }
}
