//! The ConfigMap in which the processor of a polled source notes how far it is: whose it is. What
//! is in it is the processor's.

use k8s_openapi::api::core::v1::ConfigMap;
use kube_core::ResourceExt as _;
use serde_json::Value;

use super::{
    Valid,
    api::{DataFlow, StoreType},
    build, names,
};
use crate::{
    field::Path,
    kind::Item,
    observed::{Observed, Ref, Seen, at, text},
    owner::controller,
    plan::{Action, Blocked, Manifest, Risk, Verb, Why},
    rule,
    systems::dataflow::{DataFlows, rules},
};

/// Whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Checkpoint {
    /// None is wanted.
    NotWanted,
    /// It is there.
    Ours,
    /// It is yet to be made.
    Missing,
    /// It is of an earlier flow of this name, and goes as that has gone.
    Leaving,
    /// It cannot be used: why, as a sentence without an end.
    Unusable(String),
}

/// The ConfigMap of a flow, if it wants one: Kafka keeps how far a group is by itself.
pub(super) fn wanted(flow: &DataFlow) -> Option<Ref> {
    let polled = flow.spec.source.kind != StoreType::Kafka;
    let wants = polled && flow.spec.checkpoint_persistence != Some(false);
    wants.then(|| target(&flow.namespace().unwrap_or_default(), &flow.name_any()))
}

fn target(namespace: &str, name: &str) -> Ref {
    Ref::to::<ConfigMap>(namespace, &names::checkpoint(name))
}

impl Checkpoint {
    /// By what was seen.
    pub(super) fn of(valid: &Valid, seen: &Observed<DataFlows>) -> Self {
        if !valid.checkpoint {
            return Self::NotWanted;
        }
        let target = target(&valid.namespace, &valid.name);
        match seen.raw(&target) {
            Seen::Present(there) if controller(there) == Some(valid.uid()) => Self::Ours,
            Seen::Present(there) if is_of_an_earlier(there, &valid.name) => Self::Leaving,
            Seen::Present(_) => Self::Unusable(format!("{target} belongs to somebody else")),
            Seen::Absent => Self::Missing,
            Seen::Unknown(why) => Self::Unusable(format!("{target} cannot be looked at: {why}")),
            Seen::Unread => Self::Unusable(format!("{target} was not looked at")),
        }
    }

    /// What has to be done for it.
    pub(super) fn item(&self, valid: &Valid) -> Option<Item<DataFlows>> {
        let make = || Verb::Create(Manifest::of(&build::checkpoint(valid)));
        let act = || Item::Act(Action::new(make(), Why::Missing, Risk::None, &rule::OBJ_01));
        (*self == Self::Missing).then(act)
    }

    /// That it cannot be used, if so.
    pub(super) fn blocked(&self) -> Option<Blocked> {
        let Self::Unusable(why) = self else { return None };
        Some(Blocked {
            rule: &rules::FLW_52,
            path: Path::dotted("spec.checkpointPersistence"),
            before: Value::Null,
            after: Value::Null,
            message: why.clone(),
            remedy: rules::FLW_52.remedy.to_owned(),
        })
    }
}

/// Whether another flow of this name has made it, which is gone: garbage collection takes it.
fn is_of_an_earlier(there: &Value, name: &str) -> bool {
    let owners = at(there, "/metadata/ownerReferences").and_then(Value::as_array);
    owners.into_iter().flatten().any(|owner| {
        owner["controller"] == true
            && text(owner, "/kind") == "DataFlow"
            && text(owner, "/name") == name
    })
}
