//! The engine: one resource, one step. It asks the kind its six questions and knows everything that
//! is the same for all kinds: ownership, finalizers, pruning, pausing, conditions and times.

use std::collections::BTreeSet;

use kube_core::{
    Resource,
    object::{HasSpec, HasStatus},
};
use serde_json::json;

use crate::{
    annotations, condition,
    field::{Errors, Path},
    inert,
    kind::{Ctx, Desired, Kind, Leave, Report, Status as _, Wish},
    label,
    observed::{Observed, Reads, Ref, Selector},
    owner::{own_ref, own_uid},
    plan::{Action, Gate, Guard, Plan, Precondition, Requeue, Risk, Verb, Waiting, Why},
    reasons, rule,
};

mod events;
mod objects;
mod status;
mod unreadable;

use self::events::tell;
pub use self::unreadable::unreadable;

/// How often [`Step::Read`] may follow itself. The deepest chain there is needs three: a topic's
/// cluster, then the broker and the other claims, then what is desired and not among the children.
pub const READ_ROUNDS_MAX: u32 = 4;

type StatusOf<K> = <<K as Kind>::Resource as HasStatus>::Status;

/// The outcome of [`step`].
#[derive(Clone, Debug)]
pub enum Step<K: Kind> {
    /// Look at this, then step again.
    Read(Reads<K::System>),
    /// Do this.
    Act(Plan<K::System>),
    /// Nothing can be planned: the right to a list that this resource needs is missing, and why.
    Denied(Selector, String),
}

/// Takes one step towards what the resource asks for.
pub fn step<K: Kind>(ctx: &Ctx<'_>, resource: &K::Resource, seen: &Observed<K::System>) -> Step<K> {
    if resource.meta().deletion_timestamp.is_some() {
        return leave::<K>(ctx, resource, seen);
    }
    let valid = match accept::<K>(resource) {
        Ok(valid) => valid,
        Err(errors) => {
            let draft = reasons::ACCEPTED_INVALID.no(errors.to_string());
            return Step::Act(refuse::<K>(ctx, resource, draft));
        }
    };
    let mut reads = K::refers(ctx, resource, seen);
    reads.lists.extend(K::owns(resource));
    let others = beside(&reads.lists, &K::owns(resource));
    let unread = reads.unread(seen);
    if !unread.is_empty() {
        return Step::Read(unread);
    }
    // A list that may not be had holds up whoever needs it, and nobody else.
    if let Some(denied) = denied::<K>(&others, seen) {
        return denied;
    }
    let desired = K::desires(ctx, &valid, seen);
    let needs = objects::needed(&K::owns(resource), &desired);
    if let Some(denied) = denied::<K>(&needs, seen) {
        return denied;
    }
    let unknown = objects::not_among_children(&desired, seen).unread(seen);
    if !unknown.is_empty() {
        return Step::Read(unknown);
    }
    let mut report = K::reports(ctx, &valid, seen);
    if !K::INERT.is_empty() || !K::OVERRIDDEN.is_empty() {
        inert::tell(&K::without_effect(resource), &mut report.conditions);
    }
    match objects::taken::<K>(resource, &desired, seen) {
        Some(objects::Taken::Stays(why)) => {
            let draft = reasons::ACCEPTED_NAME_TAKEN.no(why);
            return Step::Act(refuse::<K>(ctx, resource, draft));
        }
        Some(objects::Taken::Left(what)) => {
            return Step::Act(refuse::<K>(ctx, resource, reasons::ACCEPTED_NOT_ADOPTED.no(what)));
        }
        Some(objects::Taken::Goes(left)) => {
            return Step::Act(wait_for_predecessor::<K>(ctx, resource, left, report));
        }
        None => {}
    }
    if annotations::paused(resource.meta()) {
        let would = converge::<K>(ctx, resource, seen, desired, report.clone());
        return Step::Act(pause::<K>(ctx, resource, would, report));
    }
    Step::Act(converge::<K>(ctx, resource, seen, desired, report))
}

/// The lists that are read for another reason than that what is in them is owned.
fn beside(lists: &BTreeSet<Selector>, owns: &[Selector]) -> Vec<Selector> {
    lists.iter().filter(|list| !owns.contains(list)).cloned().collect()
}

/// The first of these lists that may not be had.
fn denied<K: Kind>(needs: &[Selector], seen: &Observed<K::System>) -> Option<Step<K>> {
    let denied = |list: &Selector| Some(Step::Denied(list.clone(), seen.denied(list)?.to_owned()));
    needs.iter().find_map(denied)
}

/// Everything wrong with a resource: what its schema says and what its kind says.
///
/// # Errors
///
/// All of it, with path and remedy.
pub fn accept<K: Kind>(resource: &K::Resource) -> Result<K::Valid, Errors> {
    let mut errors = Errors::default();
    let spec = serde_json::to_value(resource.spec()).expect("a spec is JSON");
    K::schema().check(&Path::default(), &json!({ "spec": spec }), &mut errors);
    match K::accepts(resource) {
        Ok(valid) => errors.or(valid),
        Err(more) => {
            errors.extend(more);
            Err(errors)
        }
    }
}

/// What the resource asks for, as actions.
fn converge<K: Kind>(
    ctx: &Ctx<'_>,
    resource: &K::Resource,
    seen: &Observed<K::System>,
    desired: Desired<K::System>,
    mut report: Report<StatusOf<K>>,
) -> Plan<K::System> {
    let own = own_ref::<K>(resource);
    if let Some(finalize) = finalize::<K>(resource, desired.finalizer) {
        // Alone: the write moves the resourceVersion that everything after it would rest on.
        let mut plan = empty::<K>(own, Requeue::OnChange);
        plan.actions.push(finalize);
        if ctx.failure.is_some() {
            // It may be this very write that failed. What tells is all that is done of this plan.
            status::finish::<K>(ctx, resource, report, Vec::new(), &mut plan);
        }
        return plan;
    }
    let mut plan = empty::<K>(own, desired.requeue);
    plan.waiting = desired.waiting;
    plan.blocked = desired.blocked;
    plan.assumptions = desired.assumptions;
    let mut events = desired.events;
    if !desired.freeze {
        let owned = objects::Owned::of::<K>(resource, seen);
        let adopted = objects::adopted::<K>(resource, &desired.wishes, seen);
        let mut wished = BTreeSet::new();
        for wish in desired.wishes {
            match wish {
                Wish::Keep(target) => {
                    wished.insert(target.clone());
                    plan.kept.push(target);
                }
                Wish::Act(action) => {
                    wished.extend(action.verb.target().cloned());
                    plan.actions.push(action);
                }
                Wish::Object(wanted) => {
                    wished.insert(wanted.manifest.target.clone());
                    match objects::diff(ctx, wanted, seen) {
                        objects::Diff::Fixed(target, blocked) => {
                            plan.kept.push(target);
                            plan.blocked.extend(blocked);
                        }
                        objects::Diff::UpToDate(target, altered) => {
                            plan.kept.push(target);
                            plan.altered.extend(altered);
                        }
                        objects::Diff::Act(action) => {
                            let action = once_more::<K>(resource, action);
                            events.extend(events::drift(&plan.resource, &action));
                            plan.actions.push(action);
                        }
                    }
                }
            }
        }
        plan.actions.extend(owned.orphans(&wished));
        events.extend(events::adopted(&plan.resource, &adopted));
    }
    if desired.defer_status && ctx.failure.is_none() {
        plan.actions.extend(events.into_iter().map(tell));
        return plan;
    }
    report.conditions.push(reasons::ACCEPTED_VALID.yes(""));
    status::finish::<K>(ctx, resource, report, events, &mut plan);
    plan
}

/// A child that is made once more: it was there when this very generation was told of. Its end may
/// have been heard of before that of the resource, so that is looked at first. What is made for the
/// first time costs no look.
fn once_more<K: Kind>(resource: &K::Resource, action: Action<K::System>) -> Action<K::System> {
    let told = resource.status().cloned().and_then(|mut it| *it.observed_generation_mut());
    if action.why != Why::Missing || told.is_none() || told != resource.meta().generation {
        return action;
    }
    action.guarded(Guard::Live(own_ref::<K>(resource), own_uid(resource)))
}

/// A resource that cannot be served: nothing is touched but its status, which says why. It is not
/// *Ready* any more: what runs is looked after by nobody.
fn refuse<K: Kind>(
    ctx: &Ctx<'_>,
    resource: &K::Resource,
    draft: condition::Draft,
) -> Plan<K::System> {
    let mut plan = empty::<K>(own_ref::<K>(resource), Requeue::OnChange);
    let ready = reasons::READY_NOT_ACCEPTED.no(draft.message.clone());
    status::refused::<K>(ctx, resource, vec![draft, ready], &mut plan);
    plan
}

/// A resource that bears the name of an earlier one, of which something is left: it comes after it.
/// Kubernetes removes what is left, as a rule within seconds.
fn wait_for_predecessor<K: Kind>(
    ctx: &Ctx<'_>,
    resource: &K::Resource,
    left: Vec<Ref>,
    mut report: Report<StatusOf<K>>,
) -> Plan<K::System> {
    let own = own_ref::<K>(resource);
    let earlier = format!("an earlier {} of this name", own.api.kind);
    let what = objects::names(&left);
    let message = format!("waits for Kubernetes to remove what {earlier} left: {what}");
    let wait = |target: Ref| Waiting {
        what: format!("create {target}"),
        target,
        risk: Risk::None,
        rule: &rule::OBJ_02,
        gates: vec![Gate::judged("removed", Some(false), format!("it belongs to {earlier}"))],
    };
    let mut plan = empty::<K>(own, Requeue::OnChange);
    plan.waiting = left.into_iter().map(wait).collect();
    report.conditions.retain(|draft| draft.reason.condition != "Ready");
    report.conditions.push(reasons::READY_RECONCILING.no(message));
    report.conditions.push(reasons::ACCEPTED_VALID.yes(""));
    status::finish::<K>(ctx, resource, report, Vec::new(), &mut plan);
    plan
}

/// A resource that its annotation pauses: it is looked at, what would be done is shown, and nothing
/// is done.
fn pause<K: Kind>(
    ctx: &Ctx<'_>,
    resource: &K::Resource,
    would: Plan<K::System>,
    mut report: Report<StatusOf<K>>,
) -> Plan<K::System> {
    let gate = Gate::judged("not-paused", Some(false), format!("{} is \"true\"", label::PAUSED));
    let held = |action: Action<K::System>| {
        (!action.verb.only_tells()).then(|| Waiting {
            what: action.verb.to_string(),
            target: action.verb.target().unwrap_or(&would.resource).clone(),
            risk: action.risk,
            rule: action.rule,
            gates: vec![gate.clone()],
        })
    };
    let mut plan = empty::<K>(would.resource.clone(), would.requeue);
    plan.waiting = would.actions.into_iter().filter_map(held).chain(would.waiting).collect();
    plan.blocked = would.blocked;
    plan.kept = would.kept;
    plan.altered = would.altered;
    plan.assumptions = would.assumptions;
    report.conditions.push(reasons::ACCEPTED_VALID.yes(""));
    report.conditions.push(paused_draft());
    status::finish::<K>(ctx, resource, report, Vec::new(), &mut plan);
    plan
}

/// A resource being deleted. Its children go with it; what is left is what it holds elsewhere.
fn leave<K: Kind>(ctx: &Ctx<'_>, resource: &K::Resource, seen: &Observed<K::System>) -> Step<K> {
    let own = own_ref::<K>(resource);
    let mut plan = empty::<K>(own, Requeue::OnChange);
    let Some(release) = finalize::<K>(resource, false) else {
        return Step::Act(plan);
    };
    if annotations::paused(resource.meta()) {
        status::refused::<K>(ctx, resource, vec![paused_draft()], &mut plan);
        return Step::Act(plan);
    }
    let mut reads = K::refers(ctx, resource, seen);
    reads.lists.extend(K::owns(resource));
    let mut needs = beside(&reads.lists, &K::owns(resource));
    needs.extend(K::leaves_by(resource));
    let unread = reads.unread(seen);
    if !unread.is_empty() {
        return Step::Read(unread);
    }
    if let Some(denied) = denied::<K>(&needs, seen) {
        return denied;
    }
    match K::leaves(ctx, resource, seen) {
        Leave::Go(events) => {
            plan.actions.extend(events.into_iter().map(tell));
            if ctx.failure.is_some() {
                // The finalizer could not be taken off.
                status::refused::<K>(ctx, resource, Vec::new(), &mut plan);
            }
            plan.actions.push(release);
        }
        Leave::NotYet { actions, waiting, report, requeue } => {
            plan.actions = actions;
            plan.waiting = waiting;
            plan.requeue = requeue;
            status::refused::<K>(ctx, resource, vec![report], &mut plan);
        }
    }
    Step::Act(plan)
}

fn paused_draft() -> condition::Draft {
    reasons::PAUSED_BY_ANNOTATION
        .yes(format!("nothing is changed until the annotation {} is removed", label::PAUSED))
}

/// The finalizers with ours among them or not, unless it is so already.
fn finalize<K: Kind>(resource: &K::Resource, held: bool) -> Option<Action<K::System>> {
    let ours = K::FINALIZER?;
    let meta = resource.meta();
    let mut names = meta.finalizers.clone().unwrap_or_default();
    if names.iter().any(|name| name == ours) == held {
        return None;
    }
    names.retain(|name| name != ours);
    if held {
        names.push(ours.to_owned());
    }
    let verb = Verb::SetFinalizers(own_ref::<K>(resource), precondition::<K>(resource), names);
    let why = match (held, meta.deletion_timestamp.is_some()) {
        (true, _) => "what the spec asks to delete is about to exist",
        (false, true) => "nothing else is to be deleted with it",
        (false, false) => "the spec no longer asks for anything to be deleted",
    };
    Some(Action::new(verb, Why::Requested(why.to_owned()), Risk::None, &rule::OBJ_06))
}

fn empty<K: Kind>(resource: Ref, requeue: Requeue) -> Plan<K::System> {
    Plan {
        resource,
        actions: Vec::new(),
        waiting: Vec::new(),
        blocked: Vec::new(),
        kept: Vec::new(),
        altered: Vec::new(),
        assumptions: BTreeSet::new(),
        requeue,
    }
}

/// The resource as it was seen.
fn precondition<K: Kind>(resource: &K::Resource) -> Precondition {
    let meta = resource.meta();
    let seen = json!({
        "metadata": { "uid": own_uid(resource), "resourceVersion": meta.resource_version },
    });
    Precondition::as_seen(&own_ref::<K>(resource), &seen)
}
