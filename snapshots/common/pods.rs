//! What our check says of the parts of a pod that a spec passes on, a real API server says of what
//! the builders make of it: every field of those parts, right and wrong in one way, applied dry as
//! the operator applies it.

use std::collections::{BTreeMap, BTreeSet};

use http::{Method, header::CONTENT_TYPE};
use serde_json::Value;
use sluicegate_core::systems::rivven::cluster::{Cluster, unjudged};
use sluicegate_effects::{
    Error,
    live::{ApiServer, DEADLINE, Request},
};
use tokio::task::JoinSet;

use crate::{cases, judges::Judges};

/// The parts of a spec that reach a pod, its volumes or its Service as they are written.
const PARTS: &[&str] = &[
    "affinity",
    "tolerations",
    "topologySpreadConstraints",
    "env",
    "securityContext",
    "containerSecurityContext",
    "nodeSelector",
    "podLabels",
    "podAnnotations",
    "image",
    "imagePullPolicy",
    "imagePullSecrets",
    "resources",
    "serviceAccount",
    "service",
    "metrics",
    "storage",
    "livenessProbe",
    "readinessProbe",
];

/// What a kubelet refuses, or the pod that is made of a template, and no API server the template:
/// refused by us, by these rules. Each is seen on the node
/// (`operator/tests/node/scenarios/later.rs`).
const LATER: &[(&str, &str)] = &[
    ("CLU-40", "matchLabelKeys that the selector has: the pod is refused once they are merged"),
    ("CLU-41", "the same of a spread; API servers before 1.34 refuse the template"),
    ("CLU-49", "an image that is no reference: InvalidImageName"),
    ("CLU-50", "memory of thousandths of a byte, or of so few that nothing starts"),
];

/// What we refuse on purpose and Kubernetes takes: rules, and bounds of our own by their fields.
const OURS: &[(&str, &str)] = &[
    ("CLU-10", "variables that the broker or the linker reads are the operator's"),
    ("CLU-12", "labels that are the operator's"),
    ("CLU-13", "annotations that are the operator's"),
    ("CLU-14", "the restricted Pod Security Standard"),
    ("CLU-15", "the same"),
    ("CLU-16", "the same"),
    ("CLU-17", "the same"),
    ("CLU-18", "the same"),
    ("CLU-19", "the same"),
    ("CLU-20", "the same"),
    ("CLU-21", "the same"),
    ("CLU-22", "the same"),
    ("CLU-23", "the same"),
    ("CLU-24", "the same"),
    ("CLU-25", "the headless Service would have a port twice; it is not sent here"),
    ("CLU-28", "said once more where Kubernetes rounds"),
    ("CLU-44", "room for the annotations that the operator adds"),
    ("CLU-46", "the monitor is not sent here"),
    ("spec.imagePullSecrets[", "names that no Secret can have; Kubernetes looks for them in vain"),
    (".preference: Required", "the published schema of Kubernetes asks for it, its API server not"),
    ("must have", "a length or a number of items of ours, so that CEL stays cheap"),
    ("spec.metrics", "the monitor is not sent here, and ports below 1024 are for root"),
    ("spec.env", "names as shells have them"),
    ("spec.livenessProbe", "ranges of our own"),
    ("spec.readinessProbe", "ranges of our own"),
    ("spec.image:", "no blanks and no double separators"),
    ("spec.storage.deletionPolicy", "it is the operator's"),
];

/// How many are sent, at most.
const MOST: usize = 6_000;
/// How many requests are under way at once.
const AT_ONCE: usize = 8;

/// One spec: what we say of it, and what it comes to.
struct Pod {
    name: String,
    ours: Vec<String>,
    objects: Vec<String>,
}

/// What came of asking.
#[derive(Default)]
pub(crate) struct Outcome {
    /// How many specs were judged.
    pub judged: usize,
    /// How many of them both refuse.
    pub refused: usize,
    /// How many we refuse that only a kubelet, or the pod, would be.
    pub later: usize,
    /// How many we refuse on purpose.
    pub stricter: usize,
    /// Where the two differ.
    pub differences: Vec<String>,
}

type Bodies = BTreeMap<String, (String, Value)>;

/// Every spec, once for what it comes to, and the objects by their text.
fn corpus(home: &str) -> (Vec<Pod>, Bodies) {
    let judges = Judges::of::<Cluster>();
    let (mut pods, mut bodies, mut known) = (Vec::new(), Bodies::new(), BTreeSet::new());
    let of_a_part = |name: &str| {
        let part = name.strip_prefix("/spec/").and_then(|rest| rest.split(['/', ' ']).next());
        part.is_some_and(|part| PARTS.contains(&part))
    };
    let all = cases::boundaries::<Cluster>(&judges);
    let all: Vec<_> = all.into_iter().filter(|case| of_a_part(&case.name)).collect();
    for case in crate::spread(all, MOST) {
        // What is of another type cannot come to anything.
        let Ok(cluster) = serde_json::from_value(case.new.clone()) else { continue };
        let mut objects = Vec::new();
        for mut body in unjudged(&cluster) {
            body["metadata"]["namespace"] = home.into();
            let plural = match body["kind"].as_str() {
                Some("StatefulSet") => "apis/apps/v1/namespaces/{}/statefulsets",
                _ => "api/v1/namespaces/{}/services",
            };
            let name = body["metadata"]["name"].as_str().unwrap_or_default();
            let path = format!("/{}/{name}", plural.replace("{}", home));
            let text = body.to_string();
            bodies.entry(text.clone()).or_insert((path, body));
            objects.push(text);
        }
        let ours = judges.ours::<Cluster>(&case.new, None);
        let ours: Vec<String> = ours.into_iter().map(|(_, text)| text).collect();
        // Such as an empty list for an object, which decodes and is stored by nobody.
        if ours.iter().any(|text| text.contains("Invalid type")) {
            continue;
        }
        if known.insert((ours.clone(), objects.clone())) {
            pods.push(Pod { name: case.name, ours, objects });
        }
    }
    (pods, bodies)
}

/// Asks the API server about all, several at once, and compares.
pub(crate) async fn compared(server: &ApiServer, home: &str) -> Outcome {
    let (pods, bodies) = corpus(home);
    let mut shares: Vec<Vec<(String, (String, Value))>> = vec![Vec::new(); AT_ONCE];
    for (at, one) in bodies.into_iter().enumerate() {
        shares[at % AT_ONCE].push(one);
    }
    let mut under_way = JoinSet::new();
    for share in shares {
        let server = server.clone();
        under_way.spawn(async move {
            let mut refusals = BTreeMap::new();
            for (text, (path, body)) in share {
                if let Some(refusal) = refusal(server.send(apply(&path, &body)).await) {
                    refusals.insert(text, refusal);
                }
            }
            refusals
        });
    }
    let refusals: BTreeMap<String, String> =
        under_way.join_all().await.into_iter().flatten().collect();
    let mut outcome = Outcome { judged: pods.len(), ..Outcome::default() };
    for pod in &pods {
        let theirs = pod.objects.iter().find_map(|text| refusals.get(text));
        outcome.add(pod, theirs);
    }
    outcome
}

impl Outcome {
    fn add(&mut self, pod: &Pod, theirs: Option<&String>) {
        let within =
            |table: &[(&str, &str)], text: &str| table.iter().any(|(mark, _)| text.contains(mark));
        match (pod.ours.is_empty(), theirs) {
            (true, None) => {}
            (false, Some(_)) => self.refused += 1,
            (true, Some(theirs)) => {
                let name = &pod.name;
                self.differences.push(format!("{name}\nours: taken\nthe API server: {theirs}"));
            }
            (false, None) if pod.ours.iter().any(|text| within(LATER, text)) => self.later += 1,
            (false, None) if pod.ours.iter().any(|text| within(OURS, text)) => self.stricter += 1,
            (false, None) => {
                let text = format!("{}\nours: {:?}\nthe API server: taken", pod.name, pod.ours);
                self.differences.push(text);
            }
        }
    }
}

/// Why it was refused; nothing if it was taken.
fn refusal(answer: Result<Value, Error>) -> Option<String> {
    match answer {
        Ok(_) => None,
        Err(Error::Api { source, .. }) => {
            // A list that is kept by a key and has one twice is a 500.
            let judged = matches!(source.code, 400 | 422 | 500);
            assert!(judged, "{}: {}", source.code, source.message);
            Some(source.message.clone())
        }
        Err(other) => panic!("{}", other.in_full()),
    }
}

fn apply(path: &str, body: &Value) -> Request {
    let path = format!("{path}?dryRun=All&fieldManager=sluicegate&force=true");
    let sent = serde_json::to_vec(body).expect("a JSON value is JSON");
    let http = http::Request::builder().method(Method::PATCH).uri(&path);
    let http = http.header(CONTENT_TYPE, "application/apply-patch+yaml").body(sent);
    let http = http.expect("the path is one");
    Request { doing: format!("ask {path}"), verb: "patch", deadline: DEADLINE, http }
}
