//! Who leads, as a function of what was read and of one's own clock.
//!
//! The algorithm is that of Kubernetes' own components. A record is somebody's until it has not
//! changed for as long as it lasts, *as watched from here*: the times written in it come from other
//! clocks and are never compared. Every write names the version that was seen, so that of two who
//! write one is refused. A write without an answer may or may not have been done; whoever sent it
//! looks before believing either.
//!
//! It is pure so that a [model](super::model) can try every order of events on it.

use std::time::Duration;

use k8s_openapi::api::coordination::v1::{Lease, LeaseSpec};

/// A time on this process' own monotonic clock, from an origin of its own.
pub(crate) type Moment = Duration;

/// How long a record is somebody's after its last change.
const LASTS: Duration = Duration::from_secs(15);
/// How long after a renewal was sent its sender may act.
pub(super) const DEADLINE: Duration = Duration::from_secs(10);
/// How often a record is renewed, or looked at by those who wait.
pub(super) const RETRY: Duration = Duration::from_secs(2);
/// How long one request may take.
const REQUEST: Duration = Duration::from_secs(3);
/// How often a record is tried to be given up.
const LEAVE_TRIES: u32 = 3;

/// One that wants to lead.
#[derive(Clone, Debug)]
pub(crate) struct Election {
    me: String,
    /// Spreads retries: a small generator, seeded by whoever starts it.
    noise: u64,
    /// The record as last seen, and since when it was seen so.
    seen: Option<(Lease, Moment)>,
    /// Until when it may act, if it leads.
    until: Option<Moment>,
    /// Whether a write may have been done of which no answer came.
    doubt: bool,
    /// What comes next, and when.
    next: Next,
    due: Moment,
    /// Why the last request came to nothing.
    trouble: Option<String>,
    leaving: Option<u32>,
    ended: Option<End>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    Look,
    Write,
}

/// What to do.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Do {
    /// Nothing until then.
    Wait(Moment),
    /// Read the record.
    Look,
    /// Write the record: create it where it has no version, else replace that version.
    Write(Lease),
    /// Stop competing.
    End(End),
}

/// What came of a request.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Heard {
    /// The record, as read or as written.
    Record(Lease),
    /// There is none.
    Absent,
    /// Somebody else was faster: nothing was written.
    Conflict,
    /// It was refused, or no answer came: it may have been done.
    Failed(String),
}

/// Why it stopped competing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// It was asked to.
    Left,
    /// Another took the lease.
    Taken(String),
    /// The lease could not be renewed in time, and why.
    Late(String),
}

impl Election {
    /// Begins to compete. A seed spreads the retries of those who begin at the same time.
    pub(crate) fn new(me: &str, seed: u64, now: Moment) -> Self {
        Self {
            me: me.to_owned(),
            noise: seed | 1,
            seen: None,
            until: None,
            doubt: false,
            next: Next::Look,
            due: now,
            trouble: None,
            leaving: None,
            ended: None,
        }
    }

    /// Until when it may act; nothing if it does not lead.
    pub(crate) fn until(&self) -> Option<Moment> {
        self.until
    }

    /// How long a request may take that is sent now. One that leads must know in time.
    pub(crate) fn patience(&self, now: Moment) -> Duration {
        self.until.map_or(REQUEST, |until| until.saturating_sub(now).min(REQUEST))
    }

    /// Who holds the record, as last seen; nothing if nobody does.
    pub(crate) fn holder(&self) -> Option<&str> {
        let (lease, _) = self.seen.as_ref()?;
        Some(holder(lease)).filter(|name| !name.is_empty())
    }

    /// Why the last request came to nothing.
    pub(crate) fn trouble(&self) -> Option<&str> {
        self.trouble.as_deref()
    }

    /// Gives up what it may hold. It may not act any more from now on.
    pub(crate) fn leave(&mut self) {
        if self.leaving.is_none() && self.ended.is_none() {
            self.doubt |= self.until.is_some();
            self.until = None;
            self.leaving = Some(0);
        }
    }

    /// What to do now.
    pub(crate) fn next(&mut self, now: Moment) -> Do {
        if let Some(end) = &self.ended {
            return Do::End(end.clone());
        }
        if let Some(tries) = self.leaving {
            return self.depart(tries);
        }
        if self.until.is_some_and(|until| now >= until) {
            let why = self.trouble.clone().unwrap_or_else(|| "the process was held up".to_owned());
            return self.end(End::Late(why));
        }
        if now < self.due {
            return Do::Wait(self.until.map_or(self.due, |until| until.min(self.due)));
        }
        match self.next {
            Next::Look => Do::Look,
            Next::Write => Do::Write(self.record(&self.me, LASTS)),
        }
    }

    /// Takes in what came of a request that was sent then.
    pub(crate) fn heard(&mut self, sent: Moment, now: Moment, request: &Do, heard: Heard) {
        let wrote = matches!(request, Do::Write(_));
        self.trouble = match &heard {
            Heard::Failed(why) => Some(why.clone()),
            Heard::Record(_) | Heard::Absent | Heard::Conflict => None,
        };
        if self.leaving.is_some() {
            return self.departing(wrote, heard, now);
        }
        if wrote { self.written(sent, now, heard) } else { self.looked(sent, now, heard) }
    }

    /// After a write, to take the record or to keep it.
    fn written(&mut self, sent: Moment, now: Moment, heard: Heard) {
        let again = sent + self.pause();
        match heard {
            Heard::Record(lease) => {
                self.seen = Some((lease, now));
                self.doubt = false;
                // What others may take for the last change was not before this was sent.
                self.until = Some(sent + DEADLINE);
                (self.next, self.due) = (Next::Write, again);
            }
            // One who leads looks at once: it may be its own write, of which no answer came.
            Heard::Conflict | Heard::Absent => {
                self.next = Next::Look;
                self.due = if self.until.is_some() { now } else { again.max(now) };
            }
            Heard::Failed(_) => {
                self.doubt = true;
                self.next = if self.until.is_some() { Next::Write } else { Next::Look };
                self.due = again.max(now);
            }
        }
    }

    fn looked(&mut self, sent: Moment, now: Moment, heard: Heard) {
        let again = (sent + self.pause()).max(now);
        match heard {
            Heard::Record(lease) => {
                self.see(lease, now);
                let (lease, since) = self.seen.as_ref().expect("it was just seen");
                let (own, free) = (holder(lease) == self.me, holder(lease).is_empty());
                self.doubt &= own;
                if self.until.is_some() && !own {
                    let by = if free { "nobody".to_owned() } else { holder(lease).to_owned() };
                    self.end(End::Taken(by));
                    return;
                }
                let expires = *since + lasts(lease);
                self.take(own || free, expires, again, now);
            }
            // Somebody removed the record. Who held it does not know yet.
            Heard::Absent => {
                let expires = self.seen.as_ref().map(|(lease, since)| *since + lasts(lease));
                self.take(self.until.is_some(), expires.unwrap_or(now), again, now);
                if self.next == Next::Write {
                    self.seen = None;
                }
            }
            Heard::Conflict | Heard::Failed(_) => self.due = again,
        }
    }

    /// Writes at once if the record may be taken, else looks again: in turn, or when it runs out.
    fn take(&mut self, may: bool, expires: Moment, again: Moment, now: Moment) {
        (self.next, self.due) = if may || now >= expires {
            (Next::Write, now)
        } else {
            (Next::Look, again.min(expires))
        };
    }

    /// Notes the record. Only another version of it counts as a change.
    fn see(&mut self, lease: Lease, now: Moment) {
        let known = self.seen.as_ref().is_some_and(|(known, _)| version(known) == version(&lease));
        if !known {
            self.seen = Some((lease, now));
        }
    }

    fn depart(&mut self, tries: u32) -> Do {
        if !self.doubt || tries >= LEAVE_TRIES {
            return self.end(End::Left);
        }
        self.leaving = Some(tries + 1);
        if self.holder() == Some(&self.me) {
            return Do::Write(self.record("", Duration::from_secs(1)));
        }
        Do::Look
    }

    /// While leaving, `doubt` says whether the record may still be in its name.
    fn departing(&mut self, wrote: bool, heard: Heard, now: Moment) {
        match heard {
            Heard::Record(lease) => {
                self.doubt = holder(&lease) == self.me;
                self.seen = Some((lease, now));
            }
            Heard::Absent => self.doubt = false,
            Heard::Conflict => self.seen = None,
            Heard::Failed(_) if wrote => {
                self.doubt = true;
                self.seen = None;
            }
            Heard::Failed(_) => {}
        }
    }

    fn end(&mut self, end: End) -> Do {
        self.until = None;
        self.ended = Some(end.clone());
        Do::End(end)
    }

    /// The record as it shall be, over the version that was seen. Its times are for whoever sends
    /// it to fill in.
    fn record(&self, holder: &str, lasts: Duration) -> Lease {
        let mut lease = self.seen.as_ref().map(|(lease, _)| lease.clone()).unwrap_or_default();
        lease.metadata.managed_fields = None;
        let spec = lease.spec.get_or_insert_default();
        let new = spec.holder_identity.as_deref() != Some(holder);
        if new && !holder.is_empty() {
            spec.lease_transitions = Some(spec.lease_transitions.map_or(0, |n| n + 1));
            spec.acquire_time = None;
        }
        spec.holder_identity = Some(holder.to_owned());
        spec.lease_duration_seconds = i32::try_from(lasts.as_secs()).ok();
        lease
    }

    /// From four fifths of the retry time to all of it.
    fn pause(&mut self) -> Duration {
        self.noise ^= self.noise << 13;
        self.noise ^= self.noise >> 7;
        self.noise ^= self.noise << 17;
        RETRY - RETRY / 5 * u32::try_from(self.noise % 1024).expect("below 1024") / 1024
    }
}

fn spec(lease: &Lease) -> Option<&LeaseSpec> {
    lease.spec.as_ref()
}

/// Who holds a record; empty if nobody does.
pub(crate) fn holder(lease: &Lease) -> &str {
    spec(lease).and_then(|spec| spec.holder_identity.as_deref()).unwrap_or_default()
}

/// How long a record is somebody's: what its holder says, and no less than what is usual here.
pub(crate) fn lasts(lease: &Lease) -> Duration {
    let said = spec(lease).and_then(|spec| spec.lease_duration_seconds);
    Duration::from_secs(said.and_then(|n| u64::try_from(n).ok()).unwrap_or_default()).max(LASTS)
}

fn version(lease: &Lease) -> Option<&str> {
    lease.metadata.resource_version.as_deref()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_that_starts_again_under_its_own_name_leads_at_once() {
        let at = Duration::from_millis;
        let record = |holder: &str| {
            let mut lease = Lease::default();
            lease.metadata.resource_version = Some("7".to_owned());
            let spec = lease.spec.get_or_insert_default();
            spec.holder_identity = Some(holder.to_owned());
            lease
        };
        let looked = |holder: &str| {
            let mut election = Election::new("pod_uid", 7, at(0));
            assert_eq!(election.next(at(0)), Do::Look);
            election.heard(at(0), at(4), &Do::Look, Heard::Record(record(holder)));
            election.next(at(4))
        };
        assert!(matches!(looked("pod_uid"), Do::Write(lease) if holder(&lease) == "pod_uid"));
        assert!(matches!(looked("another"), Do::Wait(_)), "another's is waited for");
    }
}
