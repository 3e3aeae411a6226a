//! Any JSON as a resource: an error or a plan, never a panic, never without end.

use std::sync::OnceLock;

use futures_executor::block_on;
use proptest::{
    collection::{btree_map, vec},
    prelude::*,
    sample::{Index, select},
};
use serde_json::{Value, json};
use sluicegate_core::{
    field::{Errors, Path},
    kind::{Ctx, Kind},
    plan::Verb,
    settings::Settings,
    system::System,
    systems::{self, Visitor},
};
use sluicegate_effects::{
    file::{Source, parse},
    memory::{Memory, SimProducts, Simulates},
    plan,
};

use crate::{
    cases,
    files::{below, root},
    regressions,
};

/// What all manifests of a plan may come to, in bytes: a spec is bounded, and each part of it is
/// said a few times at most.
const SIZE_MAX: usize = 64 * 1024 * 1024;

/// Any JSON, with a liking for what is nearly right.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-3..100_i64).prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "[ -~]{0,12}".prop_map(Value::from),
        ".{0,40}".prop_map(Value::from),
        select(odd()).prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 48, 6, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..6).prop_map(Value::from),
            btree_map("[a-zA-Z./-]{0,16}", inner, 0..6)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

/// Texts that were trouble somewhere once.
fn odd() -> Vec<&'static str> {
    vec![
        "",
        " ",
        "0",
        "-1",
        "1e400",
        "99999999999999999999999999Gi",
        "10Gi",
        "-10Gi",
        "1m",
        "0.1",
        "100%",
        "150%",
        "%",
        "\u{0}",
        "ä",
        "a/b",
        "a~1b",
        "true",
        "latest",
        "..",
        "a b",
        "$(PATH)",
        "9223372036854775807Ei",
        "1n",
        "+1",
        "host:port/image@sha256:0",
    ]
}

/// The resources of the fixtures, as they are asked for.
fn specimens() -> &'static [Value] {
    static ALL: OnceLock<Vec<Value>> = OnceLock::new();
    ALL.get_or_init(read)
}

fn read() -> Vec<Value> {
    let mut all = Vec::new();
    for path in below(&root().join("fixtures"), "yaml") {
        let text = std::fs::read_to_string(&path).expect("a fixture can be read");
        let source = Source { name: path.display().to_string(), text };
        let file = parse(&source).expect("a fixture is well formed");
        all.extend(file.desired.iter().map(|entry| entry.value().clone()));
    }
    all
}

/// Every place in a value.
fn places(value: &Value) -> Vec<String> {
    let mut all = vec![String::new()];
    let below = |key: String, inner: &Value| {
        let key = key.replace('~', "~0").replace('/', "~1");
        places(inner).into_iter().map(move |rest| format!("/{key}{rest}")).collect::<Vec<_>>()
    };
    match value {
        Value::Object(fields) => {
            fields.iter().for_each(|(key, inner)| all.extend(below(key.clone(), inner)));
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(nth, it)| all.extend(below(nth.to_string(), it)));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
    all
}

/// Plans for a resource, if it is one, in an empty cluster; what was planned, in bytes.
fn planned<K: Kind>(object: &Value) -> usize
where
    SimProducts: Simulates<K::System>,
{
    let mut errors = Errors::default();
    let spec = json!({ "spec": object["spec"] });
    K::schema().check(&Path::default(), &spec, &mut errors);
    let unknown = K::schema().unknown(&Path::default(), &spec);
    let said = errors.to_string().len() + unknown.to_string().len();
    let Ok(resource) = serde_json::from_value::<K::Resource>(object.clone()) else { return said };
    let memory = Memory::of(SimProducts::default());
    let settings = Settings::default();
    let ctx = Ctx::new(memory.now(), &settings);
    let (made, _) = block_on(plan::<K, _>(&memory, &ctx, &resource)).expect("a plan is made");
    assert!(made.actions.len() < 64, "{} actions", made.actions.len());
    let size = |verb: &Verb<K::System>| match verb {
        Verb::Create(manifest) | Verb::Apply(manifest, _) => manifest.body.to_string().len(),
        Verb::SetStatus(_, _, status) => status.to_string().len(),
        Verb::Delete(..)
        | Verb::Restart(..)
        | Verb::Call(_)
        | Verb::SetFinalizers(..)
        | Verb::EmitEvent(_) => verb.to_string().len(),
    };
    said + made.actions.iter().map(|action| size(&action.verb)).sum::<usize>()
}

/// The same as a resource of every kind.
fn planned_as_any(object: &Value) -> usize {
    let mut planned = Planned { object, size: 0 };
    systems::visit(&mut planned);
    planned.size
}

struct Planned<'a> {
    object: &'a Value,
    size: usize,
}

impl<S: System> Visitor<S> for Planned<'_>
where
    SimProducts: Simulates<S>,
{
    fn kind<K: Kind<System = S>>(&mut self) {
        self.size += planned::<K>(self.object);
    }
}

fn resource(kind: &str, name: &str, spec: &Value) -> Value {
    json!({
        "apiVersion": "rivven.hupe1980.github.io/v1alpha1",
        "kind": kind,
        "metadata": { "name": name, "namespace": "default" },
        "spec": spec,
    })
}

proptest! {
    #![proptest_config(cases(512, regressions!("json")))]

    #[test]
    fn any_json_as_a_spec_is_an_error_or_a_plan(spec in any_json()) {
        prop_assert!(planned_as_any(&resource("RivvenCluster", "prod", &spec)) < SIZE_MAX);
    }

    #[test]
    fn a_field_of_any_json_is_an_error_or_a_plan(
        fields in vec((select(fields()), any_json()), 1..4),
    ) {
        let mut spec = json!({ "clusterRef": { "name": "prod" } });
        fields.iter().for_each(|(at, value)| crate::world::put(&mut spec, at, value));
        prop_assert!(planned_as_any(&resource("RivvenCluster", "prod", &spec)) < SIZE_MAX);
    }

    #[test]
    fn a_specimen_with_anything_changed_is_an_error_or_a_plan(
        which in any::<Index>(),
        changes in vec((any::<Index>(), any_json(), any::<bool>()), 1..4),
    ) {
        let mut object = which.get(specimens()).clone();
        for (place, value, remove) in &changes {
            let places = places(&object);
            let place = place.get(&places);
            if *remove {
                crate::world::put(&mut object, place, &Value::Null);
            } else if let Some(at) = object.pointer_mut(place) {
                *at = value.clone();
            }
        }
        prop_assert!(planned_as_any(&object) < SIZE_MAX);
    }
}

/// The fields of both kinds, by their places.
fn fields() -> Vec<&'static str> {
    vec![
        "/replicas",
        "/version",
        "/image",
        "/imagePullSecrets",
        "/storage",
        "/storage/size",
        "/storage/accessModes",
        "/resources/requests/cpu",
        "/affinity",
        "/tolerations",
        "/env",
        "/topologySpreadConstraints",
        "/securityContext",
        "/containerSecurityContext",
        "/nodeSelector",
        "/podLabels",
        "/podAnnotations",
        "/config/raw",
        "/config",
        "/tls",
        "/metrics/port",
        "/metrics/serviceMonitor",
        "/podDisruptionBudget/minAvailable",
        "/podDisruptionBudget/maxUnavailable",
        "/livenessProbe",
        "/service/annotations",
        "/auth",
        "/topicNamespaces",
        "/topicName",
        "/partitions",
        "/replicationFactor",
        "/acls",
        "/config/custom",
        "/config/retentionBytes",
        "/clusterRef",
        "/deleteOnRemove",
    ]
}
