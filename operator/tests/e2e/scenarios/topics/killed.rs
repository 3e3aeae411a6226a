//! The operator is killed, or the broker, between a call and the status that tells of it: before
//! the call is sent, before its answer is there, and before the status is written. Each time one
//! topic is made, one grown, one set and one deleted.

use std::{ops::RangeInclusive, sync::Arc};

use serde_json::{Value, json};

use super::seen;
use crate::{
    Scenario,
    brokers::{self, Broker, Fault, Rule},
    kube::TOPICS,
    proxy::{self, Proxy},
    say,
    scene::{SOON, Scene, condition},
    wait::{seconds, until},
};

pub(crate) const ALL: &[Scenario] = &[
    ("a_broker_killed_between_call_and_status_ends_with_one_topic", broker_killed),
    ("an_operator_killed_between_call_and_status_ends_with_one_topic", operator_killed),
];

/// When somebody is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Offset {
    /// The call has not reached the broker, and never will.
    Unsent,
    /// It is on its way, and arrives when all is over.
    Late,
    /// The broker has done it, and nobody knows.
    Unanswered,
    /// The operator knows, and has told nobody.
    Untold,
}

use Offset::{Late, Unanswered, Unsent, Untold};

/// Four topics of a cluster, each about to change.
struct Four<'a> {
    scene: &'a Scene,
    broker: &'a Broker,
    cluster: String,
    offset: Offset,
    held: Vec<Arc<Rule>>,
    told: Option<Arc<proxy::Rule>>,
}

impl<'a> Four<'a> {
    /// Makes them as they are before.
    fn new(scene: &'a Scene, broker: &'a Broker, cluster: &str, offset: Offset) -> Self {
        let cluster = cluster.to_owned();
        let four = Self { scene, broker, cluster, offset, held: Vec::new(), told: None };
        for topic in ["grown", "set", "taken"] {
            four.apply(topic, 2, 3_600_000);
        }
        four
    }

    fn name(&self, topic: &str) -> String {
        format!("{topic}-{:?}", self.offset).to_lowercase()
    }

    fn apply(&self, topic: &str, partitions: u32, retention: u64) {
        let spec = json!({
            "clusterRef": { "name": self.cluster }, "partitions": partitions,
            "config": { "compressionType": "producer", "retentionMs": retention },
            "deleteOnRemove": topic == "taken",
        });
        self.scene.topic(&self.name(topic), &spec);
    }

    fn are_ready(&self) {
        for topic in ["grown", "set", "taken"] {
            self.scene.topic_told(&self.name(topic), "Ready", "True");
        }
    }

    /// The four calls, as a broker is asked.
    fn calls(&self) -> [String; 4] {
        let name = |topic| self.name(topic);
        [
            format!("create {} 2", name("made")),
            format!("grow {} 5", name("grown")),
            format!("set {} retention.ms=7200000", name("set")),
            format!("delete {}", name("taken")),
        ]
    }

    /// Asks for all four changes, and returns when each is as far as it shall be.
    fn change(&mut self, statuses: &Proxy) {
        let fault = match self.offset {
            Unsent => Some(Fault::Swallows),
            Late => Some(Fault::Stopped),
            Unanswered => Some(Fault::Held),
            Untold => None,
        };
        for (call, fault) in self.calls().iter().zip(std::iter::repeat(fault)) {
            self.held.extend(fault.map(|fault| self.broker.link.fail(call, fault)));
        }
        if self.offset == Untold {
            let end = self.name("");
            self.told = Some(statuses.fail_often(
                1,
                usize::MAX,
                proxy::Fault::Stopped,
                move |call: &proxy::Call| {
                    call.writes() && call.resource == "rivventopics" && call.name.ends_with(&end)
                },
            ));
        }
        self.apply("made", 2, 3_600_000);
        self.apply("grown", 5, 3_600_000);
        self.apply("set", 2, 7_200_000);
        self.scene.kube().delete(TOPICS, &self.scene.namespace, &self.name("taken"));
        for held in &self.held {
            held.has_fired(SOON);
        }
        let Some(told) = &self.told else { return };
        until("four writes to be held back", SOON, || match told.fired() {
            4.. => Ok(()),
            other => Err(format!("{other} are: {:?}", self.broker.link.changes())),
        });
    }

    /// Waits until all is as it was asked for, and looks at how often that was.
    fn are_right(&self, arrived: RangeInclusive<usize>) {
        let retention = |topic: &str| self.broker.config(&self.name(topic), "retention.ms");
        let partitions = |topic: &str| self.broker.partitions(&self.name(topic));
        let what = format!("all four to be right: {:?}", self.offset);
        until(&what, seconds(60), || {
            let is = (partitions("made"), partitions("grown"), partitions("taken"));
            let told = ["made", "grown", "set"].map(|topic| {
                let seen = seen(self.scene, &self.name(topic));
                let newest = seen["status"]["observedGeneration"] == seen["metadata"]["generation"];
                newest && condition(&seen, "Ready")["status"] == "True"
            });
            let gone = seen(self.scene, &self.name("taken")) == Value::Null;
            let right = is == (Some(2), Some(5), None) && told == [true; 3] && gone;
            if right && retention("set") == "7200000" {
                Ok(())
            } else {
                Err(format!(
                    "{is:?}, ready {told:?}, gone {gone}: {:?}",
                    self.broker.link.changes()
                ))
            }
        });
        for call in self.calls() {
            // A broker that is killed forgets settings: they are set again.
            let count = self.broker.link.count(&call);
            let again = call.starts_with("set ") && count == arrived.end() + 1;
            let right = arrived.contains(&count) || again;
            assert!(right, "{call}: {count} times: {:?}", self.broker.link.changes());
        }
    }
}

fn operator_killed() {
    let scene = Scene::new("rv-op-killed");
    let broker = Broker::start(&scene, "real", 0);
    scene.cluster("real", &json!({ "replicas": 1 }));
    for offset in [Unsent, Late, Unanswered, Untold] {
        let proxy = Proxy::before(scene.plane);
        let start = brokers::start(&scene, &[&broker]).without_lease();
        let mut first = scene.run(&start.clone().through(&proxy));
        let mut four = Four::new(&scene, &broker, "real", offset);
        four.are_ready();
        four.change(&proxy);
        first.kill();
        let _second = scene.run(&start);
        four.are_right(1..=1);
        if offset == Late {
            // What had been on its way arrives after all: it changes nothing more.
            four.held.iter().for_each(|held| held.lift());
            until("all of it to arrive", seconds(10), || {
                let calls = four.calls();
                let twice = calls.iter().filter(|call| broker.link.count(call) == 2).count();
                if twice == 4 { Ok(()) } else { Err(format!("{:?}", broker.link.changes())) }
            });
            four.are_right(2..=2);
        }
        say(&format!("operator killed, {offset:?}: one topic of each"));
    }
}

fn broker_killed() {
    let scene = Scene::new("rv-broker-killed");
    let offsets = [Unsent, Unanswered, Untold];
    let names = offsets.map(|offset| format!("{offset:?}").to_lowercase());
    let killed: Vec<Broker> = names.iter().map(|name| Broker::start(&scene, name, 0)).collect();
    let proxy = Proxy::before(scene.plane);
    let refs: Vec<&Broker> = killed.iter().collect();
    let _operator = scene.run(&brokers::start(&scene, &refs).through(&proxy));
    for name in &names {
        scene.cluster(name, &json!({ "replicas": 1 }));
    }
    let mut fours: Vec<Four<'_>> = killed
        .iter()
        .zip(&names)
        .zip(offsets)
        .map(|((broker, name), offset)| Four::new(&scene, broker, name, offset))
        .collect();
    for four in &fours {
        four.are_ready();
    }
    for four in &mut fours {
        four.change(&proxy);
        four.broker.process().kill();
        four.broker.link.down();
    }
    for told in fours.iter().filter_map(|four| four.told.as_ref()) {
        told.lift();
    }
    for broker in &killed {
        broker.link.up();
        broker.process().revive();
    }
    for four in &fours {
        // What a broker did just before it was killed may be lost with it, and is done again.
        four.are_right(1..=2);
        say(&format!("broker killed, {:?}: one topic of each", four.offset));
    }
}
