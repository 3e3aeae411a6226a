//! Whether a program reads what its catalogue says: what is asked of it for each key, and what it
//! has answered.
//!
//! A catalogue is written by people, and what a program does not read it ignores without a word. So
//! each key that it is said to read is written as users would, in every form that matters: each
//! word, both ends of a range. What [`settle()`] makes of that is given to the program's own types,
//! outside of this workspace, and their answer is kept with a digest of what they were given. A key
//! that was changed since, or never given, is not proven.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::{Connector, Given, Key, Node, Object, Program, REFERENCE, SECRET, Takes, settle};
use crate::{digest::digest, field::Path};

/// What was asked of a program and what it answered.
#[derive(Clone, Copy, Debug)]
pub struct Compared {
    /// What is written of keys that do not take just any value.
    pub samples: &'static [Sample],
    /// The answers: a line for each key with the way and name of its connector, its path, `read`,
    /// and the digest of what was asked.
    pub answers: &'static str,
}

/// What is written of a key that does not take just any value.
#[derive(Clone, Copy, Debug)]
pub struct Sample {
    /// The connector, such as `sink/s3`; `sink/` is all of that way and nothing is all.
    pub connector: &'static str,
    /// The path of the key; with `=word` at its end when it has that value.
    pub key: &'static str,
    /// What is written of it, as JSON; nothing where only `with` matters.
    pub value: Option<&'static str>,
    /// What the program wants beside it: keys of the same level, as JSON.
    pub with: &'static str,
}

impl Compared {
    /// Nothing was compared.
    pub const NONE: Self = Self { samples: &[], answers: "" };

    /// Whether nothing was compared at all.
    pub fn is_none(&self) -> bool {
        self.answers.is_empty()
    }

    /// The keys that a program is said to read, without proof.
    pub fn unproven(&self, connector: &Connector) -> BTreeSet<String> {
        let place = place(connector);
        let answer = |line: &'static str| {
            let mut words = line.split(' ');
            let mine = words.next() == Some(&place);
            let (key, read, digest) = (words.next()?, words.next()?, words.next()?);
            (mine && read == "read").then_some((key, digest))
        };
        let answers: BTreeMap<&str, &str> = self.answers.lines().filter_map(answer).collect();
        let asked = self.probes(connector).into_iter();
        let proven = |key: &str, forms: &[String]| answers.get(key) == Some(&&*sum(forms));
        asked.filter(|(key, forms)| !proven(key, forms)).map(|(key, _)| key).collect()
    }

    /// What is asked of a program: for each key, by its path as `explain connector` has it, what
    /// the program gets to read, as YAML.
    pub fn probes(&self, connector: &Connector) -> BTreeMap<String, Vec<String>> {
        let writer = Writer { place: &place(connector), samples: self.samples };
        let mut probes = BTreeMap::<String, Vec<String>>::new();
        for (key, config) in writer.objects(connector.keys, "") {
            probes.entry(key).or_default().extend(rendered(connector, &config));
        }
        probes
    }
}

/// Its way and its name, such as `sink/s3`.
pub fn place(connector: &Connector) -> String {
    format!("{}/{}", connector.role.as_str(), connector.name)
}

/// A digest of all that is asked of one key.
pub fn sum(forms: &[String]) -> String {
    digest(&Value::from(forms.to_vec()))
}

/// What the program gets to read of what a user has written, as YAML; nothing where two keys say
/// something else of the same place.
fn rendered(connector: &Connector, config: &Map<String, Value>) -> Option<String> {
    settled(connector, config).map(yaml)
}

/// As it stands in the program's file, whose variables are named after the connector.
fn yaml(config: Object) -> String {
    Node::Map(config).resolved("/secrets", &|_| "SECRET".to_owned()).to_yaml()
}

fn settled(connector: &Connector, config: &Map<String, Value>) -> Option<Object> {
    let at = Path::root("config");
    let given = Given { at: &at, config: Some(config), block: None, beside: &[], secret: false };
    let settled = settle(connector, &given);
    (settled.errors.is_empty() && settled.literal.is_empty()).then_some(settled.config)
}

/// Writes as a user would.
struct Writer<'a> {
    place: &'a str,
    samples: &'static [Sample],
}

impl Writer<'_> {
    /// For each of these keys, and each below one, objects of this level that have it, and what
    /// cannot be left out beside it.
    fn objects(&self, keys: &'static [Key], above: &str) -> Vec<(String, Map<String, Value>)> {
        let needed = self.needed(keys, above);
        let mut objects = Vec::new();
        for key in keys.iter().filter(|key| matches!(key.program, Program::Reads(_))) {
            let path = format!("{above}{}", key.name);
            let with = |value: Value| {
                let word = value.as_str().unwrap_or_default();
                let mut object = needed.clone();
                object.extend(self.beside(&path));
                object.extend(self.beside(&format!("{path}={word}")));
                object.insert(key.name.to_owned(), value);
                object
            };
            let own = self.values(key, &path).into_iter();
            objects.extend(own.map(|value| (path.clone(), with(value))));
            if let Takes::Block(below) = key.takes {
                let below = self.objects(below, &format!("{path}.")).into_iter();
                objects.extend(below.map(|(path, inner)| (path, with(Value::from(inner)))));
            }
            if let Takes::Blocks(below) = key.takes {
                let below = self.objects(below, &format!("{path}[].")).into_iter();
                let item = |inner| Value::from(vec![Value::from(inner)]);
                objects.extend(below.map(|(path, inner)| (path, with(item(inner)))));
            }
        }
        objects
    }

    /// What cannot be left out.
    fn needed(&self, keys: &'static [Key], above: &str) -> Map<String, Value> {
        let needed = keys.iter().filter(|key| key.required);
        let first = |key: &'static Key| {
            let path = format!("{above}{}", key.name);
            let value = self.values(key, &path).into_iter().next();
            (key.name.to_owned(), value.unwrap_or_default())
        };
        needed.map(first).collect()
    }

    /// Every form of a key that matters.
    fn values(&self, key: &'static Key, path: &str) -> Vec<Value> {
        if let Some(value) = self.sample(path).and_then(|sample| sample.value) {
            return vec![json(value)];
        }
        let text = if key.secret { format!("{SECRET}a}}") } else { "a".to_owned() };
        match key.takes {
            Takes::Text(_) if key.secret => vec![Value::from(text)],
            Takes::Text(most) => vec![Value::from(text.clone()), Value::from(text.repeat(most))],
            Takes::Bool => vec![Value::from(true), Value::from(false)],
            Takes::Whole(least, most) => vec![Value::from(least), Value::from(most)],
            Takes::Number(least, most) => vec![Value::from(least), Value::from(most)],
            Takes::Words(words) => {
                let words = words.iter().filter(|word| matches!(word.program, Program::Reads(_)));
                words.map(|word| Value::from(word.name)).collect()
            }
            Takes::Texts => vec![Value::from(vec![text.clone(), text])],
            Takes::Map => vec![Value::from(Map::from_iter([("a".to_owned(), text.into())]))],
            Takes::Any => vec![Value::from(Map::new())],
            Takes::Reference => vec![self.needed(&REFERENCE, &format!("{path}.")).into()],
            Takes::Block(below) => vec![self.needed(below, &format!("{path}.")).into()],
            Takes::Blocks(below) => {
                vec![Value::from(vec![Value::from(self.needed(below, &format!("{path}[].")))])]
            }
        }
    }

    /// What stands beside a key, if the program wants more than the catalogue.
    fn beside(&self, path: &str) -> Map<String, Value> {
        match self.sample(path).map(|sample| json(sample.with)) {
            Some(Value::Object(with)) => with,
            _ => Map::new(),
        }
    }

    fn sample(&self, path: &str) -> Option<&'static Sample> {
        let place = self.place;
        self.samples.iter().find(|one| one.key == path && place.starts_with(one.connector))
    }
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("a sample is JSON: a test reads all")
}

#[cfg(test)]
mod tests;
