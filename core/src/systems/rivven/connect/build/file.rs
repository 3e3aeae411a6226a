//! The worker's file: exactly what `rivven-connect` reads, with the names that it has there.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::ConfigMap;

use crate::{
    connector::{Node, Object, Role},
    systems::rivven::{
        connect::{Valid, running::Running, task::Task},
        names,
    },
};

/// What the file is called.
pub(in super::super) const FILE: &str = "pipeline.yaml";

/// Holds the file of a worker.
pub(in super::super) fn config_map(connect: &Valid, task: &Task<'_>, file: &str) -> ConfigMap {
    ConfigMap {
        metadata: connect.meta(names::worker_config(&task.name)),
        data: Some(BTreeMap::from([(FILE.to_owned(), file.to_owned())])),
        ..ConfigMap::default()
    }
}

/// The file, of the connectors that are to run, for a cluster at this address.
pub(in super::super) fn file(connect: &Valid, address: &str, running: &[Running<'_>]) -> String {
    let of = |role: Role| {
        let all = running.iter().filter(|one| one.wired.role == role);
        let all = all.flat_map(Running::entries);
        all.map(|(name, entry)| (name, Node::Map(entry))).collect::<Object>()
    };
    let broker = [("bootstrap_servers", Node::List(vec![Node::text(address)]))];
    let mut whole = Object::from([
        ("version".to_owned(), Node::text("1.0")),
        ("broker".to_owned(), Node::map(broker)),
        ("settings".to_owned(), connect.settings.clone()),
    ]);
    for (name, all) in [("sources", of(Role::Source)), ("sinks", of(Role::Sink))] {
        if !all.is_empty() {
            whole.insert(name.to_owned(), Node::Map(all));
        }
    }
    Node::Map(whole).to_yaml()
}
