//! The volume claim of a broker as it was seen: how it is, and how far it has come with growing.

use k8s_openapi::jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::{
    k8s::quantity::Quantity,
    label::MADE_FOR,
    observed::{Ref, annotation, at, text},
    plan::Precondition,
};

/// How long a kubelet may take to grow a file system under a running pod, as it does where the
/// driver can, before the pod is restarted for it.
const ONLINE_WAIT: SignedDuration = SignedDuration::from_mins(2);

/// A volume claim.
#[derive(Clone, Debug)]
pub(in super::super) struct ClaimSeen {
    pub(in super::super) target: Ref,
    pub(in super::super) at: Precondition,
    pub(in super::super) bound: bool,
    /// Its volume is gone.
    pub(in super::super) lost: bool,
    pub(in super::super) deleting: bool,
    pub(in super::super) requested: Option<Quantity>,
    pub(in super::super) capacity: Option<Quantity>,
    /// Its storage class; nothing for none.
    pub(in super::super) class: Option<String>,
    pub(in super::super) access_modes: Vec<String>,
    /// The PersistentVolume; empty before it is bound.
    pub(in super::super) volume: String,
    pub(in super::super) made_for: String,
    /// When it was created, to the day.
    pub(in super::super) made_on: String,
    pub(in super::super) growth: Growth,
}

/// How far a claim has come with growing, as Kubernetes tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) enum Growth {
    /// Nothing is told: it has what it asked for, or nobody has begun.
    None,
    /// Somebody is at it.
    UnderWay,
    /// Its driver or its node refuses: the word for it.
    Refused(String),
    /// The volume has grown and its file system grows when it is mounted again; since when.
    NeedsRestart(Option<Timestamp>),
}

impl ClaimSeen {
    pub(super) fn of(target: Ref, claim: &Value) -> Self {
        let quantity = |pointer: &str| text(claim, pointer).parse::<Quantity>().ok();
        let made_for = annotation(claim, MADE_FOR);
        let class = at(claim, "/spec/storageClassName").and_then(Value::as_str);
        let modes = at(claim, "/spec/accessModes").and_then(Value::as_array);
        let phase = text(claim, "/status/phase");
        let made_on = text(claim, "/metadata/creationTimestamp");
        Self {
            at: Precondition::as_seen(&target, claim),
            target,
            bound: phase == "Bound",
            lost: phase == "Lost",
            deleting: at(claim, "/metadata/deletionTimestamp").is_some(),
            requested: quantity("/spec/resources/requests/storage"),
            capacity: quantity("/status/capacity/storage"),
            // Both mean the same: a volume that nobody makes.
            class: class.filter(|class| !class.is_empty()).map(str::to_owned),
            access_modes: modes
                .map(|all| all.iter().filter_map(Value::as_str).map(str::to_owned).collect())
                .unwrap_or_default(),
            volume: text(claim, "/spec/volumeName").to_owned(),
            made_for: made_for.unwrap_or_default().to_owned(),
            made_on: made_on.split('T').next().unwrap_or_default().to_owned(),
            growth: Growth::of(claim),
        }
    }

    /// Why the data of its broker goes when the broker's pod stops, if it does. A claim that is
    /// being deleted lives on for as long as its pod; one that is lost is mounted by no new pod.
    pub(in super::super) fn peril(&self) -> Option<&'static str> {
        match (self.deleting, self.lost) {
            (true, _) => Some("is being deleted and goes when its pod stops"),
            (false, true) => Some("has lost its volume, so no new pod can mount it"),
            (false, false) => None,
        }
    }

    /// Whether it has less than it asks for.
    pub(in super::super) fn is_short(&self) -> bool {
        self.bound && self.capacity.is_some() && self.capacity < self.requested
    }

    /// Whether a pod that was started then has to be restarted, so that its file system grows.
    pub(in super::super) fn needs_restart(
        &self,
        started: Option<Timestamp>,
        now: Timestamp,
    ) -> bool {
        let Growth::NeedsRestart(Some(since)) = self.growth else { return false };
        // One that was started since then has mounted it again, and one that has yet to be will:
        // another restart changes nothing.
        let before = started.is_some_and(|started| started < since);
        self.is_short() && before && now.duration_since(since) >= ONLINE_WAIT
    }
}

impl Growth {
    fn of(claim: &Value) -> Self {
        let told = text(claim, "/status/allocatedResourceStatuses/storage");
        let conditions = at(claim, "/status/conditions").and_then(Value::as_array);
        let holds = |name: &str| {
            let mut all = conditions.into_iter().flatten();
            all.find(|one| text(one, "/type") == name && text(one, "/status") == "True")
        };
        let errors = ["ControllerResizeError", "NodeResizeError"];
        if told.ends_with("Infeasible") {
            return Self::Refused(told.to_owned());
        }
        if let Some(error) = errors.into_iter().find(|name| holds(name).is_some()) {
            return Self::Refused(error.to_owned());
        }
        if let Some(pending) = holds("FileSystemResizePending") {
            return Self::NeedsRestart(text(pending, "/lastTransitionTime").parse().ok());
        }
        if !told.is_empty() || holds("Resizing").is_some() { Self::UnderWay } else { Self::None }
    }
}
