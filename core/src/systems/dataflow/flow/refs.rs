//! References to Secrets: which a store has, and what they stand for.

use serde_json::{Map, Value};

use super::needs::shown;
use crate::{
    connector::is_called_secret,
    field::{Cause, Errors, Path},
    inert::Idle,
    k8s::metadata::{is_data_key, is_subdomain},
};

/// What a name of a reference ends with.
const REFERENCE: &str = "SecretRef";

/// A key of a Secret.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SecretKey {
    /// The Secret.
    pub name: String,
    /// The key.
    pub key: String,
}

/// The references of a store.
#[derive(Debug, Default)]
pub(super) struct Refs {
    /// The keys of Secrets that it takes values from.
    pub(super) keys: Vec<SecretKey>,
    /// The values that stand beside a reference, which counts before them.
    pub(super) idle: Vec<Idle>,
}

/// Finds the references of a store, for a flow of this namespace. What is wrong with them is added
/// to the errors.
pub(super) fn of(
    config: &Map<String, Value>,
    at: &Path,
    namespace: &str,
    errors: &mut Errors,
) -> Refs {
    let mut refs = Refs::default();
    find(config, at, namespace, &mut refs, errors);
    refs.keys.sort();
    refs.keys.dedup();
    refs
}

fn find(
    config: &Map<String, Value>,
    at: &Path,
    namespace: &str,
    refs: &mut Refs,
    errors: &mut Errors,
) {
    for (name, value) in config {
        let Value::Object(fields) = value else { continue };
        let at = at.child(name);
        let Some(stands_for) = name.strip_suffix(REFERENCE).filter(|name| !name.is_empty()) else {
            find(fields, &at, namespace, refs, errors);
            continue;
        };
        if config.get(stands_for).is_some_and(|value| !value.is_null()) {
            let path = at_beside(&at, stands_for);
            refs.idle.push(Idle { path, why: format!("{name} counts before it.").into() });
        }
        refs.keys.extend(key_of(fields, &at, namespace, errors));
    }
}

/// The field of this name beside another.
fn at_beside(at: &Path, name: &str) -> Path {
    let (_, around) = at.segments().split_last().expect("a reference has a name");
    around.iter().cloned().collect::<Path>().child(name)
}

fn key_of(
    fields: &Map<String, Value>,
    at: &Path,
    namespace: &str,
    errors: &mut Errors,
) -> Option<SecretKey> {
    let text = |name: &str| fields.get(name).and_then(Value::as_str);
    if let Some(other) = text("namespace").filter(|other| !other.is_empty() && *other != namespace)
    {
        let why = format!("a flow takes values from Secrets of its own namespace, {namespace}");
        let remedy = format!("copy the Secret there, and leave namespace: {other} out");
        errors.push(at.child("namespace"), Cause::Forbidden(why), remedy);
    }
    let mut read = |name: &str, fits: fn(&str) -> bool, must: &str, remedy: &str| {
        let value = text(name)?;
        if fits(value) {
            return Some(value.to_owned());
        }
        let cause = Cause::Invalid(shown(value), must.to_owned());
        errors.push(at.child(name), cause, remedy);
        None
    };
    let name = read(
        "name",
        is_subdomain,
        "must be small letters, digits, dashes and dots",
        "write the name of the Secret",
    );
    let key = read(
        "key",
        is_data_key,
        "must be letters, digits, dashes, dots and underscores",
        "write the key as the Secret has it",
    );
    Some(SecretKey { name: name?, key: key? })
}

/// What looks like a secret by its name and is none.
const PLAIN: [&str; 1] = ["require_auth"];

/// Where a text has a password in it: as a URL does, or, in a connection string, as `password=…`.
/// Nothing that stands in such a text is a reference: nobody would put anything in its place.
pub(super) fn passwords(config: &Map<String, Value>, at: &Path) -> Vec<Path> {
    let mut found = Vec::new();
    search(config, at, &mut found, |name, value| match value {
        Value::String(text) if name == "connectionString" => in_connection(text),
        Value::String(text) => in_url(text),
        Value::Array(items) => items.iter().filter_map(Value::as_str).any(in_url),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => false,
    });
    found
}

/// Whether a URL names a password before its host, or among its parameters.
fn in_url(text: &str) -> bool {
    let Some((_, rest)) = text.split_once("://") else { return false };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    has_login(authority) || has_pair(rest)
}

/// The same of a connection string, whose password may have any character in it, and which may be
/// no URL.
fn in_connection(text: &str) -> bool {
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    has_login(rest) || has_pair(text)
}

/// Whether `USER:PASSWORD@` stands in it.
fn has_login(text: &str) -> bool {
    let user = text.rsplit_once('@').and_then(|(login, _)| login.split_once(':'));
    user.is_some_and(|(_, password)| !password.is_empty())
}

/// Whether `password=…` or the like stands in it, with or without blanks.
fn has_pair(text: &str) -> bool {
    let mut parts = text.split('=').peekable();
    while let (Some(before), Some(after)) = (parts.next(), parts.peek()) {
        let between = |c: char| c.is_whitespace() || matches!(c, ';' | '?' | '&' | '/');
        let name = before.trim_end().rsplit(between).next().unwrap_or_default();
        let value = after.trim_start();
        let empty = value.is_empty() || value.starts_with(['&', ';']) || value.starts_with("''");
        // A name may be written by the numbers of its characters.
        let called = is_called_secret(name) || (name.contains('%') && text.contains("://"));
        if called && !PLAIN.contains(&name) && !empty {
            return true;
        }
    }
    false
}

/// Where something is written down that is called like a secret, or has one in it, of what could
/// not be read.
pub(super) fn called_secrets(value: &Value, at: &Path, found: &mut Vec<Path>) {
    match value {
        Value::Object(fields) => search(fields, at, found, |name, value| {
            let name = name.strip_suffix(REFERENCE).unwrap_or(name);
            let text = value.as_str().unwrap_or_default();
            !value.is_null() && (is_called_secret(name) || in_connection(text))
        }),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                called_secrets(item, &at.index(index), found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Every field of these that is one, but for what stands in references.
fn search(
    fields: &Map<String, Value>,
    at: &Path,
    found: &mut Vec<Path>,
    is: fn(&str, &Value) -> bool,
) {
    for (name, value) in fields {
        let at = at.child(name);
        match value {
            Value::Object(below) if name.ends_with(REFERENCE) && below.contains_key("name") => {}
            Value::Object(below) => search(below, &at, found, is),
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Array(_)
                if is(name, value) =>
            {
                found.push(at);
            }
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    if let Value::Object(below) = item {
                        search(below, &at.index(index), found, is);
                    }
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
}
