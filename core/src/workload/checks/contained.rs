//! Rules about what a pod's container has: its image, its variables, its share of the node, and
//! what confines it.

use super::HasPods;
use crate::{
    check::Check,
    k8s::pod::{self, lists, profiles, variables},
};

/// A name that a container runtime understands.
pub const fn image<R: HasPods>(id: &'static str) -> Check<R> {
    Check::here(
        id,
        "spec.image",
        "a container runtime reads the image: a path in lower case, a tag of at most 128 \
         characters, a whole digest",
        |resource: &R, judge| {
            if let Some(image) = resource.pods().image {
                pod::image::image(image, &judge.at(), judge);
            }
        },
    )
}

/// A list that Kubernetes keeps by name takes no name twice.
pub const fn pull_secrets<R: HasPods>(id: &'static str) -> Check<R> {
    Check::new(
        id,
        "spec.imagePullSecrets",
        "self.all(one, self.exists_one(other, other == one))",
        "every Secret may be named once",
        |resource: &R, judge| {
            lists::once(resource.pods().pull_secrets.iter(), &judge.at(), judge);
        },
    )
}

/// A variable is given once.
pub const fn variables_once<R: HasPods>(id: &'static str) -> Check<R> {
    Check::new(
        id,
        "spec.env",
        "self.all(e, self.exists_one(o, o.name == e.name))",
        "every name may be given once",
        |resource: &R, judge| {
            let all = resource.pods().env;
            for (index, one) in all.iter().enumerate() {
                if all[..index].iter().any(|other| other.name == one.name) {
                    judge.twice(judge.at().index(index).child("name"), &one.name);
                }
            }
        },
    )
}

/// A variable has one source.
pub const fn variable_sources<R: HasPods>(id: &'static str) -> Check<R> {
    Check::new(
        id,
        "spec.env",
        "self.all(e, !has(e.valueFrom) \
         || ((!has(e.value) || e.value == '') && (has(e.valueFrom.fieldRef) ? 1 : 0) \
         + (has(e.valueFrom.resourceFieldRef) ? 1 : 0) \
         + (has(e.valueFrom.configMapKeyRef) ? 1 : 0) \
         + (has(e.valueFrom.secretKeyRef) ? 1 : 0) == 1))",
        "valueFrom has one of fieldRef, resourceFieldRef, configMapKeyRef and secretKeyRef, and no \
         value beside it",
        |resource: &R, judge| variables::sources(resource.pods().env, &judge.at(), judge),
    )
}

/// What a variable takes of its own pod.
pub const fn variable_fields<R: HasPods>(id: &'static str) -> Check<R> {
    Check::here(
        id,
        "spec.env",
        "fieldPath has keys of labels in its brackets; a divisor is 1 or 1m for cpu, and 1, 1k, \
         1Ki and so on to 1E and 1Ei for bytes",
        |resource: &R, judge| variables::fields(resource.pods().env, &judge.at(), judge),
    )
}

/// No request is more than its limit.
pub const fn limits<R: HasPods>(id: &'static str) -> Check<R> {
    Check::new(
        id,
        "spec.resources",
        "!has(self.requests) || !has(self.limits) || self.requests.all(r, !(r in self.limits) \
         || quantity(string(self.requests[r])).compareTo(quantity(string(self.limits[r]))) <= 0)",
        "no request may be more than its limit",
        |resource: &R, judge| {
            let Some(resources) = resource.pods().resources else { return };
            for (name, request) in resources.requests.iter().flatten() {
                let limit = resources.limits.as_ref().and_then(|limits| limits.get(name));
                let Some(limit) = limit else { continue };
                let at = judge.child("requests").child(name);
                let must = format!("must be at most its limit {limit}");
                let remedy = "lower the request, or raise the limit";
                judge.ensure(request <= limit, at, request, &must, remedy);
            }
        },
    )
}

/// Resources that there are, in amounts that they come in.
pub const fn resources<R: HasPods>(id: &'static str) -> Check<R> {
    Check::here(
        id,
        "spec.resources",
        "a resource is cpu, memory, ephemeral-storage, hugepages-<size> or has a domain; what \
         cannot be shared comes in whole numbers, with a limit that its request equals",
        |resource: &R, judge| {
            if let Some(resources) = resource.pods().resources {
                let (requests, limits) = (resources.requests.as_ref(), resources.limits.as_ref());
                pod::resources::resources(requests, limits, &judge.at(), judge);
            }
        },
    )
}

/// For either security context.
const PROFILES: &str = "(!has(self.seccompProfile) || (self.seccompProfile.type == 'Localhost' \
    ? has(self.seccompProfile.localhostProfile) \
    && !self.seccompProfile.localhostProfile.startsWith('/') \
    && !self.seccompProfile.localhostProfile.matches('(^|/)[.][.](/|$)') \
    : !has(self.seccompProfile.localhostProfile))) \
    && (!has(self.appArmorProfile) || (self.appArmorProfile.type == 'Localhost' \
    ? has(self.appArmorProfile.localhostProfile) \
    && self.appArmorProfile.localhostProfile != '' \
    && !self.appArmorProfile.localhostProfile.matches(\
    '^[ \\\\t\\\\n\\\\r\\\\f]\
    |[ \\\\t\\\\n\\\\r\\\\f]$') \
    : !has(self.appArmorProfile.localhostProfile)))";
const PROFILES_MESSAGE: &str = "the type Localhost, and no other, has a localhostProfile: for \
                                seccomp a path below the kubelet's folder without .., for AppArmor \
                                a name";

/// The profiles of a pod are complete.
pub const fn pod_profiles<R: HasPods>(id: &'static str) -> Check<R> {
    Check::new(id, "spec.securityContext", PROFILES, PROFILES_MESSAGE, |resource: &R, judge| {
        if let Some(context) = resource.pods().security_context {
            let seccomp = context.seccomp_profile.as_ref();
            let app_armor = context.app_armor_profile.as_ref();
            profiles::profiles(seccomp, app_armor, &judge.at(), judge);
        }
    })
}

/// The profiles of a container are complete.
pub const fn container_profiles<R: HasPods>(id: &'static str) -> Check<R> {
    let path = "spec.containerSecurityContext";
    Check::new(id, path, PROFILES, PROFILES_MESSAGE, |resource: &R, judge| {
        if let Some(context) = resource.pods().container_security_context {
            let seccomp = context.seccomp_profile.as_ref();
            let app_armor = context.app_armor_profile.as_ref();
            profiles::profiles(seccomp, app_armor, &judge.at(), judge);
        }
    })
}

/// A kernel parameter is set once.
pub const fn kernel_parameters<R: HasPods>(id: &'static str) -> Check<R> {
    Check::new(
        id,
        "spec.securityContext",
        "!has(self.sysctls) || self.sysctls.all(s, self.sysctls.exists_one(o, o.name == s.name))",
        "every kernel parameter may be set once",
        |resource: &R, judge| {
            let context = resource.pods().security_context;
            let sysctls = context.and_then(|context| context.sysctls.as_deref());
            profiles::sysctls(sysctls.unwrap_or_default(), &judge.child("sysctls"), judge);
        },
    )
}
