//! The program as a person or a pipeline meets it: exit codes, streams, colours, pipes.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

mod answers;
mod chosen;
mod explain;
mod fleet;
mod flow;
mod slips;

const CLUSTER: &str = "apiVersion: rivven.hupe1980.github.io/v1alpha1
kind: RivvenCluster
metadata: { name: prod }
spec: { replicas: 1 }
";

struct Ran {
    code: i32,
    out: String,
    err: String,
}

fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sluicegate"));
    for name in ["NO_COLOR", "CLICOLOR_FORCE", "COLUMNS", "TERM"] {
        command.env_remove(name);
    }
    command.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."));
    command
}

fn ran(output: Output) -> Ran {
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("output is text");
    let code = output.status.code().expect("the program ends by itself");
    Ran { code, out: text(output.stdout), err: text(output.stderr) }
}

fn run(args: &[&str]) -> Ran {
    ran(program().args(args).output().expect("the program starts"))
}

fn with_stdin(args: &[&str], text: &str) -> Ran {
    let mut command = program();
    command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program starts");
    let mut stdin = child.stdin.take().expect("it is piped");
    // Who is refused for its arguments may have ended by now.
    if let Err(error) = stdin.write_all(text.as_bytes()) {
        assert_eq!(error.kind(), std::io::ErrorKind::BrokenPipe, "the program reads");
    }
    drop(stdin);
    ran(child.wait_with_output().expect("the program ends"))
}

fn plan(text: &str, args: &[&str]) -> Ran {
    with_stdin(&[&["plan", "-f", "-"], args].concat(), text)
}

fn fixture(name: &str) -> String {
    format!("fixtures/rivven/{name}.yaml")
}

#[test]
fn a_fresh_cluster_is_planned_on_stdout_alone() {
    let ran = plan(CLUSTER, &["--state", "empty"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    assert!(ran.out.contains("+ StatefulSet rivven-prod"), "{}", ran.out);
    assert!(ran.out.ends_with("Nothing was written.\n"), "{}", ran.out);
}

#[test]
fn the_exit_code_tells_only_when_asked() {
    for (name, code) in [
        ("cluster/steady", 0),
        ("cluster/drifted", 2),
        ("cluster/changed", 3),
        ("cluster/scale-down-blocked", 4),
    ] {
        let file = fixture(name);
        assert_eq!(run(&["plan", "-f", &file]).code, 0, "{name}");
        assert_eq!(run(&["plan", "-f", &file, "--detailed-exitcode"]).code, code, "{name}");
        let simple = run(&["plan", "-f", &file, "--detailed-exitcode=simple"]).code;
        assert_eq!(simple, code.min(2), "{name}");
    }
}

#[test]
fn a_policy_fails_without_the_flag() {
    let code =
        |name: &str, what: &str| run(&["plan", "-f", &fixture(name), "--fail-on", what]).code;
    assert_eq!(code("cluster/drifted", "changes"), 3);
    assert_eq!(code("cluster/drifted", "restart"), 0);
    assert_eq!(code("cluster/changed", "restart"), 3);
    assert_eq!(code("cluster/changed", "data-loss"), 0);
    assert_eq!(code("cluster/scale-down-blocked", "blocked"), 4);
}

#[test]
fn a_usage_error_is_no_change() {
    for args in [&["plan", "--no-such-flag"][..], &["plan"], &["no-such-command"], &[]] {
        let ran = run(args);
        assert_eq!((ran.code, ran.out.as_str()), (1, ""), "{args:?}");
        assert!(ran.err.contains("Usage"), "{}", ran.err);
    }
}

#[test]
fn help_and_version_are_results() {
    for args in [&["--help"][..], &["--version"], &["plan", "--help"]] {
        let ran = run(args);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{args:?}");
        assert!(ran.out.contains("sluicegate"), "{}", ran.out);
    }
}

#[test]
fn without_a_state_nothing_is_made_up() {
    for args in [&[][..], &["--state", "live"]] {
        let ran = plan(CLUSTER, args);
        assert_eq!((ran.code, ran.out.as_str()), (1, ""));
        assert!(ran.err.contains("no cluster can be reached"), "{}", ran.err);
        assert!(ran.err.contains("--state empty"), "{}", ran.err);
    }
}

#[test]
fn an_import_needs_a_cluster_and_says_what_it_lacks() {
    for args in [&["import"][..], &["import", "topics"], &["import", "tables"]] {
        let ran = run(args);
        assert_eq!((ran.code, ran.out.as_str()), (1, ""), "{args:?}");
        assert!(ran.err.contains("Usage: sluicegate import"), "{}", ran.err);
    }
    let ran = run(&["import", "topics", "--cluster", "prod"]);
    assert_eq!((ran.code, ran.out.as_str()), (1, ""));
    assert!(ran.err.contains("no cluster can be reached"), "{}", ran.err);
    assert!(!ran.err.contains("--state"), "there is no such option: {}", ran.err);
    assert!(ran.err.ends_with("Nothing was imported.\n"), "{}", ran.err);
}

#[test]
fn an_export_needs_a_cluster_and_says_what_it_lacks() {
    for args in [&["export"][..], &["export", "schemas"], &["export", "tables"]] {
        let ran = run(args);
        assert_eq!((ran.code, ran.out.as_str()), (1, ""), "{args:?}");
        assert!(ran.err.contains("Usage: sluicegate export"), "{}", ran.err);
    }
    let ran = run(&["export", "schemas", "prod"]);
    assert_eq!((ran.code, ran.out.as_str()), (1, ""));
    assert!(ran.err.contains("no cluster can be reached"), "{}", ran.err);
    assert!(ran.err.ends_with("Nothing was exported.\n"), "{}", ran.err);
}

#[test]
fn bad_yaml_names_file_and_line_and_plans_nothing() {
    let ran = plan("kind: [\n", &["--state", "empty"]);
    assert_eq!((ran.code, ran.out.as_str()), (1, ""));
    assert!(ran.err.contains("<stdin>:"), "{}", ran.err);
    assert!(ran.err.contains("Planning failed"), "{}", ran.err);
}

#[test]
fn every_error_comes_at_once_and_one_bad_resource_spoils_the_plan() {
    let text = format!(
        "{CLUSTER}---\napiVersion: rivven.hupe1980.github.io/v1alpha1\nkind: RivvenTopic\n\
         metadata: {{ name: orders }}\nspec:\n  clusterRef: {{ name: prod }}\n  partitons: 3\n  \
         replicationFactor: 0\n"
    );
    let ran = plan(&text, &["--state", "empty"]);
    assert_eq!((ran.code, ran.out.as_str()), (1, ""));
    assert!(ran.err.contains("<stdin>:11: spec.partitons: "), "{}", ran.err);
    assert!(ran.err.contains("partitions"), "{}", ran.err);
    assert!(ran.err.contains("<stdin>:12: spec.replicationFactor: "), "{}", ran.err);
}

#[test]
fn a_missing_file_and_an_empty_folder_are_errors() {
    let ran = run(&["plan", "-f", "no/such/file.yaml", "--state", "empty"]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("no/such/file.yaml"), "{}", ran.err);
    let ran = run(&["plan", "-f", "operator/src", "--state", "empty"]);
    assert_eq!((ran.code, ran.out.as_str()), (1, ""));
}

#[test]
fn folders_within_a_folder_are_left_out_aloud_unless_asked_for() {
    let folder = "deploy/examples/rivven/";
    let ran = run(&["validate", "-f", folder]);
    let note = "note: deploy/examples/rivven/seeds is left out; -R takes what is in it";
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.err.contains(note), "{}", ran.err);
    // Those of others are not all valid.
    let ran = run(&["validate", "-R", "-f", folder]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("seeds/readme-cluster.yaml"), "{}", ran.err);
}

#[test]
fn what_may_never_change_is_refused_as_the_api_server_would() {
    let ran = run(&["plan", "-f", &fixture("topic/refused-top-01")]);
    assert_eq!((ran.code, ran.out.as_str()), (1, ""));
    assert!(ran.err.contains("TOP-01"), "{}", ran.err);
}

#[test]
fn validate_misses_no_trap_and_names_the_line() {
    let text = CLUSTER.replace("{ replicas: 1 }", "{ replicas: 1, version: on }");
    let ran = with_stdin(&["validate", "-f", "-"], &text);
    assert_eq!((ran.code, ran.out.as_str()), (1, ""));
    assert!(ran.err.contains("<stdin>:4: spec.version: `on`: kubectl reads"), "{}", ran.err);
    let ran = with_stdin(&["validate", "-f", "-"], CLUSTER);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
}

#[test]
fn a_misspelt_kind_is_named_and_another_s_is_left_alone() {
    let text = CLUSTER.replace("RivvenCluster", "RivvenClutser");
    let ran = with_stdin(&["validate", "-f", "-"], &text);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("did you mean RivvenCluster?"), "{}", ran.err);
    let other = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\n";
    let ran = with_stdin(&["validate", "-f", "-"], other);
    assert_eq!(ran.code, 0);
    assert!(ran.err.contains("note: "), "{}", ran.err);
}

#[test]
fn colour_is_asked_for_and_refused() {
    let file = fixture("cluster/changed");
    let coloured = |args: &[&str], env: &[(&str, &str)]| {
        let mut command = program();
        command.args(["plan", "-f", &file]).args(args).envs(env.iter().copied());
        ran(command.output().expect("the program starts")).out.contains('\u{1b}')
    };
    assert!(!coloured(&[], &[]), "a pipe is no terminal");
    assert!(coloured(&["--color", "always"], &[("NO_COLOR", "1")]));
    assert!(coloured(&[], &[("CLICOLOR_FORCE", "1")]));
    assert!(!coloured(&[], &[("NO_COLOR", "1")]));
    assert!(!coloured(&["--color", "never"], &[("CLICOLOR_FORCE", "1")]));
}

#[test]
fn no_line_is_wider_than_the_terminal_but_for_what_cannot_be_broken() {
    for name in ["cluster/changed", "cluster/scale-down-blocked", "cluster/everything"] {
        for width in [80, 100, 200] {
            let mut command = program();
            command.args(["plan", "-f", &fixture(name)]).env("COLUMNS", width.to_string());
            let ran = ran(command.output().expect("the program starts"));
            let long = ran.out.lines().filter(|line| line.chars().count() > width);
            let breakable: Vec<&str> = long.filter(|line| line.trim().contains(' ')).collect();
            assert_eq!(breakable, Vec::<&str>::new(), "{name} at {width}");
        }
    }
}

#[test]
fn a_reader_that_leaves_early_is_no_panic() {
    let mut command = program();
    command.args(["explain", "--markdown"]).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program starts");
    drop(child.stdout.take());
    let ran = ran(child.wait_with_output().expect("the program ends"));
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
}

#[test]
fn the_same_input_gives_the_same_bytes_in_every_process() {
    for args in [&["-o", "json"][..], &["-o", "text"], &["-o", "ndjson"], &["-o", "diff"]] {
        let file = fixture("cluster/changed");
        let args = [&["plan", "-f", &file], args].concat();
        let first = run(&args).out;
        assert!(!first.is_empty());
        for _ in 0..3 {
            assert_eq!(run(&args).out, first, "{args:?}");
        }
    }
}

#[test]
fn json_has_its_version_and_a_plan_that_failed_is_not_complete() {
    let ran = run(&["plan", "-f", &fixture("topic/fresh"), "-o", "json"]);
    let json: serde_json::Value = serde_json::from_str(&ran.out).expect("it is JSON");
    assert_eq!(json["formatVersion"], "1.0");
    assert_eq!(json["complete"], true);
    let file = fixture("cluster/changed");
    let ran = run(&["plan", "-f", &file, "-o", "json", "--max-steps", "1"]);
    assert_eq!(ran.code, 1);
    let json: serde_json::Value = serde_json::from_str(&ran.out).expect("it is JSON");
    assert_eq!(json["complete"], false);
    assert!(ran.err.contains("Planning failed: 1 of 1"), "{}", ran.err);
}

#[test]
fn a_simulation_ends_ready_and_its_end_is_a_quiet_state() {
    let ran = with_stdin(&["simulate", "-f", "-"], CLUSTER);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{}", ran.out);
    assert!(ran.out.contains("1 of 1 resource Ready"), "{}", ran.out);
    let state = with_stdin(&["simulate", "-f", "-", "-o", "state"], CLUSTER);
    let ran = plan(&state.out, &["--detailed-exitcode"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{}", ran.out);
    assert!(ran.out.contains("No changes."), "{}", ran.out);
}

#[test]
fn a_simulation_that_cannot_become_ready_says_so() {
    let topic = "apiVersion: rivven.hupe1980.github.io/v1alpha1\nkind: RivvenTopic\n\
                 metadata: { name: orders }\nspec: { clusterRef: { name: nowhere } }\n";
    let ran = with_stdin(&["simulate", "-f", "-"], topic);
    assert_eq!(ran.code, 1, "{}", ran.out);
    assert!(ran.out.contains("not Ready"), "{}", ran.out);
}

#[test]
fn state_can_come_from_another_file() {
    let folder = std::env::temp_dir().join(format!("sluicegate-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder can be made");
    let file: PathBuf = folder.join("state.yaml");
    let state = with_stdin(&["simulate", "-f", "-", "-o", "state"], CLUSTER);
    std::fs::write(&file, state.out).expect("a file can be written");
    let name = file.display().to_string();
    let ran = plan(&CLUSTER.replace("1 }", "2 }"), &["--state", &name, "--detailed-exitcode"]);
    assert!(ran.out.contains("spec.replicas  1 -> 2"), "{}{}", ran.out, ran.err);
    // What is asked for in it does not exist once more.
    let ran = run(&["plan", "rivvencluster/prod", "--state", &name]);
    assert!(ran.code == 0 && ran.out.contains("No changes."), "{}{}", ran.out, ran.err);
    let whole = std::fs::read_to_string(&file).expect("it was written");
    let cut = whole.rsplit_once("---\n").expect("there are several documents").0;
    std::fs::write(&file, cut).expect("it can be written");
    let ran = run(&["plan", "--all", "--state", &name]);
    assert!(ran.code == 1 && ran.err.contains("it is cut off"), "{}{}", ran.out, ran.err);
    std::fs::remove_dir_all(&folder).expect("it is there");
}

#[test]
fn where_nothing_is_asked_for_what_is_there_is_planned() {
    let state = with_stdin(&["simulate", "-f", "-", "-o", "state"], CLUSTER).out;
    let (_, observed) = state.split_once("---\n").expect("there are several documents");
    let ran = plan(observed, &["--detailed-exitcode"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{}", ran.out);
    assert!(ran.out.contains("1 custom resource matches"), "{}", ran.out);
}

#[test]
fn unstick_chooses_nothing_by_itself_and_touches_nothing_without_a_cluster() {
    let ran = run(&["unstick", "--yes"]);
    assert_eq!((ran.code, ran.out.as_str()), (1, ""));
    assert!(ran.err.contains("nothing is chosen") && ran.err.contains("-A"), "{}", ran.err);
    let ran = run(&["unstick", "-A", "--kubeconfig", "no/such/file"]);
    assert_eq!((ran.code, ran.out.as_str()), (1, ""));
    assert!(ran.err.contains("no cluster can be reached"), "{}", ran.err);
    assert!(!ran.err.contains("--state"), "{}", ran.err);
    assert!(ran.err.ends_with("Nothing was changed.\n"), "{}", ran.err);
}

#[test]
fn definitions_and_completions_are_printed() {
    let all = run(&["crd"]).out;
    let defined = all.matches("kind: CustomResourceDefinition").count();
    assert_eq!(defined, sluicegate::kinds::all().len());
    assert_eq!(run(&["crd", "RivvenTopic"]).out.matches("\n---\n").count(), 0);
    assert_eq!(run(&["crd", "nothing"]).code, 1);
    assert!(run(&["completions", "bash"]).out.contains("sluicegate"));
    assert!(run(&["plan", "--schema"]).out.contains("\"planHash\""));
}
