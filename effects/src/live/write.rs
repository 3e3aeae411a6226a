//! The cluster as a [`Writer`]: each action is one request, and each is sent once.
//!
//! A second try would be made from what is no longer so. What an action was decided on goes with
//! it, so that the server refuses what is out of date.

use std::{fmt, sync::PoisonError};

use serde_json::Value;
use sluicegate_core::{
    observed::{Ref, at, text},
    plan::{Event, Verb},
    system::System,
};
use tokio::time::timeout;

use super::{
    Live,
    request::{self, Mode},
};
use crate::{Error, Writer, backend::Backend, metrics::OfVerb};

/// What was written, for whoever waits until a cache has seen it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Written {
    /// The object is there, at this version or a later one.
    Version {
        /// Which object.
        target: Ref,
        /// Its resourceVersion, as the answer said.
        version: String,
    },
    /// The object of this uid is gone or on its way out.
    Leaving {
        /// Which object.
        target: Ref,
        /// Its uid.
        uid: String,
    },
    /// The object of this uid, which was on its way out already, is gone.
    Gone {
        /// Which object.
        target: Ref,
        /// Its uid.
        uid: String,
    },
}

impl<S: System, B: Backend<S>> Writer<S> for Live<B> {
    async fn perform(&self, verb: &Verb<S>) -> Result<(), Error> {
        match verb {
            Verb::Call(call) => self.call::<S>(call).await?,
            Verb::EmitEvent(event) => self.tell(event).await?,
            Verb::Restart(..) => {
                self.dry_run(verb).await?;
                self.write(verb).await?;
            }
            Verb::Create(_)
            | Verb::Apply(..)
            | Verb::Delete(..)
            | Verb::SetStatus(..)
            | Verb::SetFinalizers(..) => self.write(verb).await?,
        }
        self.count(Words::of(verb).done);
        Ok(())
    }

    fn made(&self, target: &Ref) -> Option<Value> {
        let made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        made.as_ref().filter(|(of, _)| of == target).map(|(_, answer)| answer.clone())
    }

    async fn dry_run(&self, verb: &Verb<S>) -> Result<(), Error> {
        let Some(request) = request::write(verb, Mode::Dry) else { return Ok(()) };
        self.server.write(&self.fence, request).await.map(drop)
    }
}

impl<B> Live<B> {
    async fn write<S: System>(&self, verb: &Verb<S>) -> Result<(), Error> {
        let request = request::write(verb, Mode::Real).expect("it is for the API server");
        let answer = self.server.write(&self.fence, request).await?;
        self.note(written(verb, &answer));
        if let Verb::Create(manifest) | Verb::Apply(manifest, _) = verb {
            let made = Some((manifest.target.clone(), answer));
            *self.made.lock().unwrap_or_else(PoisonError::into_inner) = made;
        }
        Ok(())
    }

    async fn call<S: System>(&self, call: &S::Call) -> Result<(), Error>
    where
        B: Backend<S>,
    {
        let doing = call.to_string();
        let Some(left) = self.fence.left() else { return Err(Error::Fenced { doing }) };
        let Ok(outcome) = timeout(left, self.backend.call(call)).await else {
            let source = "the lease ran out meanwhile".into();
            return Err(Error::Unanswered { doing, source });
        };
        outcome
    }

    /// Tells people something.
    pub(super) async fn tell(&self, event: &Event) -> Result<(), Error> {
        let uid = self.resource.as_ref().filter(|(target, _)| *target == event.regarding);
        let uid = uid.map(|(_, uid)| uid.as_str());
        self.recorder.record(&self.server, &self.fence, event, uid).await
    }

    /// Counts an action that was done, or would be.
    pub(super) fn count(&self, verb: &'static str) {
        let of = OfVerb { kind: self.kind.clone(), verb };
        self.server.metrics().actions.get_or_create(&of).inc();
    }
}

/// What became of the object, from the answer to its write.
fn written<S: System>(verb: &Verb<S>, answer: &Value) -> Option<Written> {
    let (target, seen) = match verb {
        Verb::Call(_) | Verb::EmitEvent(_) => return None,
        Verb::Create(manifest) => (&manifest.target, None),
        Verb::Apply(manifest, seen) => (&manifest.target, Some(seen)),
        Verb::Delete(target, seen, _)
        | Verb::Restart(target, seen)
        | Verb::SetStatus(target, seen, _)
        | Verb::SetFinalizers(target, seen, _) => (target, Some(seen)),
    };
    // Without its last finalizer it went with this very write, which its answer does not say.
    let released = matches!(verb, Verb::SetFinalizers(_, _, names) if names.is_empty())
        && at(answer, "/metadata/deletionTimestamp").is_some();
    let leaving = released || matches!(verb, Verb::Delete(..) | Verb::Restart(..));
    let target = target.clone();
    match seen.filter(|_| leaving) {
        Some(seen) if released => Some(Written::Gone { target, uid: seen.uid().to_owned() }),
        Some(seen) => Some(Written::Leaving { target, uid: seen.uid().to_owned() }),
        None => {
            let version = text(answer, "/metadata/resourceVersion").to_owned();
            (!version.is_empty()).then_some(Written::Version { target, version })
        }
    }
}

/// A verb, as the numbers call it.
pub(super) struct Words {
    /// When it was done.
    pub(super) done: &'static str,
    /// When it would have been.
    pub(super) would: &'static str,
}

impl Words {
    pub(super) fn of<S: System>(verb: &Verb<S>) -> Self {
        let (done, would) = match verb {
            Verb::Create(_) => ("create", "would-create"),
            Verb::Apply(..) => ("apply", "would-apply"),
            Verb::Delete(..) => ("delete", "would-delete"),
            Verb::Restart(..) => ("evict", "would-evict"),
            Verb::Call(_) => ("call", "would-call"),
            Verb::SetStatus(..) => ("set-status", "would-set-status"),
            Verb::SetFinalizers(..) => ("set-finalizers", "would-set-finalizers"),
            Verb::EmitEvent(_) => ("tell", "would-tell"),
        };
        Self { done, would }
    }
}

impl<B> fmt::Debug for Live<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Live").field("kind", &self.kind).finish_non_exhaustive()
    }
}
