//! A schema registry: where it is, what is in force in it, and what changes that.
//!
//! The program keeps everything in its memory, and begins with [`DEFAULT_LEVEL`] whatever it is
//! told. So it is asked, and set, over its own API each time it has started.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::names;
use crate::{
    digest::digest,
    observed::{at, text},
};

/// The level of a registry that has just started.
pub const DEFAULT_LEVEL: &str = "BACKWARD";
/// The context that is made when everything is in force, and goes with the memory that it is in:
/// the pod is ready for as long as it is there.
pub const MARK: &str = "sluicegate";

/// A registry, by what it is called. Its address follows from that, and from nothing that anybody
/// has written into a status.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Registry {
    /// The namespace of its resource.
    pub namespace: String,
    /// The name of its resource.
    pub name: String,
    /// Its pod, which has what is in force in its memory.
    pub pod: String,
    /// Its port.
    pub port: u16,
}

/// What a registry is asked.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Question {
    /// Which one.
    pub registry: Registry,
    /// The subjects whose levels are asked for.
    #[serde(default)]
    pub subjects: BTreeSet<String>,
    /// Which of all other subjects are looked at, [`AT_ONCE`] at a time, in turn; none where that
    /// is not asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub turn: Option<u64>,
}

/// How many subjects are looked at in one turn.
pub const AT_ONCE: usize = 100;

/// What is in force in a registry, and what it holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SeenRegistry {
    /// The level of subjects that have none of their own.
    pub level: String,
    /// The level of each subject that was asked for: its own, or else that of all.
    #[serde(default)]
    pub subjects: BTreeMap<String, String>,
    /// The levels of other subjects that are not that of all, as far as they were looked at.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub others: BTreeMap<String, String>,
    /// Its contexts, [`MARK`] among them.
    #[serde(default)]
    pub contexts: BTreeSet<String>,
    /// Its rules, each with the digest that it was set with: none of one that somebody else has
    /// set.
    #[serde(default)]
    pub rules: BTreeMap<String, String>,
    /// How many schemas it holds, each once.
    #[serde(default)]
    pub schema_count: u64,
    /// How many subjects it holds.
    #[serde(default)]
    pub subject_count: u64,
}

/// A change of what is in force in a registry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Change {
    /// Which one.
    pub registry: Registry,
    /// What is changed.
    pub what: What,
}

/// What is changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum What {
    /// The level of subjects that have none of their own.
    Level(String),
    /// The level of one subject.
    SubjectLevel {
        /// Which.
        subject: String,
        /// The level.
        level: String,
    },
    /// A context is made.
    Context {
        /// Its name.
        name: String,
        /// What it is for.
        description: Option<String>,
    },
    /// A rule takes the place of those of its name.
    Rule(Rule),
    /// The rules of this name go.
    NoRule(String),
    /// The registry is let be used: everything else is in force.
    Open,
}

/// A rule that schemas are checked by, as the program takes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Rule {
    /// Its name.
    pub name: String,
    /// What it looks at, such as `FIELD_REQUIRED`.
    pub rule_type: String,
    /// What must be found there, as the JSON that this type takes.
    pub config: String,
    /// What becomes of a schema that breaks it: `ERROR`, `WARNING` or `INFO`.
    pub level: String,
    /// What it is for.
    #[serde(default)]
    pub description: String,
    /// The subjects that it is for; all where there are none.
    #[serde(default)]
    pub subjects: Vec<String>,
    /// The kinds of schema that it is for; all where there are none.
    #[serde(default)]
    pub schema_types: Vec<String>,
}

impl Rule {
    /// What tells it from a rule of the same name that says something else. The program shows too
    /// little of a rule to compare: this stands in its description.
    pub fn digest(&self) -> String {
        digest(&json!(self))
    }

    /// Its description as the program is told it.
    pub fn marked(&self) -> String {
        let Self { description, .. } = self;
        format!("{description} {MARKED}{}]", self.digest()).trim_start().to_owned()
    }

    /// The digest in a description, if it has one.
    pub fn digest_in(description: &str) -> Option<&str> {
        description.rsplit_once(MARKED)?.1.strip_suffix(']')
    }
}

/// How the digest of a rule begins in its description.
const MARKED: &str = "[sluicegate:";

impl SeenRegistry {
    /// One that has just started.
    pub fn new(subjects: &BTreeSet<String>) -> Self {
        let level = DEFAULT_LEVEL.to_owned();
        Self {
            subjects: subjects.iter().map(|name| (name.clone(), level.clone())).collect(),
            level,
            others: BTreeMap::new(),
            // The one that every registry has.
            contexts: BTreeSet::from([String::new()]),
            rules: BTreeMap::new(),
            schema_count: 0,
            subject_count: 0,
        }
    }

    /// Whether it was let be used since it started.
    pub fn is_open(&self) -> bool {
        self.contexts.contains(MARK)
    }
}

impl Registry {
    /// Its host name, resolvable inside the cluster, in a cluster with this DNS suffix: that of a
    /// Service that leads to its pod ready or not.
    pub fn host(&self, domain: &str) -> String {
        let headless = names::registry_headless(&self.name);
        format!("{headless}.{}.svc.{domain}", self.namespace)
    }
}

impl Change {
    /// Whether it can only be made after another: a registry is not opened with less than is asked
    /// for.
    pub(super) fn rests_on(&self, earlier: &Self) -> bool {
        self.registry == earlier.registry && self.what == What::Open && earlier.what != What::Open
    }

    /// What it changes, as people would say it.
    pub(super) fn subject(&self) -> String {
        match &self.what {
            What::Level(_) => format!("the level of {}", self.registry),
            What::SubjectLevel { subject, .. } => format!("the level of subject {subject}"),
            What::Context { name, .. } => format!("context {name}"),
            What::Rule(Rule { name, .. }) | What::NoRule(name) => format!("rule {name}"),
            What::Open => self.registry.to_string(),
        }
    }

    /// Makes an answer the one after it. Returns whether that is another.
    pub(super) fn fold(&self, asked: &Question, seen: &mut SeenRegistry) -> bool {
        if asked.registry != self.registry {
            return false;
        }
        let before = seen.clone();
        self.apply(seen);
        *seen != before
    }

    /// What becomes of a registry by it.
    pub fn apply(&self, seen: &mut SeenRegistry) {
        match &self.what {
            // What is asked about has a level of its own by then: it is set before that of all.
            What::Level(level) => seen.level.clone_from(level),
            What::SubjectLevel { subject, level } => {
                if seen.others.remove(subject).is_none() {
                    seen.subjects.insert(subject.clone(), level.clone());
                }
            }
            What::Context { name, .. } => drop(seen.contexts.insert(name.clone())),
            What::Rule(rule) => drop(seen.rules.insert(rule.name.clone(), rule.digest())),
            What::NoRule(name) => drop(seen.rules.remove(name)),
            What::Open => drop(seen.contexts.insert(MARK.to_owned())),
        }
    }
}

/// Where the registry listens whose pod has this spec, if it has one of ours.
pub fn listens(pod: &Value) -> Option<u16> {
    let containers = at(pod, "/containers").and_then(Value::as_array)?;
    let own = containers.iter().find(|one| text(one, "/name") == names::REGISTRY)?;
    at(own, "/ports/0/containerPort")?.as_u64()?.try_into().ok()
}

impl fmt::Display for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "registry {}/{}", self.namespace, names::registry(&self.name))
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { registry, what } = self;
        match what {
            What::Level(level) => write!(f, "set the level of {registry} to {level}"),
            What::SubjectLevel { subject, level } => {
                write!(f, "set the level of subject {subject} to {level} in {registry}")
            }
            What::Context { name, .. } => write!(f, "create context {name} in {registry}"),
            What::Rule(Rule { name, .. }) => write!(f, "set rule {name} in {registry}"),
            What::NoRule(name) => write!(f, "delete rule {name} in {registry}"),
            What::Open => write!(f, "open {registry} to clients"),
        }
    }
}
