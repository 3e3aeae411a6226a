//! The built-in kinds of Kubernetes that are met here, in one table: what a file may hold, what the
//! embedded Kubernetes serves, and how an object is found by its kind alone.

/// A built-in kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Builtin {
    /// Its group; empty for the core group.
    pub group: &'static str,
    /// The version that is stored.
    pub version: &'static str,
    /// Its name.
    pub kind: &'static str,
    /// Its plural, as in paths.
    pub plural: &'static str,
    /// Whether its objects belong to a namespace.
    pub namespaced: bool,
    /// Whether the API server counts how often what is asked for has changed
    /// (`metadata.generation`).
    pub counted: bool,
}

/// All of them, by group and kind.
pub const BUILTIN: &[Builtin] = &[
    core("ConfigMap", "configmaps"),
    core("Event", "events"),
    of_the_cluster("", "v1", "Namespace", "namespaces", false),
    of_the_cluster("", "v1", "Node", "nodes", false),
    of_the_cluster("", "v1", "PersistentVolume", "persistentvolumes", false),
    core("PersistentVolumeClaim", "persistentvolumeclaims"),
    counted("", "v1", "Pod", "pods"),
    core("Secret", "secrets"),
    core("Service", "services"),
    core("ServiceAccount", "serviceaccounts"),
    of_the_cluster(
        "apiextensions.k8s.io",
        "v1",
        "CustomResourceDefinition",
        "customresourcedefinitions",
        true,
    ),
    counted("apps", "v1", "Deployment", "deployments"),
    counted("apps", "v1", "StatefulSet", "statefulsets"),
    Builtin {
        counted: false,
        ..counted("autoscaling", "v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers")
    },
    counted("batch", "v1", "CronJob", "cronjobs"),
    counted("batch", "v1", "Job", "jobs"),
    Builtin { counted: false, ..counted("coordination.k8s.io", "v1", "Lease", "leases") },
    Builtin { counted: false, ..counted("events.k8s.io", "v1", "Event", "events") },
    counted("networking.k8s.io", "v1", "Ingress", "ingresses"),
    counted("networking.k8s.io", "v1", "NetworkPolicy", "networkpolicies"),
    counted("policy", "v1", "PodDisruptionBudget", "poddisruptionbudgets"),
    of_the_cluster("rbac.authorization.k8s.io", "v1", "ClusterRole", "clusterroles", false),
    of_the_cluster(
        "rbac.authorization.k8s.io",
        "v1",
        "ClusterRoleBinding",
        "clusterrolebindings",
        false,
    ),
    Builtin { counted: false, ..counted("rbac.authorization.k8s.io", "v1", "Role", "roles") },
    Builtin {
        counted: false,
        ..counted("rbac.authorization.k8s.io", "v1", "RoleBinding", "rolebindings")
    },
    of_the_cluster("scheduling.k8s.io", "v1", "PriorityClass", "priorityclasses", true),
    counted("snapshot.storage.k8s.io", "v1", "VolumeSnapshot", "volumesnapshots"),
    of_the_cluster("storage.k8s.io", "v1", "StorageClass", "storageclasses", false),
];

/// The built-in kind of this name, whatever its group; nothing for a custom one.
pub fn by_kind(kind: &str) -> Option<&'static Builtin> {
    BUILTIN.iter().find(|one| one.kind == kind)
}

const fn core(kind: &'static str, plural: &'static str) -> Builtin {
    Builtin { counted: false, ..counted("", "v1", kind, plural) }
}

const fn counted(
    group: &'static str,
    version: &'static str,
    kind: &'static str,
    plural: &'static str,
) -> Builtin {
    Builtin { group, version, kind, plural, namespaced: true, counted: true }
}

const fn of_the_cluster(
    group: &'static str,
    version: &'static str,
    kind: &'static str,
    plural: &'static str,
    counted: bool,
) -> Builtin {
    Builtin { group, version, kind, plural, namespaced: false, counted }
}

#[cfg(test)]
mod tests {
    use k8s_openapi::{Metadata, Resource, api};

    use super::*;

    fn is_in_the_table<K: Resource + Metadata>(namespaced: bool) {
        let found = BUILTIN.iter().find(|one| one.group == K::GROUP && one.kind == K::KIND);
        let found = found.unwrap_or_else(|| panic!("{} is not in the table", K::KIND));
        assert_eq!((found.version, found.plural), (K::VERSION, K::URL_PATH_SEGMENT), "{}", K::KIND);
        assert_eq!(found.namespaced, namespaced, "{}", K::KIND);
    }

    #[test]
    fn what_the_table_says_is_what_the_published_types_say() {
        is_in_the_table::<api::core::v1::ConfigMap>(true);
        is_in_the_table::<api::core::v1::Namespace>(false);
        is_in_the_table::<api::core::v1::Node>(false);
        is_in_the_table::<api::core::v1::PersistentVolume>(false);
        is_in_the_table::<api::core::v1::PersistentVolumeClaim>(true);
        is_in_the_table::<api::core::v1::Pod>(true);
        is_in_the_table::<api::core::v1::Secret>(true);
        is_in_the_table::<api::core::v1::Service>(true);
        is_in_the_table::<api::core::v1::ServiceAccount>(true);
        is_in_the_table::<api::apps::v1::Deployment>(true);
        is_in_the_table::<api::apps::v1::StatefulSet>(true);
        is_in_the_table::<api::autoscaling::v2::HorizontalPodAutoscaler>(true);
        is_in_the_table::<api::batch::v1::CronJob>(true);
        is_in_the_table::<api::batch::v1::Job>(true);
        is_in_the_table::<api::coordination::v1::Lease>(true);
        is_in_the_table::<api::events::v1::Event>(true);
        is_in_the_table::<api::networking::v1::Ingress>(true);
        is_in_the_table::<api::networking::v1::NetworkPolicy>(true);
        is_in_the_table::<api::policy::v1::PodDisruptionBudget>(true);
        is_in_the_table::<api::rbac::v1::ClusterRole>(false);
        is_in_the_table::<api::rbac::v1::ClusterRoleBinding>(false);
        is_in_the_table::<api::rbac::v1::Role>(true);
        is_in_the_table::<api::rbac::v1::RoleBinding>(true);
        is_in_the_table::<api::scheduling::v1::PriorityClass>(false);
        is_in_the_table::<api::storage::v1::StorageClass>(false);
    }
}
