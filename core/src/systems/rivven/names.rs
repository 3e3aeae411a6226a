//! The names of everything that Rivven's kinds make, side by side, so that a collision shows.
//!
//! A cluster may not be called `connect`, `schema`, `connect-…` or `schema-…` nor end in
//! `-headless`, because the names below would then belong to two resources at once: the ConfigMap
//! of a cluster `connect` is called as that of another kind's `config`. With at most
//! [`CLUSTER_NAME_MAX`] characters the longest of them, the label `controller-revision-hash` of a
//! pod (`rivven-<name>-<hash>`, the hash up to ten digits), stays within a label's 63.

/// The longest name of a cluster: 63 - `rivven-` - `-` - 10 digits of a revision.
pub const CLUSTER_NAME_MAX: usize = 45;
/// The longest name of a RivvenConnect: 63 - `rivven-connect-` - `-w9`.
pub const CONNECT_NAME_MAX: usize = 45;
/// The longest name of a schema registry: 63 - `rivven-schema-` - `-headless`.
pub const REGISTRY_NAME_MAX: usize = 40;
/// How no cluster's name may begin, nor be called without the dash: the children of other kinds are
/// called so.
pub const RESERVED_PREFIXES: &[&str] = &["connect-", "schema-"];
/// How no cluster's name may end: a headless Service is called so.
pub const RESERVED_SUFFIX: &str = "-headless";

/// Where clients find a broker. The seeds' manifests and chart name this port.
pub const CLIENT_PORT: u16 = 9292;
/// Where a broker's API is found when `metrics.port` does not say otherwise.
pub const API_PORT: u16 = 9090;
/// Where a worker tells whether it lives, and its figures, when `settings` does not say otherwise.
pub const WORKER_PORTS: (u16, u16) = (8080, 9091);
/// The container of a worker.
pub const WORKER: &str = "connect";
/// The container that reads the file of a worker first.
pub const VALIDATE: &str = "validate";
/// What stands before the number in the name of a schema registry's permit.
const PERMIT: &str = "-start-";
/// The container of a schema registry.
pub const REGISTRY: &str = "registry";
/// Where a schema registry is found when `server.port` does not say otherwise.
pub const REGISTRY_PORT: u16 = 8081;
/// The claim template of a broker.
pub const DATA: &str = "data";
/// The container of a broker.
pub const CONTAINER: &str = "rivven";

const _: () = assert!("rivven-".len() + CLUSTER_NAME_MAX + 1 + 10 <= 63);
const _: () = assert!("rivven-".len() + CLUSTER_NAME_MAX + RESERVED_SUFFIX.len() <= 63);
const _: () = assert!("rivven-connect-".len() + CONNECT_NAME_MAX + "-w9".len() <= 63);

const _: () = assert!("rivven-schema-".len() + REGISTRY_NAME_MAX + RESERVED_SUFFIX.len() <= 63);

/// The StatefulSet of a cluster; its pods are called the same with their number.
pub fn workload(cluster: &str) -> String {
    format!("rivven-{cluster}")
}

/// The Service of a cluster that clients use.
pub fn client_service(cluster: &str) -> String {
    format!("rivven-{cluster}")
}

/// The Service of a cluster that gives each broker a name.
pub fn headless(cluster: &str) -> String {
    format!("rivven-{cluster}{RESERVED_SUFFIX}")
}

/// The ConfigMap of a cluster.
pub fn config(cluster: &str) -> String {
    format!("rivven-{cluster}-config")
}

/// The PodDisruptionBudget of a cluster.
pub fn budget(cluster: &str) -> String {
    format!("rivven-{cluster}-pdb")
}

/// The ServiceMonitor of a cluster.
pub fn monitor(cluster: &str) -> String {
    format!("rivven-{cluster}")
}

/// The pod of one broker.
pub fn pod(cluster: &str, ordinal: u32) -> String {
    format!("{}-{ordinal}", workload(cluster))
}

/// The volume claim of one broker.
pub fn claim(cluster: &str, ordinal: u32) -> String {
    claim_of(&pod(cluster, ordinal))
}

/// The volume claim of the broker in a pod of this name.
pub fn claim_of(pod: &str) -> String {
    format!("{DATA}-{pod}")
}

/// The Deployment of a worker of a RivvenConnect, by its number from 0. That of the first is called
/// as the Service.
pub fn worker(connect: &str, number: usize) -> String {
    match number {
        0 => workers(connect),
        _ => format!("{}-w{number}", workers(connect)),
    }
}

/// The Service of the workers of a RivvenConnect.
pub fn workers(connect: &str) -> String {
    format!("rivven-connect-{connect}")
}

/// The Job of a source that ends, by what it runs, as a digest.
pub fn once(connect: &str, digest: &str) -> String {
    alone(connect, "once", digest)
}

/// The Deployment of a connector that is kept apart, by what it runs, as a digest.
pub fn apart(connect: &str, digest: &str) -> String {
    alone(connect, "apart", digest)
}

fn alone(connect: &str, word: &str, digest: &str) -> String {
    let digest: String = digest.chars().take(10).collect();
    // A label's 63 characters are what a worker may be called by.
    let most = 63 - "--".len() - word.len() - digest.len();
    let begin: String = workers(connect).chars().take(most).collect();
    format!("{}-{word}-{digest}", begin.trim_end_matches('-'))
}

/// The Deployment of a schema registry, and the Service that clients use.
pub fn registry(name: &str) -> String {
    format!("rivven-schema-{name}")
}

/// The Service of a schema registry by which the operator reaches its pod, ready or not.
pub fn registry_headless(name: &str) -> String {
    format!("rivven-schema-{name}{RESERVED_SUFFIX}")
}

/// The ConfigMap that lets the pod of a schema registry start, by the number of the start.
pub fn registry_permit(name: &str, number: u32) -> String {
    format!("rivven-schema-{name}{PERMIT}{number}")
}

/// The number of the start that a ConfigMap of this name is for.
pub fn permit_number(permit: &str) -> Option<u32> {
    permit.rsplit_once(PERMIT)?.1.parse().ok()
}

/// The PodDisruptionBudget of a schema registry.
pub fn registry_budget(name: &str) -> String {
    format!("rivven-schema-{name}-pdb")
}

/// The ConfigMap of a worker, by the name of its Deployment or Job.
pub fn worker_config(worker: &str) -> String {
    format!("{worker}-config")
}

/// The number at the end of the name of a pod or claim of this cluster.
pub fn ordinal(cluster: &str, name: &str) -> Option<u32> {
    let name = name.strip_prefix(DATA).and_then(|name| name.strip_prefix('-')).unwrap_or(name);
    let number = name.strip_prefix("rivven-")?.strip_prefix(cluster)?.strip_prefix('-')?;
    // `parse` takes `+1` and `01`, which no pod is called.
    let plain = number == "0" || !number.starts_with(['0', '+']);
    if plain { number.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_a_connect_is_called_its_workers_have_names_that_labels_take() {
        let long = "a".repeat(CONNECT_NAME_MAX);
        let digest = "0123456789abcdef";
        for name in [worker(&long, 9), once(&long, digest), apart(&long, digest)] {
            assert!(name.len() <= 63, "{name}");
        }
        assert_eq!(once("a", "0123456789abcdef"), "rivven-connect-a-once-0123456789");
        // No worker of another is called so.
        assert_ne!(once(&long, "0123456789abcdef"), once(&long, "1123456789abcdef"));
    }

    #[test]
    fn an_ordinal_is_read_back_from_pods_and_claims_only() {
        assert_eq!(ordinal("a", &pod("a", 12)), Some(12));
        assert_eq!(ordinal("a", &claim("a", 0)), Some(0));
        for other in ["rivven-a", "rivven-a-01", "rivven-a-+1", "rivven-ab-1", "data-rivven-a-x"] {
            assert_eq!(ordinal("a", other), None, "{other}");
        }
    }
}
