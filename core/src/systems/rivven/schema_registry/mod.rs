//! `RivvenSchemaRegistry`: a registry of schemas, whose levels are set over its own API.
//!
//! The program forgets everything when it stops, what it was told too. So what is asked for is set
//! each time it has started, in the order that `force` has, and the last of it, a context of our
//! own, is what makes its pod ready. That nothing else ever starts where clients are led is what
//! `start` sees to.

use std::sync::OnceLock;

use k8s_openapi::api::{
    apps::v1::Deployment,
    core::v1::{ConfigMap, Pod, Service},
    policy::v1::PodDisruptionBudget,
};
use kube_core::ResourceExt as _;
use serde_json::json;

use self::{
    put::{put_in_force, take_permit},
    roll::Roll,
    situation::Situation,
};
use crate::{
    check::Check,
    condition::Reason,
    crd,
    doubt::Doubt,
    field,
    inert::Idle,
    kind::{self, Ctx, Desired, Item, Kind, Measure, Report},
    label::{self, Labels},
    observed::{Api, Observed, Reads, Ref, Selector, text},
    owner::controller,
    plan::{Blocked, Manifest, Requeue},
    schema::Compiled,
    systems::rivven::{
        Probe, Rivven,
        home::{self, Away},
        image, rules,
    },
    workload::{doubts::written_secrets, risks::online},
};

pub mod api;
mod build;
mod checks;
mod conditions;
mod force;
mod gates;
mod inert;
mod put;
mod risks;
mod roll;
mod situation;
mod start;
mod status;
mod valid;
mod validation;

pub use api::{RivvenSchemaRegistry, RivvenSchemaRegistrySpec, RivvenSchemaRegistryStatus};
pub use valid::Valid;

/// The kind.
#[derive(Clone, Copy, Debug)]
pub struct SchemaRegistry;

/// What it is made of.
const OWNS: [fn() -> Api; 4] = [
    Api::of::<ConfigMap>,
    Api::of::<Service>,
    Api::of::<Deployment>,
    Api::of::<PodDisruptionBudget>,
];
/// How often a registry that is as it should be is asked all the same.
const LOOK_AGAIN: Requeue = Requeue::seconds(300);
/// How often one that is not is asked.
const LOOK_SOON: Requeue = Requeue::seconds(10);

impl Kind for SchemaRegistry {
    type System = Rivven;
    type Resource = RivvenSchemaRegistry;
    type Valid = Valid;

    const NAME: &'static str = "schema_registry";
    const REASONS: &'static [&'static Reason] = conditions::REASONS;
    const INERT: &'static [(&'static str, &'static str)] = inert::INERT;
    const OVERRIDDEN: &'static [(&'static str, &'static str)] = image::OVERRIDDEN;
    const CHECKS: &'static [Check<RivvenSchemaRegistry>] = checks::CHECKS;
    const GATES: &'static [(&'static str, &'static str)] = gates::GATES;
    const SKIPS_GATES: bool = true;

    fn schema() -> &'static Compiled {
        static SCHEMA: OnceLock<Compiled> = OnceLock::new();
        SCHEMA.get_or_init(|| crd::schema(&Self::crd()))
    }

    fn owns(registry: &RivvenSchemaRegistry) -> Vec<Selector> {
        let (namespace, name) = (registry.namespace().unwrap_or_default(), registry.name_any());
        OWNS.map(|api| list(api(), &namespace, &name)).to_vec()
    }

    fn accepts(registry: &RivvenSchemaRegistry) -> Result<Valid, field::Errors> {
        valid::accept(registry)
    }

    fn without_effect(registry: &RivvenSchemaRegistry) -> Vec<Idle> {
        valid::without_effect(registry)
    }

    fn doubts(registry: &RivvenSchemaRegistry) -> Vec<Doubt> {
        written_secrets(registry)
    }

    fn after_deletion(_: &RivvenSchemaRegistry) -> Vec<String> {
        vec!["its schemas are in memory: they go with its pod".to_owned()]
    }

    fn refers(
        ctx: &Ctx<'_>,
        registry: &RivvenSchemaRegistry,
        seen: &Observed<Rivven>,
    ) -> Reads<Rivven> {
        let (namespace, name) = (registry.namespace().unwrap_or_default(), registry.name_any());
        let pods = list(Api::of::<Pod>(), &namespace, &name);
        let reads = Reads::none().object(valid::cluster_of(registry)).list(pods);
        match situation::question(ctx, registry, seen) {
            Some(question) => reads.probe(Probe::Registry(question)),
            None => reads,
        }
    }

    fn measures(registry: &RivvenSchemaRegistry, seen: &Observed<Rivven>) -> Vec<Measure> {
        let said =
            situation::said(registry, seen).filter(|_| kind::accept::<Self>(registry).is_ok());
        said.map_or_else(Vec::new, status::measures)
    }

    fn desires(ctx: &Ctx<'_>, valid: &Valid, seen: &Observed<Rivven>) -> Desired<Rivven> {
        let situation = Situation::of(ctx, valid, seen);
        let asked = valid.unsupported_security.iter().map(|path| unsupported(path));
        let refused = matches!(situation.away, Some(Away::NotPermitted))
            .then(|| home::refused(&valid.cluster, &valid.namespace));
        let blocked: Vec<Blocked> = asked.chain(refused).collect();
        // One that has ended is started anew though its cluster is away: so it would be by itself.
        if blocked.is_empty() && (situation.away.is_none() || situation.start.is_over()) {
            return desire(valid, &situation, seen);
        }
        // What is there stays as it is; one that runs is told all the same what is to be in force.
        let items = there(valid, seen).map(Item::Keep).collect();
        let mut desired = Desired { items, blocked, requeue: LOOK_SOON, ..Desired::default() };
        take_permit(valid, &situation, &mut desired);
        put_in_force(valid, &situation, &mut desired);
        desired
    }

    fn reports(
        ctx: &Ctx<'_>,
        valid: &Valid,
        seen: &Observed<Rivven>,
    ) -> Report<RivvenSchemaRegistryStatus> {
        status::report(ctx, valid, &Situation::of(ctx, valid, seen))
    }
}

/// What belongs to it.
fn there<'a>(valid: &'a Valid, seen: &'a Observed<Rivven>) -> impl Iterator<Item = Ref> + 'a {
    let lists = OWNS.iter().map(|api| (api(), list(api(), &valid.namespace, &valid.name)));
    lists.flat_map(|(api, list)| {
        let own = seen.items(&list).iter().filter(|one| controller(one) == Some(valid.uid()));
        own.map(|one| Ref {
            api: api.clone(),
            namespace: valid.namespace.clone(),
            name: text(one, "/metadata/name").to_owned(),
        })
        .collect::<Vec<_>>()
    })
}

fn desire(valid: &Valid, situation: &Situation<'_>, seen: &Observed<Rivven>) -> Desired<Rivven> {
    let mut desired = Desired { requeue: LOOK_SOON, ..Desired::default() };
    let roll = Roll::of(valid, situation);
    // Clients find it where it listens: a port that waits with its pod waits in the Services too.
    let port = roll.port(valid, situation);
    if roll.start != situation.start.number || situation.keeps_permit(valid) {
        desired.items.push(Item::object(Manifest::of(&build::permit(valid, roll.start)), online));
    }
    roll.desire(valid, situation, &mut desired);
    for service in [build::client(valid, port), build::headless(valid, port)] {
        desired.items.push(Item::object(Manifest::of(&service), risks::ports));
    }
    if valid.budget {
        budget(valid, situation, seen, &mut desired);
    }
    take_permit(valid, situation, &mut desired);
    put_in_force(valid, situation, &mut desired);
    desired
}

/// What does not say whether it holds any schema keeps the budget that it has.
fn budget(
    valid: &Valid,
    situation: &Situation<'_>,
    seen: &Observed<Rivven>,
    desired: &mut Desired<Rivven>,
) {
    let manifest = Manifest::of(&build::budget(valid, situation.holds()));
    let stays = there(valid, seen).any(|one| one == manifest.target);
    desired.items.push(match situation.silent.is_some() && stays {
        true => Item::Keep(manifest.target),
        false => Item::object(manifest, online),
    });
}

fn unsupported(path: &str) -> Blocked {
    Blocked {
        rule: &rules::REG_52,
        path: field::Path::dotted(path),
        before: json!(false),
        after: json!(true),
        message: match path {
            "spec.tls.enabled" => "rivven-schema 0.0.22 speaks no TLS".to_owned(),
            _ => "rivven-schema 0.0.22 asks nobody who they are".to_owned(),
        },
        remedy: rules::REG_52.remedy.to_owned(),
    }
}

/// Objects of a registry of this name.
fn list(api: Api, namespace: &str, name: &str) -> Selector {
    Selector { labels: selector_labels(name), ..Selector::all(api, namespace) }
}

/// The labels that its pod is selected by.
fn selector_labels(name: &str) -> Labels {
    label::selector("rivven-schema", name, "schema-registry")
}
