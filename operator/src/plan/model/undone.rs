//! What a plan says beside what it does: what waits, what is refused, what others have changed, and
//! what people are told.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use sluicegate_core::plan::Risk;

use super::parts::{self, Gate, Target};

/// A change that waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Waiting {
    /// What will be done.
    pub what: String,
    /// To what.
    pub target: Target,
    /// Its risk.
    #[schemars(schema_with = "parts::risk")]
    pub risk: Option<Risk>,
    /// The rule that holds it back.
    pub rule: &'static str,
    /// What it waits for.
    pub gates: Vec<Gate>,
}

/// A change that is refused.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Blocked {
    /// The rule that refuses it.
    pub rule: &'static str,
    /// The field that asks for it.
    pub path: String,
    /// What is.
    pub before: Value,
    /// What is asked for.
    pub after: Value,
    /// Why.
    pub message: String,
    /// What to do instead.
    pub remedy: String,
}

/// What people are told, once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Event {
    /// A word for programs.
    pub reason: &'static str,
    /// A sentence.
    pub note: String,
    /// Whether somebody should look.
    pub warning: bool,
}

/// A field of one of our objects that somebody else has changed.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Drift {
    /// The object.
    pub target: Target,
    /// The field.
    pub path: String,
    /// What it is.
    pub live: Option<Value>,
    /// What it shall be again.
    pub wanted: Option<Value>,
}
