//! What a flow means: what becomes of a record on its way from the source to a sink.
//!
//! It is compiled once from what a user has written, by whoever wants to know: what compiles here
//! starts there.

use std::sync::LazyLock;

use k8s_openapi::jiff::Timestamp;
use serde_json::{Map, Value};

use self::{json::Json, transform::Transform};
use crate::{
    connector::fits::kind_of,
    field::{Cause, Errors, Path},
};

pub mod condition;
pub mod json;
pub mod layout;
pub mod path;
mod transform;

#[cfg(test)]
mod tests;

pub use transform::NAMES;

/// The transformations of a flow, in their order.
#[derive(Clone, Debug)]
pub struct Pipeline {
    steps: Vec<(String, Transform)>,
    routes: Vec<Value>,
}

/// Something that a source gave, or what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// What it says.
    pub body: Body,
    /// The route that it takes, of all [routes](Pipeline::routes) of the pipeline; nothing leads to
    /// the sink of the flow.
    pub route: Option<usize>,
}

/// What a record says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// A document.
    Document(Json),
    /// Anything else, as it came. No transformation sees into it.
    Opaque(Vec<u8>),
}

/// That a record must not go on as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Which transformation says so, counted from 0.
    pub step: usize,
    /// Why, as a clause. It says nothing of what the record says.
    pub why: &'static str,
}

impl Record {
    /// Takes what a source gave for a document, if it is one.
    pub fn read(bytes: Vec<u8>) -> Self {
        let body = Json::parse(&bytes).map_or_else(|| Body::Opaque(bytes), Body::Document);
        Self { body, route: None }
    }

    /// As it is written.
    pub fn write(&self) -> Vec<u8> {
        match &self.body {
            Body::Document(document) => document.to_string().into_bytes(),
            Body::Opaque(bytes) => bytes.clone(),
        }
    }

    /// The document, if it is one.
    pub fn document(&self) -> Option<&Json> {
        if let Body::Document(document) = &self.body { Some(document) } else { None }
    }

    fn document_mut(&mut self) -> Option<&mut Json> {
        if let Body::Document(document) = &mut self.body { Some(document) } else { None }
    }
}

impl Pipeline {
    /// Reads the transformations of a flow, which stand at this path: each its `type`, and what it
    /// takes below `config`, or below its own name as earlier releases wrote it.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with them.
    pub fn compile(transformations: &[Value], at: &Path) -> Result<Self, Errors> {
        let mut errors = Errors::default();
        let (mut steps, mut routes) = (Vec::new(), Vec::new());
        for (index, given) in transformations.iter().enumerate() {
            let at = at.index(index);
            let Some(fields) = given.as_object() else {
                let cause = Cause::Type(kind_of(given).to_owned(), "an object".to_owned());
                errors.push(at, cause, "write its type and its config");
                continue;
            };
            if let Some((kind, config_at, config)) = spelled(fields, &at, &mut errors) {
                let read = Transform::of(kind, (&config_at, config), &mut routes, &mut errors);
                steps.extend(read.map(|step| (kind.to_owned(), step)));
            }
        }
        errors.or(Self { steps, routes })
    }

    /// The sinks that records can be led to beside that of the flow, as they were written.
    pub fn routes(&self) -> &[Value] {
        &self.routes
    }

    /// What the transformations are called, in their order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.steps.iter().map(|(name, _)| name.as_str())
    }

    /// What becomes of a record in one of them: none, one or several.
    ///
    /// # Errors
    ///
    /// If it must not go on.
    pub fn step(&self, step: usize, now: Timestamp, record: Record) -> Result<Vec<Record>, Fault> {
        match self.steps.get(step) {
            Some((_, transform)) => transform.apply(now, record).map_err(|why| Fault { step, why }),
            None => Ok(vec![record]),
        }
    }

    /// What becomes of a record in all of them.
    ///
    /// # Errors
    ///
    /// If it, or anything that has become of it, must not go on.
    pub fn run(&self, now: Timestamp, record: Record) -> Result<Vec<Record>, Fault> {
        let mut records = vec![record];
        for step in 0..self.steps.len() {
            let mut next = Vec::with_capacity(records.len());
            for record in records {
                next.extend(self.step(step, now, record)?);
            }
            records = next;
        }
        Ok(records)
    }
}

/// The name of a transformation, and what it takes: both spellings.
fn spelled<'a>(
    fields: &'a Map<String, Value>,
    at: &Path,
    errors: &mut Errors,
) -> Option<(&'a str, Path, &'a Map<String, Value>)> {
    let kind = match fields.get("type") {
        Some(Value::String(kind)) if NAMES.contains(&kind.as_str()) => kind.as_str(),
        Some(Value::String(kind)) => {
            transform::unknown(kind, at.child("type"), errors);
            return None;
        }
        Some(Value::Null) | None => {
            let remedy = format!("write one of: {}", NAMES.join(", "));
            errors.push(at.child("type"), Cause::Required, remedy);
            return None;
        }
        Some(other) => {
            let cause = Cause::Type(kind_of(other).to_owned(), "a string".to_owned());
            errors.push(at.child("type"), cause, "write its name");
            return None;
        }
    };
    for name in fields.keys().filter(|name| !["type", "config", kind].contains(&name.as_str())) {
        let remedy = format!("write what {kind} takes below config");
        errors.push(at.child(name), Cause::Unknown, remedy);
    }
    let given = |name: &str| fields.get(name).filter(|value| !value.is_null());
    let (place, config) = match (given("config"), given(kind)) {
        (Some(_), Some(_)) => {
            let cause = Cause::Forbidden("config is there too".to_owned());
            errors.push(at.child(kind), cause, "write all of it below config");
            return None;
        }
        (None, Some(config)) => (kind, config),
        (Some(config), None) => ("config", config),
        (None, None) => {
            // Some can do without.
            static NOTHING: LazyLock<Map<String, Value>> = LazyLock::new(Map::new);
            return Some((kind, at.child("config"), &NOTHING));
        }
    };
    if config.as_object().is_none() {
        let cause = Cause::Type(kind_of(config).to_owned(), "an object".to_owned());
        errors.push(at.child(place), cause, "write its keys below each other");
    }
    Some((kind, at.child(place), config.as_object()?))
}
