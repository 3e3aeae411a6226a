//! As whom containers run and what they may do: as Kubernetes' restricted Pod Security Standard
//! wants it, unless a spec asks for less still.

use k8s_openapi::api::core::v1::{
    Capabilities, PodSecurityContext, SeccompProfile, SecurityContext,
};
use serde::{Serialize, de::DeserializeOwned};

use crate::json::merge;

/// A pod that runs as somebody who is not root. No user: the image names one, or the platform does
/// (OpenShift gives each namespace its own).
pub fn unprivileged() -> PodSecurityContext {
    PodSecurityContext {
        run_as_non_root: Some(true),
        seccomp_profile: Some(seccomp()),
        ..PodSecurityContext::default()
    }
}

/// A pod that runs as this user, who owns what is written to its volumes.
pub fn as_user(user: i64) -> PodSecurityContext {
    PodSecurityContext {
        fs_group: Some(user),
        // A large volume is not walked through at each start.
        fs_group_change_policy: Some("OnRootMismatch".to_owned()),
        run_as_group: Some(user),
        run_as_user: Some(user),
        ..unprivileged()
    }
}

/// A container without capabilities that writes to its volumes only.
pub fn confined() -> SecurityContext {
    SecurityContext {
        allow_privilege_escalation: Some(false),
        capabilities: Some(Capabilities { add: None, drop: Some(vec!["ALL".to_owned()]) }),
        read_only_root_filesystem: Some(true),
        ..SecurityContext::default()
    }
}

/// The same, for images that may come from anywhere: who they run as is said at the container too.
pub fn confined_whatever_the_pod_says() -> SecurityContext {
    SecurityContext { run_as_non_root: Some(true), seccomp_profile: Some(seccomp()), ..confined() }
}

fn seccomp() -> SeccompProfile {
    SeccompProfile { type_: "RuntimeDefault".to_owned(), localhost_profile: None }
}

/// What a spec says over what we say, field by field. It was checked to loosen nothing
/// ([`restricted`](crate::workload::checks::restricted)).
pub(crate) fn overlay<T: Serialize + DeserializeOwned>(ours: T, theirs: Option<&T>) -> T {
    let Some(theirs) = theirs else { return ours };
    let json = |value: &T| serde_json::to_value(value).expect("Kubernetes objects are JSON");
    let mut both = json(&ours);
    merge(&mut both, &json(theirs));
    serde_json::from_value(both).expect("two of a kind make one of it")
}
