//! The API server as the suite itself uses it: plain requests, as somebody whose own are not in the
//! audit log, so that what is in it is the operator's.

use std::{path::Path, sync::OnceLock};

use http::{Method, Request, header::CONTENT_TYPE};
use http_body_util::BodyExt as _;
use kube_client::{
    Client, Config,
    client::Body,
    config::{KubeConfigOptions, Kubeconfig},
};
use serde_json::{Value, json};
use tokio::runtime::{Builder, Runtime};

/// A collection of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Kind {
    /// Up to the version.
    pub(crate) prefix: &'static str,
    /// As it stands in paths.
    pub(crate) plural: &'static str,
}

const fn kind(prefix: &'static str, plural: &'static str) -> Kind {
    Kind { prefix, plural }
}

const RIVVEN: &str = "/apis/rivven.hupe1980.github.io/v1alpha1";

pub(crate) const CLUSTERS: Kind = kind(RIVVEN, "rivvenclusters");
pub(crate) const TOPICS: Kind = kind(RIVVEN, "rivventopics");
pub(crate) const CONNECTS: Kind = kind(RIVVEN, "rivvenconnects");
pub(crate) const REGISTRIES: Kind = kind(RIVVEN, "rivvenschemaregistries");
pub(crate) const FLOWS: Kind = kind("/apis/dataflow.dataflow.io/v1", "dataflows");
pub(crate) const CONFIG_MAPS: Kind = kind("/api/v1", "configmaps");
pub(crate) const SERVICES: Kind = kind("/api/v1", "services");
pub(crate) const PODS: Kind = kind("/api/v1", "pods");
pub(crate) const CLAIMS: Kind = kind("/api/v1", "persistentvolumeclaims");
pub(crate) const ACCOUNTS: Kind = kind("/api/v1", "serviceaccounts");
pub(crate) const QUOTAS: Kind = kind("/api/v1", "resourcequotas");
#[allow(dead_code, reason = "shared")]
pub(crate) const SECRETS: Kind = kind("/api/v1", "secrets");
#[allow(dead_code, reason = "shared")]
pub(crate) const NODES: Kind = kind("/api/v1", "nodes");
pub(crate) const NAMESPACES: Kind = kind("/api/v1", "namespaces");
pub(crate) const DEPLOYMENTS: Kind = kind("/apis/apps/v1", "deployments");
pub(crate) const SETS: Kind = kind("/apis/apps/v1", "statefulsets");
pub(crate) const JOBS: Kind = kind("/apis/batch/v1", "jobs");
pub(crate) const BUDGETS: Kind = kind("/apis/policy/v1", "poddisruptionbudgets");
pub(crate) const NETWORK_POLICIES: Kind = kind("/apis/networking.k8s.io/v1", "networkpolicies");
pub(crate) const LEASES: Kind = kind("/apis/coordination.k8s.io/v1", "leases");
pub(crate) const ROLES: Kind = kind("/apis/rbac.authorization.k8s.io/v1", "roles");
pub(crate) const ROLE_BINDINGS: Kind = kind("/apis/rbac.authorization.k8s.io/v1", "rolebindings");
pub(crate) const CLUSTER_ROLES: Kind = kind("/apis/rbac.authorization.k8s.io/v1", "clusterroles");
pub(crate) const CLUSTER_ROLE_BINDINGS: Kind =
    kind("/apis/rbac.authorization.k8s.io/v1", "clusterrolebindings");
pub(crate) const POLICIES: Kind =
    kind("/apis/admissionregistration.k8s.io/v1", "mutatingadmissionpolicies");
pub(crate) const POLICY_BINDINGS: Kind =
    kind("/apis/admissionregistration.k8s.io/v1", "mutatingadmissionpolicybindings");
pub(crate) const EVENTS: Kind = kind("/apis/events.k8s.io/v1", "events");
pub(crate) const DEFINITIONS: Kind =
    kind("/apis/apiextensions.k8s.io/v1", "customresourcedefinitions");

/// What a cluster of brokers is made of.
pub(crate) const PARTS: &[Kind] =
    &[CLUSTERS, TOPICS, CONFIG_MAPS, SERVICES, SETS, BUDGETS, PODS, CLAIMS];

impl Kind {
    /// What a CustomResourceDefinition defines, in its first version.
    pub(crate) fn defined_by(definition: &Value) -> Self {
        let spec = &definition["spec"];
        let text = |value: &Value| value.as_str().expect("it is said").to_owned();
        let version = text(&spec["versions"][0]["name"]);
        kind(
            format!("/apis/{}/{version}", text(&spec["group"])).leak(),
            text(&spec["names"]["plural"]).leak(),
        )
    }

    /// The path of one object, or of all where the name is empty.
    pub(crate) fn path(self, namespace: &str, name: &str) -> String {
        let mut path = self.prefix.to_owned();
        if !namespace.is_empty() {
            path += &format!("/namespaces/{namespace}");
        }
        path += &format!("/{}", self.plural);
        if !name.is_empty() {
            path += &format!("/{name}");
        }
        path
    }
}

/// A refusal: its code, and what was said.
#[derive(Clone, Debug)]
pub(crate) struct Refused {
    pub(crate) code: u16,
    pub(crate) message: String,
}

/// The API server.
#[derive(Clone)]
pub(crate) struct Kube {
    client: Client,
}

/// Where everything of the suite runs that waits for a network.
pub(crate) fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    let new = || Builder::new_multi_thread().worker_threads(2).enable_all().build();
    RUNTIME.get_or_init(|| new().expect("threads can be made"))
}

/// A client for a kubeconfig, which repeats nothing by itself.
pub(crate) fn client(kubeconfig: &Path) -> Client {
    let _inside = runtime().enter();
    let file = Kubeconfig::read_from(kubeconfig).expect("the control plane wrote it");
    let options = KubeConfigOptions::default();
    let config = runtime().block_on(Config::from_custom_kubeconfig(file, &options));
    let mut config = config.expect("it can be used");
    config.default_retry = false;
    config.read_timeout = None;
    Client::try_from(config).expect("it can be used")
}

impl Kube {
    /// The API server of a kubeconfig.
    pub(crate) fn of(kubeconfig: &Path) -> Self {
        Self { client: client(kubeconfig) }
    }

    /// Sends a request.
    pub(crate) fn send(
        &self,
        method: &Method,
        path: &str,
        body: Option<(&str, &Value)>,
    ) -> Result<Value, Refused> {
        let mut request = Request::builder().method(method.clone()).uri(path);
        let mut bytes = Vec::new();
        if let Some((kind, value)) = body {
            request = request.header(CONTENT_TYPE, kind);
            bytes = value.to_string().into_bytes();
        }
        let request = request.body(Body::from(bytes)).expect("it is a request");
        let client = self.client.clone();
        let exchange = async move {
            let answer = client.send(request).await.map_err(|error| error.to_string())?;
            let code = answer.status().as_u16();
            let body = answer.into_body().collect().await.map_err(|error| error.to_string())?;
            Ok::<_, String>((code, body.to_bytes()))
        };
        let outcome = runtime().block_on(exchange);
        let (code, bytes) = outcome.unwrap_or_else(|error| panic!("{method} {path}: {error}"));
        let text = || String::from_utf8_lossy(&bytes).into_owned();
        // For a moment after a definition came or changed.
        if code == 429 && text().contains("storage is (re)initializing") {
            std::thread::sleep(std::time::Duration::from_millis(200));
            return self.send(method, path, body);
        }
        if !(200..300).contains(&code) {
            let status: Value = serde_json::from_slice(&bytes).unwrap_or_default();
            let message = status["message"].as_str().map_or_else(text, str::to_owned);
            return Err(Refused { code, message });
        }
        Ok(serde_json::from_slice(&bytes).unwrap_or_else(|_| Value::String(text())))
    }

    /// One object; nothing if there is none.
    pub(crate) fn get(&self, kind: Kind, namespace: &str, name: &str) -> Option<Value> {
        let path = kind.path(namespace, name);
        match self.send(&Method::GET, &path, None) {
            Ok(object) => Some(object),
            Err(refused) if refused.code == 404 => None,
            Err(refused) => panic!("GET {path}: {refused:?}"),
        }
    }

    /// All objects of a namespace, or of all where it is empty. Each says what it is.
    pub(crate) fn list(&self, kind: Kind, namespace: &str) -> Vec<Value> {
        let path = kind.path(namespace, "");
        let list = self.send(&Method::GET, &path, None);
        let mut list = list.unwrap_or_else(|refused| panic!("GET {path}: {refused:?}"));
        let one = list["kind"].as_str().unwrap_or_default().trim_end_matches("List").to_owned();
        let version = list["apiVersion"].clone();
        let mut items = list["items"].as_array_mut().map(std::mem::take).unwrap_or_default();
        for item in &mut items {
            item["kind"] = json!(one);
            item["apiVersion"] = version.clone();
        }
        items
    }

    /// Applies an object as its user would, and returns it as stored.
    pub(crate) fn apply(&self, kind: Kind, object: &Value) -> Value {
        self.try_apply(kind, object).unwrap_or_else(|refused| panic!("{refused:?}: {object}"))
    }

    /// The same, if it is accepted.
    pub(crate) fn try_apply(&self, kind: Kind, object: &Value) -> Result<Value, Refused> {
        let text = |pointer| object.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
        let path = kind.path(text("/metadata/namespace"), text("/metadata/name"));
        let path = format!("{path}?fieldManager=user&force=true");
        self.send(&Method::PATCH, &path, Some(("application/apply-patch+yaml", object)))
    }

    /// Changes an object by hand.
    pub(crate) fn merge(&self, kind: Kind, namespace: &str, name: &str, patch: &Value) -> Value {
        let path = format!("{}?fieldManager=by-hand", kind.path(namespace, name));
        let sent = self.send(&Method::PATCH, &path, Some(("application/merge-patch+json", patch)));
        sent.unwrap_or_else(|refused| panic!("PATCH {path}: {refused:?}"))
    }

    /// Deletes an object, whether it is there or not.
    pub(crate) fn delete(&self, kind: Kind, namespace: &str, name: &str) {
        let path = kind.path(namespace, name);
        match self.send(&Method::DELETE, &path, None) {
            Ok(_) => {}
            Err(refused) if refused.code == 404 => {}
            Err(refused) => panic!("DELETE {path}: {refused:?}"),
        }
    }
}
