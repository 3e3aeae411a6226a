//! What another default image comes to, as a plan shows it before anybody installs it.

use serde_json::Value;

use super::{run, with_stdin};

const NEXT: &str = "--processor-image=registry.example/next:1";

/// A state in which so many flows run.
fn running(flows: usize) -> String {
    let flow = |nth: usize| {
        format!(
            "apiVersion: dataflow.dataflow.io/v1
kind: DataFlow
metadata: {{ name: flow-{nth:02}, namespace: team }}
spec:
  source: {{ type: kafka, config: {{ brokers: [\"a:9092\"], topic: in-{nth} }} }}
  sink: {{ type: kafka, config: {{ brokers: [\"b:9092\"], topic: out-{nth} }} }}
"
        )
    };
    let flows: Vec<String> = (0..flows).map(flow).collect();
    let state = with_stdin(&["simulate", "-f", "-", "-o", "state"], &flows.join("---\n")).out;
    let (_, observed) = state.split_once("observed:").expect("it says what exists");
    format!("observed:{observed}")
}

fn plan(state: &str, args: &[&str]) -> Value {
    let all = [&["plan", "--all", "--state", "-", "-o", "json"], args].concat();
    let ran = with_stdin(&all, state);
    assert_eq!(ran.code, 0, "{}", ran.err);
    serde_json::from_str(&ran.out).expect("it is JSON")
}

/// How many resources of a plan have something in a list.
fn with(plan: &Value, list: &str) -> usize {
    let resources = plan["resources"].as_array().expect("there are resources");
    let full = |one: &&Value| one[list].as_array().is_some_and(|list| !list.is_empty());
    resources.iter().filter(full).count()
}

#[test]
fn another_default_image_goes_through_flows_a_tenth_at_a_time() {
    let state = running(12);
    let next = plan(&state, &[NEXT, "--steps=next"]);
    assert_eq!((with(&next, "actions"), with(&next, "waiting")), (2, 10), "{next}");
    let waits = &next["resources"][5]["waiting"][0];
    assert_eq!(waits["rule"], "OBJ-12", "{waits}");
    let gate = &waits["gates"][0];
    assert_eq!((&gate["id"], &gate["state"]), (&"fleet-paced".into(), &"closed".into()));
    assert_eq!(gate["observed"], "2 of 12 changing, at most 2 at once");
    let four = plan(&state, &[NEXT, "--steps=next", "--fleet-at-once=4"]);
    assert_eq!((with(&four, "actions"), with(&four, "waiting")), (4, 8), "{four}");
    // In the end all of them have it.
    let all = plan(&state, &[NEXT]);
    assert_eq!((with(&all, "actions"), with(&all, "waiting")), (12, 0), "{all}");
    let none = plan(&state, &[]);
    assert_eq!((with(&none, "actions"), with(&none, "waiting")), (0, 0), "{none}");
}

#[test]
fn what_somebody_asks_for_waits_for_nobody() {
    let state = running(12);
    let own = "kind: DataFlow\nmetadata:\n  name: flow-07\n";
    assert!(state.contains(own), "it is in there");
    let annotated = |text: &str| state.replace(own, &format!("{own}  annotations: {{ {text} }}\n"));
    let asked = [
        // Its turn has come by its annotation.
        ("sluicegate/skip-gate: fleet-paced", "skipped"),
        // It is restarted in any case.
        ("sluicegate/restart: again", ""),
    ];
    for (annotation, gate) in asked {
        let plan = plan(&annotated(annotation), &[NEXT, "--steps=next"]);
        let own = &plan["resources"][7];
        assert_eq!(own["cr"]["name"], "flow-07", "{own}");
        assert_eq!((with(&plan, "actions"), with(&plan, "waiting")), (3, 9), "{plan}");
        let state = own["actions"][0]["gates"][0]["state"].as_str().unwrap_or_default();
        assert_eq!(state, gate, "{own}");
    }
}

#[test]
fn how_many_at_once_is_a_number_or_a_share() {
    for bad in ["0", "0%", "101%", "many", ""] {
        let ran = run(&["plan", "--all", &format!("--fleet-at-once={bad}")]);
        assert_eq!(ran.code, 1, "{bad}");
        assert!(ran.err.contains("give a number from 1 on, such as 5, or a share"), "{}", ran.err);
    }
}

#[test]
fn what_else_is_to_be_done_for_a_flow_lets_nobody_pass() {
    // As with a release that makes an object more for each flow: it is made at once.
    let state = running(12);
    let is_file = |document: &&str| !document.contains("-spec\n  namespace: team\n  annotations:");
    let without: Vec<&str> = state.split("---\n").filter(is_file).collect();
    assert_eq!(without.len() + 12, state.split("---\n").count());
    let all = plan(&without.join("---\n"), &[NEXT]);
    for one in all["resources"].as_array().expect("there are resources") {
        let actions = one["actions"].as_array().expect("there are actions");
        let of = |kind: &str| actions.iter().find(|action| action["target"]["kind"] == kind);
        assert!(of("ConfigMap").is_some(), "{one}");
        let gate = &of("Deployment").expect("it is changed")["gates"][0];
        assert_eq!((&gate["id"], &gate["state"]), (&"fleet-paced".into(), &"open".into()), "{one}");
    }
}
