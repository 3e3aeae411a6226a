//! What is told of a topic: from what the broker said, and nothing else.

use super::{
    RivvenTopicStatus, Valid,
    api::TopicPhase,
    conditions as c,
    config::{self, SETTINGS},
    situation::Situation,
};
use crate::{
    condition::Draft,
    kind::{Measure, Report},
    many::many,
    systems::rivven::{SeenTopic, home},
};

/// The status and its conditions.
pub(super) fn report(valid: &Valid, situation: &Situation) -> Report<RivvenTopicStatus> {
    let ready = ready(valid, situation);
    let topic = match situation {
        Situation::There(topic) => Some(topic),
        Situation::NoCluster(_)
        | Situation::NotPermitted
        | Situation::HeldBy(_)
        | Situation::Unreachable(_)
        | Situation::Missing => None,
    };
    let phase = match situation {
        Situation::There(_) if ready.reason == &c::READY_IN_SYNC => TopicPhase::Ready,
        Situation::There(_) | Situation::Missing | Situation::NoCluster(_) => TopicPhase::Pending,
        Situation::Unreachable(_) => TopicPhase::Error,
        Situation::NotPermitted | Situation::HeldBy(_) => TopicPhase::Failed,
    };
    let count = |number: u32| i32::try_from(number).unwrap_or(i32::MAX);
    let status = RivvenTopicStatus {
        phase,
        topic_name: Some(valid.place.topic.clone()),
        topic_exists: topic.is_some(),
        current_partitions: topic.map(|topic| count(topic.partitions)),
        current_replication_factor: topic.and_then(|topic| topic.replication_factor.map(count)),
        ..RivvenTopicStatus::default()
    };
    let mut conditions = vec![ready, configured(valid, topic), acls(valid)];
    conditions.push(replicated(topic));
    conditions.extend(returned(valid, topic));
    Report { status, conditions, synced: Some(synced(valid, situation)) }
}

/// What moves by itself: of a topic that this resource has and that was seen.
pub(super) fn measures(situation: &Situation) -> Vec<Measure> {
    let Situation::There(topic) = situation else { return Vec::new() };
    let partitions = u64::from(topic.partitions);
    vec![
        Measure::whole("partitions", "Partitions that a topic has", partitions),
        Measure::whole("records", "Records that a topic holds", topic.records),
    ]
}

fn ready(valid: &Valid, situation: &Situation) -> Draft {
    match situation {
        Situation::NoCluster(why) => c::READY_NO_CLUSTER.no(why.clone()),
        Situation::NotPermitted => {
            let why = home::not_listed(&valid.place.cluster, &valid.place.namespace);
            c::READY_NOT_PERMITTED.no(format!("{why} (TOP-35)"))
        }
        Situation::HeldBy(other) => {
            let topic = &valid.place.topic;
            c::READY_HELD.no(format!("topic {topic} already belongs to {other} (TOP-34)"))
        }
        Situation::Unreachable(why) => {
            c::READY_UNREACHABLE.unknown(format!("{}: {why}", valid.place.broker()))
        }
        Situation::Missing => c::READY_SYNCING.no("the topic does not exist yet"),
        Situation::There(topic) if topic.partitions != valid.partitions => {
            let (is, wanted) = (topic.partitions, valid.partitions);
            c::READY_SYNCING.no(format!("{}, {wanted} asked for", many(is, "partition")))
        }
        Situation::There(topic) if !differing(valid, topic).is_empty() => {
            c::READY_SYNCING.no(format!("settings differ: {}", differing(valid, topic).join(", ")))
        }
        Situation::There(topic) => c::READY_IN_SYNC.yes(in_sync(valid, topic)),
    }
}

fn in_sync(valid: &Valid, topic: &SeenTopic) -> String {
    let mut message = many(topic.partitions, "partition");
    if valid.acls > 0 {
        message.push_str("; access rules are not applied (ACLsApplied=False)");
    }
    message
}

fn synced(valid: &Valid, situation: &Situation) -> Draft {
    match situation {
        Situation::NoCluster(_)
        | Situation::NotPermitted
        | Situation::HeldBy(_)
        | Situation::Unreachable(_) => c::SYNCED_UNKNOWN.unknown(""),
        Situation::Missing if valid.before.existed => {
            c::SYNCED_VANISHED.no(format!("topic {} was there and is gone", valid.place.topic))
        }
        Situation::Missing => c::SYNCED_CREATING.no(""),
        Situation::There(topic) if topic.partitions == valid.partitions => c::SYNCED_EXISTS.yes(""),
        Situation::There(topic) => {
            let (is, wanted) = (topic.partitions, valid.partitions);
            c::SYNCED_PARTITIONS.no(format!("{}, {wanted} asked for", many(is, "partition")))
        }
    }
}

fn configured(valid: &Valid, topic: Option<&SeenTopic>) -> Draft {
    let Some(topic) = topic else { return c::CONFIG_UNKNOWN.unknown("") };
    let differing = differing(valid, topic);
    if !differing.is_empty() {
        return c::CONFIG_APPLYING.no(differing.join(", "));
    }
    let stored = SETTINGS
        .iter()
        .filter(|setting| !setting.enforced && valid.configs[setting.key] != setting.default);
    let stored: Vec<&str> = stored.map(|setting| setting.key).collect();
    if stored.is_empty() {
        return c::CONFIG_APPLIED.yes("");
    }
    let stored = stored.join(", ");
    c::CONFIG_APPLIED.yes(format!("stored, and not acted on by this release: {stored}"))
}

fn differing(valid: &Valid, topic: &SeenTopic) -> Vec<&'static str> {
    SETTINGS
        .iter()
        .filter(|setting| config::actual(&topic.configs, setting) != valid.configs[setting.key])
        .map(|setting| setting.key)
        .collect()
}

fn acls(valid: &Valid) -> Draft {
    match valid.acls {
        0 => c::ACLS_NOT_ASKED.no(""),
        count => c::ACLS_NOT_SUPPORTED.no(format!(
            "{} asked for and none applied: this release has no request for them",
            many(count, "access rule")
        )),
    }
}

fn replicated(topic: Option<&SeenTopic>) -> Draft {
    match topic.and_then(|topic| topic.replication_factor) {
        Some(copies) => c::REPLICATION_APPLIED.yes(many(copies, "copy")),
        None => c::REPLICATION_NOT_SUPPORTED.no("each partition is on one broker"),
    }
}

/// Told once, at the first look after the topic was created; afterwards it stays as it was told.
fn returned(valid: &Valid, topic: Option<&SeenTopic>) -> Option<Draft> {
    let topic = topic.filter(|_| valid.before.was_missing)?;
    Some(match topic.records {
        0 => c::RECORDS_NONE.no(""),
        records => c::RECORDS_RETURNED.yes(format!(
            "{} found when the topic was first seen after its creation",
            many(records, "record")
        )),
    })
}
