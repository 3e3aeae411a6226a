//! Files as they are read, and the worlds they make.

use futures_executor::block_on;
use serde_json::json;
use sluicegate_core::{
    observed::{Api, Look, Ref},
    systems::rivven::{Answer, Broker, Probe, Rivven},
};

use super::*;
use crate::{Ask, Reader as _};

const TOPIC: &str = "apiVersion: rivven.hupe1980.github.io/v1alpha1
kind: RivvenTopic
metadata: { name: orders }
spec: { clusterRef: { name: prod }, partitions: 3 }
";

fn file(text: &str) -> Result<File, Vec<Problem>> {
    parse(&Source { name: "a.yaml".to_owned(), text: text.to_owned() })
}

fn world(text: &str) -> World {
    let file = file(text).expect("the file is good");
    let state = file.state.unwrap_or_default();
    let mut world = World::new("a.yaml", &Start::State(state)).expect("the state is good");
    file.desired.iter().for_each(|entry| world.ask_for(entry));
    world
}

fn topic() -> Ref {
    let group = "rivven.hupe1980.github.io";
    let api = Api::new(group, "v1alpha1", "RivvenTopic", "rivventopics");
    Ref { api, namespace: "default".to_owned(), name: "orders".to_owned() }
}

fn probe() -> Probe {
    let broker = Broker {
        namespace: "default".to_owned(),
        cluster: "prod".to_owned(),
        ordinal: 0,
        port: 9090,
    };
    Probe::Health(broker)
}

#[test]
fn documents_before_observed_are_asked_for_and_those_after_it_exist() {
    let text = format!(
        "# why\n{TOPIC}---\nobserved:\n---\nkind: Pod\napiVersion: v1\nmetadata: {{ name: a }}\n"
    );
    let file = file(&text).expect("the file is good");
    assert_eq!(file.comment.as_deref(), Some("why"));
    assert_eq!(file.desired.len(), 1);
    assert_eq!(file.desired[0].target.namespace, "default");
    let state = file.state.expect("it speaks of what exists");
    assert_eq!(state.objects.len(), 1);
    assert_eq!(state.objects[0]["metadata"]["namespace"], "default");
}

#[test]
fn a_file_without_observed_says_nothing_about_what_exists() {
    assert_eq!(file(TOPIC).expect("the file is good").state, None);
}

#[test]
fn every_mistake_has_its_line_and_a_remedy() {
    let text = "kind: A\nmetadata: { name: 3 }\n---\nobserved:\n  sevred: []\n  now: noon\n---\n\
                probe: {}\n";
    let problems = file(text).expect_err("there are mistakes");
    let lines: Vec<usize> = problems.iter().map(|problem| problem.line).collect();
    assert_eq!(lines, [1, 2, 6, 5, 8]);
    assert!(problems.iter().all(|problem| !problem.remedy.is_empty()), "{problems:?}");
    assert_eq!(
        problems[1].to_string(),
        "a.yaml:2: metadata.name: Invalid value: 3: must be a text (put it in quotes)"
    );
}

#[test]
fn what_is_asked_for_is_laid_over_what_exists() {
    let text = format!(
        "{TOPIC}---\nobserved: {{}}\n---\n{}status: {{ topicExists: true }}\n",
        TOPIC.replace("name: orders", "name: orders, uid: u1, generation: 4").replace("3 }", "2 }")
    );
    let world = world(&text);
    let now = world.asked(&topic()).expect("it is asked for");
    assert_eq!(now["metadata"]["uid"], "u1");
    assert_eq!(now["metadata"]["generation"], 5);
    assert_eq!(now["spec"]["partitions"], 3);
    assert_eq!(now["status"], json!({ "topicExists": true }));
    let before = world.before(&topic()).expect("it was there");
    assert_eq!(before["spec"]["partitions"], 2);
}

#[test]
fn what_a_file_does_not_say_is_not_made_up() {
    let world = world(&format!("{TOPIC}---\nobserved:\n"));
    let class = Ref {
        api: Api::new("storage.k8s.io", "v1", "StorageClass", "storageclasses"),
        namespace: String::new(),
        name: "standard".to_owned(),
    };
    let look = block_on(world.get(&class)).expect("reading works");
    assert_eq!(look, Look::Denied("the file does not say".to_owned()));
    let answer = block_on(Ask::<Rivven>::ask(&world, &probe())).expect("asking works");
    assert_eq!(answer, Answer::Unreachable("the file has no answer".to_owned()));
}

#[test]
fn a_fresh_cluster_is_known_to_the_last_object() {
    let world = World::new("empty", &Start::Empty).expect("nothing can be wrong with nothing");
    let look = block_on(world.get(&topic())).expect("reading works");
    assert_eq!(look, Look::Absent);
}

#[test]
fn an_answer_of_a_file_holds() {
    let world = world(&format!(
        "{TOPIC}---\nobserved:\n---\nprobe: {}\nanswer: {{ health: {{ healthy: false }} }}\n",
        json!(probe())
    ));
    let answer = block_on(Ask::<Rivven>::ask(&world, &probe())).expect("asking works");
    assert!(matches!(answer, Answer::Health(health) if !health.healthy));
}

#[test]
fn a_system_that_is_named_is_the_one_that_answers() {
    let text = |system: &str| {
        let probe = json!(probe());
        let answer = "{ health: { healthy: false } }";
        format!("{TOPIC}---\nobserved:\n---\nsystem: {system}\nprobe: {probe}\nanswer: {answer}\n")
    };
    let answer = block_on(Ask::<Rivven>::ask(&world(&text("rivven")), &probe()));
    assert!(matches!(answer, Ok(Answer::Health(health)) if !health.healthy));
    let state = file(&text("riven")).expect("it reads").state.expect("it has one");
    let problems = World::new("a.yaml", &Start::State(state)).expect_err("there is no such system");
    let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
    let wanted = "a.yaml:9: system: Unsupported value: \"riven\" (supported values: rivven";
    assert!(told.len() == 1 && told[0].starts_with(wanted), "{told:?}");
}

#[test]
fn what_stands_before_a_header_is_asked_for_in_a_state_too() {
    let object = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\n";
    let kinds = |text: String| -> Vec<String> {
        let source = Source { name: "a.yaml".to_owned(), text };
        let objects = parse_state(&source).expect("it reads").objects;
        objects.iter().map(|one| one["kind"].as_str().unwrap_or_default().to_owned()).collect()
    };
    assert_eq!(kinds(format!("{TOPIC}---\nobserved:\n---\n{object}")), ["ConfigMap"]);
    assert_eq!(kinds(format!("{TOPIC}---\n{object}")), ["RivvenTopic", "ConfigMap"]);
}

#[test]
fn an_answer_that_is_none_is_told() {
    let text = format!("{TOPIC}---\nobserved:\n---\nprobe: {{ helth: 1 }}\nanswer: 2\n");
    let state = file(&text).expect("the file is good").state.expect("it speaks of what exists");
    let problems = World::new("a.yaml", &Start::State(state)).expect_err("nobody asks that");
    assert_eq!(problems.len(), 1);
}

#[test]
fn what_settled_runs_and_a_patch_changes_it() {
    let world = world(
        "observed:\n  settled:\n  - apiVersion: rivven.hupe1980.github.io/v1alpha1\n    \
         kind: RivvenCluster\n    metadata: { name: prod }\n    spec: { replicas: 1 }\n---\n\
         patch: { kind: Pod, name: rivven-prod-0 }\nmerge: { status: { phase: Failed } }\n",
    );
    let pod = Ref {
        api: Api::new("", "v1", "Pod", "pods"),
        namespace: "default".to_owned(),
        name: "rivven-prod-0".to_owned(),
    };
    let pod = world.memory().object(&pod).expect("the StatefulSet made it");
    assert_eq!(pod["status"]["phase"], "Failed");
    let answer = block_on(Ask::<Rivven>::ask(&world, &probe())).expect("asking works");
    assert!(!matches!(answer, Answer::Unreachable(why) if why == "the file has no answer"));
}

#[test]
fn no_state_however_odd_is_a_panic() {
    for state in [
        "observed: 3",
        "observed: { settled: 3 }",
        "observed: { settled: [3] }",
        "observed: { denied: [3, {}], served: [1] }",
        "observed:\n---\npatch: 3\nmerge: 4",
        "observed:\n---\npatch: { kind: Pod, name: a }\nmerge: { spec: 1, metadata: 3 }",
        "observed:\n---\nprobe: 1\nanswer: 2",
        "observed:\n---\n[1, 2]",
        "observed:\n---\n3",
    ] {
        if let Ok(File { state: Some(state), .. }) = file(state) {
            drop(World::new("a.yaml", &Start::State(state)));
        }
    }
}
