//! A plan is an answer whatever is asked: what it cannot do it names, and hides nothing else.

use super::{CLUSTER, fixture, plan, run, with_stdin};

#[test]
fn an_empty_file_is_no_state() {
    let place = std::env::temp_dir().join(format!("sluicegate-empty-{}.yaml", std::process::id()));
    std::fs::write(&place, "").expect("there is room");
    let path = place.to_string_lossy();
    let ran = run(&["plan", "--all", "--state", &path, "--detailed-exitcode"]);
    std::fs::remove_file(&place).expect("it was written");
    assert_eq!((ran.code, ran.out.as_str()), (1, ""), "{}", ran.err);
    assert!(ran.err.contains("it is empty: it does not say what exists"), "{}", ran.err);
    assert!(ran.err.contains("sluicegate snapshot"), "{}", ran.err);
}

#[test]
fn a_state_comes_from_standard_input_and_one_that_was_cut_off_is_told() {
    let whole = format!("observed: {{ ends: true }}\n---\n{CLUSTER}---\nend: observed\n");
    let all = ["plan", "--all", "--state", "-"];
    let ran = with_stdin(&all, &whole);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.contains("RivvenCluster default/prod"), "{}", ran.out);
    let cut = whole.replace("---\nend: observed\n", "");
    let ran = with_stdin(&all, &cut);
    assert_eq!(ran.code, 1, "{}", ran.out);
    assert!(ran.err.contains("<stdin>:6: it is cut off"), "{}", ran.err);
    let ran = with_stdin(&["plan", "-f", "-", "--state", "-"], CLUSTER);
    assert!(ran.err.contains("standard input is either"), "{}", ran.err);
}

#[test]
fn a_simulation_changes_what_exists_as_apply_does() {
    let ran = run(&["simulate", "-f", &fixture("cluster/storage-grow")]);
    assert!(ran.out.contains("apply RivvenCluster streaming/prod"), "{}", ran.out);
    for not in ["create RivvenCluster", "is deleted", "of an earlier", "stopped"] {
        assert!(!ran.out.contains(not), "{not}: {}", ran.out);
    }
    assert_eq!(ran.code, 0, "{}", ran.out);
}

#[test]
fn the_next_step_tells_the_status_that_it_would_write() {
    let down = fixture("cluster/broker-killed-just-now");
    let then = |more: &[&str]| {
        let ran = run(&[&["plan", "-f", &down, "-o", "json"], more].concat());
        let json: serde_json::Value = serde_json::from_str(&ran.out).expect("it is JSON");
        let conditions = json["resources"][0]["statusAfter"]["conditions"].clone();
        let ready = conditions.as_array().expect("it has some").iter();
        let ready = ready.clone().find(|one| one["type"] == "Ready").expect("it says so");
        (ready["status"].clone(), ready["reason"].clone())
    };
    assert_eq!(then(&["--steps", "next"]), ("False".into(), "BrokerFailed".into()));
    let ran = run(&["plan", "-f", &down, "--steps", "next"]);
    assert!(ran.out.contains("Ready=False BrokerFailed"), "{}", ran.out);
    assert!(!ran.out.contains("matches what is there"), "{}", ran.out);
}

#[test]
fn a_warning_is_told_beside_a_change_and_nothing_is_said_to_be_gone_that_is_kept() {
    let ran = run(&["plan", "-f", &fixture("topic/deleted-shared")]);
    assert!(ran.out.contains("TopicKept: topic orders is kept"), "{}", ran.out);
    assert!(!ran.out.contains("nothing is left"), "{}", ran.out);
}

#[test]
fn what_is_not_planned_to_its_end_says_where_it_stopped_and_hides_nothing() {
    let topic = "apiVersion: rivven.hupe1980.github.io/v1alpha1
kind: RivvenTopic
metadata: { name: orders }
spec: { clusterRef: { name: nowhere } }
";
    let text = format!("{CLUSTER}---\n{topic}");
    let ran = plan(&text, &["--state", "empty", "--max-steps", "0"]);
    assert_eq!(ran.code, 1);
    assert!(ran.out.contains("RivvenTopic default/orders"), "{}", ran.out);
    assert!(ran.err.contains("--max-steps allows no more; the next is create"), "{}", ran.err);
    assert!(ran.err.contains("1 of 2 custom resources could not be planned"), "{}", ran.err);
}

/// What the brokers of a file answer nobody knows but the file: a gate that it leaves open is not
/// taken to be passed once something else was done.
#[test]
fn what_a_state_does_not_answer_stays_unknown_to_the_end() {
    let three = CLUSTER.replace("replicas: 1", "replicas: 3");
    let state = with_stdin(&["simulate", "-f", "-", "-o", "state"], &three).out;
    let state = &state[state.find("observed:").expect("it says what exists")..];
    let asked = format!("{CLUSTER}---\n{state}");
    let ran = with_stdin(&["plan", "-f", "-"], &asked);
    assert!(ran.out.contains("the file has no answer"), "{}", ran.out);
    assert!(!ran.out.contains("no topics"), "{}", ran.out);
}

#[test]
fn what_is_misspelt_under_settled_is_named_with_its_line() {
    let text = format!(
        "{CLUSTER}---\nobserved:\n  settled:\n    - apiVersion: rivven.hupe1980.github.io/v1alpha1\n      \
         kind: RivvenCluster\n      metadata: {{ name: prod, namespace: default }}\n      spec: {{ \
         replcas: 1 }}\n"
    );
    for args in [&["validate", "-f", "-"][..], &["plan", "-f", "-"]] {
        let ran = with_stdin(args, &text);
        assert_eq!(ran.code, 1, "{}", ran.out);
        assert!(ran.err.contains("under settled: spec.replcas: Unknown field"), "{}", ran.err);
    }
}

#[test]
fn what_is_right_and_would_be_refused_all_the_same_is_a_warning() {
    let never = CLUSTER.replace("replicas: 1", "podDisruptionBudget: { minAvailable: 3 }");
    let ran = with_stdin(&["validate", "-f", "-"], &never);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.err.contains("warning: ") && ran.err.contains("BUD-01"), "{}", ran.err);
}

#[test]
fn nothing_in_is_an_error_and_no_value_of_a_variable_is_told() {
    let ran = with_stdin(&["validate", "-f", "-"], "");
    assert_eq!(ran.code, 1, "{}", ran.out);
    let pin = CLUSTER.replace("replicas: 1", "env: [{ name: PIN, value: 48151623 }]");
    let ran = with_stdin(&["validate", "-f", "-"], &pin);
    assert!(ran.err.contains("put it in quotes") && !ran.err.contains("48151623"), "{}", ran.err);
}
