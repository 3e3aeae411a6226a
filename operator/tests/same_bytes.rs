//! The same input gives the same bytes, in processes that know nothing of each other: no hash
//! order, clock, address or environment reaches what is printed.

use std::{
    collections::BTreeMap,
    path::PathBuf,
    process::{Command, Output},
    thread,
};

#[path = "../../snapshots/common/files.rs"]
mod files;

use files::{below, root};

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
    let [one, other] = thread::scope(|scope| {
        let both = [0, 1].map(|nth| scope.spawn(move || run(args, nth)));
        both.map(|one| one.join().expect("it runs"))
    });
    assert_eq!(one.status.code(), other.status.code(), "{args:?}");
    assert!(one.stdout == other.stdout, "{args:?} prints two things");
    assert!(one.stderr == other.stderr, "{args:?} says two things");
    one.stdout
}

/// The fixtures of each kind, by their folder: those that plan, or those that are refused.
fn fixtures(refused: bool) -> BTreeMap<PathBuf, Vec<String>> {
    let bad = |name: &str| ["refused", "invalid", "misspelt"].iter().any(|bad| name.contains(bad));
    let mut folders: BTreeMap<PathBuf, Vec<String>> = BTreeMap::new();
    for path in below(&root().join("fixtures"), "yaml") {
        let name = path.file_name().and_then(|name| name.to_str()).expect("it is text");
        if bad(name) == refused {
            let folder = path.parent().expect("it is in a folder").to_owned();
            let args = folders.entry(folder).or_default();
            args.extend(["-f".to_owned(), path.display().to_string()]);
        }
    }
    folders
}

#[test]
fn every_fixture_is_planned_to_the_same_bytes_by_two_processes() {
    for (folder, planned) in fixtures(false) {
        let with = |more: &[&str]| {
            let mut args = vec!["plan"];
            args.extend(planned.iter().map(String::as_str));
            args.extend(more);
            let printed = same(&args).len();
            assert!(printed > 1000, "{}: too little is planned", folder.display());
        };
        with(&["-o", "json"]);
        with(&[]);
    }
    for refused in fixtures(true).into_values() {
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
