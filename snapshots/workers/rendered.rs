//! What is rendered of a RivvenConnect, as `plan -o manifests` prints it.

use serde_json::{Value, json};
use sluicegate_effects::yaml;

use crate::command;

/// A worker, as far as its program can notice it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Worker {
    /// Its file.
    pub(crate) file: String,
    /// The variables that it has from Secrets.
    pub(crate) secrets: Vec<String>,
}

/// The workers that a resource leads to beside a cluster that lets it in and has no topic, those of
/// sources that end last.
pub(crate) fn workers(resource: &Value) -> Vec<Worker> {
    workers_beside(resource, &json!({}))
}

/// The same beside a cluster that has these topics, each with its partitions.
pub(crate) fn workers_beside(resource: &Value, topics: &Value) -> Vec<Worker> {
    workers_after(resource, topics, &Value::Null)
}

/// The same where it has run before and this was told of its connectors.
pub(crate) fn workers_after(resource: &Value, topics: &Value, told: &Value) -> Vec<Worker> {
    let own = &resource["metadata"]["namespace"];
    let wanted = &resource["spec"]["clusterRef"];
    let home = if wanted["namespace"].is_null() { own } else { &wanted["namespace"] };
    let cluster = json!({
        "apiVersion": "rivven.hupe1980.github.io/v1alpha1",
        "kind": "RivvenCluster",
        "metadata": { "name": wanted["name"], "namespace": home },
        "spec": { "replicas": 1, "topicNamespaces": ["*"] },
    });
    let mut resource = resource.clone();
    if let Some(annotations) = resource["metadata"].get_mut("annotations") {
        *annotations = json!({});
    }
    let mut settled = vec![cluster];
    let mut status = String::new();
    if !told.is_null() {
        settled.push(resource.clone());
        let which = json!({
            "kind": "RivvenConnect", "namespace": own, "name": resource["metadata"]["name"],
        });
        let told = json!({ "status": { "connectorStatuses": told } });
        status = format!("---\n{}\n", json!({ "patch": which, "merge": told }));
    }
    let state = json!({ "observed": { "settled": settled } });
    let broker = json!({
        "namespace": home, "cluster": wanted["name"], "ordinal": 0, "port": 9292,
    });
    let answer = json!({
        "probe": { "topics": broker }, "answer": { "topics": topics },
    });
    let text = format!("{resource}\n---\n{state}\n---\n{answer}\n{status}");
    let (_, manifests, _) = command::run(&["plan", "-f", "-", "-o", "manifests"], text.as_bytes());
    let documents = yaml::parse("manifests", &manifests).expect("what is printed is YAML");
    let objects: Vec<Value> =
        yaml::flatten(documents).into_iter().map(|document| document.into_value()).collect();
    let mut workers: Vec<Worker> = Vec::new();
    for kind in ["Deployment", "Job"] {
        let own = objects.iter().filter(|object| object["kind"] == kind);
        workers.extend(own.map(|object| worker(&objects, object)));
    }
    workers
}

fn worker(objects: &[Value], workload: &Value) -> Worker {
    let pod = &workload["spec"]["template"]["spec"];
    let volumes = pod["volumes"].as_array().into_iter().flatten();
    let mut mounted = volumes.filter_map(|volume| volume["configMap"]["name"].as_str());
    let name = mounted.next().expect("a worker has a file");
    let of = |one: &&Value| one["kind"] == "ConfigMap" && one["metadata"]["name"] == name;
    let file = objects.iter().find(of).expect("its file is rendered with it");
    let env = pod["containers"][0]["env"].as_array().into_iter().flatten();
    let secret = |one: &&Value| !one["valueFrom"]["secretKeyRef"].is_null();
    let secrets = env.filter(secret).filter_map(|one| one["name"].as_str());
    let secrets: Vec<String> = secrets.map(str::to_owned).collect();
    assert_eq!(pod["initContainers"][0]["env"], pod["containers"][0]["env"]);
    let file = file["data"]["pipeline.yaml"].as_str().expect("it is a text").to_owned();
    Worker { file, secrets }
}
