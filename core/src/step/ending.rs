//! How a step ends for a resource that is not brought to what it asks for: one that is refused,
//! waits for what an earlier one left, is paused, or is on its way out.

use kube_core::Resource as _;
use serde_json::{Value, json};

use super::{StatusOf, Step, beside, denied, empty, events::tell, finalize, objects, status};
use crate::{
    annotations, condition,
    field::Path,
    kind::{Ctx, Kind, Leave, Report},
    label,
    observed::{Observed, Ref},
    owner::{own_ref, own_uid},
    plan::{Action, Blocked, Gate, Guard, Plan, Requeue, Risk, Waiting},
    reasons,
    rule::{self, Rule},
};

/// A resource that cannot be served: nothing is touched but its status, which says why. It is not
/// *Ready* any more: what runs is looked after by nobody.
pub(super) fn refuse<K: Kind>(
    ctx: &Ctx<'_>,
    resource: &K::Resource,
    draft: condition::Draft,
) -> Plan<K::System> {
    let mut plan = empty::<K>(own_ref::<K>(resource), Requeue::OnChange);
    let ready = reasons::READY_NOT_ACCEPTED.no(draft.message.clone());
    status::refused::<K>(ctx, resource, vec![draft, ready], &mut plan);
    plan
}

/// A resource whose name is taken is refused like any other change that cannot be made.
pub(super) fn refuse_name<K: Kind>(
    ctx: &Ctx<'_>,
    resource: &K::Resource,
    draft: condition::Draft,
    rule: &'static Rule,
) -> Plan<K::System> {
    let message = draft.message.clone();
    let mut plan = refuse::<K>(ctx, resource, draft);
    plan.blocked.push(Blocked {
        rule,
        path: Path::dotted("metadata.name"),
        before: Value::Null,
        after: json!(resource.meta().name),
        message,
        remedy: rule.remedy.to_owned(),
    });
    plan
}

/// A resource that bears the name of an earlier one, of which something is left: it comes after it.
/// Kubernetes removes what is left, as a rule within seconds.
pub(super) fn wait_for_predecessor<K: Kind>(
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
pub(super) fn pause<K: Kind>(
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
pub(super) fn leave<K: Kind>(
    ctx: &Ctx<'_>,
    resource: &K::Resource,
    seen: &Observed<K::System>,
) -> Step<K> {
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
            // That it is still on its way out is looked at once more just before.
            let leaving = Guard::Leaving(own_ref::<K>(resource), own_uid(resource));
            let guarded = actions.into_iter().map(|action| action.guarded(leaving.clone()));
            plan.actions = guarded.collect();
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
