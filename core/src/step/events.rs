//! What the engine itself tells of what it does.

use std::collections::{BTreeMap, BTreeSet};

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

/// What calls put back.
#[derive(Debug, Default)]
pub(super) struct PutBack {
    /// The fields, by what they are of.
    fields: BTreeMap<String, Vec<String>>,
    /// What is made anew: its fields were changed by nobody.
    made: BTreeSet<String>,
}

/// A call that changes what was in place for this very generation puts back what somebody else has
/// changed.
pub(super) fn as_drift<S: System>(
    action: Action<S>,
    in_sync: bool,
    put_back: &mut PutBack,
) -> Action<S> {
    let Verb::Call(call) = &action.verb else { return action };
    let subject = S::subject(call);
    match action.why {
        Why::Missing => {
            put_back.made.insert(subject);
            action
        }
        Why::Changed(changes) if in_sync && !put_back.made.contains(&subject) => {
            let fields = changes.iter().map(|one| one.path.trim_start_matches('/').to_owned());
            put_back.fields.entry(subject).or_default().extend(fields);
            Action { why: Why::Drifted(changes), ..action }
        }
        why @ (Why::Changed(_) | Why::Drifted(_) | Why::Orphaned | Why::Requested(_)) => {
            Action { why, ..action }
        }
    }
}

/// That calls put back what somebody else has changed.
pub(super) fn put_back(own: &Ref, put_back: &PutBack) -> Vec<Event> {
    let event = |(subject, fields): (&String, &Vec<String>)| Event {
        kind: EventKind::Warning,
        reason: "DriftCorrected",
        note: format!(
            "{subject} was changed by somebody else and is put back ({}): {}",
            rule::OBJ_08.id,
            fields.join(", ")
        ),
        regarding: own.clone(),
        related: None,
    };
    put_back.fields.iter().map(event).collect()
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
    Action::new(Verb::EmitEvent(event), why, Risk::None, &rule::OBJ_07)
}
