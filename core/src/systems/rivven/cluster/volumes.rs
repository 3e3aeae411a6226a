//! What is told of volumes: whether they stay, whether they are as the spec asks for, and which
//! ones of an earlier time are used again.

use super::{
    Valid,
    brokers::{Brokers, ClaimSeen, Growth},
    conditions as c,
};
use crate::{
    condition::{Draft, EventKind},
    k8s::quantity::Quantity,
    plan::Event,
    systems::rivven::rules,
};

/// Whether the data of every broker outlives its pod.
pub(super) fn kept(brokers: &Brokers) -> Draft {
    let perils: Vec<_> = brokers.claims_in_peril().collect();
    let missing = brokers.lacking_claims();
    if perils.is_empty() && missing.is_empty() {
        return c::VOLUMES_KEPT.yes("no claim is being deleted and none has lost its volume");
    }
    let deleted = perils.iter().any(|(_, claim, _)| claim.deleting);
    let told = perils.iter().map(|(_, claim, why)| match claim.volume.as_str() {
        "" => format!("{} {why}", claim.target.name),
        volume => format!("{} (PersistentVolume {volume}) {why}", claim.target.name),
    });
    let gone = missing.iter().map(|name| format!("{name} does not exist, and its broker runs"));
    let told = told.chain(gone).collect::<Vec<_>>().join("; ");
    let reason = match (deleted, missing.is_empty()) {
        (true, _) => &c::VOLUMES_CLAIM_DELETED,
        (false, false) => &c::VOLUMES_CLAIM_MISSING,
        (false, true) => &c::VOLUMES_CLAIM_LOST,
    };
    let (id, remedy) = (rules::STO_07.id, rules::STO_07.remedy);
    reason.no(format!("{told}. {id}: the operator does not stop it. {remedy}"))
}

/// Whether claims have what the spec asks for, as Kubernetes tells it.
pub(super) fn matching(valid: &Valid, brokers: &Brokers) -> Draft {
    let claims: Vec<&ClaimSeen> = brokers.claims_of(valid.replicas).collect();
    let all = |of: &dyn Fn(&ClaimSeen) -> Option<String>| -> Option<String> {
        let told: Vec<String> = claims.iter().filter_map(|claim| of(claim)).collect();
        (!told.is_empty()).then(|| told.join("; "))
    };
    let failed = |claim: &ClaimSeen| match &claim.growth {
        Growth::Refused(word) if claim.is_short() => {
            Some(format!("{}: {word}; kubectl describe pvc says why", short(claim)))
        }
        Growth::Refused(_) | Growth::None | Growth::UnderWay | Growth::NeedsRestart(_) => None,
    };
    if let Some(told) = all(&failed) {
        return c::VOLUMES_RESIZE_FAILED.no(told);
    }
    // Where the StatefulSet differs too, the change is refused, which is told as such.
    let refused = brokers
        .set
        .as_ref()
        .is_some_and(|set| set.class != valid.class || set.access_modes != valid.access_modes);
    if let (false, Some(told)) = (refused, all(&|claim| differs(valid, claim))) {
        return c::VOLUMES_DIFFER.no(told);
    }
    let restart = |claim: &ClaimSeen| match claim.growth {
        Growth::NeedsRestart(_) if claim.is_short() => {
            Some(format!("{}: its file system has yet to grow", short(claim)))
        }
        Growth::NeedsRestart(_) | Growth::Refused(_) | Growth::None | Growth::UnderWay => None,
    };
    if let Some(told) = all(&restart) {
        return c::VOLUMES_RESTART.no(told);
    }
    if let Some(told) = all(&|claim| claim.is_short().then(|| short(claim))) {
        return c::VOLUMES_RESIZING.no(told);
    }
    let larger = |claim: &ClaimSeen| {
        let size = claim.requested.as_ref().filter(|size| **size > valid.size)?;
        let (name, asked) = (&claim.target.name, &valid.size);
        Some(format!("{name} asks for {size}, more than the {asked} of the spec, and keeps it"))
    };
    match all(&larger) {
        Some(told) => c::VOLUMES_LARGER.yes(told),
        None => c::VOLUMES_MATCH.yes("every claim asks for what the spec does"),
    }
}

fn short(claim: &ClaimSeen) -> String {
    let size = |size: &Option<Quantity>| size.as_ref().map(ToString::to_string).unwrap_or_default();
    let (name, asked, has) = (&claim.target.name, size(&claim.requested), size(&claim.capacity));
    format!("{name} asks for {asked} and has {has}")
}

/// What no claim can change, where it is not as the spec asks for. Without a class in the spec it
/// is the default one, of which nothing is known here.
fn differs(valid: &Valid, claim: &ClaimSeen) -> Option<String> {
    let name = &claim.target.name;
    let class = claim.class.as_deref().unwrap_or("(none)");
    let other = valid.class.as_deref().filter(|wanted| *wanted != class);
    let class = other.map(|wanted| format!("is of storage class {class}, not {wanted}"));
    let modes = (claim.access_modes != valid.access_modes).then(|| {
        let (has, wanted) = (claim.access_modes.join(", "), valid.access_modes.join(", "));
        format!("has the access modes {has}, not {wanted}")
    });
    let told: Vec<String> = class.into_iter().chain(modes).collect();
    (!told.is_empty()).then(|| format!("{name} {} ({})", told.join(" and "), rules::STO_03.id))
}

/// The claims that brokers are about to start on and that were there before, one event each.
pub(super) fn taken_over(valid: &Valid, brokers: &Brokers, replicas: u32) -> Vec<Event> {
    let there = brokers.live();
    let claims = brokers.claims.range(there.min(replicas)..replicas);
    let unused = claims.filter(|(ordinal, _)| !brokers.pods.contains_key(ordinal));
    unused.map(|(_, claim)| taken(valid, claim)).collect()
}

fn taken(valid: &Valid, claim: &ClaimSeen) -> Event {
    let size = claim.capacity.as_ref().or(claim.requested.as_ref());
    let of = [
        Some(
            claim.class.clone().map_or("no storage class".to_owned(), |one| format!("class {one}")),
        ),
        size.map(ToString::to_string),
        Some(claim.access_modes.join(", ")),
        Some(format!("created {}", claim.made_on)).filter(|_| !claim.made_on.is_empty()),
    ];
    let of = of.into_iter().flatten().collect::<Vec<_>>().join(", ");
    let mut note =
        format!("{} is used again with what is in it ({of}) ({})", claim.target, rules::STO_09.id);
    if let Some(told) = differs(valid, claim) {
        note.push_str(&format!("; {told}"));
    }
    if let Some(why) = claim.peril() {
        note.push_str(&format!("; it {why} ({})", rules::STO_07.id));
    }
    if valid.delete_claims && claim.made_for != valid.uid {
        let id = rules::DEL_02.id;
        note.push_str(&format!(
            "; it was not made for this resource and is kept at its end ({id})"
        ));
    }
    Event {
        kind: EventKind::Warning,
        reason: "ClaimUsedAgain",
        note,
        regarding: valid.own.clone(),
        related: Some(claim.target.clone()),
    }
}
