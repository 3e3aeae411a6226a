//! Whether the process works, and whether it is of use: what the probes answer.
//!
//! Alive is what goes round: the loop that works and the loop that holds the lease. An API server
//! that does not answer makes neither stand still, since every request has a deadline: it makes the
//! process not ready, and no restart would cure it.

use std::{fmt, time::Duration};

use tokio::sync::watch;

use super::{heartbeat::Heartbeat, lease::Role};

/// How long the loop of the lease may stand still: a request, a pause, and a slow machine.
const LEASE_MAX: Duration = Duration::from_secs(20);

/// Sentences about what is not as it should be; none if all is well.
pub(crate) type Faults = Vec<String>;

/// Looks for faults.
pub(crate) type Look = Box<dyn Fn() -> Faults + Send + Sync>;

/// What the probes look at.
pub(crate) struct Health {
    /// The loop of the lease, if it competes, and what came of it.
    pub lease: Option<(Heartbeat, watch::Receiver<Role>)>,
    /// What of the work stands still.
    pub work: Look,
    /// What has not been seen yet.
    pub views: Look,
}

impl Health {
    /// Why it should be started again; nothing if it need not be.
    pub(crate) fn dead(&self) -> Faults {
        let mut faults = (self.work)();
        if let Some((heartbeat, _)) = &self.lease {
            let age = heartbeat.age();
            if age > LEASE_MAX {
                faults.push(format!("the loop of the lease stands still for {} s", age.as_secs()));
            }
        }
        faults
    }

    /// Why it is of no use yet; nothing if it is.
    pub(crate) fn unready(&self) -> Faults {
        let mut faults = (self.views)();
        if let Some((_, role)) = &self.lease
            && *role.borrow() == Role::Standby(None)
        {
            faults.push("it neither leads nor knows who does".to_owned());
        }
        faults
    }

    /// How it takes part.
    pub(crate) fn part(&self) -> String {
        match self.lease.as_ref().map(|(_, role)| role.borrow().clone()) {
            None => "no leader election".to_owned(),
            Some(Role::Leader) => "leads".to_owned(),
            Some(Role::Standby(Some(holder))) => format!("stands by for {holder}"),
            Some(Role::Standby(None)) => "does not know who leads".to_owned(),
        }
    }
}

impl fmt::Debug for Health {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Health").field("part", &self.part()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn health(role: Role, views: &[&'static str]) -> (Health, Heartbeat) {
        let views = views.iter().map(|&fault| fault.to_owned()).collect::<Vec<_>>();
        let (heartbeat, role) = (Heartbeat::new(), watch::channel(role).1);
        let lease = Some((heartbeat.clone(), role));
        (
            Health { lease, work: Box::new(Vec::new), views: Box::new(move || views.clone()) },
            heartbeat,
        )
    }

    #[tokio::test(start_paused = true)]
    async fn a_loop_that_stands_still_is_dead_and_one_that_goes_round_is_not() {
        let (health, heartbeat) = health(Role::Leader, &[]);
        tokio::time::advance(LEASE_MAX).await;
        assert_eq!(health.dead(), Faults::new());
        tokio::time::advance(Duration::from_secs(1)).await;
        assert_eq!(health.dead(), ["the loop of the lease stands still for 21 s"]);
        heartbeat.mark();
        assert_eq!(health.dead(), Faults::new());
    }

    #[tokio::test]
    async fn one_that_stands_by_is_ready_and_one_that_has_seen_nothing_is_not() {
        let standby = Role::Standby(Some("other".to_owned()));
        assert_eq!(health(standby, &[]).0.unready(), Faults::new());
        assert_eq!(health(Role::Leader, &[]).0.unready(), Faults::new());
        assert_eq!(health(Role::Leader, &["pods: not seen yet"]).0.unready().len(), 1);
        assert_eq!(health(Role::Standby(None), &["pods: not seen yet"]).0.unready().len(), 2);
    }
}
