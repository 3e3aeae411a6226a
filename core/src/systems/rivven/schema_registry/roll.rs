//! How a registry comes to a changed Deployment: what would stop it waits for as long as it holds
//! schemas.

use serde_json::Value;

use super::{Valid, build, gates, risks, situation::Situation, start::Start};
use crate::{
    altered, compare,
    condition::EventKind,
    kind::{Desired, DesiredObject, Item},
    label::SLUICEGATE,
    many::many,
    plan::{Event, Gate, Manifest, Risk, Waiting},
    systems::rivven::{Rivven, rules},
};

/// What the Deployment is to be, and what that waits for.
pub(super) struct Roll {
    manifest: Manifest,
    /// The start that its pod is.
    pub(super) start: u32,
    /// What has to hold, if it would stop the registry.
    gate: Option<Gate>,
}

impl Roll {
    /// Compares what is asked for with what is there.
    pub(super) fn of(valid: &Valid, situation: &Situation<'_>) -> Self {
        let Start { number, .. } = situation.start;
        let none = situation.deployment.is_none();
        let manifest = |start| Manifest::of(&build::deployment(valid, start));
        let as_it_is = manifest(number);
        let stops = situation.deployment.is_some_and(|live| restarts(live, &as_it_is));
        let gate = stops.then(|| schemas_kept(valid, situation));
        let held = gate.as_ref().is_some_and(|gate| !gate.passes());
        // What starts anew is another start: the permit of this one may be gone.
        if none || situation.start.is_over() || (stops && !held) {
            return Self { manifest: manifest(number + 1), start: number + 1, gate };
        }
        Self { manifest: as_it_is, start: number, gate }
    }

    /// What it waits for, if it waits.
    pub(super) fn held(&self) -> Option<&Gate> {
        self.gate.as_ref().filter(|gate| !gate.passes())
    }

    /// Where clients find the registry: while it waits, where it has been.
    pub(super) fn port(&self, valid: &Valid, situation: &Situation<'_>) -> u16 {
        let listens = situation.registry.as_ref().filter(|_| self.held().is_some());
        listens.map_or(valid.port, |it| it.port)
    }

    /// Asks for it, or waits.
    pub(super) fn desire(
        self,
        valid: &Valid,
        situation: &Situation<'_>,
        desired: &mut Desired<Rivven>,
    ) {
        if let Some(gate) = self.held() {
            let target = &self.manifest.target;
            desired.waiting.push(Waiting {
                what: format!("update {target}"),
                target: target.clone(),
                risk: Risk::DataLoss,
                rule: &rules::REG_51,
                gates: vec![gate.clone()],
            });
            desired.items.push(Item::Keep(target.clone()));
            return;
        }
        if situation.start.is_over() {
            desired.events.push(forgotten(valid));
        }
        let Self { manifest, gate, .. } = self;
        let holds = situation.holds();
        if gate.is_some() && !holds {
            desired.assumptions.insert(format!("{} holds no schema when it stops", valid.own));
        }
        let assess = match situation.start.is_over() {
            true => risks::starts,
            false if holds => risks::loses,
            false => risks::restarts,
        };
        let mut object = DesiredObject::new(manifest, assess);
        object.gates.extend(gate);
        desired.items.push(Item::Object(object));
    }
}

/// That what was in memory is gone. How much it was nobody knows any more.
fn forgotten(valid: &Valid) -> Event {
    let note = "the registry has ended, and with it the schemas that it held; the next one begins \
                without. What was exported is brought back by sluicegate import schemas (REG-51)";
    valid.event(EventKind::Warning, "Forgotten", note.to_owned())
}

/// Whether a Deployment starts its pod anew to become so.
fn restarts(live: &Value, manifest: &Manifest) -> bool {
    let (_, others) = altered::partition(live, altered::differences(live, manifest));
    let removed = compare::removed(live, manifest, SLUICEGATE);
    others.iter().chain(&removed).any(|change| change.path.starts_with("/spec/template"))
}

/// Whether schemas would be lost if the pod stopped.
fn schemas_kept(valid: &Valid, situation: &Situation<'_>) -> Gate {
    let held = situation.seen.map(|seen| seen.schema_count);
    let (holds, observed) = match (held, &situation.silent) {
        (Some(0), _) => (Some(true), "it holds no schema".to_owned()),
        (Some(held), _) => (Some(false), format!("{} would be gone", many(held, "schema"))),
        (None, Some(why)) => (None, format!("it does not say what it holds: {why}")),
        (None, None) => (Some(true), "none runs".to_owned()),
    };
    Gate::judged(gates::SCHEMAS_KEPT, holds, observed).or_skipped(&valid.control.skip)
}
