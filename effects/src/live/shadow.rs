//! A cluster that is only told what would be written to it: `run --dry-run`.
//!
//! Everything is read as it is. The events of a plan are not told either: they speak of what is
//! done, and nothing is.

use std::sync::{Mutex, PoisonError};

use serde_json::Value;
use sluicegate_core::{
    condition::EventKind,
    kind::System,
    observed::{List, Look, Ref, Selector},
    plan::{Event, Manifest, Precondition, Propagation, Verb},
};

use super::{Live, events::shortened};
use crate::{Error, Reader, Writer, backend::Backend};

/// How many bytes the sentence about what would be done may have.
const WOULD_MAX: usize = 1_000;

/// The world of one reconciliation of which nothing is done.
#[derive(Debug)]
pub struct Shadow<B> {
    live: Live<B>,
    would: Mutex<Vec<String>>,
}

impl<B> Shadow<B> {
    /// Stands before what is there now.
    pub fn new(live: Live<B>) -> Self {
        Self { live, would: Mutex::default() }
    }

    /// What would have been done so far, in order and as people would say it. What only tells is
    /// counted, but not among it.
    pub fn would(&self) -> Vec<String> {
        self.would.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Tells one event about a resource: what would have been done. None where that is nothing.
    ///
    /// # Errors
    ///
    /// If this process may not write any more.
    pub async fn announce<S>(&self, resource: &Ref) -> Result<(), Error>
    where
        S: System,
        B: Backend<S>,
    {
        let would = self.would();
        if would.is_empty() {
            return Ok(());
        }
        let event = Event {
            kind: EventKind::Normal,
            reason: "DryRun",
            note: shortened(&format!("would: {}", would.join("; ")), WOULD_MAX),
            regarding: resource.clone(),
            related: None,
        };
        Writer::<S>::tell(&self.live, &event).await
    }

    fn saw<S: System>(&self, verb: &Verb<S>) {
        self.live.count(word(verb));
        if !verb.only_tells() {
            let mut would = self.would.lock().unwrap_or_else(PoisonError::into_inner);
            would.push(verb.to_string());
        }
    }
}

impl<S: System, B: Backend<S>> Reader<S> for Shadow<B> {
    async fn get(&self, target: &Ref) -> Result<Look, Error> {
        Reader::<S>::get(&self.live, target).await
    }

    async fn list(&self, selector: &Selector) -> Result<List, Error> {
        Reader::<S>::list(&self.live, selector).await
    }

    async fn ask(&self, probe: &S::Probe) -> Result<S::Answer, Error> {
        Reader::<S>::ask(&self.live, probe).await
    }
}

impl<S: System, B: Backend<S>> Writer<S> for Shadow<B> {
    async fn create(&self, manifest: &Manifest) -> Result<(), Error> {
        self.saw::<S>(&Verb::Create(manifest.clone()));
        Ok(())
    }

    async fn apply(&self, manifest: &Manifest, seen: &Precondition) -> Result<(), Error> {
        self.saw::<S>(&Verb::Apply(manifest.clone(), seen.clone()));
        Ok(())
    }

    async fn dry_run(&self, _verb: &Verb<S>) -> Result<(), Error> {
        Ok(())
    }

    async fn delete(
        &self,
        target: &Ref,
        seen: &Precondition,
        propagation: Propagation,
    ) -> Result<(), Error> {
        self.saw::<S>(&Verb::Delete(target.clone(), seen.clone(), propagation));
        Ok(())
    }

    async fn evict(&self, pod: &Ref, seen: &Precondition) -> Result<(), Error> {
        self.saw::<S>(&Verb::Restart(pod.clone(), seen.clone()));
        Ok(())
    }

    async fn call(&self, call: &S::Call) -> Result<(), Error> {
        self.saw::<S>(&Verb::Call(call.clone()));
        Ok(())
    }

    async fn set_status(
        &self,
        target: &Ref,
        seen: &Precondition,
        status: &Value,
    ) -> Result<(), Error> {
        self.saw::<S>(&Verb::SetStatus(target.clone(), seen.clone(), status.clone()));
        Ok(())
    }

    async fn set_finalizers(
        &self,
        target: &Ref,
        seen: &Precondition,
        names: &[String],
    ) -> Result<(), Error> {
        self.saw::<S>(&Verb::SetFinalizers(target.clone(), seen.clone(), names.to_vec()));
        Ok(())
    }

    async fn tell(&self, event: &Event) -> Result<(), Error> {
        self.saw::<S>(&Verb::Tell(event.clone()));
        Ok(())
    }
}

/// A verb that was not done, as the numbers call it.
fn word<S: System>(verb: &Verb<S>) -> &'static str {
    match verb {
        Verb::Create(_) => "would-create",
        Verb::Apply(..) => "would-apply",
        Verb::Delete(..) => "would-delete",
        Verb::Restart(..) => "would-evict",
        Verb::Call(_) => "would-call",
        Verb::SetStatus(..) => "would-set-status",
        Verb::SetFinalizers(..) => "would-set-finalizers",
        Verb::Tell(_) => "would-tell",
    }
}
