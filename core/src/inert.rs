//! Which fields of a spec are set though nothing reads them, and how that is told.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::Value;

use crate::{
    condition::{Draft, EventKind, Reason, State},
    field::Path,
    trail::Trail,
};

/// Every field that is set is used.
pub static EFFECTIVE_ALL: Reason =
    Reason::quiet("SpecEffective", "AllFields", "Every field that is set is used.");
/// Some do not.
pub static EFFECTIVE_NOT: Reason = Reason::told(
    "SpecEffective",
    "FieldsWithoutEffect",
    EventKind::Warning,
    "Fields are set that this release of the program does not read. They change nothing; `explain \
     field` says why for each.",
);

/// A field that is set and that nothing reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Idle {
    /// Which.
    pub path: Path,
    /// Why nothing reads it, as a clause or a sentence.
    pub why: Cow<'static, str>,
}

/// Tells of fields without effect: in a condition, and in *Ready* where it holds.
pub(crate) fn tell(idle: &[Idle], conditions: &mut Vec<Draft>) {
    if idle.is_empty() {
        conditions.push(EFFECTIVE_ALL.yes(""));
        return;
    }
    let fields = idle.iter().map(|one| one.path.to_string()).collect::<Vec<_>>().join(", ");
    let ready = |one: &&mut Draft| one.reason.condition == "Ready" && one.state == State::True;
    for draft in conditions.iter_mut().filter(ready) {
        draft.message.push_str(&format!("; without effect: {fields}"));
    }
    conditions.push(EFFECTIVE_NOT.no(format!("set, and not read by this release: {fields}")));
}

/// What of a table a spec sets: a list or object that has no effect is named once and not leaf by
/// leaf.
///
/// A path of the table is dotted from `spec`; `[]` stands for every item of a list. What is set to
/// nothing, an empty list or an empty object, asks for nothing.
pub fn set_without_effect(
    spec: &impl Serialize,
    table: &[(&'static str, &'static str)],
) -> Vec<Idle> {
    let spec = serde_json::to_value(spec).expect("a spec is JSON");
    let root = Path::root("spec");
    let mut found: Vec<Idle> = Vec::new();
    for (path, why) in table {
        let Some((_, steps)) = path.split_once('.') else { continue };
        let mut paths = Vec::new();
        set(&spec, Some(steps), &Trail::base(&root), &mut paths);
        for path in paths {
            let under = |one: &Idle| path.segments().starts_with(one.path.segments());
            if !found.iter().any(under) {
                found.push(Idle { path, why: Cow::Borrowed(*why) });
            }
        }
    }
    found
}

/// Where something is set at the end of these steps.
fn set(value: &Value, steps: Option<&str>, at: &Trail<'_>, found: &mut Vec<Path>) {
    let Some(steps) = steps else {
        if asks(value) {
            found.push(at.path());
        }
        return;
    };
    let (step, rest) = match steps.split_once('.') {
        Some((step, rest)) => (step, Some(rest)),
        None => (steps, None),
    };
    let name = step.trim_end_matches("[]");
    let at = at.key(name);
    match value.get(name) {
        Some(Value::Array(items)) if step.ends_with("[]") => {
            let items = items.iter().enumerate();
            items.for_each(|(index, item)| set(item, rest, &at.index(index), found));
        }
        Some(below) => set(below, rest, &at, found),
        None => {}
    }
}

fn asks(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Array(items) => !items.is_empty(),
        Value::Object(fields) => !fields.is_empty(),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => true,
    }
}
