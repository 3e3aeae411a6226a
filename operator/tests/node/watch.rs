//! The pods of a namespace, as a watch tells of them: every state that one was in, and when. What
//! was away for a moment only is in it too.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use http::Request;
use http_body_util::BodyExt as _;
use kube_client::client::Body;
use serde_json::Value;
use tokio::task::JoinHandle;

use crate::kube::{client, runtime};

/// A pod came, changed or went.
#[derive(Clone)]
struct Change {
    at: Instant,
    name: String,
    gone: bool,
    pod: Value,
}

/// How a pod ended that was deleted.
#[derive(Clone, Debug)]
pub(crate) struct End {
    pub(crate) name: String,
    /// Of its container; nothing if nobody said.
    pub(crate) code: Option<i64>,
    /// From when it was asked to end until it was gone.
    pub(crate) took: Duration,
    pub(crate) grace: Duration,
}

/// A watch. It ends with its scenario.
pub(crate) struct Watch {
    changes: Arc<Mutex<Vec<Change>>>,
    task: JoinHandle<()>,
}

impl Watch {
    /// Of the pods of a namespace, from now on.
    pub(crate) fn pods(kubeconfig: &Path, namespace: &str) -> Self {
        let client = client(kubeconfig);
        let path = format!("/api/v1/namespaces/{namespace}/pods?watch=1");
        let changes = Arc::default();
        let told = Arc::clone(&changes);
        let task = runtime().spawn(async move {
            let request = Request::get(path).body(Body::empty()).expect("it is a request");
            let answer = client.send(request).await.expect("the API server answers");
            let (mut body, mut rest) = (answer.into_body(), Vec::new());
            while let Some(Ok(frame)) = body.frame().await {
                rest.extend(frame.into_data().unwrap_or_default());
                while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
                    let line: Vec<u8> = rest.drain(..=end).collect();
                    note(&told, serde_json::from_slice(&line).expect("an event is JSON"));
                }
            }
        });
        Self { changes, task }
    }

    /// How every pod ended that is gone.
    pub(crate) fn ends(&self) -> Vec<End> {
        let (mut asked, mut codes, mut ends) = (BTreeMap::new(), BTreeMap::new(), Vec::new());
        for change in self.so_far() {
            let (uid, pod) = (change.pod["metadata"]["uid"].to_string(), &change.pod);
            let state = &pod["status"]["containerStatuses"][0]["state"]["terminated"];
            if let Some(code) = state["exitCode"].as_i64() {
                codes.insert(uid.clone(), code);
            }
            let deleted = &pod["metadata"]["deletionTimestamp"];
            if !deleted.is_null() {
                asked.entry(uid.clone()).or_insert(change.at);
            }
            if let (true, Some(since)) = (change.gone, asked.get(&uid)) {
                let grace = pod["spec"]["terminationGracePeriodSeconds"].as_u64();
                ends.push(End {
                    name: change.name,
                    code: codes.get(&uid).copied(),
                    took: change.at - *since,
                    grace: Duration::from_secs(grace.unwrap_or(30)),
                });
            }
        }
        ends
    }

    /// Of these pods, the most that were away at one time after a moment; a pod is away that is not
    /// there or not ready.
    pub(crate) fn away_most(&self, names: &[String], since: Instant) -> usize {
        let mut ready: BTreeSet<String> = BTreeSet::new();
        let mut most = 0;
        let mut count = |ready: &BTreeSet<String>| {
            let away = names.iter().filter(|name| !ready.contains(*name)).count();
            most = most.max(away);
        };
        let (before, after): (Vec<_>, Vec<_>) =
            self.so_far().into_iter().partition(|change| change.at < since);
        let take = |change: &Change, ready: &mut BTreeSet<String>| {
            match change.is_ready() {
                true => ready.insert(change.name.clone()),
                false => ready.remove(&change.name),
            };
        };
        before.iter().for_each(|change| take(change, &mut ready));
        count(&ready);
        for change in &after {
            take(change, &mut ready);
            count(&ready);
        }
        most
    }

    /// For each connector, the most pods that had it at one time: those that have not ended, and
    /// those on their way out too.
    pub(crate) fn most_at_once(&self) -> BTreeMap<String, usize> {
        let (mut now, mut most) = (BTreeMap::new(), BTreeMap::new());
        for change in self.so_far() {
            let ended =
                matches!(change.pod["status"]["phase"].as_str(), Some("Succeeded" | "Failed"));
            let names = change.pod["metadata"]["annotations"]["sluicegate/connectors"].as_str();
            for name in names.unwrap_or_default().split(',').filter(|name| !name.is_empty()) {
                let pods: &mut BTreeSet<String> = now.entry(name.to_owned()).or_default();
                match change.gone || ended {
                    true => pods.remove(&change.name),
                    false => pods.insert(change.name.clone()),
                };
                let most = most.entry(name.to_owned()).or_default();
                *most = pods.len().max(*most);
            }
        }
        most
    }

    fn so_far(&self) -> Vec<Change> {
        self.changes.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Change {
    fn is_ready(&self) -> bool {
        !self.gone && is_ready(&self.pod)
    }
}

/// Whether a pod says so of itself.
pub(crate) fn is_ready(pod: &Value) -> bool {
    let conditions = pod["status"]["conditions"].as_array();
    let mut conditions = conditions.into_iter().flatten();
    conditions.any(|one| one["type"] == "Ready" && one["status"] == "True")
}

fn note(changes: &Mutex<Vec<Change>>, mut event: Value) {
    let pod = event["object"].take();
    let Some(name) = pod["metadata"]["name"].as_str().map(str::to_owned) else { return };
    let gone = event["type"] == "DELETED";
    let change = Change { at: Instant::now(), name, gone, pod };
    changes.lock().unwrap_or_else(PoisonError::into_inner).push(change);
}
