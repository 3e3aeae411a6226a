//! What is not in force is put in force, and told where somebody else has had a part in it.

use super::{LOOK_AGAIN, Valid, gates, situation::Situation, start};
use crate::{
    condition::EventKind,
    kind::{Desired, Item},
    label::KEEP_CLOSED,
    many::many,
    plan::{Action, Event, Gate, Precondition, Propagation, Risk, Verb, Waiting, Why},
    systems::rivven::{
        Call, Rivven,
        registry::{Change, SeenRegistry, What},
        rules,
    },
};

/// Asks for what is to be in force, as far as it is not.
pub(super) fn put_in_force(
    valid: &Valid,
    situation: &Situation<'_>,
    desired: &mut Desired<Rivven>,
) {
    let Some(registry) = &situation.registry else { return };
    let (Some(seen), Some(left)) = (situation.seen, &situation.left) else {
        let why = situation.silent.clone().unwrap_or_default();
        let what = format!("see that what is asked for is in force in {registry}");
        desired.waiting.push(waiting(valid, what, Gate::judged(gates::ANSWERS, None, why)));
        return;
    };
    if left.is_empty() && situation.ready {
        desired.requeue = LOOK_AGAIN;
    }
    if valid.in_sync && seen.is_open() {
        desired.events.extend(left.iter().map(|change| set_again(valid, change)));
    }
    // What was imported came with the levels out of force, and finds them in force again.
    let is_level = |one: &Change| matches!(one.what, What::Level(_) | What::SubjectLevel { .. });
    if !seen.is_open() && left.iter().any(is_level) && seen.schema_count > 0 {
        desired.events.push(unjudged(valid, seen));
    }
    for change in left {
        let (opens, change) = (change.what == What::Open, change.clone());
        if opens && situation.waits_closed(valid) {
            let told = format!("{KEEP_CLOSED} is \"true\"");
            let what = Call::Registry(change).to_string();
            let gate = Gate::judged(gates::NOT_KEPT_CLOSED, Some(false), told);
            desired.waiting.push(waiting(valid, what, gate));
            continue;
        }
        // What ends with clients in it must not start again under their hands.
        if opens && situation.start.permit.is_some() {
            continue;
        }
        let why = match (&change.what, seen.is_open()) {
            (What::Open, _) => "everything is in force",
            (_, false) => "the registry has started",
            (_, true) => "it is not as the spec asks for it",
        };
        let (call, why) = (Verb::Call(Call::Registry(change)), Why::Requested(why.to_owned()));
        desired.items.push(Item::Act(Action::new(call, why, Risk::Online, &rules::REG_53)));
    }
}

/// What is put in force later, and what that waits for.
fn waiting(valid: &Valid, what: String, gate: Gate) -> Waiting {
    let (target, rule) = (valid.own.clone(), &rules::REG_53);
    Waiting { what, target, risk: Risk::Online, rule, gates: vec![gate] }
}

/// Takes the permit of a registry away that has started and is as it should be: it is not to start
/// again in the same place.
pub(super) fn take_permit(valid: &Valid, situation: &Situation<'_>, desired: &mut Desired<Rivven>) {
    let Some(permit) = situation.start.permit.filter(|_| !situation.keeps_permit(valid)) else {
        return;
    };
    let target = start::permit(valid, situation.start.number);
    let seen = Precondition::as_seen(&target, permit);
    let verb = Verb::Delete(target, seen, Propagation::Background);
    let why = "the registry has started, and what starts in its place is another pod";
    let why = Why::Requested(why.to_owned());
    desired.items.push(Item::Act(Action::new(verb, why, Risk::Online, &rules::REG_53)));
}

/// That somebody else has changed what is in force.
fn set_again(valid: &Valid, change: &Change) -> Event {
    let note = format!("{} is not as the spec asks for it: set again (REG-53)", change.subject());
    valid.event(EventKind::Normal, "SetAgain", note)
}

/// That clients came before what is asked for was in force.
fn unjudged(valid: &Valid, seen: &SeenRegistry) -> Event {
    let (came, level) = (many(seen.schema_count, "schema"), &seen.level);
    let note = format!(
        "{came} came in when the registry had just started, before everything was in force, at \
         level {level}: see that they are compatible (REG-53)"
    );
    valid.event(EventKind::Warning, "Unjudged", note)
}
