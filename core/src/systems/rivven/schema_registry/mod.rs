//! `RivvenSchemaRegistry`: a registry of schemas, whose levels are set over its own API.
//!
//! The program forgets everything when it stops, what it was told too. So what is asked for is set
//! each time it has started, in the order that `force` has, and the last of it, a context of our
//! own, is what makes its pod ready.

use std::sync::OnceLock;

use k8s_openapi::api::{
    apps::v1::Deployment,
    core::v1::{Pod, Service},
    policy::v1::PodDisruptionBudget,
};
use kube_core::ResourceExt as _;
use serde_json::{Value, json};

use self::situation::Situation;
use crate::{
    altered,
    check::Check,
    compare,
    condition::{EventKind, Reason},
    crd,
    doubt::Doubt,
    field,
    inert::Idle,
    kind::{self, Ctx, Desired, DesiredObject, Item, Kind, Measure, Report},
    label::{self, Labels, SLUICEGATE},
    many::many,
    observed::{Api, Observed, Reads, Ref, Selector, text},
    owner::controller,
    plan::{Action, Blocked, Event, Gate, Manifest, Requeue, Risk, Verb, Waiting, Why},
    schema::Compiled,
    systems::rivven::{
        Call, Probe, Rivven,
        home::{self, Away},
        image,
        registry::{Change, SeenRegistry, What},
        rules,
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
mod risks;
mod situation;
mod status;
mod valid;
mod validation;

pub use api::{RivvenSchemaRegistry, RivvenSchemaRegistrySpec, RivvenSchemaRegistryStatus};
pub use valid::Valid;

/// The kind.
#[derive(Clone, Copy, Debug)]
pub struct SchemaRegistry;

/// What it is made of.
const OWNS: [fn() -> Api; 3] =
    [Api::of::<Service>, Api::of::<Deployment>, Api::of::<PodDisruptionBudget>];
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
        let settings = crate::settings::Settings::default();
        let ctx = Ctx::new(k8s_openapi::jiff::Timestamp::UNIX_EPOCH, &settings);
        let valid = kind::accept::<Self>(registry);
        valid.map_or_else(
            |_| Vec::new(),
            |valid| status::measures(&Situation::of(&ctx, &valid, seen)),
        )
    }

    fn desires(ctx: &Ctx<'_>, valid: &Valid, seen: &Observed<Rivven>) -> Desired<Rivven> {
        let situation = Situation::of(ctx, valid, seen);
        let asked = valid.unsupported_security.iter().map(|path| unsupported(path));
        let refused = matches!(situation.away, Some(Away::NotPermitted))
            .then(|| home::refused(&valid.cluster, &valid.namespace));
        let blocked: Vec<Blocked> = asked.chain(refused).collect();
        if blocked.is_empty() && situation.away.is_none() {
            return desire(valid, &situation, seen);
        }
        // What is there stays as it is; one that runs is told all the same what is to be in force.
        let items = there(valid, seen).map(Item::Keep).collect();
        let mut desired = Desired { items, blocked, requeue: LOOK_SOON, ..Desired::default() };
        in_force(valid, &situation, &mut desired);
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
    // Clients find it where it listens: a port that waits with its pod waits in the Services too.
    deployment(valid, situation, &mut desired);
    let port = port(valid, situation);
    for service in [build::client(valid, port), build::headless(valid, port)] {
        desired.items.push(Item::object(Manifest::of(&service), risks::ports));
    }
    if valid.budget {
        budget(valid, situation, seen, &mut desired);
    }
    in_force(valid, situation, &mut desired);
    desired
}

/// Where clients find it.
fn port(valid: &Valid, situation: &Situation<'_>) -> u16 {
    let listens = situation.registry.as_ref().filter(|_| held(valid, situation).is_some());
    listens.map_or(valid.port, |it| it.port)
}

/// What does not say whether it holds any schema keeps the budget that it has.
fn budget(
    valid: &Valid,
    situation: &Situation<'_>,
    seen: &Observed<Rivven>,
    desired: &mut Desired<Rivven>,
) {
    let holds = situation.seen.is_some_and(|seen| seen.schema_count > 0);
    let manifest = Manifest::of(&build::budget(valid, holds));
    let stays = there(valid, seen).any(|one| one == manifest.target);
    desired.items.push(match situation.silent.is_some() && stays {
        true => Item::Keep(manifest.target),
        false => Item::object(manifest, online),
    });
}

/// What is to be in force, as far as it is not.
fn in_force(valid: &Valid, situation: &Situation<'_>, desired: &mut Desired<Rivven>) {
    let Some(registry) = &situation.registry else { return };
    let Some(seen) = situation.seen else {
        let why = situation.silent.clone().unwrap_or_default();
        desired.waiting.push(Waiting {
            what: format!("see that what is asked for is in force in {registry}"),
            target: valid.own.clone(),
            risk: Risk::Online,
            rule: &rules::REG_53,
            gates: vec![Gate::judged(gates::ANSWERS, None, why)],
        });
        return;
    };
    let left = force::left(valid, registry, seen);
    if left.is_empty() && situation.ready {
        desired.requeue = LOOK_AGAIN;
    }
    if valid.in_sync && seen.is_open() {
        desired.events.extend(left.iter().map(|change| set_again(valid, change)));
    }
    let begins = !seen.is_open() && left.iter().any(|change| change.what != What::Open);
    if begins && seen.schema_count > 0 {
        desired.events.push(unjudged(valid, seen));
    }
    for change in left {
        let why = match (&change.what, seen.is_open()) {
            (What::Open, _) => "everything is in force",
            (_, false) => "the registry has started",
            (_, true) => "it is not as the spec asks for it",
        };
        let (call, why) = (Verb::Call(Call::Registry(change)), Why::Requested(why.to_owned()));
        desired.items.push(Item::Act(Action::new(call, why, Risk::Online, &rules::REG_53)));
    }
}

/// That somebody else has changed what is in force.
fn set_again(valid: &Valid, change: &Change) -> Event {
    let note = format!("{} is not as the spec asks for it: set again (REG-53)", change.subject());
    let regarding = valid.own.clone();
    Event { kind: EventKind::Normal, reason: "SetAgain", note, regarding, related: None }
}

/// That clients came before what is asked for was in force.
fn unjudged(valid: &Valid, seen: &SeenRegistry) -> Event {
    let (came, level) = (many(seen.schema_count, "schema"), &seen.level);
    let note = format!(
        "{came} came in when the registry had just started, before everything was in force, at \
         level {level}: see that they are compatible (REG-53)"
    );
    let regarding = valid.own.clone();
    Event { kind: EventKind::Warning, reason: "Unjudged", note, regarding, related: None }
}

/// What a change that would stop the registry waits for, if there is one and it waits.
fn held(valid: &Valid, situation: &Situation<'_>) -> Option<Gate> {
    let manifest = Manifest::of(&build::deployment(valid));
    situation.deployment.filter(|live| restarts(live, &manifest))?;
    Some(gates::schemas_kept(valid, situation)).filter(|gate| !gate.passes())
}

/// A change that would stop the registry waits for as long as it holds schemas.
fn deployment(valid: &Valid, situation: &Situation<'_>, desired: &mut Desired<Rivven>) {
    let manifest = Manifest::of(&build::deployment(valid));
    if let Some(gate) = held(valid, situation) {
        let target = manifest.target;
        desired.waiting.push(Waiting {
            what: format!("update {target}"),
            target: target.clone(),
            risk: Risk::DataLoss,
            rule: &rules::REG_51,
            gates: vec![gate],
        });
        desired.items.push(Item::Keep(target));
        return;
    }
    let holds = situation.seen.is_some_and(|seen| seen.schema_count > 0);
    let assess = if holds { risks::loses } else { risks::restarts };
    let mut object = DesiredObject::new(manifest, assess);
    if situation.deployment.is_some_and(|live| restarts(live, &object.manifest)) {
        let gate = gates::schemas_kept(valid, situation);
        if !holds {
            desired.assumptions.insert(format!("{} holds no schema when it stops", valid.own));
        }
        object.gates.push(gate);
    }
    desired.items.push(Item::Object(object));
}

/// Whether a Deployment starts its pod anew to become so.
fn restarts(live: &Value, manifest: &Manifest) -> bool {
    let (_, others) = altered::partition(live, altered::differences(live, manifest));
    let removed = compare::removed(live, manifest, SLUICEGATE);
    others.iter().chain(&removed).any(|change| change.path.starts_with("/spec/template"))
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
