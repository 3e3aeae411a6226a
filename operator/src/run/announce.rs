//! What a start says: what is watched, as whom, and what may not be done. Three lines, once the API
//! server answers; until then, that it does not.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use sluicegate_effects::{Error, live::ApiServer};

use super::rights;
use crate::{live::no_way, review};

/// How long it waits before it asks again.
const AGAIN: Duration = Duration::from_secs(10);

/// What a start speaks of.
#[derive(Debug)]
pub(crate) struct Start {
    /// The way to the API server.
    pub server: ApiServer,
    /// Its address.
    pub address: String,
    /// The plurals of what is watched.
    pub kinds: Vec<String>,
    /// Where; nothing means everywhere.
    pub namespaces: Vec<String>,
    /// Where the lease is, and the name in it; nothing without one.
    pub lease: Option<(String, String)>,
    /// Whether anything is written.
    pub writes: bool,
    /// Whether the API server has answered.
    pub answered: AtomicBool,
}

impl Start {
    /// Tells all of it, as soon as the API server answers.
    pub(crate) async fn tell(&self) {
        tracing::info!("{}", self.watched());
        let mut told = None;
        let who = loop {
            match review::who(&self.server).await {
                Ok(who) => break who,
                Err(error) => {
                    let trouble = self.trouble(&error);
                    if told.as_ref() != Some(&trouble) {
                        tracing::warn!("{trouble}");
                        told = Some(trouble);
                    }
                    tokio::time::sleep(AGAIN).await;
                }
            }
        };
        self.answered.store(true, Ordering::Release);
        tracing::info!("acts as {who} at {}", self.address);
        let needed = rights::needed(self.writes, self.lease.is_some());
        let place = self.lease.as_ref().map_or("", |(namespace, _)| namespace);
        match rights::missing(&self.server, &needed, &self.namespaces, place).await {
            Ok(missing) if missing.is_empty() => {
                tracing::info!("may do everything that its plans need");
            }
            Ok(missing) => {
                let of = missing.iter().map(|one| one.resource.as_str()).collect::<Vec<_>>();
                tracing::info!("may not do all that its plans need, to {}", of.join(", "));
                missing.iter().for_each(|one| tracing::warn!("may not {one}"));
            }
            Err(error) => {
                tracing::info!("cannot tell what it may not do: {}", error.in_full());
            }
        }
    }

    fn watched(&self) -> String {
        let kinds = self.kinds.join(", ");
        let place = match self.namespaces.as_slice() {
            [] => "all namespaces".to_owned(),
            [one] => format!("namespace {one}"),
            many => format!("namespaces {}", many.join(", ")),
        };
        let part = match &self.lease {
            Some((namespace, name)) => {
                format!("by the lease {namespace}/{} as {name}", super::lease::NAME)
            }
            None if self.writes => "without leader election".to_owned(),
            None => "as a dry run: nothing is written but events".to_owned(),
        };
        format!("watches {kinds} in {place}, {part}")
    }

    fn trouble(&self, error: &Error) -> String {
        let (address, why) = (&self.address, error.in_full());
        let (what, remedy) = no_way(error);
        format!("the API server at {address} {what}; {remedy}; it is asked again every 10 s: {why}")
    }
}
