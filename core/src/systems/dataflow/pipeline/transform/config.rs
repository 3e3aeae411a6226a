//! Reading what a user has written of a transformation, with everything that is wrong with it.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::{
    connector::fits::kind_of,
    field::{Cause, Errors, Path},
    schema::did_you_mean,
    systems::dataflow::pipeline::path::{JsonPath, Wrong},
};

/// The longest text that a key may be.
const LONGEST: usize = 4_096;
const SHORTER: &str = "must have at most 4096 characters";

/// The keys of a transformation. Those that nobody has asked for are unknown.
pub(super) struct Config<'a, 'e> {
    at: &'e Path,
    fields: &'a Map<String, Value>,
    errors: &'e mut Errors,
    asked: BTreeSet<&'static str>,
}

impl<'a, 'e> Config<'a, 'e> {
    pub(super) fn new(
        at: &'e Path,
        fields: &'a Map<String, Value>,
        errors: &'e mut Errors,
    ) -> Self {
        Self { at, fields, errors, asked: BTreeSet::new() }
    }

    /// Tells the keys that the transformation does not have.
    pub(super) fn done(self, kind: &str) {
        for name in self.fields.keys().filter(|name| !self.asked.contains(name.as_str())) {
            let remedy = did_you_mean(name, self.asked.iter().copied()).unwrap_or_else(|| {
                let known: Vec<&str> = self.asked.iter().copied().collect();
                format!("leave it out; {kind} has: {}", known.join(", "))
            });
            self.errors.push(self.at.child(name), Cause::Unknown, remedy);
        }
    }

    /// A value. As an API server does: what is null is not there.
    fn value(&mut self, name: &'static str) -> Option<&'a Value> {
        self.asked.insert(name);
        let value = self.fields.get(name).filter(|value| !value.is_null())?;
        if value.as_str().is_some_and(|text| text.chars().count() > LONGEST) {
            let cause = Cause::Invalid("a longer text".to_owned(), SHORTER.to_owned());
            self.errors.push(self.at.child(name), cause, "shorten it");
        }
        Some(value)
    }

    fn required(&mut self, name: &'static str, remedy: &str) -> Option<&'a Value> {
        let found = self.value(name);
        if found.is_none() {
            self.errors.push(self.at.child(name), Cause::Required, remedy);
        }
        found
    }

    fn not_a(&mut self, path: Path, value: &Value, wanted: &str) {
        let cause = Cause::Type(kind_of(value).to_owned(), wanted.to_owned());
        self.errors.push(path, cause, format!("write {wanted}"));
    }

    /// A text, or its default.
    pub(super) fn text(&mut self, name: &'static str, default: &'a str) -> Option<&'a str> {
        match self.value(name) {
            None => Some(default),
            Some(Value::String(text)) => Some(text),
            Some(other) => {
                self.not_a(self.at.child(name), other, "a string");
                None
            }
        }
    }

    /// `true` or `false`, which is the default.
    pub(super) fn flag(&mut self, name: &'static str) -> Option<bool> {
        match self.value(name) {
            None => Some(false),
            Some(Value::Bool(value)) => Some(*value),
            Some(other) => {
                self.not_a(self.at.child(name), other, "true or false");
                None
            }
        }
    }

    /// A text that cannot be left out, read as something.
    pub(super) fn read<T>(
        &mut self,
        name: &'static str,
        remedy: &str,
        read: impl FnOnce(&str) -> Result<T, Wrong>,
    ) -> Option<T> {
        let value = self.required(name, remedy)?;
        self.read_at(self.at.child(name), value, read)
    }

    /// A text of this name, read as something, or its default.
    pub(super) fn read_or<T>(
        &mut self,
        name: &'static str,
        default: &'a str,
        read: impl FnOnce(&str) -> Result<T, Wrong>,
    ) -> Option<T> {
        let text = self.text(name, default)?;
        self.parse(self.at.child(name), text, read)
    }

    fn read_at<T>(
        &mut self,
        path: Path,
        value: &Value,
        read: impl FnOnce(&str) -> Result<T, Wrong>,
    ) -> Option<T> {
        let Value::String(text) = value else {
            self.not_a(path, value, "a string");
            return None;
        };
        self.parse(path, text, read)
    }

    fn parse<T>(
        &mut self,
        path: Path,
        text: &str,
        read: impl FnOnce(&str) -> Result<T, Wrong>,
    ) -> Option<T> {
        let refused = |(why, remedy)| {
            let text = text.chars().take(60).collect();
            self.errors.push(path, Cause::Invalid(text, why), remedy);
        };
        read(text).map_err(refused).ok()
    }

    /// A list in which there has to be something, and where it stands.
    fn items(
        &mut self,
        name: &'static str,
        wanted: &str,
        remedy: &str,
    ) -> Option<(Path, &'a [Value])> {
        let value = self.required(name, remedy)?;
        let path = self.at.child(name);
        let Value::Array(items) = value else {
            self.not_a(path, value, wanted);
            return None;
        };
        if items.is_empty() {
            self.errors.push(path, Cause::Required, remedy);
            return None;
        }
        Some((path, items))
    }

    /// The paths of fields, of which there has to be one.
    pub(super) fn fields(&mut self, name: &'static str) -> Option<Vec<JsonPath>> {
        let remedy = "name at least one field, such as [order.id]";
        let (path, items) = self.items(name, "a list of strings", remedy)?;
        // Everything that is wrong is told.
        let items = items.iter().enumerate();
        let read: Vec<_> =
            items.map(|(index, item)| self.read_at(path.index(index), item, below)).collect();
        read.into_iter().collect()
    }

    /// The items of a list of objects, each with the path of it.
    pub(super) fn objects(
        &mut self,
        name: &'static str,
        remedy: &str,
    ) -> Option<Vec<(Path, &'a Map<String, Value>)>> {
        let (path, items) = self.items(name, "a list of objects", remedy)?;
        let mut all = Vec::new();
        for (index, item) in items.iter().enumerate() {
            match item.as_object() {
                Some(fields) => all.push((path.index(index), fields)),
                None => self.not_a(path.index(index), item, "an object"),
            }
        }
        (all.len() == items.len()).then_some(all)
    }

    /// Where a key of it stands.
    pub(super) fn at(&self, name: &str) -> Path {
        self.at.child(name)
    }

    /// What is wrong, to add what is wrong below.
    pub(super) fn errors(&mut self) -> &mut Errors {
        self.errors
    }

    /// An object that cannot be left out.
    pub(super) fn object(
        &mut self,
        name: &'static str,
        remedy: &str,
    ) -> Option<&'a Map<String, Value>> {
        let value = self.required(name, remedy)?;
        if value.as_object().is_none() {
            self.not_a(self.at.child(name), value, "an object");
        }
        value.as_object()
    }
}

/// A path to a part of a document, not to the whole of it.
pub(super) fn below(text: &str) -> Result<JsonPath, Wrong> {
    let path = JsonPath::parse(text)?;
    if path.is_whole() {
        let remedy = "name a field, such as $.order.id";
        return Err(("it is the whole record".to_owned(), remedy.to_owned()));
    }
    Ok(path)
}
