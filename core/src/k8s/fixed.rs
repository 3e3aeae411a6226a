//! Fields of built-in kinds that the API server never lets change: what asks for another value asks
//! for another object.

use serde_json::Value;

use crate::observed::{Ref, at, text};

/// The fields of a StatefulSet's spec that may change; no other may.
const OF_STATEFUL_SETS: &[&str] = &[
    "minReadySeconds",
    "ordinals",
    "persistentVolumeClaimRetentionPolicy",
    "replicas",
    "revisionHistoryLimit",
    "template",
    "updateStrategy",
];

/// Whether the API server refuses every change of a field, a JSON pointer, of an object as it is.
pub fn is_fixed(target: &Ref, exists: &Value, field: &str) -> bool {
    let within = |place: &str| {
        field.strip_prefix(place).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    match (&*target.api.group, &*target.api.kind) {
        ("apps", "StatefulSet") => {
            let of_spec = field.strip_prefix("/spec/").and_then(|rest| rest.split('/').next());
            of_spec.is_some_and(|name| !OF_STATEFUL_SETS.contains(&name))
        }
        ("apps", "Deployment") => within("/spec/selector"),
        ("batch", "Job") => {
            ["/spec/template", "/spec/selector", "/spec/completionMode"].into_iter().any(within)
        }
        // An address that is given stays for as long as the Service is one that has an address.
        ("", "Service") => {
            let given = !text(exists, "/spec/clusterIP").is_empty();
            given && (within("/spec/clusterIP") || within("/spec/clusterIPs"))
        }
        ("", "ConfigMap" | "Secret") => {
            let closed = at(exists, "/immutable") == Some(&Value::Bool(true));
            closed && ["/data", "/binaryData", "/stringData", "/immutable"].into_iter().any(within)
        }
        _ => false,
    }
}

/// What a person can do to have another value there after all, and what it costs.
pub fn way_out(target: &Ref, field: &str) -> String {
    let Ref { api, namespace, name } = target;
    let delete = format!("kubectl -n {namespace} delete {} {name}", api.kind.to_lowercase());
    match (&*api.group, &*api.kind) {
        // Pods that it would not select could not be taken over.
        ("apps", _) if !field.starts_with("/spec/selector") => format!(
            "Run `{delete} --cascade=orphan`: it is made anew around its pods, which keep running."
        ),
        ("apps", _) => format!(
            "Run `{delete}` when its pods may stop: it is made anew, with new pods on the same \
             claims."
        ),
        ("", "Service") => format!(
            "Run `{delete}`: it is made anew at once, and new connections by its name fail until \
             then."
        ),
        _ => format!("Run `{delete}`: it is made anew at once."),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::observed::Api;

    fn of(group: &str, kind: &str) -> Ref {
        let (namespace, name) = ("a".to_owned(), "b".to_owned());
        Ref { api: Api::new(group, "v1", kind, ""), namespace, name }
    }

    #[test]
    fn what_the_api_server_never_changes_is_known() {
        let (set, none) = (of("apps", "StatefulSet"), json!({}));
        for (field, fixed) in [
            ("/spec/podManagementPolicy", true),
            ("/spec/serviceName", true),
            ("/spec/selector/matchLabels/app", true),
            ("/spec/volumeClaimTemplates", true),
            ("/spec/replicas", false),
            ("/spec/template/spec/containers/a/image", false),
            ("/metadata/labels/app", false),
        ] {
            assert_eq!(is_fixed(&set, &none, field), fixed, "{field}");
        }
        let service = of("", "Service");
        let given = json!({ "spec": { "clusterIP": "10.0.0.1" } });
        assert!(is_fixed(&service, &given, "/spec/clusterIP"));
        assert!(!is_fixed(&service, &none, "/spec/clusterIP"));
        assert!(!is_fixed(&service, &given, "/spec/ports/80/name"));
        let config = of("", "ConfigMap");
        assert!(is_fixed(&config, &json!({ "immutable": true }), "/data/A"));
        assert!(!is_fixed(&config, &none, "/data/A"));
        assert!(!is_fixed(&config, &json!({ "immutable": true }), "/metadata/labels/a"));
    }

    #[test]
    fn the_way_out_says_what_it_costs() {
        let set = of("apps", "StatefulSet");
        let told = way_out(&set, "/spec/serviceName");
        assert!(told.contains("kubectl -n a delete statefulset b --cascade=orphan"), "{told}");
        assert!(!way_out(&set, "/spec/selector/matchLabels/a").contains("orphan"));
    }
}
