//! What is told: the status, and events where a condition has changed.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use kube_core::{Resource, object::HasStatus};
use serde_json::Value;

use super::{
    ending::{Ending, Telling},
    events::tell,
    fleet, precondition,
};
use crate::{
    altered,
    condition::{self, Draft, State, Told},
    kind::{Ctx, Kind, Report, Status},
    owner::own_ref,
    plan::{Action, Altered, Blocked, Change, Event, Plan, Risk, Verb, Why},
    reasons, rule,
    system::System,
};

type StatusOf<K> = <<K as Kind>::Resource as HasStatus>::Status;

/// Ends a step: what is done, then its events, then the status, and then what comes last.
pub(super) fn end<K: Kind>(
    ctx: &Ctx<'_>,
    resource: &K::Resource,
    ending: Ending<K>,
) -> Plan<K::System> {
    let Ending { mut plan, events, status, last } = ending;
    let told = match status {
        Telling::Report(report) => Some(served::<K>(ctx, resource, report, &plan)),
        Telling::Only(conditions) => Some(not_served::<K>(ctx, resource, conditions, &plan)),
        Telling::Nothing => None,
    };
    plan.actions.extend(events.into_iter().map(tell));
    if let Some(report) = told {
        let before = conditions_of::<K>(resource);
        plan.actions.extend(self::told(&report.conditions, before, &plan.resource));
        plan.actions.extend(set_status::<K>(ctx, resource, report));
    }
    plan.actions.extend(last);
    plan
}

/// What the kind reports, with the engine's own conditions.
///
/// *Ready* is what the kind says it is, unless this very plan shows that it cannot be: something is
/// still to be done, waits, or is refused.
fn served<K: Kind>(
    ctx: &Ctx<'_>,
    resource: &K::Resource,
    mut report: Report<StatusOf<K>>,
    plan: &Plan<K::System>,
) -> Report<StatusOf<K>> {
    let before = conditions_of::<K>(resource);
    report.conditions.push(blocked(&plan.blocked));
    if was(before, "Paused", "True") && !speaks_of(&report.conditions, "Paused") {
        report.conditions.push(reasons::PAUSED_NOT.no(""));
    }
    let synced = synced(ctx, before, &plan.altered, report.synced.take());
    report.conditions.extend(synced);
    let goes_on =
        !plan.waiting.is_empty() || plan.actions.iter().any(|action| !action.verb.only_tells());
    report.conditions.extend(stalled(ctx, before, &report.conditions, goes_on));
    let stuck = !goes_on && !plan.blocked.is_empty();
    for draft in report.conditions.iter_mut().filter(|draft| draft.reason.condition == "Ready") {
        match draft.state {
            State::True => hold_back_ready(ctx, draft, plan),
            // Nothing is on its way.
            State::False if draft.reason.told == Told::Underway && stuck => {
                let message = format!("{}; {}", all_blocked(&plan.blocked), draft.message);
                *draft = reasons::READY_BLOCKED.no(message);
            }
            State::False | State::Unknown => {}
        }
    }
    report
}

/// What is told of a resource that cannot be served: its status stays as it was but for what is
/// said now.
fn not_served<K: Kind>(
    ctx: &Ctx<'_>,
    resource: &K::Resource,
    mut conditions: Vec<Draft>,
    plan: &Plan<K::System>,
) -> Report<StatusOf<K>> {
    let before = conditions_of::<K>(resource);
    conditions.extend(synced(ctx, before, &plan.altered, None));
    conditions.extend(stalled(ctx, before, &conditions, true));
    let status = resource.status().cloned().unwrap_or_default();
    Report { status, conditions, synced: None }
}

/// Everything that is refused; a remedy that several have in common comes once, behind the last.
fn all_blocked(blocked: &[Blocked]) -> String {
    let sentence = |(at, one): (usize, &Blocked)| {
        let Blocked { rule, path, message, remedy, .. } = one;
        let again = |next: &Blocked| (next.rule, &next.remedy) == (*rule, remedy);
        match blocked.get(at + 1).is_some_and(again) || remedy.is_empty() {
            true => format!("{}: {path}: {message}", rule.id),
            false => format!("{}: {path}: {message}. {remedy}", rule.id),
        }
    };
    blocked.iter().enumerate().map(sentence).collect::<Vec<_>>().join("; ")
}

fn hold_back_ready<S: System>(ctx: &Ctx<'_>, draft: &mut Draft, plan: &Plan<S>) {
    // What is made or put back beside a change that waits for its turn disturbs nothing that runs:
    // who were not Ready by that would not have to wait any more.
    let waits = plan.waiting.iter().any(fleet::is_for_turn);
    let is_beside = |action: &Action<S>| waits && action.risk < Risk::Restart;
    if let Some(failure) = ctx.failure {
        *draft = reasons::READY_NOT_SYNCED.no(failure.message.as_str());
    } else if !plan.blocked.is_empty() {
        *draft = reasons::READY_BLOCKED.no(all_blocked(&plan.blocked));
    } else if let Some(waiting) = plan.waiting.iter().find(|one| !fleet::is_for_turn(one)) {
        *draft = reasons::READY_RECONCILING.no(format!("waiting: {}", waiting.what));
    } else if plan.actions.iter().any(|action| !action.verb.only_tells() && !is_beside(action)) {
        *draft = reasons::READY_RECONCILING.no("changes are being made");
    } else if plan.altered.iter().any(|altered| !altered.is_taken()) {
        *draft = reasons::READY_NOT_SYNCED.no(not_taken(&plan.altered));
    }
}

/// What *Synced* says: why the last plan failed, else what the kind says by it, else what the API
/// server makes something else of, else that what was told of before is so no more.
fn synced(
    ctx: &Ctx<'_>,
    before: &[Condition],
    altered: &[Altered],
    own: Option<Draft>,
) -> Option<Draft> {
    if let Some(failure) = ctx.failure {
        let reason = match failure.refused {
            true => &reasons::SYNCED_REFUSED,
            false => &reasons::SYNCED_FAILING,
        };
        return Some(reason.no(failure.message.as_str()));
    }
    let done = &reasons::SYNCED_DONE;
    if own.is_some() {
        own
    } else if altered.iter().any(|altered| !altered.is_taken()) {
        Some(reasons::SYNCED_ALTERED.no(not_taken(altered)))
    } else if !altered.is_empty() {
        Some(reasons::SYNCED_ADMITTED.yes(altered::sentence(altered.iter())))
    } else if was(before, done.condition, "False") || reasons::SYNCED_ADMITTED.stands_in(before) {
        Some(done.yes(""))
    } else {
        None
    }
}

/// What the API server makes something else of, so that the spec is not met.
fn not_taken(altered: &[Altered]) -> String {
    let told = altered::sentence(altered.iter().filter(|altered| !altered.is_taken()));
    format!("the API server itself makes something else of what is applied: {told}")
}

/// Whether only a person can make it go on: said while it is so, and once that it no longer is.
fn stalled(ctx: &Ctx<'_>, before: &[Condition], drafts: &[Draft], goes_on: bool) -> Option<Draft> {
    let told =
        |kind, state| drafts.iter().find(|one| one.reason.condition == kind && one.state == state);
    let accepted = told("Accepted", State::False);
    let is_refused = ctx.failure.is_some_and(|failure| failure.refused);
    let is_altered = |draft: &&Draft| draft.reason == &reasons::SYNCED_ALTERED && !goes_on;
    let synced = told("Synced", State::False).filter(|draft| is_refused || is_altered(draft));
    let blocked = told("Blocked", State::True).filter(|_| !goes_on);
    let cause = (accepted.map(|draft| (&reasons::STALLED_NOT_ACCEPTED, draft)))
        .or_else(|| synced.map(|draft| (&reasons::STALLED_NOT_SYNCED, draft)))
        .or_else(|| blocked.map(|draft| (&reasons::STALLED_BLOCKED, draft)));
    match cause {
        Some((reason, draft)) => Some(reason.yes(draft.message.as_str())),
        None => was(before, "Stalled", "True").then(|| reasons::STALLED_NOT.no("")),
    }
}

fn blocked(blocked: &[Blocked]) -> Draft {
    if blocked.is_empty() {
        return reasons::BLOCKED_NOTHING.no("");
    }
    reasons::BLOCKED_REFUSED.yes(all_blocked(blocked))
}

/// An event for each condition that has come about just now and is worth one.
pub(super) fn told<S: System>(
    drafts: &[Draft],
    before: &[Condition],
    own: &crate::observed::Ref,
) -> Vec<Action<S>> {
    let new = |draft: &&Draft| !draft.stands_in(before);
    let worth = |draft: &&Draft| {
        draft.reason.told != Told::WhenLost || was(before, draft.reason.condition, "True")
    };
    let event = |draft: &Draft| {
        draft.reason.event().map(|kind| {
            tell(Event {
                kind,
                reason: draft.reason.name,
                note: draft.message.clone(),
                regarding: own.clone(),
                related: None,
            })
        })
    };
    drafts.iter().filter(new).filter(worth).filter_map(event).collect()
}

/// The status, unless it says what it said before.
fn set_status<K: Kind>(
    ctx: &Ctx<'_>,
    resource: &K::Resource,
    report: Report<StatusOf<K>>,
) -> Option<Action<K::System>> {
    let Report { status: mut after, conditions, .. } = report;
    let before = resource.status().cloned().unwrap_or_default();
    let generation = resource.meta().generation;
    *after.conditions_mut() =
        condition::merge(before.conditions(), conditions, generation, ctx.now);
    *after.observed_generation_mut() = generation;
    let ready = after.conditions().iter().find(|one| one.type_ == "Ready");
    let ready = ready.map(|one| one.message.clone()).filter(|message| !message.is_empty());
    *after.message_mut() = ready;
    *after.changed_at_mut() = before.clone().changed_at_mut().take();
    let same = after.but_for_counts(&before);
    if resource.status() == Some(same.as_ref().unwrap_or(&after)) {
        return None;
    }
    *after.changed_at_mut() = Some(k8s_openapi::apimachinery::pkg::apis::meta::v1::Time(ctx.now));
    let body = serde_json::to_value(&after).expect("a status is JSON");
    let old = resource.status().and_then(|status| serde_json::to_value(status).ok());
    let why = old.map_or(Why::Missing, |old| Why::Changed(fields(&old, &body)));
    let verb = Verb::SetStatus(own_ref::<K>(resource), precondition::<K>(resource), body);
    Some(Action::new(verb, why, Risk::None, &rule::OBJ_07))
}

/// The top-level fields of a status that differ.
fn fields(before: &Value, after: &Value) -> Vec<Change> {
    let (Some(old), Some(new)) = (before.as_object(), after.as_object()) else {
        return Vec::new();
    };
    let mut keys: Vec<&String> = old.keys().chain(new.keys()).collect();
    keys.sort_unstable();
    keys.dedup();
    keys.into_iter()
        .filter(|key| old.get(*key) != new.get(*key))
        .map(|key| Change {
            path: format!("/{key}"),
            before: old.get(key).cloned(),
            after: new.get(key).cloned(),
        })
        .collect()
}

fn conditions_of<K: Kind>(resource: &K::Resource) -> &[Condition] {
    resource.status().map(Status::conditions).unwrap_or_default()
}

fn was(conditions: &[Condition], kind: &str, status: &str) -> bool {
    conditions.iter().any(|one| one.type_ == kind && one.status == status)
}

fn speaks_of(drafts: &[Draft], kind: &str) -> bool {
    drafts.iter().any(|draft| draft.reason.condition == kind)
}
