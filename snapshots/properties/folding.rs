//! A plan folded into what was seen is what is seen once the plan is carried out.

use std::sync::PoisonError;

use futures_executor::block_on;
use proptest::{collection::vec, prelude::*};
use serde_json::{Value, json};
use sluicegate_core::{
    compare,
    kind::Kind,
    observed::{Observed, Ref, Seen, text},
    step::own_ref,
    systems::rivven::Rivven,
};
use sluicegate_effects::observe;

use crate::{
    acts::act,
    cases,
    edits::{Move, moves},
    regressions,
    world::{Rig, cluster, plain},
};

proptest! {
    #![proptest_config(cases(48, regressions!("folding")))]

    #[test]
    fn a_plan_folded_is_what_is_seen_after_it(
        replicas in 1..4_u32,
        all in vec(moves(), 1..10),
    ) {
        let rig = Rig { folding: true, ..Rig::new() };
        rig.memory.load(vec![cluster(&plain(replicas))]);
        for Move { edit, rounds, ticks, .. } in &all {
            // A fault is what a fold does not foresee.
            if !matches!(edit, crate::edits::Edit::Fault(..)) {
                act(&rig, edit);
            }
            for _ in 0..*rounds {
                rig.round();
                (0..*ticks).for_each(|_| drop(rig.memory.tick()));
            }
        }
        *rig.lag.lock().unwrap_or_else(PoisonError::into_inner) = 0;
        prop_assert_eq!(rig.alarmed(), None);
    }
}

/// Where what was foreseen differs from what is there.
pub(crate) fn differences<K: Kind<System = Rivven>>(
    rig: &Rig,
    before: &K::Resource,
    own: Option<&K::Resource>,
    folded: &Observed<Rivven>,
) -> Vec<String> {
    let target = own_ref::<K>(before);
    let mut all = Vec::new();
    let now = rig.memory.object(&target);
    match (own, &now) {
        (None, None) => {}
        (Some(own), Some(now)) => {
            let own = serde_json::to_value(own).expect("a resource is JSON");
            all.extend(fields(&target, now, &own, &["spec", "status"]));
            let held = |object: &Value| {
                object.pointer("/metadata/finalizers").cloned().unwrap_or(json!([]))
            };
            if held(now) != held(&own) {
                all.push(format!("{target}: finalizers {} and {}", held(now), held(&own)));
            }
        }
        (Some(_), None) => all.push(format!("{target} is gone")),
        (None, Some(_)) => all.push(format!("{target} is still there")),
    }
    let reads = folded.reads();
    let mut real = Observed::default();
    block_on(observe(&rig.memory, reads.clone(), &mut real)).expect("memory can be read");
    for read in &reads.objects {
        all.extend(objects(read, present(&real, read), present(folded, read)));
    }
    for selector in &reads.lists {
        let names = |seen: &Observed<Rivven>| -> Vec<Ref> {
            let items = seen.items(selector).iter().filter(|one| !is_leaving(one));
            items
                .map(|one| Ref {
                    api: selector.api.clone(),
                    namespace: text(one, "/metadata/namespace").to_owned(),
                    name: text(one, "/metadata/name").to_owned(),
                })
                .collect()
        };
        let (there, foreseen) = (names(&real), names(folded));
        if there != foreseen {
            all.push(format!("{} are {there:?}, foreseen {foreseen:?}", selector.api.plural));
        }
        for one in there.iter().filter(|one| **one != target) {
            all.extend(objects(one, present(&real, one), present(folded, one)));
        }
    }
    for probe in &reads.probes {
        // A topic's records come back with it, which no plan can know.
        let answer = |seen: &Observed<Rivven>| match seen.answer(probe) {
            Some(sluicegate_core::systems::rivven::Answer::Topic(topic)) => {
                format!("{:?}", (topic.partitions, &topic.configs))
            }
            other => format!("{other:?}"),
        };
        let (there, foreseen) = (answer(&real), answer(folded));
        // What a broker that is stopped by the plan says is not foreseen.
        if there != foreseen && !there.contains("Unreachable") {
            all.push(format!("{probe}: {there}, foreseen {foreseen}"));
        }
    }
    all
}

fn is_leaving(object: &Value) -> bool {
    object.pointer("/metadata/deletionTimestamp").is_some()
}

fn present<'a>(seen: &'a Observed<Rivven>, target: &Ref) -> Option<&'a Value> {
    match seen.raw(target) {
        Seen::Present(object) if !is_leaving(object) => Some(object),
        Seen::Present(_) | Seen::Absent | Seen::Unknown(_) | Seen::Unread => None,
    }
}

fn objects(target: &Ref, there: Option<&Value>, foreseen: Option<&Value>) -> Vec<String> {
    match (there, foreseen) {
        (None, None) => Vec::new(),
        (Some(there), Some(foreseen)) => {
            let mut all = fields(target, there, foreseen, &["spec", "data"]);
            for part in ["labels", "annotations", "ownerReferences"] {
                let of = |object: &Value| json!({ part: object["metadata"][part] });
                all.extend(fields(target, &of(there), &of(foreseen), &[part]));
            }
            all
        }
        (Some(_), None) => vec![format!("{target} is there")],
        (None, Some(_)) => vec![format!("{target} is not there")],
    }
}

/// Every foreseen field is there, with its value; what a server adds is no difference.
fn fields(target: &Ref, there: &Value, foreseen: &Value, parts: &[&str]) -> Vec<String> {
    let compared = |part: &&&str| foreseen.get(**part).is_some_and(|value| !value.is_null());
    let nothing = Value::Null;
    let lacking =
        |part: &&str| compare::within(there.get(*part).unwrap_or(&nothing), &foreseen[*part]);
    let parts = parts.iter().filter(compared);
    let changes = parts.flat_map(lacking);
    changes.map(|change| format!("{target}{}: {change:?}", change.path)).collect()
}
