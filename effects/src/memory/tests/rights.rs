//! A right that is missing holds up what needs it, and nothing else.

use sluicegate_core::{
    kind::Ctx,
    observed::{List, Look, Selector},
    plan::Plan,
    settings::Settings,
    systems::rivven::{
        Answer, Probe, Rivven,
        cluster::{Cluster, RivvenCluster},
    },
};

use super::*;
use crate::{
    memory::{Brokers, Simulated},
    plan,
};

/// A world in which the objects of one kind may not be listed.
struct Without<'a>(&'a Memory<Simulated<Brokers>>, &'static str);

impl Reader for Without<'_> {
    async fn get(&self, target: &Ref) -> Result<Look, Error> {
        self.0.get(target).await
    }

    async fn list(&self, selector: &Selector) -> Result<List, Error> {
        if selector.api.kind != self.1 {
            return self.0.list(selector).await;
        }
        let plural = &selector.api.plural;
        let why = format!("{plural} is forbidden: User \"a\" cannot list resource \"{plural}\"");
        let source = Box::new(ApiError::new(403, "Forbidden", why));
        Err(Error::Api { doing: format!("list {plural}"), source })
    }
}

impl Ask<Rivven> for Without<'_> {
    async fn ask(&self, probe: &Probe) -> Result<Answer, Error> {
        self.0.ask(probe).await
    }
}

fn planned(without: &'static str, spec: &Value, leaving: bool) -> Result<Plan<Rivven>, Error> {
    let world = Memory::new(Brokers::default());
    let mut object = json!({
        "apiVersion": "rivven.hupe1980.github.io/v1alpha1", "kind": "RivvenCluster",
        "metadata": { "name": "prod", "namespace": "default", "uid": "u" }, "spec": spec,
    });
    if leaving {
        object["metadata"]["deletionTimestamp"] = json!("2026-01-01T00:00:00Z");
        object["metadata"]["finalizers"] = json!(["rivven.hupe1980.github.io/cluster-finalizer"]);
    }
    let cluster: RivvenCluster = serde_json::from_value(object).expect("it decodes");
    let settings = Settings::default();
    let ctx = Ctx::new(world.now(), &settings);
    block_on(plan::<Cluster, _>(&Without(&world, without), &ctx, &cluster)).map(|(plan, _)| plan)
}

fn made(plan: &Plan<Rivven>) -> usize {
    plan.actions.iter().filter(|action| matches!(action.verb, Verb::Create(_))).count()
}

#[test]
fn who_asks_for_no_monitor_needs_no_right_to_them() {
    let plan = planned("ServiceMonitor", &json!({ "version": "0.0.22" }), false).unwrap();
    assert_eq!(made(&plan), 5, "all that it asks for is made");
}

#[test]
fn who_asks_for_a_monitor_gets_all_else_and_is_told() {
    let spec = json!({
        "version": "0.0.22", "metrics": { "serviceMonitor": { "enabled": true } },
    });
    let plan = planned("ServiceMonitor", &spec, false).unwrap();
    assert_eq!(made(&plan), 5);
    let told = plan.status().expect("it is told")["conditions"].to_string();
    assert!(told.contains("servicemonitors is forbidden"), "{told}");
}

#[test]
fn what_is_needed_and_may_not_be_looked_at_stops_it() {
    for kind in ["StatefulSet", "Service", "Pod", "PersistentVolumeClaim", "PodDisruptionBudget"] {
        let error = planned(kind, &json!({ "version": "0.0.22" }), false).unwrap_err();
        assert_eq!(error.class(), crate::Class::Retry, "{kind}");
        assert!(error.in_full().contains("Give the account this right"), "{}", error.in_full());
    }
    let alone = json!({ "version": "0.0.22", "replicas": 1 });
    assert!(planned("PodDisruptionBudget", &alone, false).is_ok(), "one broker has no budget");
}

#[test]
fn the_end_of_a_resource_needs_what_it_stops_and_no_more() {
    let spec = json!({ "version": "0.0.22", "storage": { "deletionPolicy": "Delete" } });
    for kind in ["StatefulSet", "Pod", "PersistentVolumeClaim"] {
        assert!(planned(kind, &spec, true).is_err(), "{kind}");
    }
    for kind in ["ServiceMonitor", "Service", "ConfigMap"] {
        assert!(planned(kind, &spec, true).is_ok(), "{kind}");
    }
}
