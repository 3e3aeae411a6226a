//! The rights, written down, and held against every plan that a fixture leads to.

use std::{collections::BTreeSet, path::Path, thread};

use sluicegate_effects::memory::reference;

use super::*;
use crate::{
    command::run,
    files::{below, root},
};

#[test]
fn what_only_looks_needs_no_more_than_to_look_and_to_tell() {
    for right in needed(false, false) {
        let looks = ["get", "list", "watch"].contains(&right.verb);
        assert!(looks || right.resource == "events", "{right:?}");
    }
}

#[test]
fn no_right_lets_it_read_secrets_or_give_itself_more() {
    for right in needed(true, true) {
        let never = ["secrets", "nodes", "pods/exec", "clusterroles", "clusterrolebindings"];
        assert!(!never.contains(&right.resource.as_str()), "{right:?}");
        // With roles, but for these, it can give no more than it has.
        let more = ["*", "bind", "deletecollection", "escalate", "impersonate"];
        assert!(!more.contains(&right.verb), "{right:?}");
    }
}

#[test]
fn every_plan_can_be_carried_out_with_these_rights_and_none_is_spare() {
    let rights = needed(true, true);
    let mut used = BTreeSet::new();
    let files = below(&root().join("fixtures"), "yaml");
    let planned = thread::scope(|scope| {
        let halves = files.chunks(files.len().div_ceil(2));
        let halves = halves.map(|half| {
            scope.spawn(|| half.iter().map(|one| (one, writes(one))).collect::<Vec<_>>())
        });
        let halves: Vec<_> = halves.collect();
        halves.into_iter().flat_map(|half| half.join().expect("it plans")).collect::<Vec<_>>()
    });
    for (file, all) in planned {
        for (group, resource, verb) in all {
            let fits = |right: &&Right| {
                right.group == group && right.resource == resource && right.verb == verb
            };
            let right = rights.iter().find(fits);
            assert!(right.is_some(), "{}: {verb} {resource}.{group}", file.display());
            used.insert((group, resource, verb));
        }
    }
    for (group, resource, verb, _) in beyond() {
        let looks = ["get", "list", "watch"].contains(&verb);
        let right = (group.to_owned(), resource.to_owned(), verb.to_owned());
        assert!(looks || used.contains(&right), "no plan needs {verb} {resource}");
    }
}

#[test]
fn a_missing_right_is_told_with_its_place_and_what_wants_it() {
    let rights = needed(true, true);
    let evict = rights.iter().find(|right| right.resource == "pods/eviction");
    let evict = evict.expect("brokers are restarted by eviction");
    let mut missing = Vec::new();
    let claims = |right: &&Right| right.resource == "persistentvolumeclaims";
    for right in rights.iter().filter(claims).chain([evict]) {
        add(&mut missing, right.clone(), "team".to_owned());
    }
    let said: Vec<String> = missing.iter().map(Missing::to_string).collect();
    assert_eq!(
        said,
        [
            "get, list, watch, patch, delete persistentvolumeclaims in namespace team: wanted by \
             the watch of RivvenCluster, STO-01, DEL-01",
            "create pods/eviction in namespace team: wanted by ROL-01",
        ]
    );
    let body: Value = serde_json::from_slice(review(evict, "").http.body()).expect("it is JSON");
    let asked = at(&body, "/spec/resourceAttributes").expect("it asks");
    assert_eq!((&asked["resource"], &asked["subresource"]), (&json!("pods"), &json!("eviction")));
}

/// What the plans for a file write: group, resource and verb of each.
fn writes(file: &Path) -> BTreeSet<(String, String, String)> {
    let file = file.to_str().expect("it is text");
    // A few steps each: there are fixtures for what comes after.
    let plan = ["plan", "-o", "json", "--max-steps", "6", "-f", file];
    let (_, text, _) = run(&plan, b"");
    // A fixture that is refused has no plan.
    let plan: Value = serde_json::from_str(&text).unwrap_or_default();
    let resources = plan["resources"].as_array().cloned().unwrap_or_default();
    let mut writes = BTreeSet::new();
    for action in resources.iter().filter_map(|one| one["actions"].as_array()).flatten() {
        let target = reference(&json!({
            "apiVersion": action["target"]["apiVersion"], "kind": action["target"]["kind"],
        }));
        let (below, verbs): (&str, &[&str]) = match action["op"].as_str().unwrap_or_default() {
            "create" | "recreate" => ("", &["create", "patch"]),
            "update" | "finalizers" => ("", &["patch"]),
            "delete" | "replace" => ("", &["delete"]),
            "status" => ("/status", &["update"]),
            "restart" => ("/eviction", &["create"]),
            "call" | "event" => continue,
            other => panic!("{other} is unknown here"),
        };
        let resource = format!("{}{below}", target.api.plural);
        let group = target.api.group.to_string();
        let all = verbs.iter().map(|verb| (group.clone(), resource.clone(), verb.to_string()));
        writes.extend(all);
    }
    writes
}
