//! Specs at the edges of what is valid: every setting that reaches the program, at its least and at
//! its most. The files hold specs as people write them, and those lie in the middle.

use serde_json::{Value, json};

/// Each with what is special about it.
pub(crate) fn all() -> Vec<(String, Value)> {
    let mut all = vec![named("the longest name", &"n".repeat(45), &json!({}))];
    let configs = [
        ("defaultPartitions", json!([1, 1000])),
        ("logSegmentBytes", json!([1_048_576, 10_737_418_240_u64])),
        ("maxMessageBytes", json!([1024, 104_857_600])),
    ];
    for (field, values) in configs {
        for value in values.as_array().into_iter().flatten() {
            let config = json!({ "config": { field: value } });
            all.push(named(&format!("{field} {value}"), "edge", &config));
        }
    }
    for (option, least) in [
        ("idle-timeout-secs", "1"),
        ("max-connections-per-ip", "1"),
        ("max-total-connections", "1"),
        ("partitioner-batch-size", "0"),
        ("partitioner-linger-ms", "0"),
        ("rate-limit-per-ip", "0"),
    ] {
        for value in [least, "4294967295"] {
            let raw = json!({ "config": { "raw": { option: value } } });
            all.push(named(&format!("{option} {value}"), "edge", &raw));
        }
    }
    for port in [1024, 65535] {
        let metrics = json!({ "metrics": { "port": port } });
        all.push(named(&format!("metrics.port {port}"), "edge", &metrics));
    }
    all.push(named("without metrics", "edge", &json!({ "metrics": { "enabled": false } })));
    all
}

fn named(what: &str, name: &str, spec: &Value) -> (String, Value) {
    let resource = json!({
        "apiVersion": "rivven.hupe1980.github.io/v1alpha1",
        "kind": "RivvenCluster",
        "metadata": { "name": name, "namespace": "streaming" },
        "spec": spec,
    });
    (what.to_owned(), resource)
}
