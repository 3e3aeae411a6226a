//! What has to be the same on both sides after each operation.

use serde_json::{Map, Value, json};
use sluicegate_core::observed::{Ref, text};

use crate::{
    bodies::{Kind, target},
    operation::{Operation, OurVerb, What},
    sides::{Embedded, Real, Refusal, Side},
};

/// Where the two differ.
#[derive(Clone, Debug)]
pub(crate) struct Difference {
    /// By this differences are told apart.
    pub(crate) what: String,
    /// At which operation.
    pub(crate) at: usize,
    pub(crate) text: String,
}

/// Runs a sequence on both sides; the first difference, if there is one.
pub(crate) async fn run(
    real: &Real,
    embedded: &Embedded,
    namespace: &str,
    operations: &[Operation],
) -> Option<Difference> {
    for (at, operation) in operations.iter().enumerate() {
        let target = target(operation.kind, namespace, operation.name);
        let before = both(real, embedded, &target).await;
        let theirs = real.perform(operation, namespace).await;
        let ours = embedded.perform(operation, namespace).await;
        let after = both(real, embedded, &target).await;
        let wrong = outcomes(&theirs, &ours)
            .or_else(|| changes(operation.kind, &before, &after))
            .or_else(|| contents(operation.kind, &after));
        let wrong = match wrong {
            None if is_eviction(operation) => budgets(real, embedded, namespace).await,
            wrong => wrong,
        };
        if let Some((aspect, text)) = wrong {
            let what = format!("{:?} {} {aspect}", operation.kind, word(operation));
            let text = format!(
                "{text}\n  real:     {theirs:?}\n    {}\n  embedded: {ours:?}\n    {}",
                shown(after.0.as_ref()),
                shown(after.1.as_ref()),
            );
            return Some(Difference { what, at, text });
        }
    }
    None
}

type Both = (Option<Value>, Option<Value>);
type Wrong = Option<(&'static str, String)>;

async fn both(real: &Real, embedded: &Embedded, target: &Ref) -> Both {
    (real.object(target).await, embedded.object(target).await)
}

fn is_eviction(operation: &Operation) -> bool {
    matches!(operation.what, What::Operator { verb: OurVerb::Evict, .. })
}

/// An operation without what varies in it.
fn word(operation: &Operation) -> String {
    let all = format!("{:?}", operation.what);
    let all = all.trim_start_matches("Operator { verb: ");
    all.split(['(', ',', ' ']).next().unwrap_or_default().to_owned()
}

fn outcomes(theirs: &Result<(), Refusal>, ours: &Result<(), Refusal>) -> Wrong {
    let key = |outcome: &Result<(), Refusal>| {
        outcome.as_ref().err().map(|it| (it.code, it.reason.clone(), it.class))
    };
    (key(theirs) != key(ours)).then(|| ("outcome", "the outcomes differ".to_owned()))
}

/// How an object changed: what may not differ in how often it did.
fn changes(kind: Kind, before: &Both, after: &Both) -> Wrong {
    let change = |before: &Option<Value>, after: &Option<Value>| {
        let differs = |pointer: &str| {
            let value = |of: &Option<Value>| of.as_ref()?.pointer(pointer).cloned();
            value(before) != value(after)
        };
        let empty = json!([]);
        let after = after.as_ref();
        let leaving = after.is_some_and(|it| it.pointer("/metadata/deletionTimestamp").is_some());
        let finalizers = after.and_then(|it| it.pointer("/metadata/finalizers"));
        let mut finalizers = finalizers.unwrap_or(&empty).as_array().cloned().unwrap_or_default();
        finalizers.sort_by_key(Value::to_string);
        [
            ("existence", json!(after.is_some())),
            ("uid", json!(differs("/metadata/uid"))),
            ("generation", json!(differs("/metadata/generation"))),
            // What is not imitated, see the table.
            (
                "version",
                json!(kind != Kind::Claim && !leaving && differs("/metadata/resourceVersion")),
            ),
            ("leaving", json!(leaving)),
            ("finalizers", json!(finalizers)),
        ]
    };
    let (theirs, ours) = (change(&before.0, &after.0), change(&before.1, &after.1));
    let pairs = theirs.into_iter().zip(ours);
    let wrong = pairs.into_iter().find(|(theirs, ours)| theirs != ours);
    wrong.map(|((aspect, theirs), (_, ours))| {
        (aspect, format!("{aspect}: really {theirs}, embedded {ours}"))
    })
}

fn contents(kind: Kind, (theirs, ours): &Both) -> Wrong {
    let (Some(theirs), Some(ours)) = (theirs, ours) else { return None };
    for part in ["labels", "annotations"] {
        let of = |object: &Value| {
            let all = object["metadata"][part].as_object().cloned().unwrap_or_default();
            Value::Object(all)
        };
        if of(theirs) != of(ours) {
            let (theirs, ours) = (of(theirs), of(ours));
            return Some((part, format!("{part}: really {theirs}, embedded {ours}")));
        }
    }
    let parts = ["spec", "data", "binaryData", "immutable"];
    for part in parts {
        let (theirs, ours) = (&theirs[part], &ours[part]);
        let same = if kind.as_written() {
            pruned(theirs) == pruned(ours)
        } else {
            lost(ours, theirs, part).is_none()
        };
        if !same {
            let lost = lost(ours, theirs, part).unwrap_or_default();
            return Some((part, format!("{lost}: really {theirs}, embedded {ours}")));
        }
    }
    if matches!(kind, Kind::Cluster | Kind::Topic | Kind::Connect)
        && theirs.get("status") != ours.get("status")
    {
        let (theirs, ours) = (&theirs["status"], &ours["status"]);
        return Some(("status", format!("status: really {theirs}, embedded {ours}")));
    }
    None
}

/// An empty object and none are one.
fn pruned(value: &Value) -> Value {
    if value.as_object().is_some_and(Map::is_empty) { Value::Null } else { value.clone() }
}

/// The first place of a value that another does not have. Addresses are given by each side.
fn lost(value: &Value, other: &Value, path: &str) -> Option<String> {
    match (value, other) {
        (Value::Object(fields), Value::Object(others)) => {
            fields.iter().find_map(|(name, value)| {
                let given = name.starts_with("clusterIP") && value != "None";
                let path = format!("{path}.{name}");
                if given {
                    None
                } else {
                    lost(value, others.get(name).unwrap_or(&Value::Null), &path)
                }
            })
        }
        (Value::Array(items), Value::Array(others)) if items.len() == others.len() => {
            items.iter().zip(others).find_map(|(item, other)| lost(item, other, path))
        }
        // An empty object that is left out says the same.
        (value, other) => (pruned(value) != pruned(other)).then(|| path.to_owned()),
    }
}

/// What an eviction spends.
async fn budgets(real: &Real, embedded: &Embedded, namespace: &str) -> Wrong {
    for name in 0..2 {
        let target = target(Kind::Budget, namespace, name);
        let (theirs, ours) = both(real, embedded, &target).await;
        let spent = |object: &Option<Value>| {
            let status = object.as_ref().map(|it| it["status"].clone()).unwrap_or_default();
            let disrupted = status["disruptedPods"].as_object().cloned().unwrap_or_default();
            let names: Vec<String> = disrupted.keys().cloned().collect();
            (status["disruptionsAllowed"].as_u64().unwrap_or_default(), names)
        };
        let (theirs, ours) = (spent(&theirs), spent(&ours));
        if theirs != ours {
            return Some(("budget", format!("budget: really {theirs:?}, embedded {ours:?}")));
        }
    }
    None
}

fn shown(object: Option<&Value>) -> String {
    let Some(object) = object else { return "absent".to_owned() };
    let mut object = object.clone();
    if text(&object, "/kind") != "Pod" {
        object.as_object_mut().expect("it is an object").remove("status");
    }
    object.to_string()
}
