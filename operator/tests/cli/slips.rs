//! What people get wrong before there is anything to plan: each is met with what to write instead.

use super::*;

#[test]
fn metadata_is_judged_before_the_api_server_does() {
    let odd = CLUSTER.replace("{ name: prod }", "{ name: Prod_1, namespce: x, labels: { a: 1 } }");
    let ran = with_stdin(&["validate", "-f", "-"], &odd);
    assert_eq!(ran.code, 1, "{}", ran.err);
    for line in [
        "error: <stdin>:3: metadata.namespce: Unknown field (did you mean `namespace`?)",
        "error: <stdin>:3: metadata.labels.a: Invalid type: number: must be a string (put it",
        "error: <stdin>:3: metadata.name: Invalid value: \"Prod_1\": must match",
        "3 errors found",
    ] {
        assert!(ran.err.contains(line), "{line:?} in {}", ran.err);
    }
}

#[test]
fn a_kind_of_another_group_is_judged_at_once_and_not_only_when_its_group_is_right() {
    let text = "apiVersion: rivven.io/v1alpha1\nkind: RivvenCluster\nmetadata: {name: prod}\n\
                spec: {replicas: three, tls: {enabled: true}}\n";
    let ran = with_stdin(&["validate", "-f", "-"], text);
    assert_eq!(ran.code, 1, "{}", ran.err);
    for one in ["write rivven.hupe1980.github.io/v1alpha1", "write an integer", "CLU-03"] {
        assert!(ran.err.contains(one), "{}", ran.err);
    }
}

#[test]
fn a_document_without_a_name_hides_no_error_of_another() {
    let nameless = CLUSTER.replace("name: prod", "labels: {}");
    let text = format!("{nameless}---\n{}", CLUSTER.replace("replicas", "replcas"));
    for args in [&["validate", "-f", "-"][..], &["plan", "-f", "-"], &["simulate", "-f", "-"]] {
        let ran = with_stdin(args, &text);
        assert_eq!((ran.code, ran.out.as_str()), (1, ""), "{args:?}");
        assert!(ran.err.contains("<stdin>:3: metadata.name: Required value"), "{}", ran.err);
        assert!(ran.err.contains("(did you mean `replicas`?)"), "{}", ran.err);
    }
}

#[test]
fn a_pattern_is_told_in_words() {
    let odd = CLUSTER.replace("replicas: 1", "storage: { size: 10GB }");
    let ran = with_stdin(&["validate", "-f", "-"], &odd);
    let ends = "(write an amount, such as 10Gi, 500M, 250m or 2)\n1 error found\n";
    assert!(ran.err.ends_with(ends), "{}", ran.err);
    let of_a_chart = "cluster: { replicas: 1 }\nstorage: { size: 10GB }\n";
    let ran = with_stdin(&["validate", "--values", "-"], of_a_chart);
    assert!(ran.err.ends_with(ends), "{}", ran.err);
}

#[test]
fn where_nothing_is_found_nothing_is_said_to_match() {
    let ran = plan("# no document\n", &["--state", "empty"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.contains("Nothing to plan: no custom resource of Sl"), "{}", ran.out);
    assert!(!ran.out.contains("No changes"), "{}", ran.out);
    let ran = with_stdin(&["simulate", "-f", "-"], "# no document\n");
    assert_eq!((ran.code, ran.err.as_str()), (0, "Nothing to simulate: no resource was found.\n"));
}

#[test]
fn a_usage_error_names_every_way_to_choose() {
    for (command, ways) in [
        ("plan", &["--filename <PATH>", "--all", "--namespace <NAM", "KIND/NAME"][..]),
        ("validate", &["--filename <PATH>", "--values <FILE>"]),
    ] {
        let ran = run(&[command]);
        assert_eq!((ran.code, ran.out.as_str()), (1, ""));
        for way in ways {
            assert!(ran.err.contains(way), "{way:?} in {}", ran.err);
        }
    }
}

/// A RivvenConnect with something wrong in three ways: for the schema, the catalogue, the operator.
const WRONG: &str = "\
apiVersion: rivven.hupe1980.github.io/v1alpha1
kind: RivvenConnect
metadata: { name: pipeline }
spec:
  clusterRef: { name: prod }
  sources:
    - { topic: a, name: first }
    - { topic: a, name: second, connector: datagen, enabled: maybe, config: { patern: events } }
    - { topic: a, name: third, connector: datagn }
    - { topic: a, name: fourth, connector: s3 }
    - { topic: a, name: fifth, connector: http, config: { url: 'https://a', headers: { X-A: b } } }
    - { topic: a, name: sixth, connector: ours }
    - { topic: a, name: B_x, connector: mysql-cdc, config: { usr: a, host: c }, configSecretRef: s }
    - { topic: a, name: idle, enabled: false, connector: mysql-cdc, configSecretRef: s,
        config: { host: '${DB_HOST}', password: hunter2 } }
  env: [{ name: DB_PASSWORD, value: hunter2 }, { name: A, value: b }]
";

#[test]
fn what_is_wrong_in_one_way_hides_nothing_that_is_wrong_in_another() {
    let ran = with_stdin(&["validate", "-f", "-"], WRONG);
    assert_eq!((ran.code, ran.out.as_str()), (1, ""), "{}", ran.err);
    for line in [
        "error: <stdin>:7: spec.sources[0].connector: Required value (",
        "error: <stdin>:8: spec.sources[1].enabled: Invalid type: string \"maybe\": must be a bool",
        "error: <stdin>:8: spec.sources[1].config.patern: Unknown field (CON-07: did you mean `pat",
        "warning: <stdin>:9: spec.sources[2].connector: the catalogue has no source datagn: it and",
        "(did you mean datagen?)",
        "warning: <stdin>:10: spec.sources[3].connector: the catalogue has no source s3: it and it",
        "(it has s3 as a sink: list it under spec.sinks)",
        "warning: <stdin>:11: spec.sources[4].config.headers.X-A: the secret is written down",
        "error: <stdin>:13: spec.sources[6].name: Invalid value: \"B_x\": must match",
        "error: <stdin>:13: spec.sources[6].config.usr: Unknown field (CON-07: did you mean `user`",
        "warning: <stdin>:15: spec.sources[7].config.password: the secret is written down (CON-54",
        "warning: <stdin>:15: spec.sources[7].config.host: nothing defines DB_HOST for the worker",
        "warning: <stdin>:16: spec.env[0].value: DB_PASSWORD is called like a secret and is wri",
        "note: <stdin>:12: spec.sources[5].connector: the catalogue has no source ours: it and its",
        "5 errors found",
    ] {
        assert!(ran.err.contains(line), "{line:?} in {}", ran.err);
    }
}

/// Three sinks of one group, of which two read the same topic.
const ONE_GROUP: &str = "\
apiVersion: rivven.hupe1980.github.io/v1alpha1
kind: RivvenConnect
metadata: { name: pipeline }
spec:
  clusterRef: { name: prod }
  sinks:
    - { name: first, connector: stdout, topics: [clicks], consumerGroup: g }
    - { name: second, connector: stdout, topics: ['cl*'], consumerGroup: g }
    - { name: third, connector: stdout, topics: [orders], consumerGroup: g }
";

#[test]
fn sinks_that_note_how_far_they_are_in_one_place_are_told() {
    let ran = with_stdin(&["validate", "-f", "-"], ONE_GROUP);
    let told =
        "warning: <stdin>:8: spec.sinks[1].consumerGroup: the sink first reads the same topic";
    assert!(ran.code == 0 && ran.err.contains(told), "{}", ran.err);
    assert_eq!(ran.err.matches("warning:").count(), 1, "{}", ran.err);
}

#[test]
fn warnings_are_counted_and_fail_where_they_are_to() {
    let wrong = ["first", "second", "B_x"];
    let lines = WRONG.lines().filter(|line| !wrong.iter().any(|word| line.contains(word)));
    let warned: String = lines.map(|line| format!("{line}\n")).collect();
    let ran = with_stdin(&["validate", "-f", "-"], &warned);
    let told = "1 resource in 1 file: no errors, 6 warnings\n";
    assert_eq!((ran.code, ran.out.as_str()), (0, told), "{}", ran.err);
    let ran = with_stdin(&["validate", "-f", "-", "--fail-on", "warning"], &warned);
    assert_eq!((ran.code, ran.out.as_str()), (1, told), "{}", ran.err);
}

#[test]
fn a_diff_says_what_it_leaves_out() {
    let file = fixture("connect/paused-move");
    let ran = run(&["plan", "-f", &file, "-o", "diff"]);
    let told =
        "# waits: start clicks in rivven-connect-pipeline-w1; not-paused: sluicegate/paused ";
    assert!(ran.out.contains(told) && !ran.out.contains("+++"), "{}", ran.out);
}

#[test]
fn values_that_could_be_of_either_chart_are_said_to_be() {
    let ran = with_stdin(&["validate", "--values", "-"], "tolerations: []\n");
    let told = "note: <stdin>:1: taken for values of sluicegate; rivven has such, too \
                (say --chart rivven if they are its)\n";
    assert_eq!((ran.code, ran.err.as_str()), (0, told));
    let ran = with_stdin(&["validate", "--values", "-", "--chart", "rivven"], "tolerations: []\n");
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    let ran = with_stdin(&["validate", "--values", "-"], "cluster: { replicas: 1 }\n");
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
}

#[test]
fn an_image_that_no_node_could_pull_is_refused() {
    for image in ["", " ", "a b", "registry.example/"] {
        let ran = run(&["manifests", "--image", image]);
        assert_eq!((ran.code, ran.out.as_str()), (1, ""), "{image:?}");
        assert!(ran.err.contains("such as registry.example/sluicegate"), "{}", ran.err);
    }
}

#[test]
fn a_kubeconfig_that_is_not_there_is_named_once() {
    let mut command = program();
    command.args(["plan", "--all"]).env("KUBECONFIG", "no/such/file");
    command.env_remove("KUBERNETES_SERVICE_HOST");
    let ran = ran(command.output().expect("the program starts"));
    let first = ran.err.lines().next().unwrap_or_default();
    assert_eq!(first.matches("no/such/file").count(), 1, "{first}");
    assert!(!first.contains("in-cluster"), "{first}");
}

/// A topic, with one field as it is written.
fn topic_with(field: &str) -> String {
    format!(
        "apiVersion: rivven.hupe1980.github.io/v1alpha1\nkind: RivvenTopic\nmetadata: {{ name: \
         orders }}\nspec:\n  clusterRef: {{ name: prod }}\n  {field}\n---\nobserved: {{}}\n"
    )
}

#[test]
fn a_warning_about_a_scalar_hides_no_error_about_it() {
    for (field, path) in [
        ("partitions: 99999999999999999999", "spec.partitions"),
        ("partitions: 0o777777", "spec.partitions"),
        ("partitions: 12:30", "spec.partitions"),
        ("config: { retentionMs: 1:00:00 }", "spec.config.retentionMs"),
        ("topicLabels: { a: 123456789012345678901234567890 }", "spec.topicLabels.a"),
    ] {
        for args in [&["validate", "-f", "-"][..], &["plan", "-f", "-"], &["simulate", "-f", "-"]] {
            let ran = with_stdin(args, &topic_with(field));
            assert_eq!((ran.code, ran.out.as_str()), (1, ""), "{field} {args:?}: {}", ran.err);
            let error = format!("error: <stdin>:6: {path}: Invalid");
            assert!(ran.err.contains(&error), "{error:?} in {}", ran.err);
            assert!(ran.err.contains("warning: <stdin>:6: "), "{}", ran.err);
        }
    }
}

#[test]
fn what_is_stored_and_does_not_decode_is_named_and_fails() {
    let topic = topic_with("partitions: 3");
    let (asked, _) = topic.split_once("---").expect("there are two documents");
    let stored =
        asked.replace("{ name: orders }", "{ name: orders, creationTimestamp: yesterday }");
    let text = format!("{asked}---\nobserved: {{}}\n---\n{stored}");
    let ran = plan(&text, &["-o", "json"]);
    let json: serde_json::Value = serde_json::from_str(&ran.out).expect("it is JSON");
    assert_eq!((ran.code, &json["complete"]), (1, &serde_json::json!(false)), "{}", ran.err);
    let error = json["errors"][0].as_str().unwrap_or_default();
    assert!(error.contains("RivvenTopic default/orders: it does not decode: "), "{error}");
    let settled = format!(
        "{}---\nobserved:\n  settled:\n  - {}\n",
        CLUSTER,
        CLUSTER.replace("replicas: 1", "replicas: many").trim_end().replace('\n', "\n    ")
    );
    for args in [&["plan", "-f", "-"][..], &["simulate", "-f", "-"]] {
        let ran = with_stdin(args, &settled);
        assert_eq!(ran.code, 1, "{}", ran.out);
        let error = "observed.settled: RivvenCluster default/prod does not decode";
        assert!(ran.err.contains(error), "{}", ran.err);
    }
}

#[test]
fn a_resource_in_two_files_is_named_with_both() {
    let folder = std::env::temp_dir().join(format!("sluicegate-twice-{}", std::process::id()));
    std::fs::create_dir_all(folder.join("b")).expect("a folder can be made");
    for file in ["a.yaml", "b/b.yaml"] {
        std::fs::write(folder.join(file), CLUSTER).expect("a file can be written");
    }
    let name = folder.display().to_string();
    for args in [&["validate"][..], &["plan", "--state", "empty"], &["simulate"]] {
        let ran = run(&[args, &["-R", "-f", &name]].concat());
        assert_eq!((ran.code, ran.out.as_str()), (1, ""), "{args:?}");
        let (first, second) = (format!("{name}/a.yaml:1"), format!("{name}/b/b.yaml:3"));
        let line = format!(
            "error: {second}: metadata.name: RivvenCluster default/prod stands here twice, \
             first at {first}"
        );
        assert!(ran.err.contains(&line), "{line:?} in {}", ran.err);
    }
    std::fs::remove_dir_all(&folder).expect("it is there");
}

#[test]
fn nothing_that_a_file_says_reaches_a_terminal_as_a_command() {
    let odd = "apiVersion: \"rivven.hupe1980.github.io/v\\e[2J\"\nkind: RivvenClster\nmetadata: \
               { name: a }\nspec: { \"re\\nplicas\\u202e\": 1 }\n";
    let cluster = CLUSTER.replace("replicas: 1", "\"re\\nplicas\\u202e\": 1");
    for (args, text) in [
        (&["validate", "-f", "-"][..], odd),
        (&["validate", "-f", "-"], &cluster),
        (&["plan", "-f", "-", "--state", "empty"], &cluster),
    ] {
        let ran = with_stdin(args, text);
        assert_eq!(ran.code, 1, "{}", ran.err);
        let acts = |c: char| c != '\n' && sluicegate_core::printable::acts(c);
        assert!(!ran.err.contains(acts) && ran.err.lines().count() == 2, "{:?}", ran.err);
    }
    let named = CLUSTER.replace("replicas: 1", "replicas: 1, podAnnotations: { a: \"\\u202ex\" }");
    for format in ["text", "wide", "diff", "json", "ndjson", "markdown", "manifests"] {
        let ran = plan(&named, &["--state", "empty", "-o", format]);
        assert_eq!(ran.code, 0, "{}", ran.err);
        assert!(!ran.out.contains(['\u{202e}', '\u{1b}']), "{format}: {:?}", ran.out);
    }
}

#[test]
fn no_plan_shows_the_value_of_a_variable_but_the_manifests_that_are_to_be_applied() {
    let file = fixture("cluster/env-changed");
    for format in ["text", "wide", "diff", "json", "ndjson", "markdown"] {
        let ran = run(&["plan", "-f", &file, "-o", format, "--show-status"]);
        assert_eq!(ran.code, 0, "{}", ran.err);
        assert!(!ran.out.contains("hunter"), "{format}: {}", ran.out);
        assert!(ran.out.contains("*** (after)"), "{format}: {}", ran.out);
    }
    let ran = run(&["plan", "-f", &file, "-o", "manifests"]);
    assert!(ran.out.contains("value: hunter3"), "{}", ran.out);
}

#[test]
fn what_kustomize_puts_together_is_named_once_and_a_link_in_a_circle_is_not_followed() {
    let folder = std::env::temp_dir().join(format!("sluicegate-links-{}", std::process::id()));
    std::fs::create_dir_all(folder.join("parts")).expect("a folder can be made");
    std::fs::write(folder.join("a.yaml"), CLUSTER).expect("a file can be written");
    std::os::unix::fs::symlink(&folder, folder.join("parts/back")).expect("a link can be made");
    let name = folder.display().to_string();
    let ran = run(&["validate", "-R", "-f", &name]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.err.contains("parts/back is left out: it leads back to "), "{}", ran.err);
    let put_together = "resources: [a.yaml]\n";
    std::fs::write(folder.join("kustomization.yaml"), put_together).expect("it can be written");
    let ran = run(&["plan", "-f", &name]);
    let line = format!(
        "error: {name}: kustomize puts it together (kubectl kustomize {name} | sluicegate plan -f \
         -)\n"
    );
    assert_eq!((ran.code, ran.err), (1, line));
    std::fs::remove_dir_all(&folder).expect("it is there");
}

#[test]
fn a_name_that_is_refused_is_met_with_words_and_not_with_a_pattern() {
    let topic = topic_with("topicName: a..b");
    let ran = with_stdin(&["validate", "-f", "-"], &topic);
    assert!(ran.err.contains("(write letters, digits, -, _ and ., a letter or "), "{}", ran.err);
    let odd = CLUSTER.replace("replicas: 1", "env: [{ name: a-b, value: c }]");
    let ran = with_stdin(&["validate", "-f", "-"], &odd);
    assert!(ran.err.contains("(write letters, digits and _, and no digit first)"), "{}", ran.err);
}
