//! What a flow means: a source, transformations and a sink, checked once for all who want to know.
//! What passes here starts.

use serde_json::{Map, Value, json};

use super::{refs, store::Store};
use crate::{
    connector::{Role, fits::kind_of},
    field::{Cause, Errors, Path},
    inert::Idle,
    systems::dataflow::{
        pipeline::{NAMES, Pipeline},
        spelled::{Spelled, spelled},
        verdict::Policy,
    },
};

/// A flow that was checked.
#[derive(Clone, Debug)]
pub struct Meaning {
    /// Where records come from.
    pub source: Store,
    /// Where they go.
    pub sink: Store,
    /// Where those go that cannot be written.
    pub errors: Option<Store>,
    /// What becomes of them on their way.
    pub pipeline: Pipeline,
    /// The transformations as they were written: what each is called and what it takes.
    pub steps: Vec<(String, Map<String, Value>)>,
    /// What becomes of a record that must not go on as it is.
    pub policy: Policy,
    /// Where those go that a router leads elsewhere, in the order of the pipeline's routes.
    pub routes: Vec<Store>,
}

impl Meaning {
    /// Reads the `spec` of a flow of this namespace.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with its stores and transformations.
    pub fn compile(spec: &Map<String, Value>, namespace: &str) -> Result<Self, Errors> {
        let mut errors = Errors::default();
        let parts = Parts::read(spec, namespace, &mut errors);
        parts.apart(&mut errors);
        let Parts { source, sink, errors: bad, pipeline, routes } = parts;
        let (Some(source), Some(sink)) = (source, sink) else {
            return Err(errors);
        };
        let steps = steps(spec.get("transformations"));
        let skips = spec.get("onError").and_then(Value::as_str) == Some("skip");
        let policy = Policy::of(bad.is_some(), skips);
        errors.or(Self { source, sink, errors: bad, pipeline, steps, policy, routes })
    }

    /// The secrets that are written down in the `spec` of a flow that need not be right.
    pub fn literal_in(spec: &Map<String, Value>, namespace: &str) -> Vec<Path> {
        let mut errors = Errors::default();
        let parts = Parts::read(spec, namespace, &mut errors);
        let mut found: Vec<Path> =
            parts.stores().flat_map(|store| store.literal.iter().cloned()).collect();
        // Where anything is wrong it may be a secret in the wrong place: it is hidden itself, and
        // with it all that is called like a secret.
        if !errors.is_empty() {
            let whole = json!({ "spec": spec });
            let there = |path: &&Path| {
                let value = whole.pointer(&path.pointer());
                value.is_some_and(|value| !value.is_null()) && path.segments().len() > 2
            };
            found.extend(errors.iter().map(|error| &error.path).filter(there).cloned());
            for name in ["source", "sink", "errors", "transformations"] {
                let value = spec.get(name).unwrap_or(&Value::Null);
                refs::called_secrets(value, &Path::root("spec").child(name), &mut found);
            }
        }
        found.sort();
        found.dedup();
        found
    }

    /// Its stores: the source, the sink, that of errors, and those of routes.
    pub fn stores(&self) -> impl Iterator<Item = &Store> {
        [&self.source, &self.sink].into_iter().chain(&self.errors).chain(&self.routes)
    }

    /// What it does, as the end of a sentence.
    pub fn says(&self) -> String {
        format!("from {} to {}", self.source.says(), self.sink.says())
    }

    /// A route of its pipeline, in a few words.
    pub fn route(&self, route: usize) -> String {
        let condition = self.pipeline.routes().get(route).map(|route| route.condition.as_str());
        let sink = self.routes.get(route).map(Store::says).unwrap_or_default();
        format!("{sink}, by {}", condition.unwrap_or_default())
    }

    /// The secrets that are written down instead of referred to.
    pub fn literal(&self) -> impl Iterator<Item = &Path> {
        self.stores().flat_map(|store| &store.literal)
    }

    /// What of its stores has no effect.
    pub fn idle(&self) -> impl Iterator<Item = &Idle> {
        self.stores().flat_map(|store| &store.idle)
    }
}

/// The parts of a flow, as far as each could be read.
struct Parts {
    source: Option<Store>,
    sink: Option<Store>,
    errors: Option<Store>,
    pipeline: Pipeline,
    routes: Vec<Store>,
}

impl Parts {
    fn read(spec: &Map<String, Value>, namespace: &str, errors: &mut Errors) -> Self {
        let at = Path::root("spec");
        let given = |name: &str| spec.get(name).filter(|value| !value.is_null());
        let mut store = |role, name: &str, remedy: Option<&str>| match (given(name), remedy) {
            (Some(store), _) => Store::read(role, (store, &at.child(name)), namespace, errors),
            (None, Some(remedy)) => {
                errors.push(at.child(name), Cause::Required, remedy);
                None
            }
            (None, None) => None,
        };
        let source =
            store(Role::Source, "source", Some("write where records come from: type and config"));
        let sink = store(Role::Sink, "sink", Some("write where records go: type and config"));
        let bad = store(Role::Sink, "errors", None);
        let pipeline = pipeline(given("transformations"), &at, errors);
        let routes = pipeline.routes().iter().filter_map(|route| {
            Store::read(Role::Sink, (&route.sink, &route.at), namespace, errors)
        });
        let routes = routes.collect();
        Self { source, sink, errors: bad, pipeline, routes }
    }

    /// Adds that one store stands for two.
    fn apart(&self, errors: &mut Errors) {
        let own = ("it is what the flow reads", "write to another");
        for sink in self.stores().skip(usize::from(self.source.is_some())) {
            if let Some(source) = &self.source {
                sink.must_not_be(source, own, errors);
            }
        }
        let why = "it is a sink of good records, which would be among the bad ones";
        for sink in self.sink.iter().chain(&self.routes) {
            if let Some(bad) = &self.errors {
                bad.must_not_be(sink, (why, "name another"), errors);
            }
        }
    }

    /// Those that could be read, the source first.
    fn stores(&self) -> impl Iterator<Item = &Store> {
        let ends = self.source.iter().chain(&self.sink);
        ends.chain(&self.errors).chain(&self.routes)
    }
}

fn pipeline(given: Option<&Value>, at: &Path, errors: &mut Errors) -> Pipeline {
    let at = at.child("transformations");
    let all = match given {
        None => &[],
        Some(Value::Array(all)) => all.as_slice(),
        Some(other) => {
            let cause = Cause::Type(kind_of(other).to_owned(), "a list".to_owned());
            let remedy = "write a list of transformations, each with its type";
            errors.push(at.clone(), cause, remedy);
            &[]
        }
    };
    Pipeline::read(all, &at, errors)
}

/// The transformations of a flow that is right.
fn steps(given: Option<&Value>) -> Vec<(String, Map<String, Value>)> {
    let all = given.and_then(Value::as_array).into_iter().flatten();
    let read = |one: &Value| {
        let at = Path::default();
        let Spelled { kind, config, .. } = spelled(one, &at, &NAMES, &mut Errors::default())?;
        Some((kind.to_owned(), config.clone()))
    };
    all.filter_map(read).collect()
}
