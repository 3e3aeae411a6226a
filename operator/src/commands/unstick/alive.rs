//! Whether an operator is at work. Where one is, it ends resources in the right order, and what it
//! is about to do must not be taken out of its hands.
//!
//! A lease is watched, by the same measure as those who compete for it: it is somebody's until it
//! has not changed for as long as it lasts. The times in it come from other clocks and prove
//! nothing.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use k8s_openapi::api::coordination::v1::Lease;
use serde_json::Value;
use sluicegate_effects::{
    Error,
    live::{DEADLINE, Request},
};
use tokio::time::sleep;

use crate::{
    failure::Failure,
    live::Cluster,
    run::lease::{self, holder, lasts},
    terminal::Io,
};

/// How often the leases are looked at. They are renewed every two seconds.
const LOOK: Duration = Duration::from_secs(1);

/// The leases there are, by namespace.
type Leases = BTreeMap<String, Lease>;

/// Refuses if an operator is at work: in this namespace, or in any.
pub(super) async fn refuse(
    cluster: &Cluster,
    namespace: Option<&str>,
    io: &mut Io<'_>,
) -> Result<(), Failure> {
    let first = look(cluster, namespace).await?;
    let Some(longest) = first.values().map(lasts).max() else {
        io.err(&format!(
            "note: nobody holds a lease {}. An operator that runs with --leader-election=false \
             holds none and is not seen here: make sure that there is none",
            lease::NAME
        ));
        return Ok(());
    };
    let since = Instant::now();
    for (place, held) in &first {
        let (holder, seconds) = (holder(held), longest.as_secs());
        io.err(&format!(
            "note: {holder} holds the lease {} in {place}: watching for {seconds} s whether it is \
             renewed",
            lease::NAME
        ));
    }
    while since.elapsed() < longest {
        sleep(LOOK).await;
        for (place, now) in look(cluster, namespace).await? {
            let before = first.get(&place).and_then(version);
            if before != version(&now) {
                return Err(at_work(&place, holder(&now)));
            }
        }
    }
    Ok(())
}

/// The leases that somebody holds.
async fn look(cluster: &Cluster, namespace: Option<&str>) -> Result<Leases, Failure> {
    let place = namespace.map(|name| format!("/namespaces/{name}")).unwrap_or_default();
    let path = format!(
        "/apis/coordination.k8s.io/v1{place}/leases?fieldSelector=metadata.name%3D{}",
        lease::NAME
    );
    let http = http::Request::get(path).body(Vec::new());
    let Ok(http) = http else {
        let name = namespace.unwrap_or_default();
        let line = format!("error: --lease-namespace: {name:?} is no name of a namespace");
        return Err(Failure(vec![line]));
    };
    let doing = match namespace {
        Some(name) => format!("look for the lease {} in {name}", lease::NAME),
        None => format!("look for leases {} in every namespace", lease::NAME),
    };
    let request = Request { doing, verb: "list", deadline: DEADLINE, http };
    let list = cluster.server().read(request).await.map_err(|error| unknown(&error))?;
    let items = list["items"].as_array().cloned().unwrap_or_default();
    Ok(items.into_iter().filter_map(held).collect())
}

fn held(item: Value) -> Option<(String, Lease)> {
    let lease: Lease = serde_json::from_value(item).ok()?;
    let place = lease.metadata.namespace.clone()?;
    (!holder(&lease).is_empty()).then_some((place, lease))
}

fn version(lease: &Lease) -> Option<&str> {
    lease.metadata.resource_version.as_deref()
}

fn at_work(place: &str, holder: &str) -> Failure {
    Failure(vec![
        format!(
            "error: an operator is at work: {holder} renews the lease {} in {place}",
            lease::NAME
        ),
        "  it ends these resources itself; their status, and `sluicegate plan`, say what it waits \
         for"
        .to_owned(),
        "  to keep what it waits to delete, change the resource: deleteOnRemove: false, or \
         storage.deletionPolicy: Retain"
            .to_owned(),
        "  if it looks after other namespaces only, name the one of the operator that has gone: \
         --lease-namespace"
            .to_owned(),
    ])
}

fn unknown(error: &Error) -> Failure {
    Failure(vec![
        format!("error: whether an operator is at work cannot be told: {}", error.in_full()),
        "  name the namespace where it ran, with --lease-namespace".to_owned(),
    ])
}
