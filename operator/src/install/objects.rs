//! Everything that is installed, in the order in which it is applied.

use k8s_openapi::{api::core::v1::Namespace, apimachinery::pkg::apis::meta::v1::ObjectMeta};
use serde_json::Value;

use super::{
    base::{Install, labels, object},
    deployment, network, roles, users,
};

/// Everything, in the order in which it is applied. With namespaces to look after it is all in
/// namespaces, and these have to be there: who removes it again takes no data with it.
pub fn all(install: &Install) -> Vec<Value> {
    let mut all = Vec::new();
    if install.watch.is_empty() {
        all.push(home(install));
    }
    all.extend(roles::all(install));
    if install.watch.is_empty() {
        all.extend(users::all());
    }
    all.push(network::policy(install));
    all.push(deployment::deployment(install));
    all.push(deployment::budget(install));
    all.push(network::service(install));
    all
}

/// The namespace. Its pods run under the restricted Pod Security Standard, as do our brokers.
pub(super) fn home(install: &Install) -> Value {
    let mut labels = labels();
    labels.insert("pod-security.kubernetes.io/enforce".to_owned(), "restricted".to_owned());
    let name = Some(install.namespace.clone());
    let metadata = ObjectMeta { name, labels: Some(labels), ..ObjectMeta::default() };
    object(&Namespace { metadata, ..Namespace::default() })
}
