//! In which order schemas are registered so that a registry that is empty gives the ids and the
//! versions that another one had given.
//!
//! Ids are counted, one for each new content, and so are the versions of a subject, those that were
//! deleted too. So each content comes first when its id is next, in one of its subjects if that is
//! ready for it, else in one that is deleted again; and where a version is missing, another content
//! that has an id already takes its place and is deleted.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde_json::Value;

use super::{Schema, Version};

/// Why a registry that is empty cannot give these schemas the ids and versions that they have, one
/// sentence for each reason; nothing where it can.
pub fn faults(all: &[Schema], new_ids: bool) -> Vec<String> {
    let mut faults = Vec::new();
    let mut ids = BTreeSet::new();
    let mut contents = BTreeMap::new();
    for one in all {
        let Schema { id, schema, .. } = one;
        if !ids.insert(*id) {
            faults.push(format!("the id {id} is there twice"));
        }
        // The program looks at nothing but the text.
        if let Some(other) = contents.insert(schema, *id).filter(|one| one != id && !new_ids) {
            faults.push(format!("{other} and {id} are the same, which would have one id"));
        }
    }
    let last = ids.last().copied().unwrap_or(0);
    let missing: Vec<u64> = (1..=last).filter(|id| !ids.contains(id)).collect();
    if !missing.is_empty() && !new_ids {
        let some: Vec<String> = missing.iter().take(10).map(u64::to_string).collect();
        let many = missing.len();
        faults.push(format!("{many} ids below {last} are missing: {}", some.join(", ")));
    }
    faults.extend(order(all, new_ids).err().into_iter().flatten());
    faults
}

/// What is done next.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step<'a> {
    /// A schema is registered in a subject.
    Register(String, &'a Schema),
    /// A version of a subject is deleted.
    Delete(Version),
}

/// The steps of an import.
#[derive(Debug, Default)]
struct Order<'a> {
    /// What is known by its old id: it has been registered somewhere.
    known: BTreeMap<u64, &'a Schema>,
    /// The versions of each subject that are still to come, with what they are to be.
    left: BTreeMap<&'a str, VecDeque<(u64, &'a Schema)>>,
    /// The last version of each subject.
    last: BTreeMap<&'a str, u64>,
    /// What is registered, and not only for a moment.
    there: BTreeSet<(&'a str, u64)>,
    /// What has taken the place of a version that was deleted, by subject and old id.
    fillers: BTreeSet<(&'a str, u64)>,
    steps: Vec<Step<'a>>,
}

/// The steps that bring these schemas into an empty registry.
///
/// # Errors
///
/// What cannot be, one sentence for each schema.
pub(super) fn order(all: &[Schema], new_ids: bool) -> Result<Vec<Step<'_>>, Vec<String>> {
    let mut order = Order::default();
    let mut places: Vec<(&Version, &Schema)> =
        all.iter().flat_map(|one| one.versions.iter().map(move |place| (place, one))).collect();
    places.sort_by_key(|(place, _)| (&place.subject, place.version));
    for (place, schema) in places {
        order.left.entry(&place.subject).or_default().push_back((place.version, schema));
    }
    let mut wait: Vec<&Schema> = all.iter().collect();
    wait.sort_by_key(|one| one.id);
    // In turns: with ids of its own, what refers to others may come after those with a higher one.
    while !wait.is_empty() {
        let mut later = Vec::new();
        let many = wait.len();
        for schema in wait {
            match order.finds_all(schema) && (later.is_empty() || new_ids) {
                true => order.first(schema),
                false => later.push(schema),
            }
        }
        if later.len() == many {
            // What was deleted may refer to what was, and nothing has to have its id.
            later.retain(|one| !new_ids || !one.versions.is_empty());
            if later.is_empty() {
                break;
            }
            return Err(later.into_iter().filter_map(|one| order.lacks(one)).collect());
        }
        wait = later;
    }
    let left = order.left.iter().filter_map(|(name, left)| Some((name, left.front()?.0)));
    let left: Vec<String> =
        left.map(|(name, version)| format!("version {version} of {name} cannot be had")).collect();
    if left.is_empty() { Ok(order.steps) } else { Err(left) }
}

impl<'a> Order<'a> {
    /// Registers what has had no id yet, and what becomes possible by it.
    fn first(&mut self, schema: &'a Schema) {
        let subject = schema.versions.iter().map(|one| one.subject.as_str()).find(|subject| {
            let next = self.left.get(subject).and_then(VecDeque::front);
            next.is_some_and(|(_, next)| next.id == schema.id) && self.fill(subject)
        });
        match subject {
            Some(subject) => self.next(subject),
            None => {
                let subject = format!("sluicegate-import-{}", schema.id);
                self.steps.push(Step::Register(subject.clone(), schema));
                self.steps.push(Step::Delete(Version { subject, version: 1 }));
            }
        }
        self.known.insert(schema.id, schema);
        while let Some(subject) = self.ready() {
            self.next(subject);
        }
    }

    /// A subject whose next version is known and can be registered.
    fn ready(&mut self) -> Option<&'a str> {
        let next = self.left.iter().filter_map(|(name, left)| Some((*name, left.front()?.1)));
        let known = next.filter(|(_, next)| self.known.contains_key(&next.id));
        let known: Vec<&str> =
            known.filter(|(_, next)| self.finds_all(next)).map(|(name, _)| name).collect();
        known.into_iter().find(|subject| self.fill(subject))
    }

    /// Registers the next version of a subject.
    fn next(&mut self, subject: &'a str) {
        let Some((version, schema)) = self.left.get_mut(subject).and_then(VecDeque::pop_front)
        else {
            return;
        };
        self.steps.push(Step::Register(subject.to_owned(), schema));
        self.last.insert(subject, version);
        self.there.insert((subject, version));
    }

    /// Brings a subject to where its next version is the one that is to come.
    fn fill(&mut self, subject: &'a str) -> bool {
        let Some((wanted, _)) = self.left.get(subject).and_then(VecDeque::front) else {
            return false;
        };
        let (wanted, last) = (*wanted, self.last.get(subject).copied().unwrap_or(0));
        if wanted == last + 1 {
            return true;
        }
        let missing = last + 1..wanted;
        let used = &self.fillers;
        // A subject takes each content once: not again when it was deleted there.
        let fits = |one: &&&Schema| {
            one.versions.iter().all(|place| place.subject != subject)
                && !used.contains(&(subject, one.id))
                && self.finds_all(one)
        };
        let known = self.known.values().filter(fits).copied();
        let fillers: Vec<&Schema> = missing.clone().zip(known).map(|(_, one)| one).collect();
        if fillers.len() < missing.clone().count() {
            return false;
        }
        for (version, filler) in missing.zip(fillers) {
            self.fillers.insert((subject, filler.id));
            self.steps.push(Step::Register(subject.to_owned(), filler));
            self.steps.push(Step::Delete(Version { subject: subject.to_owned(), version }));
        }
        self.last.insert(subject, wanted - 1);
        true
    }

    /// Whether everything that a schema refers to is there.
    fn finds_all(&self, schema: &Schema) -> bool {
        referred(schema).all(|place| self.there.contains(&place))
    }

    /// What a schema refers to in vain, as a sentence.
    fn lacks(&self, schema: &Schema) -> Option<String> {
        let (subject, version) = referred(schema).find(|place| !self.there.contains(place))?;
        Some(format!(
            "the schema with id {} refers to version {version} of {subject}, which is not there \
             before it",
            schema.id
        ))
    }
}

/// The versions that a schema refers to.
fn referred(schema: &Schema) -> impl Iterator<Item = (&str, u64)> {
    schema.references.iter().filter_map(|one| {
        let version = one.get("version").and_then(Value::as_u64)?;
        Some((one.get("subject").and_then(Value::as_str)?, version))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    /// A registry as the program is, by the texts that it was given.
    #[derive(Default)]
    struct Registry {
        texts: Vec<String>,
        references: BTreeMap<u64, Vec<Value>>,
        /// What each subject was ever given: the id by its version, and whether it is there.
        subjects: BTreeMap<String, Vec<(u64, bool)>>,
    }

    impl Registry {
        fn register(&mut self, subject: &str, text: &str, references: &[Value]) -> Option<u64> {
            let there = |one: &Value| {
                let all = self.subjects.get(one["subject"].as_str().unwrap_or_default());
                let version = usize::try_from(one["version"].as_u64().unwrap_or_default()).ok()?;
                all?.get(version.checked_sub(1)?).filter(|(_, there)| *there)
            };
            if !references.iter().all(|one| there(one).is_some()) {
                return None;
            }
            let id = match self.texts.iter().position(|one| one == text) {
                Some(at) => at + 1,
                None => {
                    self.texts.push(text.to_owned());
                    self.texts.len()
                }
            };
            let id = u64::try_from(id).expect("few");
            self.references.entry(id).or_insert_with(|| references.to_vec());
            let all = self.subjects.entry(subject.to_owned()).or_default();
            if all.iter().all(|(other, _)| *other != id) {
                all.push((id, true));
            }
            Some(id)
        }

        fn delete(&mut self, subject: &str, version: u64) {
            let at = usize::try_from(version).expect("few") - 1;
            let one = self.subjects.get_mut(subject).and_then(|all| all.get_mut(at));
            one.expect("it is there").1 = false;
        }

        fn export(&self) -> Vec<Schema> {
            let versions = |id: u64| {
                let of = |(subject, all): (&String, &Vec<(u64, bool)>)| {
                    let at = all.iter().position(|one| *one == (id, true))?;
                    let version = u64::try_from(at + 1).ok()?;
                    Some(Version { subject: subject.clone(), version })
                };
                self.subjects.iter().filter_map(of).collect()
            };
            let schema = |(at, text): (usize, &String)| {
                let id = u64::try_from(at + 1).expect("few");
                Schema {
                    id,
                    schema_type: "AVRO".to_owned(),
                    schema: text.clone(),
                    references: self.references.get(&id).cloned().unwrap_or_default(),
                    versions: versions(id),
                }
            };
            self.texts.iter().enumerate().map(schema).collect()
        }

        fn import(all: &[Schema], new_ids: bool) -> Result<Self, Vec<String>> {
            let mut own = Self::default();
            for step in order(all, new_ids)? {
                match step {
                    Step::Register(subject, schema) => {
                        let id = own.register(&subject, &schema.schema, &schema.references);
                        assert!(id == Some(schema.id) || new_ids, "{subject} {schema:?} {id:?}");
                    }
                    Step::Delete(Version { subject, version }) => own.delete(&subject, version),
                }
            }
            Ok(own)
        }
    }

    /// What people do: a text in a subject, with or without a reference to what is there, and
    /// deleting.
    fn history() -> impl Strategy<Value = Vec<(u8, u8, u8, bool)>> {
        prop::collection::vec((0_u8..4, 0_u8..6, 0_u8..4, any::<bool>()), 1..24)
    }

    fn played(history: &[(u8, u8, u8, bool)], refers: bool) -> Registry {
        let mut registry = Registry::default();
        for (subject, text, version, deletes) in history {
            let subject = format!("s{subject}");
            let many = registry.subjects.get(&subject).map_or(0, Vec::len);
            let version = usize::from(*version) % many.max(1) + 1;
            if *deletes && many > 0 {
                registry.delete(&subject, u64::try_from(version).expect("few"));
                continue;
            }
            let at = json!({ "name": "R", "subject": "s0", "version": version });
            let references: Vec<Value> =
                if refers && text % 3 == 0 { vec![at] } else { Vec::new() };
            registry.register(&subject, &format!("t{text}"), &references);
        }
        registry
    }

    proptest! {
        #[test]
        fn every_history_can_be_had_again_with_its_ids_and_versions(history in history()) {
            let before = played(&history, false).export();
            prop_assert_eq!(faults(&before, false), Vec::<String>::new());
            let again = Registry::import(&before, false).expect("it can be had");
            prop_assert_eq!(again.export(), before);
        }

        #[test]
        fn what_refers_to_others_is_had_again_or_told(history in history()) {
            let before = played(&history, true).export();
            match Registry::import(&before, false) {
                Ok(again) => prop_assert_eq!(again.export(), before),
                Err(why) => prop_assert!(!why.is_empty()),
            }
        }

        #[test]
        fn with_new_ids_every_version_is_there(history in history()) {
            let before = played(&history, false).export();
            let places = |all: Vec<Schema>| -> BTreeMap<Version, String> {
                let of = |one: Schema| {
                    one.versions.into_iter().map(move |place| (place, one.schema.clone()))
                };
                all.into_iter().flat_map(of).collect()
            };
            let again = Registry::import(&before, true).expect("it can be had");
            prop_assert_eq!(places(again.export()), places(before));
        }
    }

    #[test]
    fn what_cannot_be_had_again_is_told_all_at_once() {
        let schema = |id: u64, text: &str, references: Vec<Value>| Schema {
            id,
            schema_type: "AVRO".to_owned(),
            schema: text.to_owned(),
            references,
            versions: vec![Version { subject: "a".to_owned(), version: id }],
        };
        let gone = json!({ "name": "R", "subject": "b", "version": 3 });
        let all = [schema(1, "x", vec![]), schema(4, "x", vec![]), schema(5, "y", vec![gone])];
        assert_eq!(
            faults(&all, false),
            [
                "1 and 4 are the same, which would have one id",
                "2 ids below 5 are missing: 2, 3",
                "the schema with id 5 refers to version 3 of b, which is not there before it",
            ]
        );
    }
}
