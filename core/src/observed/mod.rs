//! What a plan may look at: the questions ([`Reads`]) and the answers ([`Observed`]).
//!
//! Questions are data, so that planning offline and planning live are the same code, and so that
//! watches, rights and fixtures follow from them. Not having looked, having found nothing, and not
//! having been able to tell are three different things, and no function here mixes them up.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use kube_core::Resource;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::system::{Kubernetes, System};

mod object;
mod selector;

pub(crate) use self::object::annotation;
pub use self::{
    object::{Api, Ref, at, group_of, text},
    selector::{Index, Indexed, Selector},
};

/// What must be seen before a plan can be made.
#[derive(Clone, Debug, PartialEq)]
pub struct Reads<S: System> {
    /// Single objects.
    pub objects: BTreeSet<Ref>,
    /// Lists of objects.
    pub lists: BTreeSet<Selector>,
    /// Questions to the product's own API.
    pub probes: BTreeSet<S::Probe>,
    /// Objects of which the warnings that controllers wrote about them are asked for. Nothing
    /// watches these: a kind asks only while something is missing that nobody else can tell of.
    pub warnings: BTreeSet<Ref>,
}

/// What came of looking for one object.
#[derive(Clone, Debug, PartialEq)]
pub enum Look {
    /// It does not exist.
    Absent,
    /// It could not be told whether it exists: the right to look is missing, or the file that
    /// stands in for the cluster does not say.
    Denied(String),
    /// Here it is.
    Found(Arc<Value>),
}

/// What came of listing objects.
#[derive(Clone, Debug, PartialEq)]
pub enum List {
    /// The API server does not serve this API: its definition is not installed.
    NotServed,
    /// It could not be told which there are: the right to list them is missing, and why.
    Denied(String),
    /// The objects, in the order of their namespaces and names.
    Items(Vec<Arc<Value>>),
}

/// What has been seen.
#[derive(Clone, Debug, PartialEq)]
pub struct Observed<S: System> {
    objects: BTreeMap<Ref, Look>,
    lists: BTreeMap<Selector, List>,
    answers: BTreeMap<S::Probe, S::Answer>,
    warnings: BTreeMap<Ref, Vec<Arc<Value>>>,
}

/// The outcome of looking. Not having looked is not the same as having found nothing.
#[derive(Clone, Debug, PartialEq)]
pub enum Seen<T> {
    /// Nobody has looked yet.
    Unread,
    /// Looked; it is not there.
    Absent,
    /// Looked; it cannot be told, and why.
    Unknown(String),
    /// Looked; here it is.
    Present(T),
}

impl<S: System> Reads<S> {
    /// Nothing.
    pub fn none() -> Self {
        Self {
            objects: BTreeSet::new(),
            lists: BTreeSet::new(),
            probes: BTreeSet::new(),
            warnings: BTreeSet::new(),
        }
    }

    /// Adds one object.
    #[must_use]
    pub fn object(mut self, target: Ref) -> Self {
        self.objects.insert(target);
        self
    }

    /// Adds a list.
    #[must_use]
    pub fn list(mut self, selector: Selector) -> Self {
        self.lists.insert(selector);
        self
    }

    /// Adds a question to the product's own API.
    #[must_use]
    pub fn probe(mut self, probe: S::Probe) -> Self {
        self.probes.insert(probe);
        self
    }

    /// Adds the warnings about an object.
    #[must_use]
    pub fn warnings_of(mut self, regarding: Ref) -> Self {
        self.warnings.insert(regarding);
        self
    }

    /// What is asked of Kubernetes, and what is asked of the product.
    pub fn split(self) -> (Reads<Kubernetes>, BTreeSet<S::Probe>) {
        let Self { objects, lists, probes, warnings } = self;
        (Reads { objects, lists, probes: BTreeSet::new(), warnings }, probes)
    }

    /// Whether there is nothing to read.
    pub fn is_empty(&self) -> bool {
        self.objects.is_empty()
            && self.lists.is_empty()
            && self.probes.is_empty()
            && self.warnings.is_empty()
    }

    /// What of this has not been read yet.
    #[must_use]
    pub fn unread(mut self, seen: &Observed<S>) -> Self {
        self.objects.retain(|target| !seen.objects.contains_key(target));
        self.lists.retain(|selector| !seen.lists.contains_key(selector));
        self.probes.retain(|probe| !seen.answers.contains_key(probe));
        self.warnings.retain(|regarding| !seen.warnings.contains_key(regarding));
        self
    }
}

impl<S: System> Default for Observed<S> {
    fn default() -> Self {
        Self {
            objects: BTreeMap::new(),
            lists: BTreeMap::new(),
            answers: BTreeMap::new(),
            warnings: BTreeMap::new(),
        }
    }
}

impl Observed<Kubernetes> {
    /// The same, with what a product answered.
    pub fn with_answers<S: System>(
        self,
        answers: impl IntoIterator<Item = (S::Probe, S::Answer)>,
    ) -> Observed<S> {
        let Self { objects, lists, warnings, .. } = self;
        Observed { objects, lists, answers: answers.into_iter().collect(), warnings }
    }
}

impl<S: System> Observed<S> {
    /// Records what came of looking for an object.
    pub fn saw(&mut self, target: Ref, look: Look) {
        self.objects.insert(target, look);
    }

    /// Records what came of listing.
    pub fn listed(&mut self, selector: Selector, list: List) {
        self.lists.insert(selector, list);
    }

    /// Records an answer of the product's own API.
    pub fn answered(&mut self, probe: S::Probe, answer: S::Answer) {
        self.answers.insert(probe, answer);
    }

    /// Records the warnings about an object: `Event`s of `events.k8s.io/v1`, or none where they may
    /// not be looked at.
    pub fn warned(&mut self, regarding: Ref, events: Vec<Arc<Value>>) {
        self.warnings.insert(regarding, events);
    }

    /// The warnings about an object, as far as they were asked for.
    pub fn warnings(&self, regarding: &Ref) -> &[Arc<Value>] {
        self.warnings.get(regarding).map(Vec::as_slice).unwrap_or_default()
    }

    /// One object as it was seen: asked for by name, or among the lists.
    pub fn raw(&self, target: &Ref) -> Seen<&Arc<Value>> {
        match self.objects.get(target) {
            Some(Look::Found(object)) => return Seen::Present(object),
            Some(Look::Absent) => return Seen::Absent,
            Some(Look::Denied(why)) => return Seen::Unknown(why.clone()),
            None => {}
        }
        for (selector, list) in &self.lists {
            let List::Items(items) = list else { continue };
            if selector.api != target.api {
                continue;
            }
            if let Some(found) = items.iter().find(|item| is(item, target)) {
                return Seen::Present(found);
            }
            // Only a list of everything can show that something is not there.
            let every = selector.labels.is_empty() && selector.indexed.is_none();
            if every && selector.namespace == target.namespace {
                return Seen::Absent;
            }
        }
        Seen::Unread
    }

    /// One object, decoded. One that does not decode is [`Seen::Unknown`].
    pub fn get<K>(&self, namespace: &str, name: &str) -> Seen<K>
    where
        K: Resource<DynamicType = ()> + DeserializeOwned,
    {
        match self.raw(&Ref::to::<K>(namespace, name)) {
            Seen::Unread => Seen::Unread,
            Seen::Absent => Seen::Absent,
            Seen::Unknown(why) => Seen::Unknown(why),
            Seen::Present(object) => match K::deserialize(&**object) {
                Ok(object) => Seen::Present(object),
                Err(error) => Seen::Unknown(format!("it does not decode: {error}")),
            },
        }
    }

    /// The objects of a list, undecoded. Nothing where the list was not read or is not served.
    pub fn items(&self, selector: &Selector) -> &[Arc<Value>] {
        match self.lists.get(selector) {
            Some(List::Items(items)) => items,
            Some(List::NotServed | List::Denied(_)) | None => &[],
        }
    }

    /// Whether the API server serves what a list asked for; nothing if nobody asked, or may ask.
    pub fn served(&self, selector: &Selector) -> Option<bool> {
        match self.lists.get(selector) {
            Some(List::Items(_)) => Some(true),
            Some(List::NotServed) => Some(false),
            Some(List::Denied(_)) | None => None,
        }
    }

    /// Why a list could not be had, if the right to it is missing.
    pub fn denied(&self, selector: &Selector) -> Option<&str> {
        if let Some(List::Denied(why)) = self.lists.get(selector) { Some(why) } else { None }
    }

    /// The answer of the product's own API.
    pub fn answer(&self, probe: &S::Probe) -> Option<&S::Answer> {
        self.answers.get(probe)
    }

    /// What came of looking for each object.
    pub fn looks(&self) -> impl Iterator<Item = (&Ref, &Look)> {
        self.objects.iter()
    }

    /// What came of each list.
    pub fn lists(&self) -> impl Iterator<Item = (&Selector, &List)> {
        self.lists.iter()
    }

    /// Each question to the product's own API, with its answer.
    pub fn answers(&self) -> impl Iterator<Item = (&S::Probe, &S::Answer)> {
        self.answers.iter()
    }

    /// The warnings about each object that was asked about.
    pub fn warned_about(&self) -> impl Iterator<Item = (&Ref, &[Arc<Value>])> {
        self.warnings.iter().map(|(regarding, events)| (regarding, events.as_slice()))
    }

    /// What was read, as questions.
    pub fn reads(&self) -> Reads<S> {
        Reads {
            objects: self.objects.keys().cloned().collect(),
            lists: self.lists.keys().cloned().collect(),
            probes: self.answers.keys().cloned().collect(),
            warnings: self.warnings.keys().cloned().collect(),
        }
    }
}

impl<T> Seen<T> {
    /// The object, if it is there.
    ///
    /// # Panics
    ///
    /// If nobody looked: the kind plans from something it did not declare that it reads.
    pub fn present(self) -> Option<T> {
        match self {
            Self::Present(object) => Some(object),
            Self::Absent | Self::Unknown(_) => None,
            Self::Unread => panic!("planned from an undeclared read; add it to Kind::refers"),
        }
    }
}

fn is(object: &Value, target: &Ref) -> bool {
    text(object, "/metadata/name") == target.name
        && text(object, "/metadata/namespace") == target.namespace
}
