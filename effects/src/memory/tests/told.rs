//! What is told of a cluster while it changes: how often its status is written, and that what was
//! planned is never called a fault.

use sluicegate_core::{
    condition::EventKind,
    plan::{Plan, Verb},
    settings::Settings,
    systems::rivven::{Rivven, cluster::Cluster},
};

use super::*;
use crate::memory::Brokers;

fn told(before: &Value, change: fn(&mut Value)) -> (Vec<Value>, Vec<String>) {
    let world = Memory::new(Brokers::default());
    let cluster = json!({
        "apiVersion": "rivven.hupe1980.github.io/v1alpha1",
        "kind": "RivvenCluster",
        "metadata": { "name": "prod", "namespace": "default" },
        "spec": before,
    });
    let target = reference(&cluster);
    world.load(vec![cluster]);
    let drive = || block_on(world.drive::<Cluster>(&Settings::default(), &target, 300));
    drive().expect("it comes up");
    world.edit_as("kubectl", &target, |it| change(&mut it["spec"])).unwrap();
    let plans: Vec<Plan<Rivven>> =
        drive().expect("it gets there").into_iter().map(|turn| turn.plan).collect();
    let verbs = plans.iter().flat_map(|plan| &plan.actions).map(|action| &action.verb);
    let (mut statuses, mut warnings) = (Vec::new(), Vec::new());
    for verb in verbs {
        if let Verb::SetStatus(.., status) = verb {
            statuses.push(status.clone());
        } else if let Verb::EmitEvent(event) = verb
            && event.kind == EventKind::Warning
        {
            warnings.push(event.note.clone());
        }
    }
    (statuses, warnings)
}

/// A condition of a status, as `STATUS REASON`.
fn condition(status: &Value, name: &str) -> String {
    let conditions = status["conditions"].as_array().expect("it has conditions");
    let one = conditions.iter().find(|one| one["type"] == name).expect(name);
    format!("{} {}", text(one, "/status"), text(one, "/reason"))
}

#[test]
fn a_roll_is_told_once_a_step_and_is_no_fault() {
    for brokers in 1..=3 {
        let spec = json!({ "replicas": brokers, "version": "0.0.22" });
        let (statuses, warnings) =
            told(&spec, |spec| spec["config"] = json!({ "defaultPartitions": 6 }));
        assert_eq!(warnings, Vec::<String>::new());
        let phases: Vec<&str> = statuses.iter().map(|one| text(one, "/phase")).collect();
        assert!(!phases.contains(&"Degraded"), "{phases:?}");
        // The start, each broker that stops, and the end. One that is alone is announced first.
        assert_eq!(statuses.len(), 2 + brokers.max(2), "{statuses:#?}");
        let [.., last, end] = &statuses[..] else { panic!("{statuses:?}") };
        assert_eq!(condition(last, "Available"), "False Restarting");
        assert_eq!(condition(last, "Ready"), "False RollingOut");
        assert_eq!(condition(last, "RolledOut"), "False OutOfDate");
        assert_eq!(condition(end, "Ready"), "True Serving");
        for status in &statuses {
            assert_eq!(status["replicas"], brokers, "one that is away is counted: {status}");
            assert_eq!(status["version"], "0.0.22", "{status}");
        }
        let stopped = &statuses[statuses.len() - 1 - brokers..statuses.len() - 1];
        for (nth, status) in stopped.iter().enumerate() {
            let up = [&status["readyReplicas"], &status["updatedReplicas"]];
            assert_eq!(up, [brokers - 1, nth], "{status}");
        }
    }
}

#[test]
fn more_brokers_are_told_as_they_become_ready() {
    let spec = json!({ "replicas": 1, "version": "0.0.22" });
    let (statuses, warnings) = told(&spec, |spec| spec["replicas"] = json!(3));
    assert!(warnings.iter().all(|one| one.contains("run alone")), "{warnings:?}");
    let phases: Vec<&str> = statuses.iter().map(|one| text(one, "/phase")).collect();
    assert!(statuses.len() <= 4, "{statuses:#?}");
    assert_eq!(phases.last(), Some(&"Running"), "{phases:?}");
}
