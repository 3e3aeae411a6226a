//! What is remembered of a resource from one round to the next. None of it is needed to be right:
//! it spares requests that would be refused, and repeats.

use std::{
    hash::{DefaultHasher, Hash as _, Hasher as _},
    time::Duration,
};

use serde_json::Value;
use sluicegate_core::{kind::System, observed::at, plan::Plan};
use tokio::time::Instant;

use super::{Backoff, refusals::Refusals};
use crate::{
    live::Written,
    watch::{Dice, Watches, number},
};

/// How long to wait at most until the stores have seen what was written.
const ECHO: Duration = Duration::from_secs(5);

/// How long a plan that only tells waits for more to tell. One thing that happens is told by
/// several objects, one after the other: a pod, then its StatefulSet, then its Service.
pub(super) const SETTLE: Duration = Duration::from_millis(250);

/// How long a plan takes to make at most where every product answers.
const PATIENCE: Duration = Duration::from_secs(3);

/// What is remembered of one resource.
#[derive(Debug)]
pub(super) struct Past {
    pub(super) backoff: Backoff,
    /// What the product has refused of what is asked for.
    pub(super) refusals: Refusals,
    stamp: Option<u64>,
    refused: Option<Refused>,
    written: Vec<Written>,
    written_at: Instant,
    /// Since when there is something to tell, and nothing else to do.
    to_tell: Option<Instant>,
    /// What a dry run told last.
    pub(super) would: Vec<String>,
}

/// That the API server refused something.
#[derive(Clone, Debug)]
struct Refused {
    message: String,
    /// Then it is tried once more, though nothing has changed.
    until: Instant,
}

impl Past {
    pub(super) fn new(dice: Dice) -> Self {
        Self {
            backoff: Backoff::new(dice),
            refusals: Refusals::default(),
            stamp: None,
            refused: None,
            written: Vec::new(),
            written_at: Instant::now(),
            to_tell: None,
            would: Vec::new(),
        }
    }

    /// Forgets what went wrong if the resource asks for something else by now.
    pub(super) fn meet(&mut self, object: &Value) {
        let stamp = Some(stamp(object));
        if self.stamp != stamp {
            self.stamp = stamp;
            self.refused = None;
            self.refusals.clear();
            self.backoff.reset();
        }
    }

    /// The refusal that still stands, and for how long.
    pub(super) fn refused(&self, now: Instant) -> Option<(&str, Duration)> {
        let refused = self.refused.as_ref().filter(|refused| now < refused.until)?;
        Some((&refused.message, refused.until - now))
    }

    /// It was refused: what is asked for is not tried again until it changes, or until then.
    pub(super) fn refuse(&mut self, message: String, until: Instant) {
        self.refused = Some(Refused { message, until });
    }

    /// Everything went well.
    pub(super) fn well(&mut self) {
        self.refused = None;
        self.backoff.reset();
    }

    /// How much longer to wait with a plan that was begun then: nothing if it does more than tell,
    /// or has waited. One that waited for a product that does not answer has: made once more, it
    /// would wait for that once more.
    pub(super) fn settle<S: System>(&mut self, plan: &Plan<S>, began: Instant) -> Option<Duration> {
        let only_tells = plan.actions.iter().all(|action| action.verb.only_tells());
        if plan.actions.is_empty() || !only_tells {
            self.to_tell = None;
            return None;
        }
        let made = if began.elapsed() > PATIENCE { began } else { Instant::now() };
        let since = *self.to_tell.get_or_insert(made);
        let left = SETTLE.saturating_sub(since.elapsed());
        if left.is_zero() {
            self.to_tell = None;
            return None;
        }
        Some(left)
    }

    /// What was written in this round.
    pub(super) fn wrote(&mut self, written: Vec<Written>) {
        if !written.is_empty() {
            self.written.extend(written);
            self.written_at = Instant::now();
        }
    }

    /// Whether the stores have not seen yet what was written last. A plan made now would be made
    /// from what is no longer so, and its writes refused. After a while it is made all the same.
    pub(super) fn awaits_echo(&mut self, watches: &Watches) -> bool {
        if self.written_at.elapsed() >= ECHO {
            self.written.clear();
        }
        self.written.retain(|written| !seen(watches, written));
        !self.written.is_empty()
    }
}

fn seen(watches: &Watches, written: &Written) -> bool {
    match written {
        Written::Version { target, version } => {
            let Some((head, reached)) = watches.head(target) else { return true };
            let version = number(version);
            reached >= version || head.is_some_and(|head| head.version >= version)
        }
        Written::Leaving { target, uid } => {
            let Some((head, _)) = watches.head(target) else { return true };
            head.is_none_or(|head| head.leaving || head.uid != *uid)
        }
        Written::Gone { target, uid } => {
            let Some((head, _)) = watches.head(target) else { return true };
            head.is_none_or(|head| head.uid != *uid)
        }
    }
}

/// What a resource asks for, as a digest. Its status is no part of it.
fn stamp(object: &Value) -> u64 {
    let mut digest = DefaultHasher::new();
    for part in ["uid", "generation", "labels", "annotations", "finalizers", "deletionTimestamp"] {
        at(object, &format!("/metadata/{part}")).map(Value::to_string).hash(&mut digest);
    }
    digest.finish()
}
