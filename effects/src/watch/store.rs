//! The objects of one stream, as far as plans look at them.
//!
//! What belongs to somebody else is kept as a stub: enough to see that a name is taken and by whom.
//! A stub is an economy and never an answer: whoever reads one gets the whole object first
//! ([`Store::want`]). What is kept of the rest is its text, a sixth of what it takes decoded; the
//! own kinds are kept decoded, since every topic looks at all topics.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use serde_json::{Value, json};
use sluicegate_core::observed::{Api, Ref, Selector, text};

use super::{
    head::{Head, INSTANCE, number},
    trim::{is_of_interest, stub, trim},
};

/// That an object has come, changed or gone.
#[derive(Clone, Debug)]
pub struct Change {
    /// The object.
    pub target: Ref,
    /// How it was; nothing if it was not there.
    pub before: Option<Arc<Head>>,
    /// How it is; nothing if it is gone.
    pub after: Option<Arc<Head>>,
}

/// An object as a store has it.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    pub(crate) head: Arc<Head>,
    body: Body,
}

#[derive(Clone, Debug)]
enum Body {
    /// Decoded.
    Value(Arc<Value>),
    /// As JSON.
    Text(Arc<str>),
    /// Only the metadata, as JSON: the object is somebody else's.
    Stub(Arc<str>),
}

type Names = BTreeMap<String, Kept>;

/// The objects of one API in one scope.
#[derive(Debug)]
pub(crate) struct Store {
    api: Api,
    own: Arc<BTreeSet<Api>>,
    objects: BTreeMap<String, Names>,
    /// The value of [`INSTANCE`], namespace and name of each object that has one.
    instances: BTreeSet<(String, String, String)>,
    /// What somebody reads though it is not ours, by namespace and name.
    wanted: BTreeSet<(String, String)>,
    version: u64,
}

impl Store {
    /// An empty store. `own` are the kinds of which nothing is left out.
    pub(crate) fn new(api: Api, own: Arc<BTreeSet<Api>>) -> Self {
        Self {
            api,
            own,
            objects: BTreeMap::new(),
            instances: BTreeSet::new(),
            wanted: BTreeSet::new(),
            version: 0,
        }
    }

    /// An empty one that leaves out the same.
    pub(crate) fn anew(&self) -> Self {
        let wanted = self.wanted.clone();
        Self { wanted, ..Self::new(self.api.clone(), self.own.clone()) }
    }

    /// The highest resourceVersion seen.
    pub(crate) fn version(&self) -> u64 {
        self.version
    }

    /// Notes how far the stream has come.
    pub(crate) fn reached(&mut self, version: &str) {
        self.version = self.version.max(number(version));
    }

    /// How many objects there are.
    pub(crate) fn len(&self) -> usize {
        self.objects.values().map(BTreeMap::len).sum()
    }

    /// The namespaces and names of all objects.
    pub(crate) fn keys(&self) -> impl Iterator<Item = (&str, &str)> {
        self.objects.iter().flat_map(|(namespace, names)| {
            names.keys().map(move |name| (namespace.as_str(), name.as_str()))
        })
    }

    /// One object.
    pub(crate) fn get(&self, namespace: &str, name: &str) -> Option<&Kept> {
        self.objects.get(namespace)?.get(name)
    }

    /// Takes in an object as it came. Nothing if it says nothing new.
    pub(crate) fn put(&mut self, object: Value) -> Option<Change> {
        let target = self.target(&object);
        let version = number(text(&object, "/metadata/resourceVersion"));
        self.version = self.version.max(version);
        let at = (target.namespace.clone(), target.name.clone());
        let kept = Kept::of(&self.api, &self.own, object, self.wanted.contains(&at));
        let before = self.get(&target.namespace, &target.name);
        let nothing_new = |before: &Kept| {
            (before.head == kept.head && before.is_whole()) || before.head.version > version
        };
        if before.is_some_and(nothing_new) {
            return None;
        }
        let after = kept.head.clone();
        let before = self.insert(&target, kept);
        Some(Change { target, before, after: Some(after) })
    }

    /// Takes an object out.
    pub(crate) fn remove(&mut self, object: &Value) -> Option<Change> {
        self.reached(text(object, "/metadata/resourceVersion"));
        let target = self.target(object);
        self.take_out(target)
    }

    /// Takes everything that is not in another store out, and everything in it, in.
    pub(crate) fn replace(&mut self, by: Self) -> Vec<Change> {
        let there = |(namespace, name): (&str, &str)| Ref {
            api: self.api.clone(),
            namespace: namespace.to_owned(),
            name: name.to_owned(),
        };
        let gone = self.keys().filter(|(namespace, name)| by.get(namespace, name).is_none());
        let gone: Vec<Ref> = gone.map(there).collect();
        let mut changes: Vec<Change> =
            gone.into_iter().filter_map(|target| self.take_out(target)).collect();
        for (namespace, names) in by.objects {
            for (name, kept) in names {
                let target = Ref { api: self.api.clone(), namespace: namespace.clone(), name };
                let known = self.get(&target.namespace, &target.name);
                if known.is_some_and(|known| known.head == kept.head && known.is_whole()) {
                    continue;
                }
                let after = Some(kept.head.clone());
                let before = self.insert(&target, kept);
                if before != after {
                    changes.push(Change { target, before, after });
                }
            }
        }
        self.version = self.version.max(by.version);
        changes
    }

    /// The objects that a selector selects, in the order of their namespaces and names.
    pub(crate) fn select(&self, selector: &Selector) -> Vec<(Ref, Kept)> {
        let selected = |target: Ref, kept: &Kept| {
            let labels = (!selector.labels.is_empty()).then(|| json!(kept.head.labels));
            let selected = selector.selects(&target, labels.as_ref())
                && (selector.indexed.is_none() || selector.has_value(&kept.value()));
            selected.then(|| (target, kept.clone()))
        };
        let at = |namespace: &str, name: &str| Ref {
            api: self.api.clone(),
            namespace: namespace.to_owned(),
            name: name.to_owned(),
        };
        if let Some(instance) = selector.labels.get(INSTANCE) {
            let from = (instance.clone(), String::new(), String::new());
            let found = self.instances.range(from..).take_while(|(of, ..)| of == instance);
            let found = found.filter_map(|(_, namespace, name)| {
                selected(at(namespace, name), self.get(namespace, name)?)
            });
            return found.collect();
        }
        let all = self.objects.iter().filter(|(namespace, _)| {
            selector.namespace.is_empty() || selector.namespace == **namespace
        });
        let all = all.flat_map(|(namespace, names)| {
            names.iter().filter_map(|(name, kept)| selected(at(namespace, name), kept))
        });
        all.collect()
    }

    /// From now on keeps this object whole. Somebody reads it.
    pub(crate) fn want(&mut self, namespace: &str, name: &str) {
        self.wanted.insert((namespace.to_owned(), name.to_owned()));
    }

    /// Fills in a stub by what was read on its own, unless the stream is further than that.
    pub(crate) fn fill_in(&mut self, object: Value) -> Option<Change> {
        let target = self.target(&object);
        let known = self.get(&target.namespace, &target.name)?;
        let kept = Kept::of(&self.api, &self.own, object, true);
        if known.is_whole() || known.head.version > kept.head.version {
            return None;
        }
        // The event of that version, if it is still to come, is nothing new by then.
        let after = Some(kept.head.clone());
        let before = self.insert(&target, kept);
        (before != after).then_some(Change { target, before, after })
    }

    fn target(&self, object: &Value) -> Ref {
        Ref {
            api: self.api.clone(),
            namespace: text(object, "/metadata/namespace").to_owned(),
            name: text(object, "/metadata/name").to_owned(),
        }
    }

    fn insert(&mut self, target: &Ref, kept: Kept) -> Option<Arc<Head>> {
        let before = self.take_out(target.clone()).and_then(|change| change.before);
        if let Some(instance) = kept.head.labels.get(INSTANCE) {
            self.instances.insert(marked(instance, target));
        }
        let names = self.objects.entry(target.namespace.clone()).or_default();
        names.insert(target.name.clone(), kept);
        before
    }

    fn take_out(&mut self, target: Ref) -> Option<Change> {
        let names = self.objects.get_mut(&target.namespace)?;
        let before = names.remove(&target.name)?.head;
        if names.is_empty() {
            self.objects.remove(&target.namespace);
        }
        if let Some(instance) = before.labels.get(INSTANCE) {
            self.instances.remove(&marked(instance, &target));
        }
        Some(Change { target, before: Some(before), after: None })
    }
}

impl Kept {
    fn of(api: &Api, own: &BTreeSet<Api>, mut object: Value, wanted: bool) -> Self {
        trim(api, &mut object);
        let head = Arc::new(Head::of(&object));
        let body = if own.contains(api) {
            Body::Value(Arc::new(object))
        } else if wanted || is_of_interest(own, &head, &object) {
            Body::Text(object.to_string().into())
        } else {
            Body::Stub(stub(&object).to_string().into())
        };
        Self { head, body }
    }

    /// Whether nothing that a plan looks at was left out.
    pub(crate) fn is_whole(&self) -> bool {
        match self.body {
            Body::Value(_) | Body::Text(_) => true,
            Body::Stub(_) => false,
        }
    }

    /// The object.
    pub(crate) fn value(&self) -> Arc<Value> {
        match &self.body {
            Body::Value(value) => value.clone(),
            Body::Text(text) | Body::Stub(text) => {
                Arc::new(serde_json::from_str(text).expect("it was written as JSON"))
            }
        }
    }
}

fn marked(instance: &str, target: &Ref) -> (String, String, String) {
    (instance.to_owned(), target.namespace.clone(), target.name.clone())
}
