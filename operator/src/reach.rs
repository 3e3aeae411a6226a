//! The arguments by which a cluster is reached: the same words, with the same meaning, for every
//! command that speaks to one.

use std::path::PathBuf;

use clap::Args;
use sluicegate_core::kind::Settings;
use sluicegate_effects::{
    backend::{self, Products},
    live::Access,
};

use crate::{dns::name, live::Way};

/// How to reach a cluster, and as whom.
#[derive(Clone, Debug, Args)]
pub struct Reach {
    /// A kubeconfig. Default: KUBECONFIG, ~/.kube/config, then the pod's own account
    #[arg(long, value_name = "FILE")]
    pub kubeconfig: Option<PathBuf>,
    /// A context of the kubeconfig. Default: its current one
    #[arg(long, value_name = "NAME")]
    pub context: Option<String>,
    /// A user to act as
    #[arg(long = "as", value_name = "USER")]
    pub act_as: Option<String>,
    /// A group to act as a member of. Repeatable
    #[arg(long = "as-group", value_name = "GROUP", requires = "act_as")]
    pub act_as_groups: Vec<String>,
    /// Reaches a broker elsewhere, as curl's option of this name does. Repeatable
    #[arg(long, value_name = "HOST:PORT=ADDRESS")]
    pub resolve: Vec<backend::Entry>,
    /// The cluster's DNS domain
    #[arg(long, env = "CLUSTER_DOMAIN", value_name = "DOMAIN", hide_env_values = true)]
    #[arg(default_value = "cluster.local", value_parser = domain)]
    pub cluster_domain: String,
}

impl Reach {
    /// The same, as the effects take it.
    pub fn access(&self) -> Access {
        Access {
            kubeconfig: self.kubeconfig.clone(),
            context: self.context.clone(),
            act_as: self.act_as.clone(),
            act_as_groups: self.act_as_groups.clone(),
        }
    }

    /// What plans are made with.
    pub fn settings(&self) -> Settings {
        Settings { cluster_domain: self.cluster_domain.clone() }
    }

    /// The way to what runs in the cluster.
    pub fn products(&self) -> Products {
        Products::new(&self.cluster_domain, self.resolve.iter().cloned().collect())
    }

    /// All of it, as what looks at a cluster takes it.
    pub fn way(&self) -> Way {
        Way { access: self.access(), products: self.products(), settings: self.settings() }
    }
}

fn domain(text: &str) -> Result<String, String> {
    let text = text.strip_suffix('.').unwrap_or(text);
    if !text.is_empty() && text.len() <= 253 && text.split('.').all(|label| name(label).is_ok()) {
        return Ok(text.to_owned());
    }
    Err("give a DNS domain, such as cluster.local".to_owned())
}
