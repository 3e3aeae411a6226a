//! What a round is about, and how it may end.

use std::{sync::Arc, time::Duration};

use serde_json::Value;
use sluicegate_core::{observed::Ref, plan::Requeue};

use super::{Key, history::History};
use crate::Error;

/// What a round is about: a resource as it was seen, and what is remembered of it.
pub(super) struct Subject {
    pub(super) key: Key,
    pub(super) target: Ref,
    pub(super) object: Arc<Value>,
    pub(super) history: History,
}

/// How a round ended, where it is not an error.
pub(super) enum Round {
    /// The plan was carried out.
    Done {
        /// Whether it changed anything but what is told.
        changed: bool,
        requeue: Requeue,
    },
    /// The product has refused some of it, and will not be asked for that again.
    Refused,
    /// It only tells, and there may soon be more to tell.
    Settling(Duration),
    /// What it was made from is no longer so.
    Overtaken(String),
    /// Somebody changes again at once what it puts back: it is left as it is for so long.
    Fought(String, Duration),
    /// The API server makes something else of it each time.
    Unsteady(String),
    /// All was done but that the status was refused.
    Untold(Error),
}
