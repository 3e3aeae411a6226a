//! The watchman: every plan and every write of every run passes here.
//!
//! What must never be: two brokers down by our doing, a claim deleted but by policy and uid, an
//! object of somebody else changed, a broker with topics removed, *Ready* said of what is not, our
//! finalizer where nothing is to be deleted, something new for a resource that is on its way out.

use std::sync::PoisonError;

use serde_json::Value;
use sluicegate_core::{
    kind::Kind,
    label::MADE_FOR,
    observed::{List, Look, Ref, Selector, text},
    owner::controller,
    plan::{Manifest, Plan, Verb},
    systems::rivven::{Answer, Broker, Call, Probe, Rivven, names},
};
use sluicegate_effects::{Ask, Error, Reader, Writer, memory::Product as _};

use crate::{
    edits::FOREIGN,
    live,
    world::{CLUSTER, HOME, Rig, is_placeholder},
};

/// No plan is longer: what a spec asks for is bounded, and so is what there is of one cluster.
const ACTIONS_MAX: usize = 64;

/// The world as one plan is carried out in it.
pub(crate) struct Watched<'a> {
    pub(crate) rig: &'a Rig,
    /// The resource that the plan is for.
    pub(crate) own: &'a Ref,
    pub(crate) uid: &'a str,
}

/// Looks at a plan before it is carried out.
pub(crate) fn planned<K: Kind<System = Rivven>>(
    rig: &Rig,
    resource: &K::Resource,
    plan: &Plan<Rivven>,
) {
    use kube_core::Resource as _;
    let leaving = resource.meta().deletion_timestamp.is_some();
    let makes = |verb: &Verb<Rivven>| match verb {
        Verb::Create(_) | Verb::Apply(..) | Verb::Restart(..) => true,
        Verb::Call(call) => !matches!(call, Call::DeleteTopic { .. }),
        Verb::Delete(..) | Verb::SetStatus(..) | Verb::SetFinalizers(..) | Verb::EmitEvent(_) => {
            false
        }
    };
    let verbs = || plan.actions.iter().map(|action| &action.verb);
    if let Some(verb) = verbs().find(|verb| leaving && makes(verb)) {
        rig.alarm(format!("{} is being deleted, and yet: {verb}", plan.resource));
    }
    let claim = |target: &Ref| target.api.kind == "PersistentVolumeClaim";
    let claims = |verb: &&Verb<Rivven>| matches!(verb, Verb::Delete(target, ..) if claim(target));
    if let Some(verb) = verbs().find(|verb| !leaving && claims(verb)) {
        rig.alarm(format!("{} stays, and yet: {verb}", plan.resource));
    }
    if verbs().filter(|verb| matches!(verb, Verb::Restart(..))).count() > 1 {
        rig.alarm("one plan restarts two brokers".to_owned());
    }
    // Judged by what the plan was made from: nothing can tell what comes about while it is written.
    for verb in verbs() {
        if let Verb::SetStatus(target, _, status) = verb
            && let Err(why) = live::told(rig, target, status)
        {
            rig.alarm(format!("{verb}: {why}"));
        }
    }
    if plan.actions.len() > ACTIONS_MAX {
        rig.alarm(format!("a plan of {} actions", plan.actions.len()));
    }
}

impl Watched<'_> {
    /// What is wrong with a write that was done, judged by what was there when it was decided on.
    fn judge(&self, verb: &Verb<Rivven>, before: &Before) -> Result<(), String> {
        match verb {
            Verb::Create(manifest) | Verb::Apply(manifest, _) => {
                if is_placeholder(&manifest.body.to_string()) {
                    return Err("a placeholder reached the cluster".to_owned());
                }
                self.owned(&manifest.target, before)?;
                self.shrinks(manifest, before)
            }
            Verb::Delete(target, ..) if target.api.kind == "PersistentVolumeClaim" => {
                self.claim_goes(before)
            }
            Verb::Delete(target, ..) => self.owned(target, before),
            Verb::Restart(..) => self.evicts(before),
            Verb::Call(Call::DeleteTopic { .. }) => self.topic_goes(before),
            Verb::SetStatus(target, ..) => self.is_own(target),
            Verb::SetFinalizers(target, _, names) => {
                self.is_own(target)?;
                finalizers(before, names)
            }
            Verb::Call(_) | Verb::EmitEvent(_) => Ok(()),
        }
    }

    fn is_own(&self, target: &Ref) -> Result<(), String> {
        if target == self.own { Ok(()) } else { Err(format!("{target} is another resource")) }
    }

    /// What is changed is ours: its controller is the resource, or it is a claim that was made for
    /// it or that one of its brokers uses.
    fn owned(&self, target: &Ref, before: &Before) -> Result<(), String> {
        let now = self.rig.memory.object(target);
        let foreign = |object: &Value| object.pointer("/metadata/labels/foreign").is_some();
        let claim = target.api.kind == "PersistentVolumeClaim";
        if !claim && now.as_ref().is_some_and(foreign) {
            return Err(format!("{target} is {FOREIGN}"));
        }
        let Some(object) = &before.target else { return Ok(()) };
        let ours = if claim {
            made_for(object) == Some(self.uid) || self.uses(&target.name, before)
        } else {
            controller(object) == Some(self.uid)
        };
        if ours { Ok(()) } else { Err(format!("{target} is not ours")) }
    }

    /// Whether a claim is that of a broker that there is or shall be: one that was left behind by
    /// another cluster of this name is taken over with its data.
    fn uses(&self, claim: &str, before: &Before) -> bool {
        let count = |object: &Option<Value>| {
            let replicas = object.as_ref()?.pointer("/spec/replicas")?;
            replicas.as_u64()
        };
        let brokers = count(&before.own).unwrap_or(3).max(count(&live::set(self.rig)).unwrap_or(0));
        names::ordinal(CLUSTER, claim).is_some_and(|ordinal| u64::from(ordinal) < brokers)
    }

    /// Whether a pod belongs to a StatefulSet of the resource.
    fn is_broker(&self, pod: &Value) -> bool {
        let set = live::set(self.rig);
        set.is_some_and(|set| {
            controller(&set) == Some(self.uid)
                && controller(pod) == Some(text(&set, "/metadata/uid"))
        })
    }

    /// A broker that goes holds nothing that anybody wrote.
    fn shrinks(&self, manifest: &Manifest, before: &Before) -> Result<(), String> {
        let count = |object: &Value| object.pointer("/spec/replicas").and_then(Value::as_u64);
        if manifest.target.api.kind != "StatefulSet" {
            return Ok(());
        }
        let after = count(&manifest.body).ok_or("a StatefulSet without replicas")?;
        let was = before.target.as_ref().and_then(count);
        if was.is_some_and(|was| was > after + 1) {
            return Err(format!("{was:?} brokers become {after} in one step"));
        }
        let gone = |ordinal: &u64| was.is_none_or(|was| *ordinal < was);
        for ordinal in (after..8).filter(gone) {
            let ordinal = u32::try_from(ordinal).expect("ordinals are few");
            let claim = live::claim_uid(self.rig, ordinal);
            let written = self.rig.written.lock().unwrap_or_else(PoisonError::into_inner);
            let held = written.iter().find(|(of, _)| claim.as_ref() == Some(of));
            if let Some((_, topic)) = held {
                return Err(format!("broker {ordinal} goes and holds topic {topic}"));
            }
            let told = self
                .rig
                .memory
                .product(|product, store| product.ask(store, &Probe::Holdings(broker(ordinal))));
            if matches!(&told, Answer::Holdings(topics) if !topics.is_empty()) {
                return Err(format!("broker {ordinal} goes and says that it holds {told:?}"));
            }
        }
        Ok(())
    }

    /// A broker that serves is stopped only while every other one is up.
    fn evicts(&self, before: &Before) -> Result<(), String> {
        let Some(pod) = &before.target else { return Ok(()) };
        let name = text(pod, "/metadata/name");
        if before.broker != Some(true) {
            return Err(format!("{name} is evicted and is no broker of ours"));
        }
        if let Some(claim) = &before.peril {
            return Err(format!("{name} is evicted, and its data goes with it: {claim}"));
        }
        if before.sick || before.others_down.is_empty() {
            return Ok(());
        }
        Err(format!("{name} serves and is evicted while {:?} are down", before.others_down))
    }

    fn claim_goes(&self, before: &Before) -> Result<(), String> {
        let Some(claim) = &before.target else { return Ok(()) };
        let Some(own) = &before.own else { return Err("its owner is gone".to_owned()) };
        let policy = text(own, "/spec/storage/deletionPolicy") == "Delete";
        let leaving = own.pointer("/metadata/deletionTimestamp").is_some();
        if !policy || !leaving || made_for(claim) != Some(self.uid) {
            return Err(format!("claim {} is deleted", text(claim, "/metadata/name")));
        }
        Ok(())
    }

    fn topic_goes(&self, before: &Before) -> Result<(), String> {
        let Some(own) = &before.own else { return Err("its owner is gone".to_owned()) };
        let leaving = own.pointer("/metadata/deletionTimestamp").is_some();
        if own["spec"]["deleteOnRemove"] != true || !leaving {
            return Err(format!("the topic of {} is deleted", self.own));
        }
        Ok(())
    }

    fn before(&self, verb: &Verb<Rivven>) -> Before {
        let memory = &self.rig.memory;
        let target = verb.target().and_then(|target| memory.object(target));
        let mut before = Before { own: memory.object(self.own), target, ..Before::default() };
        if let (Verb::Restart(pod, _), Some(object)) = (verb, &before.target) {
            before.broker = Some(self.is_broker(object));
            before.sick = !live::serves(self.rig, &pod.name);
            before.others_down = live::down(self.rig, &pod.name);
            before.peril = live::peril(self.rig, &pod.name);
        }
        before
    }

    fn after(
        &self,
        verb: &Verb<Rivven>,
        before: &Before,
        outcome: Result<(), Error>,
    ) -> Result<(), Error> {
        let done = matches!(outcome, Ok(()) | Err(Error::Unanswered { .. }));
        if done && let Err(why) = self.judge(verb, before) {
            self.rig.alarm(format!("{verb}: {why}"));
        }
        if let (true, Verb::Call(Call::DeleteTopic { broker, name })) = (done, verb) {
            let claim = live::claim_uid(self.rig, broker.ordinal);
            let mut written = self.rig.written.lock().unwrap_or_else(PoisonError::into_inner);
            written.retain(|(of, topic)| claim.as_ref() != Some(of) || topic != name);
        }
        outcome
    }
}

/// What was there before a write.
#[derive(Default)]
struct Before {
    own: Option<Value>,
    target: Option<Value>,
    broker: Option<bool>,
    sick: bool,
    others_down: Vec<String>,
    /// The claim that the pod holds, if that would not outlive it.
    peril: Option<String>,
}

/// Our finalizer comes only where something is to be deleted, and those of others stay.
fn finalizers(before: &Before, names: &[String]) -> Result<(), String> {
    let Some(own) = &before.own else { return Ok(()) };
    let deletes = text(own, "/spec/storage/deletionPolicy") == "Delete"
        || own["spec"]["deleteOnRemove"] == true;
    let ours = |name: &str| name.starts_with("rivven.hupe1980.github.io/");
    if names.iter().any(|name| ours(name)) && !deletes {
        return Err("it holds a finalizer and nothing is to be deleted".to_owned());
    }
    let held = own.pointer("/metadata/finalizers").and_then(Value::as_array);
    let held = held.into_iter().flatten().filter_map(Value::as_str);
    for other in held.filter(|name| !ours(name)) {
        if !names.iter().any(|name| name == other) {
            return Err(format!("the finalizer {other} of somebody else is taken away"));
        }
    }
    Ok(())
}

fn made_for(claim: &Value) -> Option<&str> {
    claim.pointer("/metadata/annotations")?.get(MADE_FOR)?.as_str()
}

/// A broker of the cluster, asked as a client asks it.
pub(crate) fn broker(ordinal: u32) -> Broker {
    let (namespace, cluster) = (HOME.to_owned(), CLUSTER.to_owned());
    Broker { namespace, cluster, ordinal, port: names::CLIENT_PORT }
}

impl Reader for Watched<'_> {
    async fn get(&self, target: &Ref) -> Result<Look, Error> {
        self.rig.memory.get(target).await
    }

    async fn list(&self, selector: &Selector) -> Result<List, Error> {
        self.rig.memory.list(selector).await
    }
}

impl Ask<Rivven> for Watched<'_> {
    async fn ask(&self, probe: &Probe) -> Result<Answer, Error> {
        self.rig.memory.ask(probe).await
    }
}

impl Writer<Rivven> for Watched<'_> {
    async fn perform(&self, verb: &Verb<Rivven>) -> Result<(), Error> {
        if matches!(verb, Verb::EmitEvent(_)) {
            return self.rig.memory.perform(verb).await;
        }
        let before = self.before(verb);
        self.after(verb, &before, self.rig.memory.perform(verb).await)
    }

    fn made(&self, target: &Ref) -> Option<Value> {
        Writer::made(&self.rig.memory, target)
    }

    async fn dry_run(&self, verb: &Verb<Rivven>) -> Result<(), Error> {
        self.rig.memory.dry_run(verb).await
    }
}
