//! From objects that are wished for, and objects that are there, to actions.

use std::{collections::BTreeSet, sync::Arc};

use kube_core::Resource;
use serde_json::Value;

use super::{controller, controller_ref, own_uid};
use crate::{
    compare,
    field::Segment,
    k8s::fixed,
    kind::{Assess, Desired, Kind, System, Wanted, Wish},
    label::{DIGEST, SLUICEGATE},
    observed::{Observed, Reads, Ref, Seen, at, group_of, text},
    plan::{Action, Blocked, Change, Precondition, Propagation, Risk, Verb, Why},
    rule,
};

/// What it takes to have an object as it is wished for.
pub(super) enum Reach<S: System> {
    /// Nothing: it is there.
    There(Ref),
    /// This.
    By(Action<S>),
    /// Nothing does: these fields of it cannot be changed.
    Not(Ref, Vec<Blocked>),
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

    /// Deletes for what is no longer wished for and is not on its way out already.
    pub(super) fn orphans<S: System>(&self, wished: &BTreeSet<Ref>) -> Vec<Action<S>> {
        let orphan = |(target, object): &&(Ref, &Arc<Value>)| {
            !wished.contains(target) && at(object, "/metadata/deletionTimestamp").is_none()
        };
        let delete = |(target, object): &(Ref, &Arc<Value>)| {
            let seen = Precondition::as_seen(target, object);
            let verb = Verb::Delete(target.clone(), seen, Propagation::Background);
            Action::new(verb, Why::Orphaned, Risk::Online, &rule::OBJ_05)
        };
        self.objects.iter().filter(orphan).map(delete).collect()
    }
}

/// What is desired and not among the children: to be looked at by name before it is claimed.
pub(super) fn not_among_children<S: System>(desired: &Desired<S>, seen: &Observed<S>) -> Reads<S> {
    let mut reads = Reads::none();
    for wish in &desired.wishes {
        if let Wish::Object(Wanted { manifest, .. }) = wish
            && matches!(seen.raw(&manifest.target), Seen::Unread)
        {
            reads = reads.object(manifest.target.clone());
        }
    }
    reads
}

/// Why objects that are wished for cannot be had.
pub(super) enum Taken {
    /// One belongs to somebody else or cannot be looked at: a sentence.
    Stays(String),
    /// They belong to an earlier resource of this very name, and Kubernetes removes them.
    Goes(Vec<Ref>),
}

/// Whether objects that are wished for cannot be had, or not yet.
pub(super) fn taken<K: Kind>(
    resource: &K::Resource,
    desired: &Desired<K::System>,
    seen: &Observed<K::System>,
) -> Option<Taken> {
    let ours = own_uid(resource);
    let mut going = Vec::new();
    for wish in &desired.wishes {
        let Wish::Object(wanted) = wish else { continue };
        let target = &wanted.manifest.target;
        match seen.raw(target) {
            Seen::Present(object) if controller(object) == Some(&ours) => {}
            Seen::Present(object) if is_of_an_earlier(resource, object) => {
                going.push(target.clone());
            }
            Seen::Present(object) => {
                let whose = belongs(object);
                let message = format!("{target} {whose}, so it is not touched (OBJ-02)");
                return Some(Taken::Stays(message));
            }
            Seen::Unknown(why) => {
                return Some(Taken::Stays(format!("{target} cannot be looked at: {why}")));
            }
            Seen::Absent | Seen::Unread => {}
        }
    }
    (!going.is_empty()).then_some(Taken::Goes(going))
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
pub(super) fn reach<S: System>(wanted: Wanted<S>, seen: &Observed<S>) -> Reach<S> {
    let Wanted { manifest, assess, gates, guards } = wanted;
    let Seen::Present(exists) = seen.raw(&manifest.target) else {
        let create = Verb::Create(manifest);
        return Reach::By(Action::new(create, Why::Missing, Risk::None, &rule::OBJ_01));
    };
    let mut changes = compare::differences(exists, &manifest);
    let applied = at(exists, "/metadata/annotations").and_then(|all| all.get(DIGEST));
    let applied = applied.and_then(Value::as_str);
    changes.retain(|change| change.path != DIGEST_PATH && change.path != "/metadata/annotations");
    // A stage that is held back differs from what was applied in its signature only.
    let signed = applied == manifest.digest() || applied == Some(manifest.intent.as_str());
    if changes.is_empty() && signed {
        return Reach::There(manifest.target);
    }
    let why = if applied == Some(manifest.intent.as_str()) {
        Why::Drifted(changes)
    } else {
        changes.extend(compare::removed(exists, &manifest, SLUICEGATE));
        Why::Changed(changes)
    };
    let fixed =
        why.changes().iter().filter(|one| fixed::is_fixed(&manifest.target, exists, &one.path));
    let fixed: Vec<Blocked> = fixed.map(|change| refused(&manifest.target, change)).collect();
    if !fixed.is_empty() {
        return Reach::Not(manifest.target, fixed);
    }
    let (risk, mut rule) = worst(why.changes(), assess);
    if matches!(why, Why::Drifted(_)) && rule::RULES.contains(&rule) {
        // A rule of the kind's own says more; one of these says less than that it is drift.
        rule = &rule::OBJ_08;
    }
    let at = Precondition::as_seen(&manifest.target, exists);
    let action = Action::new(Verb::Apply(manifest, at), why, risk, rule);
    Reach::By(Action { gates, guards, ..action })
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

/// The digest's own place, which is no change that anybody needs to read about.
const DIGEST_PATH: &str = "/metadata/annotations/sluicegate~1digest";

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
