//! Annotations of pods and Services: their keys, how many bytes they may have together, and the few
//! that the API server itself reads.

use std::{collections::BTreeMap, net::IpAddr};

use k8s_openapi::api::core::v1::{AppArmorProfile, SeccompProfile, Toleration};

use super::scheduling;
use crate::{
    check::Judge,
    field::Path,
    k8s::metadata::{self, ANNOTATIONS_MAX},
};

const SECCOMP: &str = "seccomp.security.alpha.kubernetes.io/pod";
const SECCOMP_OF: &str = "container.seccomp.security.alpha.kubernetes.io/";
const APP_ARMOR_OF: &str = "container.apparmor.security.beta.kubernetes.io/";
const DELETION_COST: &str = "controller.kubernetes.io/pod-deletion-cost";
const MIRROR: &str = "kubernetes.io/config.mirror";
const TOLERATIONS: &str = "scheduler.alpha.kubernetes.io/tolerations";
const SOURCE_RANGES: &str = "service.beta.kubernetes.io/load-balancer-source-ranges";
const TOPOLOGY: [&str; 2] =
    ["service.kubernetes.io/topology-mode", "service.kubernetes.io/topology-aware-hints"];

type Annotations = BTreeMap<String, String>;

/// The pod around annotations, as far as they have to fit it.
pub struct Around<'a> {
    /// Its only container.
    pub container: &'a str,
    /// The profiles of the pod.
    pub pod: (Option<&'a SeccompProfile>, Option<&'a AppArmorProfile>),
    /// The profiles of the container, where it has its own.
    pub own: (Option<&'a SeccompProfile>, Option<&'a AppArmorProfile>),
}

/// Adds what is wrong with the annotations of a pod, to which so many bytes are added.
pub fn of_pod(
    annotations: &Annotations,
    added: usize,
    around: &Around<'_>,
    path: &Path,
    judge: &mut Judge<'_>,
) {
    in_general(annotations, added, path, judge);
    for (key, value) in annotations {
        let at = || path.child(key);
        if key == MIRROR {
            judge.forbidden(at(), "only a kubelet's own pods have it", "leave it out");
        } else if key == DELETION_COST && !is_cost(value) {
            let must = "must be a whole number of 32 bits";
            judge.invalid(at(), value, must, "write a number such as -100 or 0");
        } else if key == SECCOMP {
            seccomp(value, around.pod.0, at(), judge);
        } else if let Some(name) = key.strip_prefix(SECCOMP_OF) {
            let profile = around.own.0.filter(|_| name == around.container);
            seccomp(value, profile, at(), judge);
        } else if let Some(name) = key.strip_prefix(APP_ARMOR_OF) {
            let profile = around.own.1.or(around.pod.1);
            app_armor(value, profile, (name, around.container), at(), judge);
        } else if key == TOLERATIONS && !value.is_empty() {
            match serde_json::from_str::<Vec<Toleration>>(value) {
                Ok(all) => scheduling::tolerations(&all, &at(), judge),
                Err(_) => {
                    let must = "must be a list of tolerations as JSON";
                    judge.invalid(at(), value, must, "leave it out, and write spec.tolerations");
                }
            }
        }
    }
}

/// Adds what is wrong with the annotations of a Service.
pub fn of_service(annotations: &Annotations, balanced: bool, path: &Path, judge: &mut Judge<'_>) {
    in_general(annotations, 0, path, judge);
    if let [Some(mode), Some(hints)] = TOPOLOGY.map(|key| annotations.get(key))
        && mode != hints
    {
        let must = format!("must equal {}", TOPOLOGY[1]);
        judge.invalid(path.child(TOPOLOGY[0]), mode, &must, "leave one of the two out");
    }
    let Some(ranges) = annotations.get(SOURCE_RANGES) else { return };
    if !balanced {
        let why = "only a Service of type LoadBalancer has it";
        judge.forbidden(path.child(SOURCE_RANGES), why, "leave it out, or set service.type");
    }
    let mut ranges = ranges.split(',').map(str::trim);
    if ranges.clone().any(|one| !one.is_empty()) && !ranges.all(is_range) {
        let must = "must be ranges of addresses, with commas between them";
        let written = annotations[SOURCE_RANGES].as_str();
        judge.invalid(path.child(SOURCE_RANGES), written, must, "write 10.0.0.0/8,fd00::/8");
    }
}

fn in_general(annotations: &Annotations, added: usize, path: &Path, judge: &mut Judge<'_>) {
    for key in annotations.keys().filter(|key| !metadata::is_key(&key.to_lowercase())) {
        super::key(path.child(key), key, judge);
    }
    let bytes = metadata::annotated(annotations) + added;
    if !annotations.is_empty() && bytes > ANNOTATIONS_MAX {
        let must = format!("must have at most {ANNOTATIONS_MAX} bytes together");
        let remedy = "keep what is long in a ConfigMap and annotate its name";
        judge.invalid(path.clone(), &format!("{bytes} bytes"), &must, remedy);
    }
}

fn is_cost(text: &str) -> bool {
    let first = text == "0" || text.starts_with(['-', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
    first && text.parse::<i32>().is_ok()
}

fn is_range(text: &str) -> bool {
    let Some((address, bits)) = text.split_once('/') else { return false };
    let most = match address.parse::<IpAddr>() {
        Ok(IpAddr::V4(_)) => 32,
        Ok(IpAddr::V6(_)) => 128,
        Err(_) => return false,
    };
    bits.bytes().all(|one| one.is_ascii_digit()) && bits.parse::<u8>().is_ok_and(|it| it <= most)
}

fn seccomp(value: &str, field: Option<&SeccompProfile>, at: Path, judge: &mut Judge<'_>) {
    let file = value.strip_prefix("localhost/");
    let known = ["runtime/default", "docker/default", "unconfined"].contains(&value)
        || file.is_some_and(|file| !file.starts_with('/') && file.split('/').all(|it| it != ".."));
    let same = field.is_none_or(|field| match field.type_.as_str() {
        "RuntimeDefault" => ["runtime/default", "docker/default"].contains(&value),
        "Localhost" => file.is_some() && file == field.localhost_profile.as_deref(),
        _ => true,
    });
    fits(value, known, same, at, judge);
}

fn app_armor(
    value: &str,
    field: Option<&AppArmorProfile>,
    (named, container): (&str, &str),
    at: Path,
    judge: &mut Judge<'_>,
) {
    if named != container {
        let must = format!("must end with {container}, the only container");
        return judge.invalid(at, named, &must, "leave it out, and write securityContext");
    }
    let name = value.strip_prefix("localhost/");
    let known = ["", "runtime/default", "unconfined"].contains(&value) || name.is_some();
    let same = field.is_none_or(|field| match field.type_.as_str() {
        "RuntimeDefault" => value == "runtime/default",
        "Localhost" => name.is_some() && name == field.localhost_profile.as_deref(),
        _ => true,
    });
    fits(value, known, same, at, judge);
}

fn fits(value: &str, known: bool, same: bool, at: Path, judge: &mut Judge<'_>) {
    let must = match (known, same) {
        (false, _) => "must be a profile",
        (true, false) => "must be the profile that the security context has",
        (true, true) => return,
    };
    judge.invalid(at, value, must, "leave it out: the security contexts say it");
}
