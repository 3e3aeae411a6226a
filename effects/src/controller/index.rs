//! Who has read what: from a change to the resources whose plans may come out otherwise.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, PoisonError},
};

use serde_json::{Value, json};
use sluicegate_core::{
    observed::{Api, Reads, Ref, Selector},
    system::System,
};

use super::Key;
use crate::watch::{Change, Head, INSTANCE, Notes};

/// What each resource's last plan read. Each thing read is kept once and the pairs are flat: with a
/// thousand resources, sets within maps would be most of what this process holds.
#[derive(Debug, Default)]
pub struct Index {
    reads: BTreeMap<Arc<Key>, Read>,
    objects: BTreeSet<(Arc<Ref>, Arc<Key>)>,
    lists: BTreeSet<(Arc<Listed>, Arc<Key>)>,
}

#[derive(Debug, Default)]
struct Read {
    objects: BTreeSet<Arc<Ref>>,
    lists: BTreeSet<Arc<Listed>>,
}

/// A list that is read. By the order of its fields, lists are together that are looked for in the
/// same place: the same API, namespace (empty for all) and value of the label that every child
/// carries, if they ask for one.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Listed {
    instance: Option<String>,
    selector: Selector,
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
        let (key, read) = self.read(key);
        if !read.objects.contains(target) {
            let target = Arc::new(target.clone());
            read.objects.insert(target.clone());
            self.objects.insert((target, key));
        }
    }

    /// A resource is about to read a list.
    pub fn list(&mut self, key: &Key, selector: &Selector) {
        let (key, read) = self.read(key);
        let listed = Arc::new(Listed::of(selector));
        if read.lists.insert(listed.clone()) {
            self.lists.insert((listed, key));
        }
    }

    /// A plan was made, from these reads and no others.
    pub fn settle<S: System>(&mut self, key: &Key, reads: &Reads<S>) {
        let Some((key, read)) = self.known(key) else { return };
        let (objects, lists) = (&read.objects, &read.lists);
        let objects = objects.iter().filter(|target| !reads.objects.contains(&***target));
        let lists = lists.iter().filter(|listed| !reads.lists.contains(&listed.selector));
        let (objects, lists): (Vec<_>, Vec<_>) =
            (objects.cloned().collect(), lists.cloned().collect());
        for target in &objects {
            read.objects.remove(target);
        }
        for listed in &lists {
            read.lists.remove(listed);
        }
        self.unlink(&key, objects, lists);
    }

    /// A resource is gone.
    pub fn forget(&mut self, key: &Key) {
        let Some((key, Read { objects, lists })) = self.reads.remove_entry(key) else { return };
        self.unlink(&key, objects, lists);
    }

    /// Who reads what has changed. Those who read all objects of a kind look at what these ask for:
    /// a change of a status alone is not for them.
    pub fn readers(&self, change: &Change) -> Readers {
        let mut readers = Readers::default();
        let direct = self.of_object(&change.target).map(|key| Key::clone(key));
        readers.direct.extend(direct);
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
                for (listed, key) in self.of_place(&target.api, namespace, instance.as_deref()) {
                    let all = listed.selector.labels.is_empty();
                    let selects = |labels| listed.selector.selects(target, Some(labels));
                    if (all && only_told) || !labels.iter().any(selects) {
                        continue;
                    }
                    let of = if all { &mut readers.census } else { &mut readers.direct };
                    of.insert(Key::clone(key));
                }
            }
        }
        readers
    }

    /// Who reads anything of an API.
    pub fn readers_of(&self, api: &Api) -> BTreeSet<Key> {
        let objects = self.objects.iter().filter(|(target, _)| target.api == *api);
        let lists = self.lists.iter().filter(|(listed, _)| listed.selector.api == *api);
        let lists = lists.map(|(_, key)| key);
        objects.map(|(_, key)| key).chain(lists).map(|key| Key::clone(key)).collect()
    }

    fn read(&mut self, key: &Key) -> (Arc<Key>, &mut Read) {
        if !self.reads.contains_key(key) {
            self.reads.insert(Arc::new(key.clone()), Read::default());
        }
        self.known(key).expect("it is there by now")
    }

    fn known(&mut self, key: &Key) -> Option<(Arc<Key>, &mut Read)> {
        let known = self.reads.get_key_value(key)?.0.clone();
        Some((known, self.reads.get_mut(key)?))
    }

    fn of_object(&self, target: &Ref) -> impl Iterator<Item = &Arc<Key>> {
        let from = (Arc::new(target.clone()), Arc::default());
        let all = self.objects.range(from..).take_while(|(of, _)| **of == *target);
        all.map(|(_, key)| key)
    }

    fn of_place(
        &self,
        api: &Api,
        namespace: &str,
        instance: Option<&str>,
    ) -> impl Iterator<Item = &(Arc<Listed>, Arc<Key>)> {
        let selector = Selector::all(api.clone(), namespace);
        let first = Arc::new(Listed { instance: instance.map(str::to_owned), selector });
        let all = self.lists.range((first.clone(), Arc::default())..);
        all.take_while(move |(listed, _)| {
            let (one, other) = (&listed.selector, &first.selector);
            listed.instance == first.instance
                && one.api == other.api
                && one.namespace == other.namespace
        })
    }

    fn unlink(
        &mut self,
        key: &Arc<Key>,
        objects: impl IntoIterator<Item = Arc<Ref>>,
        lists: impl IntoIterator<Item = Arc<Listed>>,
    ) {
        for target in objects {
            self.objects.remove(&(target, key.clone()));
        }
        for listed in lists {
            self.lists.remove(&(listed, key.clone()));
        }
    }
}

impl Listed {
    fn of(selector: &Selector) -> Self {
        let instance = selector.labels.get(INSTANCE).cloned();
        Self { instance, selector: selector.clone() }
    }
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
            labels,
            ..Selector::all(api(of), ["", "a", "b"][usize::from(namespace)])
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
