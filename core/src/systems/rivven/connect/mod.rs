//! `RivvenConnect`: connectors that move records into topics and out of them, in workers.
//!
//! What a connector takes stands in its `catalogue`; what a user has written is held against that
//! in `connectors`. Each runs on one worker, which `placement` draws and `lineup` brings together
//! with what runs already; what a worker is to run becomes its file in `build`.

use std::{collections::BTreeMap, sync::OnceLock};

use k8s_openapi::api::{
    apps::v1::Deployment,
    batch::v1::Job,
    core::v1::{ConfigMap, Pod, Service},
};
use kube_core::ResourceExt as _;
use serde_json::{Value, json};

use self::{begins::Begins, lineup::Lineup, task::Task, worker::Worker};
use crate::{
    check::Check,
    condition::Reason,
    crd,
    doubt::Doubt,
    field,
    inert::Idle,
    kind::{Ctx, Desired, Item, Kind, Measure, Report},
    label::{self, Labels},
    observed::{Api, Observed, Reads, Ref, Seen, Selector},
    plan::{Blocked, Manifest, Requeue, Risk},
    rule::Rule,
    schema::Compiled,
    systems::rivven::{
        Probe, Rivven,
        home::{self, Away, Home},
        image, names, rules,
    },
    workload::risks::{at_next_start, online},
};

pub mod api;
mod begins;
mod blame;
mod build;
pub(crate) mod catalogue;
mod checks;
mod conditions;
mod connectors;
mod doubts;
mod gates;
mod held;
mod inert;
mod join;
mod left;
mod lineup;
mod measures;
mod pattern;
mod placement;
mod risks;
mod running;
mod secrets;
mod status;
mod task;
mod valid;
mod worker;
mod written;

pub use api::{RivvenConnect, RivvenConnectSpec, RivvenConnectStatus};
pub use join::JOIN_AFTER;
pub use valid::Valid;

/// The kind.
#[derive(Clone, Copy, Debug)]
pub struct Connect;

/// How often a worker that is as it should be is looked at all the same: its broker is asked.
const LOOK_AGAIN: Requeue = Requeue::seconds(300);
/// How often one that is not is looked at.
const LOOK_SOON: Requeue = Requeue::seconds(30);

impl Kind for Connect {
    type System = Rivven;
    type Resource = RivvenConnect;
    type Valid = Valid;

    const NAME: &'static str = "connect";
    const REASONS: &'static [&'static Reason] = conditions::REASONS;
    const INERT: &'static [(&'static str, &'static str)] = inert::INERT;
    const OVERRIDDEN: &'static [(&'static str, &'static str)] = image::OVERRIDDEN;
    const CHECKS: &'static [Check<RivvenConnect>] = checks::CHECKS;
    const GATES: &'static [(&'static str, &'static str)] = gates::GATES;

    fn schema() -> &'static Compiled {
        static SCHEMA: OnceLock<Compiled> = OnceLock::new();
        SCHEMA.get_or_init(|| crd::schema(&Self::crd()))
    }

    fn owns(connect: &RivvenConnect) -> Vec<Selector> {
        let (namespace, name) = (connect.namespace().unwrap_or_default(), connect.name_any());
        [Api::of::<ConfigMap>(), Api::of::<Service>(), Api::of::<Deployment>(), Api::of::<Job>()]
            .map(|api| list(api, &namespace, &name))
            .to_vec()
    }

    fn accepts(connect: &RivvenConnect) -> Result<Valid, field::Errors> {
        valid::accept(connect)
    }

    fn without_effect(connect: &RivvenConnect) -> Vec<Idle> {
        valid::without_effect(connect)
    }

    fn idle(_: &RivvenConnect, valid: &Valid) -> Vec<Idle> {
        valid.idle.clone()
    }

    fn doubts(connect: &RivvenConnect) -> Vec<Doubt> {
        doubts::doubts(connect)
    }

    fn secrets(connect: &RivvenConnect) -> Vec<field::Path> {
        valid::secrets(connect)
    }

    fn after_deletion(connect: &RivvenConnect) -> Vec<String> {
        left::left(connect)
    }

    fn refers(_: &Ctx<'_>, connect: &RivvenConnect, seen: &Observed<Rivven>) -> Reads<Rivven> {
        let (namespace, name) = (connect.namespace().unwrap_or_default(), connect.name_any());
        let target = valid::cluster_of(connect);
        let mut reads =
            Reads::none().object(target.clone()).list(list(Api::of::<Pod>(), &namespace, &name));
        if home::cluster(&target, &namespace, seen).is_ok() {
            reads = reads.probe(topics_of(&target));
            if let Some(question) = measures::question(connect, seen) {
                reads = reads.probe(question);
            }
        }
        reads
    }

    fn measures(connect: &RivvenConnect, seen: &Observed<Rivven>) -> Vec<Measure> {
        measures::measures(connect, seen)
    }

    fn desires(ctx: &Ctx<'_>, valid: &Valid, seen: &Observed<Rivven>) -> Desired<Rivven> {
        match home::cluster(&valid.cluster, &valid.namespace, seen) {
            Ok(cluster) if !valid.tls => desire(ctx, valid, &cluster, seen),
            Ok(_) => hold(valid, Some(tls(valid))),
            Err(Away::NotThere(_)) => hold(valid, valid.tls.then(|| tls(valid))),
            Err(Away::NotPermitted) => {
                hold(valid, Some(home::refused(&valid.cluster, &valid.namespace)))
            }
        }
    }

    fn reports(
        ctx: &Ctx<'_>,
        valid: &Valid,
        seen: &Observed<Rivven>,
    ) -> Report<RivvenConnectStatus> {
        status::report(ctx, valid, seen)
    }
}

/// What no worker is to run any more goes from its worker first, with what else has changed there.
fn desire(
    ctx: &Ctx<'_>,
    valid: &Valid,
    cluster: &Home,
    seen: &Observed<Rivven>,
) -> Desired<Rivven> {
    let lineup = lineup::lineup(ctx, valid, seen);
    if lineup.unseen && lineup.any() {
        // What they run is not known, so they stay as they are.
        return Desired { requeue: LOOK_SOON, ..hold(valid, None) };
    }
    let settled = lineup.waiting.is_empty() && lineup.moving.is_empty() && lineup.all_run();
    let mut desired = Desired {
        requeue: if settled { LOOK_AGAIN } else { LOOK_SOON },
        waiting: lineup.moving.iter().map(gates::Moving::waiting).collect(),
        blocked: held(valid).collect(),
        gone: gone(valid, &lineup),
        ..Desired::default()
    };
    if lineup.can_run().next().is_some() {
        desired.items.push(Item::object(Manifest::of(&build::service(valid)), online));
    }
    let address = address(ctx, &valid.cluster, cluster);
    let workers = lineup.deployments();
    desired.items.extend(workers.flat_map(|task| worker(valid, &lineup, task, (&address, seen))));
    for task in lineup.jobs() {
        match task.kept {
            true => desired.items.extend(kept(&Ref::to::<Job>(&valid.namespace, &task.name), seen)),
            false => desired.items.extend(worker_once(valid, task, &address)),
        }
    }
    desired.items.extend(lineup.through.iter().flat_map(|job| kept(job, seen)));
    desired
}

/// What it comes to that a worker goes: its connectors stop, and a source that forgets loses what
/// changes until it runs elsewhere, or again.
fn gone(valid: &Valid, lineup: &Lineup<'_>) -> BTreeMap<Ref, (Risk, &'static Rule)> {
    let comes_to = |worker: &Worker| -> (Risk, &'static Rule) {
        match valid.forgets(|name| worker.connectors.contains(name)) {
            true => (Risk::DataLoss, &rules::CON_57),
            false => (Risk::Restart, &rules::CON_58),
        }
    };
    let workers = lineup.workers.iter().filter(|(_, worker)| !worker.connectors.is_empty());
    let target = |name: &String| Ref::to::<Deployment>(&valid.namespace, name);
    workers.map(|(name, worker)| (target(name), comes_to(worker))).collect()
}

/// What is left of a source that is through: its Job, and the file that it was told by.
fn kept(job: &Ref, seen: &Observed<Rivven>) -> impl Iterator<Item = Item<Rivven>> {
    let file = Ref::to::<ConfigMap>(&job.namespace, &names::worker_config(&job.name));
    let there = matches!(seen.raw(&file), Seen::Present(_));
    let file = there.then_some(Item::Keep(file));
    std::iter::once(Item::Keep(job.clone())).chain(file)
}

/// A worker reads its file when it starts, so the file comes first.
fn worker(
    valid: &Valid,
    lineup: &Lineup<'_>,
    task: &Task<'_>,
    (address, seen): (&str, &Observed<Rivven>),
) -> [Item<Rivven>; 2] {
    let file = build::file(valid, address, &task.running);
    // One that never ran has nothing to lose; one that moves loses what changes on its way.
    let there = lineup.workers.get(&task.name);
    let has = |name: &str| there.is_some_and(|worker| worker.connectors.contains(name));
    let comes = |name: &str| {
        let was = valid.before(name);
        was.is_some_and(|was| was.worker.is_some())
            && task.running.iter().any(|own| own.wired.name == name)
    };
    let forgets = valid.forgets(|name| has(name) || comes(name));
    let assess = match (forgets, begins::begins(valid, seen, &file)) {
        (true, _) => risks::restarts_and_forgets,
        (false, Some(Begins::Beyond)) => risks::restarts_beyond,
        (false, Some(Begins::Again)) => risks::restarts_again,
        (false, Some(Begins::WhereUnread)) => risks::restarts_where_unread,
        (false, None) if task.joins => risks::restarts_for_topics,
        (false, None) if !lineup.apart.is_empty() => risks::restarts_without,
        (false, None) => risks::restarts,
    };
    [
        Item::object(Manifest::of(&build::config_map(valid, task, &file)), at_next_start),
        Item::object(Manifest::of(&build::deployment(valid, task, &file)), assess),
    ]
}

/// The worker of a source that ends.
fn worker_once(valid: &Valid, task: &Task<'_>, address: &str) -> [Item<Rivven>; 2] {
    let file = build::file(valid, address, &task.running);
    [
        Item::object(Manifest::of(&build::config_map(valid, task, &file)), at_next_start),
        Item::object(Manifest::of(&build::job(valid, task)), risks::runs_once),
    ]
}

/// Where clients find the cluster, as host and port.
fn address(ctx: &Ctx<'_>, target: &Ref, cluster: &Home) -> String {
    let service = names::client_service(&target.name);
    let (domain, port) = (&ctx.settings.cluster_domain, cluster.port());
    format!("{service}.{}.svc.{domain}:{port}", target.namespace)
}

/// What is there stays as it is. What is wrong with the connectors is told all the same.
fn hold(valid: &Valid, blocked: Option<Blocked>) -> Desired<Rivven> {
    let blocked = blocked.into_iter().chain(held(valid)).collect();
    Desired { blocked, freeze: true, ..Desired::default() }
}

/// What connectors ask for in vain: of one that is to run, everything; of any, that a secret is
/// written down, which everybody reads all the same.
fn held(valid: &Valid) -> impl Iterator<Item = Blocked> {
    valid.connectors.iter().flat_map(|one| {
        let told = |held: &&connectors::Held| one.enabled || *held.rule == rules::CON_54;
        one.held.iter().filter(told).map(blocked)
    })
}

fn tls(valid: &Valid) -> Blocked {
    Blocked {
        rule: &rules::CON_52,
        path: field::Path::dotted("spec.tls.enabled"),
        before: json!(false),
        after: json!(true),
        message: format!("rivvend {} speaks no TLS", valid.release.version),
        remedy: rules::CON_52.remedy.to_owned(),
    }
}

/// That a connector does not start. No value is told: it may be a secret.
fn blocked(held: &connectors::Held) -> Blocked {
    Blocked {
        rule: held.rule,
        path: held.path.clone(),
        before: Value::Null,
        after: Value::Null,
        message: held.why.clone(),
        remedy: held.rule.remedy.to_owned(),
    }
}

/// Objects of a RivvenConnect of this name.
fn list(api: Api, namespace: &str, name: &str) -> Selector {
    Selector { labels: selector_labels(name), ..Selector::all(api, namespace) }
}

/// The labels that its worker is selected by.
fn selector_labels(name: &str) -> Labels {
    label::selector("rivven-connect", name, "connect")
}

/// What the broker that has the topics is asked: whether it answers, and which there are.
fn topics_of(cluster: &Ref) -> Probe {
    Probe::Topics(home::broker(cluster))
}
