//! Whether a type reads what it is given.

use std::fmt;

use serde::{Serialize, de::DeserializeOwned};
use serde_yaml::{Mapping, Value};
use validator::Validate;

/// What a type makes of what it is given.
#[derive(PartialEq, Eq)]
pub enum Answer {
    /// It reads all of it.
    Read,
    /// It does not read what stands at this path.
    Ignored(String),
    /// It takes none of it. Why.
    Refused(String),
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read => write!(f, "read"),
            Self::Ignored(path) => write!(f, "ignored: {path}"),
            Self::Refused(why) => write!(f, "refused: {}", why.replace('\n', " ")),
        }
    }
}

/// Gives YAML to a type, as the program does.
pub fn ask<T: DeserializeOwned + Serialize + Validate>(form: &str) -> Answer {
    let form: Value = match serde_yaml::from_str(form) {
        Ok(form) => form,
        Err(why) => return Answer::Refused(why.to_string()),
    };
    let mut ignored = Vec::new();
    let read: Result<T, _> =
        serde_ignored::deserialize(form.clone(), |path| ignored.push(path.to_string()));
    let read = match read {
        Ok(read) => read,
        Err(why) => return Answer::Refused(why.to_string()),
    };
    // The program does both, in this order.
    if let Err(why) = read.validate() {
        return Answer::Refused(why.to_string());
    }
    // An enum with a tag reads what is in it at once, so that nothing in it counts as ignored.
    let back = serde_yaml::to_value(&read).unwrap_or_default();
    let minds = |path: &Vec<Value>| {
        at(&back, path).is_some() || serde_yaml::from_value::<T>(poisoned(&form, path)).is_err()
    };
    let unread = leaves(&form).into_iter().find(|path| !minds(path));
    match ignored.into_iter().next().or_else(|| unread.map(|path| shown(&path))) {
        Some(path) => Answer::Ignored(path),
        None => Answer::Read,
    }
}

/// What of the first a type makes something else than of the second, and what.
pub fn difference<T: DeserializeOwned + Serialize>(one: &str, other: &str) -> Option<String> {
    let read = |form: &str| {
        let form = serde_yaml::from_str::<T>(form).map_err(|why| why.to_string())?;
        serde_yaml::to_value(form).map_err(|why| why.to_string())
    };
    let (one, other) = match (read(one), read(other)) {
        (Ok(one), Ok(other)) => (one, other),
        (one, other) => return one.err().or(other.err()),
    };
    let same = |path: &Vec<Value>| at(&one, path) == at(&other, path);
    let path = leaves(&one).into_iter().find(|path| !same(path))?;
    Some(format!("{} at {}", serde_yaml::to_string(at(&one, &path)?).ok()?.trim(), shown(&path)))
}

/// The paths of everything that has nothing below it.
fn leaves(value: &Value) -> Vec<Vec<Value>> {
    let below: Vec<(Value, &Value)> = match value {
        Value::Mapping(fields) => fields.iter().map(|(key, value)| (key.clone(), value)).collect(),
        Value::Sequence(items) => {
            items.iter().enumerate().map(|(nth, item)| (Value::from(nth), item)).collect()
        }
        _ => Vec::new(),
    };
    if below.is_empty() {
        return vec![Vec::new()];
    }
    let path = |(key, value): &(Value, &Value)| {
        leaves(value).into_iter().map(|rest| [vec![key.clone()], rest].concat()).collect::<Vec<_>>()
    };
    below.iter().flat_map(path).collect()
}

fn at<'a>(value: &'a Value, path: &[Value]) -> Option<&'a Value> {
    let Some((first, rest)) = path.split_first() else { return Some(value) };
    let below = match value {
        Value::Sequence(items) => items.get(usize::try_from(first.as_u64()?).ok()?),
        value => value.get(first),
    };
    at(below?, rest)
}

/// The same with something at one place that hardly any type takes.
fn poisoned(form: &Value, path: &[Value]) -> Value {
    let Some((first, rest)) = path.split_first() else {
        let odd = Mapping::from_iter([(Value::from("odd"), Value::Sequence(Vec::new()))]);
        let holds = matches!(form, Value::Mapping(_) | Value::Sequence(_));
        return if holds { Value::from(true) } else { Value::Mapping(odd) };
    };
    let mut form = form.clone();
    let below = match &mut form {
        Value::Sequence(items) => {
            first.as_u64().and_then(|nth| items.get_mut(usize::try_from(nth).ok()?))
        }
        value => value.get_mut(first),
    };
    if let Some(below) = below {
        *below = poisoned(below, rest);
    }
    form
}

fn shown(path: &[Value]) -> String {
    let name = |key: &Value| {
        key.as_str().map_or_else(|| key.as_u64().unwrap_or_default().to_string(), str::to_owned)
    };
    path.iter().map(name).collect::<Vec<_>>().join(".")
}
