//! What people are told, as `events.k8s.io/v1` wants it: what repeats becomes a series, not a heap.
//!
//! Telling is not doing: an event that is refused is logged, and the plan goes on without it.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use http::Method;
use k8s_openapi::{apimachinery::pkg::apis::meta::v1::MicroTime, jiff::Timestamp};
use serde_json::{Value, json};
use sluicegate_core::{
    condition::EventKind,
    label::SLUICEGATE,
    observed::{Api, Ref},
    plan::Event,
};
use tokio::time::Instant;

use super::{
    ApiServer, DEADLINE_STATUS, Fence, Request,
    request::{JSON, path_of, path_of_all, request},
};
use crate::Error;

/// How long after the last one the same event still belongs to its series, and how often a series
/// that goes on is written: client-go's figure for the former.
const SERIES: Duration = Duration::from_secs(6 * 60);
/// How many events are remembered. Forgetting one costs a second event of the same words.
const REMEMBERED_MAX: usize = 1_000;
/// How many bytes the API lets a note have.
const NOTE_MAX: usize = 1_024;
/// How many bytes the API lets the name of the reporting instance have.
const INSTANCE_MAX: usize = 128;
/// How long the part of an event's name before its last dot may be: a name has at most 253
/// characters, and a number of 64 bits has 16 digits.
const NAME_MAX: usize = 253 - 17;

/// Tells events to a cluster. One for the whole process, so that what repeats is noticed.
#[derive(Debug)]
pub struct Recorder {
    instance: String,
    memory: Mutex<Memory>,
}

#[derive(Debug, Default)]
struct Memory {
    told: BTreeMap<Key, Told>,
    /// The last number that was part of a name.
    stamp: i128,
}

/// What makes two events the same.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    regarding: Ref,
    uid: String,
    kind: &'static str,
    reason: &'static str,
    note: String,
    related: Option<Ref>,
}

/// An event that was told.
#[derive(Debug)]
struct Told {
    name: String,
    count: u32,
    last: Instant,
    /// When its series was last written.
    written: Option<Instant>,
}

/// What is to be sent.
enum Next {
    Post,
    Patch { name: String, count: u32 },
    Nothing,
}

impl Recorder {
    /// A recorder that reports as this instance, such as the name of the pod.
    pub fn new(instance: &str) -> Self {
        let instance = if instance.is_empty() { SLUICEGATE } else { instance };
        Self { instance: cut(instance, INSTANCE_MAX).to_owned(), memory: Mutex::default() }
    }

    /// Tells an event about the object of this uid, where it is known.
    ///
    /// # Errors
    ///
    /// Only if this process may not write any more. What else goes wrong is logged.
    pub async fn record(
        &self,
        server: &ApiServer,
        fence: &Fence,
        event: &Event,
        uid: Option<&str>,
    ) -> Result<(), Error> {
        match self.send(server, fence, event, uid.unwrap_or_default()).await {
            Err(error @ Error::Fenced { .. }) => Err(error),
            Err(error) => {
                let (told, why) = (event.reason, error.in_full());
                let (regarding, note) = (&event.regarding, &event.note);
                // Whoever deletes a namespace whole does not look for events in it.
                if has_no_place(&error) {
                    tracing::debug!(%regarding, reason = told, note, error = why, "could not tell");
                } else {
                    tracing::warn!(%regarding, reason = told, note, error = why, "could not tell");
                }
                Ok(())
            }
            Ok(()) => Ok(()),
        }
    }

    async fn send(
        &self,
        server: &ApiServer,
        fence: &Fence,
        event: &Event,
        uid: &str,
    ) -> Result<(), Error> {
        let key = Key::of(event, uid);
        match self.next(&key) {
            Next::Nothing => return Ok(()),
            Next::Patch { name, count } => {
                match server.write(fence, again(&key, &name, count)).await {
                    Ok(_) => {
                        if let Some(told) = self.memory().told.get_mut(&key) {
                            told.written = Some(Instant::now());
                        }
                        return Ok(());
                    }
                    // The server has let go of it: it is told anew.
                    Err(Error::Api { source, .. }) if source.code == 404 => {}
                    Err(error) => return Err(error),
                }
            }
            Next::Post => {}
        }
        let name = self.name(&event.regarding);
        server.write(fence, self.first(&key, &name)).await?;
        self.memory().remember(key, name);
        Ok(())
    }

    fn next(&self, key: &Key) -> Next {
        let now = Instant::now();
        let mut memory = self.memory();
        let Some(told) = memory.told.get_mut(key) else { return Next::Post };
        if now.duration_since(told.last) >= SERIES {
            return Next::Post;
        }
        told.count = told.count.saturating_add(1);
        told.last = now;
        if told.written.is_some_and(|written| now.duration_since(written) < SERIES) {
            return Next::Nothing;
        }
        Next::Patch { name: told.name.clone(), count: told.count }
    }

    /// A name that no other event has: the moment in nanoseconds, or the next number if the clock
    /// stood still or went back.
    fn name(&self, regarding: &Ref) -> String {
        let mut memory = self.memory();
        memory.stamp = Timestamp::now().as_nanosecond().max(memory.stamp + 1);
        let about = cut(&regarding.name, NAME_MAX).trim_end_matches(['-', '.']);
        format!("{about}.{:x}", memory.stamp)
    }

    fn first(&self, key: &Key, name: &str) -> Request {
        let namespace = key.namespace();
        let mut body = json!({
            "apiVersion": "events.k8s.io/v1",
            "kind": "Event",
            "metadata": { "name": name, "namespace": namespace },
            "action": "Reconcile",
            "eventTime": MicroTime(Timestamp::now()),
            "note": key.note,
            "reason": key.reason,
            "regarding": pointer_to(&key.regarding, &key.uid),
            "reportingController": SLUICEGATE,
            "reportingInstance": self.instance,
            "type": key.kind,
        });
        if let Some(related) = &key.related {
            body["related"] = pointer_to(related, "");
        }
        let path = format!("{}?fieldManager={SLUICEGATE}", path_of_all(&api(), namespace));
        let http = request(Method::POST, &path, Some((JSON, &body)));
        Request { doing: key.doing(), verb: "create", deadline: DEADLINE_STATUS, http }
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether there is nowhere left to tell it: the namespace goes, or is gone.
fn has_no_place(error: &Error) -> bool {
    error.is_about_leaving() || matches!(error, Error::Api { source, .. } if source.code == 404)
}

impl Memory {
    fn remember(&mut self, key: Key, name: String) {
        let now = Instant::now();
        if self.told.len() >= REMEMBERED_MAX && !self.told.contains_key(&key) {
            self.told.retain(|_, told| now.duration_since(told.last) < SERIES);
            let oldest = self.told.iter().min_by_key(|(_, told)| told.last);
            let oldest = oldest.map(|(key, _)| key.clone());
            if let Some(oldest) = oldest.filter(|_| self.told.len() >= REMEMBERED_MAX) {
                self.told.remove(&oldest);
            }
        }
        self.told.insert(key, Told { name, count: 1, last: now, written: None });
    }
}

impl Key {
    fn of(event: &Event, uid: &str) -> Self {
        let kind = match event.kind {
            EventKind::Normal => "Normal",
            EventKind::Warning => "Warning",
        };
        Self {
            regarding: event.regarding.clone(),
            uid: uid.to_owned(),
            kind,
            reason: event.reason,
            note: shortened(&event.note, NOTE_MAX),
            related: event.related.clone(),
        }
    }

    /// Where the event is kept: with what it is about, or in `default` if that has no namespace.
    fn namespace(&self) -> &str {
        match self.regarding.namespace.as_str() {
            "" => "default",
            namespace => namespace,
        }
    }

    fn doing(&self) -> String {
        format!("tell {} about {}", self.reason, self.regarding)
    }
}

/// The same event once more.
fn again(key: &Key, name: &str, count: u32) -> Request {
    let body = json!({
        "series": { "count": count, "lastObservedTime": MicroTime(Timestamp::now()) },
    });
    let target = Ref { api: api(), namespace: key.namespace().to_owned(), name: name.to_owned() };
    let path = format!("{}?fieldManager={SLUICEGATE}", path_of(&target, ""));
    let http = request(Method::PATCH, &path, Some(("application/merge-patch+json", &body)));
    Request { doing: key.doing(), verb: "patch", deadline: DEADLINE_STATUS, http }
}

fn api() -> Api {
    Api::new("events.k8s.io", "v1", "Event", "events")
}

fn pointer_to(target: &Ref, uid: &str) -> Value {
    let mut pointer = json!({
        "apiVersion": target.api.api_version(),
        "kind": target.api.kind,
        "namespace": target.namespace,
        "name": target.name,
    });
    if !uid.is_empty() {
        pointer["uid"] = json!(uid);
    }
    pointer
}

/// Text of at most so many bytes, with a sign that there was more.
pub(super) fn shortened(text: &str, most: usize) -> String {
    const MORE: &str = "\u{2026}";
    if text.len() <= most {
        return text.to_owned();
    }
    format!("{}{MORE}", cut(text, most - MORE.len()))
}

/// The first so many bytes of a text, or a few fewer: no character is cut in two.
fn cut(text: &str, most: usize) -> &str {
    let mut end = most.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}
