//! What is remembered of a resource from one round to the next. None of it is needed to be right:
//! it spares requests that would be refused, and repeats.

use std::{
    collections::BTreeMap,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    time::Duration,
};

use serde_json::Value;
use sluicegate_core::{
    observed::{Ref, at},
    plan::{Plan, Verb, Why},
    system::System,
};
use tokio::time::Instant;

use super::{Backoff, refusals::Refusals, unrest::Unrest};
use crate::{
    live::Written,
    watch::{Jitter, Watches, number},
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
pub(super) struct History {
    pub(super) backoff: Backoff,
    /// What the product has refused of what is asked for.
    pub(super) refusals: Refusals,
    stamp: Option<u64>,
    /// How its spec has changed of late.
    pub(super) unrest: Unrest,
    refused: Option<Refused>,
    /// How often in a row its status was refused.
    untold: u32,
    /// When what the API server makes something else of is applied anew.
    anew_at: Instant,
    corrections: Corrections,
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

impl History {
    /// Nothing yet. What the API server makes something else of is applied anew after so long.
    pub(super) fn new(jitter: Jitter, anew_in: Duration) -> Self {
        Self {
            backoff: Backoff::new(jitter),
            refusals: Refusals::default(),
            stamp: None,
            unrest: Unrest::default(),
            refused: None,
            untold: 0,
            anew_at: Instant::now() + anew_in,
            corrections: Corrections::default(),
            written: Vec::new(),
            written_at: Instant::now(),
            to_tell: None,
            would: Vec::new(),
        }
    }

    /// Forgets what went wrong if the resource asks for something else by now.
    pub(super) fn meet(&mut self, object: &Value) {
        self.unrest.see(at(object, "/metadata/generation").and_then(Value::as_i64), Instant::now());
        let stamp = Some(stamp(object));
        if self.stamp != stamp {
            // After a start nothing has changed: what is noted on objects still holds.
            if self.stamp.is_some() {
                self.anew_at = Instant::now();
            }
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

    /// It was refused: what is asked for is tried again when it changes, or after a wait. Returns
    /// that.
    pub(super) fn refuse(&mut self, message: String) -> Duration {
        let wait = self.backoff.refused();
        self.refused = Some(Refused { message, until: Instant::now() + wait });
        wait
    }

    /// Its status was refused. The first time that is no refusal yet: whoever refused it may have
    /// been about to start.
    pub(super) fn status_refused(&mut self) -> bool {
        self.untold = self.untold.saturating_add(1);
        self.untold > 1
    }

    /// Its status was written: what had kept it from that is no more.
    pub(super) fn told(&mut self) {
        if self.untold > 0 {
            self.untold = 0;
            self.refused = None;
        }
    }

    /// Everything went well.
    pub(super) fn well(&mut self) {
        self.refused = None;
        self.untold = 0;
        self.backoff.reset();
    }

    /// Whether what the API server makes something else of is to be applied anew.
    pub(super) fn is_anew(&self) -> bool {
        Instant::now() >= self.anew_at
    }

    /// It was applied anew, and is again after so long.
    pub(super) fn applied_anew(&mut self, next: Duration) {
        self.anew_at = Instant::now() + next;
    }

    /// Whether somebody else keeps changing what this plan puts back: a sentence then, and how long
    /// that is left as it is.
    pub(super) fn fought<S: System>(&mut self, plan: &Plan<S>) -> Option<(String, Duration)> {
        self.corrections.fought(plan, Instant::now())
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

/// So often in a row an object is put back at once. Whoever changes it again each time does so by
/// program: from then on it is put back ever more seldom.
const CORRECTIONS: u32 = 5;
/// The shortest and the longest wait between two corrections from then on.
const FIGHT: (Duration, Duration) = (Duration::from_secs(30), Duration::from_secs(600));
/// How long nobody may change it for that to be forgotten.
const PEACE: Duration = Duration::from_secs(60);

/// How often each object was put back after somebody else had changed it, and when last.
#[derive(Debug, Default)]
struct Corrections(BTreeMap<Ref, (u32, Instant)>);

impl Corrections {
    fn fought<S: System>(&mut self, plan: &Plan<S>, now: Instant) -> Option<(String, Duration)> {
        self.0.retain(|_, (count, last)| now - *last < PEACE.max(2 * pause(*count)));
        for action in &plan.actions {
            let (Verb::Apply(manifest, _), Why::Drifted(changes)) = (&action.verb, &action.why)
            else {
                continue;
            };
            let target = &manifest.target;
            let (count, last) = self.0.entry(target.clone()).or_insert((0, now));
            let left = pause(*count).saturating_sub(now - *last);
            if !left.is_zero() {
                let paths: Vec<&str> = changes.iter().map(|one| one.path.as_str()).collect();
                let paths = paths.join(", ");
                let why = "is changed by somebody else as soon as it is put back";
                return Some((format!("{target} {why}: {paths}"), left));
            }
            (*count, *last) = (*count + 1, now);
        }
        None
    }
}

/// How long to wait after so many corrections before the next.
fn pause(count: u32) -> Duration {
    let (least, most) = FIGHT;
    match count.checked_sub(CORRECTIONS) {
        None => Duration::ZERO,
        Some(more) => (least * 2_u32.saturating_pow(more.min(8))).min(most),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_changed_again_each_time_is_put_back_ever_more_seldom() {
        let waits: Vec<u64> = (0..13).map(|count| pause(count).as_secs()).collect();
        assert_eq!(waits, [0, 0, 0, 0, 0, 30, 60, 120, 240, 480, 600, 600, 600]);
    }
}
