//! A cluster that is only told what would be written to it: `run --dry-run`.
//!
//! Everything is read as it is. The events of a plan are not told either: they speak of what is
//! done, and nothing is.

use std::sync::{Mutex, PoisonError};

use sluicegate_core::{
    condition::EventKind,
    observed::{List, Look, Ref, Selector},
    plan::{Event, Verb},
    system::System,
};

use super::{Live, events::shortened, write::Words};
use crate::{Ask, Error, Reader, Writer, backend::Backend};

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
    pub async fn announce(&self, resource: &Ref) -> Result<(), Error> {
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
        self.live.tell(&event).await
    }
}

impl<B: Send + Sync> Reader for Shadow<B> {
    async fn get(&self, target: &Ref) -> Result<Look, Error> {
        self.live.get(target).await
    }

    async fn list(&self, selector: &Selector) -> Result<List, Error> {
        self.live.list(selector).await
    }
}

impl<S: System, B: Backend<S>> Ask<S> for Shadow<B> {
    async fn ask(&self, probe: &S::Probe) -> Result<S::Answer, Error> {
        Ask::<S>::ask(&self.live, probe).await
    }
}

impl<S: System, B: Backend<S>> Writer<S> for Shadow<B> {
    async fn perform(&self, verb: &Verb<S>) -> Result<(), Error> {
        self.live.count(Words::of(verb).would);
        if !verb.only_tells() {
            let mut would = self.would.lock().unwrap_or_else(PoisonError::into_inner);
            would.push(verb.to_string());
        }
        Ok(())
    }

    async fn dry_run(&self, _verb: &Verb<S>) -> Result<(), Error> {
        Ok(())
    }
}
