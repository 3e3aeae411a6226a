//! What to do: actions in order, each with its reason, its risk and what it rests on; and beside
//! them what has to wait, what is refused, and when to look again.

use std::{collections::BTreeSet, fmt, time::Duration};

use serde::Serialize;
use serde_json::Value;

use crate::{
    condition::EventKind,
    field,
    observed::{Ref, Selector},
    rule::Rule,
    system::System,
};

mod change;
mod fleet;
mod manifest;

pub use self::change::{Altered, Change};
pub use self::fleet::{FLEET_GATE, FLEET_PACED, Pace};
pub use self::manifest::{Manifest, Precondition, UID_PLACEHOLDER, uid, uid_placeholder};

/// What to do about one resource.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan<S: System> {
    /// The resource.
    pub resource: Ref,
    /// The actions, in order. The first that fails ends the plan.
    pub actions: Vec<Action<S>>,
    /// Changes that wait for a gate to open.
    pub waiting: Vec<Waiting>,
    /// Changes that are refused.
    pub blocked: Vec<Blocked>,
    /// Objects that are as they should be.
    pub kept: Vec<Ref>,
    /// Fields that the API server itself makes something else of.
    pub altered: Vec<Altered>,
    /// What could not be looked at and was taken to be so.
    pub assumptions: BTreeSet<String>,
    /// When to look again if nothing changes.
    pub requeue: Requeue,
}

/// One change.
#[derive(Clone, Debug, PartialEq)]
pub struct Action<S: System> {
    /// What is done.
    pub verb: Verb<S>,
    /// Why it is there.
    pub why: Why,
    /// The worst that it can do to those who use what the resource stands for.
    pub risk: Risk,
    /// The rule that decided on the action or on its risk.
    pub rule: &'static Rule,
    /// What had to hold for it, with the value that was seen.
    pub gates: Vec<Gate>,
    /// What is looked at once more, live, just before it is done.
    pub guards: Vec<Guard<S>>,
}

/// What is done.
///
/// The verbs of Kubernetes are few and closed. Those of a product are its own, [`System::Call`], so
/// that this enum does not grow with the number of systems.
#[derive(Clone, Debug, PartialEq)]
pub enum Verb<S: System> {
    /// Creates an object that must not exist yet.
    Create(Manifest),
    /// Server-side applies to an object that exists.
    Apply(Manifest, Precondition),
    /// Deletes an object, as it was seen.
    Delete(Ref, Precondition, Propagation),
    /// Restarts one pod by evicting it, so that its budget is respected.
    Restart(Ref, Precondition),
    /// Calls the product's own API.
    Call(S::Call),
    /// Writes the status.
    SetStatus(Ref, Precondition, Value),
    /// Writes all finalizers that the resource shall have: ours and those of others, in order.
    SetFinalizers(Ref, Precondition, Vec<String>),
    /// Tells people something, once.
    EmitEvent(Event),
}

/// What becomes of the objects that belong to a deleted one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Propagation {
    /// They are deleted after it.
    Background,
    /// They are deleted before it.
    Foreground,
    /// They stay.
    Orphan,
}

/// Why an action is there.
#[derive(Clone, Debug, PartialEq)]
pub enum Why {
    /// The object does not exist.
    Missing,
    /// What is wished for has changed.
    Changed(Vec<Change>),
    /// The object has changed though the wish has not: somebody else did it.
    Drifted(Vec<Change>),
    /// It is ours and no longer wished for.
    Orphaned,
    /// A rule asks for it: the action's own.
    Requested(String),
}

/// The worst that a change can do to those who use what the resource stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Risk {
    /// Nothing that runs notices.
    None,
    /// It takes effect while everything runs.
    Online,
    /// Something is restarted; others serve meanwhile.
    Restart,
    /// Something is not served for a while.
    Unavailable,
    /// Data goes.
    DataLoss,
}

/// A condition on a change, with the value seen. Unknown is closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gate {
    /// A stable id, such as `pods-ready`: what `sluicegate/skip-gate` takes.
    pub id: &'static str,
    /// Whether it lets the change through.
    pub state: GateState,
    /// What was seen, such as `2 of 3 pods ready`.
    pub observed: String,
}

/// Whether a [`Gate`] lets a change through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum GateState {
    /// What was asked for holds.
    Open,
    /// It does not hold.
    Closed,
    /// It could not be told, which keeps the gate shut.
    Unknown,
    /// The resource's annotation passes it unseen.
    Skipped,
}

/// What is looked at once more, live, just before an action. One that fails ends the plan.
#[derive(Clone, Debug, PartialEq)]
pub enum Guard<S: System> {
    /// The object is still there, with this uid, and is not being deleted.
    Live(Ref, String),
    /// The object is still there, with this uid, and is being deleted.
    Leaving(Ref, String),
    /// So many of the pods that one controller made are ready.
    PodsReady {
        /// Where they are found.
        of: Selector,
        /// The uid of their controller: what merely carries their labels does not count.
        controller_uid: String,
        /// How many have to be, at least.
        min_ready: usize,
        /// The name of the one that does not count: it is about to stop.
        excluding: String,
    },
    /// The product still gives this answer.
    StillAnswers(S::Probe, S::Answer),
    /// The API server would accept the change: it is sent as a dry run first.
    Acceptable,
}

/// A change that waits for a gate.
#[derive(Clone, Debug, PartialEq)]
pub struct Waiting {
    /// What will be done.
    pub what: String,
    /// To what.
    pub target: Ref,
    /// Its risk.
    pub risk: Risk,
    /// The rule that holds it back.
    pub rule: &'static Rule,
    /// The gates, open and closed.
    pub gates: Vec<Gate>,
}

/// A change that is refused. Everything else of the resource goes on.
#[derive(Clone, Debug, PartialEq)]
pub struct Blocked {
    /// The rule that refuses it.
    pub rule: &'static Rule,
    /// The field that asks for it.
    pub path: field::Path,
    /// What is.
    pub before: Value,
    /// What is asked for.
    pub after: Value,
    /// Why it is refused, as a sentence.
    pub message: String,
    /// What to do instead.
    pub remedy: String,
}

/// What a person should be told, once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Event {
    /// Whether it calls for somebody.
    pub kind: EventKind,
    /// A `CamelCase` word for programs.
    pub reason: &'static str,
    /// A sentence for people.
    pub note: String,
    /// What it is about.
    pub regarding: Ref,
    /// What else it speaks of.
    pub related: Option<Ref>,
}

/// When to look again if nothing changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Requeue {
    /// After a while.
    After(Duration),
    /// Only when something changes.
    OnChange,
}

impl<S: System> Plan<S> {
    /// The status that it writes; nothing if that stays as it is.
    pub fn status(&self) -> Option<&Value> {
        self.actions.iter().find_map(|action| {
            if let Verb::SetStatus(_, _, status) = &action.verb { Some(status) } else { None }
        })
    }
}

impl<S: System> Action<S> {
    /// An action without gates and guards.
    pub fn new(verb: Verb<S>, why: Why, risk: Risk, rule: &'static Rule) -> Self {
        Self { verb, why, risk, rule, gates: Vec::new(), guards: Vec::new() }
    }

    /// The same, let through by these gates.
    #[must_use]
    pub fn through(mut self, gates: Vec<Gate>) -> Self {
        self.gates = gates;
        self
    }

    /// The same, with one more guard.
    #[must_use]
    pub fn guarded(mut self, guard: Guard<S>) -> Self {
        self.guards.push(guard);
        self
    }
}

impl<S: System> Verb<S> {
    /// The object that it changes; nothing for a call to the product.
    pub fn target(&self) -> Option<&Ref> {
        match self {
            Self::Create(manifest) | Self::Apply(manifest, _) => Some(&manifest.target),
            Self::Delete(target, ..)
            | Self::Restart(target, _)
            | Self::SetStatus(target, ..)
            | Self::SetFinalizers(target, ..) => Some(target),
            Self::EmitEvent(event) => Some(&event.regarding),
            Self::Call(_) => None,
        }
    }

    /// Whether it only says something: a status or an event.
    pub fn only_tells(&self) -> bool {
        matches!(self, Self::SetStatus(..) | Self::EmitEvent(_))
    }
}

impl Why {
    /// The fields that differ.
    pub fn changes(&self) -> &[Change] {
        match self {
            Self::Changed(changes) | Self::Drifted(changes) => changes,
            Self::Missing | Self::Orphaned | Self::Requested(_) => &[],
        }
    }

    /// A word for it, as the machine formats write it.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Changed(_) => "changed",
            Self::Drifted(_) => "drifted",
            Self::Orphaned => "orphaned",
            Self::Requested(_) => "requested",
        }
    }
}

impl Gate {
    /// A gate that has been looked at: `None` where it could not be told.
    pub fn judged(id: &'static str, holds: Option<bool>, observed: impl Into<String>) -> Self {
        let state = match holds {
            Some(true) => GateState::Open,
            Some(false) => GateState::Closed,
            None => GateState::Unknown,
        };
        Self { id, state, observed: observed.into() }
    }

    /// The same gate, passed unseen if the resource says so and it would not open by itself.
    #[must_use]
    pub fn or_skipped(mut self, skipped: &BTreeSet<String>) -> Self {
        if !self.passes() && skipped.contains(self.id) {
            self.state = GateState::Skipped;
        }
        self
    }

    /// Whether it lets the change through.
    pub fn passes(&self) -> bool {
        matches!(self.state, GateState::Open | GateState::Skipped)
    }
}

impl Requeue {
    /// After so many seconds.
    pub const fn seconds(seconds: u64) -> Self {
        Self::After(Duration::from_secs(seconds))
    }
}

/// As people would say it: `update StatefulSet default/rivven-prod`.
impl<S: System> fmt::Display for Verb<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Create(manifest) => write!(f, "create {}", manifest.target),
            Self::Apply(manifest, _) => write!(f, "update {}", manifest.target),
            Self::Delete(target, _, Propagation::Orphan) => {
                write!(f, "delete {target}, keeping what belongs to it")
            }
            Self::Delete(target, ..) => write!(f, "delete {target}"),
            Self::Restart(pod, _) => write!(f, "restart {pod}"),
            Self::Call(call) => write!(f, "{call}"),
            Self::SetStatus(target, ..) => write!(f, "report the status of {target}"),
            Self::SetFinalizers(target, _, names) if names.is_empty() => {
                write!(f, "remove the finalizers of {target}")
            }
            Self::SetFinalizers(target, _, names) => {
                write!(f, "set the finalizers of {target} to {}", names.join(", "))
            }
            Self::EmitEvent(event) => write!(f, "tell {}: {}", event.reason, event.note),
        }
    }
}

impl fmt::Display for Risk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "none",
            Self::Online => "online",
            Self::Restart => "restart",
            Self::Unavailable => "unavailable",
            Self::DataLoss => "data-loss",
        })
    }
}

impl fmt::Display for GateState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Open => "open",
            Self::Closed => "closed",
            Self::Unknown => "unknown",
            Self::Skipped => "skipped",
        })
    }
}
