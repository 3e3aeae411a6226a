//! `RivvenScratch`: a kind with a Deployment that a script adds to a copy of the tree, to see that
//! a kind is what the README says: a folder, one line and fixtures.

use std::sync::OnceLock;

use k8s_openapi::api::{
    apps::v1::{Deployment, DeploymentSpec},
    core::v1::Container,
};
use kube_core::ResourceExt as _;

use crate::{
    condition::Reason,
    crd, field,
    k8s::selected,
    kind::{Ctx, Desired, Kind, Report, DesiredObject, Item},
    label::{self, Labels},
    observed::{Api, Observed, Selector},
    plan::{Change, Manifest, Requeue, Risk},
    rule::{self, Rule},
    schema::Compiled,
    systems::rivven::Rivven,
    workload::pod::{self, Pod},
};

pub mod api;
mod conditions;
mod status;
mod valid;

pub use api::{RivvenScratch, RivvenScratchSpec, RivvenScratchStatus};
pub use valid::Valid;

/// The kind.
#[derive(Clone, Copy, Debug)]
pub struct Scratch;

impl Kind for Scratch {
    type System = Rivven;
    type Resource = RivvenScratch;
    type Valid = Valid;

    const NAME: &'static str = "scratch";
    const REASONS: &'static [&'static Reason] = conditions::REASONS;

    fn schema() -> &'static Compiled {
        static SCHEMA: OnceLock<Compiled> = OnceLock::new();
        SCHEMA.get_or_init(|| crd::schema(&Self::crd()))
    }

    fn owns(scratch: &RivvenScratch) -> Vec<Selector> {
        vec![list(&scratch.namespace().unwrap_or_default(), &scratch.name_any())]
    }

    fn accepts(scratch: &RivvenScratch) -> Result<Valid, field::Errors> {
        valid::accept(scratch)
    }

    fn desires(_: &Ctx<'_>, valid: &Valid, _: &Observed<Rivven>) -> Desired<Rivven> {
        let deployment = DesiredObject::new(Manifest::of(&deployment(valid)), risk);
        Desired {
            items: vec![Item::Object(deployment)],
            requeue: Requeue::seconds(60),
            ..Desired::default()
        }
    }

    fn reports(
        _: &Ctx<'_>,
        valid: &Valid,
        seen: &Observed<Rivven>,
    ) -> Report<RivvenScratchStatus> {
        status::report(valid, seen)
    }
}

/// The Deployments of a resource.
fn list(namespace: &str, name: &str) -> Selector {
    Selector { labels: labels(name), ..Selector::all(Api::of::<Deployment>(), namespace) }
}

fn labels(name: &str) -> Labels {
    label::selector("rivven", name, "scratch")
}

fn deployment(valid: &Valid) -> Deployment {
    let all = label::recommended(&valid.selector);
    let scratch = Pod {
        labels: &all,
        selector: &valid.selector,
        annotations: Labels::new(),
        user: 65532,
        grace_seconds: 30,
        container: Container {
            name: "scratch".to_owned(),
            image: Some(valid.image.clone()),
            ..Container::default()
        },
        beforehand: Vec::new(),
        volumes: Vec::new(),
    };
    Deployment {
        metadata: valid.meta(),
        spec: Some(DeploymentSpec {
            replicas: Some(valid.replicas),
            selector: selected(&valid.selector),
            template: pod::template(scratch, &valid.pod),
            ..DeploymentSpec::default()
        }),
        status: None,
    }
}

fn risk(change: &Change) -> (Risk, &'static Rule) {
    match change.path.as_str() {
        "/spec/replicas" => (Risk::Online, &rule::OBJ_04),
        _ => (Risk::None, &rule::OBJ_03),
    }
}
