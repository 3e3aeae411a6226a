//! The operator at work in a world of files: one round over every resource of every kind.

use futures_executor::block_on;
use serde_json::Value;
use sluicegate_core::{
    kind::{Ctx, Kind, Settings, System},
    observed::{Api, List, Observed, Ref, Selector},
    plan::Plan,
    step::own_ref,
    systems::{self, Visitor},
};

use super::World;
use crate::{Done, Error, Reader, Writer, execute, plan};

/// Is told what the operator plans and does.
pub trait Watcher {
    /// Whether the operator looks after this resource.
    fn wants(&self, _resource: &Ref) -> bool {
        true
    }

    /// Whether plans are carried out, and not only made.
    fn acts(&self) -> bool {
        true
    }

    /// A plan was made, from what was seen.
    fn planned<K: Kind>(
        &mut self,
        resource: &K::Resource,
        plan: &Plan<K::System>,
        seen: &Observed<K::System>,
    );

    /// A plan could not be made, or was carried out, to this end.
    fn ended(&mut self, resource: &Ref, outcome: &Result<Done, Error>);
}

/// Looks at every resource once: plans for it, and does what was planned. Returns whether anything
/// was to be done.
pub fn round(world: &World, settings: &Settings, watcher: &mut impl Watcher) -> bool {
    let mut turn = Turn { world, settings, watcher, acted: false };
    systems::visit(&mut turn);
    turn.acted
}

struct Turn<'a, W> {
    world: &'a World,
    settings: &'a Settings,
    watcher: &'a mut W,
    acted: bool,
}

impl<S: System, W: Watcher> Visitor<S> for Turn<'_, W>
where
    World: Reader<S> + Writer<S>,
{
    fn kind<K: Kind<System = S>>(&mut self) {
        for object in self.world.all(&Api::of::<K::Resource>()) {
            // What does not decode was refused where it was read; the operator passes over it, too.
            if let Ok(resource) = serde_json::from_value::<K::Resource>(object)
                && self.watcher.wants(&own_ref::<K>(&resource))
            {
                self.one::<K>(&resource);
            }
        }
    }
}

impl<W: Watcher> Turn<'_, W> {
    fn one<K: Kind>(&mut self, resource: &K::Resource)
    where
        World: Reader<K::System> + Writer<K::System>,
    {
        let ctx = Ctx { now: self.world.now(), settings: self.settings, failure: None };
        let target = own_ref::<K>(resource);
        let (made, seen) = match block_on(plan::<K, _>(self.world, &ctx, resource)) {
            Ok(planned) => planned,
            Err(error) => return self.watcher.ended(&target, &Err(error)),
        };
        self.watcher.planned::<K>(resource, &made, &seen);
        if made.actions.is_empty() || !self.watcher.acts() {
            return;
        }
        self.acted = true;
        let outcome = block_on(execute(self.world, &made));
        self.watcher.ended(&target, &outcome);
    }
}

impl World {
    /// Every object of an API, in the order of namespaces and names.
    pub fn all(&self, api: &Api) -> Vec<Value> {
        let every =
            Selector { api: api.clone(), namespace: String::new(), labels: Default::default() };
        match block_on(self.memory().list(&every)) {
            Ok(List::Items(items)) => items.iter().map(|item| (**item).clone()).collect(),
            Ok(List::NotServed) | Err(_) => Vec::new(),
        }
    }
}
