//! What a RivvenConnect leaves behind when it is deleted.

use std::collections::BTreeSet;

use super::{RivvenConnect, connectors::wired};
use crate::{
    connector::{Node, Role},
    field::Errors,
};

/// What stays that Kubernetes knows nothing of, one sentence each.
pub(super) fn left(connect: &RivvenConnect) -> Vec<String> {
    let spec = &connect.spec;
    let topics = spec.sources.iter().flatten().map(|source| source.topic.as_str());
    let groups = spec.sinks.iter().flatten().map(|sink| sink.consumer_group.as_str());
    let wired = wired(connect, &mut Errors::default());
    let sources = || wired.iter().filter(|one| one.role == Role::Source);
    let named = |key: &'static str| {
        sources().filter_map(move |one| {
            let Some(Node::Map(config)) = one.entry.get("config") else { return None };
            let Some(Node::Text(name)) = config.get(key) else { return None };
            Some(name.as_str())
        })
    };
    let slots = listed(named("slot_name"));
    let publications = listed(named("publication_name"));
    let mut left = Vec::new();
    left.extend(listed(topics).map(|all| format!("these topics stay, with their records: {all}")));
    left.extend(listed(groups).map(|all| {
        format!(
            "these consumer groups stay: {all}. Sinks that take their names go on where they were"
        )
    }));
    left.extend(slots.map(|all| {
        format!(
            "these replication slots stay in their databases, which keep their log for them until \
             they are dropped: {all}"
        )
    }));
    left.extend(
        publications.map(|all| format!("these publications stay in their databases: {all}")),
    );
    left
}

/// Names, each once; nothing where there are none.
fn listed<'a>(all: impl Iterator<Item = &'a str>) -> Option<String> {
    let all: BTreeSet<&str> = all.collect();
    (!all.is_empty()).then(|| all.into_iter().collect::<Vec<_>>().join(", "))
}
