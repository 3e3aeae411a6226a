//! Values as people read them: short, on one line, without quotes where none are needed.

use serde_json::Value;
use sluicegate_core::observed::text;

/// The longest value that is shown in full.
const VALUE_MAX: usize = 160;

/// A value on one line; longer ones are cut unless all of them is wanted.
pub fn line(value: Option<&Value>, whole: bool) -> String {
    let text = match value {
        None | Some(Value::Null) => return "(unset)".to_owned(),
        Some(Value::String(text)) if plain(text) => text.clone(),
        Some(other) => other.to_string(),
    };
    if whole || text.chars().count() <= VALUE_MAX {
        return text;
    }
    text.chars().take(VALUE_MAX - 1).chain(['…']).collect()
}

/// The few fields of an object that tell most about it.
pub fn telling(object: &Value) -> Vec<(&'static str, String)> {
    match text(object, "/kind") {
        "StatefulSet" | "Deployment" | "Job" => workload(object),
        "Service" => service(object),
        "ConfigMap" => vec![("data", keys(&object["data"]))],
        "Secret" => vec![("data", keys(&object["data"]))],
        "PersistentVolumeClaim" => {
            vec![("size", scalar(object, "/spec/resources/requests/storage"))]
        }
        "PodDisruptionBudget" => ["maxUnavailable", "minAvailable"]
            .into_iter()
            .filter_map(|field| Some((field, line(Some(object["spec"].get(field)?), false))))
            .collect(),
        "ServiceMonitor" => {
            let endpoint = |field: &str| scalar(object, &format!("/spec/endpoints/0/{field}"));
            vec![("scrapes", format!("{} every {}", endpoint("port"), endpoint("interval")))]
        }
        _ => Vec::new(),
    }
}

fn workload(object: &Value) -> Vec<(&'static str, String)> {
    let mut told = vec![("replicas", scalar(object, "/spec/replicas"))];
    let containers = list(object, "/spec/template/spec/containers");
    for container in containers {
        told.push(("image", scalar(container, "/image")));
        let ports = list(container, "/ports").iter().map(|port| named(port, "containerPort"));
        told.push(("ports", ports.collect::<Vec<_>>().join(", ")));
        for field in ["requests", "limits"] {
            if let Some(amounts) = container["resources"].get(field).and_then(Value::as_object) {
                let amount = |(name, amount): (&String, &Value)| {
                    format!("{name} {}", line(Some(amount), false))
                };
                told.push((field, amounts.iter().map(amount).collect::<Vec<_>>().join(", ")));
            }
        }
    }
    for claim in list(object, "/spec/volumeClaimTemplates") {
        let class = text(claim, "/spec/storageClassName");
        let class = if class.is_empty() { "the default class" } else { class };
        let size = scalar(claim, "/spec/resources/requests/storage");
        told.push(("claims", format!("{} {size}, {class}", text(claim, "/metadata/name"))));
    }
    // A Job has no replicas, and not every container a port.
    told.retain(|(_, value)| !value.is_empty());
    told
}

fn service(object: &Value) -> Vec<(&'static str, String)> {
    let ports = list(object, "/spec/ports").iter().map(|port| named(port, "port"));
    let headless = text(object, "/spec/clusterIP") == "None";
    let kind = if headless { "headless" } else { text(object, "/spec/type") };
    let kind = if kind.is_empty() { "ClusterIP" } else { kind };
    let mut told = vec![("type", kind.to_owned()), ("ports", ports.collect::<Vec<_>>().join(", "))];
    let pod = object.pointer("/spec/selector/statefulset.kubernetes.io~1pod-name");
    if let Some(pod) = pod {
        told.push(("selects", line(Some(pod), false)));
    }
    told
}

fn named(port: &Value, field: &str) -> String {
    format!("{} {}", text(port, "/name"), line(port.get(field), false)).trim().to_owned()
}

fn keys(data: &Value) -> String {
    let names: Vec<&str> = data.as_object().into_iter().flatten().map(|(key, _)| &**key).collect();
    let entries = if names.len() == 1 { "entry" } else { "entries" };
    match names.as_slice() {
        [] => "empty".to_owned(),
        [one] => (*one).to_owned(),
        [first, second, third] => format!("{first}, {second}, {third}"),
        [first, .., last] => format!("{} {entries}, {first} to {last}", names.len()),
    }
}

fn scalar(object: &Value, pointer: &str) -> String {
    object.pointer(pointer).map(|value| line(Some(value), false)).unwrap_or_default()
}

fn list<'a>(object: &'a Value, pointer: &str) -> &'a [Value] {
    object.pointer(pointer).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// How many values there are at the ends of a JSON value.
pub fn leaves(value: &Value) -> usize {
    match value {
        Value::Array(items) if !items.is_empty() => items.iter().map(leaves).sum(),
        Value::Object(fields) if !fields.is_empty() => fields.values().map(leaves).sum(),
        Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Array(_)
        | Value::Object(_) => 1,
    }
}

/// Whether a text reads as itself without quotes.
fn plain(text: &str) -> bool {
    !text.is_empty() && text.trim() == text && !text.contains(['\n', '\t', '"', '\u{1b}'])
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_value_is_quoted_only_where_it_would_mislead() {
        assert_eq!(line(Some(&json!("rivvend:0.0.22")), false), "rivvend:0.0.22");
        assert_eq!(line(Some(&json!("")), false), "\"\"");
        assert_eq!(line(Some(&json!(" a")), false), "\" a\"");
        assert_eq!(line(Some(&json!("a\nb")), false), "\"a\\nb\"");
        assert_eq!(line(None, false), "(unset)");
    }

    #[test]
    fn a_terminal_is_never_sent_what_a_file_had_for_it() {
        assert_eq!(line(Some(&json!("\u{1b}[31mred")), false), "\"\\u001b[31mred\"");
    }

    #[test]
    fn a_long_value_is_cut_unless_all_of_it_is_wanted() {
        let long = json!("ä".repeat(500));
        assert_eq!(line(Some(&long), false).chars().count(), VALUE_MAX);
        assert_eq!(line(Some(&long), true).chars().count(), 500);
    }
}
