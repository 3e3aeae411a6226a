//! What is printed of a world asks for that world, and names what it leaves out.

use std::{env, fs, process};

use serde_json::{Value, json};
use sluicegate_effects::{
    file::{self, Source, Start, World},
    yaml,
};

use super::topics;
use crate::{
    command::run,
    commands::wait::wait,
    failure::Failure,
    live::fake::FakeCluster,
    terminal::{Io, Terminal},
};

const CLUSTER: &str = "apiVersion: rivven.hupe1980.github.io/v1alpha1
kind: RivvenCluster
metadata: { name: prod, namespace: streaming, uid: u1 }
spec: { replicas: 1, topicNamespaces: [team] }
";

struct Printed {
    outcome: Result<(), Failure>,
    out: String,
    err: String,
}

/// What is printed where a file says what exists.
fn printed(text: &str) -> Printed {
    let source = Source { name: "a test".to_owned(), text: text.to_owned() };
    let state = file::parse_state(&source).expect("it is a file");
    let stand = FakeCluster(World::new("a test", &Start::State(state)).expect("it is a world"));
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let terminal = Terminal::plain(100);
    let mut io =
        Io { stdin: &mut &b""[..], stdout: &mut out, stderr: &mut err, terminal, failed: false };
    let outcome = wait(topics::print(&stand, ("streaming", "prod"), "from a test", &mut io));
    let text = |bytes| String::from_utf8(bytes).expect("it is text");
    Printed { outcome, out: text(out), err: text(err) }
}

/// A file in which the cluster's broker has these topics, with their settings.
fn world(topics: &[(&str, u32, Value)]) -> String {
    let broker = json!({ "namespace": "streaming", "cluster": "prod", "ordinal": 0, "port": 9292 });
    let held: serde_json::Map<String, Value> =
        topics.iter().map(|(name, ..)| ((*name).to_owned(), json!(1))).collect();
    let mut answers = vec![json!({
        "probe": { "holdings": broker }, "answer": { "holdings": held },
    })];
    answers.extend(topics.iter().map(|(name, partitions, configs)| {
        json!({
            "probe": { "topic": { "broker": broker, "name": name } },
            "answer": { "topic": { "partitions": partitions, "configs": configs, "records": 1 } },
        })
    }));
    let answers: Vec<String> = answers.iter().map(yaml::to_string).collect();
    format!("{CLUSTER}---\n{}", answers.join("---\n"))
}

fn topic(namespace: &str, name: &str, spec: &str) -> String {
    format!(
        "---\napiVersion: rivven.hupe1980.github.io/v1alpha1\nkind: RivvenTopic\n\
         metadata: {{ name: {name}, namespace: {namespace}, uid: {namespace}-{name} }}\n\
         spec: {spec}\n"
    )
}

/// The program's own answer to a command about what was printed.
fn program(args: &[&str], stdin: &str) -> (u8, String) {
    let (code, out, err) = run(args, stdin.as_bytes());
    (code, out + &err)
}

#[test]
fn what_is_printed_is_valid_and_its_plan_calls_for_nothing() {
    let world = world(&[
        ("Customers_Latest", 1, json!({ "compression.type": "lz4" })),
        ("a.b-c", 50, json!({})),
        ("orders", 3, json!({ "retention.ms": "7200000", "segment.ms": "60000" })),
        ("or_ders", 3, json!({ "cleanup.policy": "compact,delete" })),
        ("or-ders", 3, json!({ "min.insync.replicas": "2", "retention.bytes": "1048576" })),
        ("on", 1, json!({})),
    ]);
    let Printed { outcome, out, err } = printed(&world);
    assert_eq!(outcome, Ok(()), "{err}");
    assert_eq!(err, "note: 6 of 6 topics of RivvenCluster streaming/prod can be taken over\n");
    assert!(out.starts_with("# Topics of RivvenCluster streaming/prod, as broker "), "{out}");
    assert!(out.contains("(from a test)"), "{out}");
    let (code, said) = program(&["validate", "-f", "-"], &out);
    assert_eq!((code, said.as_str()), (0, "6 resources in 1 file: nothing is wrong\n"));
    let place = env::temp_dir().join(format!("sluicegate-import-{}.yaml", process::id()));
    fs::write(&place, &world).expect("there is room");
    let args = ["plan", "-f", "-", "--state", &place.to_string_lossy(), "-o", "json"];
    let (code, plan) = program(&args, &out);
    fs::remove_file(&place).expect("it was written");
    assert_eq!(code, 0, "{plan}");
    let plan: Value = serde_json::from_str(&plan).expect("it is JSON");
    let resources = plan["resources"].as_array().expect("a list");
    assert_eq!(resources.len(), 6);
    for resource in resources {
        assert_eq!(resource["actions"], json!([]), "{resource}");
        assert_eq!(resource["blocked"], json!([]), "{resource}");
    }
}

#[test]
fn what_has_a_resource_is_left_out_wherever_that_is_and_its_name_is_not_given_away() {
    let world = [
        world(&[
            ("a", 1, json!({})),
            ("b", 1, json!({})),
            ("B", 1, json!({})),
            ("c", 1, json!({})),
        ]),
        topic("streaming", "a", "{ clusterRef: { name: prod } }"),
        topic("streaming", "b", "{ clusterRef: { name: other } }"),
        topic("team", "x", "{ clusterRef: { name: prod, namespace: streaming }, topicName: c }"),
        topic("team", "b", "{ clusterRef: { name: prod } }"),
    ]
    .concat();
    let Printed { outcome, out, err } = printed(&world);
    assert_eq!(outcome, Ok(()), "{err}");
    let note = "note: 2 topics have a RivvenTopic already: a, \"c\" (RivvenTopic team/x)\n";
    assert!(err.contains(note), "{err}");
    assert!(
        err.ends_with("note: 2 of 4 topics of RivvenCluster streaming/prod can be taken over\n")
    );
    assert_eq!(out.matches("\n  name: b-").count(), 2, "{out}");
    assert!(out.contains("topicName: B\n") && out.contains("topicName: b\n"), "{out}");
}

#[test]
fn what_no_resource_can_ask_for_is_left_out_and_told_on_one_line() {
    let world = world(&[
        ("fine", 1, json!({})),
        ("for-ever", 1, json!({ "retention.ms": "-1" })),
        ("none", 0, json!({})),
        ("odd", 1, json!({ "compression.type": "brot\nli: x" })),
        ("two\nlines: x", 1, json!({})),
    ]);
    let Printed { outcome, out, err } = printed(&world);
    assert_eq!(outcome, Ok(()), "{err}");
    for (topic, why) in [
        ("for-ever", "spec.config.retentionMs: Invalid value: -1"),
        ("none", "spec.partitions: Invalid value: 0"),
        ("odd", "spec.config.compressionType: Unsupported value: \"brot"),
        ("two\\nlines: x", "spec.topicName: Invalid value"),
    ] {
        assert!(err.contains(&format!("warning: topic \"{topic}\" is left out: {why}")), "{err}");
        assert!(out.contains(&format!("# Left out: topic \"{topic}\": {why}")), "{out}");
    }
    let (code, said) = program(&["validate", "-f", "-"], &out);
    assert_eq!((code, said.as_str()), (0, "1 resource in 1 file: nothing is wrong\n"));
}

#[test]
fn where_nothing_is_left_to_do_nothing_is_printed() {
    let world =
        [world(&[("a", 1, json!({}))]), topic("streaming", "a", "{ clusterRef: { name: prod } }")];
    let Printed { outcome, out, err } = printed(&world.concat());
    assert_eq!((outcome, out.as_str()), (Ok(()), ""));
    assert!(err.contains("0 of 1 topic of RivvenCluster streaming/prod"), "{err}");
}

#[test]
fn a_broker_that_does_not_answer_and_a_cluster_that_is_not_there_are_told_with_a_remedy() {
    let Failure(lines) = printed(CLUSTER).outcome.expect_err("nobody answers");
    let text = lines.join("\n");
    assert!(
        text.starts_with("error: broker streaming/rivven-prod-0 could not be asked: "),
        "{text}"
    );
    assert!(text.contains("kubectl -n streaming port-forward pod/rivven-prod-0 9292"), "{text}");
    let flag = "--resolve rivven-prod-0.rivven-prod-headless.streaming.svc.cluster.local:9292=";
    assert!(text.contains(flag), "{text}");
    let slip = CLUSTER.replace("name: prod", "name: prud");
    let Failure(lines) = printed(&slip).outcome.expect_err("it is not there");
    assert_eq!(lines, ["error: there is no RivvenCluster streaming/prod", "  did you mean prud?"]);
}
