//! Disruption budgets: how many pods may be evicted now.

use std::sync::Arc;

use serde_json::{Map, Value, json};
use sluicegate_core::{
    observed::{at, text},
    owner::controller,
};

use super::is_healthy;
use crate::memory::{
    index::By,
    key::Key,
    object::{is_leaving, number},
    store::Store,
};

/// How long a pod that was to be evicted and is still there counts as evicted, in ticks.
const PROMISE: i64 = 120;

pub(super) fn round(store: &mut Store) {
    for key in store.every("policy", "PodDisruptionBudget") {
        let Some(budget) = store.hold(&key) else { continue };
        let pods = store.pods(key.namespace(), at(&budget, "/spec/selector"));
        let pods: Vec<Arc<Value>> = pods.into_iter().map(|(_, pod)| pod).collect();
        let disrupted = still_disrupted(store, &budget, &pods);
        let healthy = pods
            .iter()
            .filter(|pod| is_healthy(pod) && !disrupted.contains_key(text(pod, "/metadata/name")));
        let healthy = healthy.count() as u64;
        let (expected, desired) = wanted(store, &key, &budget, &pods);
        let mut status = json!({
            "observedGeneration": budget["metadata"]["generation"],
            "currentHealthy": healthy,
            "desiredHealthy": desired,
            "expectedPods": expected,
            "disruptionsAllowed": if expected == 0 { 0 } else { healthy.saturating_sub(desired) },
        });
        if !disrupted.is_empty() {
            status["disruptedPods"] = Value::Object(disrupted);
        }
        store.set_status(&key, status);
    }
}

/// The pods whose eviction was granted and that are neither gone nor on their way.
fn still_disrupted(store: &Store, budget: &Value, pods: &[Arc<Value>]) -> Map<String, Value> {
    let promised = budget.pointer("/status/disruptedPods").and_then(Value::as_object);
    let now = store.timestamp();
    let stands = |name: &str, since: &Value| {
        let since: Option<k8s_openapi::jiff::Timestamp> =
            since.as_str().and_then(|since| since.parse().ok());
        let fresh = since.is_some_and(|since| now.as_second() - since.as_second() < PROMISE);
        let there = |pod: &Arc<Value>| text(pod, "/metadata/name") == name && !is_leaving(pod);
        fresh && pods.iter().any(there)
    };
    let promised = promised.into_iter().flatten().filter(|(name, since)| stands(name, since));
    promised.map(|(name, since)| (name.clone(), since.clone())).collect()
}

/// How many pods there should be, and how many of them have to be healthy.
fn wanted(store: &Store, key: &Key, budget: &Value, pods: &[Arc<Value>]) -> (u64, u64) {
    let spec = &budget["spec"];
    if let Some(least) = spec["minAvailable"].as_u64() {
        return (pods.len() as u64, least);
    }
    let expected = expected(store, key, pods);
    if let Some(most) = spec.get("maxUnavailable").filter(|most| !most.is_null()) {
        return (expected, expected.saturating_sub(share(most, expected)));
    }
    (expected, share(&spec["minAvailable"], expected))
}

/// The replicas of all controllers of these pods, each counted once.
fn expected(store: &Store, key: &Key, pods: &[Arc<Value>]) -> u64 {
    let mut owners: Vec<&str> = pods.iter().filter_map(|pod| controller(pod)).collect();
    owners.sort_unstable();
    owners.dedup();
    let found = owners.into_iter().flat_map(|uid| store.finder.all(By::Uid, uid));
    let found = found.filter(|other| other.namespace() == key.namespace());
    found.filter_map(|other| store.find(other)).map(|it| number(it, "/spec/replicas", 1)).sum()
}

/// A number, or a percentage of a whole, rounded up.
fn share(value: &Value, whole: u64) -> u64 {
    let percent = value.as_str().and_then(|text| text.strip_suffix('%')?.parse::<u64>().ok());
    percent.map_or_else(|| value.as_u64().unwrap_or(0), |percent| (whole * percent).div_ceil(100))
}
