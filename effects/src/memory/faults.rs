//! What goes wrong on purpose, and what was done.
//!
//! Writes are counted from the first, refused ones included, so that a test can run a scenario
//! once, count, and run it again with each write failing in turn.

use std::fmt;

use sluicegate_core::{observed::Ref, plan::Verb, system::System};

use super::Store;
use crate::error::ApiError;

/// Something that goes wrong with one write.
#[derive(Clone, Debug)]
pub struct Fault {
    /// With which write, counted from 1.
    pub nth: u64,
    /// How.
    pub how: How,
}

/// How a write goes wrong.
#[derive(Clone, Debug)]
pub enum How {
    /// It is refused before anything happens.
    Refused(ApiError),
    /// It is done, and the reply is lost.
    ReplyLost,
    /// The world goes on for so many ticks before it is done.
    Delayed(usize),
    /// Somebody else does something just before it.
    Overtaken(fn(&mut OtherWriter<'_>)),
}

/// Somebody else, at work just before a write.
#[derive(Debug)]
pub struct OtherWriter<'a>(pub(super) &'a mut Store);

/// How often each verb was used since the beginning, or since counting began again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Objects read.
    pub get: u64,
    /// Lists read.
    pub list: u64,
    /// Questions to the product.
    pub ask: u64,
    /// Creations.
    pub create: u64,
    /// Server-side applies.
    pub apply: u64,
    /// Deletions.
    pub delete: u64,
    /// Evictions.
    pub evict: u64,
    /// Calls to the product.
    pub call: u64,
    /// Statuses written.
    pub set_status: u64,
    /// Finalizers written.
    pub set_finalizers: u64,
    /// Events.
    pub tell: u64,
    /// Dry runs.
    pub dry_run: u64,
}

/// A write that was tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Write {
    /// When, in ticks.
    pub at: u64,
    /// The verb.
    pub verb: WriteVerb,
    /// The object; nothing for a call to the product.
    pub target: Option<Ref>,
    /// What was tried, such as `apply StatefulSet default/rivven-prod`.
    pub doing: String,
    /// Whether it was done, whatever was answered.
    pub done: bool,
}

/// The verbs that write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum WriteVerb {
    /// Creates an object.
    Create,
    /// Server-side applies.
    Apply,
    /// Deletes an object.
    Delete,
    /// Evicts a pod.
    Evict,
    /// Calls the product.
    Call,
    /// Writes a status.
    SetStatus,
    /// Writes finalizers.
    SetFinalizers,
    /// Records an event.
    EmitEvent,
}

impl WriteVerb {
    /// The verb of an action.
    pub(super) fn of<S: System>(verb: &Verb<S>) -> Self {
        match verb {
            Verb::Create(_) => Self::Create,
            Verb::Apply(..) => Self::Apply,
            Verb::Delete(..) => Self::Delete,
            Verb::Restart(..) => Self::Evict,
            Verb::Call(_) => Self::Call,
            Verb::SetStatus(..) => Self::SetStatus,
            Verb::SetFinalizers(..) => Self::SetFinalizers,
            Verb::EmitEvent(_) => Self::EmitEvent,
        }
    }
}

impl OtherWriter<'_> {
    /// Changes an object as `kubectl edit` does.
    ///
    /// # Errors
    ///
    /// What the API server would refuse.
    pub fn edit(
        &mut self,
        target: &Ref,
        change: impl FnOnce(&mut serde_json::Value),
    ) -> Result<(), ApiError> {
        self.0.edit(target, "kubectl-edit", change)
    }

    /// Creates an object.
    ///
    /// # Errors
    ///
    /// What the API server would refuse.
    pub fn create(&mut self, target: &Ref, body: &serde_json::Value) -> Result<(), ApiError> {
        self.0.post(target, body, "kubectl-create")
    }

    /// Deletes an object.
    ///
    /// # Errors
    ///
    /// If there is none.
    pub fn delete(&mut self, target: &Ref) -> Result<(), ApiError> {
        let background = sluicegate_core::plan::Propagation::Background;
        self.0.delete(target, super::api::Meant::default(), background)
    }
}

impl Counts {
    /// All reads.
    pub fn reads(&self) -> u64 {
        self.get + self.list + self.ask
    }

    /// All writes; a dry run is none.
    pub fn writes(&self) -> u64 {
        self.create
            + self.apply
            + self.delete
            + self.evict
            + self.call
            + self.set_status
            + self.set_finalizers
            + self.tell
    }

    pub(super) fn count(&mut self, verb: WriteVerb) {
        *match verb {
            WriteVerb::Create => &mut self.create,
            WriteVerb::Apply => &mut self.apply,
            WriteVerb::Delete => &mut self.delete,
            WriteVerb::Evict => &mut self.evict,
            WriteVerb::Call => &mut self.call,
            WriteVerb::SetStatus => &mut self.set_status,
            WriteVerb::SetFinalizers => &mut self.set_finalizers,
            WriteVerb::EmitEvent => &mut self.tell,
        } += 1;
    }
}

impl fmt::Display for Write {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.doing, if self.done { "" } else { " (refused)" })
    }
}
