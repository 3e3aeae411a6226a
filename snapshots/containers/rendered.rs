//! What is rendered: the pods that every resource leads to, as `plan -o manifests` prints them.
//!
//! A pod is reduced to what its program can notice. Many resources lead to the same.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sluicegate_effects::yaml;

use crate::command;

/// A pod, as far as its one program can notice it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Pod {
    /// Its name: of the first of its set.
    pub(crate) name: String,
    pub(crate) image: String,
    /// In the place of the image's own, if there are any.
    pub(crate) command: Vec<String>,
    pub(crate) args: Vec<String>,
    /// As the kubelet gives it: what is named `from` first, then what stands alone.
    pub(crate) env: BTreeMap<String, String>,
    /// By their names.
    pub(crate) ports: BTreeMap<String, u16>,
    /// Where its volumes are mounted.
    pub(crate) mounts: Vec<String>,
    pub(crate) probes: Probes,
    pub(crate) grace_seconds: u64,
}

/// The probes of a container.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Probes {
    pub(crate) startup: Option<Probe>,
    pub(crate) liveness: Option<Probe>,
    pub(crate) readiness: Option<Probe>,
}

/// A probe, with every default of Kubernetes filled in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Probe {
    pub(crate) how: How,
    pub(crate) timeout_seconds: u64,
    pub(crate) period_seconds: u64,
    pub(crate) success_threshold: u64,
    pub(crate) failure_threshold: u64,
}

/// What a probe does at a port.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum How {
    /// Gets this path.
    Http(u16, String),
    /// Connects.
    Tcp(u16),
}

/// The pods that a resource leads to in a cluster that has nothing; and, where there are none, what
/// was said instead.
pub(crate) fn pods(resource: &Value) -> Result<Vec<Pod>, String> {
    let text = resource.to_string();
    let run = |more: &[&str]| {
        let common = ["plan", "-f", "-", "--state", "empty"];
        command::run(&[&common, more].concat(), text.as_bytes())
    };
    let (_, manifests, complaints) = run(&["-o", "manifests"]);
    let documents = yaml::parse("manifests", &manifests).expect("what is printed is YAML");
    let objects: Vec<Value> =
        yaml::flatten(documents).into_iter().map(|document| document.into_value()).collect();
    let sets = objects.iter().filter(|object| !object["spec"]["template"]["spec"].is_null());
    let pods: Vec<Pod> = sets.map(|set| pod(set, &objects)).collect();
    if pods.is_empty() { Err(complaints + &run(&[]).1) } else { Ok(pods) }
}

fn pod(set: &Value, objects: &[Value]) -> Pod {
    let spec = &set["spec"]["template"]["spec"];
    let [container] = items(&spec["containers"]) else { panic!("one container: {spec}") };
    assert_eq!(spec["initContainers"], Value::Null, "nothing here would run them");
    let name = format!("{}-0", text(&set["metadata"]["name"]));
    let metadata = json!({
        "name": name,
        "namespace": set["metadata"]["namespace"],
    });
    let port = |port: &Value| {
        let number = port["containerPort"].as_u64().and_then(|number| u16::try_from(number).ok());
        (text(&port["name"]), number.expect("a port is a number"))
    };
    let ports: BTreeMap<String, u16> = items(&container["ports"]).iter().map(port).collect();
    let probe = |which: &str| container.get(which).map(|one| probe(one, &ports));
    Pod {
        env: environment(container, &metadata, objects),
        image: text(&container["image"]),
        command: items(&container["command"]).iter().map(text).collect(),
        args: items(&container["args"]).iter().map(text).collect(),
        mounts: mounts(container, set),
        probes: Probes {
            startup: probe("startupProbe"),
            liveness: probe("livenessProbe"),
            readiness: probe("readinessProbe"),
        },
        grace_seconds: spec["terminationGracePeriodSeconds"].as_u64().unwrap_or(30),
        name,
        ports,
    }
}

/// As the kubelet puts it together. What it cannot resolve would keep the container from starting.
fn environment(container: &Value, metadata: &Value, objects: &[Value]) -> BTreeMap<String, String> {
    let mut env = BTreeMap::new();
    for from in items(&container["envFrom"]) {
        let wanted = &from["configMapRef"]["name"];
        let named = |object: &&Value| {
            object["kind"] == "ConfigMap" && object["metadata"]["name"] == *wanted
        };
        let found = objects.iter().find(named).unwrap_or_else(|| panic!("no {wanted}: {from}"));
        let data = found["data"].as_object().into_iter().flatten();
        let prefix = from["prefix"].as_str().unwrap_or_default();
        env.extend(data.map(|(name, value)| (format!("{prefix}{name}"), text(value))));
    }
    for variable in items(&container["env"]) {
        let from = &variable["valueFrom"];
        let field = from["fieldRef"]["fieldPath"].as_str();
        let value = match field.and_then(|path| path.strip_prefix("metadata.")) {
            Some(field) => text(&metadata[field]),
            // There are no Secrets here, and our own variables are in none.
            None if from["secretKeyRef"].is_object() => "of a Secret".to_owned(),
            None => {
                assert!(from.is_null(), "nothing here can look it up: {from}");
                variable.get("value").map(text).unwrap_or_default()
            }
        };
        assert!(!value.contains("$("), "nothing here expands {value}");
        env.insert(text(&variable["name"]), value);
    }
    env
}

/// Where its volumes are. One that is declared nowhere would keep the pod from being created.
fn mounts(container: &Value, set: &Value) -> Vec<String> {
    let of_pod = items(&set["spec"]["template"]["spec"]["volumes"]).iter();
    let declared = of_pod.map(|volume| &volume["name"]);
    let claimed = items(&set["spec"]["volumeClaimTemplates"]).iter();
    let declared: Vec<&Value> =
        declared.chain(claimed.map(|claim| &claim["metadata"]["name"])).collect();
    let mount = |mount: &Value| {
        assert!(declared.contains(&&mount["name"]), "{mount} is mounted and not declared");
        text(&mount["mountPath"])
    };
    items(&container["volumeMounts"]).iter().map(mount).collect()
}

fn probe(probe: &Value, ports: &BTreeMap<String, u16>) -> Probe {
    let port = |port: &Value| match port.as_str() {
        Some(name) => ports[name],
        None => port.as_u64().and_then(|it| u16::try_from(it).ok()).expect("a port"),
    };
    let number = |name: &str, default| probe[name].as_u64().unwrap_or(default);
    let how = match (probe.get("httpGet"), probe.get("tcpSocket")) {
        (Some(get), None) => {
            assert!(get["scheme"].as_str().is_none_or(|scheme| scheme == "HTTP"), "{get}");
            How::Http(port(&get["port"]), get["path"].as_str().unwrap_or("/").to_owned())
        }
        (None, Some(tcp)) => How::Tcp(port(&tcp["port"])),
        _ => panic!("nothing here can do this: {probe}"),
    };
    Probe {
        how,
        timeout_seconds: number("timeoutSeconds", 1),
        period_seconds: number("periodSeconds", 10),
        success_threshold: number("successThreshold", 1),
        failure_threshold: number("failureThreshold", 3),
    }
}

fn items(list: &Value) -> &[Value] {
    list.as_array().map(Vec::as_slice).unwrap_or_default()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}
