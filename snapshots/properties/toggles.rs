//! On and off again leaves what never-on leaves.

use proptest::{prelude::*, sample::subsequence};
use serde_json::{Value, json};

use crate::{
    cases, live, regressions,
    world::{Rig, plain, put, the_cluster},
};

/// Everything that can be turned on, or set and taken out again.
fn toggles() -> Vec<(&'static str, Value)> {
    vec![
        ("/podDisruptionBudget", json!({ "enabled": false })),
        ("/podDisruptionBudget", json!({ "minAvailable": 1 })),
        ("/metrics", json!({ "enabled": false })),
        ("/metrics", json!({ "port": 9191 })),
        ("/metrics", json!({ "serviceMonitor": { "enabled": true, "labels": { "a": "b" } } })),
        ("/readinessProbe", json!({ "enabled": false })),
        ("/livenessProbe", json!({ "enabled": false })),
        ("/livenessProbe", json!({ "periodSeconds": 20, "failureThreshold": 5 })),
        ("/service", json!({ "type": "NodePort" })),
        ("/service", json!({ "annotations": { "example.com/a": "1" }, "port": 9999 })),
        ("/podLabels", json!({ "example.com/tier": "data" })),
        ("/podAnnotations", json!({ "example.com/team": "streaming" })),
        ("/config", json!({ "defaultPartitions": 7, "raw": { "rate-limit-per-ip": "7" } })),
        ("/env", json!([{ "name": "TZ", "value": "UTC" }])),
        ("/tolerations", json!([{ "key": "dedicated", "operator": "Exists" }])),
        ("/topologySpreadConstraints", json!([])),
        ("/nodeSelector", json!({ "pool": "streaming" })),
        ("/resources", json!({ "requests": { "cpu": "500m" }, "limits": { "cpu": "2" } })),
        ("/serviceAccount", json!("brokers")),
        ("/imagePullSecrets", json!(["registry"])),
        ("/securityContext", json!({ "fsGroup": 2000 })),
        ("/containerSecurityContext", json!({ "runAsUser": 1000 })),
        ("/topicNamespaces", json!(["team-a"])),
        ("/replicas", json!(3)),
    ]
}

/// A cluster at rest, in a Kubernetes that knows ServiceMonitors.
fn settled() -> Rig {
    let rig = Rig::new();
    rig.memory.serve("monitoring.coreos.com/v1");
    rig.memory.load(vec![crate::world::cluster(&plain(2))]);
    assert!(rig.rest().is_some(), "it never comes to rest");
    rig
}

fn on_and_off(which: &[(&str, Value)]) -> Result<(), String> {
    let (never, rig) = (settled(), settled());
    let spec = rig.cluster().expect("it is there")["spec"].clone();
    let edit = |change: &dyn Fn(&mut Value)| {
        let done =
            rig.memory.edit_as("kubectl-edit", &the_cluster(), |one| change(&mut one["spec"]));
        done.expect("it can be edited");
        rig.rest().ok_or_else(|| format!("it never comes to rest\n{}", rig.story()))
    };
    let untouched = live::children(&rig);
    edit(&|spec| which.iter().for_each(|(pointer, value)| put(spec, pointer, value)))?;
    let reaches = which.iter().any(|(pointer, _)| *pointer != "/topicNamespaces");
    if reaches && live::difference(&live::children(&rig), &untouched).is_none() {
        return Err("turning it on changes nothing".to_owned());
    }
    edit(&|before| *before = spec.clone())?;
    if let Some(difference) = live::difference(&live::children(&rig), &live::children(&never)) {
        return Err(format!("{difference}\n{}", rig.story()));
    }
    let status = |rig: &Rig| live::timeless(&rig.cluster().expect("it is there")["status"]);
    if status(&rig) != status(&never) {
        return Err(format!("{} was {}", status(&rig), status(&never)));
    }
    rig.alarmed().map_or(Ok(()), Err)
}

#[test]
fn each_toggle_that_goes_on_and_off_leaves_what_never_on_leaves() {
    for toggle in toggles() {
        if let Err(why) = on_and_off(std::slice::from_ref(&toggle)) {
            panic!("{toggle:?}: {why}");
        }
    }
}

proptest! {
    #![proptest_config(cases(12, regressions!("toggles")))]

    #[test]
    fn several_toggles_at_once_leave_what_never_on_leaves(
        which in subsequence(toggles(), 2..8),
    ) {
        prop_assert_eq!(on_and_off(&which), Ok(()));
    }
}
