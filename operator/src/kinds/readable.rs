//! A resource with fields that do not decode, made one that does: so that its other fields are
//! judged in the same round, and people mend a file once.

use std::collections::{BTreeMap, BTreeSet};

use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use sluicegate_core::{
    field::{Cause, Error, Errors, Path, Segment},
    schema::{Compiled, Leaf, nearest},
};

/// How much goes with a field that is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Goes {
    /// The field, where it is of a type that does not decode.
    Unreadable,
    /// That, and the item of a list that it stands in.
    UnreadableItem,
    /// Every field that is wrong.
    Field,
    /// Every field that is wrong, and the item that it stands in.
    Item,
    /// Every field that is wrong, and the whole list.
    List,
}

impl Goes {
    /// As little as possible, so that what is wrong besides is found.
    pub(super) const LITTLE: [Self; 4] =
        [Self::Unreadable, Self::UnreadableItem, Self::Item, Self::List];
    /// Everything that is wrong, and of the rest as little as possible.
    pub(super) const WRONG: [Self; 3] = [Self::Field, Self::Item, Self::List];

    /// Whether something may be written instead of what is wrong.
    fn fills(self) -> bool {
        matches!(self, Self::Unreadable | Self::Field)
    }

    fn concerns(self, error: &Error) -> bool {
        match self {
            Self::Unreadable | Self::UnreadableItem => unreadable(error),
            Self::Field | Self::Item | Self::List => true,
        }
    }

    /// The part of a path that goes with the field at its end.
    fn part(self, path: &[Segment]) -> &[Segment] {
        let item = |step: &Segment| matches!(step, Segment::Index(_));
        match self {
            Self::Unreadable | Self::Field => path,
            Self::UnreadableItem | Self::Item => {
                path.iter().rposition(item).map_or(path, |at| &path[..=at])
            }
            Self::List => path.iter().position(item).map_or(path, |at| &path[..at]),
        }
    }
}

/// A resource without what is wrong with it, and what was taken out.
pub(super) struct Readable {
    value: Value,
    out: Vec<Vec<Segment>>,
    /// What has lost a part: what it seems to lack may have been in there.
    poorer: Vec<Vec<Segment>>,
    /// The items that are gone, by their lists.
    items: BTreeMap<Vec<Segment>, BTreeSet<usize>>,
}

impl Readable {
    /// A resource that decodes and is well, and what it is then.
    pub(super) fn decoded<R: DeserializeOwned>(
        resource: &Value,
        errors: &Errors,
        schema: &Compiled,
        attempts: &[Goes],
        is_well: impl Fn(&R) -> bool,
    ) -> Option<(Self, R)> {
        attempts.iter().find_map(|goes| {
            let readable = Self::of(resource, errors, schema, *goes);
            let decoded = R::deserialize(&readable.value).ok()?;
            is_well(&decoded).then_some((readable, decoded))
        })
    }

    /// Takes out the fields that these errors are about, or writes what was meant where that is
    /// plain, a number in quotes, and anything where something has to stand.
    fn of(resource: &Value, errors: &Errors, schema: &Compiled, goes: Goes) -> Self {
        let (out, poorer, items) = (Vec::new(), Vec::new(), BTreeMap::new());
        let mut own = Self { value: resource.clone(), out, poorer, items };
        for error in errors.iter().filter(|error| goes.concerns(error)) {
            let filled = goes.fills() && own.fill(error, schema);
            if !filled {
                own.take_out(error, goes);
            }
        }
        own.close_ranks();
        own
    }

    /// Writes something that decodes into a field that has to be there.
    fn fill(&mut self, error: &Error, schema: &Compiled) -> bool {
        let path = error.path.segments();
        let leaf = schema.find(&error.path).filter(|leaf| leaf.required);
        let (Some((Segment::Key(key), holder)), Some(leaf)) = (path.split_last(), leaf) else {
            return false;
        };
        let at: Path = holder.iter().cloned().collect();
        let meant = meant_word(error, &leaf);
        // What stands beside a word that nobody knows was not written for the word in its place.
        let guessed = meant.is_none() && !leaf.values.is_empty() && holder.len() > 1;
        let filler = meant.or_else(|| filler(&leaf));
        let (Some(Value::Object(fields)), Some(filler)) =
            (self.value.pointer_mut(&at.pointer()), filler)
        else {
            return false;
        };
        fields.insert(key.clone(), filler);
        self.out.push(if guessed { holder.to_vec() } else { path.to_vec() });
        true
    }

    /// A path as it is of the resource that was given, unless it is of what was taken out.
    pub(super) fn given(&self, path: &Path) -> Option<Path> {
        let path = self.place(path);
        let at = path.segments();
        let gone = self.out.iter().any(|out| at.starts_with(out) || out.starts_with(at));
        (!gone).then_some(path)
    }

    /// An error as it is of the resource that was given, unless it is of what was taken out, or
    /// would not be there with it.
    pub(super) fn told(&self, error: Error) -> Option<Error> {
        let path = self.given(&error.path)?;
        let at = path.segments();
        let lacks = error.cause == Cause::Required;
        let in_vain = lacks && self.poorer.iter().any(|holder| at.starts_with(holder));
        (!in_vain).then_some(Error { path, ..error })
    }

    fn take_out(&mut self, error: &Error, goes: Goes) {
        let path = error.path.segments();
        let meant = self.value.pointer_mut(&error.path.pointer());
        if let (Cause::Type(_, wanted), Some(value)) = (&error.cause, meant)
            && let Some(meant) = meant_by(value, wanted)
        {
            *value = meant;
            return;
        }
        // What lacks a field goes as a whole.
        let end = match error.cause {
            Cause::Required => path.len().saturating_sub(1),
            Cause::Invalid(..)
            | Cause::Type(..)
            | Cause::NotSupported(..)
            | Cause::Duplicate(_)
            | Cause::Forbidden(_)
            | Cause::Unknown => path.len(),
        };
        let out = goes.part(&path[..end]);
        let Some((last, holder)) = out.split_last() else { return };
        let at: Path = holder.iter().cloned().collect();
        match (self.value.pointer_mut(&at.pointer()), last) {
            (Some(Value::Object(fields)), Segment::Key(key)) => {
                fields.remove(key);
                // Of a whole spec nothing could be told any more.
                if holder.len() > 1 {
                    self.poorer.push(holder.to_vec());
                }
            }
            // Items keep their places until all errors are read.
            (Some(Value::Array(_)), Segment::Index(index)) => {
                self.items.entry(holder.to_vec()).or_default().insert(*index);
            }
            _ => {}
        }
        self.out.push(out.to_vec());
    }

    /// Takes out the items that are to go: of the innermost lists first, from their ends.
    fn close_ranks(&mut self) {
        let mut lists: Vec<_> = self.items.iter().collect();
        lists.sort_by_key(|(at, _)| std::cmp::Reverse(at.len()));
        for (at, gone) in lists {
            let at: Path = at.iter().cloned().collect();
            let Some(Value::Array(list)) = self.value.pointer_mut(&at.pointer()) else { continue };
            for index in gone.iter().rev().filter(|index| **index < list.len()).collect::<Vec<_>>()
            {
                list.remove(*index);
            }
        }
    }

    /// A path of what is left, as it was before.
    fn place(&self, path: &Path) -> Path {
        let mut before: Vec<Segment> = Vec::new();
        for step in path.segments() {
            let step = match (step, self.items.get(&before)) {
                (Segment::Index(index), Some(gone)) => {
                    let left = (0..).filter(|index| !gone.contains(index)).nth(*index);
                    Segment::Index(left.unwrap_or(*index))
                }
                (step, _) => step.clone(),
            };
            before.push(step);
        }
        before.into_iter().collect()
    }
}

/// The word that was meant, where one of those that there are is like what was written: what else
/// there is of the resource is then judged as it was meant.
fn meant_word(error: &Error, leaf: &Leaf<'_>) -> Option<Value> {
    let Cause::NotSupported(written, _) = &error.cause else { return None };
    let words = leaf.values.iter().filter_map(Value::as_str);
    nearest(written.trim_matches('"'), words).map(Value::from)
}

/// Something that decodes as a field.
fn filler(leaf: &Leaf<'_>) -> Option<Value> {
    if let Some(word) = leaf.values.first() {
        return Some(word.clone());
    }
    match leaf.type_.as_str() {
        "string" => Some(json!("unknown")),
        "integer" | "number" | "integer or string" => Some(json!(1)),
        "boolean" => Some(json!(false)),
        "object" => Some(json!({})),
        list if list.starts_with("list") => Some(json!([])),
        _ => None,
    }
}

/// Whether a field with such an error does not decode.
fn unreadable(error: &Error) -> bool {
    matches!(error.cause, Cause::Type(..) | Cause::Required | Cause::NotSupported(..))
}

/// What a value of another type stands for.
fn meant_by(value: &Value, wanted: &str) -> Option<Value> {
    let text = match value {
        Value::String(text) => text.trim().to_lowercase(),
        Value::Number(number) if wanted == "a string" => return Some(json!(number.to_string())),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            return None;
        }
    };
    match (wanted, text.as_str()) {
        ("an integer", digits) => digits.parse::<i64>().ok().map(|number| json!(number)),
        ("a boolean", "true" | "yes" | "y" | "on") => Some(json!(true)),
        ("a boolean", "false" | "no" | "n" | "off") => Some(json!(false)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::JSONSchemaProps;

    use super::*;

    fn typed(wanted: &str) -> Cause {
        Cause::Type("string".to_owned(), wanted.to_owned())
    }

    /// A schema that asks for nothing.
    fn none() -> Compiled {
        Compiled::new(&JSONSchemaProps::default())
    }

    /// A path of what is left, as it was given.
    fn given(readable: &Readable, path: &str) -> Option<String> {
        readable.given(&Path::shown(path)).map(|path| path.to_string())
    }

    #[test]
    fn what_is_wrong_is_taken_out_or_read_as_it_was_meant() {
        let resource = json!({ "spec": {
            "replicas": "3", "tls": { "enabled": "maybe" }, "env": [{ "value": "a" }], "image": "a",
        } });
        let mut errors = Errors::default();
        errors.push(Path::dotted("spec.replicas"), typed("an integer"), "x");
        errors.push(Path::dotted("spec.tls.enabled"), typed("a boolean"), "x");
        errors.push(Path::shown("spec.env[0].name"), Cause::Required, "x");
        let readable = Readable::of(&resource, &errors, &none(), Goes::Unreadable);
        let left = json!({ "replicas": 3, "tls": {}, "env": [], "image": "a" });
        assert_eq!(readable.value["spec"], left);
        assert_eq!(given(&readable, "spec.env"), None);
        assert_eq!(given(&readable, "spec.tls"), None);
        assert_eq!(given(&readable, "spec.replicas").as_deref(), Some("spec.replicas"));
    }

    #[test]
    fn items_that_stay_are_told_by_the_places_that_they_had() {
        let resource = json!({ "a": [
            { "b": [1, "x", 3] }, { "c": "x" }, { "b": ["x", 2] }, { "b": [4] },
        ] });
        let mut errors = Errors::default();
        for path in ["a[0].b[1]", "a[1].c", "a[2].b[0]"] {
            errors.push(Path::shown(path), typed("an integer"), "x");
        }
        let field = Readable::of(&resource, &errors, &none(), Goes::Unreadable);
        let left = json!([{ "b": [1, 3] }, {}, { "b": [2] }, { "b": [4] }]);
        assert_eq!(field.value["a"], left);
        assert_eq!(given(&field, "a[0].b[1]").as_deref(), Some("a[0].b[2]"));
        assert_eq!(given(&field, "a[3].b[0]").as_deref(), Some("a[3].b[0]"));
        let item = Readable::of(&resource, &errors, &none(), Goes::UnreadableItem);
        assert_eq!(item.value["a"], json!([{ "b": [1, 3] }, { "b": [2] }, { "b": [4] }]));
        assert_eq!(given(&item, "a[1].b[0]").as_deref(), Some("a[2].b[1]"));
        assert_eq!(given(&item, "a[2].b").as_deref(), Some("a[3].b"));
        let list = Readable::of(&resource, &errors, &none(), Goes::List);
        assert_eq!(list.value, json!({}));
    }
}
