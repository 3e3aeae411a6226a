//! How a cluster is reached.

use sluicegate_core::settings::Settings;
use sluicegate_effects::{backend::Products, live::Access};

/// How to reach a cluster, as whom, and what runs in it.
#[derive(Debug)]
pub struct Way {
    /// The way to its API server.
    pub access: Access,
    /// The way to what runs in it.
    pub products: Products,
    /// What plans for it are made with.
    pub settings: Settings,
}

/// Where a kubeconfig is looked for, for those who have to be told that it is of no use.
pub fn looked_at(access: &Access) -> String {
    match &access.kubeconfig {
        Some(path) => path.display().to_string(),
        None => match std::env::var("KUBECONFIG") {
            Ok(path) if !path.is_empty() => format!("{path} (KUBECONFIG)"),
            Ok(_) | Err(_) => "~/.kube/config, or the account of the pod".to_owned(),
        },
    }
}
