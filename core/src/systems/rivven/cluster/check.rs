//! What one cluster can be judged by, on its own: the same rules as in `cel`, for specs that no API
//! server has judged. A test holds the two to the same verdict.

use super::api::{RivvenCluster, RivvenClusterSpec};
use crate::{
    field::{Cause, Errors, Path},
    k8s::{pod::Ids, restricted},
    label::OURS,
    systems::rivven::names,
};

/// Adds every rule that is broken.
pub(super) fn check(cluster: &RivvenCluster, errors: &mut Errors) {
    let (spec, root) = (&cluster.spec, Path::root("spec"));
    name(cluster.metadata.name.as_deref().unwrap_or_default(), errors);
    tls(spec, &root.child("tls"), errors);
    auth(spec, &root.child("auth"), errors);
    config(spec, &root.child("config"), errors);
    pods(spec, &root, errors);
    probes(spec, &root, errors);
    let contexts = (&spec.security_context, &spec.container_security_context);
    if let Some(pod) = contexts.0 {
        let ids = Ids { prefix: "CLU", first: 14 };
        restricted::pod(pod, &root.child("securityContext"), ids, errors);
    }
    if let Some(container) = contexts.1 {
        let path = root.child("containerSecurityContext");
        let ids = Ids { prefix: "CLU", first: 19 };
        restricted::container(container, &path, ids, errors);
    }
    amounts(spec, &root, errors);
    super::pods::check(cluster, &root, errors);
}

fn name(name: &str, errors: &mut Errors) {
    let path = Path::root("metadata").child("name");
    let fits = name.len() <= names::CLUSTER_NAME_MAX && !name.contains('.');
    let must = "must have at most 45 characters and no dots";
    errors.ensure(fits, path.clone(), name, must, "CLU-01: choose a shorter name, without dots");
    let longer = format!("{name}-");
    let reserved = names::RESERVED_PREFIXES.iter().any(|prefix| longer.starts_with(prefix))
        || name.ends_with(names::RESERVED_SUFFIX);
    let must = "must not be connect or schema, nor begin with connect- or schema-, nor end with \
                -headless";
    let remedy = "CLU-02: choose another name, objects of other resources are called so";
    errors.ensure(!reserved, path, name, must, remedy);
}

fn tls(spec: &RivvenClusterSpec, path: &Path, errors: &mut Errors) {
    let Some(tls) = &spec.tls else { return };
    if tls.enabled == Some(true) && tls.cert_secret_name.is_none() {
        let remedy = "CLU-03: name the Secret that holds tls.crt and tls.key";
        errors.push(path.child("certSecretName"), Cause::Required, remedy);
    }
    if tls.mtls_enabled == Some(true) {
        if tls.enabled != Some(true) {
            let cause = Cause::Invalid("true".to_owned(), "needs tls.enabled".to_owned());
            let remedy = "CLU-04: set tls.enabled to true";
            errors.push(path.child("mtlsEnabled"), cause, remedy);
        }
        if tls.ca_secret_name.is_none() {
            let remedy = "CLU-04: name the Secret that holds the clients' ca.crt";
            errors.push(path.child("caSecretName"), Cause::Required, remedy);
        }
    }
}

fn auth(spec: &RivvenClusterSpec, path: &Path, errors: &mut Errors) {
    let Some(auth) = &spec.auth else { return };
    let scram = auth.mechanism.is_some_and(|mechanism| mechanism.as_str() == "scram");
    let secret = auth.scram.as_ref().and_then(|scram| scram.existing_secret.as_ref());
    if auth.enabled == Some(true) && scram && secret.is_none() {
        let remedy = "CLU-26: name the Secret that holds the users";
        errors.push(path.child("scram").child("existingSecret"), Cause::Required, remedy);
    }
}

fn config(spec: &RivvenClusterSpec, path: &Path, errors: &mut Errors) {
    let Some(config) = &spec.config else { return };
    let replicas = spec.replicas.unwrap_or(3);
    if let Some(copies) = config.default_replication_factor {
        errors.ensure(
            copies <= replicas,
            path.child("defaultReplicationFactor"),
            copies,
            &format!("must be at most {replicas}, the number of replicas"),
            "CLU-05: lower it, or raise spec.replicas",
        );
    }
    let election = config.raft_election_timeout_ms.unwrap_or(1000);
    let heartbeat = config.raft_heartbeat_interval_ms.unwrap_or(100);
    errors.ensure(
        i64::from(election) >= 3 * i64::from(heartbeat),
        path.child("raftElectionTimeoutMs"),
        election,
        &format!("must be at least {}, three heartbeats", 3 * i64::from(heartbeat)),
        "CLU-06: raise it, or lower raftHeartbeatIntervalMs",
    );
    let reserved = ["command", "args", "image", "securityContext", "volumes"];
    for key in config.raw.iter().flatten().map(|(key, _)| key) {
        if reserved.contains(&key.as_str()) {
            let cause = Cause::Forbidden("it is no setting of the broker".to_owned());
            errors.push(path.child("raw").child(key), cause, "CLU-07: leave it out");
        }
        let fits = key.chars().count() <= 128;
        let must = "must be at most 128 characters";
        let remedy = "CLU-07: no setting is called so";
        errors.ensure(fits, path.child("raw").child(key), key, must, remedy);
    }
}

fn pods(spec: &RivvenClusterSpec, root: &Path, errors: &mut Errors) {
    let env = root.child("env");
    let mut names: Vec<&str> = Vec::new();
    for (index, variable) in spec.env.iter().flatten().enumerate() {
        let at = env.index(index).child("name");
        if ["RIVVEN_", "LD_", "DYLD_"].iter().any(|prefix| variable.name.starts_with(prefix)) {
            let cause = Cause::Forbidden(format!("{} is reserved", variable.name));
            errors.push(at.clone(), cause, "CLU-10: use spec.config for the broker's settings");
        }
        if names.contains(&variable.name.as_str()) {
            let cause = Cause::Duplicate(variable.name.clone());
            errors.push(at, cause, "CLU-11: leave one of them out");
        }
        names.push(&variable.name);
    }
    let ours = "it is the operator's or Kubernetes'".to_owned();
    for key in spec.pod_labels.iter().flatten().map(|(key, _)| key) {
        let prefixes =
            ["app.kubernetes.io/", "apps.kubernetes.io/", "statefulset.kubernetes.io/", OURS];
        if key == "controller-revision-hash" || prefixes.iter().any(|one| key.starts_with(one)) {
            let at = root.child("podLabels").child(key);
            let remedy = "CLU-12: use another prefix, such as your company's domain";
            errors.push(at, Cause::Forbidden(ours.clone()), remedy);
        }
    }
    for key in spec.pod_annotations.iter().flatten().map(|(key, _)| key) {
        if key.starts_with(OURS) {
            let at = root.child("podAnnotations").child(key);
            let remedy = "CLU-13: annotate the RivvenCluster instead";
            errors.push(at, Cause::Forbidden(ours.clone()), remedy);
        }
    }
}

fn probes(spec: &RivvenClusterSpec, root: &Path, errors: &mut Errors) {
    if let Some(threshold) = spec.liveness_probe.as_ref().and_then(|one| one.success_threshold) {
        let at = root.child("livenessProbe").child("successThreshold");
        let remedy = "CLU-08: write 1 or leave it out";
        errors.ensure(threshold == 1, at, threshold, "must be 1 for liveness", remedy);
    }
    if let Some(budget) = &spec.pod_disruption_budget
        && budget.min_available.is_some()
        && budget.max_unavailable.is_some()
    {
        let at = root.child("podDisruptionBudget").child("minAvailable");
        let cause = Cause::Forbidden("maxUnavailable is given too".to_owned());
        errors.push(at, cause, "CLU-09: leave one of the two out");
    }
    if let Some(port) = spec.metrics.as_ref().and_then(|metrics| metrics.port) {
        let at = root.child("metrics").child("port");
        let free = port != i32::from(names::CLIENT_PORT);
        let remedy = "CLU-25: choose another port, such as 9090";
        errors.ensure(free, at, port, "must not be the clients' port", remedy);
    }
}

fn amounts(spec: &RivvenClusterSpec, root: &Path, errors: &mut Errors) {
    if let Some(size) = spec.storage.as_ref().and_then(|storage| storage.size.as_ref()) {
        let at = root.child("storage").child("size");
        let must = "must be more than nothing";
        errors.ensure(!size.is_zero(), at, size, must, "CLU-29: write a size such as 10Gi");
    }
    let Some(resources) = &spec.resources else { return };
    for (name, request) in resources.requests.iter().flatten() {
        let limit = resources.limits.as_ref().and_then(|limits| limits.get(name));
        if let Some(limit) = limit.filter(|limit| *limit < request) {
            let at = root.child("resources").child("requests").child(name);
            let must = format!("must be at most its limit {limit}");
            let cause = Cause::Invalid(request.to_string(), must);
            errors.push(at, cause, "CLU-28: lower the request, or raise the limit");
        }
    }
}

/// What makes a cluster the same cluster: its volumes do not move.
pub(super) fn change(old: &RivvenCluster, new: &RivvenCluster) -> Result<(), Errors> {
    let class = |cluster: &RivvenCluster| {
        let storage = cluster.spec.storage.as_ref();
        // The seeds' empty string is the default class, and so is none.
        let class = storage.and_then(|storage| storage.storage_class_name.clone());
        class.filter(|class| !class.is_empty())
    };
    let mut errors = Errors::default();
    if class(old) != class(new) {
        let cause = Cause::Forbidden("it cannot be changed, added or removed".to_owned());
        let remedy = "CLU-27: set it back, or move the topics to a new cluster";
        errors.push(Path::dotted("spec.storage.storageClassName"), cause, remedy);
    }
    errors.or(())
}
