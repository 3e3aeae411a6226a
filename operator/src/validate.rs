//! Everything wrong with resources, each with file, line and remedy.
//!
//! The same check comes before `plan` and `simulate`: nothing is planned for what the API server,
//! or the operator, would refuse, nor for what `kubectl` would read as something else than we do.

use std::{collections::BTreeMap, sync::Arc};

use serde_json::Value;
use sluicegate_core::{
    doubt::Doubt,
    field::{Errors, Path},
    inert::Idle,
    k8s::metadata,
    observed::Ref,
    schema::nearest,
};
use sluicegate_effects::{
    file::{self, Entry, File, Problem, Source},
    yaml::Trap,
};

use crate::{
    failure::Failure,
    kinds::{self, KindInfo},
    progress::Progress,
};

/// What came of checking.
#[derive(Clone, Debug, Default)]
pub struct Checked {
    /// What is wrong.
    pub errors: Vec<Problem>,
    /// What works here and may not elsewhere.
    pub warnings: Vec<Problem>,
    /// What is worth knowing.
    pub notes: Vec<Problem>,
}

/// Reads all files as far as they can be read, and what is wrong where they cannot.
pub fn parse(sources: &[Source]) -> (Vec<File>, Checked) {
    let (mut files, mut checked) = (Vec::new(), Checked::default());
    let kinds = kinds::all();
    for source in sources {
        let (file, problems) = file::parse_all(source);
        for object in file.iter().flat_map(|file| file.state.iter().flat_map(|one| &one.settled)) {
            checked.errors.extend(settled(kinds, &source.name, object));
        }
        files.extend(file);
        checked.errors.extend(problems);
    }
    (files, checked)
}

/// What is misspelt in a resource under `settled`. Its values are history and may be wrong by now.
fn settled(kinds: &[KindInfo], file: &str, object: &(Value, usize)) -> Vec<Problem> {
    let (object, line) = object;
    let entry = Entry::of(file, Arc::new(object.clone()));
    let mut checked = Checked::default();
    match kinds::of(kinds, &entry.target) {
        None => unknown_kind(kinds, &entry, &mut checked),
        Some(kind) => {
            add_errors(&entry, &kind.schema.unknown(&Path::default(), object), &mut checked);
        }
    }
    let placed = checked.errors.into_iter().map(|one| Problem {
        line: *line,
        path: format!("{} under settled: {}", entry.target, one.path),
        ..one
    });
    placed.collect()
}

/// Checks resources, alone and beside each other.
pub fn all(kinds: &[KindInfo], entries: &[Entry]) -> Checked {
    let mut checked = Checked::default();
    let mut first_of: BTreeMap<&Ref, &Entry> = BTreeMap::new();
    for entry in entries {
        checked.add(one(kinds, entry));
        let first = *first_of.entry(&entry.target).or_insert(entry);
        if !std::ptr::eq(first, entry) {
            let line = first.document.line(&Path::default()).unwrap_or(1);
            let what =
                format!("{} stands here twice, first at {}:{line}", entry.target, first.file);
            let path = Path::dotted("metadata.name");
            checked.errors.push(entry.problem(&path, what, "leave one of them out"));
        }
    }
    checked
}

fn one(kinds: &[KindInfo], entry: &Entry) -> Checked {
    let mut checked = Checked::default();
    entry.document.traps().iter().for_each(|trap| trapped(&entry.file, trap, &mut checked));
    // Of another group, but called as one of ours: it is judged beside, so that nothing is told
    // only once the group is right.
    let called = || kinds.iter().find(|kind| kind.api.kind == entry.target.api.kind);
    let Some(kind) = kinds::of(kinds, &entry.target).or_else(called) else {
        unknown_kind(kinds, entry, &mut checked);
        return checked;
    };
    version(kind, entry, &mut checked);
    let mut errors = metadata::unknown(entry.value());
    errors.extend(kind.schema.unknown(&Path::default(), entry.value()));
    let wrong = (kind.check)(entry.value()).err().unwrap_or_default();
    errors.extend(wrong.clone());
    add_errors(entry, &errors, &mut checked);
    for Idle { path, why } in (kind.without_effect)(entry.value(), &wrong) {
        checked.notes.push(entry.problem(&path, format!("has no effect: {why}"), ""));
    }
    for Doubt { path, what, remedy } in (kind.doubts)(entry.value(), &wrong) {
        let list = if remedy.is_some() { &mut checked.warnings } else { &mut checked.notes };
        list.push(entry.problem(&path, what, &remedy.unwrap_or_default()));
    }
    checked
}

/// Adds what `kubectl`, or Helm, may read as something else.
pub(crate) fn trapped(file: &str, trap: &Trap, checked: &mut Checked) {
    let list = if trap.misleads { &mut checked.errors } else { &mut checked.warnings };
    list.push(Problem {
        file: file.to_owned(),
        line: trap.line,
        path: trap.path.to_string(),
        what: format!("`{}`: {}", trap.text, trap.meaning),
        remedy: trap.remedy.clone(),
    });
}

/// Adds errors, but for those that an error about the same scalar says better. One of which there
/// is a warning only is still an error.
fn add_errors(entry: &Entry, errors: &Errors, checked: &mut Checked) {
    for error in errors.iter() {
        let said = entry.document.misleads(&error.path);
        let problem = entry.problem(&error.path, &error.cause, &error.remedy);
        if !said && !checked.errors.contains(&problem) {
            checked.errors.push(problem);
        }
    }
    checked.errors.sort_by_key(|problem| problem.line);
}

fn version(kind: &KindInfo, entry: &Entry, checked: &mut Checked) {
    let (wanted, given) = (kind.api.api_version(), entry.target.api.api_version());
    if wanted != given {
        let what = format!("Unsupported value: {given:?}");
        let remedy = format!("write {wanted}");
        checked.errors.push(entry.problem(&Path::root("apiVersion"), what, &remedy));
    }
}

/// A resource of a group of ours whose kind there is not is a mistake; one of another group is
/// somebody else's.
fn unknown_kind(kinds: &[KindInfo], entry: &Entry, checked: &mut Checked) {
    let api = &entry.target.api;
    let ours = kinds.iter().any(|kind| kind.api.group == api.group);
    let all = || kinds.iter().map(|kind| &*kind.api.kind);
    let path = Path::root("kind");
    if ours {
        let remedy = match nearest(&api.kind, all()) {
            Some(kind) => format!("did you mean {kind}?"),
            None => format!("kinds are {}", all().collect::<Vec<_>>().join(", ")),
        };
        let what = format!("there is no kind {} in {}", api.kind, api.api_version());
        checked.errors.push(entry.problem(&path, what, &remedy));
    } else {
        let what = format!("{} is not a kind of Sluicegate's and was not checked", api.kind);
        checked.notes.push(entry.problem(&path, what, ""));
    }
}

impl Checked {
    /// Adds what came of another check.
    pub fn add(&mut self, other: Self) {
        self.errors.extend(other.errors);
        self.warnings.extend(other.warnings);
        self.notes.extend(other.notes);
    }

    /// What is wrong, unless nothing is. Warnings and notes are told.
    ///
    /// # Errors
    ///
    /// What is wrong.
    pub fn or_fail(self, progress: &mut impl Progress, conclusion: &str) -> Result<(), Failure> {
        for problem in &self.warnings {
            progress.notes(&format!("warning: {problem}"));
        }
        if self.errors.is_empty() {
            return Ok(());
        }
        let mut lines: Vec<String> =
            self.errors.iter().map(|problem| format!("error: {problem}")).collect();
        lines.push(conclusion.to_owned());
        Err(Failure(lines))
    }
}
