//! `RivvenCluster`: brokers in a StatefulSet, each with a volume of its own.

use std::{collections::BTreeSet, sync::OnceLock};

use k8s_openapi::api::{
    apps::v1::StatefulSet,
    core::v1::{ConfigMap, Service},
    policy::v1::PodDisruptionBudget,
};
use kube_core::ResourceExt as _;
use serde_json::json;

use crate::{
    check::Check,
    condition::Reason,
    crd,
    doubt::Doubt,
    field,
    inert::Idle,
    k8s::monitoring::ServiceMonitor,
    kind::{Ctx, Desired, DesiredObject, Item, Kind, Leave, Report},
    observed::{Api, Observed, Reads, Ref, Seen, Selector, at},
    plan::{Blocked, Change, Manifest, Requeue, Risk},
    rule::{self, Rule},
    schema::Compiled,
    systems::rivven::{Probe, Rivven, image, names, rules},
    workload::{
        doubts::written_secrets,
        risks::{at_next_start, online},
    },
};

pub mod api;
mod brokers;
mod build;
mod checks;
mod conditions;
pub mod gates;
mod inert;
mod leave;
mod options;
mod roll;
mod scale;
mod status;
mod storage;
mod valid;
mod volumes;

pub use api::{RivvenCluster, RivvenClusterSpec, RivvenClusterStatus};
pub use valid::Valid;

use brokers::{Brokers, Set, broker, list};
use storage::Template;

/// The kind.
#[derive(Clone, Copy, Debug)]
pub struct Cluster;

/// How often a cluster that is as it should be is looked at all the same: its brokers are asked
/// whether they are well.
const LOOK_AGAIN: Requeue = Requeue::seconds(300);
/// How often one that waits for something that no watch shows is looked at: an answer of a broker.
const LOOK_SOON: Requeue = Requeue::seconds(30);

impl Kind for Cluster {
    type System = Rivven;
    type Resource = RivvenCluster;
    type Valid = Valid;

    const NAME: &'static str = "cluster";
    // It was the operator's first kind, and its metrics are known by that.
    const COUNTED_AS: &'static str = "operator";
    const FINALIZER: Option<&'static str> = Some("rivven.hupe1980.github.io/cluster-finalizer");
    const REASONS: &'static [&'static Reason] = conditions::REASONS;
    const INERT: &'static [(&'static str, &'static str)] = inert::INERT;
    const OVERRIDDEN: &'static [(&'static str, &'static str)] = image::OVERRIDDEN;
    const CHECKS: &'static [Check<RivvenCluster>] = checks::CHECKS;
    const GATES: &'static [(&'static str, &'static str)] = gates::GATES;
    const SKIPS_GATES: bool = true;

    const RIGHTS: &'static [(&'static str, &'static str, &'static str, &'static str)] = &[
        ("", "pods/eviction", "create", "ROL-01"),
        ("", "persistentvolumeclaims", "patch", "STO-01"),
        ("", "persistentvolumeclaims", "delete", "DEL-01"),
        ("storage.k8s.io", "storageclasses", "list", "STO-05"),
        ("storage.k8s.io", "storageclasses", "watch", "STO-05"),
    ];

    fn schema() -> &'static Compiled {
        static SCHEMA: OnceLock<Compiled> = OnceLock::new();
        SCHEMA.get_or_init(|| crd::schema(&Self::crd()))
    }

    fn owns(cluster: &RivvenCluster) -> Vec<Selector> {
        let (namespace, name) = (cluster.namespace().unwrap_or_default(), cluster.name_any());
        [
            Api::of::<ConfigMap>(),
            Api::of::<Service>(),
            Api::of::<StatefulSet>(),
            Api::of::<PodDisruptionBudget>(),
            Api::of::<ServiceMonitor>(),
        ]
        .map(|api| list(api, &namespace, &name))
        .to_vec()
    }

    fn accepts(cluster: &RivvenCluster) -> Result<Valid, field::Errors> {
        valid::accept(cluster)
    }

    fn doubts(cluster: &RivvenCluster) -> Vec<Doubt> {
        written_secrets(cluster)
    }

    fn without_effect(cluster: &RivvenCluster) -> Vec<Idle> {
        valid::without_effect(&cluster.spec)
    }

    fn refers(ctx: &Ctx<'_>, cluster: &RivvenCluster, seen: &Observed<Rivven>) -> Reads<Rivven> {
        let (namespace, name) = (cluster.namespace().unwrap_or_default(), cluster.name_any());
        let mut reads = Reads::none()
            .list(brokers::pods(&namespace, &name))
            .list(brokers::claims(&namespace, &name));
        let spec = valid::lenient(cluster);
        let brokers = Brokers::of(&spec.whose, seen);
        if seen.served(&brokers::claims(&namespace, &name)).is_some() {
            let unlisted = brokers.unlisted_claims(&spec.whose).into_iter();
            reads = unlisted.fold(reads, |reads, (_, claim)| reads.object(claim));
        }
        for (ordinal, pod) in brokers.pods.iter().filter(|(_, pod)| pod.ready && !pod.deleting) {
            let asked = broker(&namespace, &name, *ordinal, pod.api_port);
            reads = reads.probe(Probe::Health(asked));
        }
        if let Some(last) = scale::last_to_go(brokers.live(), spec.replicas)
            && brokers.set.is_some()
        {
            reads = reads.probe(scale::holdings(&namespace, &name, last));
        }
        if let (Some(set), false) = (&brokers.set, brokers.not_made(ctx.now).is_empty()) {
            // Only its controller knows why, and tells nobody else.
            reads = reads.warnings_of(set.target.clone());
        }
        for class in storage::classes_to_read(&brokers, &spec) {
            reads = reads.object(class);
        }
        reads
    }

    fn desires(ctx: &Ctx<'_>, valid: &Valid, seen: &Observed<Rivven>) -> Desired<Rivven> {
        let brokers = Brokers::of(&valid.whose, seen);
        if !valid.unsupported_security.is_empty() {
            return hold(valid, &brokers);
        }
        desire(ctx, valid, &brokers, seen)
    }

    fn reports(
        ctx: &Ctx<'_>,
        valid: &Valid,
        seen: &Observed<Rivven>,
    ) -> Report<RivvenClusterStatus> {
        let brokers = Brokers::of(&valid.whose, seen);
        status::report(ctx, valid, &brokers, seen)
    }

    fn leaves_by(cluster: &RivvenCluster) -> Vec<Selector> {
        let (namespace, name) = (cluster.namespace().unwrap_or_default(), cluster.name_any());
        vec![list(Api::of::<StatefulSet>(), &namespace, &name)]
    }

    fn leaves(ctx: &Ctx<'_>, cluster: &RivvenCluster, seen: &Observed<Rivven>) -> Leave<Rivven> {
        leave::leave(ctx, cluster, seen)
    }
}

/// In this order: what brokers read, then their volumes, then themselves; a restart comes only when
/// nothing else is being done to the set.
fn desire(
    ctx: &Ctx<'_>,
    valid: &Valid,
    brokers: &Brokers,
    seen: &Observed<Rivven>,
) -> Desired<Rivven> {
    let mut desired = Desired { finalizer: valid.delete_claims, ..Desired::default() };
    desired.items.push(Item::object(Manifest::of(&build::config_map(valid)), at_next_start));
    desired.items.push(Item::object(Manifest::of(&build::headless(valid)), online));
    // Where somebody else has closed it, clients find their way in again.
    let client = DesiredObject::new(Manifest::of(&build::client(valid)), at_the_door);
    desired.items.push(Item::Object(DesiredObject { assess_drift: Some(online), ..client }));
    if let Some(monitor) = &valid.monitor {
        let served = seen.served(&list(Api::of::<ServiceMonitor>(), &valid.namespace, &valid.name));
        if served == Some(true) {
            let metadata = valid.meta(names::monitor(&valid.name));
            // Through the Service that gives each broker a name: the one for clients leads to the
            // first only.
            let monitor = monitor.object(metadata, &valid.selector, build::API);
            desired.items.push(Item::object(Manifest::of(&monitor), online));
        }
    }
    let mut scale = scale::scale(valid, brokers, seen);
    let mut storage = storage::storage(valid, brokers, seen);
    let claim = build::claim_template(valid, &storage);
    let template = json!(claim);
    let template = storage::template(brokers, &mut storage, &template);
    let mut settled = storage.grow.is_empty();
    if let (false, Some(set)) = (settled, &brokers.set) {
        // A broker that came now would get a claim of the old size.
        scale.replicas = scale.replicas.min(set.replicas);
    }
    desired.events.extend(volumes::taken_over(valid, brokers, scale.replicas));
    desired.items.extend(storage.grow.into_iter().map(Item::Act));
    match template {
        Template::Fits => desired.items.push(workload(valid, &scale, claim)),
        Template::Replace(delete) => {
            settled = false;
            desired.items.push(Item::Act(*delete));
        }
        Template::Waits => {
            settled = false;
            desired.items.extend(brokers.set.iter().map(|set| Item::Keep(set.target.clone())));
        }
    }
    budget(valid, brokers, seen, &mut desired);
    let steady = settled && brokers.set.as_ref().is_some_and(|set| set.replicas == scale.replicas);
    let mut held = None;
    if steady {
        let roll = roll::roll(ctx, valid, brokers, scale.replicas);
        held = roll.held;
        desired.items.extend(roll.restart.map(Item::Act));
        desired.events.extend(roll.events);
        desired.defer_status = roll.defer_status && desired.blocked.is_empty();
        desired.waiting.extend(roll.waiting);
    }
    desired.assumptions.extend(status::recovering(ctx, valid, brokers));
    desired.waiting.extend(scale.waiting);
    desired.waiting.extend(storage.waiting);
    desired.blocked.extend(scale.blocked);
    desired.blocked.extend(storage.blocked);
    desired.assumptions.extend(storage.assumptions);
    let soon = !desired.waiting.is_empty() || brokers.any_problem();
    desired.requeue = match soon {
        // That a pod was not made is told a moment later.
        true if brokers.set.as_ref().is_some_and(Set::lacks_pods) => Requeue::seconds(10),
        true => LOOK_SOON,
        false => LOOK_AGAIN,
    };
    if let Some(wait) = held {
        desired.requeue = Requeue::After(wait);
    }
    desired
}

/// Security is asked for that the release cannot provide: nothing is made, nothing is changed.
fn hold(valid: &Valid, brokers: &Brokers) -> Desired<Rivven> {
    let state = if brokers.set.is_some() { "runs without" } else { "no broker is started" };
    let refuse = |path: &&'static str| Blocked {
        rule: &rules::SEC_01,
        path: field::Path::dotted(path),
        before: json!(false),
        after: json!(true),
        message: format!("rivvend {} cannot do it; {state}", valid.release.version),
        remedy: rules::SEC_01.remedy.to_owned(),
    };
    Desired {
        blocked: valid.unsupported_security.iter().map(refuse).collect(),
        finalizer: valid.delete_claims,
        freeze: true,
        ..Desired::default()
    }
}

/// The StatefulSet with as many brokers as there shall be right now, signed as a stage on the way
/// to as many as are asked for.
fn workload(
    valid: &Valid,
    scale: &scale::Scale,
    claim: k8s_openapi::api::core::v1::PersistentVolumeClaim,
) -> Item<Rivven> {
    let goal = (scale.replicas != valid.replicas)
        .then(|| Manifest::of(&build::stateful_set(valid, valid.replicas, claim.clone())));
    let mut manifest = Manifest::of(&build::stateful_set(valid, scale.replicas, claim));
    if let Some(goal) = goal {
        manifest = manifest.towards(&goal);
    }
    Item::Object(DesiredObject {
        gates: scale.gates.clone(),
        guards: scale.guards.clone(),
        ..DesiredObject::new(
            manifest,
            match gates::gives_up_volume(&scale.gates) {
                true => giving_up_volume,
                false => workload_risk,
            },
        )
    })
}

fn giving_up_volume(change: &Change) -> (Risk, &'static Rule) {
    match change.path.as_str() {
        "/spec/replicas" => (Risk::DataLoss, &rules::STO_07),
        _ => workload_risk(change),
    }
}

fn budget(
    valid: &Valid,
    brokers: &Brokers,
    seen: &Observed<Rivven>,
    desired: &mut Desired<Rivven>,
) {
    // One broker cannot be kept while it is moved: a budget would stop every drain of its node.
    // Several are kept until the last of them has gone.
    let count = valid.replicas.max(brokers.live());
    let Some(budget) = valid.budget.as_ref().filter(|_| count > 1) else { return };
    if budget.allows(count) > 0 {
        let budget = budget.object(valid.meta(names::budget(&valid.name)), &valid.selector);
        desired.items.push(Item::object(Manifest::of(&budget), online));
        return;
    }
    let field = budget.field();
    let exists = Ref::to::<PodDisruptionBudget>(&valid.namespace, &names::budget(&valid.name));
    let mut before = None;
    if let Seen::Present(object) = seen.raw(&exists) {
        before = at(object, "/spec").and_then(|spec| spec.get(field)).cloned();
        desired.items.push(Item::Keep(exists));
    }
    let of = count;
    desired.blocked.push(Blocked {
        rule: &rules::BUD_01,
        path: field::Path::dotted("spec.podDisruptionBudget").child(field),
        before: json!(before),
        after: json!(budget.value()),
        message: format!("of {of} brokers it never lets one be away"),
        remedy: rules::BUD_01.remedy.to_owned(),
    });
}

/// Clients come by the port and, from outside, by the type of the Service.
fn at_the_door(change: &Change) -> (Risk, &'static Rule) {
    let is_client = |port: &serde_json::Value| port["name"] == "client";
    let closes = change.path.starts_with("/spec/ports/")
        && change.after.is_none()
        && change.before.as_ref().is_some_and(is_client);
    let from_outside = ["NodePort", "LoadBalancer"];
    let before = change.before.as_ref().and_then(serde_json::Value::as_str);
    let leaves =
        change.path == "/spec/type" && before.is_some_and(|was| from_outside.contains(&was));
    if closes || leaves { (Risk::Unavailable, &rules::SVC_01) } else { online(change) }
}

fn workload_risk(change: &Change) -> (Risk, &'static Rule) {
    if change.path != "/spec/replicas" {
        return (Risk::None, &rule::OBJ_03);
    }
    let number = |value: &Option<serde_json::Value>| value.as_ref().and_then(|v| v.as_u64());
    if number(&change.after) < number(&change.before) {
        (Risk::Online, &rules::SCA_02)
    } else {
        (Risk::Online, &rules::SCA_01)
    }
}

/// The names of everything that a cluster of this name makes, by API and name.
pub fn children(cluster: &str) -> BTreeSet<(&'static str, String)> {
    BTreeSet::from([
        ("ConfigMap", names::config(cluster)),
        ("Service", names::headless(cluster)),
        ("Service", names::client_service(cluster)),
        ("StatefulSet", names::workload(cluster)),
        ("PodDisruptionBudget", names::budget(cluster)),
        ("ServiceMonitor", names::monitor(cluster)),
    ])
}

/// The StatefulSet and the Service that a cluster comes to, whatever is wrong with it: a suite asks
/// the API server about them, to hold our check to its verdict.
pub fn unjudged(cluster: &RivvenCluster) -> Vec<serde_json::Value> {
    let none = crate::annotations::Control::default();
    let valid = valid::filled_in(cluster, none, std::collections::BTreeMap::new());
    let claim = build::claim_template(&valid, &storage::Storage::asked(&valid));
    let set = Manifest::of(&build::stateful_set(&valid, valid.replicas, claim));
    vec![set.body, Manifest::of(&build::client(&valid)).body]
}
