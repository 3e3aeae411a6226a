//! What the API server would refuse of a plan's first writes. Everything is sent as a dry run:
//! nothing here can ask for anything else.

use std::{collections::BTreeSet, future::Future, pin::Pin, sync::Arc};

use serde::Deserialize as _;
use serde_json::Value;
use sluicegate_core::{
    kind::{Ctx, Kind},
    observed::{Api, Ref},
    owner::own_ref,
    plan::Verb,
    system::System,
    systems::{self, Visitor},
};
use sluicegate_effects::{
    Ask, Error, Reader, Writer as _,
    backend::{Backend, Products},
    file::World,
    live::{DEADLINE, Fence, Live, Recorder, Request},
    plan,
};

use super::cluster::{Cluster, unread};
use crate::{
    failure::Failure,
    plan::{Judge, Refusals},
};

/// What comes of asking, once it is waited for.
type Verdict<'a> = Pin<Box<dyn Future<Output = Result<(), Error>> + Send + 'a>>;

impl Judge for Cluster {
    async fn refusals(&self, world: &World, wanted: &BTreeSet<Ref>) -> Result<Refusals, Failure> {
        let mut trial = Trial { cluster: self, world, wanted, verdicts: Vec::new() };
        systems::visit(&mut trial);
        let mut refusals = Refusals::default();
        for (target, verdict) in trial.verdicts {
            match verdict.await {
                Ok(()) => {}
                Err(Error::Api { doing, source }) => {
                    let line = format!("the API server would refuse to {doing}: {source}");
                    let lines = refusals.entry(target).or_default();
                    if !lines.contains(&line) {
                        lines.push(line);
                    }
                }
                Err(error) => return Err(unread(&error)),
            }
        }
        Ok(refusals)
    }
}

/// What is asked, in order.
struct Trial<'a> {
    cluster: &'a Cluster,
    world: &'a World,
    wanted: &'a BTreeSet<Ref>,
    verdicts: Vec<(Ref, Verdict<'a>)>,
}

impl<S: System> Visitor<S> for Trial<'_>
where
    Products: Backend<S>,
    World: Reader + Ask<S>,
{
    fn kind<K: Kind<System = S>>(&mut self) {
        for object in self.world.all(&Api::of::<K::Resource>()) {
            let Ok(resource) = K::Resource::deserialize(&*object) else {
                continue;
            };
            let target = own_ref::<K>(&resource);
            if self.wanted.contains(&target) {
                self.itself(&target, &object);
                self.first::<K>(&target, &resource);
            }
        }
    }
}

impl Trial<'_> {
    /// The resource, as `kubectl apply` would bring it.
    fn itself(&mut self, target: &Ref, object: &Value) {
        let before = self.world.before(target);
        if before == Some(object) {
            return;
        }
        let Ref { api, namespace, name } = target;
        let all = format!("/apis/{}/namespaces/{namespace}/{}", api.api_version(), api.plural);
        let options = "dryRun=All&fieldValidation=Strict";
        let (verb, mut object) =
            (if before.is_some() { "update" } else { "create" }, object.clone());
        let http = if before.is_some() {
            http::Request::put(format!("{all}/{name}?{options}"))
        } else {
            if let Some(meta) = object["metadata"].as_object_mut() {
                ["uid", "resourceVersion", "generation", "creationTimestamp"]
                    .iter()
                    .for_each(|field| drop(meta.remove(*field)));
            }
            http::Request::post(format!("{all}?{options}"))
        };
        let http = http
            .header(http::header::CONTENT_TYPE, "application/json")
            .body(serde_json::to_vec(&object).expect("it is JSON"))
            .expect("names of objects can stand in a path");
        let doing = format!("{verb} {target}");
        let request = Request { doing, verb, deadline: DEADLINE, http };
        let server = self.cluster.server();
        let verdict = async move { server.read(request).await.map(drop) };
        self.verdicts.push((target.clone(), Box::pin(verdict)));
    }

    fn first<K: Kind>(&mut self, target: &Ref, resource: &K::Resource)
    where
        Products: Backend<K::System>,
        World: Reader + Ask<K::System>,
    {
        let ctx = Ctx::new(self.world.now(), self.cluster.settings());
        let planned = futures_executor::block_on(plan::<K, _>(self.world, &ctx, resource));
        // What cannot be planned is told by the plan itself.
        let Ok((plan, _)) = planned else { return };
        let live = Arc::new(Live::new(
            self.cluster.server().clone(),
            Arc::clone(self.cluster.products()),
            Fence::open(),
            Arc::new(Recorder::new("plan")),
            &target.api.kind,
        ));
        let is_there = self.world.before(target).is_some();
        for action in plan.actions {
            let own = matches!(&action.verb, Verb::SetStatus(..) | Verb::SetFinalizers(..));
            if is_there || !own {
                let live = Arc::clone(&live);
                let verdict = async move { live.dry_run(&action.verb).await };
                self.verdicts.push((target.clone(), Box::pin(verdict)));
            }
        }
    }
}
