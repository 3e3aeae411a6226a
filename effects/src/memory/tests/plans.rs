//! Plans that are carried out, and guards that end them.

use std::collections::BTreeSet;

use sluicegate_core::{
    observed::Selector,
    plan::{Action, Guard, Plan, Propagation, Requeue, Risk, Verb, Why},
    rule,
};

use super::*;
use crate::{Class, Done, execute};

fn delete(world: &World, target: &Ref) -> Action<Kubernetes> {
    let verb = Verb::Delete(target.clone(), seen(world, target), Propagation::Background);
    Action::new(verb, Why::Orphaned, Risk::Online, &rule::OBJ_05)
}

fn run(world: &World, actions: Vec<Action<Kubernetes>>) -> Result<Done, Error> {
    let plan = Plan {
        resource: the_set(),
        actions,
        waiting: Vec::new(),
        blocked: Vec::new(),
        kept: Vec::new(),
        altered: Vec::new(),
        assumptions: BTreeSet::new(),
        requeue: Requeue::OnChange,
    };
    block_on(execute(world, &plan))
}

fn all(kind: &str, plural: &str) -> Selector {
    let labels = [("app".to_owned(), "db".to_owned())].into();
    Selector { labels, ..Selector::all(Api::new("", "v1", kind, plural), "default") }
}

fn stopped(outcome: Result<Done, Error>) -> (usize, String) {
    match outcome {
        Ok(Done::Stopped { at, guard }) => (at, guard),
        other => panic!("not stopped: {other:?}"),
    }
}

#[test]
fn a_guard_that_fails_ends_the_plan_before_its_action() {
    let world = running("OnDelete");
    let (first, second) = (claim("data-db-0"), claim("data-db-1"));
    let leaving = Guard::Leaving(the_set(), uid(&world, &the_set()));
    let actions = vec![delete(&world, &first), delete(&world, &second).guarded(leaving)];
    let (at, guard) = stopped(run(&world, actions));
    assert_eq!((at, &*guard), (1, "StatefulSet default/db is not being deleted"));
    assert_eq!(world.counts().writes(), 1);
}

#[test]
fn a_guard_looks_at_the_very_object() {
    let world = running("OnDelete");
    let live = |uid: &str| {
        let guard = Guard::Live(the_set(), uid.to_owned());
        run(&world, vec![delete(&world, &claim("data-db-0")).guarded(guard)])
    };
    assert_eq!(stopped(live("x")).1, "StatefulSet default/db is another one by now");
    let uid = uid(&world, &the_set());
    assert_eq!(live(&uid).unwrap(), Done::All);
    world.delete_as_user(&the_set(), Propagation::Background).unwrap();
    assert_eq!(stopped(live(&uid)).1, "StatefulSet default/db is gone");
}

#[test]
fn enough_other_pods_have_to_be_ready() {
    let world = running("OnDelete");
    let restart = || {
        let verb = Verb::Restart(pod("db-0"), seen(&world, &pod("db-0")));
        let guard = Guard::PodsReady {
            of: all("Pod", "pods"),
            controller_uid: uid(&world, &the_set()),
            min_ready: 2,
            excluding: "db-0".to_owned(),
        };
        vec![Action::new(verb, Why::Orphaned, Risk::Restart, &rule::OBJ_05).guarded(guard)]
    };
    world.behave("default", "db-2", Behaviour::NeverReady);
    world.tick();
    assert_eq!(stopped(run(&world, restart())).1, "1 other pods are ready, 2 have to be");
    // A ready one that somebody else made does not count.
    let mut another = world.object(&pod("db-1")).expect("it runs");
    another["metadata"]["name"] = json!("another");
    another["metadata"]["ownerReferences"][0]["uid"] = json!("another");
    world.load(vec![another]);
    assert_eq!(stopped(run(&world, restart())).1, "1 other pods are ready, 2 have to be");
    world.behave("default", "db-2", Behaviour::Normal);
    world.tick();
    assert_eq!(run(&world, restart()).unwrap(), Done::All);
}

#[test]
fn what_would_not_be_accepted_is_an_error_and_nothing_is_done() {
    let world = running("OnDelete");
    let body = set("OnDelete", "db:1", "20Gi");
    let verb = Verb::Apply(manifest(&body), seen(&world, &the_set()));
    let action = Action::new(verb, Why::Orphaned, Risk::None, &rule::OBJ_03);
    let error = run(&world, vec![action.guarded(Guard::Acceptable)]).unwrap_err();
    assert_eq!((error.class(), world.counts().writes()), (Class::Final, 0));
    assert_eq!(error.to_string(), "failed to update StatefulSet default/db");
}

#[test]
fn the_first_action_that_fails_ends_the_plan() {
    let world = running("OnDelete");
    let (first, second) = (claim("data-db-0"), claim("data-db-1"));
    let stale = delete(&world, &first);
    world.edit_as("kubectl", &first, |it| it["metadata"]["labels"]["a"] = json!("b")).unwrap();
    let error = run(&world, vec![stale, delete(&world, &second)]).unwrap_err();
    assert_eq!((error.class(), world.counts().writes()), (Class::Conflict, 1));
}
