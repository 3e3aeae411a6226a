//! The shell around the core: it reads what the core asks to see and does what it plans.
//!
//! [`plan`] is the one path from a resource to a plan, and [`execute()`] the one path from a plan
//! to changes. Both are given their world: a cluster, files, or the [embedded Kubernetes](memory).
//! The core cannot tell which, so whatever is shown offline is what happens online.
//!
//! The rooms, and what holds in each:
//!
//! - [`execute()`]: a plan, carried out in order. No action after one that failed, none without
//!   its guards.
//! - [`live`]: the API server: reads, writes, events. Each request has a deadline and a place in
//!   the budget; none after the lease is lost.
//! - [`watch`]: stores that streams keep up to date. A read costs no request, and says so where
//!   it was never told.
//! - [`controller`]: one loop for a kind: what changed, for whom, when again. What is as it
//!   should be costs no write.
//! - [`backend`]: the way to products. What a product says is bounded, cleaned and never trusted.
//! - [`memory`]: the embedded Kubernetes, with stand-ins for products. Same calls, same world,
//!   byte for byte.
//! - [`file`](mod@file): worlds and resources as files. What a file does not say is not made up.
//! - [`yaml`]: YAML with lines, comments and traps. What is written reads back the same.
//! - [`metrics`]: numbers of all this. Labels are closed: no name of a user's thing is one.
//!
//! No room needs one that needs it; `snapshots/rooms.rs` holds that.

mod error;
mod execute;
mod fleet;
mod own;
mod sentence;

pub mod backend;
pub mod controller;
pub mod file;
pub mod live;
pub mod memory;
pub mod metrics;
pub mod watch;
pub mod yaml;

use std::{future::Future, sync::Arc};

use futures_util::future::join_all;
use serde_json::Value;
use sluicegate_core::{
    kind::{Ctx, Kind},
    observed::{Api, List, Look, Observed, Reads, Ref, Selector},
    plan::{Plan, Verb},
    step::{READ_ROUNDS_MAX, Step, step},
    system::{Kubernetes, System},
};

pub use crate::{
    error::{ApiError, Cause, Class, Error},
    execute::{Done, Refused, execute, execute_while},
};

/// How many questions to a product are under way for one plan. A broker that is silent is waited
/// for, and three of them one after the other would take half a minute.
const ASKED_AT_ONCE: usize = 4;

/// Looks at Kubernetes.
pub trait Reader: Sync {
    /// One object.
    fn get(&self, target: &Ref) -> impl Future<Output = Result<Look, Error>> + Send;

    /// Every object that a selector selects.
    fn list(&self, selector: &Selector) -> impl Future<Output = Result<List, Error>> + Send;

    /// The warnings about an object, as `Event`s of `events.k8s.io/v1`. Where they may not be
    /// looked at there are none: they only ever explain what is known without them.
    fn warnings(
        &self,
        _regarding: &Ref,
    ) -> impl Future<Output = Result<Vec<Arc<Value>>, Error>> + Send {
        async { Ok(Vec::new()) }
    }
}

/// Asks a product.
pub trait Ask<S: System>: Sync {
    /// The product's own answer. That it cannot be reached is an answer, not an error.
    fn ask(&self, probe: &S::Probe) -> impl Future<Output = Result<S::Answer, Error>> + Send;
}

/// Changes the world. What only plans is given none, so it cannot write by its type.
pub trait Writer<S: System>: Sync {
    /// Does what a verb says, once, to what it was decided on. A pod is evicted as a dry run first:
    /// an eviction that is refused for its precondition has spent the budget all the same.
    fn perform(&self, verb: &Verb<S>) -> impl Future<Output = Result<(), Error>> + Send;

    /// The object as the API server gave it back when it was last written here; nothing where that
    /// is not known. What an admission policy makes of a write is seen nowhere else.
    fn made(&self, _target: &Ref) -> Option<Value> {
        None
    }

    /// Asks the API server whether it would accept a change. Nothing is changed. What is not for
    /// the API server to judge is accepted.
    fn dry_run(&self, verb: &Verb<S>) -> impl Future<Output = Result<(), Error>> + Send;
}

/// Looks at what was asked for and adds it to what has been seen.
///
/// # Errors
///
/// If the world cannot be read.
pub async fn observe<S, R>(reader: &R, reads: Reads<S>, seen: &mut Observed<S>) -> Result<(), Error>
where
    S: System,
    R: Reader + Ask<S>,
{
    let (reads, probes) = reads.split();
    look(reader, reads, seen).await?;
    let probes: Vec<S::Probe> = probes.into_iter().collect();
    for probes in probes.chunks(ASKED_AT_ONCE) {
        let answers = join_all(probes.iter().map(|probe| reader.ask(probe))).await;
        for (probe, answer) in probes.iter().zip(answers) {
            seen.answered(probe.clone(), answer?);
        }
    }
    Ok(())
}

/// Looks at what was asked for of Kubernetes and adds it to what has been seen.
///
/// # Errors
///
/// If the world cannot be read.
pub async fn look<S: System>(
    reader: &impl Reader,
    reads: Reads<Kubernetes>,
    seen: &mut Observed<S>,
) -> Result<(), Error> {
    for target in reads.objects {
        let look = reader.get(&target).await?;
        let look = kept(&target, look);
        seen.saw(target, look);
    }
    for selector in reads.lists {
        let list = match reader.list(&selector).await {
            // Whoever needs it will say so.
            Err(Error::Api { source, .. }) if source.is_about_rights() => {
                List::Denied(source.message)
            }
            list => list?,
        };
        seen.listed(selector, list);
    }
    for regarding in reads.warnings {
        let events = reader.warnings(&regarding).await?;
        seen.warned(regarding, events);
    }
    Ok(())
}

/// What is kept of an object that was looked at by its name alone: of a ConfigMap no data. It may
/// be anybody's, and nobody plans by what is in it; our own are listed by their labels, and whole.
pub fn kept(target: &Ref, look: Look) -> Look {
    match look {
        Look::Found(object) if has_data(&target.api) => {
            let mut object = Arc::unwrap_or_clone(object);
            without_data(&target.api, &mut object);
            Look::Found(Arc::new(object))
        }
        Look::Found(_) | Look::Absent | Look::Denied(_) => look,
    }
}

fn has_data(api: &Api) -> bool {
    api.group.is_empty() && &*api.kind == "ConfigMap"
}

/// Drops the data of a ConfigMap. It may be large, somebody's secret, or change with every record
/// of a flow.
pub(crate) fn without_data(api: &Api, object: &mut Value) {
    if let Some(fields) = object.as_object_mut().filter(|_| has_data(api)) {
        fields.retain(|name, _| !matches!(&**name, "data" | "binaryData"));
    }
}

/// Plans for one resource: steps until the core has seen enough. Returns what it saw as well, for
/// those who show it, fold the plan into it or watch it.
///
/// # Errors
///
/// If the world cannot be read, or the kind never has enough.
pub async fn plan<K, R>(
    reader: &R,
    ctx: &Ctx<'_>,
    resource: &K::Resource,
) -> Result<(Plan<K::System>, Observed<K::System>), Error>
where
    K: Kind,
    R: Reader + Ask<K::System>,
{
    let mut seen = Observed::default();
    for _ in 0..=READ_ROUNDS_MAX {
        match step::<K>(ctx, resource, &seen) {
            Step::Act(plan) => return Ok((plan, seen)),
            Step::Denied(selector, why) => return Err(denied(&selector, why)),
            Step::Read(reads) => observe(reader, reads, &mut seen).await?,
        }
    }
    Err(Error::Unsettled)
}

/// That the right to a list is missing which a plan needs.
fn denied(selector: &Selector, why: String) -> Error {
    let place = match selector.namespace.as_str() {
        "" => String::new(),
        namespace => format!(" in {namespace}"),
    };
    let doing = format!("list {}{place}", selector.api.plural);
    Error::Api { doing, source: Box::new(ApiError::new(403, "Forbidden", why)) }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, time::Duration};

    use sluicegate_core::systems::rivven::{Answer, Broker, Probe, Rivven};
    use tokio::time::{Instant, sleep};

    use super::*;

    /// Brokers that let themselves be waited for.
    struct Slow;

    impl Reader for Slow {
        async fn get(&self, _: &Ref) -> Result<Look, Error> {
            Ok(Look::Absent)
        }

        async fn list(&self, _: &Selector) -> Result<List, Error> {
            Ok(List::NotServed)
        }
    }

    impl Ask<Rivven> for Slow {
        async fn ask(&self, probe: &Probe) -> Result<Answer, Error> {
            sleep(Duration::from_secs(10)).await;
            Ok(Answer::Unreachable(named(probe)))
        }
    }

    /// The broker that is asked.
    fn named(probe: &Probe) -> String {
        probe.broker().map(ToString::to_string).unwrap_or_default()
    }

    #[tokio::test(start_paused = true)]
    async fn silent_brokers_are_waited_for_together() {
        let health = |ordinal| {
            let (namespace, cluster) = ("a".to_owned(), "b".to_owned());
            Probe::Health(Broker { namespace, cluster, ordinal, port: 1 })
        };
        let probes: BTreeSet<Probe> = (0..6).map(health).collect();
        let reads = Reads { probes: probes.clone(), ..Reads::none() };
        let (began, mut seen) = (Instant::now(), Observed::default());
        observe(&Slow, reads, &mut seen).await.expect("it answers");
        assert_eq!(began.elapsed(), Duration::from_secs(20));
        for probe in probes {
            let own = Answer::Unreachable(named(&probe));
            assert_eq!(seen.answer(&probe), Some(&own), "each has its own answer");
        }
    }
}
