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
    inert::{Idle, set_without_effect},
    kind::{Kind as _, was_in_sync},
    observed::Ref,
    owner::own_ref,
};

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
    Control::of(&topic.metadata, &[], &[], &mut errors);
    let (spec, root) = (&topic.spec, Path::root("spec"));
    let none = TopicConfig::default();
    let settings = spec.config.as_ref().unwrap_or(&none);
    segment_ms(settings, &root.child("config").child("custom"), &mut errors);
    name(topic, &mut errors);
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
pub(super) fn without_effect(topic: &RivvenTopic) -> Vec<Idle> {
    let custom = topic.spec.config.as_ref().and_then(|config| config.custom.as_ref());
    let unknown = custom.is_some_and(|all| all.keys().any(|key| key != config::SEGMENT_MS));
    let set = set_without_effect(&topic.spec, inert::INERT);
    let custom_path = Path::dotted("spec.config.custom");
    set.into_iter().filter(|one| one.path != custom_path || unknown).collect()
}

/// The one custom setting that the broker knows.
fn segment_ms(settings: &TopicConfig, path: &Path, errors: &mut Errors) {
    let custom = settings.custom.as_ref();
    let Some(value) = custom.and_then(|all| all.get(config::SEGMENT_MS)) else { return };
    let is_taken = value.parse::<i64>().is_ok_and(|number| number >= -1);
    let must = "must be a whole number, -1 or more";
    let remedy = "write milliseconds, such as \"604800000\", or -1 for no end";
    errors.ensure(is_taken, path.child(config::SEGMENT_MS), value, must, remedy);
}

/// Without a name of its own the topic is called as the resource, which Kubernetes lets be called
/// what the broker does not.
fn name(topic: &RivvenTopic, errors: &mut Errors) {
    let name = topic.metadata.name.as_deref().unwrap_or_default();
    if topic.spec.topic_name.is_none() && name.contains("..") {
        let must = "must have no two dots in a row".to_owned();
        let cause = Cause::Invalid(name.to_owned(), must);
        let at = Path::root("metadata").child("name");
        errors.push(at, cause, "set spec.topicName to a name that the broker takes");
    }
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
