//! Looking for objects, without looking at all of them.

use std::{collections::BTreeSet, sync::Arc};

use serde_json::Value;
use sluicegate_core::observed::{Index, Ref, Selector, at, group_of, text};

use super::{index::By, key::Key, object::is_selected, store::Store};
use crate::watch::INSTANCE;

impl Store {
    /// Every object of a kind, everywhere.
    pub(super) fn every(&self, group: &str, kind: &str) -> Vec<Key> {
        self.within(group, kind, "").map(|(key, _)| key.clone()).collect()
    }

    /// The warnings about an object.
    pub(super) fn warnings(&self, regarding: &Ref) -> Vec<Arc<Value>> {
        let about = [&*regarding.api.kind, &regarding.name].join("/");
        let of = ("events.k8s.io", "Event", regarding.namespace.as_str());
        let events = self.finder.find(By::Regarding, &about, of);
        let events = events.filter_map(|key| self.objects.get(key));
        events.filter(|event| text(event, "/type") == "Warning").cloned().collect()
    }

    /// The objects of a kind in one namespace, with their keys; in an empty one, everywhere.
    pub(super) fn within<'a>(
        &'a self,
        group: &'a str,
        kind: &'a str,
        namespace: &'a str,
    ) -> impl Iterator<Item = (&'a Key, &'a Arc<Value>)> {
        let first = Key::in_group(group, kind, namespace, "");
        self.objects.range(first..).take_while(move |(key, _)| key.is_of((group, kind, namespace)))
    }

    /// The first object of a kind that is called so, whatever its group.
    pub(super) fn named(&self, kind: &str, namespace: &str, name: &str) -> Option<&Value> {
        let mut groups: BTreeSet<&str> = BTreeSet::new();
        groups.extend(self.served.iter().map(|served| group_of(served)));
        let keys = groups.into_iter().map(|group| Key::in_group(group, kind, namespace, name));
        keys.filter_map(|key| self.objects.get(&key)).map(|object| &**object).next()
    }

    /// The pods of a namespace that a label selector selects.
    pub(super) fn pods(&self, namespace: &str, selector: Option<&Value>) -> Vec<(Key, Arc<Value>)> {
        let labels = selector.and_then(|one| one.get("matchLabels"));
        let instance = labels.and_then(|labels| labels.get(INSTANCE)).and_then(Value::as_str);
        let keys: Vec<&Key> = match instance {
            Some(value) => self.finder.find(By::Instance, value, ("", "Pod", namespace)).collect(),
            None => self.within("", "Pod", namespace).map(|(key, _)| key).collect(),
        };
        let found = keys.into_iter().filter_map(|key| Some((key.clone(), self.hold(key)?)));
        found.filter(|(_, pod)| is_selected(pod, selector)).collect()
    }

    /// The names of the budgets that cover a pod.
    pub(super) fn budgets_over(&self, pod: &Key) -> Vec<String> {
        let Some(found) = self.find(pod) else { return Vec::new() };
        let labels = at(found, "/metadata/labels");
        let instance = labels.and_then(|labels| labels.get(INSTANCE)).and_then(Value::as_str);
        let of = ("policy", "PodDisruptionBudget", pod.namespace());
        let may = |value| self.finder.find(By::Covers, value, of);
        let covers = |key: &&Key| {
            let selector = self.find(key).and_then(|budget| at(budget, "/spec/selector"));
            is_selected(found, selector)
        };
        let own = instance.into_iter().flat_map(may).chain(may("")).filter(covers);
        own.map(|key| key.name().to_owned()).collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// The objects that a list selects, of those that may be looked at.
    pub(super) fn listed(&mut self, selector: &Selector) -> Vec<Arc<Value>> {
        let Selector { api, namespace, labels, indexed } = selector;
        let of: (&str, &str, &str) = (&api.group, &api.kind, namespace);
        if let Some(one) = indexed {
            self.keep(&api.group, &api.kind, one.index);
        }
        let keys: Vec<&Key> = match (indexed, labels.get(INSTANCE)) {
            (Some(one), _) => self.finder.find(By::Field(one.index.name), &one.value, of).collect(),
            (None, Some(value)) => self.finder.find(By::Instance, value, of).collect(),
            (None, None) => self.within(of.0, of.1, of.2).map(|(key, _)| key).collect(),
        };
        let allowed = keys.into_iter().filter(|key| !self.denied.contains(*key));
        let objects = allowed.filter_map(|key| self.objects.get(key));
        objects.filter(|object| selector.fits(object)).cloned().collect()
    }

    /// Keeps an index from now on.
    fn keep(&mut self, group: &str, kind: &str, index: &'static Index) {
        if self.finder.learn(group, kind, index) {
            for key in self.every(group, kind) {
                let object = self.objects.get(&key).map(|object| &**object);
                self.finder.note(&key, None, object);
            }
        }
    }
}
