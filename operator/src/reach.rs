//! The arguments by which a cluster is reached: the same words, with the same meaning, for every
//! command that speaks to one.

use std::path::PathBuf;

use clap::Args;
use sluicegate_effects::{
    backend::{self, Resolve},
    live::Access,
};

/// How to reach a cluster, and as whom.
#[derive(Clone, Debug, Default, Args)]
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

    /// Where brokers are reached instead.
    pub fn resolve(&self) -> Resolve {
        self.resolve.iter().cloned().collect()
    }

    /// Where a kubeconfig is looked for, for those who have to be told that it is of no use.
    pub fn looked_at(&self) -> String {
        match &self.kubeconfig {
            Some(path) => path.display().to_string(),
            None => match std::env::var("KUBECONFIG") {
                Ok(path) if !path.is_empty() => format!("{path} (KUBECONFIG)"),
                Ok(_) | Err(_) => "~/.kube/config, or the account of the pod".to_owned(),
            },
        }
    }
}
