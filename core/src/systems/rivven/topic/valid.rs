//! A topic whose fields have been checked.

use std::collections::BTreeMap;

use super::{
    Topic,
    api::{RivvenTopic, TopicConfig},
    conditions as c, config, inert,
    situation::Place,
};
use crate::{
    annotations::Control,
    field::{Cause, Errors, Path},
    kind::{Kind as _, was_in_sync},
    observed::Ref,
    owner::own_ref,
};

/// The files of the broker that lie where the folders of its topics are. A topic called as the
/// first cannot be created: the broker says that it is no folder, each time it is asked. One called
/// as the second can: the broker writes its list of topics there before it renames it, so from then
/// on no list is written, and topics of all users that were created since are gone when it starts
/// again.
///
/// Its own folders, `wal`, `offsets` and `raft`, hold no file that a topic's partitions are called.
const OWN_FILES: [&str; 2] = ["topic_metadata.json", "topic_metadata.json.tmp"];

/// A topic whose fields have been checked, every default filled in.
#[derive(Clone, Debug)]
pub struct Valid {
    pub(super) own: Ref,
    pub(super) place: Place,
    pub(super) partitions: u32,
    pub(super) replication_factor: Option<u32>,
    pub(super) configs: BTreeMap<&'static str, String>,
    /// Whether the topic goes with the resource.
    pub(super) delete: bool,
    pub(super) finalizer_held: bool,
    pub(super) acls: usize,
    pub(super) before: Before,
}

/// What the last look at the topic told, where what is told now depends on it.
#[derive(Clone, Debug, Default)]
pub(super) struct Before {
    /// It was there.
    pub(super) existed: bool,
    /// It was not there, and was about to be created.
    pub(super) was_missing: bool,
    /// It had been brought to this very generation, settings and all.
    pub(super) in_sync: bool,
}

/// Checks what the schema cannot say.
pub(super) fn accept(topic: &RivvenTopic) -> Result<Valid, Errors> {
    let mut errors = Errors::default();
    Control::of(&topic.metadata, &[], &mut errors);
    let (spec, root) = (&topic.spec, Path::root("spec"));
    let none = TopicConfig::default();
    let settings = spec.config.as_ref().unwrap_or(&none);
    config_rules(settings, &root.child("config"), &mut errors);
    acl_rules(topic, &root.child("acls"), &mut errors);
    name_rule(topic, &mut errors);
    let count = |value: Option<i32>, default| {
        value.and_then(|value| u32::try_from(value).ok()).unwrap_or(default)
    };
    errors.or(Valid {
        own: own_ref::<Topic>(topic),
        place: Place::of(topic),
        partitions: count(spec.partitions, 3),
        replication_factor: spec.replication_factor.map(|factor| count(Some(factor), 1)),
        configs: config::wanted(settings),
        delete: spec.delete_on_remove.unwrap_or(false),
        finalizer_held: topic
            .metadata
            .finalizers
            .iter()
            .flatten()
            .any(|name| Some(name.as_str()) == Topic::FINALIZER),
        acls: spec.acls.as_ref().map_or(0, Vec::len),
        before: before(topic),
    })
}

/// What of the spec has no effect: the table's fields that are set, but for the one custom setting
/// that the broker knows.
pub(super) fn without_effect(topic: &RivvenTopic) -> Vec<String> {
    let custom = topic.spec.config.as_ref().and_then(|config| config.custom.as_ref());
    let unknown = custom.is_some_and(|all| all.keys().any(|key| key != config::SEGMENT_MS));
    let set = crate::inert::set_without_effect(&topic.spec, inert::INERT);
    set.into_iter().filter(|path| path != "spec.config.custom" || unknown).collect()
}

fn config_rules(settings: &TopicConfig, path: &Path, errors: &mut Errors) {
    if let Some(bytes) = settings.retention_bytes {
        errors.ensure(
            bytes == -1 || bytes >= 1_048_576,
            path.child("retentionBytes"),
            bytes,
            "must be -1 or at least 1048576",
            "TOP-04: write -1 to keep everything, or 1048576 (1 MiB) or more",
        );
    }
    let own_fields = config::SETTINGS.iter().filter(|one| one.key != config::SEGMENT_MS);
    let own_fields: Vec<&str> = own_fields.map(|setting| setting.key).collect();
    for (key, value) in settings.custom.iter().flatten() {
        let at = path.child("custom").child(key);
        if own_fields.contains(&key.as_str()) {
            let cause = Cause::Forbidden("it has a field of its own".to_owned());
            errors.push(at.clone(), cause, "TOP-05: use that field of spec.config");
        }
        if key.chars().count() > 128 {
            let cause = Cause::Invalid(key.clone(), "must be at most 128 characters".to_owned());
            errors.push(at.clone(), cause, "TOP-05: no setting of the broker is called so");
        }
        let is_taken = || value.parse::<i64>().is_ok_and(|number| number >= -1);
        if key == config::SEGMENT_MS && !is_taken() {
            let must = "must be a whole number, -1 or more".to_owned();
            let cause = Cause::Invalid(value.clone(), must);
            errors.push(at, cause, "write milliseconds, such as \"604800000\", or -1 for no end");
        }
    }
}

fn acl_rules(topic: &RivvenTopic, path: &Path, errors: &mut Errors) {
    let mut seen = Vec::new();
    for (index, acl) in topic.spec.acls.iter().flatten().enumerate() {
        for operation in &acl.operations {
            let pair = (&acl.principal, operation);
            if seen.contains(&pair) {
                let twice = format!("{} {}", acl.principal, operation.as_str());
                let at = path.index(index).child("operations");
                errors.push(at, Cause::Duplicate(twice), "TOP-03: leave one of them out");
            }
            seen.push(pair);
        }
    }
}

/// Without a name of its own the topic is called as the resource, which Kubernetes lets be called
/// what the broker does not. Some names of its own the broker uses for files.
fn name_rule(topic: &RivvenTopic, errors: &mut Errors) {
    if topic.spec.topic_name.as_deref().is_some_and(|name| OWN_FILES.contains(&name)) {
        let cause = Cause::Forbidden("the broker keeps a file of its own by this name".to_owned());
        let at = Path::root("spec").child("topicName");
        errors.push(at, cause, "TOP-06: give the topic another name");
    }
    let name = topic.metadata.name.as_deref().unwrap_or_default();
    if topic.spec.topic_name.is_none() && name.contains("..") {
        let must = "must have no two dots in a row".to_owned();
        let cause = Cause::Invalid(name.to_owned(), must);
        let at = Path::root("metadata").child("name");
        errors.push(at, cause, "set spec.topicName to a name that the broker takes");
    }
}

/// What makes a resource stand for the same topic.
pub(super) fn change(old: &RivvenTopic, new: &RivvenTopic) -> Result<(), Errors> {
    let mut errors = Errors::default();
    let (root, fixed) = (Path::root("spec"), "it cannot be changed, added or removed".to_owned());
    if old.spec.topic_name != new.spec.topic_name {
        let cause = Cause::Forbidden(fixed.clone());
        errors.push(root.child("topicName"), cause, "TOP-01: make another RivvenTopic");
    }
    if old.spec.cluster_ref != new.spec.cluster_ref {
        let cause = Cause::Forbidden(fixed);
        errors.push(root.child("clusterRef"), cause, "TOP-02: make another RivvenTopic");
    }
    errors.or(())
}

fn before(topic: &RivvenTopic) -> Before {
    let Some(status) = &topic.status else { return Before::default() };
    let missing = [&c::SYNCED_CREATING, &c::SYNCED_VANISHED];
    Before {
        existed: status.topic_exists,
        was_missing: missing.iter().any(|reason| reason.stands_in(&status.conditions)),
        in_sync: was_in_sync(topic),
    }
}
