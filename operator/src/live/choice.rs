//! Which resources of a cluster, or of a state, are meant.

use serde_json::Value;
use sluicegate_core::{
    observed::{Ref, at},
    schema::nearest,
};

use super::labels::{self, Requirement};
use crate::{failure::Failure, kinds};

/// Which resources.
#[derive(Clone, Debug, Default)]
pub struct Choice {
    /// Their namespace; nothing means all.
    pub namespace: Option<String>,
    labels: Vec<Requirement>,
    names: Vec<(String, String)>,
}

impl Choice {
    /// Those in this namespace, with these labels, of these names, each where it is given.
    ///
    /// # Errors
    ///
    /// Labels that cannot be read, kinds that there are not.
    pub fn of(namespace: Option<&str>, selector: &str, names: &[String]) -> Result<Self, Failure> {
        let names = names.iter().map(|name| named(name));
        Ok(Self {
            namespace: namespace.map(str::to_owned),
            labels: labels::parse(selector)?,
            names: names.collect::<Result<_, _>>()?,
        })
    }

    /// Whether single resources are named.
    pub fn names_some(&self) -> bool {
        !self.names.is_empty()
    }

    /// Whether resources of this kind may be among the chosen.
    pub fn has_kind(&self, kind: &str) -> bool {
        self.names.is_empty() || self.names.iter().any(|(named, _)| named == kind)
    }

    /// Whether this one is.
    pub fn has(&self, target: &Ref, object: &Value) -> bool {
        let labels = at(object, "/metadata/labels");
        let label = |key: &str| labels.and_then(|labels| labels.get(key)).and_then(Value::as_str);
        let is = |(kind, name): &(String, String)| *kind == target.api.kind && *name == target.name;
        self.namespace.as_ref().is_none_or(|namespace| *namespace == target.namespace)
            && (self.names.is_empty() || self.names.iter().any(is))
            && self.labels.iter().all(|wanted| wanted.holds(label))
    }

    /// Those that are named and not among these, as a person named them.
    pub fn missing(&self, found: &[&Ref]) -> Vec<String> {
        let is = |target: &Ref, (kind, name): &(String, String)| {
            *kind == target.api.kind && *name == target.name
        };
        let missing = self.names.iter().filter(|one| !found.iter().any(|target| is(target, one)));
        missing.map(|(kind, name)| format!("{kind} {name}")).collect()
    }
}

fn named(text: &str) -> Result<(String, String), Failure> {
    let kinds = kinds::all();
    let known = || kinds.iter().map(|kind| &*kind.api.kind);
    let Some((kind, name)) = text.split_once('/').filter(|(_, name)| !name.is_empty()) else {
        let example = known().next().unwrap_or_default().to_lowercase();
        return Err(Failure(vec![
            format!("error: {text:?} names no resource"),
            format!("  give KIND/NAME, such as {example}/prod; files are given by -f"),
        ]));
    };
    match kinds::named(kinds, kind.split('.').next().unwrap_or_default()) {
        Some(kind) => Ok((kind.api.kind.to_string(), name.to_owned())),
        None => Err(Failure(vec![
            format!("error: there is no kind {kind:?}"),
            match nearest(kind, known()) {
                Some(near) => format!("  did you mean {near}?"),
                None => format!("  kinds are {}", known().collect::<Vec<_>>().join(", ")),
            },
        ])),
    }
}
