//! The same input gives the same bytes, in processes that know nothing of each other: no hash
//! order, clock, address or environment reaches what is printed.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// One process of the program, in an environment that differs from that of the other.
fn run(args: &[&str], nth: usize) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sluicegate"));
    for name in ["NO_COLOR", "CLICOLOR_FORCE", "COLUMNS", "TERM"] {
        command.env_remove(name);
    }
    command.env("UNRELATED", "x".repeat(nth * 1000)).env("TZ", ["UTC", "Asia/Tokyo"][nth % 2]);
    command.current_dir(root()).args(args).output().expect("the program starts")
}

/// What two processes print.
fn same(args: &[&str]) -> Vec<u8> {
    let [one, other] = [0, 1].map(|nth| run(args, nth));
    assert_eq!(one.status.code(), other.status.code(), "{args:?}");
    assert!(one.stdout == other.stdout, "{args:?} prints two things");
    assert!(one.stderr == other.stderr, "{args:?} says two things");
    one.stdout
}

/// The fixtures of a kind that plan, or those that are refused.
fn fixtures(kind: &str, refused: bool) -> Vec<String> {
    let folder = format!("fixtures/rivven/{kind}");
    let files = fs::read_dir(root().join(&folder)).expect("there are fixtures");
    let names = files
        .map(|file| file.expect("it is listed").file_name().into_string().expect("it is text"));
    let bad = |name: &str| ["refused", "invalid", "misspelt"].iter().any(|bad| name.contains(bad));
    let mut names: Vec<String> = names.filter(|name| bad(name) == refused).collect();
    // The files of a folder come in any order.
    names.sort();
    names.iter().flat_map(|name| ["-f".to_owned(), format!("{folder}/{name}")]).collect()
}

#[test]
fn every_fixture_is_planned_to_the_same_bytes_by_two_processes() {
    for kind in ["cluster", "topic"] {
        let planned = fixtures(kind, false);
        let with = |more: &[&str]| {
            let mut args = vec!["plan"];
            args.extend(planned.iter().map(String::as_str));
            args.extend(more);
            assert!(same(&args).len() > 10_000, "{kind}: too little is planned");
        };
        with(&["-o", "json"]);
        with(&[]);
        let refused = fixtures(kind, true);
        let refused: Vec<&str> = refused.iter().map(String::as_str).collect();
        same(&[&["plan"], refused.as_slice()].concat());
    }
}

#[test]
fn a_simulation_is_the_same_to_the_byte_in_two_processes() {
    same(&["simulate", "-f", "deploy/examples/rivven/"]);
}

#[test]
fn what_is_generated_is_the_same_to_the_byte_in_two_processes() {
    same(&["crd"]);
    same(&["explain", "rule"]);
}
