//! What is lost between the operator and a broker: every kind of change in every way. Whatever
//! becomes of an answer, there is one topic in the end, as it was asked for, and the broker was
//! asked how it is before it was asked for anything again.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use super::seen;
use crate::{
    Scenario,
    brokers::{self, Broker, Fault, Link, Rule},
    kube::TOPICS,
    say,
    scene::{SOON, Scene, condition},
    wait::{seconds, throughout, until},
};

pub(crate) const ALL: &[Scenario] = &[("every_change_may_be_lost_in_every_way", campaign)];

/// Every way in which a request or its answer is lost.
const FAULTS: &[(&str, Fault)] = &[
    ("drops", Fault::Drops),
    ("swallows", Fault::Swallows),
    ("resets", Fault::Resets),
    ("halves", Fault::Halves),
    ("mute", Fault::Mute),
    // Longer than any request may take.
    ("late", Fault::Late(Duration::from_secs(11))),
];
/// Every change that a broker is asked for.
const CHANGES: &[&str] = &["create", "grow", "set", "delete"];
/// How long after a fault everything is as it should be.
const RECOVERY: Duration = seconds(75);

/// One change that is lost in one way: a cluster of its own, so that none is left alone for what
/// became of another, on a broker that all of them share.
struct Case {
    name: String,
    change: &'static str,
    fault: Fault,
    link: Link,
    rule: Option<Arc<Rule>>,
}

impl Case {
    fn spec(&self, after: bool) -> Value {
        let mut spec = json!({
            "clusterRef": { "name": self.name }, "topicName": self.name, "partitions": 2,
            "config": { "compressionType": "producer", "retentionMs": 3_600_000 },
            "deleteOnRemove": true,
        });
        if after && self.change == "grow" {
            spec["partitions"] = json!(5);
        }
        if after && self.change == "set" {
            spec["config"]["retentionMs"] = json!(7_200_000);
        }
        spec
    }

    /// Asks for the change.
    fn play(&self, scene: &Scene) {
        match self.change {
            "create" | "grow" | "set" => drop(scene.topic(&self.name, &self.spec(true))),
            _ => scene.kube().delete(TOPICS, &scene.namespace, &self.name),
        }
    }

    /// Whether it has come to what was asked for.
    fn ended(&self, scene: &Scene, broker: &Broker) -> Result<(), String> {
        let seen = seen(scene, &self.name);
        let topic = broker.topic(&self.name);
        let retention = topic.as_ref().map(|topic| topic.configs["retention.ms"].clone());
        let is = (topic.as_ref().map(|topic| topic.partitions), retention.as_deref());
        let wanted = match self.change {
            "create" => (Some(2), Some("3600000")),
            "grow" => (Some(5), Some("3600000")),
            "set" => (Some(2), Some("7200000")),
            _ => (None, None),
        };
        let told = match self.change {
            "delete" => seen.is_null(),
            _ => {
                condition(&seen, "Ready")["status"] == "True"
                    && seen["status"]["observedGeneration"] == seen["metadata"]["generation"]
            }
        };
        if is == wanted && told { Ok(()) } else { Err(format!("{is:?}: {}", seen["status"])) }
    }

    /// Nothing was asked for twice that had arrived, and what had become of it was asked first.
    fn judge(&self) {
        let name = &self.name;
        let arrives = !matches!(self.fault, Fault::Drops | Fault::Swallows);
        let all = self.link.asked("");
        let asked = all.iter().enumerate().filter(|(_, what)| what.starts_with(&self.start()));
        let at: Vec<usize> = asked.map(|(at, _)| at).collect();
        let expected = if arrives { 1 } else { 2 };
        assert_eq!(at.len(), expected, "{name}: {all:?}");
        if let [first, second] = at[..] {
            let look = format!("metadata {name}");
            assert!(all[first..second].contains(&look), "{name}: it was looked at first: {all:?}");
        }
    }

    fn start(&self) -> String {
        let name = &self.name;
        match self.change {
            "set" => format!("set {name} retention.ms=7200000"),
            "create" => format!("create {name} 2"),
            "grow" => format!("grow {name} 5"),
            _ => format!("delete {name}"),
        }
    }
}

fn campaign() {
    let scene = Scene::new("rv-lost");
    let broker = Broker::start(&scene, "shared", 0);
    let mut cases: Vec<Case> = CHANGES
        .iter()
        .flat_map(|change| FAULTS.iter().map(move |(name, fault)| (*change, *name, fault.clone())))
        .map(|(change, name, fault)| {
            let link = Link::to(broker.process().client());
            Case { name: format!("{change}-{name}"), change, fault, link, rule: None }
        })
        .collect();
    let flags: Vec<String> = cases
        .iter()
        .flat_map(|case| broker.flags_as(&brokers::host(&scene, &case.name, 0), &case.link))
        .collect();
    let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
    let start = scene.blind().with(&flags).with(&["--resync", "3s", "--workers", "32"]);
    let _operator = scene.run(&start);
    for case in &cases {
        scene.cluster(&case.name, &json!({ "replicas": 1 }));
    }
    let others = |case: &&Case| case.change != "create";
    for case in cases.iter().filter(others) {
        scene.topic(&case.name, &case.spec(false));
    }
    for case in cases.iter().filter(others) {
        scene.topic_told(&case.name, "Ready", "True");
    }
    for case in &mut cases {
        case.rule = Some(case.link.fail(&case.start(), case.fault.clone()));
        case.play(&scene);
    }
    let since = Instant::now();
    for case in &cases {
        case.rule.as_ref().expect("it was made").has_fired(SOON);
        let what = format!("{} to end as was asked for", case.name);
        until(&what, RECOVERY, || case.ended(&scene, &broker));
    }
    let took = since.elapsed();
    throughout(seconds(4), || {
        for case in &cases {
            case.judge();
        }
    });
    say(&format!("{} changes lost: the last was made good {took:.1?} later", cases.len()));
}
