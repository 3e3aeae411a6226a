//! What a resource comes to, for those who read it: every object and every call that it leads to
//! in a fresh world, its finalizer, and what it lets other resources do. A status is not among
//! them: that something is told is no effect.

use std::collections::BTreeMap;

use futures_executor::block_on;
use serde_json::{Value, json};
use sluicegate_core::{
    kind::{Ctx, Kind},
    observed::{Api, List, Look, Ref, Selector},
    plan::{Plan, Verb},
    settings::Settings,
    system::System,
    systems::{self, Visitor},
};
use sluicegate_effects::{
    Ask, Error, Reader, Writer as _,
    file::{Start, World},
    memory::{Product as _, SimProducts, Simulates},
    plan,
};

/// What is written into a fresh world, by what it is.
pub(crate) type Reach = BTreeMap<String, Value>;

/// What a resource leads to, beside others.
pub(crate) fn of(resource: &Value, others: &[Value]) -> Reach {
    let world = World::new("fresh", &Start::Empty).expect("it is empty");
    world.memory().serve("monitoring.coreos.com/v1");
    world.memory().load(others.to_vec());
    world.memory().load(vec![resource.clone()]);
    let mut gather = Gather { fresh: Fresh(world), reach: Reach::new() };
    systems::visit(&mut gather);
    gather.reach
}

/// A world in which every product answers as one that has just been installed.
struct Fresh(World);

impl Reader for Fresh {
    async fn get(&self, target: &Ref) -> Result<Look, Error> {
        self.0.get(target).await
    }

    async fn list(&self, selector: &Selector) -> Result<List, Error> {
        self.0.list(selector).await
    }
}

impl<S: System> Ask<S> for Fresh
where
    SimProducts: Simulates<S>,
{
    async fn ask(&self, probe: &S::Probe) -> Result<S::Answer, Error> {
        Ok(<<SimProducts as Simulates<S>>::Product>::when_new(probe))
    }
}

struct Gather {
    fresh: Fresh,
    reach: Reach,
}

impl<S: System> Visitor<S> for Gather
where
    SimProducts: Simulates<S>,
{
    fn kind<K: Kind<System = S>>(&mut self) {
        for object in self.fresh.0.all(&Api::of::<K::Resource>()) {
            let target = sluicegate_effects::memory::reference(&object);
            // Twice: a finalizer is set alone, before anything else.
            for _ in 0..2 {
                let object = self.fresh.0.memory().object(&target).expect("it stays");
                let resource = serde_json::from_value(object).expect("it decodes");
                let made = self.plan::<K>(&resource);
                self.note(&made, &target);
            }
        }
    }
}

impl Gather {
    fn plan<K: Kind>(&self, resource: &K::Resource) -> Plan<K::System>
    where
        SimProducts: Simulates<K::System>,
    {
        let settings = Settings::default();
        let ctx = Ctx::new(self.fresh.0.now(), &settings);
        block_on(plan::<K, _>(&self.fresh, &ctx, resource)).expect("a plan can be made").0
    }

    fn note<S: System>(&mut self, plan: &Plan<S>, target: &Ref)
    where
        SimProducts: Simulates<S>,
    {
        for action in &plan.actions {
            let (what, value) = match &action.verb {
                Verb::Create(manifest) => (manifest.target.to_string(), manifest.body.clone()),
                Verb::SetFinalizers(_, _, names) => {
                    block_on(self.fresh.0.perform(&action.verb)).expect("it is set");
                    (format!("finalizers of {target}"), json!(names))
                }
                Verb::Call(call) => (format!("{target} calls: {call}"), json!(call)),
                Verb::SetStatus(..) | Verb::EmitEvent(_) => continue,
                Verb::Apply(..) | Verb::Delete(..) | Verb::Restart(..) => {
                    panic!("there is nothing to change in a fresh world")
                }
            };
            self.reach.insert(what, value);
        }
    }
}
