//! What the log says of a plan that was carried out: one line, with the objects by name.

use sluicegate_core::{
    plan::{Plan, Verb},
    system::System,
};

/// How many actions a line names.
const NAMED_MAX: usize = 8;

/// Says what was done. A plan that changes nothing is no news.
pub(super) fn done<S: System>(plan: &Plan<S>) {
    let waits = waits(plan);
    if plan.actions.is_empty() {
        tracing::debug!(waits, "as it should be");
    } else {
        tracing::info!(did = did(plan), waits, "done");
    }
}

fn did<S: System>(plan: &Plan<S>) -> String {
    let verbs = plan.actions.iter().map(|action| {
        // What it says is told to those who look at the resource.
        if let Verb::EmitEvent(event) = &action.verb {
            format!("tell {}", event.reason)
        } else {
            action.verb.to_string()
        }
    });
    named(verbs, plan.actions.len())
}

fn waits<S: System>(plan: &Plan<S>) -> String {
    named(plan.waiting.iter().map(|waiting| waiting.what.clone()), plan.waiting.len())
}

fn named(all: impl Iterator<Item = String>, count: usize) -> String {
    let mut named: Vec<String> = all.take(NAMED_MAX).collect();
    if count > NAMED_MAX {
        named.push(format!("{} more", count - NAMED_MAX));
    }
    named.join(", ")
}
