//! What a flow means: what becomes of a record on its way from the source to a sink.
//!
//! It is compiled once from what a user has written, by whoever wants to know: what compiles here
//! starts there.

use k8s_openapi::jiff::Timestamp;
use serde_json::Value;

use self::{json::Json, transform::Transform};
use super::spelled::{Spelled, spelled};
use crate::field::{Errors, Path};

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
    routes: Vec<Route>,
}

/// Where records go that meet a condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// The condition, as it was written.
    pub condition: String,
    /// Where its sink stands.
    pub at: Path,
    /// The sink, as it was written.
    pub sink: Value,
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
        let read = Self::read(transformations, at, &mut errors);
        errors.or(read)
    }

    /// The same as far as it can be read. What is wrong is added to the errors.
    pub(super) fn read(transformations: &[Value], at: &Path, errors: &mut Errors) -> Self {
        let (mut steps, mut routes) = (Vec::new(), Vec::new());
        for (index, given) in transformations.iter().enumerate() {
            let at = at.index(index);
            if let Some(Spelled { kind, place, config }) = spelled(given, &at, &NAMES, errors) {
                let config = (&at.child(place), config);
                let read = Transform::of(kind, config, &mut routes, errors);
                steps.extend(read.map(|step| (kind.to_owned(), step)));
            }
        }
        Self { steps, routes }
    }

    /// The sinks that records can be led to beside that of the flow, as they were written, and
    /// where.
    pub fn routes(&self) -> &[Route] {
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
