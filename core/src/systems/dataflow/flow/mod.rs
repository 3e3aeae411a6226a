//! `DataFlow`: records from a source, by transformations, to a sink.
//!
//! What it means is told by `meaning`, from the stores that it names and the pipeline between them.
//! Its processor reads that from a file with references where there are secrets; the Secrets are
//! mounted, so that the operator reads none.

use std::sync::{Arc, OnceLock};

use k8s_openapi::api::{
    apps::v1::Deployment,
    core::v1::{ConfigMap, Pod, ServiceAccount},
    networking::v1::NetworkPolicy,
    policy::v1::PodDisruptionBudget,
    rbac::v1::{Role, RoleBinding},
};
use kube_core::ResourceExt as _;
use serde_json::Value;

use self::{begins::Begins, checkpoint::Checkpoint};
use super::{DataFlows, rules};
use crate::{
    check::Check,
    condition::Reason,
    crd,
    field::{self, Segment},
    inert::Idle,
    kind::{Ctx, Desired, Item, Kind, Measure, Report},
    observed::{Api, Observed, Reads, Ref, Seen, Selector},
    owner::controller,
    plan::{Blocked, FLEET_GATE, Manifest, Requeue},
    schema::Compiled,
    workload::risks::{at_next_start, online},
};

pub mod api;
mod begins;
mod build;
mod checkpoint;
mod checks;
mod conditions;
mod figures;
mod image;
mod inert;
mod meaning;
mod names;
mod needs;
mod refs;
mod risks;
mod status;
mod store;
#[cfg(test)]
mod tests;
mod valid;

pub use api::{DataFlow, DataFlowSpec, DataFlowStatus};
pub use image::{PROCESSOR_IMAGE, PROCESSOR_LOG_LEVEL};
pub use meaning::Meaning;
pub use refs::SecretKey;
pub use store::Store;
pub use valid::Valid;

/// The kind.
#[derive(Clone, Copy, Debug)]
pub struct Flow;

/// What it is made of, but for the checkpoint.
const OWNS: [fn() -> Api; 7] = [
    Api::of::<ConfigMap>,
    Api::of::<ServiceAccount>,
    Api::of::<Role>,
    Api::of::<RoleBinding>,
    Api::of::<Deployment>,
    Api::of::<PodDisruptionBudget>,
    Api::of::<NetworkPolicy>,
];

/// The labels of every flow's pods.
pub(super) const PODS: &[(&str, &str)] =
    &[("app.kubernetes.io/component", "processor"), ("app.kubernetes.io/name", "dataflow")];

/// How often it is looked whether the checkpoint is there, which is not watched.
const LOOK_AGAIN: Requeue = Requeue::seconds(600);
/// How often processors are asked how far they are.
const ASK_AGAIN: Requeue = Requeue::seconds(30);
/// How often it is looked whether an earlier one has gone.
const LOOK_SOON: Requeue = Requeue::seconds(10);

impl Kind for Flow {
    type System = DataFlows;
    type Resource = DataFlow;
    type Valid = Valid;

    const NAME: &'static str = "flow";
    /// Upstream's operator holds it: nobody else would ever take it off.
    const FINALIZER: Option<&'static str> = Some(names::FINALIZER);
    const REASONS: &'static [&'static Reason] = conditions::REASONS;
    const OVERRIDDEN: &'static [(&'static str, &'static str)] = inert::OVERRIDDEN;
    const CHECKS: &'static [Check<DataFlow>] = checks::CHECKS;
    const GATES: &'static [(&'static str, &'static str)] = &[FLEET_GATE];
    const SKIPS_GATES: bool = true;

    fn schema() -> &'static Compiled {
        static SCHEMA: OnceLock<Compiled> = OnceLock::new();
        SCHEMA.get_or_init(|| crd::schema(&Self::crd()))
    }

    fn owns(flow: &DataFlow) -> Vec<Selector> {
        let (namespace, name) = (flow.namespace().unwrap_or_default(), flow.name_any());
        OWNS.map(|api| list(api(), &namespace, &name)).to_vec()
    }

    fn accepts(flow: &DataFlow) -> Result<Valid, field::Errors> {
        valid::accept(flow)
    }

    fn without_effect(flow: &DataFlow) -> Vec<Idle> {
        valid::without_effect(flow)
    }

    fn idle(flow: &DataFlow, valid: &Valid) -> Vec<Idle> {
        valid::idle(flow, &valid.meaning)
    }

    fn secrets(flow: &DataFlow) -> Vec<field::Path> {
        valid::secrets(flow)
    }

    fn after_deletion(flow: &DataFlow) -> Vec<String> {
        let mut told = vec!["what it has written stays where it is".to_owned()];
        if flow.spec.source.kind == api::StoreType::Kafka {
            told.push("its consumer group stays in Kafka, with how far it is".to_owned());
        } else if checkpoint::wanted(flow).is_some() {
            told.push("how far it is goes with it: a flow of its name begins anew".to_owned());
        }
        told
    }

    fn is_left_bare(flow: &DataFlow, target: &Ref, object: &Value) -> bool {
        let own = checkpoint::wanted(flow).is_some_and(|own| own == *target);
        own && checkpoint::is_left(object, &flow.name_any())
    }

    fn refers(_: &Ctx<'_>, flow: &DataFlow, seen: &Observed<DataFlows>) -> Reads<DataFlows> {
        let (namespace, name) = (flow.namespace().unwrap_or_default(), flow.name_any());
        let mut reads = Reads::none().list(list(Api::of::<Pod>(), &namespace, &name));
        if let Some(checkpoint) = checkpoint::wanted(flow) {
            reads = reads.object(checkpoint);
        }
        let questions = figures::questions(&namespace, &name, seen);
        reads = questions.into_iter().fold(reads, Reads::probe);
        // What upstream's operator has made lacks the labels of the list.
        let own = list(Api::of::<Deployment>(), &namespace, &name);
        if seen.served(&own) == Some(true) && seen.items(&own).is_empty() {
            reads = reads.object(Ref::to::<Deployment>(&namespace, &names::deployment(&name)));
        }
        reads
    }

    fn desires(ctx: &Ctx<'_>, valid: &Valid, seen: &Observed<DataFlows>) -> Desired<DataFlows> {
        let checkpoint = Checkpoint::of(valid, seen);
        let blocked: Vec<Blocked> =
            valid.literal().map(literal).chain(checkpoint.blocked()).collect();
        let leaving = checkpoint == Checkpoint::Leaving;
        if leaving || !blocked.is_empty() {
            let requeue = if leaving { LOOK_SOON } else { LOOK_AGAIN };
            return Desired { blocked, freeze: true, requeue, ..Desired::default() };
        }
        let file = build::file(valid);
        let asked = !figures::questions(&valid.namespace, &valid.name, seen).is_empty();
        let requeue = if asked { ASK_AGAIN } else { LOOK_AGAIN };
        let mut desired = Desired { requeue, ..Desired::default() };
        let items = &mut desired.items;
        items.push(Item::object(Manifest::of(&build::config_map(valid, &file)), at_next_start));
        if valid.checkpoint {
            items.extend(checkpoint.item(valid));
            items.push(Item::object(Manifest::of(&build::account(valid)), online));
            items.push(Item::object(Manifest::of(&build::role(valid)), online));
            items.push(Item::object(Manifest::of(&build::binding(valid)), online));
        }
        let goal = build::deployment(ctx, valid, &file);
        let first = deployment(valid, seen).and_then(|it| build::strategy_first(valid, it, &goal));
        let assess = match begins::begins(valid, &checkpoint, &file, seen) {
            None => risks::restarts,
            Some(Begins::Again) => risks::restarts_again,
            Some(Begins::Elsewhere) => risks::restarts_elsewhere,
        };
        items.push(match first {
            Some(first) => Item::Act(first),
            None => Item::object(Manifest::of(&goal), assess),
        });
        if valid.replicas > 1 {
            items.push(Item::object(Manifest::of(&build::budget(valid)), online));
        }
        if valid.network_policy {
            items.push(Item::object(Manifest::of(&build::network_policy(valid)), online));
        }
        desired
    }

    fn measures(flow: &DataFlow, seen: &Observed<DataFlows>) -> Vec<Measure> {
        figures::measures(flow, seen)
    }

    fn reports(ctx: &Ctx<'_>, valid: &Valid, seen: &Observed<DataFlows>) -> Report<DataFlowStatus> {
        status::report(ctx, valid, seen)
    }
}

/// Its Deployment, if it is there and is its own.
fn deployment<'a>(valid: &Valid, seen: &'a Observed<DataFlows>) -> Option<&'a Value> {
    let list = list(Api::of::<Deployment>(), &valid.namespace, &valid.name);
    let is_own = |one: &&Value| controller(one) == Some(valid.uid());
    seen.items(&list).iter().map(Arc::as_ref).find(is_own).or_else(|| {
        // What upstream's operator has made lacks the labels of the list.
        let target = Ref::to::<Deployment>(&valid.namespace, &names::deployment(&valid.name));
        match seen.raw(&target) {
            Seen::Present(live) => Some(live.as_ref()).filter(is_own),
            Seen::Absent | Seen::Unread | Seen::Unknown(_) => None,
        }
    })
}

/// That a secret is written down. No value is told.
fn literal(path: &field::Path) -> Blocked {
    let key = match path.segments().last() {
        Some(Segment::Key(key)) if key == "bearerToken" => "token",
        Some(Segment::Key(key)) => key,
        Some(Segment::Index(_)) | None => "",
    };
    Blocked {
        rule: &rules::FLW_50,
        path: path.clone(),
        before: Value::Null,
        after: Value::Null,
        message: "the secret is written down".to_owned(),
        remedy: format!(
            "Move it into a Secret, kubectl create secret generic NAME --from-literal={key}=VALUE, \
             and write {key}SecretRef: {{name: NAME, key: {key}}} in its place."
        ),
    }
}

/// Objects of a flow of this name.
fn list(api: Api, namespace: &str, name: &str) -> Selector {
    Selector { labels: names::selector_labels(name), ..Selector::all(api, namespace) }
}
