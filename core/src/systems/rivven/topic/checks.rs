//! What one topic can be judged by, on its own.
//!
//! Rules about change are only those that keep a resource about one and the same topic. That
//! partitions cannot go down is the reconciler's to say, which knows how many there really are.

use super::{api::RivvenTopic, config};
use crate::check::Check;

/// The files of the broker that lie where the folders of its topics are. A topic called as the
/// first cannot be created: the broker says that it is no folder, each time it is asked. One called
/// as the second can: the broker writes its list of topics there before it renames it, so from then
/// on no list is written, and topics of all users that were created since are gone when it starts
/// again.
///
/// Its own folders, `wal`, `offsets` and `raft`, hold no file that a topic's partitions are called.
const OWN_FILES: [&str; 2] = ["topic_metadata.json", "topic_metadata.json.tmp"];

/// The rules, in the order of their ids.
pub(super) const CHECKS: &[Check<RivvenTopic>] = &[
    // At the parent: a rule at the field is not asked when the field comes or goes.
    Check::of_change(
        "TOP-01",
        "spec",
        "has(self.topicName) == has(oldSelf.topicName) \
         && (!has(self.topicName) || self.topicName == oldSelf.topicName)",
        "topicName cannot be changed, added or removed: make another RivvenTopic",
        |old, new, judge| {
            if old.spec.topic_name != new.spec.topic_name {
                judge.forbidden(judge.child("topicName"), FIXED, "make another RivvenTopic");
            }
        },
    ),
    // `namespace` is a reserved word of the language; this is how it is quoted.
    Check::of_change(
        "TOP-02",
        "spec.clusterRef",
        "self.name == oldSelf.name \
         && has(self.__namespace__) == has(oldSelf.__namespace__) \
         && (!has(self.__namespace__) || self.__namespace__ == oldSelf.__namespace__)",
        "clusterRef cannot be changed: make another RivvenTopic",
        |old, new, judge| {
            if old.spec.cluster_ref != new.spec.cluster_ref {
                judge.forbidden(judge.at(), FIXED, "make another RivvenTopic");
            }
        },
    ),
    Check::new(
        "TOP-03",
        "spec.acls",
        "self.all(a, a.operations.all(op, a.operations.exists_one(o, o == op)) \
         && self.exists_one(b, b.principal == a.principal \
         && b.operations.exists(op, op in a.operations)))",
        "every operation may be given once for the same principal",
        |topic, judge| {
            let mut seen = Vec::new();
            for (index, acl) in topic.spec.acls.iter().flatten().enumerate() {
                for operation in &acl.operations {
                    let pair = (&acl.principal, operation);
                    if seen.contains(&pair) {
                        let twice = format!("{} {}", acl.principal, operation.as_str());
                        judge.twice(judge.at().index(index).child("operations"), &twice);
                    }
                    seen.push(pair);
                }
            }
        },
    ),
    Check::new(
        "TOP-04",
        "spec.config",
        "!has(self.retentionBytes) || self.retentionBytes == -1 \
         || self.retentionBytes >= 1048576",
        "retentionBytes must be -1 (unlimited) or at least 1048576 (1 MiB)",
        |topic, judge| {
            let bytes = topic.spec.config.as_ref().and_then(|config| config.retention_bytes);
            let Some(bytes) = bytes else { return };
            let (at, must) = (judge.child("retentionBytes"), "must be -1 or at least 1048576");
            let remedy = "write -1 to keep everything, or 1048576 (1 MiB) or more";
            judge.ensure(bytes == -1 || bytes >= 1_048_576, at, bytes, must, remedy);
        },
    ),
    Check::new(
        "TOP-05",
        "spec.config",
        "!has(self.custom) || self.custom.all(key, size(key) <= 128 \
         && !(key in ['retention.ms', 'retention.bytes', 'segment.bytes', 'cleanup.policy', \
         'max.message.bytes', 'min.insync.replicas', 'compression.type']))",
        "custom holds settings without a field of their own, with names of at most 128 characters",
        |topic, judge| {
            let custom = topic.spec.config.as_ref().and_then(|config| config.custom.as_ref());
            let has_a_field = |key: &str| {
                key != config::SEGMENT_MS && config::SETTINGS.iter().any(|it| it.key == key)
            };
            for key in custom.into_iter().flatten().map(|(key, _)| key) {
                let at = judge.child("custom").child(key);
                if has_a_field(key) {
                    let why = "it has a field of its own";
                    judge.forbidden(at.clone(), why, "use that field of spec.config");
                }
                let fits = key.chars().count() <= 128;
                let must = "must be at most 128 characters";
                judge.ensure(fits, at, key, must, "no setting of the broker is called so");
            }
        },
    ),
    Check::new(
        "TOP-06",
        "spec",
        "!has(self.topicName) || !(self.topicName in ['topic_metadata.json', \
         'topic_metadata.json.tmp'])",
        "the broker keeps files of its own by the names of topic_metadata.json and \
         topic_metadata.json.tmp",
        |topic, judge| {
            if topic.spec.topic_name.as_deref().is_some_and(|name| OWN_FILES.contains(&name)) {
                let why = "the broker keeps a file of its own by this name";
                judge.forbidden(judge.child("topicName"), why, "give the topic another name");
            }
        },
    ),
];

const FIXED: &str = "it cannot be changed, added or removed";
