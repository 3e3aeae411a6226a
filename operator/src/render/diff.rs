//! The plan as a unified diff of every object, as `kubectl diff` shows it.

use serde_json::Value;
use similar::TextDiff;
use sluicegate_effects::yaml;

use super::{
    View,
    page::{Page, Span, Style},
    signs::line_of,
};
use crate::plan::model::{Action, FieldChange, Op, Output};

/// A diff for each object that is created, changed or deleted, in the order of the actions. What is
/// refused or waits has none: it is told between them, where programs read over it.
pub fn render(output: &Output, view: &View) -> String {
    let mut page = Page::new(view.width, view.colour);
    for resource in &output.resources {
        for action in &resource.actions {
            match action.op {
                Op::Create | Op::Recreate | Op::Delete => one(&mut page, action, view),
                Op::Update => one(&mut page, action, view),
                Op::Replace | Op::Restart | Op::Call | Op::Status | Op::Finalizers | Op::Event => {}
            }
        }
        for one in &resource.blocked {
            let told = format!("# refused: {} [{}]", one.message, one.rule);
            page.line(0, &[Span(told, Style::Alarm)]);
        }
        for one in &resource.waiting {
            let gates = one.gates.iter().map(|gate| format!("{}: {}", gate.id, gate.observed));
            let told = format!("# waits: {}; {}", one.what, gates.collect::<Vec<_>>().join("; "));
            page.line(0, &[Span::dim(told)]);
        }
    }
    page.finish()
}

fn one(page: &mut Page, action: &Action, view: &View) {
    let Some(target) = &action.target else { return };
    let (before, after) = match (&action.before, &action.object) {
        (None, None) => return,
        (Some(before), None) => (yaml::to_string(before), String::new()),
        (None, Some(after)) => (String::new(), yaml::to_string(after)),
        (Some(before), Some(after)) => {
            (yaml::to_string(before), yaml::to_string(&laid_over(before, after, action)))
        }
    };
    let name = format!("{}/{}/{}", target.kind, target.namespace, target.name);
    let side = |text: &str| if text.is_empty() { "/dev/null" } else { &*name }.to_owned();
    page.line(0, &[Span(format!("--- {}", side(&before)), Style::Bold)]);
    page.line(0, &[Span(format!("+++ {}", side(&after)), Style::Bold)]);
    let diff = TextDiff::from_lines(&before, &after);
    for hunk in diff.unified_diff().context_radius(view.context).iter_hunks() {
        page.line(0, &[Span(hunk.header().to_string(), Style::Call)]);
        for change in hunk.iter_changes() {
            let (sign, style) = line_of(change.tag());
            let text = change.value();
            page.line(0, &[Span(format!("{sign}{}", text.trim_end_matches('\n')), style)]);
        }
    }
}

/// What the object will be: as it is, with the changed fields changed.
fn laid_over(before: &Value, wish: &Value, action: &Action) -> Value {
    let mut after = before.clone();
    // Names of variables in another order stand for their list, and are not it.
    let order = |change: &FieldChange| {
        let names = change.after.as_ref().and_then(Value::as_array);
        change.path.ends_with("/env") && names.is_some_and(|all| all.iter().all(Value::is_string))
    };
    for change in action.changes.iter().filter(|change| !order(change)) {
        put(&mut after, &change.path, change.after.as_ref());
    }
    let digest = "/metadata/annotations/sluicegate~1digest";
    if let Some(new) = wish.pointer(digest) {
        put(&mut after, digest, Some(new));
    }
    after
}

/// Puts a value at a path as core writes them: items of a merged list go by their key.
fn put(into: &mut Value, path: &str, value: Option<&Value>) {
    let keys: Vec<String> =
        path.split('/').skip(1).map(|key| key.replace("~1", "/").replace("~0", "~")).collect();
    let Some((last, way)) = keys.split_last() else { return };
    let mut at = into;
    for key in way {
        at = match at {
            Value::Array(items) => {
                let called = items.iter().position(|item| is_called(item, key));
                let found = called.or_else(|| key.parse().ok().filter(|at| *at < items.len()));
                match found {
                    Some(found) => &mut items[found],
                    None => return,
                }
            }
            Value::Object(fields) => {
                fields.entry(key.clone()).or_insert_with(|| Value::Object(Default::default()))
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => return,
        };
    }
    match (at, value) {
        (Value::Object(fields), Some(value)) => drop(fields.insert(last.clone(), value.clone())),
        (Value::Object(fields), None) => drop(fields.remove(last)),
        (Value::Array(items), value) => {
            items.retain(|item| !is_called(item, last));
            items.extend(value.cloned());
        }
        (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_), _) => {}
    }
}

fn is_called(item: &Value, key: &str) -> bool {
    item.as_object().into_iter().flatten().any(|(_, value)| match value {
        Value::String(text) => text == key,
        Value::Number(number) => number.to_string() == key,
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => false,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_change_finds_its_item_by_key_or_by_place() {
        let mut object = json!({ "containers": [{ "name": "a", "image": "x" }], "args": ["p", "q"],
            "claims": [{ "size": 1 }] });
        put(&mut object, "/containers/a/image", Some(&json!("y")));
        put(&mut object, "/claims/0/size", Some(&json!(2)));
        put(&mut object, "/labels/a~1b", Some(&json!("c")));
        put(&mut object, "/args", None);
        assert_eq!(
            object,
            json!({ "containers": [{ "name": "a", "image": "y" }], "claims": [{ "size": 2 }],
                "labels": { "a/b": "c" } })
        );
    }
}
