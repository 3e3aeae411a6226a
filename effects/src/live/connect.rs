//! From a kubeconfig, or the pod's own account, to a client without the defaults that hurt.

use std::{fmt, path::PathBuf, time::Duration};

use http::header::{HeaderValue, USER_AGENT};
use kube_client::{
    Client, Config,
    config::{InferConfigError, KubeConfigOptions, Kubeconfig},
};

use crate::Error;

/// How to reach an API server, and as whom.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Access {
    /// A kubeconfig; without one `KUBECONFIG`, `~/.kube/config`, then the pod's own account.
    pub kubeconfig: Option<PathBuf>,
    /// A context of the kubeconfig; without one its current one.
    pub context: Option<String>,
    /// A user to act as.
    pub act_as: Option<String>,
    /// Groups to act as a member of.
    pub act_as_groups: Vec<String>,
}

/// How long a connection may take to come about.
const CONNECT: Duration = Duration::from_secs(5);

/// A client, and where it leads.
#[derive(Clone)]
pub struct Connection {
    /// The client.
    pub client: Client,
    /// The namespace that the kubeconfig, or the pod's own account, names.
    pub namespace: String,
    /// The address of the API server.
    pub address: String,
}

/// Makes a client. Nothing is sent yet.
///
/// kube retries on its own up to fifteen times, waiting up to 1,000 s: that is switched off, since
/// whoever asked plans anew instead. It waits for ever for an answer: deadlines are
/// [`ApiServer`](super::ApiServer)'s.
///
/// # Errors
///
/// If there is no kubeconfig and no account, or what is in it cannot be used.
pub async fn connect(access: &Access, user_agent: &str) -> Result<Connection, Error> {
    let mut config = read(access).await?;
    config.default_retry = false;
    config.connect_timeout = Some(CONNECT);
    config.read_timeout = None;
    let agent = HeaderValue::from_str(user_agent).map_err(|error| unusable(error.into()))?;
    config.headers.push((USER_AGENT, agent));
    if let Some(user) = &access.act_as {
        config.auth_info.impersonate = Some(user.clone());
        config.auth_info.impersonate_groups =
            (!access.act_as_groups.is_empty()).then(|| access.act_as_groups.clone());
    }
    let namespace = config.default_namespace.clone();
    let address = config.cluster_url.to_string().trim_end_matches('/').to_owned();
    let client = Client::try_from(config).map_err(|error| unusable(error.into()))?;
    Ok(Connection { client, namespace, address })
}

async fn read(access: &Access) -> Result<Config, Error> {
    let options = KubeConfigOptions { context: access.context.clone(), ..Default::default() };
    let file = match &access.kubeconfig {
        Some(path) => Some(Kubeconfig::read_from(path).map_err(|error| unusable(error.into()))?),
        None if access.context.is_some() => {
            Some(Kubeconfig::read().map_err(|error| unusable(error.into()))?)
        }
        None => None,
    };
    match file {
        Some(file) => Config::from_custom_kubeconfig(file, &options)
            .await
            .map_err(|error| unusable(error.into())),
        None => Config::infer().await.map_err(|error| unusable(no_config(error))),
    }
}

/// Why there is nothing to go by. Outside of a pod nobody wants to hear that this is no pod.
fn no_config(error: InferConfigError) -> Box<dyn std::error::Error + Send + Sync> {
    match std::error::Error::source(&error) {
        Some(kubeconfig) if std::env::var_os("KUBERNETES_SERVICE_HOST").is_none() => {
            kubeconfig.to_string().into()
        }
        Some(_) | None => error.into(),
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").field("address", &self.address).finish_non_exhaustive()
    }
}

fn unusable(source: Box<dyn std::error::Error + Send + Sync>) -> Error {
    Error::Input { what: "the kubeconfig".to_owned(), source }
}
