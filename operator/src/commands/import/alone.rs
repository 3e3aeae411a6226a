//! That nobody changes a registry meanwhile: the operator does not while its resource is paused,
//! and clients are led to it no more.

use std::time::Duration;

use k8s_openapi::api::apps::v1::Deployment;
use serde_json::Value;
use sluicegate_core::{
    annotations,
    label::PAUSED,
    observed::{Look, Ref, at, text},
    owner::own_ref,
    systems::rivven::{names, schema_registry::SchemaRegistry},
};
use sluicegate_effects::{backend::rivven::Unfit, live};
use tokio::time::{Instant, sleep};

use crate::{
    commands::registry::Found, failure::Failure, live::Cluster, reach::Reach, terminal::Io,
};

/// How often what is waited for is looked at.
const LOOK: Duration = Duration::from_secs(1);
/// How long the operator may take to say that a resource is paused.
const PAUSES: Duration = Duration::from_secs(60);
/// How long Kubernetes may take, beside what the probe needs, to lead no clients to a pod any more.
const LED_AWAY: Duration = Duration::from_secs(30);

/// Somebody who wants a registry alone.
pub(super) struct Alone<'a> {
    cluster: &'a Cluster,
    found: &'a Found,
    reach: &'a Reach,
    /// The resource.
    pub(super) own: Ref,
    /// Whether it was paused before: then it stays so.
    pub(super) was_paused: bool,
}

impl<'a> Alone<'a> {
    /// Of a registry that takes something.
    ///
    /// # Errors
    ///
    /// If it does not answer, or holds something already.
    pub(super) async fn with(
        cluster: &'a Cluster,
        found: &'a Found,
        reach: &'a Reach,
    ) -> Result<Self, Failure> {
        let own = own_ref::<SchemaRegistry>(&found.resource);
        let was_paused = annotations::paused(&found.resource.metadata);
        let alone = Self { cluster, found, reach, own, was_paused };
        let checked = found.brokers.check(&found.registry).await;
        checked.map_err(|unfit| alone.unfit(unfit))?;
        Ok(alone)
    }

    /// Keeps the operator away.
    ///
    /// # Errors
    ///
    /// If the resource may not be changed.
    pub(super) async fn pause(&self, io: &mut Io<'_>) -> Result<(), Failure> {
        if !self.was_paused {
            self.annotate(Some("true")).await?;
            io.err(&format!(
                "note: {} is paused. Should this be killed, take {PAUSED} off and see whether the \
                 registry is empty",
                self.own
            ));
        }
        Ok(())
    }

    /// Waits for the operator to have seen that, and keeps clients away.
    ///
    /// # Errors
    ///
    /// If no operator has, or clients may be led there still.
    pub(super) async fn close(&self, io: &mut Io<'_>) -> Result<(), Failure> {
        let own = &self.own;
        let paused = |resource: &Value| {
            let all = at(resource, "/status/conditions").and_then(Value::as_array);
            let is = |one: &Value| text(one, "/type") == "Paused" && text(one, "/status") == "True";
            all.into_iter().flatten().any(is)
        };
        if !self.until(own, PAUSES, paused).await? {
            let seconds = PAUSES.as_secs();
            return Err(Failure(vec![
                format!("error: {own} was paused, and no operator has said so within {seconds} s"),
                "  see that one runs: it lets clients in again".to_owned(),
            ]));
        }
        let closed = self.found.brokers.close(&self.found.registry).await;
        closed.map_err(|unfit| self.unfit(unfit))?;
        let deployment = Ref::to::<Deployment>(&own.namespace, &names::registry(&own.name));
        let Look::Found(seen) = self.cluster.get(&deployment).await? else {
            return Err(Failure::of(format!("error: there is no {deployment}")));
        };
        let patience = LED_AWAY + not_ready_after(&seen);
        io.err(&format!(
            "note: waiting until no client is led to it, {} s at most",
            patience.as_secs()
        ));
        let none_ready = |deployment: &Value| {
            at(deployment, "/status/readyReplicas").and_then(Value::as_i64).unwrap_or(0) == 0
        };
        match self.until(&deployment, patience, none_ready).await? {
            true => Ok(()),
            false => Err(Failure(vec![
                format!(
                    "error: {deployment} has a pod that is ready still: clients may be led there"
                ),
                "  see its readinessProbe, and whether its node answers".to_owned(),
            ])),
        }
    }

    /// Lets the operator do what it does: it opens what was closed.
    ///
    /// # Errors
    ///
    /// If the resource may not be changed.
    pub(super) async fn end(&self) -> Result<(), Failure> {
        if self.was_paused { Ok(()) } else { self.annotate(None).await }
    }

    /// Looks at an object until it is so, for so long at most. Returns whether it is.
    async fn until(
        &self,
        target: &Ref,
        patience: Duration,
        is_so: impl Fn(&Value) -> bool,
    ) -> Result<bool, Failure> {
        let since = Instant::now();
        loop {
            match self.cluster.get(target).await? {
                Look::Found(seen) if is_so(&seen) => return Ok(true),
                Look::Found(_) | Look::Absent => {}
                Look::Denied(why) => {
                    return Err(Failure::of(format!("error: {target} cannot be looked at: {why}")));
                }
            }
            if since.elapsed() > patience {
                return Ok(false);
            }
            sleep(LOOK).await;
        }
    }

    async fn annotate(&self, value: Option<&str>) -> Result<(), Failure> {
        let done = live::annotate(self.cluster.server(), &self.own, PAUSED, value).await;
        done.map_err(|error| Failure::of(format!("error: {}", error.in_full())))
    }

    /// Why a registry takes nothing, and what to do about that.
    fn unfit(&self, unfit: Unfit) -> Failure {
        let why = match unfit {
            Unfit::Silent(why) => return self.found.unanswered(&why, self.reach),
            Unfit::Refuses(why) => why,
        };
        let Ref { namespace, name, .. } = &self.own;
        Failure(vec![
            format!("error: {}: {why}", self.found.registry),
            "  where what it holds may go, start it anew and kept from clients, which register \
             otherwise:"
                .to_owned(),
            format!(
                "    kubectl -n {namespace} annotate rivvenschemaregistry {name} \
                 sluicegate/skip-gate=schemas-kept sluicegate/keep-closed=true \
                 sluicegate/restart=$(date +%s) --overwrite"
            ),
        ])
    }
}

/// How long a pod that fails its probe stays ready.
fn not_ready_after(deployment: &Value) -> Duration {
    let probe = "/spec/template/spec/containers/0/readinessProbe";
    let number = |field: &str, default| {
        at(deployment, &format!("{probe}/{field}")).and_then(Value::as_u64).unwrap_or(default)
    };
    Duration::from_secs(number("periodSeconds", 10) * (number("failureThreshold", 3) + 1))
}
