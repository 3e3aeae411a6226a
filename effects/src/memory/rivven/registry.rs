//! Schema registries, as rivven-schema 0.0.22 was seen to behave: all that one knows is in its
//! process, and it begins with BACKWARD.
//!
//! Not imitated: registering schemas, what rules refuse, modes.

use std::collections::{BTreeMap, BTreeSet};

use sluicegate_core::systems::rivven::registry::{
    Change, DEFAULT_LEVEL, MARK, Question, Registry, SeenRegistry, What,
};

use crate::memory::{Store, key::Key, object::is_leaving};

/// All registries there are, by namespace and name of their pods.
#[derive(Clone, Debug, Default)]
pub struct Registries(BTreeMap<(String, String), Process>);

/// What one process knows.
#[derive(Clone, Debug)]
struct Process {
    level: String,
    /// The levels of subjects that have one of their own.
    subjects: BTreeMap<String, String>,
    contexts: BTreeSet<String>,
    rules: BTreeMap<String, String>,
    schemas: u64,
}

impl Default for Process {
    fn default() -> Self {
        Self {
            level: DEFAULT_LEVEL.to_owned(),
            subjects: BTreeMap::new(),
            contexts: BTreeSet::from([String::new()]),
            rules: BTreeMap::new(),
            schemas: 0,
        }
    }
}

impl Registries {
    /// What is in force in one, or why it cannot be asked.
    pub(super) fn ask(&self, world: &Store, asked: &Question) -> Result<SeenRegistry, String> {
        reach(world, &asked.registry)?;
        let new = Process::default();
        let own = self.0.get(&place(&asked.registry)).unwrap_or(&new);
        let level = |subject: &String| own.subjects.get(subject).unwrap_or(&own.level).clone();
        let others = own.subjects.iter().filter(|(name, level)| {
            asked.turn.is_some() && !asked.subjects.contains(*name) && **level != own.level
        });
        Ok(SeenRegistry {
            others: others.map(|(name, level)| (name.clone(), level.clone())).collect(),
            level: own.level.clone(),
            subjects: asked.subjects.iter().map(|name| (name.clone(), level(name))).collect(),
            contexts: own.contexts.clone(),
            rules: own.rules.clone(),
            schema_count: own.schemas,
            subject_count: own.schemas,
        })
    }

    /// Makes a change in one, or says why it cannot be reached.
    pub(super) fn call(&mut self, world: &Store, change: &Change) -> Result<(), String> {
        reach(world, &change.registry)?;
        let own = self.0.entry(place(&change.registry)).or_default();
        match &change.what {
            What::Level(level) => own.level.clone_from(level),
            What::SubjectLevel { subject, level } => {
                own.subjects.insert(subject.clone(), level.clone());
            }
            What::Context { name, .. } => drop(own.contexts.insert(name.clone())),
            What::Rule(rule) => drop(own.rules.insert(rule.name.clone(), rule.digest())),
            What::NoRule(name) => drop(own.rules.remove(name)),
            What::Open => drop(own.contexts.insert(MARK.to_owned())),
        }
        Ok(())
    }

    /// Registers so many schemas in one.
    pub fn register(&mut self, registry: &Registry, schemas: u64) {
        self.0.entry(place(registry)).or_default().schemas += schemas;
    }

    /// Its process has ended.
    pub(super) fn stopped(&mut self, namespace: &str, pod: &str) {
        self.0.remove(&(namespace.to_owned(), pod.to_owned()));
    }
}

fn place(registry: &Registry) -> (String, String) {
    (registry.namespace.clone(), registry.pod.clone())
}

/// Whether it can be reached: its pod need not be ready.
fn reach(world: &Store, registry: &Registry) -> Result<(), String> {
    let Registry { namespace, pod, .. } = registry;
    let Some(found) = world.find(&Key::core("Pod", namespace, pod)) else {
        return Err(format!("no such host: {pod}"));
    };
    match is_leaving(found) || !world.is_pod_ready(namespace, pod) {
        true => Err(format!("connection refused by {pod}")),
        false => Ok(()),
    }
}
