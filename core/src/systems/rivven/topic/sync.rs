//! What brings a topic to what the spec asks for, and what no broker can do.

use serde_json::{Value, json};

use super::{
    Valid,
    config::{self, SETTINGS},
    gates,
    situation::Situation,
};
use crate::{
    condition::EventKind,
    field::Path,
    kind::{Desired, Item},
    many::many,
    observed::Ref,
    plan::{Action, Blocked, Change, Event, Gate, Requeue, Risk, Verb, Waiting, Why},
    rule::Rule,
    systems::rivven::{Call, Rivven, SeenTopic, home, rules},
};

/// The most partitions that the broker creates a topic with (measured on 0.0.22).
pub(super) const CREATE_MAX: u32 = 1000;
/// How often the broker is asked whether the topic is still as it should be.
const LOOK_AGAIN: Requeue = Requeue::seconds(300);
/// How often a broker that did not answer is asked again.
const LOOK_SOON: Requeue = Requeue::seconds(30);

/// What is to be done.
pub(super) fn desire(valid: &Valid, situation: &Situation) -> Desired<Rivven> {
    let mut desired = Desired { finalizer: valid.delete, ..Desired::default() };
    match situation {
        // The cluster and the other resource are watched: a change of theirs wakes this one.
        Situation::NoCluster(why) => {
            desired.finalizer = valid.finalizer_held && valid.delete;
            desired.waiting.push(waiting(valid, gates::CLUSTER_EXISTS, Some(false), why));
        }
        Situation::NotPermitted => {
            desired.finalizer = false;
            desired.blocked.push(home::refused(&valid.place.cluster, &valid.place.namespace));
        }
        Situation::HeldBy(other) => {
            desired.finalizer = false;
            desired.blocked.push(held(valid, other));
        }
        Situation::Unreachable(why) => {
            desired.requeue = LOOK_SOON;
            desired.waiting.push(waiting(valid, gates::BROKER_ANSWERS, None, why));
        }
        Situation::Missing => {
            desired.requeue = LOOK_AGAIN;
            create(valid, &mut desired);
        }
        Situation::There(topic) => {
            desired.requeue = LOOK_AGAIN;
            partitions(valid, topic, &mut desired);
            copies(valid, topic, &mut desired);
            configs(valid, Some(topic), &mut desired);
        }
    }
    desired
}

fn waiting(valid: &Valid, gate: &'static str, holds: Option<bool>, why: &str) -> Waiting {
    Waiting {
        what: format!("make topic {} as the spec asks for it", valid.place.topic),
        target: valid.own.clone(),
        risk: Risk::Online,
        rule: &rules::TOP_36,
        gates: vec![Gate::judged(gate, holds, why)],
    }
}

fn held(valid: &Valid, other: &Ref) -> Blocked {
    let topic = &valid.place.topic;
    refusal(
        &rules::TOP_34,
        Path::dotted("spec.topicName"),
        (Value::Null, json!(topic)),
        format!("topic {topic} already belongs to {other}"),
    )
}

fn create(valid: &Valid, desired: &mut Desired<Rivven>) {
    let (path, partitions) = (Path::dotted("spec.partitions"), valid.partitions);
    if partitions > CREATE_MAX {
        let message = format!("the broker creates a topic with at most {CREATE_MAX} partitions");
        let asked = (Value::Null, json!(partitions));
        desired.blocked.push(refusal(&rules::TOP_33, path, asked, message));
        return;
    }
    let (broker, name) = (valid.place.broker(), valid.place.topic.clone());
    let call = Call::CreateTopic { broker, name, partitions };
    act(desired, call, Why::Missing, Risk::Online, &rules::TOP_36);
    configs(valid, None, desired);
}

fn partitions(valid: &Valid, topic: &SeenTopic, desired: &mut Desired<Rivven>) {
    let (is, wanted) = (topic.partitions, valid.partitions);
    if wanted > is {
        let (broker, name) = (valid.place.broker(), valid.place.topic.clone());
        let call = Call::GrowTopic { broker, name, partitions: wanted };
        let change = change("/partitions", Some(json!(is)), Some(json!(wanted)));
        let why = Why::Changed(vec![change]);
        act(desired, call, why, Risk::Online, &rules::TOP_37);
    } else if wanted < is {
        let message = format!("the topic has {} and cannot have fewer", many(is, "partition"));
        let blocked = refusal(
            &rules::TOP_31,
            Path::dotted("spec.partitions"),
            (json!(is), json!(wanted)),
            message,
        );
        let fewer = many(wanted, "partition");
        let remedy = format!("Create a new topic with {fewer}, or set it back to {is}.");
        desired.blocked.push(Blocked { remedy, ..blocked });
    }
}

fn copies(valid: &Valid, topic: &SeenTopic, desired: &mut Desired<Rivven>) {
    let (Some(is), Some(wanted)) = (topic.replication_factor, valid.replication_factor) else {
        return;
    };
    if is != wanted {
        let message = format!("the topic has {} of each partition", many(is, "copy"));
        let path = Path::dotted("spec.replicationFactor");
        let asked = (json!(is), json!(wanted));
        desired.blocked.push(refusal(&rules::TOP_32, path, asked, message));
    }
}

/// One call for each setting that differs; of a topic that is about to be created, from the
/// broker's defaults.
fn configs(valid: &Valid, topic: Option<&SeenTopic>, desired: &mut Desired<Rivven>) {
    let none = Default::default();
    let configs = topic.map_or(&none, |topic| &topic.configs);
    let mut set_again = Vec::new();
    for setting in SETTINGS {
        let (is, wanted) = (config::actual(configs, setting), &valid.configs[setting.key]);
        if is == *wanted {
            continue;
        }
        // A broker that restarted knows nothing of what was set: setting it again is no change.
        let forgotten = valid.before.in_sync && !configs.contains_key(setting.key);
        let removes = config::may_remove_records(setting.key, &is, wanted);
        let records = topic.is_some() && !forgotten && removes;
        let (risk, rule) = match records {
            true => (Risk::DataLoss, &rules::TOP_40),
            false => (Risk::Online, &rules::TOP_38),
        };
        let call = Call::SetConfig {
            broker: valid.place.broker(),
            name: valid.place.topic.clone(),
            key: setting.key.to_owned(),
            value: Some(wanted.clone()),
        };
        let change = change(&format!("/{}", setting.key), Some(json!(is)), Some(json!(wanted)));
        let why = match topic {
            None => Why::Changed(vec![change]),
            Some(_) if forgotten => Why::Requested("the broker has forgotten it".to_owned()),
            Some(_) => Why::Changed(vec![change]),
        };
        if forgotten && topic.is_some() {
            set_again.push(setting.key);
        }
        act(desired, call, why, risk, rule);
    }
    if !set_again.is_empty() {
        let topic = &valid.place.topic;
        let (keys, rule) = (set_again.join(", "), rules::TOP_38.id);
        let note = format!("the broker has forgotten {keys} of topic {topic}: set again ({rule})");
        desired.events.push(event(valid, EventKind::Normal, "SetAgain", note));
    }
}

fn event(valid: &Valid, kind: EventKind, reason: &'static str, note: String) -> Event {
    Event { kind, reason, note, regarding: valid.own.clone(), related: None }
}

fn act(desired: &mut Desired<Rivven>, call: Call, why: Why, risk: Risk, rule: &'static Rule) {
    desired.items.push(Item::Act(Action::new(Verb::Call(call), why, risk, rule)));
}

fn change(path: &str, before: Option<Value>, after: Option<Value>) -> Change {
    Change { path: path.to_owned(), before, after }
}

fn refusal(
    rule: &'static Rule,
    path: Path,
    (before, after): (Value, Value),
    message: String,
) -> Blocked {
    Blocked { rule, path, before, after, message, remedy: rule.remedy.to_owned() }
}
