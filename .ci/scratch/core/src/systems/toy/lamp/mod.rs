//! `ToyLamp`: a lamp that is lit or not. It makes nothing in Kubernetes.

use std::sync::OnceLock;

use kube_core::ResourceExt as _;
use serde_json::json;

use crate::{
    condition::Reason,
    crd, field,
    kind::{Ctx, Desired, Kind, Report, Item},
    observed::{Observed, Reads, Selector},
    plan::{Action, Change, Requeue, Risk, Verb, Why},
    schema::Compiled,
    systems::toy::{Answer, COLOUR, Call, LMP_01, Probe, Toy},
};

pub mod api;
mod conditions;
mod status;
mod valid;

pub use api::{ToyLamp, ToyLampSpec, ToyLampStatus};
pub use valid::Valid;

/// The kind.
#[derive(Clone, Copy, Debug)]
pub struct Lamp;

impl Kind for Lamp {
    type System = Toy;
    type Resource = ToyLamp;
    type Valid = Valid;

    const NAME: &'static str = "lamp";
    const REASONS: &'static [&'static Reason] = conditions::REASONS;

    fn schema() -> &'static Compiled {
        static SCHEMA: OnceLock<Compiled> = OnceLock::new();
        SCHEMA.get_or_init(|| crd::schema(&Self::crd()))
    }

    fn owns(_: &ToyLamp) -> Vec<Selector> {
        Vec::new()
    }

    fn accepts(lamp: &ToyLamp) -> Result<Valid, field::Errors> {
        valid::accept(lamp)
    }

    fn refers(_: &Ctx<'_>, lamp: &ToyLamp, _: &Observed<Toy>) -> Reads<Toy> {
        Reads::none().probe(probe(&lamp.namespace().unwrap_or_default(), &lamp.name_any()))
    }

    fn desires(_: &Ctx<'_>, valid: &Valid, seen: &Observed<Toy>) -> Desired<Toy> {
        let mut desired = Desired { requeue: Requeue::seconds(60), ..Desired::default() };
        if let Some(Answer::Lit(lit)) = seen.answer(&valid.probe)
            && *lit != valid.lit
        {
            let change = Change {
                path: "/spec/lit".to_owned(),
                before: Some(json!(lit)),
                after: Some(json!(valid.lit)),
            };
            let call = Call { lamp: valid.probe.lamp.clone(), lit: valid.lit };
            let why = Why::Changed(vec![change]);
            let action = Action::new(Verb::Call(call), why, Risk::Online, &LMP_01);
            desired.items.push(Item::Act(action));
        }
        desired
    }

    fn reports(ctx: &Ctx<'_>, valid: &Valid, seen: &Observed<Toy>) -> Report<ToyLampStatus> {
        status::report(ctx.settings.get(&COLOUR), valid, seen)
    }
}

/// The question to the lamp of a resource.
fn probe(namespace: &str, name: &str) -> Probe {
    Probe { lamp: format!("{namespace}/{name}") }
}
