//! The engine: one resource, one step. It asks the kind its six questions and knows everything that
//! is the same for all kinds: ownership, finalizers, pruning, pausing, conditions and times.

use std::collections::BTreeSet;

use kube_core::{
    Resource,
    object::{HasSpec, HasStatus},
};
use serde_json::{Map, Value, json};

use crate::{
    annotations,
    field::{Errors, Path},
    inert,
    kind::{self, Ctx, Desired, Item, Kind, Report, Status as _, was_in_sync},
    observed::{Observed, Reads, Ref, Selector},
    owner::{own_ref, own_uid},
    plan::{Action, Guard, Plan, Precondition, Requeue, Risk, Verb, Why},
    reasons, rule,
};

mod ending;
mod events;
mod fleet;
mod objects;
mod status;
mod unreadable;

use self::ending::{Ending, Telling, leave, pause, refuse, refuse_name, wait_for_predecessor};
pub use self::fleet::{Standing, is_paced};
pub use self::unreadable::unreadable;

/// How often [`Step::Read`] may follow itself. The deepest chain there is needs all four: the
/// cluster of a RivvenConnect, the topics of its broker, how far they are, and then what is desired
/// and not among the children.
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
    match decide::<K>(ctx, resource, seen) {
        Ok(ending) => Step::Act(status::end::<K>(ctx, resource, ending)),
        Err(first) => first,
    }
}

/// How the step ends, or what has to be seen first.
fn decide<K: Kind>(
    ctx: &Ctx<'_>,
    resource: &K::Resource,
    seen: &Observed<K::System>,
) -> Result<Ending<K>, Step<K>> {
    if resource.meta().deletion_timestamp.is_some() {
        return leave::<K>(ctx, resource, seen);
    }
    let valid = match accept::<K>(resource) {
        Ok(valid) => valid,
        Err(errors) => {
            let draft = reasons::ACCEPTED_INVALID.no(errors.to_string());
            return Ok(refuse::<K>(resource, draft));
        }
    };
    let mut reads = K::refers(ctx, resource, seen);
    reads.lists.extend(K::owns(resource));
    let others = beside(&reads.lists, &K::owns(resource));
    let unread = reads.unread(seen);
    if !unread.is_empty() {
        return Err(Step::Read(unread));
    }
    // A list that may not be had holds up whoever needs it, and nobody else.
    denied::<K>(&others, seen)?;
    let desired = K::desires(ctx, &valid, seen);
    denied::<K>(&objects::needed(&K::owns(resource), &desired), seen)?;
    let unknown = objects::not_among_children(&desired, seen).unread(seen);
    if !unknown.is_empty() {
        return Err(Step::Read(unknown));
    }
    let mut report = K::reports(ctx, &valid, seen);
    if !K::INERT.is_empty() || !K::OVERRIDDEN.is_empty() {
        inert::tell(&K::idle(resource, &valid), &mut report.conditions);
    }
    match objects::taken::<K>(resource, &desired, seen) {
        Some(objects::Conflict::NotOurs(why)) => {
            let draft = reasons::ACCEPTED_NAME_TAKEN.no(why);
            return Ok(refuse_name::<K>(resource, draft, &rule::OBJ_02));
        }
        Some(objects::Conflict::Orphaned(what)) => {
            let draft = reasons::ACCEPTED_NOT_ADOPTED.no(what);
            return Ok(refuse_name::<K>(resource, draft, &rule::OBJ_11));
        }
        Some(objects::Conflict::Leaving(left)) => {
            return Ok(wait_for_predecessor::<K>(resource, left, report));
        }
        None => {}
    }
    if annotations::paused(resource.meta()) {
        let would = converge::<K>(ctx, resource, seen, desired, report.clone());
        return Ok(pause::<K>(would.plan, report));
    }
    Ok(converge::<K>(ctx, resource, seen, desired, report))
}

/// The lists that are read for another reason than that what is in them is owned.
fn beside(lists: &BTreeSet<Selector>, owns: &[Selector]) -> Vec<Selector> {
    lists.iter().filter(|list| !owns.contains(list)).cloned().collect()
}

/// Whether all of these lists may be had.
///
/// # Errors
///
/// The first that may not.
fn denied<K: Kind>(needs: &[Selector], seen: &Observed<K::System>) -> Result<(), Step<K>> {
    let denied = |list: &Selector| Some(Step::Denied(list.clone(), seen.denied(list)?.to_owned()));
    needs.iter().find_map(denied).map_or(Ok(()), Err)
}

/// Everything wrong with a resource: what its schema says and what its kind says.
///
/// # Errors
///
/// All of it, with path and remedy.
pub fn accept<K: Kind>(resource: &K::Resource) -> Result<K::Valid, Errors> {
    let mut errors = Errors::default();
    let spec = serde_json::to_value(resource.spec()).expect("a spec is JSON");
    let whole = Value::Object(Map::from_iter([("spec".to_owned(), spec)]));
    K::schema().check(&Path::default(), &whole, &mut errors);
    errors.and(kind::accept::<K>(resource))
}

/// What the resource asks for, as actions.
fn converge<K: Kind>(
    ctx: &Ctx<'_>,
    resource: &K::Resource,
    seen: &Observed<K::System>,
    desired: Desired<K::System>,
    mut report: Report<StatusOf<K>>,
) -> Ending<K> {
    let own = own_ref::<K>(resource);
    if let Some(finalize) = finalize::<K>(resource, desired.finalizer) {
        // Alone: the write moves the resourceVersion that everything after it would rest on.
        let mut plan = empty::<K>(own, Requeue::OnChange);
        plan.actions.push(finalize);
        // It may be this very write that failed. What tells is all that is done of this plan.
        let failed = ctx.failure.map(|_| Telling::Report(report));
        return Ending::new(plan, failed.unwrap_or(Telling::Nothing));
    }
    let mut plan = empty::<K>(own, desired.requeue);
    plan.waiting = desired.waiting;
    plan.blocked = desired.blocked;
    plan.assumptions = desired.assumptions;
    let mut events = desired.events;
    if !desired.freeze {
        let owned = objects::Owned::of::<K>(resource, seen);
        let adopted = objects::adopted::<K>(resource, &desired.items, seen);
        let (in_sync, mut put_back) = (was_in_sync(resource), events::PutBack::default());
        let mut wished = BTreeSet::new();
        for item in desired.items {
            match item {
                Item::Keep(target) => {
                    wished.insert(target.clone());
                    plan.kept.push(target);
                }
                Item::Act(action) => {
                    wished.extend(action.verb.target().cloned());
                    let action = events::as_drift(action, in_sync, &mut put_back);
                    plan.actions.push(while_it_is_there::<K>(resource, action));
                }
                Item::Object(wanted) => {
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
        plan.actions.extend(owned.orphans(&wished, &desired.gone));
        fleet::pace::<K>(ctx, resource, &mut plan);
        events.extend(events::put_back(&plan.resource, &put_back));
        events.extend(events::adopted(&plan.resource, &adopted));
    }
    report.conditions.push(reasons::ACCEPTED_VALID.yes(""));
    let deferred = desired.defer_status && ctx.failure.is_none();
    let status = if deferred { Telling::Nothing } else { Telling::Report(report) };
    Ending { plan, events, status, last: None }
}

/// What a kind takes away, restarts or calls for rests on its resource: whether that is still there
/// is looked at once more just before. An apply carries the owner, and says so itself.
fn while_it_is_there<K: Kind>(
    resource: &K::Resource,
    mut action: Action<K::System>,
) -> Action<K::System> {
    if !matches!(action.verb, Verb::Create(_) | Verb::Apply(..)) {
        action.guards.insert(0, Guard::Live(own_ref::<K>(resource), own_uid(resource)));
    }
    action
}

/// A child that is made once more: it was there when this very generation was told of. Its end may
/// have been heard of before that of the resource, so that is looked at first. What is made for the
/// first time costs no look.
fn once_more<K: Kind>(resource: &K::Resource, action: Action<K::System>) -> Action<K::System> {
    let told = resource.status().and_then(|status| status.observed_generation());
    if action.why != Why::Missing || told.is_none() || told != resource.meta().generation {
        return action;
    }
    action.guarded(Guard::Live(own_ref::<K>(resource), own_uid(resource)))
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
