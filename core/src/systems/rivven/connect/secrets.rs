//! What a connector takes from its Secret: values as variables of its worker, and files.

use std::collections::BTreeSet;

use super::written::Written;
use crate::{
    connector::{Node, SECRET},
    field::{Cause, Errors},
    k8s::metadata::is_data_key,
};

/// A variable of the worker that has the value of a key of a Secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Variable {
    pub(super) name: String,
    pub(super) secret: String,
    pub(super) key: String,
}

/// Where the files of a connector lie in its worker.
pub(super) fn folder(name: &str) -> String {
    format!("/secrets/{name}")
}

/// The keys of the Secret that are files.
pub(super) fn files(
    written: &Written<'_>,
    config: &Node,
    errors: &mut Errors,
) -> Option<(String, Vec<String>)> {
    let (secret, keys) = wanted(written, config.secret_files(), errors)?;
    Some((secret.clone(), keys.into_iter().map(str::to_owned).collect()))
}

/// The variables that hold what is taken from the Secret.
pub(super) fn variables(
    written: &Written<'_>,
    config: &Node,
    taken: &mut BTreeSet<String>,
    errors: &mut Errors,
) -> Vec<Variable> {
    let wanted = wanted(written, config.secret_keys(), errors);
    let of = |(secret, keys): (&String, BTreeSet<&str>)| {
        let of = |key: &str| Variable {
            name: variable(&format!("{}_{key}", written.name), taken),
            secret: secret.clone(),
            key: key.to_owned(),
        };
        keys.into_iter().map(of).collect()
    };
    wanted.map(of).unwrap_or_default()
}

/// The Secret and those of its keys that are wanted, each once; nothing where none is. What is
/// wrong with them is added to the errors.
fn wanted<'a, 'k>(
    written: &Written<'a>,
    keys: Vec<&'k str>,
    errors: &mut Errors,
) -> Option<(&'a String, BTreeSet<&'k str>)> {
    let mut keys: BTreeSet<&str> = keys.into_iter().collect();
    let first = keys.first()?;
    let Some(secret) = written.secret else {
        let remedy = format!("name the Secret that has the key {first}");
        errors.push(written.at.child("configSecretRef"), Cause::Required, remedy);
        return None;
    };
    keys.retain(|key| is_key(written, key, errors));
    Some((secret, keys))
}

/// Whether a Secret can have such a key. If not, that is added to the errors.
fn is_key(written: &Written<'_>, key: &str, errors: &mut Errors) -> bool {
    let fits = is_data_key(key);
    if !fits {
        let must = "must be letters, digits, dashes, dots and underscores";
        let cause = Cause::Invalid(format!("{SECRET}{key}}}"), must.to_owned());
        errors.push(written.at.child("config"), cause, "write the key as the Secret has it");
    }
    fits
}

/// A name for a variable that no other has.
fn variable(words: &str, taken: &mut BTreeSet<String>) -> String {
    let letter = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' };
    let plain = format!("SECRET_{}", words.chars().map(letter).collect::<String>());
    let names = std::iter::once(plain.clone());
    let mut names = names.chain((2..).map(|number| format!("{plain}_{number}")));
    let name = names.find(|name| !taken.contains(name)).unwrap_or(plain);
    taken.insert(name.clone());
    name
}
