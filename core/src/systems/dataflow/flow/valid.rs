//! A DataFlow whose fields have been checked.

use k8s_openapi::api::core::v1::ResourceRequirements;
use k8s_openapi::apimachinery::pkg::{
    api::resource::Quantity,
    apis::meta::v1::{ObjectMeta, OwnerReference},
};
use kube_core::ResourceExt as _;
use serde_json::{Map, Value, json};

use super::{
    Flow,
    api::{DataFlow, Delivery, OnError, StoreType},
    checkpoint, inert,
    meaning::Meaning,
    names, needs,
};
use crate::{
    annotations::Control,
    field::{Errors, Path},
    inert::Idle,
    k8s,
    kind::Kind as _,
    label::{self, Labels},
    owner::owner,
    plan::FLEET_PACED,
    workload::parts::PodParts,
};

/// A DataFlow whose fields have been checked, every default filled in.
#[derive(Clone, Debug)]
pub struct Valid {
    pub(super) name: String,
    pub(super) namespace: String,
    owner: OwnerReference,
    pub(super) labels: Labels,
    pub(super) control: Control,
    /// What it means.
    pub(super) meaning: Meaning,
    pub(super) image: Option<String>,
    pub(super) version: Option<String>,
    pub(super) pod: PodParts,
    pub(super) replicas: i32,
    /// Whether its source is a topic of Kafka, which keeps how far it is read.
    pub(super) by_group: bool,
    pub(super) checkpoint: bool,
    /// Whether its network is to let through nothing but who asks for its figures.
    pub(super) network_policy: bool,
    pub(super) channel_buffer_size: i32,
    pub(super) on_error: OnError,
    pub(super) delivery: Delivery,
    pub(super) safety_lag: i32,
}

impl Valid {
    /// The uid of the resource, which its objects bear.
    pub(super) fn uid(&self) -> &str {
        &self.owner.uid
    }

    /// The metadata of an object of this name that belongs to it.
    pub(super) fn meta(&self, name: String) -> ObjectMeta {
        k8s::meta(&self.owner, &self.namespace, name, self.labels.clone())
    }

    /// The same without the labels that its objects are found by.
    pub(super) fn bare(&self, name: String) -> ObjectMeta {
        k8s::meta(&self.owner, &self.namespace, name, names::pod_labels(&self.name))
    }

    /// The secrets that are written down.
    pub(super) fn literal(&self) -> impl Iterator<Item = &Path> {
        self.meaning.literal()
    }
}

/// Checks what the schema cannot say.
pub(super) fn accept(flow: &DataFlow) -> Result<Valid, Errors> {
    let mut errors = Errors::default();
    let control = Control::of(&flow.metadata, &[FLEET_PACED], &[], &mut errors);
    let (spec, name) = (&flow.spec, flow.name_any());
    let namespace = flow.namespace().unwrap_or_default();
    let meaning = match meaning(flow) {
        Ok(meaning) => meaning,
        Err(found) => {
            let told = by_schema(flow);
            for error in found.into_iter().filter(|one| !told.contains(&one.path)) {
                let rule = needs::rule_of(&error).unwrap_or("FLW-02");
                errors.push(error.path, error.cause, format!("{rule}: {}", error.remedy));
            }
            return Err(errors);
        }
    };
    let secret = |one: &super::api::PullSecret| one.name.clone();
    let mut pod = PodParts::of(flow);
    pod.image_pull_secrets = spec.image_pull_secrets.iter().flatten().map(secret).collect();
    pod.resources = pod.resources.or_else(|| Some(resources()));
    errors.or(Valid {
        labels: label::recommended(&names::selector_labels(&name)),
        owner: owner(flow),
        control,
        meaning,
        image: spec.processor_image.clone(),
        version: spec.processor_version.clone(),
        pod,
        replicas: spec.replicas.unwrap_or(1),
        by_group: spec.source.kind == StoreType::Kafka,
        checkpoint: checkpoint::wanted(flow).is_some(),
        network_policy: spec.network_policy.as_ref().is_some_and(|it| it.enabled == Some(true)),
        channel_buffer_size: spec.channel_buffer_size.unwrap_or(100),
        on_error: spec.on_error.unwrap_or(OnError::Stop),
        delivery: spec.delivery.unwrap_or(Delivery::AtLeastOnce),
        safety_lag: spec.safety_lag.unwrap_or(5),
        namespace,
        name,
    })
}

/// What its schema says already of what it means.
fn by_schema(flow: &DataFlow) -> Vec<Path> {
    let mut errors = Errors::default();
    let spec = Value::Object(fields(flow));
    Flow::schema().check(&Path::default(), &json!({ "spec": spec }), &mut errors);
    errors.iter().map(|error| error.path.clone()).collect()
}

/// What a flow means that need not be valid.
fn meaning(flow: &DataFlow) -> Result<Meaning, Errors> {
    Meaning::compile(&fields(flow), &flow.namespace().unwrap_or_default())
}

/// The secrets that are written down in a flow that need not be valid.
pub(super) fn secrets(flow: &DataFlow) -> Vec<Path> {
    Meaning::literal_in(&fields(flow), &flow.namespace().unwrap_or_default())
}

/// The fields of its spec.
fn fields(flow: &DataFlow) -> Map<String, Value> {
    match serde_json::to_value(&flow.spec) {
        Ok(Value::Object(fields)) => fields,
        other => unreachable!("a spec is an object: {other:?}"),
    }
}

/// What a processor is given where the flow says nothing.
fn resources() -> ResourceRequirements {
    let amounts = |cpu: &str, memory: &str| {
        let amount = |text: &str| Quantity(text.to_owned());
        Some([("cpu".to_owned(), amount(cpu)), ("memory".to_owned(), amount(memory))].into())
    };
    ResourceRequirements {
        requests: amounts("100m", "128Mi"),
        limits: amounts("500m", "512Mi"),
        ..ResourceRequirements::default()
    }
}

/// What of the spec has no effect.
pub(super) fn without_effect(flow: &DataFlow) -> Vec<Idle> {
    let meaning = meaning(flow);
    let of_stores = meaning.iter().flat_map(|meaning| meaning.idle().cloned());
    inert::told(flow).into_iter().chain(of_stores).collect()
}

/// The same of one that was accepted.
pub(super) fn idle(flow: &DataFlow, meaning: &Meaning) -> Vec<Idle> {
    inert::told(flow).into_iter().chain(meaning.idle().cloned()).collect()
}
