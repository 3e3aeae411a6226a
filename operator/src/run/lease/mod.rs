//! Leading by a lease: one process acts, others stand by.
//!
//! [`election`] decides, [`compete`] carries out: it sends what is decided and moves the
//! [`Fence`] that every write has to pass. The fence is only ever moved by a renewal that was
//! answered, to ten seconds after that renewal was *sent*; whatever holds this process up, it is
//! shut before another may lead.

mod election;
#[cfg(test)]
mod model;

use std::{
    hash::{BuildHasher as _, RandomState},
    time::Duration,
};

use k8s_openapi::{
    api::coordination::v1::Lease,
    apimachinery::pkg::apis::meta::v1::MicroTime,
    jiff::{SignedDuration, Timestamp},
};
use serde_json::Value;
use sluicegate_effects::{
    Error,
    live::{ApiServer, Fence, Request},
};
use tokio::{sync::watch, time::Instant};

use self::election::{Do, Election, Heard, Moment};
use super::heartbeat::Heartbeat;

pub(crate) use self::election::{End, holder, lasts};

/// The name of the lease, as deployments of Rivven's operator know it.
pub(crate) const NAME: &str = "rivven-operator-leader";

/// What this process is to the others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// It acts.
    Leader,
    /// It waits; for whom, if that is known.
    Standby(Option<String>),
}

/// Where and as whom a process competes.
#[derive(Clone, Debug)]
pub(crate) struct Candidate {
    /// The way to the record.
    pub server: ApiServer,
    /// The namespace of the record.
    pub namespace: String,
    /// The name of this process in it.
    pub identity: String,
}

/// The name of the pod, else of the machine.
pub(crate) fn place() -> String {
    let set = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let host = || std::fs::read_to_string("/proc/sys/kernel/hostname").ok();
    let place = set("POD_NAME").or_else(|| set("HOSTNAME")).or_else(host);
    place.map_or_else(|| "sluicegate".to_owned(), |place| place.trim().to_owned())
}

/// A name that no other process has: its place, and something random. In a pod that says its uid
/// it is the same for every start of its container, of which one ends before the next begins: so
/// that one need not wait until its own lease has run out.
pub(crate) fn identity() -> String {
    let pod = std::env::var("POD_UID").ok();
    let pod = pod.filter(|uid| !uid.is_empty() && std::env::var_os("POD_NAME").is_some());
    pod.map_or_else(
        || format!("{}_{:016x}{:016x}", place(), random(), random()),
        |uid| format!("{}_{uid}", place()),
    )
}

/// A random number: the standard library seeds every hasher state anew.
fn random() -> u64 {
    RandomState::new().hash_one(std::process::id())
}

/// Competes until it is asked to leave or has lost. Returns why it stopped; the fence is shut then.
pub(crate) async fn compete(
    candidate: &Candidate,
    fence: &Fence,
    role: &watch::Sender<Role>,
    heartbeat: &Heartbeat,
    mut leave: watch::Receiver<bool>,
) -> End {
    let origin = Instant::now();
    let mut election = Election::new(&candidate.identity, random(), Moment::ZERO);
    let mut told = None;
    loop {
        heartbeat.mark();
        if *leave.borrow_and_update() || leave.has_changed().is_err() {
            fence.close();
            election.leave();
        }
        let now = origin.elapsed();
        let step = election.next(now);
        match &step {
            Do::Wait(until) => {
                tokio::select! {
                    () = tokio::time::sleep_until(origin + *until) => {}
                    _ = leave.changed() => {}
                }
                continue;
            }
            Do::End(end) => {
                fence.close();
                return end.clone();
            }
            Do::Look | Do::Write(_) => {}
        }
        let heard = candidate.ask(&step, election.patience(now)).await;
        election.heard(now, origin.elapsed(), &step, heard);
        if let Some(until) = election.until() {
            fence.extend(origin + until);
        }
        report(&election, role, &mut told);
    }
}

/// Tells of what has changed: a role, or a trouble that was not there before.
fn report(election: &Election, role: &watch::Sender<Role>, told: &mut Option<String>) {
    let now = match election.until() {
        Some(_) => Role::Leader,
        None => Role::Standby(election.holder().map(str::to_owned)),
    };
    role.send_if_modified(|role| {
        let changed = *role != now;
        if changed {
            match &now {
                Role::Leader => tracing::info!("leads from now on"),
                Role::Standby(Some(holder)) => tracing::info!(%holder, "stands by"),
                Role::Standby(None) => {}
            }
            role.clone_from(&now);
        }
        changed
    });
    let trouble = election.trouble().map(str::to_owned);
    if let Some(trouble) = trouble.as_ref().filter(|_| trouble != *told) {
        tracing::warn!("the lease: {trouble}");
    }
    *told = trouble;
}

impl Candidate {
    async fn ask(&self, step: &Do, deadline: Duration) -> Heard {
        let (verb, doing, body) = match step {
            Do::Write(lease) => {
                let new = lease.metadata.resource_version.is_none();
                let (verb, word) = if new { ("create", "create") } else { ("update", "renew") };
                (verb, word, Some(self.dated(lease.clone())))
            }
            Do::Look | Do::Wait(_) | Do::End(_) => ("get", "read", None),
        };
        let doing = format!("{doing} Lease {}/{NAME}", self.namespace);
        let sent = Request { doing, verb, deadline, http: self.http(verb, body.as_ref()) };
        heard(verb, self.server.send(sent).await)
    }

    fn http(&self, verb: &str, body: Option<&Lease>) -> http::Request<Vec<u8>> {
        let all = format!("/apis/coordination.k8s.io/v1/namespaces/{}/leases", self.namespace);
        let (method, path) = match verb {
            "create" => (http::Method::POST, all),
            "update" => (http::Method::PUT, format!("{all}/{NAME}")),
            _ => (http::Method::GET, format!("{all}/{NAME}")),
        };
        let body = body.map(|lease| serde_json::to_vec(lease).expect("a lease is JSON"));
        http::Request::builder()
            .method(method)
            .uri(path)
            .header(http::header::CONTENT_TYPE, "application/json")
            .body(body.unwrap_or_default())
            .expect("the namespace was checked to be a name")
    }

    /// The record with its times, which only people read. They never stand still: a renewal that
    /// changes nothing would get no new version, and would be no renewal to those who watch.
    fn dated(&self, mut lease: Lease) -> Lease {
        lease.metadata.name = Some(NAME.to_owned());
        lease.metadata.namespace = Some(self.namespace.clone());
        let spec = lease.spec.get_or_insert_default();
        let tick = SignedDuration::from_micros(1);
        let last = spec.renew_time.as_ref().and_then(|time| time.0.checked_add(tick).ok());
        let now = last.map_or(Timestamp::now(), |last| last.max(Timestamp::now()));
        spec.renew_time = Some(MicroTime(now));
        spec.acquire_time.get_or_insert(MicroTime(now));
        lease
    }
}

/// What an answer means to the election.
fn heard(verb: &str, outcome: Result<Value, Error>) -> Heard {
    match outcome {
        Ok(object) => match serde_json::from_value(object) {
            Ok(lease) => Heard::Record(lease),
            Err(error) => Heard::Failed(format!("the answer is no lease: {error}")),
        },
        Err(Error::Api { source, .. }) if source.code == 409 => Heard::Conflict,
        // Where a record is to be created, it is the namespace that is not there.
        Err(Error::Api { source, .. }) if source.code == 404 && verb != "create" => Heard::Absent,
        Err(error) => Heard::Failed(error.in_full()),
    }
}
