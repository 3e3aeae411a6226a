//! What a product has refused of one resource. It is not asked for that again until the resource
//! changes; all else of the resource goes on, and the refusal is told for as long as it matters.

use std::collections::BTreeMap;

use sluicegate_core::{
    kind::Failure,
    plan::{Plan, Verb},
    system::System,
};

/// Calls that were refused, as they display themselves, and why.
#[derive(Debug, Default)]
pub(super) struct Refusals(BTreeMap<String, String>);

impl Refusals {
    /// This was refused.
    pub(super) fn note(&mut self, call: String, why: String) {
        self.0.insert(call, why);
    }

    /// The resource asks for something else by now.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// What is to be told of all of them.
    pub(super) fn all(&self) -> Option<Failure> {
        told(self.0.values().map(String::as_str))
    }

    /// Takes what was refused out of a plan, and what rests on it. Returns what is to be told of
    /// that: where the plan asks for nothing that was refused, nothing.
    pub(super) fn strike<S: System>(&self, plan: &mut Plan<S>) -> Option<Failure> {
        let (mut struck, mut whys) = (Vec::new(), Vec::new());
        plan.actions.retain(|action| {
            let Verb::Call(call) = &action.verb else { return true };
            let why = self.0.get(&call.to_string());
            let rests = struck.iter().any(|one| S::rests_on(call, one));
            if why.is_none() && !rests {
                return true;
            }
            whys.extend(why.map(String::as_str));
            struck.push(call.clone());
            false
        });
        told(whys.into_iter())
    }
}

fn told<'a>(whys: impl Iterator<Item = &'a str>) -> Option<Failure> {
    let message = whys.collect::<Vec<_>>().join("; ");
    (!message.is_empty()).then_some(Failure { refused: true, message })
}
