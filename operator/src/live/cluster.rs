//! A cluster that is only looked at: which one, as whom, and every way in which it cannot be.

use std::{collections::BTreeSet, sync::Arc};

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use kube_client::config::Kubeconfig;
use serde_json::{Value, json};
use sluicegate_core::{
    label::SLUICEGATE,
    observed::{List, Look, Observed, Reads, Ref, Selector, group_of, text},
    settings::Settings,
};
use sluicegate_effects::{
    Error,
    backend::Products,
    file::{self, Found, Looked},
    kept,
    live::{self, Access, ApiServer, Budget, connect},
    metrics::Metrics,
};

use super::{
    reader::ClusterReader,
    way::{Way, looked_at},
    wide,
};
use crate::{failure::Failure, review};

/// How the name of a live state begins.
pub const LIVE: &str = "live, ";
/// What the API server is told who calls.
const AGENT: &str = concat!("sluicegate-plan/", env!("CARGO_PKG_VERSION"));
/// How many requests are under way at once.
const AT_ONCE: usize = 16;
/// How many products are asked at once: one that is silent is waited for, and there may be many.
const ASKED_AT_ONCE: usize = 128;
/// How many requests a second are sent. A person waits, and the server has its own fairness.
const QPS: u32 = 400;

/// A cluster that answers.
#[derive(Debug)]
pub struct Cluster {
    server: ApiServer,
    products: Arc<Products>,
    settings: Settings,
    address: String,
    namespace: String,
    source: String,
}

impl Cluster {
    /// Reaches a cluster and asks who this is.
    ///
    /// # Errors
    ///
    /// If there is no kubeconfig, it cannot be used, or nobody answers.
    pub async fn reach(way: Way) -> Result<Self, Failure> {
        let Way { access, products, settings } = way;
        let connected = connect(&access, AGENT).await;
        let connection = connected.map_err(|error| unusable(&access, &error))?;
        let budget = Budget::new(QPS, QPS);
        let server =
            ApiServer::new(connection.client, budget, Metrics::default()).at(&connection.address);
        let who = review::who(&server).await.map_err(|error| unanswered(&error))?;
        let context = context(&access);
        let source = format!("{LIVE}{context}server {}, as {who}", connection.address);
        let (address, namespace) = (connection.address, connection.namespace);
        let products = Arc::new(products);
        Ok(Self { server, products, settings, address, namespace, source })
    }

    /// Which cluster, and as whom, as the state is named.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Its address.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The namespace of the context.
    pub fn namespace(&self) -> &str {
        &self.namespace
    }

    /// The way to its API server.
    pub fn server(&self) -> &ApiServer {
        &self.server
    }

    /// The way to what runs in it.
    pub fn products(&self) -> &Arc<Products> {
        &self.products
    }

    /// What plans for it are made with.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// One object.
    ///
    /// # Errors
    ///
    /// If it cannot be looked at.
    pub async fn get(&self, target: &Ref) -> Result<Look, Failure> {
        live::get(&self.server, target).await.map_err(|error| unread(&error))
    }

    /// A list.
    ///
    /// # Errors
    ///
    /// If it cannot be looked at.
    pub async fn list(&self, selector: &Selector) -> Result<List, Failure> {
        live::list_trimmed(&self.server, selector, trim).await.map_err(|error| unread(&error))
    }
}

impl ClusterReader for Cluster {
    async fn look(&self, looked: Looked) -> Result<Found, Error> {
        let Looked { kubernetes: Reads { objects, lists, warnings, .. }, questions } = looked;
        let (server, products) = (&self.server, &*self.products);
        let mut seen = Observed::default();
        let mut alone = objects;
        for (selector, list) in listed(server, lists).await? {
            // What is among the lists is there, and need not be asked for once more.
            for item in items(&list) {
                let part = |place| text(item, place).to_owned();
                let (namespace, name) = (part("/metadata/namespace"), part("/metadata/name"));
                let target = Ref { api: selector.api.clone(), namespace, name };
                if alone.remove(&target) {
                    seen.saw(target, Look::Found(Arc::clone(item)));
                }
            }
            seen.listed(selector, list);
        }
        let objects = stream::iter(alone).map(|target| async move {
            let look = kept(&target, live::get(server, &target).await?);
            Ok::<_, Error>((target, look))
        });
        let objects: Vec<_> = objects.buffered(AT_ONCE).try_collect().await?;
        let questions = stream::iter(questions).map(|question| async move {
            let reply = file::ask(products, &question).await?;
            Ok::<_, Error>((question, reply))
        });
        let replies = questions.buffered(ASKED_AT_ONCE).try_collect().await?;
        for regarding in warnings {
            let events = live::warnings(server, &regarding).await?;
            seen.warned(regarding, events);
        }
        objects.into_iter().for_each(|(target, look)| seen.saw(target, look));
        Ok(Found { kubernetes: seen, replies })
    }
}

/// What came of lists, asked for by as few as may be.
async fn listed(
    server: &ApiServer,
    lists: BTreeSet<Selector>,
) -> Result<Vec<(Selector, List)>, Error> {
    let of_namespaces = wide::of_namespaces(lists);
    let of_all = wide::of_all(of_namespaces.keys().cloned().collect());
    let asked = stream::iter(of_all).map(|(all, parts)| async move {
        match live::list_trimmed(server, &all, trim).await {
            // Somebody may have rights in each of these namespaces, and none in the whole cluster.
            Err(Error::Api { source, .. }) if source.code == 403 && parts.len() > 1 => {
                let mut lists = Vec::new();
                for part in parts {
                    lists.push((part.clone(), live::list_trimmed(server, &part, trim).await?));
                }
                Ok(lists)
            }
            list => Ok::<_, Error>(wide::narrowed(list?, parts)),
        }
    });
    let asked: Vec<_> = asked.buffered(AT_ONCE).try_collect().await?;
    let mut of_namespaces = of_namespaces;
    let parts = asked
        .into_iter()
        .flatten()
        .filter_map(|(part, list)| Some(wide::narrowed(list, of_namespaces.remove(&part)?)));
    Ok(parts.flatten().collect())
}

fn items(list: &List) -> &[Arc<Value>] {
    match list {
        List::Items(items) => items,
        List::NotServed | List::Denied(_) => &[],
    }
}

/// Takes out of an object what no plan looks at. Who has set which field matters of what custom
/// resources ask for, and of their children where it was the operator; it is kept as text. As a
/// tree it would be the larger part of an object.
fn trim(item: &mut Value) {
    let group = group_of(text(item, "/apiVersion"));
    let custom = group.contains('.') && !group.ends_with(".k8s.io");
    let fields = item.pointer_mut("/metadata/managedFields");
    let Some(entries) = fields.and_then(Value::as_array_mut) else { return };
    let matters = |entry: &Value| match custom {
        true => text(entry, "/subresource").is_empty(),
        false => text(entry, "/manager") == SLUICEGATE,
    };
    entries.retain(matters);
    for entry in entries {
        let tree = entry["fieldsV1"].take();
        entry["fieldsV1"] = json!(tree.to_string());
    }
}

/// The context that is used, where a kubeconfig is.
fn context(access: &Access) -> String {
    let named = access.context.clone().or_else(|| {
        let file = match &access.kubeconfig {
            Some(path) => Kubeconfig::read_from(path),
            None => Kubeconfig::read(),
        };
        file.ok().and_then(|file| file.current_context)
    });
    named.map(|name| format!("context {name}, ")).unwrap_or_default()
}

fn unusable(access: &Access, error: &Error) -> Failure {
    Failure(vec![
        format!("error: no cluster can be reached: {}", error.in_full()),
        format!("  looked at: {}", looked_at(access)),
        "  name a kubeconfig with --kubeconfig and a context of it with --context".to_owned(),
    ])
}

fn unanswered(error: &Error) -> Failure {
    Failure(vec![
        format!("error: no cluster can be reached: {}", error.in_full()),
        format!("  {} (--kubeconfig, --context)", no_way(error).1),
    ])
}

/// What an API server does that cannot be asked who asks, and what to do about it.
pub fn no_way(error: &Error) -> (&'static str, &'static str) {
    if matches!(error, Error::Api { source, .. } if source.code == 401) {
        return ("does not know us", "renew the credentials in the kubeconfig");
    }
    if error.in_full().contains("invalid peer certificate") {
        return (
            "cannot be trusted",
            "see that the kubeconfig has its address, and the authority that signed for it",
        );
    }
    ("does not answer", "see that it runs and that the kubeconfig has its address")
}

/// What could not be looked at: whatever is made without it would only look whole.
pub fn unread(error: &Error) -> Failure {
    let mut lines = vec![format!("error: {}", error.in_full())];
    if matches!(error, Error::Api { source, .. } if source.code == 403) {
        let remedy = "  or ask as somebody else with --as, or for less with -n";
        lines.push(remedy.to_owned());
    }
    Failure(lines)
}
