//! What `plan` found, free of any system's types: what every renderer takes and what `-o json`
//! publishes.
//!
//! Names are part of the interface. `formatVersion` promises: a new minor version only adds, and
//! readers ignore what they do not know; a new major version may change anything.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use sluicegate_core::plan::Risk;

pub use self::{
    parts::{Gate, Target},
    undone::{Blocked, Drift, Event, Waiting},
};

mod parts;
mod undone;

/// The version of the machine formats.
pub const FORMAT_VERSION: &str = "1.0";

/// A plan for everything that was asked about.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Output {
    /// The version of this format.
    pub format_version: &'static str,
    /// Who made the plan.
    pub operator: Operator,
    /// Whether everything could be planned. If not, nobody must act on it.
    pub complete: bool,
    /// Over actions and inputs, never over time: the same plan has the same hash.
    pub plan_hash: String,
    /// What the plan was made from.
    pub inputs: Inputs,
    /// What it comes to.
    pub summary: Summary,
    /// What is done about each custom resource, in the order of kinds, namespaces and names.
    pub resources: Vec<Planned>,
    /// What was taken to be so.
    pub assumptions: Vec<String>,
    /// What went wrong, if the plan is not complete.
    pub errors: Vec<String>,
}

/// The program that made a plan.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Operator {
    /// Its version.
    pub version: &'static str,
}

/// What a plan was made from.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Inputs {
    /// The digest of the custom resources.
    pub desired: String,
    /// The state of the world.
    pub observed: ObservedInput,
}

/// Where the state of the world came from.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ObservedInput {
    /// `live` with what was read, `empty`, or the name of a file.
    pub source: String,
    /// Its digest.
    pub digest: String,
    /// Whether it was named apart from what is asked for.
    #[serde(skip)]
    pub shared: bool,
}

/// How much of what a plan holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    /// Objects created.
    pub create: usize,
    /// Objects updated.
    pub update: usize,
    /// Objects deleted and made anew.
    pub replace: usize,
    /// Objects deleted.
    pub delete: usize,
    /// Pods restarted by our choice.
    pub restart: usize,
    /// Calls to a product's own API.
    pub call: usize,
    /// Changes refused.
    pub blocked: usize,
    /// Changes that still wait at the end.
    pub waiting: usize,
    /// Objects that stay as they are.
    pub unchanged: usize,
    /// The worst risk of all actions, and of what waits.
    #[schemars(schema_with = "parts::risk")]
    pub worst_risk: Option<Risk>,
    /// How many of them carry it.
    pub worst_count: usize,
}

/// What is done about one custom resource.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Planned {
    /// The resource.
    pub cr: Cr,
    /// What came of it.
    pub result: Outcome,
    /// The worst risk of its actions, and of what waits.
    #[schemars(schema_with = "parts::risk")]
    pub risk: Option<Risk>,
    /// Why something is done at all.
    pub causes: Vec<Cause>,
    /// The actions in the order in which they can be done.
    pub steps: Vec<Step>,
    /// The actions.
    pub actions: Vec<Action>,
    /// Changes that still wait at the end of the last step.
    pub waiting: Vec<Waiting>,
    /// Changes that are refused.
    pub blocked: Vec<Blocked>,
    /// What people are told in the course of it, beyond what the actions tell.
    pub events: Vec<Event>,
    /// What others have changed in our objects.
    pub drift: Vec<Drift>,
    /// The objects that are as they should be.
    pub unchanged: Vec<Target>,
    /// What the product was seen to hold, such as `records` of a topic, or of several things in one
    /// resource `sink_lag{sink="print",topic="clicks"}`.
    pub measured: BTreeMap<String, u64>,
    /// The status at the end.
    pub status_after: Option<Value>,
    /// When the operator would look again if nothing changes.
    pub requeue_after_seconds: Option<u64>,
    /// What a person should know.
    pub warnings: Vec<String>,
}

/// A custom resource.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Cr {
    /// Group and version.
    pub api_version: String,
    /// Kind.
    pub kind: String,
    /// Namespace.
    pub namespace: String,
    /// Name.
    pub name: String,
    /// Its generation; nothing if it was never in a cluster.
    pub generation: Option<i64>,
    /// Its uid; nothing if it was never in a cluster.
    pub uid: Option<String>,
    /// Whether it is being deleted and nothing of it waits for the operator.
    pub going: bool,
}

/// What came of planning for a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Outcome {
    /// Nothing has to be done.
    Unchanged,
    /// Something is to be done.
    Changes,
    /// A change is refused; others may be done.
    Blocked,
    /// It could not be planned.
    Error,
}

/// Why something is done at all.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Cause {
    /// What kind of cause.
    pub code: CauseCode,
    /// The field of the custom resource, where it is one.
    pub path: String,
    /// What it was.
    pub before: Option<Value>,
    /// What it is.
    pub after: Option<Value>,
}

/// The kinds of cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub enum CauseCode {
    /// The resource is new.
    Created,
    /// Its spec has changed.
    SpecChanged,
    /// An annotation asks for it.
    UserRequest,
    /// Somebody has changed one of our objects.
    Drift,
    /// The resource is being deleted.
    Deleted,
    /// Spec and objects are as they were; this version of the operator wants something else, or
    /// the world around the resource has changed.
    Reconciled,
}

/// What is done at once, before the operator looks again.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Step {
    /// Its number, from 1.
    pub n: usize,
    /// What it is about, in a few words.
    pub title: String,
    /// The worst risk of its actions.
    #[schemars(schema_with = "parts::risk")]
    pub risk: Option<Risk>,
    /// The ids of its actions, in order.
    pub actions: Vec<String>,
    /// What must have happened before it.
    pub after: Vec<String>,
}

/// One change.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Action {
    /// Its name in this plan.
    pub id: String,
    /// What is done.
    pub op: Op,
    /// To what; nothing for a call.
    pub target: Option<Target>,
    /// What is asked of the product, as a person would say it.
    pub call: Option<String>,
    /// Why.
    pub reason: Reason,
    /// The worst that it can do to those who use what the resource stands for.
    #[schemars(schema_with = "parts::risk")]
    pub risk: Option<Risk>,
    /// The actions before it that it rests on.
    pub depends_on: Vec<String>,
    /// What had to hold, with the value seen.
    pub gates: Vec<Gate>,
    /// What is looked at once more, live, just before it is done.
    pub guards: Vec<String>,
    /// The fields that change.
    pub changes: Vec<FieldChange>,
    /// The object as it is applied, or the body of a call or status.
    pub object: Option<Value>,
    /// The object with the values of its variables: what `-o manifests` prints, and nothing else.
    #[serde(skip)]
    pub applied: Option<Value>,
    /// The object as it was.
    #[serde(skip)]
    pub before: Option<Value>,
}

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Op {
    /// An object is created.
    Create,
    /// An object is changed in place.
    Update,
    /// An object is deleted, to be made anew by a later action.
    Replace,
    /// An object is made anew: the second half of a replacement.
    Recreate,
    /// An object is deleted.
    Delete,
    /// A pod is restarted.
    Restart,
    /// The product is called.
    Call,
    /// The status is written.
    Status,
    /// The finalizers are written.
    Finalizers,
    /// Somebody is told something.
    Event,
}

/// Why an action is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Reason {
    /// The rule that decided on the action or on its risk.
    pub rule: &'static str,
    /// The rule, as a sentence.
    pub title: &'static str,
    /// A word: missing, changed, drifted, orphaned, requested.
    pub code: &'static str,
    /// For people.
    pub message: String,
}

/// One field that changes.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct FieldChange {
    /// Where, as a JSON pointer.
    pub path: String,
    /// `add`, `replace` or `remove`.
    pub op: &'static str,
    /// What is there; nothing if there is nothing.
    pub before: Option<Value>,
    /// What shall be there; nothing if it goes.
    pub after: Option<Value>,
    /// Whether the values are left out because they are secret.
    pub sensitive: bool,
    /// Whether the value is known only once the plan is carried out.
    pub unknown: bool,
}

impl Op {
    /// Whether it only says something.
    pub fn only_tells(self) -> bool {
        matches!(self, Self::Status | Self::Event)
    }
}
