//! What is shown, and what never is.

use serde_json::json;
use sluicegate_core::{
    plan::{Action as Planned, Manifest, Precondition, Propagation, Requeue},
    rule,
    systems::rivven::Rivven,
};

use super::*;

fn reference(kind: &str) -> Ref {
    let api = Api::new("", "v1", kind, "");
    Ref { api, namespace: "default".to_owned(), name: "a".to_owned() }
}

fn plan_of(actions: Vec<Planned<Rivven>>) -> Plan<Rivven> {
    Plan {
        resource: reference("RivvenCluster"),
        actions,
        waiting: Vec::new(),
        blocked: Vec::new(),
        kept: Vec::new(),
        altered: Vec::new(),
        assumptions: Default::default(),
        requeue: Requeue::OnChange,
    }
}

fn shown(actions: Vec<Planned<Rivven>>, before: &Value) -> Vec<Action> {
    step(&plan_of(actions), 1, &mut 0, &|_| Some(before.clone())).1
}

#[test]
fn a_change_of_a_secret_is_seen_and_its_value_is_not() {
    let target = reference("Secret");
    let manifest = Manifest::part(target.clone(), &json!({ "data": { "password": "new-value" } }));
    let old = json!({ "data": { "password": "old-value" } });
    let change = Change {
        path: "/data/password".to_owned(),
        before: Some(json!("old-value")),
        after: Some(json!("new-value")),
    };
    let verb = Verb::Apply(manifest, Precondition::as_seen(&target, &old));
    let action = Planned::new(verb, Why::Changed(vec![change]), Risk::None, &rule::OBJ_03);
    let actions = shown(vec![action], &old);
    assert!(actions[0].changes[0].sensitive);
    assert_ne!(actions[0].changes[0].before, actions[0].changes[0].after);
    let all = format!("{actions:?}{}", json!(actions));
    assert!(!all.contains("old-value") && !all.contains("new-value"), "{all}");
}

#[test]
fn what_is_deleted_and_made_anew_is_one_replacement() {
    let target = reference("ConfigMap");
    let old = json!({ "spec": { "size": 1 }, "metadata": { "uid": "u" } });
    let manifest = Manifest::part(target.clone(), &json!({ "spec": { "size": 2 } }));
    let seen = Precondition::as_seen(&target, &old);
    let delete = Verb::Delete(target, seen, Propagation::Orphan);
    let why = Why::Requested("made anew".to_owned());
    let actions = vec![
        Planned::new(delete, why, Risk::None, &rule::OBJ_05),
        Planned::new(Verb::Create(manifest), Why::Missing, Risk::None, &rule::OBJ_01),
    ];
    let actions = shown(actions, &old);
    assert_eq!([actions[0].op, actions[1].op], [Op::Replace, Op::Recreate]);
    let change = actions[0].changes.iter().find(|change| change.path == "/spec/size");
    assert!(change.is_some(), "{:?}", actions[0].changes);
    assert_eq!(actions[1].depends_on, ["a1"]);
}

#[test]
fn a_list_that_differs_in_one_place_is_shown_by_that_place() {
    let whole = Change {
        path: "/claims".to_owned(),
        before: Some(json!([{ "size": 1, "added": true }])),
        after: Some(json!([{ "size": 2 }])),
    };
    let inside = narrowed(&whole, false);
    assert_eq!(inside.len(), 1);
    assert_eq!(inside[0].path, "/claims/0/size");
}

#[test]
fn what_only_the_api_server_knows_is_named_so() {
    let value = json!({ "uid": format!("{UID_PLACEHOLDER}A/b/c"), "x": ["y"] });
    assert_eq!(known(value), json!({ "uid": KNOWN_AFTER_APPLY, "x": ["y"] }));
}
