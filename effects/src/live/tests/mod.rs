//! What is sent to an API server, to the byte, and what is made of its answers: against a server
//! in this process that answers what it is told to.

mod answers;
mod events;
mod requests;
mod stub;

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use serde_json::json;
use sluicegate_core::{
    condition::EventKind,
    observed::{Api, Ref},
    plan::{Event, Manifest, Precondition, Verb},
    system::System,
    systems::rivven::{Answer, Broker, Call, Probe, Rivven},
};

use self::stub::{Reply, Sent, Stub};
use super::{ApiServer, Budget, Fence, Live, Recorder};
use crate::{Ask, Error, Reader, Writer, backend::Backend, metrics::Metrics};

/// A product that does what it is called for, and counts.
#[derive(Debug, Default)]
struct Counting(AtomicUsize);

impl Backend<Rivven> for Counting {
    async fn ask(&self, probe: &Probe) -> Answer {
        Rivven::unreachable(probe, "nothing listens".to_owned())
    }

    async fn call(&self, _: &Call) -> Result<(), Error> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}

/// What these tests change.
trait World: Reader + Ask<Rivven> + Writer<Rivven> {}
impl<W: Reader + Ask<Rivven> + Writer<Rivven>> World for W {}

fn to(stub: &Stub, fence: &Fence) -> Live<Counting> {
    let server = ApiServer::new(stub.client(), Budget::new(1_000, 1_000), Metrics::default());
    let recorder = Arc::new(Recorder::new("sluicegate-0"));
    let live = Live::new(
        server.at("http://stub"),
        Arc::default(),
        fence.clone(),
        recorder,
        "RivvenCluster",
    );
    live.for_resource(prod(), "1-2-3")
}

fn live(stub: &Stub) -> Live<Counting> {
    to(stub, &Fence::open())
}

fn object(group: &str, version: &str, kind: &str, plural: &str, name: &str) -> Ref {
    let api = Api::new(group, version, kind, plural);
    Ref { api, namespace: "default".to_owned(), name: name.to_owned() }
}

fn prod() -> Ref {
    object("rivven.hupe1980.github.io", "v1alpha1", "RivvenCluster", "rivvenclusters", "prod")
}

fn config_map() -> Ref {
    object("", "v1", "ConfigMap", "configmaps", "a")
}

fn pod() -> Ref {
    object("", "v1", "Pod", "pods", "rivven-prod-0")
}

fn manifest() -> Manifest {
    Manifest::part(config_map(), &json!({ "data": { "x": "1" } }))
}

/// As it was seen: of this uid, and of this version where it matters.
fn seen(uid: &str, version: Option<&str>) -> Precondition {
    let object = json!({ "metadata": { "uid": uid, "resourceVersion": version } });
    Precondition::as_seen(&config_map(), &object)
}

fn call() -> Call {
    let broker = Broker {
        namespace: "default".to_owned(),
        cluster: "prod".to_owned(),
        ordinal: 0,
        port: 9092,
    };
    Call::DeleteTopic { broker, name: "orders".to_owned() }
}

fn event(note: &str) -> Event {
    Event {
        kind: EventKind::Warning,
        reason: "Refused",
        note: note.to_owned(),
        regarding: prod(),
        related: Some(pod()),
    }
}
