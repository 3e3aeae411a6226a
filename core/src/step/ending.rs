//! How a step ends for a resource that is not brought to what it asks for: one that is refused,
//! waits for what an earlier one left, is paused, or is on its way out.

use kube_core::Resource as _;
use serde_json::{Value, json};

use super::{StatusOf, Step, beside, denied, empty, finalize, objects};
use crate::{
    annotations, condition,
    field::Path,
    kind::{Ctx, Kind, Leave, Report},
    label,
    observed::{Observed, Ref},
    owner::{own_ref, own_uid},
    plan::{Action, Blocked, Event, Gate, Guard, Plan, Requeue, Risk, Waiting},
    reasons,
    rule::{self, Rule},
};

/// How a step ends: what is done, and what is told of it.
pub(super) struct Ending<K: Kind> {
    /// What is done first.
    pub(super) plan: Plan<K::System>,
    /// What people are told beside what the status comes to say.
    pub(super) events: Vec<Event>,
    pub(super) status: Telling<K>,
    /// What is done when all has been told: after it there is nobody to tell of.
    pub(super) last: Option<Action<K::System>>,
}

/// What becomes of the status.
pub(super) enum Telling<K: Kind> {
    /// It comes to say this.
    Report(Report<StatusOf<K>>),
    /// It says what it said, but for these: the resource is not served.
    Only(Vec<condition::Draft>),
    /// It stays as it is.
    Nothing,
}

impl<K: Kind> Ending<K> {
    /// With this in the status.
    pub(super) fn new(plan: Plan<K::System>, status: Telling<K>) -> Self {
        Self { plan, events: Vec::new(), status, last: None }
    }
}

/// A resource that cannot be served: nothing is touched but its status, which says why. It is not
/// *Ready* any more: what runs is looked after by nobody.
pub(super) fn refuse<K: Kind>(resource: &K::Resource, draft: condition::Draft) -> Ending<K> {
    let plan = empty::<K>(own_ref::<K>(resource), Requeue::OnChange);
    let ready = reasons::READY_NOT_ACCEPTED.no(draft.message.clone());
    Ending::new(plan, Telling::Only(vec![draft, ready]))
}

/// A resource whose name is taken is refused like any other change that cannot be made.
pub(super) fn refuse_name<K: Kind>(
    resource: &K::Resource,
    draft: condition::Draft,
    rule: &'static Rule,
) -> Ending<K> {
    let message = draft.message.clone();
    let mut ending = refuse::<K>(resource, draft);
    ending.plan.blocked.push(Blocked {
        rule,
        path: Path::dotted("metadata.name"),
        before: Value::Null,
        after: json!(resource.meta().name),
        message,
        remedy: rule.remedy.to_owned(),
    });
    ending
}

/// A resource that bears the name of an earlier one, of which something is left: it comes after it.
/// Kubernetes removes what is left, as a rule within seconds.
pub(super) fn wait_for_predecessor<K: Kind>(
    resource: &K::Resource,
    left: Vec<Ref>,
    mut report: Report<StatusOf<K>>,
) -> Ending<K> {
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
    Ending::new(plan, Telling::Report(report))
}

/// A resource that its annotation pauses: it is looked at, what would be done is shown, and nothing
/// is done.
pub(super) fn pause<K: Kind>(would: Plan<K::System>, mut report: Report<StatusOf<K>>) -> Ending<K> {
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
    // What waits in any case waits for this, too.
    let waits = |one: Waiting| {
        let gates = [gate.clone()].into_iter().chain(one.gates).collect();
        Waiting { gates, ..one }
    };
    let mut plan = empty::<K>(would.resource.clone(), would.requeue);
    let held = would.actions.into_iter().filter_map(held);
    plan.waiting = held.chain(would.waiting.into_iter().map(waits)).collect();
    plan.blocked = would.blocked;
    plan.kept = would.kept;
    plan.altered = would.altered;
    plan.assumptions = would.assumptions;
    report.conditions.push(reasons::ACCEPTED_VALID.yes(""));
    report.conditions.push(paused_draft());
    Ending::new(plan, Telling::Report(report))
}

/// A resource being deleted. Its children go with it; what is left is what it holds elsewhere.
///
/// # Errors
///
/// What has to be seen first.
pub(super) fn leave<K: Kind>(
    ctx: &Ctx<'_>,
    resource: &K::Resource,
    seen: &Observed<K::System>,
) -> Result<Ending<K>, Step<K>> {
    let own = own_ref::<K>(resource);
    let mut plan = empty::<K>(own, Requeue::OnChange);
    let Some(release) = finalize::<K>(resource, false) else {
        return Ok(Ending::new(plan, Telling::Nothing));
    };
    if annotations::paused(resource.meta()) {
        return Ok(Ending::new(plan, Telling::Only(vec![paused_draft()])));
    }
    let mut reads = K::refers(ctx, resource, seen);
    reads.lists.extend(K::owns(resource));
    let mut needs = beside(&reads.lists, &K::owns(resource));
    needs.extend(K::leaves_by(resource));
    let unread = reads.unread(seen);
    if !unread.is_empty() {
        return Err(Step::Read(unread));
    }
    denied::<K>(&needs, seen)?;
    Ok(match K::leaves(ctx, resource, seen) {
        Leave::Go(events) => {
            // Told where the finalizer could not be taken off.
            let failed = ctx.failure.map(|_| Telling::Only(Vec::new()));
            let status = failed.unwrap_or(Telling::Nothing);
            Ending { plan, events, status, last: Some(release) }
        }
        Leave::NotYet { actions, waiting, report, requeue } => {
            // That it is still on its way out is looked at once more just before.
            let leaving = Guard::Leaving(own_ref::<K>(resource), own_uid(resource));
            let guarded = actions.into_iter().map(|action| action.guarded(leaving.clone()));
            plan.actions = guarded.collect();
            plan.waiting = waiting;
            plan.requeue = requeue;
            Ending::new(plan, Telling::Only(vec![report]))
        }
    })
}

fn paused_draft() -> condition::Draft {
    reasons::PAUSED_BY_ANNOTATION
        .yes(format!("nothing is changed until the annotation {} is removed", label::PAUSED))
}
