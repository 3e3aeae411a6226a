//! What the engine itself tells of what it does.

use super::objects;
use crate::{
    condition::EventKind,
    observed::Ref,
    plan::{Action, Event, Risk, Verb, Why},
    rule,
    system::System,
};

/// That what somebody else has changed is put back.
pub(super) fn drift<S: System>(own: &Ref, action: &Action<S>) -> Option<Event> {
    let (Why::Drifted(changes), Some(target)) = (&action.why, action.verb.target()) else {
        return None;
    };
    let paths: Vec<&str> = changes.iter().take(5).map(|change| change.path.as_str()).collect();
    Some(Event {
        kind: EventKind::Warning,
        reason: "DriftCorrected",
        note: format!(
            "{target} was changed by somebody else and is put back ({}): {}",
            rule::OBJ_08.id,
            paths.join(", ")
        ),
        regarding: own.clone(),
        related: Some(target.clone()),
    })
}

/// That what had lost its owner was taken over.
pub(super) fn adopted(own: &Ref, adopted: &[Ref]) -> Option<Event> {
    let first = adopted.first()?;
    Some(Event {
        kind: EventKind::Normal,
        reason: "Adopted",
        note: format!(
            "took over what was made for an earlier {} of this name: {} ({})",
            own.api.kind,
            objects::names(adopted),
            rule::OBJ_11.id
        ),
        regarding: own.clone(),
        related: Some(first.clone()),
    })
}

/// An event, as an action.
pub(super) fn tell<S: System>(event: Event) -> Action<S> {
    let why = Why::Requested(event.reason.to_owned());
    Action::new(Verb::Tell(event), why, Risk::None, &rule::OBJ_07)
}
