//! What a spec promises of its broker, and whether it is so. It is read from the spec and not from
//! what was rendered of it, so that a setting that goes lost on the way is noticed.

use std::time::Duration;

use rivven_protocol::{Request, Response};
use serde_json::Value;

use crate::{client::Client, kubelet::Running, rendered::Pod};

/// More than a record's topic, key and frame take.
const FRAME: usize = 64 * 1024;
/// Segments that are larger are not filled here, and with more connections than this no test is
/// made: it would take as many files.
const SEGMENT_MAX: u64 = 4 << 20;
const CONNECTIONS_MAX: u32 = 200;

/// What a spec promises of each broker.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Promises {
    partitions: u32,
    message_bytes: usize,
    segment_bytes: u64,
    api_port: u16,
    connections: u32,
}

impl Promises {
    /// Of a cluster's resource, with the defaults that its definition tells.
    pub(crate) fn of(resource: &Value) -> Self {
        let (config, raw) = (&resource["spec"]["config"], &resource["spec"]["config"]["raw"]);
        let number = |of: &Value, name: &str, default: u64| of[name].as_u64().unwrap_or(default);
        let small = |number: u64| u32::try_from(number).expect("the schema bounds it");
        let connections = raw["max-connections-per-ip"].as_str().unwrap_or("100");
        Self {
            partitions: small(number(config, "defaultPartitions", 3)),
            message_bytes: small(number(config, "maxMessageBytes", 1 << 20)) as usize,
            segment_bytes: number(config, "logSegmentBytes", 1 << 30),
            api_port: u16::try_from(number(&resource["spec"]["metrics"], "port", 9090))
                .expect("the schema bounds it"),
            connections: connections.parse().expect("only a number is valid"),
        }
    }

    /// Looks whether it is so.
    ///
    /// # Errors
    ///
    /// What is otherwise.
    pub(crate) fn kept(&self, pod: &Pod, running: &Running) -> Result<(), String> {
        self.ports(pod, running)?;
        self.api(pod, running)?;
        self.topics(pod, running)?;
        if self.connections <= CONNECTIONS_MAX {
            self.connections(pod, running)?;
        }
        let strayed = running.strayed();
        same("what is written beside the volume", &strayed, &Vec::new())
    }

    fn ports(&self, pod: &Pod, running: &Running) -> Result<(), String> {
        same("the port of metrics", &pod.ports["metrics"], &self.api_port)?;
        let mut named: Vec<u16> = pod.ports.values().copied().collect();
        named.sort_unstable();
        same("the ports that are open", &running.listens(), &named)
    }

    fn api(&self, pod: &Pod, running: &Running) -> Result<(), String> {
        let page = |path| {
            let page = running.page(self.api_port, path, Duration::from_secs(5));
            page.map_err(|error| format!("{path}: {error}"))
        };
        let (_, health) = page("/health")?;
        let body = health.rsplit("\r\n\r\n").next().unwrap_or_default();
        let health: Value = serde_json::from_str(body).map_err(|error| error.to_string())?;
        same("its name", &health["node_id_str"], &Value::from(pod.name.as_str()))?;
        let (code, metrics) = page("/metrics")?;
        same("the code of /metrics", &code, &200)?;
        let told = metrics.contains(&format!("node_id_str=\"{}\"", pod.name));
        same("that /metrics names the broker", &told, &true)?;
        let (code, _) = page("/nothing")?;
        same("that a path that does not exist is answered 200", &(code == 200), &false)
    }

    fn topics(&self, pod: &Pod, running: &Running) -> Result<(), String> {
        let connect = || Client::connect(running.at(pod.ports["client"]));
        let mut client = connect().map_err(|error| format!("a client connects: {error}"))?;
        let topic = "what.a-spec_promises";
        let created = client
            .ask(&Request::CreateTopic { name: topic.to_owned(), partitions: None })
            .map_err(|error| error.to_string())?;
        let Response::TopicCreated { partitions, .. } = created else {
            return Err(format!("a topic is created: {created:?}"));
        };
        same("the partitions of a topic", &partitions, &self.partitions)?;
        let largest = |why: String| format!("the largest message is written: {why}");
        let offset = client.publish(topic, self.message_bytes).map_err(largest)?;
        let length = client.length(topic, offset).map_err(|why| format!("it is read: {why}"))?;
        same("the bytes that are read", &length, &self.message_bytes)?;
        let mut other = connect().map_err(|error| format!("a client connects: {error}"))?;
        let too_large = other.publish(topic, self.message_bytes + FRAME);
        same("that more is refused", &too_large.is_err(), &true)?;
        if self.segment_bytes > SEGMENT_MAX {
            return Ok(());
        }
        for _ in 0..=self.segment_bytes / self.message_bytes as u64 {
            client.publish(topic, self.message_bytes).map_err(largest)?;
        }
        let segments = running.files(&format!("{topic}/partition-0"), ".log");
        same("that there is more than one segment", &(segments > 1), &true)
    }

    fn connections(&self, pod: &Pod, running: &Running) -> Result<(), String> {
        let connect = || Client::connect(running.at(pod.ports["client"]));
        let mut clients = Vec::new();
        for number in 1..=self.connections {
            let client = connect();
            clients.push(client.map_err(|why| format!("connection {number}: {why}"))?);
        }
        same("that there is one connection more", &connect().is_ok(), &false)
    }
}

fn same<T: PartialEq + std::fmt::Debug>(what: &str, is: &T, wanted: &T) -> Result<(), String> {
    if is == wanted { Ok(()) } else { Err(format!("{what}: {is:?}, and not {wanted:?}")) }
}
