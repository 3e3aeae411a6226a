//! The examples of Rivven's own documents, as they stand there: what is said of each, what would be
//! done for it in an empty cluster, and the conditions that it ends with where its cluster and its
//! StorageClass are there. `deploy/examples/rivven/seeds/<case>.yaml` becomes
//! `snapshots/rivven/seeds/<case>.snap`.

use std::{collections::BTreeSet, fs, path::Path};

use serde_json::Value;
use sluicegate_effects::file::{self, Source};

#[path = "common/command.rs"]
mod command;
#[path = "common/files.rs"]
mod files;

use command::run;
use files::{below, root};

const FOLDER: &str = "deploy/examples/rivven/seeds";
/// What the examples take to be there.
const CLASS: &str = "apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: { name: fast-ssd }
provisioner: example.com/disks
";

fn told(title: &str, args: &[&str]) -> String {
    let (code, out, err) = run(args, b"");
    format!("==== {title}: exit code {code}\n{err}{out}")
}

/// The conditions at the end, where its cluster and its StorageClass are there.
fn conditions(case: &str) -> String {
    let path = |name: &str| format!("{FOLDER}/{name}.yaml");
    let (from, _) = case.split_once('-').expect("an example is called after where it is from");
    let (own, cluster) = (path(case), path(&format!("{from}-cluster")));
    let mut args = vec!["simulate", "-o", "state", "-f", "-", "-f", &own];
    if cluster != own {
        args.extend(["-f", &cluster]);
    }
    let (_, text, err) = run(&args, CLASS.as_bytes());
    if text.is_empty() {
        return err;
    }
    let source = Source { name: "the end".to_owned(), text };
    let file = file::parse(&source).unwrap_or_else(|problems| panic!("{problems:?}"));
    let mut lines = String::new();
    for object in file.state.expect("it says what is there").objects {
        let list = object.pointer("/status/conditions").and_then(Value::as_array);
        let kind = object["kind"].as_str().unwrap_or_default().to_lowercase();
        let own = kind.strip_prefix("rivven").is_some_and(|kind| case.contains(kind));
        for one in list.into_iter().flatten().filter(|_| own) {
            let text = |field: &str| one[field].as_str().unwrap_or_default();
            let (kind, status) = (text("type"), text("status"));
            let line = format!("{kind}={status} {}: {}", text("reason"), text("message"));
            lines.push_str(&format!("{}\n", line.trim_end_matches([':', ' '])));
        }
    }
    lines
}

#[test]
fn each_is_answered_as_written_down() {
    // Paths are printed as they were given, so that a snapshot is the same on every machine.
    std::env::set_current_dir(root()).expect("the workspace is there");
    let stem = |path: &Path| path.file_stem().expect("a name").to_string_lossy().into_owned();
    let all = below(Path::new(FOLDER), "yaml");
    let cases: BTreeSet<String> = all.iter().map(|path| stem(path)).collect();
    assert!(!cases.is_empty());
    let written = below(Path::new("snapshots/rivven/seeds"), "snap");
    let stale: Vec<_> = written.iter().filter(|path| !cases.contains(&stem(path))).collect();
    assert!(stale.is_empty(), "no example any more: {stale:?}");
    for case in &cases {
        let file = format!("{FOLDER}/{case}.yaml");
        let text = fs::read_to_string(&file).expect("it can be read");
        let seen = [
            told("validate", &["validate", "-f", &file]),
            told("plan", &["plan", "--state", "empty", "-f", &file]),
            format!("==== conditions at the end\n{}", conditions(case)),
        ];
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path("rivven/seeds");
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        let comment = text.lines().next().unwrap_or_default();
        settings.set_description(comment.trim_start_matches("# "));
        settings.set_input_file(&file);
        settings.bind(|| insta::assert_snapshot!(case.as_str(), seen.join("\n")));
    }
}
