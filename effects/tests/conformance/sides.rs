//! The two sides, each doing what an operation says by what it itself has stored.

use std::{path::Path, sync::Arc};

use http::{Method, header::CONTENT_TYPE};
use serde_json::{Value, json};
use sluicegate_core::{
    json::merge_patch,
    observed::{Look, Ref, text},
    plan::{Manifest, Precondition, Propagation, Verb},
    system::System as _,
    systems::rivven::{Answer, Call, Probe, Rivven},
};
use sluicegate_effects::{
    ApiError, Class, Error, Reader, Writer,
    backend::Backend,
    live::{Access, ApiServer, Budget, Fence, Live, Recorder, Request, connect, get},
    memory::{Brokers, Memory, Simulated},
    metrics::Metrics,
};

use crate::{
    bodies::{Kind, target},
    operation::{FINALIZERS, Operation, OurVerb, Seen, Version, What},
};

const USER: &str = "user";
/// A uid that no object has, and a version that all are past.
const NO_UID: &str = "00000000-0000-4000-8000-000000000000";
const OLD: &str = "3";

/// What came of an operation: nothing, or what programs go by in a refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) code: u16,
    pub(crate) reason: String,
    pub(crate) class: Class,
    /// For people: not compared.
    pub(crate) message: String,
}

/// A product that is not there.
pub(crate) struct Nobody;

/// The real API server, in one namespace.
pub(crate) struct Real {
    pub(crate) server: ApiServer,
    live: Live<Nobody>,
}

/// The embedded one.
pub(crate) struct Embedded(pub(crate) Memory<Simulated<Brokers>>);

/// A side.
pub(crate) trait Side {
    type Writes: Writer<Rivven>;
    fn writes(&self) -> &Self::Writes;
    async fn object(&self, target: &Ref) -> Option<Value>;
    async fn create(&self, target: &Ref, body: Value) -> Result<(), Error>;
    async fn apply(&self, target: &Ref, body: Value, force: bool) -> Result<(), Error>;
    async fn merge(&self, target: &Ref, patch: Value) -> Result<(), Error>;
    async fn relabel(&self, target: &Ref, labels: Value) -> Result<(), Error>;
    async fn remove(&self, target: &Ref, propagation: Propagation) -> Result<(), Error>;
    async fn status(&self, target: &Ref, status: Value) -> Result<(), Error>;

    /// Does an operation.
    async fn perform(&self, operation: &Operation, namespace: &str) -> Result<(), Refusal> {
        let (kind, name) = (operation.kind, operation.name);
        let target = target(kind, namespace, name);
        let named = |variant| {
            let mut body = kind.body(variant);
            body["metadata"]["namespace"] = json!(target.namespace);
            body["metadata"]["name"] = json!(target.name);
            body
        };
        let outcome = match operation.what {
            What::Operator { verb, seen, dry } => {
                let mut seen = self.seen(&target, seen).await;
                // The second deletion of what waits for its dependents alone is done, and then
                // refused for a version that the server itself has just changed.
                if matches!(verb, OurVerb::Delete(_)) && self.is_leaving(&target).await {
                    seen = seen.at_any_version();
                }
                let manifest = |variant| {
                    let (target, body) = (target.clone(), named(variant));
                    Manifest { target, body, intent: String::new() }
                };
                let verb = match verb {
                    OurVerb::Create(variant) => Verb::Create(manifest(variant)),
                    OurVerb::Apply(variant) => Verb::Apply(manifest(variant), seen),
                    OurVerb::Delete(how) => Verb::Delete(target.clone(), seen, how),
                    OurVerb::Evict => Verb::Restart(target.clone(), seen),
                    OurVerb::SetStatus(variant) => {
                        Verb::SetStatus(target.clone(), seen, kind.status(variant))
                    }
                    OurVerb::SetFinalizers(which) => {
                        let names = FINALIZERS[which].iter().map(|&one| one.to_owned()).collect();
                        Verb::SetFinalizers(target.clone(), seen, names)
                    }
                };
                let to = self.writes();
                if dry { to.dry_run(&verb).await } else { to.perform(&verb).await }
            }
            What::Create(variant) => self.create(&target, named(variant)).await,
            What::Apply(variant, force) => self.apply(&target, named(variant), force).await,
            What::Merge(variant) => self.merge(&target, kind.body(variant)).await,
            What::Label(value) => {
                let value = value.map(|value| value.to_string());
                let patch = json!({ "metadata": { "labels": { "a": value } } });
                self.merge(&target, patch).await
            }
            What::Relabel(variant) => {
                self.relabel(&target, json!({ "app": "a", "c": variant.to_string() })).await
            }
            What::Delete(how) => self.remove(&target, how).await,
            What::Controller(variant) if self.object(&target).await.is_some() => {
                let status = kind.status(variant);
                // A resource's status is the operator's own.
                let another = !matches!(kind, Kind::Cluster | Kind::Topic | Kind::Connect);
                let writes = another && status != json!({});
                if writes { self.status(&target, status).await } else { Ok(()) }
            }
            What::Controller(_) => Ok(()),
        };
        outcome.map_err(refusal)
    }

    async fn is_leaving(&self, target: &Ref) -> bool {
        let object = self.object(target).await;
        object.is_some_and(|it| it.pointer("/metadata/deletionTimestamp").is_some())
    }

    async fn seen(&self, target: &Ref, seen: Seen) -> Precondition {
        let found = self.object(target).await.unwrap_or_default();
        let uid = text(&found, "/metadata/uid");
        let uid = if seen.another || uid.is_empty() { NO_UID } else { uid };
        let version = match seen.version {
            Version::Right => text(&found, "/metadata/resourceVersion"),
            Version::Any | Version::Stale => OLD,
        };
        let version = if version.is_empty() { OLD } else { version };
        let object = json!({ "metadata": { "uid": uid, "resourceVersion": version } });
        let all = Precondition::as_seen(target, &object);
        if seen.version == Version::Any { all.at_any_version() } else { all }
    }
}

fn refusal(error: Error) -> Refusal {
    let class = error.class();
    let Error::Api { source, .. } = error else {
        panic!("only the API server refuses: {}", error.in_full())
    };
    let ApiError { code, reason, message, .. } = *source;
    Refusal { code, reason, class, message }
}

impl Backend<Rivven> for Nobody {
    async fn ask(&self, probe: &Probe) -> Answer {
        Rivven::unreachable(probe, "nothing listens".to_owned())
    }

    async fn call(&self, _: &Call) -> Result<(), Error> {
        Ok(())
    }
}

impl Real {
    /// The API server that a kubeconfig leads to.
    pub(crate) async fn of(kubeconfig: &Path) -> Self {
        let access = Access { kubeconfig: Some(kubeconfig.to_owned()), ..Access::default() };
        let connection = connect(&access, "conformance").await.expect("it was just written");
        let budget = Budget::new(100_000, 100_000);
        let server = ApiServer::new(connection.client, budget, Metrics::default());
        let recorder = Arc::new(Recorder::new("conformance"));
        let live = Live::new(server.clone(), Arc::new(Nobody), Fence::open(), recorder, "Any");
        Self { server, live }
    }

    /// Sends a request as it is.
    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<(&str, &Value)>,
    ) -> Result<Value, Error> {
        let request = http::Request::builder().method(method).uri(path);
        let request = match body {
            None => request.body(Vec::new()),
            Some((kind, body)) => {
                request.header(CONTENT_TYPE, kind).body(body.to_string().into_bytes())
            }
        };
        let http = request.expect("it is a request");
        let deadline = std::time::Duration::from_secs(15);
        self.server.send(Request { doing: path.to_owned(), verb: "any", deadline, http }).await
    }
}

/// The path of all objects of a kind in a namespace.
pub(crate) fn all(target: &Ref) -> String {
    let api = &target.api;
    let root = if api.group.is_empty() { "/api" } else { "/apis" };
    format!("{root}/{}/namespaces/{}/{}", api.api_version(), target.namespace, api.plural)
}

fn one(target: &Ref) -> String {
    format!("{}/{}", all(target), target.name)
}

/// What is there. Both sides answer always, and nobody is denied anything here.
fn found(look: Result<Look, Error>) -> Option<Value> {
    match look.expect("it answers") {
        Look::Found(object) => Some((*object).clone()),
        Look::Absent => None,
        Look::Denied(why) => panic!("{why}"),
    }
}

const JSON: &str = "application/json";
const MERGE: &str = "application/merge-patch+json";

impl Side for Real {
    type Writes = Live<Nobody>;

    fn writes(&self) -> &Self::Writes {
        &self.live
    }

    async fn object(&self, target: &Ref) -> Option<Value> {
        found(get(&self.server, target).await)
    }

    async fn create(&self, target: &Ref, body: Value) -> Result<(), Error> {
        let path = format!("{}?fieldManager={USER}&fieldValidation=Strict", all(target));
        self.send(Method::POST, &path, Some((JSON, &body))).await.map(drop)
    }

    async fn apply(&self, target: &Ref, body: Value, force: bool) -> Result<(), Error> {
        let path =
            format!("{}?fieldManager={USER}&force={force}&fieldValidation=Strict", one(target));
        let body = Some(("application/apply-patch+yaml", &body));
        self.send(Method::PATCH, &path, body).await.map(drop)
    }

    async fn merge(&self, target: &Ref, patch: Value) -> Result<(), Error> {
        let path = format!("{}?fieldManager={USER}&fieldValidation=Strict", one(target));
        self.send(Method::PATCH, &path, Some((MERGE, &patch))).await.map(drop)
    }

    async fn relabel(&self, target: &Ref, labels: Value) -> Result<(), Error> {
        let patch = json!([{ "op": "add", "path": "/metadata/labels", "value": labels }]);
        let path = format!("{}?fieldManager={USER}", one(target));
        let body = Some(("application/json-patch+json", &patch));
        self.send(Method::PATCH, &path, body).await.map(drop)
    }

    async fn remove(&self, target: &Ref, propagation: Propagation) -> Result<(), Error> {
        let body = json!({
            "apiVersion": "v1",
            "kind": "DeleteOptions",
            "propagationPolicy": format!("{propagation:?}"),
        });
        self.send(Method::DELETE, &one(target), Some((JSON, &body))).await.map(drop)
    }

    async fn status(&self, target: &Ref, status: Value) -> Result<(), Error> {
        let path = format!("{}/status?fieldManager=controller", one(target));
        self.send(Method::PATCH, &path, Some((MERGE, &json!({ "status": status })))).await.map(drop)
    }
}

impl Side for Embedded {
    type Writes = Memory<Simulated<Brokers>>;

    fn writes(&self) -> &Self::Writes {
        &self.0
    }

    async fn object(&self, target: &Ref) -> Option<Value> {
        found(Reader::get(&self.0, target).await)
    }

    async fn create(&self, target: &Ref, body: Value) -> Result<(), Error> {
        self.0.create_as(USER, target, &body).map_err(api)
    }

    async fn apply(&self, target: &Ref, body: Value, force: bool) -> Result<(), Error> {
        self.0.apply_as(USER, target, &body, force).map_err(api)
    }

    async fn merge(&self, target: &Ref, patch: Value) -> Result<(), Error> {
        self.0.edit_as(USER, target, |object| merge_patch(object, &patch)).map_err(api)
    }

    async fn relabel(&self, target: &Ref, labels: Value) -> Result<(), Error> {
        let change = |object: &mut Value| object["metadata"]["labels"] = labels;
        self.0.edit_as(USER, target, change).map_err(api)
    }

    async fn remove(&self, target: &Ref, propagation: Propagation) -> Result<(), Error> {
        self.0.delete_as_user(target, propagation).map_err(api)
    }

    async fn status(&self, target: &Ref, status: Value) -> Result<(), Error> {
        self.0.edit_status(target, |old| merge_patch(old, &status));
        Ok(())
    }
}

fn api(source: ApiError) -> Error {
    Error::Api { doing: String::new(), source: Box::new(source) }
}
