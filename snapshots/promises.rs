//! The table of what works with which release, in the page beside a system's examples: it speaks of
//! the releases that there are, of every field, and of rules, gates and conditions by which the
//! program tells what it says.

use std::{collections::BTreeSet, fs};

use serde_json::Value;
use sluicegate::kinds::{self, KindInfo};
use sluicegate_core::systems::rivven::release::RELEASES;

#[path = "common/command.rs"]
mod command;

use command::run;

/// The page that it is in.
const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../deploy/examples/rivven/README.md");
/// The heading above the table.
const HEADING: &str = "## Rivven: what works, and what waits for the broker";
/// How what a release does with a field begins.
const STATES: [&str; 3] = ["works", "otherwise", "waits"];

/// A line of the table.
struct Row {
    kind: String,
    /// The fields that it speaks of, below `spec`.
    fields: Vec<String>,
    /// What each release does, in the order of the columns.
    releases: Vec<String>,
    told_by: Vec<String>,
}

impl Row {
    fn is_told(&self) -> bool {
        self.releases.iter().any(|release| !release.starts_with("works"))
    }

    /// Whether it speaks of a field, or of all that is below one that it is below of.
    fn speaks_of(&self, kind: &str, field: &str) -> bool {
        let is = |own: &String| field == own || field.starts_with(&format!("{own}."));
        self.kind == kind && self.fields.iter().any(is)
    }
}

fn table() -> (Vec<String>, Vec<Row>) {
    let page = fs::read_to_string(PAGE).expect("there is one");
    let (_, section) = page.split_once(HEADING).expect("the section is there");
    let (section, _) = section.split_once("\n## ").unwrap_or((section, ""));
    let cells = |line: &str| -> Vec<String> {
        line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect()
    };
    let mut lines = section.lines().filter(|line| line.starts_with('|'));
    let header = cells(lines.next().expect("it begins with a header"));
    let (mut kind, mut rows) = (String::new(), Vec::new());
    for line in lines.skip(1) {
        let mut cells = cells(line);
        assert_eq!(cells.len(), header.len(), "{line}");
        if let Some(name) = cells[0].strip_prefix("**") {
            kind = name.trim_end_matches("**").to_owned();
            continue;
        }
        let told_by = quoted(&cells.pop().expect("it has cells"));
        let fields = quoted(&cells.remove(0));
        rows.push(Row { kind: kind.clone(), fields, releases: cells, told_by });
    }
    (header, rows)
}

/// What stands between backticks.
fn quoted(text: &str) -> Vec<String> {
    text.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

fn kind(name: &str) -> &'static KindInfo {
    let kind = kinds::all().iter().find(|kind| kind.api.kind == name);
    kind.unwrap_or_else(|| panic!("there is no kind {name}"))
}

fn explains(topic: &str, id: &str) -> (bool, String) {
    let (code, out, _) = run(&["explain", topic, id], b"");
    (code == 0, out)
}

#[test]
fn its_releases_are_those_that_were_measured_and_each_says_how_it_is_with_every_line() {
    let (header, rows) = table();
    let releases: Vec<String> =
        RELEASES.iter().map(|release| format!("rivvend {}", release.version)).collect();
    assert_eq!(header[1..header.len() - 1], releases);
    for row in &rows {
        for cell in &row.releases {
            let state = STATES.iter().any(|state| cell.starts_with(state));
            assert!(state, "{:?} begins with none of {STATES:?}: {cell}", row.fields);
        }
        assert!(!row.is_told() || !row.told_by.is_empty(), "{:?}: nothing tells it", row.fields);
    }
}

#[test]
fn every_field_that_it_names_exists_and_every_field_is_named() {
    let (_, rows) = table();
    for row in &rows {
        for field in &row.fields {
            let path = format!("{}.spec.{field}", row.kind);
            assert!(explains("field", &path).0, "there is no {path}");
        }
    }
    for name in rows.iter().map(|row| row.kind.clone()).collect::<BTreeSet<_>>() {
        let crd = serde_json::to_value(&kind(&name).crd).expect("it is JSON");
        let spec = "/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties";
        let fields = crd.pointer(spec).and_then(Value::as_object).expect("it has a spec");
        let config = fields.get("config").and_then(|config| config["properties"].as_object());
        let below = config.into_iter().flatten().map(|(key, _)| format!("config.{key}"));
        let all = fields.keys().filter(|key| *key != "config").cloned().chain(below);
        let named = |field: &String| {
            let below = format!("{field}.");
            rows.iter().any(|row| {
                let part = row.kind == name && row.fields.iter().any(|one| one.starts_with(&below));
                part || row.speaks_of(&name, field)
            })
        };
        let missing: Vec<String> = all.filter(|field| !named(field)).collect();
        assert!(missing.is_empty(), "{name}: {missing:?}");
    }
}

#[test]
fn what_has_no_effect_is_never_said_to_work() {
    let (_, rows) = table();
    for name in kinds::all().iter().map(|kind| &*kind.api.kind) {
        for (path, _) in kind(name).inert {
            let field = path.trim_start_matches("spec.").replace("[]", "");
            let lines: Vec<&Row> = rows.iter().filter(|row| row.speaks_of(name, &field)).collect();
            assert!(lines.iter().any(|row| row.is_told()), "{name}.{path} is said to work");
        }
    }
}

#[test]
fn what_it_is_told_by_exists() {
    let (_, rows) = table();
    let (mut rules, mut conditions) = (0, 0);
    for told in rows.iter().flat_map(|row| &row.told_by) {
        if let Some((condition, reason)) = told.split_once(", ") {
            let (name, state) = condition.split_once('=').expect("it is TYPE=STATE, REASON");
            assert!(["True", "False", "Unknown"].contains(&state), "{told}");
            let (known, text) = explains("condition", name);
            let has = text.lines().any(|line| line.split_whitespace().next() == Some(reason));
            assert!(known && has, "there is no {told}:\n{text}");
            conditions += 1;
        } else if told.starts_with(|c: char| c.is_ascii_uppercase()) {
            assert!(explains("rule", told).0, "there is no rule {told}");
            rules += 1;
        } else {
            assert!(explains("gate", told).0, "there is no gate {told}");
        }
    }
    assert!(rules > 10 && conditions > 10, "{rules} rules, {conditions} conditions");
}
