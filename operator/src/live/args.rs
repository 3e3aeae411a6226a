//! The arguments by which resources of a cluster are chosen: the same words, with the same meaning,
//! for every command that reads one.

use clap::Args;
use serde_json::Value;
use sluicegate_core::observed::{Ref, at};

use super::labels::{self, Requirement};
use crate::{failure::Failure, kinds};

/// Which resources.
#[derive(Clone, Debug, Default, Args)]
pub struct Which {
    /// Every resource of every kind
    #[arg(short = 'A', long, conflicts_with = "namespace")]
    pub all: bool,
    /// Those of a namespace; with -f, the namespace of what a file puts into none
    #[arg(short, long, value_name = "NAMESPACE")]
    pub namespace: Option<String>,
    /// Those with these labels: key=value, key!=value, key in (a,b), key notin (a,b), key or !key,
    /// separated by commas
    #[arg(short = 'l', long, value_name = "LABELS")]
    pub selector: Option<String>,
    /// These, in the namespace of -n or of the context; in a file, wherever there is one of each
    #[arg(value_name = "KIND/NAME")]
    pub names: Vec<String>,
}

/// Which resources, understood.
#[derive(Clone, Debug, Default)]
pub struct Choice {
    /// Their namespace; nothing means all.
    pub namespace: Option<String>,
    labels: Vec<Requirement>,
    names: Vec<(String, String)>,
}

impl Which {
    /// Whether anything is chosen.
    pub fn chooses(&self) -> bool {
        self.all || self.namespace.is_some() || self.selector.is_some() || !self.names.is_empty()
    }

    /// The choice.
    ///
    /// # Errors
    ///
    /// Labels that cannot be read, kinds that there are not.
    pub fn choice(&self) -> Result<Choice, Failure> {
        let names = self.names.iter().map(|name| named(name));
        Ok(Choice {
            namespace: self.namespace.clone(),
            labels: labels::parse(self.selector.as_deref().unwrap_or_default())?,
            names: names.collect::<Result<_, _>>()?,
        })
    }
}

impl Choice {
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
            match kinds::nearest(kind, known()) {
                Some(near) => format!("  did you mean {near}?"),
                None => format!("  kinds are {}", known().collect::<Vec<_>>().join(", ")),
            },
        ])),
    }
}
