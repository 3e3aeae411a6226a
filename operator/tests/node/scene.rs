//! What a scenario has: a namespace that lets in restricted pods only, an operator of its own that
//! reaches brokers by their names in the cluster and may do what its manifests allow, and pods of
//! the client.

use std::time::Duration;

use serde_json::{Value, json};

use crate::{
    control_plane::{ControlPlane, shared},
    granted,
    kube::{CLUSTERS, CONNECTS, EVENTS, Kind, Kube, NAMESPACES, PODS, REGISTRIES, TOPICS},
    numbers::Numbers,
    operator::{Operator, Start},
    tier::CLIENT,
    wait::{seconds, until},
    watch::Watch,
};

/// How long a cluster may take on a machine that does much else: its probes wait for 30 s.
pub(crate) const LONG: Duration = seconds(150);

/// The stage of one scenario.
pub(crate) struct Scene {
    pub(crate) plane: &'static ControlPlane,
    pub(crate) namespace: String,
}

impl Scene {
    /// In a namespace of its own.
    pub(crate) fn new(name: &str) -> Self {
        Self::within(&format!("node-{name}"))
    }

    /// In this namespace.
    pub(crate) fn within(namespace: &str) -> Self {
        let scene = Self::on(shared(), namespace);
        granted::in_namespace(scene.kube(), namespace);
        let anything = json!({
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": { "name": "loose", "namespace": namespace },
            "spec": { "containers": [{ "name": "a", "image": CLIENT }] },
        });
        let refused = scene.kube().try_apply(PODS, &anything).expect_err("it is not restricted");
        assert!(refused.message.contains("violates PodSecurity"), "{refused:?}");
        scene
    }

    /// In this namespace, which is made on this control plane. Nobody has a right in it yet.
    pub(crate) fn on(plane: &'static ControlPlane, namespace: &str) -> Self {
        let body = json!({
            "apiVersion": "v1",
            "kind": "Namespace",
            "metadata": {
                "name": namespace,
                "labels": { "pod-security.kubernetes.io/enforce": "restricted" },
            },
        });
        plane.kube.apply(NAMESPACES, &body);
        Self { plane, namespace: namespace.to_owned() }
    }

    pub(crate) fn kube(&self) -> &Kube {
        &self.plane.kube
    }

    /// Starts an operator for this namespace and waits until it is ready.
    pub(crate) fn operator(&self, args: &[&str]) -> Operator {
        let start = Start {
            user: self.namespace.clone(),
            namespaces: vec![self.namespace.clone()],
            lease: Some(self.namespace.clone()),
            ..Start::default()
        };
        let operator = start.with(args).run(self.plane);
        operator.ready();
        operator
    }

    /// The pods here, from now on.
    pub(crate) fn watch(&self) -> Watch {
        Watch::pods(&self.plane.state().join("stand-in.kubeconfig"), &self.namespace)
    }

    /// Applies a cluster.
    pub(crate) fn cluster(&self, name: &str, spec: &Value) {
        self.kube().apply(CLUSTERS, &self.resource("RivvenCluster", name, spec));
    }

    /// Applies a topic.
    pub(crate) fn topic(&self, name: &str, spec: &Value) {
        self.kube().apply(TOPICS, &self.resource("RivvenTopic", name, spec));
    }

    /// Applies a schema registry.
    pub(crate) fn registry(&self, name: &str, spec: &Value) {
        self.kube().apply(REGISTRIES, &self.resource("RivvenSchemaRegistry", name, spec));
    }

    /// Applies connectors.
    pub(crate) fn connect(&self, name: &str, spec: &Value) {
        self.kube().apply(CONNECTS, &self.resource("RivvenConnect", name, spec));
    }

    fn resource(&self, kind: &str, name: &str, spec: &Value) -> Value {
        json!({
            "apiVersion": "rivven.hupe1980.github.io/v1alpha1",
            "kind": kind,
            "metadata": { "name": name, "namespace": self.namespace },
            "spec": spec,
        })
    }

    /// An object, as it is.
    pub(crate) fn seen(&self, kind: Kind, name: &str) -> Value {
        self.kube().get(kind, &self.namespace, name).unwrap_or_default()
    }

    /// Waits until a condition of a resource says this of the newest generation.
    pub(crate) fn told(&self, kind: Kind, name: &str, condition: &str, status: &str) -> Duration {
        let what = format!("{condition}={status} of {name} in {}", self.namespace);
        until(&what, LONG, || {
            let seen = self.seen(kind, name);
            let one = self::condition(&seen, condition);
            let newest = one["observedGeneration"] == seen["metadata"]["generation"];
            let is = one["status"] == status && newest;
            if is { Ok(()) } else { Err(seen["status"].to_string()) }
        })
        .1
    }

    /// Waits until a cluster is ready, in its newest generation.
    pub(crate) fn is_ready(&self, cluster: &str) -> Duration {
        self.told(CLUSTERS, cluster, "Ready", "True")
    }

    /// The names of the first brokers of a cluster.
    pub(crate) fn brokers(cluster: &str, count: u32) -> Vec<String> {
        (0..count).map(|ordinal| format!("rivven-{cluster}-{ordinal}")).collect()
    }

    /// Where a broker is, by its name in the cluster.
    pub(crate) fn host(&self, cluster: &str, ordinal: u32) -> String {
        let namespace = &self.namespace;
        format!(
            "rivven-{cluster}-{ordinal}.rivven-{cluster}-headless.{namespace}.svc.cluster.local"
        )
    }

    /// Where clients go.
    pub(crate) fn service(&self, cluster: &str) -> String {
        format!("rivven-{cluster}.{}.svc.cluster.local:9292", self.namespace)
    }

    /// Starts a pod of the client.
    pub(crate) fn client(&self, name: &str, args: &[&str]) {
        let args = [&["client"], args].concat();
        let pod = json!({
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": { "name": name, "namespace": self.namespace },
            "spec": {
                "restartPolicy": "Never",
                "terminationGracePeriodSeconds": 0,
                "automountServiceAccountToken": false,
                "securityContext": {
                    "runAsNonRoot": true,
                    "seccompProfile": { "type": "RuntimeDefault" },
                },
                "containers": [{
                    "name": "client",
                    "image": CLIENT,
                    "imagePullPolicy": "IfNotPresent",
                    "args": args,
                    "securityContext": {
                        "allowPrivilegeEscalation": false,
                        "capabilities": { "drop": ["ALL"] },
                    },
                }],
            },
        });
        self.kube().apply(PODS, &pod);
    }

    /// Waits until a pod of the client has done what it was asked for, and returns what it said.
    pub(crate) fn finished(&self, name: &str) -> String {
        let what = format!("the client {name} in {} to end", self.namespace);
        until(&what, LONG, || match self.seen(PODS, name)["status"]["phase"].as_str() {
            Some("Succeeded") => Ok(()),
            Some("Failed") => panic!("{name} failed: {}", self.said(name)),
            _ => Err(last(&self.said(name))),
        });
        self.said(name)
    }

    /// What a pod has said so far.
    pub(crate) fn said(&self, name: &str) -> String {
        let path = format!("{}/log", PODS.path(&self.namespace, name));
        let said = self.kube().send(&http::Method::GET, &path, None);
        said.ok().and_then(|text| text.as_str().map(str::to_owned)).unwrap_or_default()
    }

    /// Writes so many records and returns how that went.
    pub(crate) fn write(&self, pod: &str, cluster: &str, topic: &str, count: u64) -> String {
        let (service, count) = (self.service(cluster), count.to_string());
        self.client(pod, &["write", &service, topic, "0", &count, "100", "0", "60"]);
        self.finished(pod)
    }

    /// Reads all that a topic holds.
    pub(crate) fn read(&self, pod: &str, cluster: &str, topic: &str) -> (Numbers, String) {
        self.client(pod, &["read", &self.service(cluster), topic]);
        let said = self.finished(pod);
        let found = said.lines().find_map(|line| line.strip_prefix("found "));
        (found.expect("it says so").parse().expect("these are numbers"), last(&said))
    }

    /// Whether a pod of the operator's was refused by the profile, as an event of whoever made it.
    pub(crate) fn nothing_was_refused(&self) {
        let events = self.kube().list(EVENTS, &self.namespace);
        let refused: Vec<&Value> =
            events.iter().filter(|event| event["reason"] == "FailedCreate").collect();
        assert!(refused.is_empty(), "{refused:#?}");
    }
}

/// What a writer says that the broker has acknowledged.
pub(crate) fn acknowledged(said: &str) -> Numbers {
    let mut all = Numbers::default();
    for range in said.lines().filter_map(|line| line.strip_prefix("acknowledged ")) {
        let (first, last) = range.split_once('-').expect("it is a range");
        // The last line may not be whole while it is written.
        if let (Ok(first), Ok(last)) = (first.parse(), last.parse()) {
            all.add(first, last);
        }
    }
    all
}

/// The last line.
pub(crate) fn last(said: &str) -> String {
    said.lines().last().unwrap_or_default().to_owned()
}

/// A condition of a resource.
pub(crate) fn condition(resource: &Value, name: &str) -> Value {
    let conditions = resource["status"]["conditions"].as_array().cloned().unwrap_or_default();
    conditions.into_iter().find(|one| one["type"] == name).unwrap_or_default()
}
