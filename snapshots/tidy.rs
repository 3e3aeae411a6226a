//! House rules that lints cannot say.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use sluicegate_core::{
    kind::Kind,
    name::Name,
    rule,
    system::System,
    systems::{self, Visitor},
};

/// What stands at the top of the repository; what begins with a dot is not counted.
const TOP: &[&str] = &[
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE",
    "README.md",
    "core",
    "deploy",
    "effects",
    "fixtures",
    "operator",
    "snapshots",
];
/// What the folder of every kind has, as a file or as a folder. More it has where it needs it.
const PARTS: &[&str] = &["api", "conditions", "mod", "status", "valid"];
const LINES_MAX: usize = 400;
const COLUMNS_MAX: usize = 100;

/// Files that may be longer, with the reason.
const LONGER: &[(&str, &str)] = &[];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Every file that git knows or would take, by its path from the top, with its text.
fn files() -> BTreeMap<String, String> {
    let args = ["ls-files", "--cached", "--others", "--exclude-standard"];
    let listed = Command::new("git").args(args).current_dir(root()).output();
    let listed = listed.expect("git lists the files").stdout;
    let names = String::from_utf8(listed).expect("paths are text");
    let read = |name: &str| Some((name.to_owned(), fs::read_to_string(root().join(name)).ok()?));
    names.lines().filter_map(read).collect()
}

/// The Rust code among them.
fn code() -> BTreeMap<String, String> {
    files().into_iter().filter(|(name, _)| name.ends_with(".rs")).collect()
}

fn none(wrong: &[String]) {
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn no_file_is_longer_than_one_idea_and_no_line_wider_than_a_screen() {
    let mut wrong = Vec::new();
    for (name, text) in code() {
        let lines = text.lines().count();
        if lines > LINES_MAX && !LONGER.iter().any(|(longer, _)| *longer == name) {
            wrong.push(format!("{name} has {lines} lines"));
        }
        for (at, line) in text.lines().enumerate() {
            // A text or a piece of JSON in a test is not broken for the sake of a margin.
            let literal = line.trim_start().starts_with('"') && name.contains("test");
            if line.chars().count() > COLUMNS_MAX && !literal {
                wrong.push(format!("{name}:{} is too wide", at + 1));
            }
        }
    }
    none(&wrong);
}

#[test]
fn every_file_begins_with_what_it_is_for() {
    let told = |text: &str| text.starts_with("//!");
    let silent = code().into_iter().filter(|(_, text)| !told(text)).map(|(name, _)| name);
    none(&silent.collect::<Vec<_>>());
}

#[test]
fn systems_do_not_import_each_other() {
    let mut names = Names::default();
    systems::visit(&mut names);
    let mut wrong = Vec::new();
    for (name, text) in code() {
        let Some(inside) = name.strip_prefix("core/src/systems/") else { continue };
        let own = inside.split('/').next().unwrap_or_default();
        for other in names.systems.iter().filter(|other| **other != own && own != "mod.rs") {
            if text.contains(&format!("systems::{other}")) {
                wrong.push(format!("{name} imports {other}"));
            }
        }
    }
    none(&wrong);
}

/// A kind is asked by the engine and does not know it; what was told before it finds by the reasons
/// that it gives itself.
#[test]
fn no_kind_imports_the_engine_or_reads_a_status_as_text() {
    let mut wrong = Vec::new();
    for (name, text) in code() {
        let of_a_kind = name.starts_with("core/src/systems/") || name.contains("/workload/");
        if of_a_kind && (text.contains("step::") || text.contains("type_ == \"")) {
            wrong.push(name);
        }
    }
    none(&wrong);
}

#[test]
fn every_kind_has_the_same_parts() {
    let mut names = Names::default();
    systems::visit(&mut names);
    let mut wrong = Vec::new();
    for kind in &names.kinds {
        let folder = root().join("core/src/systems").join(kind.code());
        for part in PARTS {
            let file = folder.join(format!("{part}.rs")).is_file();
            if !file && !folder.join(part).join("mod.rs").is_file() {
                wrong.push(format!("{kind} has no {part}"));
            }
        }
    }
    none(&wrong);
}

/// That a rule decides something, and that a reason is given, the compiler sees.
#[test]
fn every_rule_has_an_id_of_its_own() {
    let mut names = Names::default();
    systems::visit(&mut names);
    let mut rules: Vec<&str> = rule::RULES.iter().map(|rule| rule.id).collect();
    rules.extend(&names.rules);
    rules.extend(&names.checks);
    let unique: BTreeSet<&str> = rules.iter().copied().collect();
    assert_eq!(unique.len(), rules.len(), "an id is given twice");
}

/// What the API server judges the compiler does not see: a fixture breaks each rule.
#[test]
fn every_rule_about_one_object_is_broken_in_a_fixture() {
    let mut names = Names::default();
    systems::visit(&mut names);
    let files = files();
    let snapshots = files.iter().filter(|(name, _)| name.ends_with(".snap"));
    let snapshots: Vec<&String> = snapshots.map(|(_, text)| text).collect();
    let seen = |id: &str| snapshots.iter().any(|text| text.contains(id));
    let wrong = names.checks.iter().filter(|id| !seen(id));
    none(&wrong.map(|id| format!("{id} is seen in no snapshot")).collect::<Vec<_>>());
}

#[test]
fn no_file_speaks_of_a_place_on_somebodys_machine() {
    // Written in parts, so that this file does not.
    let places = ["work", "tmp", "root"].map(|place| format!("/{place}/"));
    let mut wrong = Vec::new();
    for (name, text) in files() {
        for (at, line) in text.lines().enumerate() {
            if places.iter().any(|place| line.contains(place)) {
                wrong.push(format!("{name}:{}: {}", at + 1, line.trim()));
            }
        }
    }
    none(&wrong);
}

#[test]
fn every_snapshot_has_its_fixture() {
    let files = files();
    let mut wrong = Vec::new();
    for name in files.keys().filter(|name| name.ends_with(".snap")) {
        let case = name.strip_prefix("snapshots/").and_then(|name| name.strip_suffix(".snap"));
        let case = case.unwrap_or_default();
        let of = |folder: &str| files.contains_key(&format!("{folder}/{case}.yaml"));
        let values = |(chart, case): (&str, &str)| {
            files.contains_key(&format!("deploy/helm/{chart}/ci/{case}.yaml"))
        };
        let of_chart = case.strip_prefix("helm/").and_then(|case| case.split_once('/'));
        if !of("fixtures") && !of("deploy/examples") && !of_chart.is_some_and(values) {
            wrong.push(format!("{name} has no fixture"));
        }
    }
    none(&wrong);
}

#[test]
fn the_top_of_the_repository_is_fixed() {
    let files = files();
    let tops: BTreeSet<&str> = files
        .keys()
        .filter_map(|name| name.split('/').next())
        .filter(|name| !name.starts_with('.'))
        .collect();
    assert_eq!(tops, TOP.iter().copied().collect());
}

/// What all kinds are called and have.
#[derive(Default)]
struct Names {
    systems: BTreeSet<&'static str>,
    kinds: Vec<Name>,
    rules: BTreeSet<&'static str>,
    checks: Vec<&'static str>,
}

impl<S: System> Visitor<S> for Names {
    fn kind<K: Kind<System = S>>(&mut self) {
        self.systems.insert(S::NAME);
        self.kinds.push(Name::of::<K>());
        let ids: Vec<&str> = S::RULES.iter().map(|rule| rule.id).collect();
        assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "an id is given twice");
        self.rules.extend(ids);
        self.checks.extend(K::CHECKS.iter().map(|check| check.terms.id));
    }
}
