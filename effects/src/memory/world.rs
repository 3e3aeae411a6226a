//! The cluster in memory as a [`Reader`] and a [`Writer`].

use std::sync::Arc;

use serde_json::{Value, json};
use sluicegate_core::{
    condition::EventKind,
    label::SLUICEGATE,
    observed::{Api, List, Look, Ref, Selector},
    plan::{Event, Precondition, Verb},
    system::System,
};

use super::{
    Containers, How, Memory, OtherWriter, Product as _, Simulates, State, Store, Write, WriteVerb,
    api::{Manager, Meant},
};
use crate::{
    Ask, Reader, Writer,
    error::{ApiError, Error},
};

const OPERATOR: Manager<'_> = Manager { name: SLUICEGATE, force: true };

impl<C: Containers> Reader for Memory<C> {
    async fn get(&self, target: &Ref) -> Result<Look, Error> {
        let mut state = self.state();
        state.counts.get += 1;
        Ok(state.store.look(target))
    }

    async fn list(&self, selector: &Selector) -> Result<List, Error> {
        let mut state = self.state();
        state.counts.list += 1;
        Ok(state.store.select(selector))
    }

    async fn warnings(&self, regarding: &Ref) -> Result<Vec<Arc<Value>>, Error> {
        Ok(self.state().store.warnings(regarding))
    }
}

impl<S: System, C: Simulates<S>> Ask<S> for Memory<C> {
    async fn ask(&self, probe: &S::Probe) -> Result<S::Answer, Error> {
        let mut state = self.state();
        state.counts.ask += 1;
        let simulated = state.products.simulated();
        let given = simulated.answers.get(probe).cloned();
        Ok(given.unwrap_or_else(|| simulated.product.ask(&state.store, probe)))
    }
}

impl<S: System, C: Simulates<S>> Writer<S> for Memory<C> {
    async fn perform(&self, verb: &Verb<S>) -> Result<(), Error> {
        // Dry first: what is refused for its precondition has spent the budget.
        if matches!(verb, Verb::Restart(..)) {
            self.dry_run(verb).await?;
        }
        self.write(verb)
    }

    fn made(&self, target: &Ref) -> Option<Value> {
        self.object(target)
    }

    async fn dry_run(&self, verb: &Verb<S>) -> Result<(), Error> {
        let mut state = self.state();
        state.counts.dry_run += 1;
        if matches!(verb, Verb::Call(_) | Verb::EmitEvent(_)) {
            return Ok(());
        }
        state.store.tried(|store| on_objects(store, verb)).map_err(|source| refused(verb, source))
    }
}

impl<C: Containers> Memory<C> {
    fn write<S: System>(&self, verb: &Verb<S>) -> Result<(), Error>
    where
        C: Simulates<S>,
    {
        let kind = WriteVerb::of(verb);
        let mut state = self.state();
        state.tried += 1;
        state.counts.count(kind);
        let nth = state.tried;
        let at = state.faults.iter().position(|fault| fault.nth == nth);
        let fault = at.map(|at| state.faults.remove(at).how);
        let outcome = state.suffer(fault.as_ref(), verb);
        let write = Write {
            at: state.store.clock(),
            verb: kind,
            target: verb.target().cloned(),
            doing: verb.to_string(),
            done: matches!(outcome, Ok(()) | Err(Error::Unanswered { .. })),
        };
        state.log.push(write);
        outcome
    }
}

impl<C: Containers> State<C> {
    /// Does it, with whatever goes wrong.
    fn suffer<S: System>(&mut self, fault: Option<&How>, verb: &Verb<S>) -> Result<(), Error>
    where
        C: Simulates<S>,
    {
        match fault {
            None => {}
            Some(How::Refused(refusal)) => return Err(refused(verb, refusal.clone())),
            Some(How::Delayed(ticks)) => (0..*ticks).for_each(|_| drop(self.tick())),
            Some(How::Overtaken(by)) => by(&mut OtherWriter(&mut self.store)),
            Some(How::ReplyLost) => {
                self.perform(verb)?;
                let source = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
                return Err(Error::Unanswered { doing: verb.to_string(), source: source.into() });
            }
        }
        self.perform(verb)
    }

    fn perform<S: System>(&mut self, verb: &Verb<S>) -> Result<(), Error>
    where
        C: Simulates<S>,
    {
        if let Verb::Call(call) = verb {
            let simulated = self.products.simulated_mut();
            if S::fold(call, &mut simulated.answers) {
                return Ok(());
            }
            let done = simulated.product.call(&self.store, call);
            return done.map_err(|refusal| Error::Product {
                doing: call.to_string(),
                class: refusal.class,
                remedy: None,
                source: refusal.into(),
            });
        }
        on_objects(&mut self.store, verb).map_err(|source| refused(verb, source))
    }
}

/// A verb, as a request to the API server.
fn on_objects<S: System>(store: &mut Store, verb: &Verb<S>) -> Result<(), ApiError> {
    match verb {
        Verb::Create(manifest) => {
            let body = with_meta(&manifest.body, &json!({ "resourceVersion": "1" }));
            store.server_side_apply(&manifest.target, &body, OPERATOR)
        }
        Verb::Apply(manifest, seen) => {
            let body = with_meta(&manifest.body, &json!(seen));
            store.server_side_apply(&manifest.target, &body, OPERATOR)
        }
        Verb::Delete(target, seen, propagation) => {
            store.delete(target, Meant::from(seen), *propagation)
        }
        Verb::Restart(pod, seen) => store.evict(pod, Meant::from(seen)),
        Verb::SetStatus(target, seen, status) => {
            store.put_status(target, Meant::from(seen), status)
        }
        Verb::SetFinalizers(target, seen, names) => {
            store.patch_finalizers(target, Meant::from(seen), names)
        }
        Verb::EmitEvent(event) => record(store, event),
        Verb::Call(_) => Ok(()),
    }
}

/// An event, as an object of its own.
fn record(store: &mut Store, event: &Event) -> Result<(), ApiError> {
    let regarding = &event.regarding;
    let namespace = match regarding.namespace.as_str() {
        "" => "default",
        namespace => namespace,
    };
    let name = format!("{}.{}", regarding.name, store.newest_version());
    let target = Ref {
        api: Api::new("events.k8s.io", "v1", "Event", "events"),
        namespace: namespace.to_owned(),
        name: name.clone(),
    };
    let kind = match event.kind {
        EventKind::Normal => "Normal",
        EventKind::Warning => "Warning",
    };
    let mut body = json!({
        "apiVersion": "events.k8s.io/v1",
        "kind": "Event",
        "metadata": { "name": name, "namespace": namespace },
        "eventTime": store.time(),
        "type": kind,
        "reason": event.reason,
        "note": event.note,
        "regarding": pointer_to(regarding),
        "reportingController": SLUICEGATE,
    });
    if let Some(related) = &event.related {
        body["related"] = pointer_to(related);
    }
    store.post(&target, &body, SLUICEGATE)
}

fn pointer_to(target: &Ref) -> Value {
    json!({
        "apiVersion": target.api.api_version(),
        "kind": target.api.kind,
        "namespace": target.namespace,
        "name": target.name,
    })
}

fn with_meta(body: &Value, meta: &Value) -> Value {
    let mut body = body.clone();
    for (name, value) in meta.as_object().into_iter().flatten() {
        body["metadata"][name] = value.clone();
    }
    body
}

fn refused<S: System>(verb: &Verb<S>, source: ApiError) -> Error {
    Error::Api { doing: verb.to_string(), source: Box::new(source) }
}

impl<'a> From<&'a Precondition> for Meant<'a> {
    fn from(seen: &'a Precondition) -> Self {
        Self { uid: Some(seen.uid()), version: seen.resource_version() }
    }
}
