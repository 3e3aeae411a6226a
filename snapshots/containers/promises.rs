//! What a spec promises of its broker, and whether it is so. It is read from the spec and not from
//! what was rendered of it, so that a setting that goes lost on the way is noticed.

use std::time::Duration;

use rivven_protocol::{Request, Response};
use serde_json::Value;

use crate::{client::Client, kubelet::Running, rendered::Pod};

/// More than a record's topic, key and frame take.
const FRAME: usize = 64 * 1024;
/// The clients of release 0.0.22 send and read no more at once, whatever the broker takes.
const CLIENTS_MAX: usize = 10 << 20;
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
        let limit = |name: &str, default: u32| match raw[name].as_str() {
            Some(text) => text.parse().expect("only a number is valid"),
            None => default,
        };
        let (one, all) = ("max-connections-per-ip", "max-total-connections");
        Self {
            partitions: small(number(config, "defaultPartitions", 3)),
            message_bytes: small(number(config, "maxMessageBytes", 1 << 20)) as usize,
            segment_bytes: number(config, "logSegmentBytes", 1 << 30),
            api_port: u16::try_from(number(&resource["spec"]["metrics"], "port", 9090))
                .expect("the schema bounds it"),
            connections: limit(one, 100).min(limit(all, 10_000)),
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
        let topic = "what.a-spec_promises";
        let mut client = patiently(pod, running)?;
        let created = client
            .ask(&Request::CreateTopic { name: topic.to_owned(), partitions: None })
            .map_err(|error| error.to_string())?;
        let Response::TopicCreated { partitions, .. } = created else {
            return Err(format!("a topic is created: {created:?}"));
        };
        same("the partitions of a topic", &partitions, &self.partitions)?;
        let bytes = self.message_bytes.min(CLIENTS_MAX - FRAME);
        let largest = |why: String| format!("the largest message is written: {why}");
        let offset = client.publish(topic, bytes).map_err(largest)?;
        let length = client.length(topic, offset).map_err(|why| format!("it is read: {why}"))?;
        same("the bytes that are read", &length, &bytes)?;
        let too_large = client.publish(topic, self.message_bytes + FRAME);
        same("that more is refused", &too_large.is_err(), &true)?;
        drop(client);
        if self.segment_bytes > SEGMENT_MAX {
            return Ok(());
        }
        let mut client = patiently(pod, running)?;
        for _ in 0..=self.segment_bytes / bytes as u64 {
            client.publish(topic, bytes).map_err(largest)?;
        }
        let segments = running.files(&format!("{topic}/partition-0"), ".log");
        same("that there is more than one segment", &(segments > 1), &true)
    }

    fn connections(&self, pod: &Pod, running: &Running) -> Result<(), String> {
        let mut clients = Vec::new();
        for number in 1..=self.connections {
            let client = patiently(pod, running);
            clients.push(client.map_err(|why| format!("connection {number}: {why}"))?);
        }
        let more = Client::connect(running.at(pod.ports["client"])).is_ok();
        same("that there is one connection more", &more, &false)
    }
}

/// A connection. One that was closed is counted by the broker for a moment longer.
pub(crate) fn patiently(pod: &Pod, running: &Running) -> Result<Client, String> {
    let mut tries = 0;
    loop {
        match Client::connect(running.at(pod.ports["client"])) {
            Ok(client) => return Ok(client),
            Err(error) if tries == 20 => return Err(format!("a client connects: {error}")),
            Err(_) => tries += 1,
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn same<T: PartialEq + std::fmt::Debug>(what: &str, is: &T, wanted: &T) -> Result<(), String> {
    if is == wanted { Ok(()) } else { Err(format!("{what}: {is:?}, and not {wanted:?}")) }
}
