//! The operator at work in a world of files: one round over every resource of every kind.

use std::{any::Any, collections::BTreeMap, sync::Arc};

use futures_executor::block_on;
use k8s_openapi::jiff::Timestamp;
use serde::Deserialize as _;
use serde_json::Value;
use sluicegate_core::{
    kind::{Ctx, Kind},
    observed::{Api, List, Look, Observed, Ref, Selector, text},
    plan::{Plan, Requeue},
    settings::Settings,
    step::{self, Standing},
    system::System,
    systems::{self, Visitor},
};

use super::World;
use crate::{
    Ask, Done, Error, Reader, Writer, execute,
    fleet::{Answer, Fleet},
    memory::SimEvent,
    plan,
};

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

    /// A resource does not decode, and why: no plan can be made for it.
    fn unreadable(&mut self, resource: &Ref, why: &str);

    /// A plan could not be made, or was carried out, to this end.
    fn ended(&mut self, resource: &Ref, outcome: &Result<Done, Error>);
}

/// The operator at work in a world, round after round.
///
/// As in a cluster, a resource that had nothing left to do is looked at again when something that
/// its plan read has changed, or the time has come that the plan named. So a file of ten thousand
/// resources costs what is done about each, and not what is waited for the slowest.
#[derive(Debug)]
pub struct Operator<'a> {
    world: &'a World,
    settings: &'a Settings,
    /// By resource, a [`Quiet`] of its system.
    quiet: BTreeMap<Ref, Box<dyn Any>>,
    /// Whose turn it is, by kind, where a change goes through all of them.
    fleets: BTreeMap<Api, Fleet>,
}

/// What a plan was made from that had nothing to do.
#[derive(Debug)]
struct Quiet<S: System> {
    resource: Arc<Value>,
    seen: Observed<S>,
    until: Option<Timestamp>,
}

impl<'a> Operator<'a> {
    /// One that has looked at nothing yet.
    pub fn new(world: &'a World, settings: &'a Settings) -> Self {
        Self { world, settings, quiet: BTreeMap::new(), fleets: BTreeMap::new() }
    }

    /// Looks once at every resource of which the plan may have changed: plans for it, and does what
    /// was planned. Returns whether anything was to be done.
    pub fn round(&mut self, watcher: &mut impl Watcher) -> bool {
        let mut turn = Turn { operator: self, watcher, acted: false };
        systems::visit(&mut turn);
        turn.acted
    }
}

/// When all is taken to be at rest.
#[derive(Clone, Copy, Debug)]
pub struct Rest {
    /// For so many seconds in a row nothing was done and nothing happened.
    pub quiet: usize,
    /// After so many seconds nobody waits any longer.
    pub at_most: usize,
}

/// Counts the seconds in a row in which nothing moved.
#[derive(Clone, Copy, Debug, Default)]
pub struct Stillness(usize);

impl Stillness {
    /// A second has passed. Returns how many in a row were still.
    pub fn after(&mut self, moved: bool) -> usize {
        self.0 = if moved { 0 } else { self.0 + 1 };
        self.0
    }
}

impl Operator<'_> {
    /// Lets the operator and the world take turns, a second each, until all is at rest; `each` is
    /// told what happened in each of them. Returns whether it came to rest in time.
    pub fn until_quiet<W: Watcher>(
        &mut self,
        watcher: &mut W,
        rest: Rest,
        mut each: impl FnMut(&mut W, &[SimEvent]),
    ) -> bool {
        let mut still = Stillness::default();
        for _ in 0..rest.at_most {
            let acted = self.round(watcher);
            let happened = self.world.tick();
            each(watcher, &happened);
            if still.after(acted || !happened.is_empty()) == rest.quiet {
                return true;
            }
        }
        false
    }
}

/// Looks at every resource once, as an operator does that has just started.
pub fn round(world: &World, settings: &Settings, watcher: &mut impl Watcher) -> bool {
    Operator::new(world, settings).round(watcher)
}

struct Turn<'o, 'a, W> {
    operator: &'o mut Operator<'a>,
    watcher: &'o mut W,
    acted: bool,
}

impl<S: System, W: Watcher> Visitor<S> for Turn<'_, '_, W>
where
    World: Reader + Ask<S> + Writer<S>,
{
    fn kind<K: Kind<System = S>>(&mut self) {
        let api = Api::of::<K::Resource>();
        let all = self.operator.world.all(&api);
        if step::is_paced::<K>() {
            self.operator.give_turns(&api, &all);
        }
        for object in all {
            let target = named(&api, &object);
            if self.watcher.wants(&target) && !self.operator.is_quiet::<S>(&target, &object) {
                self.one::<K>(&target, object);
            }
        }
    }
}

impl<W: Watcher> Turn<'_, '_, W> {
    fn one<K: Kind>(&mut self, target: &Ref, object: Arc<Value>)
    where
        World: Reader + Ask<K::System> + Writer<K::System>,
    {
        let Operator { world, settings, quiet, fleets } = &mut *self.operator;
        quiet.remove(target);
        let key = (target.namespace.clone(), target.name.clone());
        let mut fleet = fleets.get_mut(&target.api);
        if let Some(fleet) = &mut fleet {
            fleet.looked_at(&key);
        }
        let resource = match K::Resource::deserialize(&*object) {
            Ok(resource) => resource,
            Err(error) => {
                fleet.into_iter().for_each(|fleet| fleet.forget(&key));
                return self.watcher.unreadable(target, &error.to_string());
            }
        };
        let (now, at) = (world.now(), Ctx::new(world.now(), settings));
        let plan = |answer: &Answer| {
            block_on(plan::<K, _>(*world, &Ctx { pace: answer.pace(), ..at }, &resource))
        };
        let turn = fleet.as_ref().map_or_else(Answer::alone, |fleet| fleet.turn(&key));
        let mut planned = plan(&turn);
        let stands = |made: &Plan<K::System>| Standing::of::<K>(&resource, made);
        let waits = planned.as_ref().is_ok_and(|(made, _)| stands(made) == Standing::Waits);
        if let Some(fleet) = fleet.as_mut().filter(|_| waits)
            && fleet.take(&key)
        {
            planned = plan(&fleet.turn(&key));
        }
        let (made, seen) = match planned {
            Ok(planned) => planned,
            Err(error) => return self.watcher.ended(target, &Err(error)),
        };
        if let Some(fleet) = fleet {
            fleet.stands(&key, stands(&made));
        }
        self.watcher.planned::<K>(&resource, &made, &seen);
        if made.actions.is_empty() {
            let until = match made.requeue {
                Requeue::After(delay) => now.checked_add(delay).ok(),
                Requeue::OnChange => None,
            };
            quiet.insert(target.clone(), Box::new(Quiet { resource: object, seen, until }));
            return;
        }
        if !self.watcher.acts() {
            return;
        }
        self.acted = true;
        let outcome = block_on(execute(*world, &made));
        self.watcher.ended(target, &outcome);
    }
}

impl Operator<'_> {
    /// Looks again at those who may have their turn now in what all undergo.
    fn give_turns(&mut self, api: &Api, all: &[Arc<Value>]) {
        let (now, at_once) = (self.world.now(), self.settings.fleet_at_once);
        let fleet = self.fleets.entry(api.clone()).or_insert_with(|| Fleet::new(at_once));
        let there: Vec<Ref> = all.iter().map(|object| named(api, object)).collect();
        let key = |target: &Ref| (target.namespace.clone(), target.name.clone());
        fleet.keep(&there.iter().map(key).collect());
        there.iter().zip(all).for_each(|(target, object)| fleet.meet(&key(target), object, now));
        for (namespace, name) in fleet.due() {
            self.quiet.remove(&Ref { api: api.clone(), namespace, name });
        }
    }

    /// Whether the last plan for a resource had nothing to do, and would be made again as it was.
    fn is_quiet<S: System>(&self, target: &Ref, object: &Arc<Value>) -> bool
    where
        World: Reader + Ask<S>,
    {
        let quiet = self.quiet.get(target).and_then(|one| one.downcast_ref::<Quiet<S>>());
        let Some(Quiet { resource, seen, until }) = quiet else { return false };
        Arc::ptr_eq(resource, object)
            && until.is_none_or(|until| self.world.now() < until)
            && block_on(is_still(self.world, seen)).unwrap_or(false)
    }
}

/// What an object of this API is known by.
fn named(api: &Api, object: &Value) -> Ref {
    let part = |place| text(object, place).to_owned();
    let (namespace, name) = (part("/metadata/namespace"), part("/metadata/name"));
    Ref { api: api.clone(), namespace, name }
}

/// Whether everything is as it was seen. What did not change is the very same object.
async fn is_still<S: System>(world: &World, seen: &Observed<S>) -> Result<bool, Error>
where
    World: Reader + Ask<S>,
{
    for (target, before) in seen.looks() {
        let same = match (before, world.get(target).await?) {
            (Look::Found(before), Look::Found(now)) => Arc::ptr_eq(before, &now),
            (before, now) => *before == now,
        };
        if !same {
            return Ok(false);
        }
    }
    for (selector, before) in seen.lists() {
        let same = match (before, world.list(selector).await?) {
            (List::Items(before), List::Items(now)) => {
                before.len() == now.len()
                    && before.iter().zip(&now).all(|(one, other)| Arc::ptr_eq(one, other))
            }
            (before, now) => *before == now,
        };
        if !same {
            return Ok(false);
        }
    }
    for (regarding, before) in seen.warned_about() {
        let now = world.warnings(regarding).await?;
        if now.len() != before.len() || !now.iter().zip(before).all(|(a, b)| Arc::ptr_eq(a, b)) {
            return Ok(false);
        }
    }
    for (probe, before) in seen.answers() {
        if world.ask(probe).await? != *before {
            return Ok(false);
        }
    }
    Ok(true)
}

impl World {
    /// Every object of an API, in the order of namespaces and names.
    pub fn all(&self, api: &Api) -> Vec<Arc<Value>> {
        let every = Selector::all(api.clone(), "");
        match block_on(self.memory().list(&every)) {
            Ok(List::Items(items)) => items,
            Ok(List::NotServed | List::Denied(_)) | Err(_) => Vec::new(),
        }
    }
}
