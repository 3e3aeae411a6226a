//! The end of a cluster whose policy asks for its claims to go: brokers first, claims last.

use super::{
    RivvenCluster,
    brokers::{Brokers, ClaimSeen},
    conditions as c, valid,
};
use crate::{
    condition::EventKind,
    kind::{Ctx, Leave},
    observed::Observed,
    owner::{own_ref, own_uid},
    plan::{Action, Event, Propagation, Requeue, Risk, Verb, Why},
    systems::rivven::{Rivven, rules},
};

/// What stands between a cluster and its end.
pub(super) fn leave(
    ctx: &Ctx<'_>,
    cluster: &RivvenCluster,
    seen: &Observed<Rivven>,
) -> Leave<Rivven> {
    let spec = valid::lenient(cluster);
    if !spec.delete_claims {
        return Leave::Go(Vec::new());
    }
    let brokers = Brokers::of(&spec.whose, seen);
    let (own, uid) = (own_ref::<super::Cluster>(cluster), own_uid(cluster));
    let why = || Why::Requested("deletionPolicy is Delete".to_owned());
    if let Some(set) = &brokers.set {
        let verb = Verb::Delete(set.target.clone(), set.at.clone(), Propagation::Foreground);
        let delete = Action::new(verb, why(), Risk::Unavailable, &rules::DEL_01);
        let actions = if set.deleting { vec![] } else { vec![delete] };
        let held = (!set.held_by.is_empty())
            .then(|| format!("{} is held by the finalizer {}", set.target, set.held_by.join(", ")));
        return wait(actions, &stopping(ctx, &brokers, held));
    }
    if !brokers.pods.is_empty() {
        return wait(vec![], &stopping(ctx, &brokers, None));
    }
    let (ours, others): (Vec<&ClaimSeen>, Vec<&ClaimSeen>) =
        brokers.claims.values().partition(|claim| claim.made_for == uid);
    if !ours.is_empty() {
        let delete = |claim: &&ClaimSeen| {
            let (target, at) = (claim.target.clone(), claim.at.clone());
            let verb = Verb::Delete(target, at, Propagation::Background);
            Action::new(verb, why(), Risk::DataLoss, &rules::DEL_01)
        };
        let actions = ours.iter().filter(|claim| !claim.deleting).map(delete).collect();
        return wait(actions, "claims are being deleted");
    }
    Leave::Go(others.iter().map(|claim| kept(&own, claim)).collect())
}

/// What is told while brokers stop, with what holds them up.
fn stopping(ctx: &Ctx<'_>, brokers: &Brokers, held: Option<String>) -> String {
    let stuck = brokers.pods.values().filter(|pod| pod.is_stuck(ctx.now));
    let stuck =
        stuck.filter_map(|pod| Some(format!("{}: {}", pod.target.name, pod.problem(ctx.now)?)));
    let all = std::iter::once("brokers are being stopped".to_owned()).chain(held).chain(stuck);
    all.collect::<Vec<_>>().join("; ")
}

fn wait(actions: Vec<Action<Rivven>>, what: &str) -> Leave<Rivven> {
    let report = c::DELETING.no(what);
    Leave::NotYet { actions, waiting: Vec::new(), report, requeue: Requeue::seconds(30) }
}

fn kept(own: &crate::observed::Ref, claim: &ClaimSeen) -> Event {
    Event {
        kind: EventKind::Warning,
        reason: "ClaimKept",
        note: format!("{} was not made for this resource and is kept (DEL-02)", claim.target),
        regarding: own.clone(),
        related: Some(claim.target.clone()),
    }
}
