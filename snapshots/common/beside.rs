//! What stands beside the example of a kind, so that its fields have somebody to reach.

use serde_json::{Value, json};

/// What the resources of a kind need to have an effect, and on whom they may have one.
pub(crate) fn others(kind: &str) -> Vec<Value> {
    let cluster = |namespace: &str, name: &str| {
        let uid = format!("{namespace}-{name}");
        json!({
            "apiVersion": "rivven.hupe1980.github.io/v1alpha1",
            "kind": "RivvenCluster",
            "metadata": { "name": name, "namespace": namespace, "uid": uid },
            "spec": { "topicNamespaces": ["*"] },
        })
    };
    match kind {
        "RivvenCluster" => vec![json!({
            "apiVersion": "rivven.hupe1980.github.io/v1alpha1",
            "kind": "RivvenTopic",
            "metadata": { "name": "t", "namespace": "team", "uid": "t" },
            "spec": { "clusterRef": { "name": "prod", "namespace": "streaming" } },
        })],
        "RivvenTopic" => [("streaming", "prod"), ("streaming", "prodb"), ("streamingb", "prod")]
            .map(|(namespace, name)| cluster(namespace, name))
            .to_vec(),
        other => panic!("say here beside what a {other} has an effect"),
    }
}
