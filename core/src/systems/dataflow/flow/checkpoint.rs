//! The ConfigMap in which the processor of a polled source notes how far it is: whose it is. What
//! is in it is the processor's.

use std::sync::Arc;

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
    label::ADOPT,
    observed::{Api, Observed, Ref, Seen, Selector, text},
    owner::{controller, controller_ref, is_nobodys},
    plan::{Action, Blocked, Manifest, Precondition, Risk, Verb, Why},
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
    /// It was made for an earlier flow of this name, and belongs to nobody now.
    Left(Arc<Value>),
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
            Seen::Present(there) if is_left(there, &valid.name) => Self::Left(there.clone()),
            Seen::Present(_) => Self::Unusable(format!("{target} belongs to somebody else")),
            Seen::Absent => Self::Missing,
            Seen::Unknown(why) => Self::Unusable(format!("{target} cannot be looked at: {why}")),
            Seen::Unread => Self::Unusable(format!("{target} was not looked at")),
        }
    }

    /// What has to be done for it. One that is taken over keeps what is in it.
    pub(super) fn item(&self, valid: &Valid) -> Option<Item<DataFlows>> {
        let manifest = || Manifest::of(&build::checkpoint(valid));
        let action = match self {
            Self::Missing => {
                Action::new(Verb::Create(manifest()), Why::Missing, Risk::None, &rule::OBJ_01)
            }
            Self::Left(there) => {
                let manifest = manifest();
                let seen = Precondition::as_seen(&manifest.target, there);
                let why = Why::Requested(format!("{ADOPT} asks for what an earlier flow has left"));
                Action::new(Verb::Apply(manifest, seen), why, Risk::None, &rule::OBJ_11)
            }
            Self::NotWanted | Self::Ours | Self::Leaving | Self::Unusable(_) => return None,
        };
        Some(Item::Act(action))
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

/// Whether it was made for a flow of this name, and belongs to nobody any more: its flow was
/// deleted with `--cascade=orphan`, or all came back from a backup.
pub(super) fn is_left(there: &Value, name: &str) -> bool {
    let every = Selector::all(Api::of::<ConfigMap>(), "");
    is_nobodys(there) && Selector { labels: names::pod_labels(name), ..every }.fits(there)
}

/// Whether another flow of this name has made it, which is gone: garbage collection takes it.
fn is_of_an_earlier(there: &Value, name: &str) -> bool {
    controller_ref(there)
        .is_some_and(|owner| text(owner, "/kind") == "DataFlow" && text(owner, "/name") == name)
}
