//! What objects are found by besides their names, so that nobody has to look at all there are: in a
//! world of ten thousand clusters each controller finds the pods of one.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use serde_json::Value;
use sluicegate_core::observed::{Index, at, text};

use super::{
    key::Key,
    object::{claims, is_leaving, owners},
};
use crate::watch::INSTANCE;

/// What an object is found by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum By {
    /// The uid that it has.
    Uid,
    /// The uid of an owner.
    Owner,
    /// The label that tells whose it is.
    Instance,
    /// That it is being deleted; the value is empty.
    Leaving,
    /// A claim that a pod mounts.
    Claim,
    /// The [`INSTANCE`] whose pods a budget covers; empty where it may be any.
    Covers,
    /// What an event is about, as `kind/name`.
    Regarding,
    /// An index that somebody has asked for.
    Field(&'static str),
}

/// Where each object is noted.
#[derive(Clone, Debug, Default)]
pub(super) struct Finder {
    notes: BTreeSet<Note>,
    /// The indices that were asked for, by group and kind.
    fields: BTreeMap<(String, String), BTreeSet<&'static Index>>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Note {
    by: By,
    value: String,
    key: Arc<Key>,
}

impl Finder {
    /// Notes that an object has come, changed or gone.
    pub(super) fn note(&mut self, key: &Key, before: Option<&Value>, after: Option<&Value>) {
        let of = |object: Option<&Value>| object.map_or_else(Vec::new, |it| self.values(key, it));
        let (before, after) = (of(before), of(after));
        if before == after {
            return;
        }
        let key = Arc::new(key.clone());
        let note = |(by, value)| Note { by, value, key: Arc::clone(&key) };
        for gone in before {
            self.notes.remove(&note(gone));
        }
        self.notes.extend(after.into_iter().map(note));
    }

    /// The objects of a kind with this value, in the order of their keys; in an empty namespace,
    /// everywhere.
    pub(super) fn find(
        &self,
        by: By,
        value: &str,
        of: (&str, &str, &str),
    ) -> impl Iterator<Item = &Key> {
        let first = Key::in_group(of.0, of.1, of.2, "");
        self.from(by, value, first).take_while(move |key| key.is_of(of))
    }

    /// All objects with this value.
    pub(super) fn all(&self, by: By, value: &str) -> impl Iterator<Item = &Key> {
        self.from(by, value, Key::default())
    }

    /// Every value that there is, with each of its objects.
    pub(super) fn every(&self, by: By) -> impl Iterator<Item = (&str, &Key)> {
        let first = Note { by, value: String::new(), key: Arc::default() };
        let notes = self.notes.range(first..).take_while(move |note| note.by == by);
        notes.map(|note| (note.value.as_str(), &*note.key))
    }

    /// Begins to keep an index. Returns whether it was not kept before: what is there already is to
    /// be noted then.
    pub(super) fn learn(&mut self, group: &str, kind: &str, index: &'static Index) -> bool {
        self.fields.entry((group.to_owned(), kind.to_owned())).or_default().insert(index)
    }

    fn from(&self, by: By, value: &str, key: Key) -> impl Iterator<Item = &Key> {
        let first = Note { by, value: value.to_owned(), key: Arc::new(key) };
        let same = move |note: &&Note| note.by == first.by && note.value == first.value;
        let first = Note { by, value: value.to_owned(), key: Arc::clone(&first.key) };
        self.notes.range(first..).take_while(same).map(|note| &*note.key)
    }

    fn values(&self, key: &Key, object: &Value) -> Vec<(By, String)> {
        let mut values = vec![(By::Uid, text(object, "/metadata/uid").to_owned())];
        values.extend(owners(object).map(|owner| (By::Owner, text(owner, "/uid").to_owned())));
        let instance = |place| {
            let value = at(object, place).and_then(|labels| labels.get(INSTANCE));
            value.and_then(Value::as_str).map(str::to_owned)
        };
        values.extend(instance("/metadata/labels").map(|value| (By::Instance, value)));
        if is_leaving(object) {
            values.push((By::Leaving, String::new()));
        }
        match key.kind() {
            "Event" => {
                let part = |place| text(object, place);
                let about = [part("/regarding/kind"), part("/regarding/name")].join("/");
                values.push((By::Regarding, about));
            }
            "Pod" => values.extend(claims(object).map(|name| (By::Claim, name.to_owned()))),
            "PodDisruptionBudget" => {
                let of = instance("/spec/selector/matchLabels").unwrap_or_default();
                values.push((By::Covers, of));
            }
            _ => {}
        }
        if !self.fields.is_empty() {
            let kept = self.fields.get(&(key.group().to_owned(), key.kind().to_owned()));
            let kept = kept.into_iter().flatten();
            values.extend(kept.map(|index| (By::Field(index.name), (index.value)(object))));
        }
        values
    }
}
