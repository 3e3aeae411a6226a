//! Which resources are planned for, and where: by label, by namespace, and beside one that is bad.

use std::path::PathBuf;

use super::*;

const TOPIC: &str = "apiVersion: rivven.hupe1980.github.io/v1alpha1
kind: RivvenTopic
metadata: { name: orders }
spec: { clusterRef: { name: prod } }
";

/// A file with this text, which goes with the test.
struct Written(PathBuf);

impl Written {
    fn new(name: &str, text: &str) -> Self {
        let name = format!("sluicegate-{name}-{}.yaml", std::process::id());
        let file = std::env::temp_dir().join(name);
        std::fs::write(&file, text).expect("a file can be written");
        Self(file)
    }

    fn name(&self) -> String {
        self.0.display().to_string()
    }
}

impl Drop for Written {
    fn drop(&mut self) {
        drop(std::fs::remove_file(&self.0));
    }
}

#[test]
fn one_that_is_there_and_does_not_decode_keeps_no_other_from_being_planned() {
    let state = with_stdin(&["simulate", "-f", "-", "-o", "state"], CLUSTER).out;
    let (_, observed) = state.split_once("---\n").expect("there are several documents");
    let bad = TOPIC.replace("name: prod }", "name: prod }, partitions: many");
    let file = Written::new("odd", &format!("{observed}---\n{bad}"));
    let ran = run(&["plan", "--all", "--state", &file.name(), "--detailed-exitcode"]);
    assert_eq!(ran.code, 1, "{}{}", ran.out, ran.err);
    let told =
        "error: RivvenTopic default/orders: spec.partitions: Invalid type: string \"many\": ";
    assert!(ran.err.contains(told), "{}", ran.err);
    assert!(ran.err.contains("(write an integer)"), "{}", ran.err);
    assert!(ran.err.ends_with("Planning failed: 1 of 2 custom resources could not be planned.\n"));
    assert!(ran.out.contains("RivvenTopic default/orders"), "{}", ran.out);
    assert!(ran.out.contains("ERROR"), "{}", ran.out);
    let ran = run(&["plan", "--all", "--state", &file.name(), "-o", "json"]);
    assert_eq!(ran.code, 1);
    let json: serde_json::Value = serde_json::from_str(&ran.out).expect("it is JSON");
    let result = |at: usize| json["resources"][at]["result"].clone();
    assert_eq!((result(0), result(1)), ("unchanged".into(), "error".into()));
    assert_eq!(json["complete"], false);
    // Asked for in a file it is a mistake, and nothing is planned beside one.
    let ran = plan(&format!("{CLUSTER}---\n{bad}"), &["--state", "empty"]);
    assert_eq!((ran.code, ran.out.as_str()), (1, ""));
}

#[test]
fn what_a_file_puts_into_no_namespace_goes_where_n_says() {
    let ran = plan(CLUSTER, &["--state", "empty"]);
    assert!(ran.out.contains("RivvenCluster default/prod"), "{}", ran.out);
    let ran = plan(CLUSTER, &["--state", "empty", "-n", "team"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    assert!(ran.out.contains("RivvenCluster team/prod"), "{}", ran.out);
    let placed = CLUSTER.replace("name: prod", "name: prod, namespace: other");
    let ran = plan(&placed, &["--state", "empty", "-n", "team"]);
    assert_eq!((ran.code, ran.out.as_str()), (1, ""));
    let said = "<stdin>:3: metadata.namespace: RivvenCluster other/prod is in the namespace other, \
                and -n says team (give -n other, or leave -n out)";
    assert!(ran.err.contains(said), "{}", ran.err);
    let ran = run(&["plan", "-f", &fixture("cluster/steady"), "-n", "team"]);
    assert_eq!((ran.code, ran.out.as_str()), (1, ""));
    assert!(ran.err.contains("says itself what exists"), "{}", ran.err);
}

#[test]
fn labels_select_as_with_kubectl() {
    let labelled = CLUSTER.replace("name: prod", "name: prod, labels: { env: prod }");
    let state = with_stdin(&["simulate", "-f", "-", "-o", "state"], &labelled).out;
    let (_, observed) = state.split_once("---\n").expect("there are several documents");
    let file = Written::new("labels", observed);
    let count = |selector: &str| {
        let ran = run(&["plan", "-l", selector, "--state", &file.name(), "-o", "json"]);
        assert_eq!(ran.code, 0, "{selector}: {}", ran.err);
        let json: serde_json::Value = serde_json::from_str(&ran.out).expect("it is JSON");
        json["resources"].as_array().map(Vec::len)
    };
    for (selector, found) in
        [("env in (prod,test)", 1), ("env notin (prod)", 0), ("!team,env!=test", 1), ("!env", 0)]
    {
        assert_eq!(count(selector), Some(found), "{selector}");
    }
    let ran = run(&["plan", "-l", "env of (a)", "--state", &file.name()]);
    assert_eq!((ran.code, ran.out.as_str()), (1, ""));
    assert!(ran.err.contains("key notin (a,b)"), "{}", ran.err);
}

#[test]
fn addresses_are_of_the_domain_that_the_operator_is_told() {
    let state = with_stdin(&["simulate", "-f", "-", "-o", "state"], CLUSTER).out;
    let (_, observed) = state.split_once("---\n").expect("there are several documents");
    let file = Written::new("domain", observed);
    let told = |args: &[&str]| {
        let plan = ["plan", "--all", "--state", &file.name(), "-o", "json"];
        let ran = run(&[&plan[..], args].concat());
        assert_eq!(ran.code, 0, "{}", ran.err);
        ran.out
    };
    assert!(!told(&[]).contains("corp.internal"));
    // As a trailing dot is written: it is the same name.
    let told = told(&["--cluster-domain", "corp.internal."]);
    assert!(told.contains(".svc.corp.internal:9292"), "{told}");
}
