//! The worker's file: exactly what `rivven-connect` reads, with the names that it has there.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::ConfigMap;

use crate::{
    connector::{Node, Role, write_field, write_fields, write_name},
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
    let mut text = String::with_capacity(4096);
    let broker = Node::map([("bootstrap_servers", Node::List(vec![Node::text(address)]))]);
    write_field("broker", &broker, &mut text);
    write_field("settings", &connect.settings, &mut text);
    for (name, role) in [("sinks", Role::Sink), ("sources", Role::Source)] {
        let of = running.iter().filter(|one| one.wired.role == role);
        let all: BTreeMap<_, _> = of.flat_map(Running::entries).collect();
        if all.is_empty() {
            continue;
        }
        write_name(name, 0, &mut text);
        text.push('\n');
        for (name, entry) in all {
            write_name(&name, 2, &mut text);
            text.push('\n');
            write_fields(&entry, 4, &mut text);
        }
    }
    write_field("version", &Node::text("1.0"), &mut text);
    text
}
