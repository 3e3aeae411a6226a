//! The plan line by line, for programs that read as they go.

use serde_json::{Value, json};
use sluicegate_core::printable::printable;

use crate::plan::model::Output;

/// One message on a line: `version` first, `summary` last.
pub fn render(output: &Output) -> String {
    let mut lines = vec![json!({
        "type": "version", "formatVersion": output.format_version, "operator": output.operator,
    })];
    for resource in &output.resources {
        let cr = json!(resource.cr);
        lines.push(json!({ "type": "resource", "cr": cr, "result": resource.result }));
        let each = |kind: &str, values: Vec<Value>| {
            let line = |value: Value| json!({ "type": kind, "cr": cr, kind: value });
            values.into_iter().map(line).collect::<Vec<_>>()
        };
        lines.extend(each("action", resource.actions.iter().map(|one| json!(one)).collect()));
        lines.extend(each("drift", resource.drift.iter().map(|one| json!(one)).collect()));
        lines.extend(each("waiting", resource.waiting.iter().map(|one| json!(one)).collect()));
        lines.extend(each("blocked", resource.blocked.iter().map(|one| json!(one)).collect()));
    }
    lines.extend(output.errors.iter().map(|error| json!({ "type": "error", "error": error })));
    lines.push(json!({
        "type": "summary", "complete": output.complete, "planHash": output.plan_hash,
        "summary": output.summary,
    }));
    lines.iter().map(|line| format!("{}\n", printable(&line.to_string()))).collect()
}
