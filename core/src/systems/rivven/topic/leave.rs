//! The end of a topic whose resource asked for it to be deleted along.

use super::{
    RivvenTopic, Topic, conditions as c, gates,
    situation::{Claimant, Place},
};
use crate::{
    condition::EventKind,
    kind::Leave,
    observed::Observed,
    owner::own_ref,
    plan::{Action, Event, Gate, Requeue, Risk, Verb, Waiting, Why},
    systems::rivven::{Call, Rivven, rules},
};

/// What stands between a topic and its end.
pub(super) fn leave(topic: &RivvenTopic, seen: &Observed<Rivven>) -> Leave<Rivven> {
    if topic.spec.delete_on_remove != Some(true) {
        return Leave::Go(Vec::new());
    }
    let place = Place::of(topic);
    // Without its cluster there is nothing to delete; without its leave it was never ours.
    let Ok(cluster) = place.cluster(seen) else { return Leave::Go(Vec::new()) };
    if let Some(other) = place.claimants(&cluster, seen).into_iter().next() {
        return Leave::Go(vec![kept(topic, &place, &other)]);
    }
    match place.said(seen) {
        Ok(None) => Leave::Go(Vec::new()),
        Ok(Some(_)) => {
            let call = Call::DeleteTopic { broker: place.broker(), name: place.topic.clone() };
            let why = Why::Requested("deleteOnRemove is true".to_owned());
            let action = Action::new(Verb::Call(call), why, Risk::DataLoss, &rules::TOP_39);
            let actions = vec![action];
            let report = c::READY_DELETING.no(format!("topic {} is being deleted", place.topic));
            let requeue = Requeue::seconds(5);
            Leave::NotYet { actions, waiting: Vec::new(), report, requeue }
        }
        Err(why) => cannot(topic, &place, why.unwrap_or("it did not say")),
    }
}

fn cannot(topic: &RivvenTopic, place: &Place, why: &str) -> Leave<Rivven> {
    let report = c::READY_CANNOT_DELETE.no(format!(
        "topic {} cannot be deleted: {}: {why}",
        place.topic,
        place.broker()
    ));
    let waiting = vec![Waiting {
        what: format!("delete topic {} with its records", place.topic),
        target: own_ref::<Topic>(topic),
        risk: Risk::DataLoss,
        rule: &rules::TOP_39,
        gates: vec![Gate::judged(gates::BROKER_ANSWERS, None, why)],
    }];
    Leave::NotYet { actions: Vec::new(), waiting, report, requeue: Requeue::seconds(30) }
}

fn kept(topic: &RivvenTopic, place: &Place, other: &Claimant) -> Event {
    Event {
        kind: EventKind::Warning,
        reason: "TopicKept",
        note: format!("topic {} is kept: {} names it too (TOP-39)", place.topic, other.target),
        regarding: own_ref::<Topic>(topic),
        related: Some(other.target.clone()),
    }
}
