//! The profiles that confine a container, and kernel parameters.

use k8s_openapi::api::core::v1::{AppArmorProfile, SeccompProfile, Sysctl};

use crate::{check::Judge, field::Path};

/// Adds what is incomplete about the profiles of a pod or a container.
pub fn profiles(
    seccomp: Option<&SeccompProfile>,
    app_armor: Option<&AppArmorProfile>,
    path: &Path,
    judge: &mut Judge<'_>,
) {
    if let Some(profile) = seccomp {
        let at = path.child("seccompProfile").child("localhostProfile");
        let file = profile.localhost_profile.as_deref();
        if let Some(file) = localhost(&profile.type_, file, at.clone(), judge)
            && (file.starts_with('/') || file.split('/').any(|step| step == ".."))
        {
            let must = "must be a path below the kubelet's folder for profiles, without ..";
            judge.invalid(at, file, must, "write a path such as profiles/audit.json");
        }
    }
    if let Some(profile) = app_armor {
        let at = path.child("appArmorProfile").child("localhostProfile");
        let name = profile.localhost_profile.as_deref();
        if let Some(name) = localhost(&profile.type_, name, at.clone(), judge)
            && (name.is_empty() || name.trim_ascii() != name)
        {
            let must = "must be a name without blanks around it";
            judge.invalid(at, name, must, "write the name of a profile that the nodes have loaded");
        }
    }
}

/// The profile of a node, where there has to be one and is.
fn localhost<'a>(
    type_: &str,
    profile: Option<&'a str>,
    at: Path,
    judge: &mut Judge<'_>,
) -> Option<&'a str> {
    match (type_ == "Localhost", profile) {
        (true, None) => judge.required(at, "name the profile, or write type: RuntimeDefault"),
        (false, Some(_)) => {
            let why = format!("type {type_} has none");
            judge.forbidden(at, &why, "leave it out, or write type: Localhost");
        }
        (true, Some(profile)) => return Some(profile),
        (false, None) => {}
    }
    None
}

/// Adds kernel parameters that are set twice.
pub fn sysctls(all: &[Sysctl], path: &Path, judge: &mut Judge<'_>) {
    for (index, one) in all.iter().enumerate() {
        if all[..index].iter().any(|other| other.name == one.name) {
            judge.twice(path.index(index).child("name"), &one.name);
        }
    }
}
