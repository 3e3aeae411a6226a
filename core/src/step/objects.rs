//! From objects that are wished for, and objects that are there, to actions.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use kube_core::Resource;
use serde_json::Value;

use crate::owner::{controller, controller_ref, is_nobodys, own_uid};
use crate::{
    altered, annotations, compare,
    field::Segment,
    k8s::fixed,
    kind::{Assess, Ctx, Desired, DesiredObject, Item, Kind},
    label::{ADOPT, DIGEST, MANAGED_BY, SLUICEGATE},
    observed::{Observed, Reads, Ref, Seen, Selector, annotation, at, group_of, text},
    plan::{Action, Altered, Blocked, Change, Precondition, Propagation, Risk, Verb, Why},
    rule::{self, Rule},
    system::System,
};

/// What it takes to have an object as it is wished for.
pub(super) enum Diff<S: System> {
    /// Nothing: it is there, but for what the API server itself makes of it.
    UpToDate(Ref, Vec<Altered>),
    /// This.
    Act(Action<S>),
    /// Nothing does: these fields of it cannot be changed.
    Fixed(Ref, Vec<Blocked>),
}

/// The objects that belong to a resource: their controller owner reference carries its uid.
pub(super) struct Owned<'a> {
    objects: Vec<(Ref, &'a Arc<Value>)>,
}

impl<'a> Owned<'a> {
    pub(super) fn of<K: Kind>(resource: &K::Resource, seen: &'a Observed<K::System>) -> Self {
        let ours = own_uid(resource);
        let mut objects = Vec::new();
        for selector in K::owns(resource) {
            for object in seen.items(&selector) {
                if controller(object) == Some(&ours) {
                    let target = Ref {
                        api: selector.api.clone(),
                        namespace: text(object, "/metadata/namespace").to_owned(),
                        name: text(object, "/metadata/name").to_owned(),
                    };
                    objects.push((target, object));
                }
            }
        }
        Self { objects }
    }

    /// Deletes for what is no longer wished for and is not on its way out already, each with what
    /// the kind says that it comes to.
    pub(super) fn orphans<S: System>(
        &self,
        wished: &BTreeSet<Ref>,
        gone: &BTreeMap<Ref, (Risk, &'static Rule)>,
    ) -> Vec<Action<S>> {
        let orphan = |(target, object): &&(Ref, &Arc<Value>)| {
            !wished.contains(target) && at(object, "/metadata/deletionTimestamp").is_none()
        };
        let delete = |(target, object): &(Ref, &Arc<Value>)| {
            let seen = Precondition::as_seen(target, object);
            let verb = Verb::Delete(target.clone(), seen, Propagation::Background);
            let (risk, rule) = gone.get(target).copied().unwrap_or((Risk::Online, &rule::OBJ_05));
            Action::new(verb, Why::Orphaned, risk, rule)
        };
        self.objects.iter().filter(orphan).map(delete).collect()
    }
}

/// The lists of owned objects that something is wished of: what is in the others is not known to be
/// anybody's concern.
pub(super) fn needed<S: System>(owns: &[Selector], desired: &Desired<S>) -> Vec<Selector> {
    let wished = |list: &&Selector| {
        desired.items.iter().any(|wish| {
            let target = match wish {
                Item::Object(wanted) => Some(&wanted.manifest.target),
                Item::Act(action) => action.verb.target(),
                Item::Keep(target) => Some(target),
            };
            target.is_some_and(|target| target.api == list.api)
        })
    };
    owns.iter().filter(wished).cloned().collect()
}

/// What is desired and not among the children: to be looked at by name before it is claimed.
pub(super) fn not_among_children<S: System>(desired: &Desired<S>, seen: &Observed<S>) -> Reads<S> {
    let mut reads = Reads::none();
    for wish in &desired.items {
        if let Item::Object(DesiredObject { manifest, .. }) = wish
            && matches!(seen.raw(&manifest.target), Seen::Unread)
        {
            reads = reads.object(manifest.target.clone());
        }
    }
    reads
}

/// Why objects that are wished for cannot be had.
pub(super) enum Conflict {
    /// One belongs to somebody else or cannot be looked at: a sentence.
    NotOurs(String),
    /// They were made for an earlier resource of this name, and nobody has asked to take them over:
    /// a sentence.
    Orphaned(String),
    /// They belong to an earlier resource of this very name, and Kubernetes removes them.
    Leaving(Vec<Ref>),
}

/// Whether objects that are wished for cannot be had, or not yet.
pub(super) fn taken<K: Kind>(
    resource: &K::Resource,
    desired: &Desired<K::System>,
    seen: &Observed<K::System>,
) -> Option<Conflict> {
    let ours = own_uid(resource);
    let adopts = annotations::adopts(resource.meta());
    let owns = K::owns(resource);
    let (mut going, mut left, mut stays) = (Vec::new(), Vec::new(), Vec::new());
    for wish in &desired.items {
        let Some(target) = claimed(&owns, wish) else { continue };
        match seen.raw(target) {
            Seen::Present(object) if controller(object) == Some(&ours) => {}
            Seen::Present(object) if is_of_an_earlier(resource, object) => {
                going.push(target.clone());
            }
            Seen::Present(object) if is_left::<K>(resource, &owns, target, object) => {
                if at(object, "/metadata/deletionTimestamp").is_some() {
                    going.push(target.clone());
                } else if !adopts {
                    left.push(target.clone());
                }
            }
            Seen::Present(object) => stays.push(format!("{target} {}", belongs(object))),
            Seen::Unknown(why) => {
                return Some(Conflict::NotOurs(format!("{target} cannot be looked at: {why}")));
            }
            Seen::Absent | Seen::Unread => {}
        }
    }
    if !stays.is_empty() {
        return Some(Conflict::NotOurs(told::<K>(&stays, &left)));
    }
    if !left.is_empty() {
        return Some(Conflict::Orphaned(told::<K>(&stays, &left)));
    }
    (!going.is_empty()).then_some(Conflict::Leaving(going))
}

/// The object that a wish takes to be the resource's own: one that is to be as it says, or one of
/// the kinds that are owned of which something is to be done.
fn claimed<'a, S: System>(owns: &[Selector], wish: &'a Item<S>) -> Option<&'a Ref> {
    match wish {
        Item::Object(wanted) => Some(&wanted.manifest.target),
        Item::Act(action) => {
            let target = action.verb.target()?;
            owns.iter().any(|list| list.api == target.api).then_some(target)
        }
        Item::Keep(_) => None,
    }
}

/// What this plan takes over: it belongs to nobody, and the resource asks for it.
pub(super) fn adopted<K: Kind>(
    resource: &K::Resource,
    items: &[Item<K::System>],
    seen: &Observed<K::System>,
) -> Vec<Ref> {
    if !annotations::adopts(resource.meta()) {
        return Vec::new();
    }
    let owns = K::owns(resource);
    let left = |target: &&Ref| match seen.raw(target) {
        Seen::Present(object) => is_left::<K>(resource, &owns, target, object),
        Seen::Absent | Seen::Unknown(_) | Seen::Unread => false,
    };
    let claimed = items.iter().filter_map(|wish| claimed(&owns, wish));
    claimed.filter(left).cloned().collect()
}

/// What stands under the names that are needed, all of it, and the way out.
fn told<K: Kind>(stays: &[String], left: &[Ref]) -> String {
    let mut sentences = Vec::new();
    if !stays.is_empty() {
        let what = stays.join("; ");
        sentences.push(format!("{what}, so it is not touched ({})", rule::OBJ_02.id));
    }
    if !left.is_empty() {
        let kind = K::Resource::kind(&());
        sentences.push(format!(
            "made for an earlier {kind} of this name and without an owner now: {}. They are left \
             as they are; to take them over, set the annotation {ADOPT}: \"true\" ({})",
            names(left),
            rule::OBJ_11.id
        ));
    }
    sentences.join(". ")
}

/// Objects by kind and name.
pub(super) fn names(objects: &[Ref]) -> String {
    let names = objects.iter().map(|one| format!("{} {}", one.api.kind, one.name));
    names.collect::<Vec<_>>().join(", ")
}

/// Whether an object was made for an earlier resource of this name, and belongs to nobody any more.
fn is_left<K: Kind>(
    resource: &K::Resource,
    owns: &[Selector],
    target: &Ref,
    object: &Value,
) -> bool {
    is_left_behind(owns, target, object) || K::is_left_bare(resource, target, object)
}

/// Whether an object was made by us for a resource of this name and belongs to nobody any more: it
/// carries the labels that its children are found by, our name and our digest, and has no owner.
fn is_left_behind(owns: &[Selector], target: &Ref, object: &Value) -> bool {
    let labels = at(object, "/metadata/labels");
    let managed = labels.and_then(|all| all.get(MANAGED_BY)).and_then(Value::as_str);
    let signed = annotation(object, DIGEST).is_some();
    is_nobodys(object)
        && managed == Some(SLUICEGATE)
        && signed
        && owns.iter().any(|selector| selector.selects(target, labels))
}

/// Whether the controller of an object bears the name of this resource: there is only one of a name
/// at a time, so that the other is gone. What it made goes after it, a while later.
fn is_of_an_earlier<R: Resource<DynamicType = ()>>(resource: &R, object: &Value) -> bool {
    controller_ref(object).is_some_and(|owner| {
        group_of(text(owner, "/apiVersion")) == R::group(&())
            && text(owner, "/kind") == R::kind(&())
            && Some(text(owner, "/name")) == resource.meta().name.as_deref()
    })
}

/// What it takes to have an object as it is wished for.
pub(super) fn diff<S: System>(
    ctx: &Ctx<'_>,
    wanted: DesiredObject<S>,
    seen: &Observed<S>,
) -> Diff<S> {
    let DesiredObject { manifest, assess, assess_drift, gates, guards } = wanted;
    let Seen::Present(exists) = seen.raw(&manifest.target) else {
        let create = Verb::Create(manifest);
        return Diff::Act(Action::new(create, Why::Missing, Risk::None, &rule::OBJ_01));
    };
    let applied = annotation(exists, DIGEST);
    let all = altered::differences(exists, &manifest);
    let (taken, mut changes) = altered::partition(exists, all);
    // A stage that is held back differs from what was applied in its signature only.
    let signed = applied == manifest.digest() || applied == Some(manifest.intent.as_str());
    let at = Precondition::as_seen(&manifest.target, exists);
    if changes.is_empty() && signed {
        let fixed = taken.iter().any(|one| fixed::is_fixed(&manifest.target, exists, &one.path));
        // Where it may no longer be changed, an apply would only be refused.
        if taken.is_empty() || fixed || !ctx.anew {
            let target = &manifest.target;
            let of = |change| Altered { target: target.clone(), change };
            return Diff::UpToDate(target.clone(), taken.into_iter().map(of).collect());
        }
        let (risk, _) = worst(&taken, assess);
        let why = "the API server had made something else of it, and may not do so any more";
        let verb = Verb::Apply(altered::noted(manifest, exists), at);
        let again = Action::new(verb, Why::Requested(why.to_owned()), risk, &rule::OBJ_10);
        return Diff::Act(Action { gates, guards, ..again });
    }
    let why = if applied == Some(manifest.intent.as_str()) {
        Why::Drifted(changes)
    } else {
        changes.extend(compare::removed(exists, &manifest, SLUICEGATE));
        changes.retain(|change| change.path != ADMITTED_PATH);
        Why::Changed(changes)
    };
    let fixed =
        why.changes().iter().filter(|one| fixed::is_fixed(&manifest.target, exists, &one.path));
    let fixed: Vec<Blocked> = fixed.map(|change| refused(&manifest.target, change)).collect();
    if !fixed.is_empty() {
        return Diff::Fixed(manifest.target, fixed);
    }
    let assess = assess_drift.filter(|_| matches!(why, Why::Drifted(_))).unwrap_or(assess);
    let (risk, mut rule) = worst(why.changes(), assess);
    if matches!(why, Why::Drifted(_)) && rule::RULES.contains(&rule) {
        // A rule of the kind's own says more; one of these says less than that it is drift.
        rule = &rule::OBJ_08;
    }
    if controller(exists).is_none() {
        rule = &rule::OBJ_11;
    }
    let action = Action::new(Verb::Apply(altered::noted(manifest, exists), at), why, risk, rule);
    Diff::Act(Action { gates, guards, ..action })
}

/// A change that the API server would refuse, whoever asks for it.
fn refused(target: &Ref, change: &Change) -> Blocked {
    let kind = target.api.kind.to_string();
    let steps = change.path.split('/').skip(1);
    let steps = steps.map(|step| Segment::Key(step.replace("~1", "/").replace("~0", "~")));
    Blocked {
        rule: &rule::OBJ_09,
        path: std::iter::once(Segment::Key(kind)).chain(steps).collect(),
        before: change.before.clone().unwrap_or_default(),
        after: change.after.clone().unwrap_or_default(),
        message: format!("it is immutable, and {target} is left as it is"),
        remedy: fixed::way_out(target, &change.path),
    }
}

/// The place of a note of ours, which is no change that anybody needs to read about.
const ADMITTED_PATH: &str = "/metadata/annotations/sluicegate~1admitted";

fn worst(changes: &[Change], assess: Assess) -> (Risk, &'static rule::Rule) {
    let assessed = changes.iter().map(assess);
    assessed.max_by_key(|(risk, _)| *risk).unwrap_or((Risk::None, &rule::OBJ_03))
}

fn belongs(object: &Value) -> String {
    match at(object, "/metadata/ownerReferences/0") {
        Some(owner) => format!("belongs to {} {}", text(owner, "/kind"), text(owner, "/name")),
        None => "exists and has no owner".to_owned(),
    }
}
