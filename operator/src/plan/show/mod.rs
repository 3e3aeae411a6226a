//! From a typed plan to what is shown: the same actions, free of their system's types and of
//! secrets.

use serde_json::{Value, json};
use sluicegate_core::{
    compare,
    condition::EventKind,
    observed::{Api, Ref},
    plan::{self, Change, Guard, Plan, Risk, UID_PLACEHOLDER, Verb, Why},
    system::System,
};

use super::{
    hidden,
    model::{Action, Blocked, Drift, Event, FieldChange, Gate, Op, Reason, Step, Target, Waiting},
    order,
};

/// What stands for a value that only the API server will give.
pub const KNOWN_AFTER_APPLY: &str = "(known after apply)";
/// What stands for a value that is never shown.
pub const SENSITIVE: &str = hidden::SENSITIVE;

/// Looks up an object as it was before a plan.
pub type Before<'a> = &'a dyn Fn(&Ref) -> Option<Value>;

/// One plan as a step: its actions, numbered on from `next`.
pub fn step<S: System>(
    plan: &Plan<S>,
    n: usize,
    next: &mut usize,
    before: Before<'_>,
) -> (Step, Vec<Action>) {
    let mut actions: Vec<Action> = Vec::with_capacity(plan.actions.len());
    for planned in &plan.actions {
        *next += 1;
        let mut shown = action(planned, format!("a{next}"), before);
        // The first that fails ends the plan, so each rests on the one before it.
        let rests_on = actions.iter().rev().find(|one| !one.op.only_tells());
        shown.depends_on = rests_on.map(|one| one.id.clone()).into_iter().collect();
        actions.push(shown);
    }
    replacements(&mut actions);
    let ids = actions.iter().map(|action| action.id.clone()).collect();
    let risk = actions.iter().filter_map(|action| action.risk).max();
    let ops: Vec<Op> = actions.iter().map(|action| action.op).collect();
    let step = Step { n, title: title(&ops), risk, actions: ids, after: Vec::new() };
    (step, actions)
}

/// Marks an object that is deleted and later made anew as one replacement, with the fields that
/// force it.
pub fn replacements(actions: &mut [Action]) {
    for at in 0..actions.len() {
        if actions[at].op != Op::Delete {
            continue;
        }
        let target = actions[at].target.clone();
        let again = (at + 1..actions.len())
            .find(|&later| actions[later].op == Op::Create && actions[later].target == target);
        let Some(again) = again else { continue };
        let object = actions[again].object.clone();
        if let (Some(before), Some(object)) = (&actions[at].before, &object) {
            actions[at].changes = differences(before, object);
        }
        actions[at].op = Op::Replace;
        actions[again].op = Op::Recreate;
        let deleted = actions[at].id.clone();
        if !actions[again].depends_on.contains(&deleted) {
            actions[again].depends_on.push(deleted);
        }
    }
}

/// Changes that wait.
pub fn waiting(waiting: &plan::Waiting) -> Waiting {
    let plan::Waiting { what, target: on, risk, rule, gates } = waiting;
    Waiting {
        what: what.clone(),
        target: target(on),
        risk: Some(*risk),
        rule: rule.id,
        gates: gates.iter().map(gate).collect(),
    }
}

/// A change that is refused.
pub fn blocked(blocked: &plan::Blocked) -> Blocked {
    let plan::Blocked { rule, path, before, after, message, remedy } = blocked;
    Blocked {
        rule: rule.id,
        path: path.to_string(),
        before: before.clone(),
        after: after.clone(),
        message: message.clone(),
        remedy: remedy.clone(),
    }
}

/// What others have changed, as the actions that put it back know it.
pub fn drift(actions: &[Action], own: &Target) -> Vec<Drift> {
    let drifted = actions.iter().filter(|action| action.reason.code == "drifted");
    drifted
        .flat_map(|action| {
            // What a product keeps is found by the resource that stands for it.
            let target = action.target.as_ref().unwrap_or(own);
            action.changes.iter().map(|change| Drift {
                target: target.clone(),
                path: change.path.clone(),
                live: change.before.clone(),
                wanted: change.after.clone(),
            })
        })
        .collect()
}

/// An object.
pub fn target(of: &Ref) -> Target {
    Target {
        api_version: of.api.api_version(),
        kind: of.api.kind.to_string(),
        namespace: of.namespace.clone(),
        name: of.name.clone(),
    }
}

fn action<S: System>(action: &plan::Action<S>, id: String, before: Before<'_>) -> Action {
    let seen = action.verb.target().and_then(before);
    let (op, call, object) = match &action.verb {
        Verb::Create(manifest) => (Op::Create, None, Some(manifest.body.clone())),
        Verb::Apply(manifest, _) => (Op::Update, None, Some(manifest.body.clone())),
        Verb::Delete(..) => (Op::Delete, None, None),
        Verb::Restart(..) => (Op::Restart, None, None),
        Verb::Call(call) => (Op::Call, Some(call.to_string()), serde_json::to_value(call).ok()),
        Verb::SetStatus(_, _, status) => (Op::Status, None, Some(status.clone())),
        Verb::SetFinalizers(_, _, names) => {
            (Op::Finalizers, None, Some(json!({ "finalizers": names })))
        }
        Verb::EmitEvent(event) => (Op::Event, None, serde_json::to_value(event).ok()),
    };
    let secret = action.verb.target().is_some_and(is_secret);
    let plain = |object: Value| known(if secret { without_secrets(object) } else { object });
    let hidden = |object: Value| {
        let mut object = plain(object);
        hidden::hide("", &mut object, SENSITIVE);
        object
    };
    let mut changes: Vec<FieldChange> =
        action.why.changes().iter().flat_map(|one| narrowed(one, secret)).collect();
    if let (Op::Update, true, Some(before), Some(object)) = (op, changes.is_empty(), &seen, &object)
    {
        changes = order::changes(before, object);
    }
    let shows_before = matches!(op, Op::Update | Op::Delete | Op::Restart);
    Action {
        id,
        op,
        target: action.verb.target().map(target),
        call,
        reason: Reason {
            rule: action.rule.id,
            title: action.rule.title,
            code: action.why.word(),
            message: message(&action.why, action.rule.title),
        },
        risk: Some(action.risk),
        depends_on: Vec::new(),
        gates: action.gates.iter().map(gate).collect(),
        guards: action.guards.iter().map(guard).collect(),
        changes,
        applied: object.clone().map(plain),
        object: object.map(hidden),
        before: seen.filter(|_| shows_before).map(without_managers).map(hidden),
    }
}

fn message(why: &Why, title: &str) -> String {
    match why {
        Why::Requested(what) => what.clone(),
        Why::Missing => "it does not exist".to_owned(),
        Why::Changed(_) => title.to_owned(),
        Why::Drifted(_) => "somebody else has changed it".to_owned(),
        Why::Orphaned => "it is no longer asked for".to_owned(),
    }
}

fn guard<S: System>(guard: &Guard<S>) -> String {
    match guard {
        Guard::Live(target, _) => format!("{target} is still there and not being deleted"),
        Guard::Leaving(target, _) => format!("{target} is still being deleted"),
        Guard::PodsReady { min_ready, excluding, .. } => {
            format!("at least {min_ready} pods besides {excluding} are ready")
        }
        Guard::StillAnswers(probe, _) => format!("{probe} is still as it was seen"),
        Guard::Acceptable => "the API server would accept it (dry run)".to_owned(),
    }
}

fn gate(gate: &plan::Gate) -> Gate {
    Gate { id: gate.id, state: gate.state, observed: gate.observed.clone() }
}

/// A change of a list or an object, as the changes inside it: what both sides have in common is no
/// change. Fields that only the present side has were added by the server.
fn narrowed(whole: &Change, secret: bool) -> Vec<FieldChange> {
    let mut inside = Vec::new();
    if let (Some(before), Some(after)) = (&whole.before, &whole.after) {
        differ(&whole.path, before, after, &mut inside);
    }
    if inside.is_empty() {
        inside.push(whole.clone());
    }
    inside.iter().map(|one| change(one, secret)).collect()
}

fn differ(path: &str, before: &Value, after: &Value, inside: &mut Vec<Change>) {
    match (before, after) {
        (Value::Object(was), Value::Object(is)) => {
            for (key, is) in is {
                let path = format!("{path}/{}", key.replace('~', "~0").replace('/', "~1"));
                match was.get(key) {
                    Some(was) => differ(&path, was, is, inside),
                    None => inside.push(Change { path, before: None, after: Some(is.clone()) }),
                }
            }
        }
        (Value::Array(was), Value::Array(is)) if was.len() == is.len() => {
            for (at, (was, is)) in was.iter().zip(is).enumerate() {
                differ(&format!("{path}/{at}"), was, is, inside);
            }
        }
        (before, after) if before == after => {}
        (before, after) => inside.push(Change {
            path: path.to_owned(),
            before: Some(before.clone()),
            after: Some(after.clone()),
        }),
    }
}

/// What a plan tells people, where it does nothing else.
pub fn events<S: System>(plan: &Plan<S>) -> Vec<Event> {
    let told = plan.actions.iter().filter_map(|action| match &action.verb {
        Verb::EmitEvent(event) => Some(Event {
            reason: event.reason,
            note: event.note.clone(),
            warning: event.kind == EventKind::Warning,
        }),
        Verb::Create(_)
        | Verb::Apply(..)
        | Verb::Delete(..)
        | Verb::Restart(..)
        | Verb::Call(_)
        | Verb::SetStatus(..)
        | Verb::SetFinalizers(..) => None,
    });
    told.collect()
}

fn change(change: &Change, secret: bool) -> FieldChange {
    let secret = secret && (change.path.starts_with("/data") || change.path.starts_with("/string"));
    let shown = |value: &Value, word: &str| {
        if secret { Value::from(word) } else { known(value.clone()) }
    };
    let mut before = change.before.as_ref().map(|value| shown(value, hidden::BEFORE));
    let mut after = change.after.as_ref().map(|value| shown(value, hidden::AFTER));
    let sensitive = hidden::hide_both(&change.path, before.as_mut(), after.as_mut()) || secret;
    let op = match (&before, &after) {
        (None, _) => "add",
        (Some(_), Some(_)) => "replace",
        (Some(_), None) => "remove",
    };
    let unknown = after.as_ref().is_some_and(|value| *value == KNOWN_AFTER_APPLY);
    FieldChange { path: change.path.clone(), op, before, after, sensitive, unknown }
}

/// The fields of an object that a manifest changes; its own digest is none.
fn differences(before: &Value, object: &Value) -> Vec<FieldChange> {
    let api = Api::new("", "", "", "");
    let target = Ref { api, namespace: String::new(), name: String::new() };
    let wish = plan::Manifest { target, body: object.clone(), intent: String::new() };
    let all = compare::differences(before, &wish);
    let told = all.iter().filter(|change| !change.path.contains("sluicegate~1digest"));
    told.flat_map(|one| narrowed(one, false)).collect()
}

fn is_secret(target: &Ref) -> bool {
    target.api.group.is_empty() && target.api.kind == "Secret"
}

/// Who wrote which field is for the API server; `kubectl` leaves it out, too.
fn without_managers(mut object: Value) -> Value {
    if let Some(meta) = object.get_mut("metadata").and_then(Value::as_object_mut) {
        meta.remove("managedFields");
    }
    object
}

fn without_secrets(mut object: Value) -> Value {
    for field in ["data", "stringData"] {
        for value in object.get_mut(field).and_then(Value::as_object_mut).into_iter().flatten() {
            *value.1 = Value::from(SENSITIVE);
        }
    }
    object
}

/// The value, with placeholders of what only the API server will give named as such.
pub fn known(value: Value) -> Value {
    match value {
        Value::String(text) if text.starts_with(UID_PLACEHOLDER) => Value::from(KNOWN_AFTER_APPLY),
        Value::Array(items) => items.into_iter().map(known).collect(),
        Value::Object(fields) => {
            fields.into_iter().map(|(key, value)| (key, known(value))).collect()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value,
    }
}

/// What a step is about, in a few words.
pub fn title(does: &[Op]) -> String {
    let words = [
        (&[Op::Finalizers][..], "finalizers"),
        (&[Op::Create], "create"),
        (&[Op::Update], "update"),
        (&[Op::Replace], "replace"),
        (&[Op::Recreate], "make anew"),
        (&[Op::Delete], "delete"),
        (&[Op::Restart], "restart"),
        (&[Op::Call], "call"),
    ];
    let has = |ops: &[Op]| does.iter().any(|op| ops.contains(op));
    let said: Vec<&str> = words.iter().filter(|(ops, _)| has(ops)).map(|(_, word)| *word).collect();
    if said.is_empty() { "report".to_owned() } else { said.join(", ") }
}

/// The risks among these. A change that waits is no smaller for that.
pub fn risks(actions: &[Action], waiting: &[Waiting]) -> impl Iterator<Item = Risk> {
    let done = actions.iter().filter_map(|action| action.risk);
    done.chain(waiting.iter().filter_map(|one| one.risk)).filter(|risk| *risk > Risk::None)
}

/// The worst of them, if there is one.
pub fn worst(actions: &[Action], waiting: &[Waiting]) -> Option<Risk> {
    risks(actions, waiting).max()
}

#[cfg(test)]
mod tests;
