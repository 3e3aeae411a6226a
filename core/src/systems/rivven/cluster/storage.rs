//! Volumes: claims that grow, claim templates that follow, and what cannot be done.

use std::collections::BTreeSet;

use k8s_openapi::api::storage::v1::StorageClass;
use serde_json::{Value, json};

use super::{
    Valid,
    brokers::{Brokers, ClaimSeen},
};
use crate::{
    field::Path,
    k8s::quantity::Quantity,
    observed::{Observed, Ref, Seen},
    plan::{Action, Blocked, Change, Guard, Manifest, Propagation, Risk, Verb, Waiting, Why},
    rule::Rule,
    systems::rivven::{Rivven, rules},
};

/// Taken to be so where the StorageClass may not be looked at.
pub(super) const ONLINE_EXPANSION: &str =
    "the storage class lets claims grow (it could not be looked at; the API server is asked first)";

/// What is to be done about volumes, and what the claim template shall say right now.
#[derive(Debug)]
pub(super) struct Storage {
    pub(super) size: Quantity,
    pub(super) class: Option<String>,
    pub(super) access_modes: Vec<String>,
    /// Growing claims.
    pub(super) grow: Vec<Action<Rivven>>,
    pub(super) waiting: Vec<Waiting>,
    pub(super) blocked: Vec<Blocked>,
    pub(super) assumptions: BTreeSet<&'static str>,
}

/// The classes of claims that have to grow: whether they can has to be known.
pub(super) fn classes_to_read(brokers: &Brokers, wanted: u32, size: &Quantity) -> Vec<Ref> {
    let classes: BTreeSet<&String> =
        growing(brokers, wanted, size).filter_map(|claim| claim.class.as_ref()).collect();
    classes.into_iter().map(|class| Ref::to::<StorageClass>("", class)).collect()
}

/// Looks at every claim of a broker that is to stay.
pub(super) fn storage(valid: &Valid, brokers: &Brokers, seen: &Observed<Rivven>) -> Storage {
    let mut storage = Storage {
        size: valid.size.clone(),
        class: valid.class.clone(),
        access_modes: valid.access_modes.clone(),
        grow: Vec::new(),
        waiting: Vec::new(),
        blocked: Vec::new(),
        assumptions: BTreeSet::new(),
    };
    fixed_fields(valid, brokers, &mut storage);
    if shrinks(valid, brokers, &mut storage) {
        return storage;
    }
    take_back(valid, brokers, &mut storage);
    grow(valid, brokers, seen, &mut storage);
    let before = brokers.set.as_ref().and_then(|set| set.size.clone());
    if let (false, Some(before)) = (storage.grow.is_empty(), before) {
        // The template follows its claims: until they are as asked for, it stays as it is.
        storage.size = before;
    }
    storage
}

/// What no claim can change: the template keeps what the StatefulSet has.
fn fixed_fields(valid: &Valid, brokers: &Brokers, storage: &mut Storage) {
    let Some(set) = &brokers.set else { return };
    // A template without a class means the default one, which is what `None` asks for too.
    if set.class != valid.class {
        let (before, after) = (json!(set.class), json!(valid.class));
        let message = "existing claims cannot move to another storage class";
        storage.blocked.push(refusal(&rules::STO_03, "storageClassName", before, after, message));
        storage.class.clone_from(&set.class);
    }
    if set.access_modes != valid.access_modes {
        let (before, after) = (json!(set.access_modes), json!(valid.access_modes));
        let message = "existing claims cannot change their access modes";
        storage.blocked.push(refusal(&rules::STO_03, "accessModes", before, after, message));
        storage.access_modes.clone_from(&set.access_modes);
    }
}

/// Whether less is asked for than there is. Then everything about sizes stays as it is.
fn shrinks(valid: &Valid, brokers: &Brokers, storage: &mut Storage) -> bool {
    let claims = brokers.claims_of(valid.replicas);
    let exists = claims.filter_map(|claim| claim.capacity.as_ref()).max();
    let Some(exists) = exists.filter(|exists| **exists > valid.size) else { return false };
    let (before, after) = (json!(exists.canonical()), json!(valid.size.canonical()));
    let message = format!("a claim has {exists} already and cannot be made smaller");
    let blocked = refusal(&rules::STO_02, "size", before, after, &message);
    let remedy = format!("Set spec.storage.size to {exists}, or move the topics to a new cluster.");
    storage.blocked.push(Blocked { remedy, ..blocked });
    if let Some(size) = brokers.set.as_ref().and_then(|set| set.size.clone()) {
        storage.size = size;
    }
    true
}

/// A growth that has not happened may be taken back, to more than what the claim has.
fn take_back(valid: &Valid, brokers: &Brokers, storage: &mut Storage) {
    let mut refused = None;
    let claims = brokers.claims_of(valid.replicas);
    for claim in claims.filter(|claim| claim.bound && !claim.deleting) {
        let (Some(requested), Some(capacity)) = (&claim.requested, &claim.capacity) else {
            continue;
        };
        if *requested <= valid.size {
            continue;
        }
        if *capacity < valid.size {
            let growth = resize(claim, &valid.size, None);
            storage.grow.push(Action { rule: &rules::STO_06, ..growth });
        } else {
            refused = refused.max(Some(requested));
        }
    }
    if let Some(requested) = refused {
        let size = &valid.size;
        let (before, after) = (json!(requested.canonical()), json!(size.canonical()));
        let message =
            format!("a claim has {size} and asks for {requested}, which cannot be lowered to that");
        let blocked = refusal(&rules::STO_06, "size", before, after, &message);
        let remedy = format!(
            "Set spec.storage.size to a little more than {size}: the claim grows by that much only."
        );
        storage.blocked.push(Blocked { remedy, ..blocked });
    }
}

fn grow(valid: &Valid, brokers: &Brokers, seen: &Observed<Rivven>, storage: &mut Storage) {
    let mut refused = BTreeSet::new();
    for claim in growing(brokers, valid.replicas, &valid.size) {
        match expansion(claim, seen) {
            Expansion::Allowed => storage.grow.push(resize(claim, &valid.size, None)),
            Expansion::Unknown => {
                storage.assumptions.insert(ONLINE_EXPANSION);
                storage.grow.push(resize(claim, &valid.size, Some(Guard::Acceptable)));
            }
            Expansion::Refused(class) => {
                refused.insert(class);
            }
        }
    }
    let before = brokers.set.as_ref().and_then(|set| set.size.clone());
    for class in refused {
        let exists = before.as_ref().map(ToString::to_string);
        let (before, after) = (json!(exists), json!(valid.size.canonical()));
        let message = format!("storage class {class} does not let claims grow");
        storage.blocked.push(refusal(&rules::STO_05, "size", before, after, &message));
    }
    if !storage.blocked.is_empty() {
        // The template stays with its claims: what it says is what a new broker would get.
        if let Some(before) = before {
            storage.size = before;
        }
    }
}

/// Whether a claim template can be had from the StatefulSet that is there.
#[derive(Debug)]
pub(super) enum Template {
    /// It is what the StatefulSet has, or there is none yet.
    Fits,
    /// The StatefulSet is deleted around its pods, so that it is made anew in the next step.
    Replace(Box<Action<Rivven>>),
    /// It does not fit and has to wait: the StatefulSet stays as it is.
    Waits,
}

/// Deletes the StatefulSet around its pods when its claim template no longer fits, once the claims
/// do and nothing is stopping: a pod that is stopped while there is no StatefulSet stays away for
/// longer than it has to.
pub(super) fn template(
    valid: &Valid,
    brokers: &Brokers,
    storage: &mut Storage,
    template: &Value,
) -> Template {
    let Some(set) = &brokers.set else { return Template::Fits };
    let changes = crate::compare::within(set.claim_template(), template);
    if changes.is_empty() {
        return Template::Fits;
    }
    if set.deleting || !storage.grow.is_empty() {
        return Template::Waits;
    }
    let prefixed = |change: Change| Change {
        path: format!("/spec/volumeClaimTemplates/0{}", change.path),
        ..change
    };
    let stopping = brokers.pods.values().filter(|pod| pod.deleting).count();
    let gate = crate::plan::Gate::judged(
        super::gates::PODS_READY,
        Some(stopping == 0),
        format!("{stopping} pods stopping"),
    );
    let verb = Verb::Delete(set.target.clone(), set.at.clone(), Propagation::Orphan);
    if !gate.passes() {
        let (what, target) = (verb.to_string(), set.target.clone());
        let (risk, rule) = (Risk::None, &rules::STO_04);
        storage.waiting.push(Waiting { what, target, risk, rule, gates: vec![gate] });
        return Template::Waits;
    }
    let why = Why::Changed(changes.into_iter().map(prefixed).collect());
    let action = Action::new(verb, why, Risk::None, &rules::STO_04).through(vec![gate]);
    let live = Guard::Live(valid.own.clone(), valid.uid.clone());
    Template::Replace(Box::new(action.guarded(live)))
}

fn growing<'a>(
    brokers: &'a Brokers,
    wanted: u32,
    size: &'a Quantity,
) -> impl Iterator<Item = &'a ClaimSeen> + 'a {
    let smaller = |claim: &&ClaimSeen| {
        let requested = claim.requested.as_ref();
        claim.bound && !claim.deleting && requested.is_some_and(|requested| requested < size)
    };
    brokers.claims_of(wanted).filter(smaller)
}

enum Expansion {
    Allowed,
    Unknown,
    Refused(String),
}

fn expansion(claim: &ClaimSeen, seen: &Observed<Rivven>) -> Expansion {
    let Some(class) = &claim.class else {
        return Expansion::Refused("(none)".to_owned());
    };
    match seen.get::<StorageClass>("", class) {
        Seen::Present(found) if found.allow_volume_expansion == Some(true) => Expansion::Allowed,
        Seen::Present(_) => Expansion::Refused(class.clone()),
        Seen::Absent | Seen::Unknown(_) | Seen::Unread => Expansion::Unknown,
    }
}

fn resize(claim: &ClaimSeen, size: &Quantity, guard: Option<Guard<Rivven>>) -> Action<Rivven> {
    let fields =
        json!({ "spec": { "resources": { "requests": { "storage": size.canonical() } } } });
    let manifest = Manifest::part(claim.target.clone(), &fields);
    let why = Why::Changed(vec![Change {
        path: "/spec/resources/requests/storage".to_owned(),
        before: claim.requested.as_ref().map(|size| json!(size.canonical())),
        after: Some(json!(size.canonical())),
    }]);
    let verb = Verb::Apply(manifest, claim.at.clone());
    let action = Action::new(verb, why, Risk::Online, &rules::STO_01);
    match guard {
        Some(guard) => action.guarded(guard),
        None => action,
    }
}

fn refusal(
    rule: &'static Rule,
    field: &str,
    before: Value,
    after: Value,
    message: &str,
) -> Blocked {
    Blocked {
        rule,
        path: Path::dotted("spec.storage").child(field),
        before,
        after,
        message: message.to_owned(),
        remedy: rule.remedy.to_owned(),
    }
}
