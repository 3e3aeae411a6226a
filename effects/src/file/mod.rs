//! The world as files: what is asked for, and, if the file says so, what exists.
//!
//! A file is a YAML stream. Documents before one with the key `observed:` are the resources that
//! are asked for. After it stands what exists: objects, answers of the product, and changes to what
//! the resources under `settled:` came to on the [embedded Kubernetes](crate::memory):
//!
//! ```yaml
//! # what is asked for
//! kind: RivvenTopic
//! ---
//! observed:                       # may be empty
//!   served: [monitoring.coreos.com/v1]
//!   denied: [{ kind: StorageClass, name: fast }]
//!   absent: [{ kind: StorageClass, name: slow }]
//!   now: 2026-01-01T00:00:00Z
//!   settled: [{ kind: RivvenCluster }]
//! ---
//! kind: Pod                       # an object that exists, in place of what settled
//! ---
//! patch: { kind: Pod, name: rivven-prod-0 }
//! merge: { status: { phase: Failed } }          # or `delete: true`
//! ---
//! system: rivven                # may be left out where one system alone asks such a question
//! probe: { health: { namespace: default, cluster: prod, ordinal: 0, port: 9090 } }
//! answer: { health: { healthy: true } }
//! ```
//!
//! `ends: true` under `observed:` says that the last document is `end: observed`: one that lacks it
//! was cut off.
//!
//! What a file does not say is not made up: an object of the whole cluster that it does not hold is
//! one that may not be looked at, and a question without an answer is one that nobody answered.

use std::{fmt, sync::Arc};

use k8s_openapi::jiff::Timestamp;
use serde_json::{Value, json};
use sluicegate_core::{
    field::Path,
    k8s::builtin,
    observed::{Ref, text},
};

use crate::{
    memory,
    yaml::{self, Document},
};

mod answers;
mod apply;
mod drive;
mod question;
mod read;
mod world;

#[cfg(test)]
mod tests;

pub use self::{
    answers::Said,
    drive::{Operator, Rest, Stillness, Watcher, round},
    question::{Asking, Found, Looked, Question, Reply, ask},
    read::named,
    world::{Start, World},
};

/// A text with its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The path, for errors.
    pub name: String,
    /// The text.
    pub text: String,
}

/// What a file says.
#[derive(Clone, Debug)]
pub struct File {
    /// Its name, for errors.
    pub name: String,
    /// The first comment of the file, if it begins with one.
    pub comment: Option<String>,
    /// The resources that are asked for.
    pub desired: Vec<Entry>,
    /// The objects that exist, as they stand in the file.
    pub present: Vec<Entry>,
    /// What exists; nothing if the file does not speak of it.
    pub state: Option<State>,
}

/// One object of a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The file.
    pub file: String,
    /// The object, placed in a namespace, with its lines and traps.
    pub document: Document,
    /// Which object.
    pub target: Ref,
    /// Whether the file says in which namespace it is. If not, it was put into `default`.
    pub says_namespace: bool,
}

/// What exists, as a file has it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct State {
    /// Further APIs that are served, such as `monitoring.coreos.com/v1`.
    pub served: Vec<String>,
    /// Objects that may not be looked at.
    pub denied: Vec<Ref>,
    /// Objects of the whole cluster that are known not to exist.
    pub absent: Vec<Ref>,
    /// The time; offline there is no clock.
    pub now: Option<Timestamp>,
    /// Resources that were run on the embedded Kubernetes until all was quiet, each with its line.
    pub settled: Vec<(Value, usize)>,
    /// Objects that exist, in place of what settled.
    pub objects: Vec<Arc<Value>>,
    /// Changes to what settled.
    pub patches: Vec<Patch>,
    /// Questions to products with their answers, undecoded.
    pub answers: Vec<Said>,
}

/// A change to what settled.
#[derive(Clone, Debug, PartialEq)]
pub struct Patch {
    /// The API of the object.
    pub api_version: String,
    /// Its kind.
    pub kind: String,
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// What is laid over it (JSON merge patch); nothing to delete it.
    pub merge: Option<Value>,
}

/// Something wrong with a file, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The field; empty for the whole document.
    pub path: String,
    /// What is wrong.
    pub what: String,
    /// What to write instead.
    pub remedy: String,
}

/// The time where a file does not say.
const NOW: &str = "2026-01-01T00:00:00Z";

/// Reads a file.
///
/// # Errors
///
/// Everything that is wrong with it, each with its line.
pub fn parse(source: &Source) -> Result<File, Vec<Problem>> {
    whole(parse_all(source))
}

/// Reads what can be read of a file, and tells everything that is wrong with it: whoever mends the
/// one document wants to hear of the others, too.
pub fn parse_all(source: &Source) -> (Option<File>, Vec<Problem>) {
    read::file(source, false)
}

/// Reads a file that only says what exists: its `observed:` document may be left out.
///
/// # Errors
///
/// Everything that is wrong with it, each with its line.
pub fn parse_state(source: &Source) -> Result<State, Vec<Problem>> {
    Ok(parse_observed(source)?.state.unwrap_or_default())
}

/// Reads a file that only says what exists, with its objects as they stand in it.
///
/// # Errors
///
/// Everything that is wrong with it, each with its line.
pub fn parse_observed(source: &Source) -> Result<File, Vec<Problem>> {
    whole(read::file(source, true))
}

fn whole(read: (Option<File>, Vec<Problem>)) -> Result<File, Vec<Problem>> {
    match read {
        (Some(file), problems) if problems.is_empty() => Ok(file),
        (_, problems) => Err(problems),
    }
}

impl Entry {
    /// An object that stands in no file, as one of this name.
    pub fn of(file: &str, object: Arc<Value>) -> Self {
        let target = memory::reference(&object);
        let document = Document::from(object);
        Self { file: file.to_owned(), document, target, says_namespace: true }
    }

    /// The object.
    pub fn value(&self) -> &Value {
        &self.document.value
    }

    /// Puts an object whose file says no namespace into this one.
    pub fn place(&mut self, namespace: &str) {
        if !self.says_namespace && !self.target.namespace.is_empty() {
            let value = Arc::make_mut(&mut self.document.value);
            value["metadata"]["namespace"] = json!(namespace);
            namespace.clone_into(&mut self.target.namespace);
        }
    }

    /// Something wrong with a field of this object.
    pub fn problem(&self, path: &Path, what: impl fmt::Display, remedy: &str) -> Problem {
        Problem {
            file: self.file.clone(),
            line: self.document.line(path).unwrap_or(1),
            path: path.to_string(),
            what: what.to_string(),
            remedy: remedy.to_owned(),
        }
    }
}

impl Patch {
    /// The object before the patch, where there is none.
    fn fresh(&self) -> Value {
        let Self { api_version, kind, namespace, name, .. } = self;
        let mut object = json!({
            "apiVersion": api_version, "kind": kind, "metadata": { "name": name },
        });
        if !namespace.is_empty() {
            object["metadata"]["namespace"] = json!(namespace);
        }
        object
    }
}

impl State {
    /// The time.
    pub fn now(&self) -> Timestamp {
        self.now.unwrap_or_else(|| NOW.parse().expect("the constant is a time"))
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, path, what, remedy } = self;
        write!(f, "{file}:{line}: ")?;
        if !path.is_empty() {
            write!(f, "{path}: ")?;
        }
        f.write_str(what)?;
        if remedy.is_empty() { Ok(()) } else { write!(f, " ({remedy})") }
    }
}

impl From<yaml::Error> for Problem {
    fn from(error: yaml::Error) -> Self {
        let yaml::Error { name, line, what, remedy, .. } = error;
        Self { file: name, line, path: String::new(), what, remedy }
    }
}

/// Puts an object without a namespace into the default one, unless its kind has none.
fn place(object: &mut Value) {
    if is_namespaced(text(object, "/kind"))
        && text(object, "/metadata/namespace").is_empty()
        && let Some(meta) = object.get_mut("metadata").and_then(Value::as_object_mut)
    {
        meta.insert("namespace".to_owned(), Value::from("default"));
    }
}

/// What is not built in is taken to belong to one: so do all kinds of ours.
fn is_namespaced(kind: &str) -> bool {
    builtin::by_kind(kind).is_none_or(|one| one.namespaced)
}
