//! Who has read what: from a change to the resources whose plans may come out otherwise.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, PoisonError},
};

use serde_json::{Value, json};
use sluicegate_core::{
    kind::System,
    observed::{Api, Reads, Ref, Selector},
};

use super::Key;
use crate::watch::{Change, Head, INSTANCE, Notes};

/// Where a list is looked for: its API, its namespace (empty for all) and the value of the label
/// that every child carries, if it asks for one.
type Place = (Api, String, Option<String>);

/// What each resource's last plan read.
#[derive(Debug, Default)]
pub struct Index {
    reads: BTreeMap<Key, Read>,
    objects: BTreeMap<Ref, BTreeSet<Key>>,
    lists: BTreeMap<Place, BTreeMap<Selector, BTreeSet<Key>>>,
}

#[derive(Debug, Default)]
struct Read {
    objects: BTreeSet<Ref>,
    lists: BTreeSet<Selector>,
}

/// Who reads something that has changed.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Readers {
    /// Those who read just this.
    pub direct: BTreeSet<Key>,
    /// Those who read it among all objects of its kind.
    pub census: BTreeSet<Key>,
}

impl Index {
    /// A resource is about to read an object.
    pub fn object(&mut self, key: &Key, target: &Ref) {
        let read = self.reads.entry(key.clone()).or_default();
        if read.objects.insert(target.clone()) {
            self.objects.entry(target.clone()).or_default().insert(key.clone());
        }
    }

    /// A resource is about to read a list.
    pub fn list(&mut self, key: &Key, selector: &Selector) {
        let read = self.reads.entry(key.clone()).or_default();
        if read.lists.insert(selector.clone()) {
            let lists = self.lists.entry(place(selector)).or_default();
            lists.entry(selector.clone()).or_default().insert(key.clone());
        }
    }

    /// A plan was made, from these reads and no others.
    pub fn settle<S: System>(&mut self, key: &Key, reads: &Reads<S>) {
        let Some(read) = self.reads.get_mut(key) else { return };
        let objects: Vec<Ref> = read.objects.difference(&reads.objects).cloned().collect();
        let lists: Vec<Selector> = read.lists.difference(&reads.lists).cloned().collect();
        for target in &objects {
            read.objects.remove(target);
        }
        for selector in &lists {
            read.lists.remove(selector);
        }
        self.unlink(key, &objects, &lists);
    }

    /// A resource is gone.
    pub fn forget(&mut self, key: &Key) {
        let Some(read) = self.reads.remove(key) else { return };
        let objects: Vec<Ref> = read.objects.into_iter().collect();
        let lists: Vec<Selector> = read.lists.into_iter().collect();
        self.unlink(key, &objects, &lists);
    }

    /// Who reads what has changed. Those who read all objects of a kind look at what these ask for:
    /// a change of a status alone is not for them.
    pub fn readers(&self, change: &Change) -> Readers {
        let mut readers = Readers::default();
        if let Some(keys) = self.objects.get(&change.target) {
            readers.direct.extend(keys.iter().cloned());
        }
        let heads: Vec<&Arc<Head>> = change.before.iter().chain(&change.after).collect();
        let mut instances: BTreeSet<Option<String>> =
            heads.iter().map(|head| head.labels.get(INSTANCE).cloned()).collect();
        instances.insert(None);
        let labels: Vec<Value> = heads.iter().map(|head| json!(head.labels)).collect();
        let asked = |head: &Option<Arc<Head>>| head.as_ref().map(|head| head.asked);
        let only_told = asked(&change.before) == asked(&change.after);
        let target = &change.target;
        // An object of the whole cluster has the empty namespace, in which lists of all look, too.
        for namespace in BTreeSet::from([target.namespace.as_str(), ""]) {
            for instance in &instances {
                let place = (target.api.clone(), namespace.to_owned(), instance.clone());
                for (selector, keys) in self.lists.get(&place).into_iter().flatten() {
                    let all = selector.labels.is_empty();
                    if !labels.iter().any(|labels| selector.selects(target, Some(labels))) {
                        continue;
                    }
                    if !all {
                        readers.direct.extend(keys.iter().cloned());
                    } else if !only_told {
                        readers.census.extend(keys.iter().cloned());
                    }
                }
            }
        }
        readers
    }

    /// Who reads anything of an API.
    pub fn readers_of(&self, api: &Api) -> BTreeSet<Key> {
        let objects = self.objects.iter().filter(|(target, _)| target.api == *api);
        let lists = self.lists.iter().filter(|((of, ..), _)| of == api);
        let lists = lists.flat_map(|(_, lists)| lists.values());
        objects.map(|(_, keys)| keys).chain(lists).flatten().cloned().collect()
    }

    fn unlink(&mut self, key: &Key, objects: &[Ref], lists: &[Selector]) {
        for target in objects {
            if let Some(keys) = self.objects.get_mut(target) {
                keys.remove(key);
                if keys.is_empty() {
                    self.objects.remove(target);
                }
            }
        }
        for selector in lists {
            let place = place(selector);
            let Some(of) = self.lists.get_mut(&place) else { continue };
            if let Some(keys) = of.get_mut(selector) {
                keys.remove(key);
                if keys.is_empty() {
                    of.remove(selector);
                }
            }
            if of.is_empty() {
                self.lists.remove(&place);
            }
        }
    }
}

fn place(selector: &Selector) -> Place {
    let Selector { api, namespace, labels } = selector;
    (api.clone(), namespace.clone(), labels.get(INSTANCE).cloned())
}

/// Notes in an index what one resource reads.
#[derive(Clone, Copy, Debug)]
pub(super) struct Noting<'a> {
    pub(super) index: &'a Mutex<Index>,
    pub(super) key: &'a Key,
}

impl Notes for Noting<'_> {
    fn object(&self, target: &Ref) {
        self.index.lock().unwrap_or_else(PoisonError::into_inner).object(self.key, target);
    }

    fn list(&self, selector: &Selector) {
        self.index.lock().unwrap_or_else(PoisonError::into_inner).list(self.key, selector);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use sluicegate_core::{label::Labels, systems::rivven::Rivven};

    use super::*;

    fn api(number: u8) -> Api {
        Api::new("", "v1", &format!("Kind{number}"), &format!("kinds{number}"))
    }

    fn labels() -> impl Strategy<Value = Labels> {
        let keys = prop_oneof![Just(INSTANCE.to_owned()), Just("app".to_owned())];
        proptest::collection::btree_map(keys, (0..3_u8).prop_map(|value| value.to_string()), 0..3)
    }

    fn target() -> impl Strategy<Value = Ref> {
        (0..2_u8, 0..3_u8, 0..3_u8).prop_map(|(of, namespace, name)| Ref {
            api: api(of),
            namespace: ["", "a", "b"][usize::from(namespace)].to_owned(),
            name: name.to_string(),
        })
    }

    fn selector() -> impl Strategy<Value = Selector> {
        (0..2_u8, 0..3_u8, labels()).prop_map(|(of, namespace, labels)| Selector {
            api: api(of),
            namespace: ["", "a", "b"][usize::from(namespace)].to_owned(),
            labels,
        })
    }

    fn reads() -> impl Strategy<Value = Reads<Rivven>> {
        use proptest::collection::btree_set;
        (btree_set(target(), 0..4), btree_set(selector(), 0..4))
            .prop_map(|(objects, lists)| Reads { objects, lists, ..Reads::none() })
    }

    fn change() -> impl Strategy<Value = Change> {
        let head = || {
            proptest::option::of((labels(), 0..2_u64)).prop_map(|head| {
                head.map(|(labels, asked)| {
                    Arc::new(Head {
                        uid: String::new(),
                        version: 0,
                        leaving: false,
                        labels,
                        owners: Vec::new(),
                        asked,
                    })
                })
            })
        };
        (target(), head(), head()).prop_map(|(target, before, after)| Change {
            target,
            before,
            after,
        })
    }

    /// Who reads it, by asking everybody.
    fn by_scan(all: &BTreeMap<Key, Reads<Rivven>>, change: &Change) -> Readers {
        let mut readers = Readers::default();
        let asked = |head: &Option<Arc<Head>>| head.as_ref().map(|head| head.asked);
        for (key, reads) in all {
            if reads.objects.contains(&change.target) {
                readers.direct.insert(key.clone());
            }
            for selector in &reads.lists {
                let heads = change.before.iter().chain(&change.after);
                let mut heads = heads.map(|head| json!(head.labels));
                if !heads.any(|labels| selector.selects(&change.target, Some(&labels))) {
                    continue;
                }
                if !selector.labels.is_empty() {
                    readers.direct.insert(key.clone());
                } else if asked(&change.before) != asked(&change.after) {
                    readers.census.insert(key.clone());
                }
            }
        }
        readers
    }

    proptest! {
        #[test]
        fn a_change_wakes_just_those_who_read_it(
            rounds in proptest::collection::vec((0..4_u8, reads(), any::<bool>()), 0..12),
            changes in proptest::collection::vec(change(), 1..12),
        ) {
            let mut index = Index::default();
            let mut all = BTreeMap::new();
            for (number, reads, stays) in rounds {
                let key = ("default".to_owned(), number.to_string());
                reads.objects.iter().for_each(|target| index.object(&key, target));
                reads.lists.iter().for_each(|selector| index.list(&key, selector));
                index.settle(&key, &reads);
                all.insert(key.clone(), reads);
                if !stays {
                    index.forget(&key);
                    all.remove(&key);
                }
            }
            for change in changes {
                prop_assert_eq!(index.readers(&change), by_scan(&all, &change));
            }
            for key in all.keys() {
                index.forget(key);
            }
            prop_assert!(index.objects.is_empty() && index.lists.is_empty());
        }
    }
}
