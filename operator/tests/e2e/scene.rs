//! What a scenario has: a namespace, brokers that are none, an operator of its own, and the log of
//! what that asked for.

use std::{sync::Arc, time::Duration};

use serde_json::{Value, json};

use crate::{
    audit::{Class, Entry, of_class},
    control_plane::{ControlPlane, shared},
    granted,
    kube::{CLUSTERS, EVENTS, Kube, NAMESPACES, PARTS, QUOTAS, TOPICS},
    operator::{Operator, Start},
    standin::StandIn,
    wait::{seconds, until},
};

/// The stage of one scenario.
pub(crate) struct Scene {
    pub(crate) plane: &'static ControlPlane,
    pub(crate) namespace: String,
    pub(crate) user: String,
    pub(crate) brokers: StandIn,
}

/// How long something may take on a machine that does much else. Where it matters how long it
/// takes, that is measured.
pub(crate) const SOON: Duration = seconds(60);

impl Scene {
    /// In a namespace of this name, on the control plane that is shared.
    pub(crate) fn new(name: &str) -> Self {
        Self::on(shared(), name)
    }

    /// In a namespace of this name, on this control plane.
    pub(crate) fn on(plane: &'static ControlPlane, name: &str) -> Self {
        let scene = Self {
            plane,
            namespace: format!("e2e-{name}"),
            user: format!("e2e-{name}"),
            brokers: StandIn::start(),
        };
        let there = scene.kube().get(NAMESPACES, "", &scene.namespace);
        assert!(there.is_none(), "two scenarios are called {name}");
        scene.make_namespace(&scene.namespace);
        scene
    }

    /// The same, looked after by the operator that is installed there.
    pub(crate) fn of_installed(plane: &'static ControlPlane, name: &str) -> Self {
        Self { user: granted::ACCOUNT.to_owned(), ..Self::on(plane, name) }
    }

    /// A further namespace.
    pub(crate) fn make_namespace(&self, name: &str) {
        let body = json!({
            "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": name },
        });
        self.kube().apply(NAMESPACES, &body);
        granted::in_namespace(self.kube(), name);
    }

    pub(crate) fn kube(&self) -> &Kube {
        &self.plane.kube
    }

    /// Lets its namespace have at most so many of these, such as `pods`, by a quota of this name.
    pub(crate) fn quota(&self, name: &str, of: &str, most: usize) {
        let quota = json!({
            "apiVersion": "v1", "kind": "ResourceQuota",
            "metadata": { "name": name, "namespace": self.namespace },
            "spec": { "hard": { of: most.to_string() } },
        });
        self.kube().apply(QUOTAS, &quota);
    }

    /// An operator for this namespace that reaches no broker.
    pub(crate) fn blind(&self) -> Start {
        Start {
            user: self.user.clone(),
            namespaces: vec![self.namespace.clone()],
            lease: Some(self.namespace.clone()),
            ..Start::default()
        }
    }

    /// An operator for this namespace, to which one stand-in is every broker.
    pub(crate) fn start(&self) -> Start {
        self.start_with(&["*"])
    }

    /// An operator for this namespace, to which these hosts are brokers of their own.
    pub(crate) fn start_with(&self, hosts: &[&str]) -> Start {
        self.reaching(self.blind(), hosts)
    }

    /// The operator that is installed, to which one stand-in is every broker.
    pub(crate) fn installed(&self) -> Start {
        self.reaching(Start::by_token(self.plane, "sluicegate", "sluicegate"), &["*"])
    }

    /// This operator, to which these hosts are brokers of their own.
    pub(crate) fn reaching(&self, start: Start, hosts: &[&str]) -> Start {
        let flags = self.brokers.resolve_flags(hosts);
        start.with(&flags.iter().map(String::as_str).collect::<Vec<_>>())
    }

    /// Starts the usual operator and waits until it is ready.
    pub(crate) fn operator(&self) -> Operator {
        self.run(&self.start())
    }

    /// Starts this one and waits until it is ready.
    pub(crate) fn run(&self, start: &Start) -> Operator {
        if let (Some(_), Some(namespace)) = (&start.token, &start.lease) {
            granted::may_lead(self.kube(), &start.user, &[], namespace);
        }
        let operator = start.run(self.plane);
        operator.ready();
        operator
    }

    /// A cluster as its user writes it.
    pub(crate) fn cluster_file(&self, name: &str, spec: &Value) -> Value {
        json!({
            "apiVersion": "rivven.hupe1980.github.io/v1alpha1",
            "kind": "RivvenCluster",
            "metadata": { "name": name, "namespace": self.namespace },
            "spec": spec,
        })
    }

    /// Applies a cluster.
    pub(crate) fn cluster(&self, name: &str, spec: &Value) -> Value {
        self.kube().apply(CLUSTERS, &self.cluster_file(name, spec))
    }

    /// Applies a cluster and waits until it is ready and the operator is done with it.
    pub(crate) fn settled(&self, name: &str, spec: &Value) {
        self.cluster(name, spec);
        self.is_ready(name);
        self.is_quiet(seconds(2));
    }

    /// Applies a topic.
    pub(crate) fn topic(&self, name: &str, spec: &Value) -> Value {
        let topic = json!({
            "apiVersion": "rivven.hupe1980.github.io/v1alpha1",
            "kind": "RivvenTopic",
            "metadata": { "name": name, "namespace": self.namespace },
            "spec": spec,
        });
        self.kube().apply(TOPICS, &topic)
    }

    /// The cluster of this name, as it is.
    pub(crate) fn seen(&self, name: &str) -> Value {
        self.kube().get(CLUSTERS, &self.namespace, name).unwrap_or_default()
    }

    /// Waits until a cluster is ready, in its newest generation, and returns it.
    pub(crate) fn is_ready(&self, name: &str) -> Value {
        self.told(name, "Ready", "True", SOON)
    }

    /// Waits until a condition of a cluster says this of the newest generation.
    pub(crate) fn told(&self, name: &str, condition: &str, status: &str, most: Duration) -> Value {
        let what = format!("{condition}={status} of cluster {name} in {}", self.namespace);
        until(&what, most, || says(self.seen(name), condition, status)).0
    }

    /// The same of a topic.
    pub(crate) fn topic_told(&self, name: &str, condition: &str, status: &str) -> Value {
        let what = format!("{condition}={status} of topic {name} in {}", self.namespace);
        let seen = || self.kube().get(TOPICS, &self.namespace, name).unwrap_or_default();
        until(&what, seconds(40), || says(seen(), condition, status)).0
    }

    /// What events of its namespace say.
    pub(crate) fn notes(&self) -> Vec<String> {
        let events = self.kube().list(EVENTS, &self.namespace);
        let text = |event: &Value| {
            let (reason, note) = (event["reason"].as_str(), event["note"].as_str());
            format!("{}: {}", reason.unwrap_or_default(), note.unwrap_or_default())
        };
        events.iter().map(text).collect()
    }

    /// What its operator has asked for so far.
    pub(crate) fn log(&self) -> Vec<Arc<Entry>> {
        self.plane.audit.of_user(&self.user)
    }

    /// What it has written so far.
    pub(crate) fn writes(&self) -> Vec<Arc<Entry>> {
        of_class(&self.log(), Class::Write)
    }

    /// Waits until nothing was written for so long.
    pub(crate) fn is_quiet(&self, how_long: Duration) {
        let mut count = self.writes().len();
        let mut since = std::time::Instant::now();
        until("the operator to be quiet", seconds(60), || {
            let now = self.writes().len();
            if now != count {
                (count, since) = (now, std::time::Instant::now());
            }
            if since.elapsed() > how_long { Ok(()) } else { Err(format!("{count} writes")) }
        });
    }

    /// Everything that there is of clusters and topics in a namespace, without what differs from
    /// one time to the next.
    pub(crate) fn state(&self, namespace: &str) -> Vec<Value> {
        let mut all = Vec::new();
        for kind in PARTS {
            for mut object in self.kube().list(*kind, namespace) {
                if object["metadata"]["name"] == "kube-root-ca.crt" {
                    continue;
                }
                crate::normal::normalise(&mut object, namespace);
                all.push(object);
            }
        }
        all.sort_by_key(crate::normal::name);
        all
    }
}

/// Whether a condition of the newest generation says this.
pub(crate) fn says(resource: Value, condition: &str, status: &str) -> Result<Value, String> {
    let conditions = resource["status"]["conditions"].as_array().cloned().unwrap_or_default();
    let generation = &resource["metadata"]["generation"];
    let is = conditions.iter().any(|one| {
        one["type"] == condition
            && one["status"] == status
            && one["observedGeneration"] == *generation
    });
    if is { Ok(resource) } else { Err(json!(conditions).to_string()) }
}

/// A condition of a resource.
pub(crate) fn condition(resource: &Value, name: &str) -> Value {
    let conditions = resource["status"]["conditions"].as_array().cloned().unwrap_or_default();
    conditions.into_iter().find(|one| one["type"] == name).unwrap_or_default()
}
