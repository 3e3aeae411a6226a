//! Volumes: claims that grow, claim templates that follow, and what cannot be done.

use std::collections::BTreeSet;

use k8s_openapi::api::storage::v1::StorageClass;
use serde_json::{Value, json};

use super::{
    Valid,
    brokers::{Brokers, ClaimSeen},
    valid::Lenient,
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

/// Taken to be so where the StorageClass of new claims may not be looked at.
pub(super) const CLASS_EXISTS: &str =
    "the storage class of new claims exists (it could not be looked at)";

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
    pub(super) assumptions: BTreeSet<String>,
}

impl Storage {
    /// As it is asked for, where there is nothing yet.
    pub(super) fn asked(valid: &Valid) -> Self {
        Self {
            size: valid.size.clone(),
            class: valid.class.clone(),
            access_modes: valid.access_modes.clone(),
            grow: Vec::new(),
            waiting: Vec::new(),
            blocked: Vec::new(),
            assumptions: BTreeSet::new(),
        }
    }
}

/// The classes that have to be known: of claims that have to grow, whether they can; of claims that
/// are not bound or not there yet, whether there is a class to make them a volume.
pub(super) fn classes_to_read(brokers: &Brokers, spec: &Lenient) -> Vec<Ref> {
    let growing = growing(brokers, spec.replicas, &spec.size).map(|claim| &claim.class);
    let unbound = brokers.claims_of(spec.replicas).filter(|claim| !claim.bound && !claim.lost);
    let unbound = unbound.map(|claim| &claim.class);
    let missing = (0..spec.replicas).any(|ordinal| !brokers.claims.contains_key(&ordinal));
    let wanted = std::iter::once(&spec.class).filter(|_| missing);
    let classes: BTreeSet<&String> = growing.chain(unbound).chain(wanted).flatten().collect();
    classes.into_iter().map(|class| Ref::to::<StorageClass>("", class)).collect()
}

/// Looks at every claim of a broker that is to stay.
pub(super) fn storage(valid: &Valid, brokers: &Brokers, seen: &Observed<Rivven>) -> Storage {
    let mut storage = Storage::asked(valid);
    fixed_fields(valid, brokers, &mut storage);
    let before = brokers.set.as_ref().and_then(|set| set.size.clone());
    // Only a wish that is smaller than the last one asks for less. A claim that has more than it
    // was asked to have was given it by its provider, or by somebody else, and keeps it.
    if let Some(before) = before.as_ref().filter(|before| **before > valid.size) {
        shrink(valid, before, brokers, &mut storage);
    }
    take_back(valid, brokers, &mut storage);
    grow(valid, brokers, seen, &mut storage);
    assume_class(valid, brokers, seen, &mut storage);
    let sizes = |one: &Blocked| one.rule != &rules::STO_03;
    if let Some(before) = before
        && (!storage.grow.is_empty() || storage.blocked.iter().any(sizes))
    {
        // The template follows its claims: until they are as asked for, it stays as it is. What it
        // says is what a new broker would get.
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

/// Less is asked for than before: that is refused for claims whose request would have to be lowered
/// below what they have.
fn shrink(valid: &Valid, before: &Quantity, brokers: &Brokers, storage: &mut Storage) {
    let size = &valid.size;
    let larger = |claim: &&ClaimSeen| {
        claim.bound
            && claim.requested.as_ref() > Some(size)
            && claim.capacity.as_ref() >= Some(size)
    };
    let larger: Vec<&ClaimSeen> = brokers.claims_of(valid.replicas).filter(larger).collect();
    let most = |of: &dyn Fn(&ClaimSeen) -> bool| {
        let claims = larger.iter().filter(|claim| of(claim));
        claims.filter_map(|claim| claim.requested.as_ref()).max()
    };
    // A growth that has not happened could be taken back, to more than what the claim has.
    if let Some(requested) =
        most(&|claim| claim.is_short() && claim.capacity.as_ref() == Some(size))
    {
        let (before, after) = (json!(requested.canonical()), json!(size.canonical()));
        let message =
            format!("a claim has {size} and asks for {requested}, which cannot be lowered to that");
        let blocked = refusal(&rules::STO_06, "size", before, after, &message);
        let remedy = format!(
            "Set spec.storage.size to a little more than {size}: the claim grows by that much only."
        );
        storage.blocked.push(Blocked { remedy, ..blocked });
    }
    let Some(exists) = most(&|claim| !claim.is_short() || claim.capacity.as_ref() != Some(size))
    else {
        return;
    };
    let (was, after) = (json!(before.canonical()), json!(size.canonical()));
    let message = format!("a claim has {exists} already and cannot be made smaller");
    let blocked = refusal(&rules::STO_02, "size", was, after, &message);
    let remedy = format!("Set spec.storage.size to {before}, or move the topics to a new cluster.");
    storage.blocked.push(Blocked { remedy, ..blocked });
}

/// A growth that has not happened may be taken back, to more than what the claim has.
fn take_back(valid: &Valid, brokers: &Brokers, storage: &mut Storage) {
    let size = Some(&valid.size);
    let claims = brokers.claims_of(valid.replicas);
    for claim in claims.filter(|claim| claim.bound && !claim.deleting) {
        if claim.requested.as_ref() > size
            && claim.capacity.is_some()
            && claim.capacity.as_ref() < size
        {
            let growth = resize(claim, &valid.size, None);
            storage.grow.push(Action { rule: &rules::STO_06, ..growth });
        }
    }
}

fn grow(valid: &Valid, brokers: &Brokers, seen: &Observed<Rivven>, storage: &mut Storage) {
    let mut refused = BTreeSet::new();
    for claim in growing(brokers, valid.replicas, &valid.size) {
        match expansion(claim, seen) {
            Expansion::Allowed => storage.grow.push(resize(claim, &valid.size, None)),
            Expansion::Unknown => {
                storage.assumptions.insert(ONLINE_EXPANSION.to_owned());
                storage.grow.push(resize(claim, &valid.size, Some(Guard::Acceptable)));
            }
            // It has that much already: its volume was larger than what it asked for.
            Expansion::Refused(_) if claim.capacity.as_ref() >= Some(&valid.size) => {}
            Expansion::Refused(why) => {
                refused.insert(why);
            }
        }
    }
    for message in refused {
        let exists = brokers.set.as_ref().and_then(|set| set.size.as_ref());
        let (before, after) =
            (json!(exists.map(Quantity::canonical)), json!(valid.size.canonical()));
        storage.blocked.push(refusal(&rules::STO_05, "size", before, after, &message));
    }
}

/// A class that may not be looked at, and that claims wait for or will.
fn assume_class(valid: &Valid, brokers: &Brokers, seen: &Observed<Rivven>, storage: &mut Storage) {
    let Some(class) = &valid.class else { return };
    let bound = |ordinal| brokers.claims.get(&ordinal).is_some_and(|claim| claim.bound);
    let unknown = matches!(seen.get::<StorageClass>("", class), Seen::Unknown(_));
    if unknown && !(0..valid.replicas).all(bound) {
        storage.assumptions.insert(CLASS_EXISTS.to_owned());
    }
}

/// The class that a claim waits for, where there is none of that name.
pub(super) fn lacks_class<'a>(claim: &'a ClaimSeen, seen: &Observed<Rivven>) -> Option<&'a str> {
    let class = claim.class.as_deref().filter(|_| !claim.bound && !claim.lost)?;
    matches!(seen.get::<StorageClass>("", class), Seen::Absent).then_some(class)
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
pub(super) fn template(brokers: &Brokers, storage: &mut Storage, template: &Value) -> Template {
    let Some(set) = &brokers.set else { return Template::Fits };
    let changes = set.claim_changes(template);
    if changes.is_empty() {
        return Template::Fits;
    }
    if set.deleting || !storage.grow.is_empty() {
        return Template::Waits;
    }
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
    let why = Why::Changed(changes);
    let action = Action::new(verb, why, Risk::None, &rules::STO_04).through(vec![gate]);
    Template::Replace(Box::new(action))
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

/// Whether a claim can grow.
enum Expansion {
    Allowed,
    Unknown,
    /// Why not, as a sentence.
    Refused(String),
}

fn expansion(claim: &ClaimSeen, seen: &Observed<Rivven>) -> Expansion {
    let Some(class) = &claim.class else {
        let name = &claim.target.name;
        return Expansion::Refused(format!("claim {name} has no storage class that could grow it"));
    };
    let refused = |why: &str| Expansion::Refused(format!("storage class {class} {why}"));
    match seen.get::<StorageClass>("", class) {
        Seen::Present(found) if found.allow_volume_expansion == Some(true) => Expansion::Allowed,
        Seen::Present(_) => refused("does not let claims grow"),
        Seen::Absent => refused("does not exist any more, so that its claims cannot grow"),
        Seen::Unknown(_) | Seen::Unread => Expansion::Unknown,
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
