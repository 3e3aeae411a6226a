//! A store that a flow reads from or writes to, held against the catalogue.

use serde_json::{Map, Value, json};

use super::{
    needs,
    refs::{self, SecretKey},
};
use crate::{
    connector::{Given, Lost, Role, judge},
    field::{Cause, Errors, Path},
    inert::Idle,
    systems::dataflow::{
        catalogue,
        spelled::{Spelled, spelled},
    },
};

/// A store that was checked.
#[derive(Clone, Debug)]
pub struct Store {
    /// What it is called, such as `kafka`.
    pub kind: &'static str,
    /// Where what it takes stands, such as `spec.source.config`.
    pub at: Path,
    /// What it takes, as it was written.
    pub config: Map<String, Value>,
    /// The secrets that are written down instead of referred to. Nothing that is printed or kept
    /// shows what stands there.
    pub literal: Vec<Path>,
    /// What has no effect.
    pub idle: Vec<Idle>,
    /// The keys of Secrets that it takes values from.
    pub secrets: Vec<SecretKey>,
}

impl Store {
    /// Reads one, for a flow of this namespace. What is wrong with it is added to the errors.
    pub(super) fn read(
        role: Role,
        (given, at): (&Value, &Path),
        namespace: &str,
        errors: &mut Errors,
    ) -> Option<Self> {
        let Spelled { kind, place, config } = spelled(given, at, &catalogue::NAMES, errors)?;
        let known = catalogue::find(role, kind)?;
        let block = (place != "config").then_some((place, config));
        let generic = block.is_none().then_some(config);
        let given = Given { at, config: generic, block, beside: &[], secret: false };
        let mut settled = judge(known, &given);
        let at = at.child(place);
        errors.extend(std::mem::take(&mut settled.errors));
        needs::check(role, known.name, config, &at, errors);
        let refs = refs::of(config, &at, namespace, errors);
        let mut literal = settled.literal;
        literal.extend(refs::passwords(config, &at));
        literal.sort();
        literal.dedup();
        let mut idle: Vec<Idle> = settled.ignored.into_iter().map(told).collect();
        idle.extend(refs.idle);
        idle.extend(beside_query(role, config, &at));
        idle.sort_by(|one, other| one.path.cmp(&other.path));
        idle.dedup_by(|one, other| one.path == other.path);
        Some(Self {
            kind: known.name,
            at,
            config: config.clone(),
            literal,
            idle,
            secrets: refs.keys,
        })
    }

    /// A value that it takes, if it is there and says something.
    pub fn get(&self, name: &str) -> Option<&Value> {
        said(&self.config, name)
    }

    /// A text that it takes; nothing where that stands in a Secret.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(Value::as_str)
    }

    /// What is read or written in it, in a word: a topic or a table.
    pub fn what(&self) -> Option<&str> {
        let name = if self.kind == "kafka" { "topic" } else { "table" };
        let whole = self.get("query").is_none();
        self.text(name).filter(|_| whole)
    }

    /// What it is and what of it, in a few words.
    pub fn says(&self) -> String {
        match self.what() {
            Some(what) => format!("{} ({what})", self.kind),
            None => self.kind.to_owned(),
        }
    }

    /// Where its records are, by what was written. Nothing where that is not said in full, or where
    /// a query says it.
    fn place(&self) -> Option<Vec<Value>> {
        if self.get("query").is_some() {
            return None;
        }
        let names: &[&str] = match self.kind {
            "kafka" => &["topic"],
            "trino" => &["serverURL", "catalog", "schema", "table"],
            "nessie" => &["baseURL", "branch", "namespace", "table"],
            _ => &["connectionString", "table"],
        };
        names.iter().map(|name| self.value_of(name)).collect()
    }

    /// What stands for a value: what is taken from a Secret counts before what is written.
    fn value_of(&self, name: &str) -> Option<Value> {
        if let Some(reference) = self.get(&format!("{name}SecretRef")) {
            return Some(json!([reference["name"], reference["key"]]));
        }
        match (name, self.get(name)) {
            ("branch", None) => Some(Value::from("main")),
            (_, value) => value.cloned(),
        }
    }

    /// The brokers of two of Kafka have one in common, or stand in the same key of a Secret.
    fn shares_brokers(&self, other: &Self) -> bool {
        let all = |store: &Self| {
            let brokers = store.value_of("brokers").unwrap_or_default();
            let texts = brokers.as_array().into_iter().flatten().filter_map(Value::as_str);
            texts.map(str::to_lowercase).collect::<Vec<_>>()
        };
        let referred = |store: &Self| store.get("brokersSecretRef").is_some();
        if referred(self) || referred(other) {
            return self.value_of("brokers") == other.value_of("brokers");
        }
        let there = all(other);
        all(self).iter().any(|broker| there.contains(broker))
    }

    /// Adds that this must not be another store, if it is that one.
    pub(super) fn must_not_be(
        &self,
        other: &Self,
        (why, remedy): (&str, &str),
        errors: &mut Errors,
    ) {
        let same = self.kind == other.kind
            && self.place().is_some_and(|it| Some(it) == other.place())
            && (self.kind != "kafka" || self.shares_brokers(other));
        if same {
            let at = self.at.clone();
            errors.push(at, Cause::Forbidden(why.to_owned()), remedy);
        }
    }
}

/// A value that is there and says something.
fn said<'a>(config: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    config.get(name).filter(|value| !value.is_null() && **value != "")
}

fn told(lost: Lost) -> Idle {
    Idle { path: lost.path, why: format!("{}.", lost.why).into() }
}

/// What a source is told of a table though it reads a query.
fn beside_query(role: Role, config: &Map<String, Value>, at: &Path) -> Vec<Idle> {
    let given = |name: &&str| said(config, name).is_some();
    if role != Role::Source || !given(&"query") {
        return Vec::new();
    }
    let names = ["table", "tableSecretRef", "changeTrackingColumn", "autoCreateTable"];
    let why = "the rows of the query are read.";
    let told = names.iter().filter(|name| given(name));
    told.map(|name| Idle { path: at.child(name), why: why.into() }).collect()
}
