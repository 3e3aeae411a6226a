//! The world as a cluster: every request to the API server goes through here.
//!
//! - [`ApiServer`]: the one door, with deadlines, a budget and numbers.
//! - [`Fence`]: until when this process may write.
//! - [`Live`]: the [`Reader`](crate::Reader) and [`Writer`](crate::Writer) of what is there now.
//! - [`Shadow`]: the same, but it only tells what it would write.
//! - [`Recorder`]: what people are told, as Kubernetes keeps it.

use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;
use sluicegate_core::observed::Ref;

mod annotate;
mod budget;
mod connect;
mod events;
mod fence;
mod read;
mod request;
mod server;
mod shadow;
#[cfg(test)]
mod tests;
mod write;

pub(crate) use self::request::path_of_all;
pub use self::{
    annotate::annotate,
    budget::Budget,
    connect::{Access, Connection, connect},
    events::Recorder,
    fence::Fence,
    read::{get, list, list_trimmed, warnings},
    server::{ApiServer, DEADLINE, DEADLINE_LIST, DEADLINE_STATUS, Request},
    shadow::Shadow,
    write::Written,
};

/// What is there now, for one reconciliation. Cheap to make.
pub struct Live<B> {
    server: ApiServer,
    backend: Arc<B>,
    fence: Fence,
    recorder: Arc<Recorder>,
    kind: String,
    resource: Option<(Ref, String)>,
    written: Mutex<Vec<Written>>,
    /// The last object that was applied, as the server gave it back.
    made: Mutex<Option<(Ref, Value)>>,
}

impl<B> Live<B> {
    /// The cluster behind this server. What is done is counted under the kind.
    pub fn new(
        server: ApiServer,
        backend: Arc<B>,
        fence: Fence,
        recorder: Arc<Recorder>,
        kind: &str,
    ) -> Self {
        let (kind, written, made) = (kind.to_owned(), Mutex::default(), Mutex::default());
        Self { server, backend, fence, recorder, kind, resource: None, written, made }
    }

    /// The same, for this resource: events about it name its uid, so that they are shown with it
    /// and not with a namesake.
    #[must_use]
    pub fn for_resource(mut self, target: Ref, uid: &str) -> Self {
        self.resource = Some((target, uid.to_owned()));
        self
    }

    /// What was written so far, in order. Events are not among it.
    pub fn written(&self) -> Vec<Written> {
        self.written.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn note(&self, written: Option<Written>) {
        self.written.lock().unwrap_or_else(PoisonError::into_inner).extend(written);
    }
}
