//! What one topic can be judged by, on its own, by the API server.
//!
//! Rules about change are only those that keep a resource about one and the same topic. That
//! partitions cannot go down is the reconciler's to say, which knows how many there really are.

use crate::crd::Cel;

/// The rules, in the order of their ids.
pub(super) const CEL: &[Cel] = &[
    // At the parent: a rule at the field is not asked when the field comes or goes.
    Cel {
        rule_id: "TOP-01",
        path: "spec",
        expression: "has(self.topicName) == has(oldSelf.topicName) \
            && (!has(self.topicName) || self.topicName == oldSelf.topicName)",
        message: "topicName cannot be changed, added or removed: make another RivvenTopic",
    },
    // `namespace` is a reserved word of the language; this is how it is quoted.
    Cel {
        rule_id: "TOP-02",
        path: "spec.clusterRef",
        expression: "self.name == oldSelf.name \
            && has(self.__namespace__) == has(oldSelf.__namespace__) \
            && (!has(self.__namespace__) || self.__namespace__ == oldSelf.__namespace__)",
        message: "clusterRef cannot be changed: make another RivvenTopic",
    },
    Cel {
        rule_id: "TOP-03",
        path: "spec.acls",
        expression: "self.all(a, a.operations.all(op, a.operations.exists_one(o, o == op)) \
            && self.exists_one(b, b.principal == a.principal \
            && b.operations.exists(op, op in a.operations)))",
        message: "every operation may be given once for the same principal",
    },
    Cel {
        rule_id: "TOP-04",
        path: "spec.config",
        expression: "!has(self.retentionBytes) || self.retentionBytes == -1 \
            || self.retentionBytes >= 1048576",
        message: "retentionBytes must be -1 (unlimited) or at least 1048576 (1 MiB)",
    },
    Cel {
        rule_id: "TOP-05",
        path: "spec.config",
        expression: "!has(self.custom) || self.custom.all(key, size(key) <= 128 \
            && !(key in ['retention.ms', 'retention.bytes', 'segment.bytes', 'cleanup.policy', \
            'max.message.bytes', 'min.insync.replicas', 'compression.type']))",
        message: "custom holds settings without a field of their own, with names of at most 128 \
            characters",
    },
    Cel {
        rule_id: "TOP-06",
        path: "spec",
        expression: "!has(self.topicName) || !(self.topicName in ['topic_metadata.json', \
            'topic_metadata.json.tmp'])",
        message: "the broker keeps files of its own by the names of topic_metadata.json and \
            topic_metadata.json.tmp",
    },
];
