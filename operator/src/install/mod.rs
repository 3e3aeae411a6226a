//! How the operator gets into a cluster: its own objects, as typed values.
//!
//! They are handed out twice, from here: as one stream (`sluicegate manifests`), and as the files
//! under `deploy/` ([`files`]), which kubectl and kustomize take. What the roles allow is derived
//! from what plans read and do ([`rules`]); nobody adds a line to a role by hand.

use clap::Args;
use k8s_openapi::{api::core::v1::Namespace, apimachinery::pkg::apis::meta::v1::ObjectMeta};
use serde::Serialize;
use serde_json::Value;
use sluicegate_core::label::Labels;
use sluicegate_effects::yaml;

use crate::{
    failure::{DONE, Failure},
    run::args,
    terminal::Io,
};

pub mod deployment;
pub mod files;
mod gitops;
pub mod kustomize;
pub mod network;
pub mod planner;
pub mod roles;
pub mod rules;
pub mod users;

/// What everything is called.
pub const NAME: &str = "sluicegate";
/// The namespace that it is installed into where none is asked for.
pub const NAMESPACE: &str = "sluicegate";
/// The image of this version, and the only place that names it.
pub const IMAGE: &str = concat!("ghcr.io/sluicegate/sluicegate:", env!("CARGO_PKG_VERSION"));

/// Arguments of `manifests`.
#[derive(Clone, Debug, Args)]
pub struct ManifestsArgs {
    /// The namespace that the operator runs in
    #[arg(short, long, value_name = "NAMESPACE", default_value = NAMESPACE)]
    #[arg(value_parser = args::name)]
    pub namespace: String,
    /// The namespaces to look after, repeated or separated by commas: then nothing is allowed
    /// outside of them, and no namespace is printed. Default: all
    #[arg(short, long, value_name = "NAMESPACE", value_delimiter = ',')]
    #[arg(value_parser = args::name)]
    pub watch_namespace: Vec<String>,
    /// The image of the operator
    #[arg(long, value_name = "IMAGE", default_value = IMAGE, value_parser = image)]
    pub image: String,
    /// Also prints an account that may plan and read, and change nothing
    #[arg(long)]
    pub planner: bool,
}

/// What a node could pull: a variable that is not set must not become a Deployment without one.
fn image(text: &str) -> Result<String, String> {
    let known = |c: char| c.is_ascii_alphanumeric() || "._-/:@".contains(c);
    let ends = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    if text.chars().all(known) && ends(text.chars().next()) && ends(text.chars().last()) {
        return Ok(text.to_owned());
    }
    Err("give an image, such as registry.example/sluicegate:0.1.0".to_owned())
}

/// What is installed, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Install {
    /// The namespace that the operator runs in.
    pub namespace: String,
    /// The namespaces that it looks after; none for all.
    pub watch: Vec<String>,
    /// Its image.
    pub image: String,
}

impl Default for Install {
    fn default() -> Self {
        Self { namespace: NAMESPACE.to_owned(), watch: Vec::new(), image: IMAGE.to_owned() }
    }
}

impl Install {
    /// Everything, in the order in which it is applied. With namespaces to look after it is all in
    /// namespaces, and these have to be there: who removes it again takes no data with it.
    pub fn objects(&self) -> Vec<Value> {
        let mut all = Vec::new();
        if self.watch.is_empty() {
            all.push(self.home());
        }
        all.extend(roles::all(self));
        if self.watch.is_empty() {
            all.extend(users::all());
        }
        all.push(network::policy(self));
        all.push(deployment::deployment(self));
        all.push(deployment::budget(self));
        all.push(network::service(self));
        all
    }

    /// The namespace. Its pods run under the restricted Pod Security Standard, as do our brokers.
    pub fn home(&self) -> Value {
        let mut labels = labels();
        labels.insert("pod-security.kubernetes.io/enforce".to_owned(), "restricted".to_owned());
        let name = Some(self.namespace.clone());
        let metadata = ObjectMeta { name, labels: Some(labels), ..ObjectMeta::default() };
        object(&Namespace { metadata, ..Namespace::default() })
    }
}

/// Runs the command `manifests`.
///
/// # Errors
///
/// None today.
pub fn run(args: &ManifestsArgs, io: &mut Io<'_>) -> Result<u8, Failure> {
    let mut watch = args.watch_namespace.clone();
    watch.sort();
    watch.dedup();
    let (namespace, image) = (args.namespace.clone(), args.image.clone());
    let install = Install { namespace, watch, image };
    let mut all = install.objects();
    if args.planner {
        all.extend(planner::all(&install));
    }
    io.out(&stream(&all));
    Ok(DONE)
}

/// Objects as one YAML stream.
pub fn stream(objects: &[Value]) -> String {
    let texts: Vec<String> = objects.iter().map(yaml::to_string).collect();
    texts.join("---\n")
}

/// An object as it is applied: nobody applies a status.
fn object(object: &impl Serialize) -> Value {
    let mut value = serde_json::to_value(object).expect("an object of Kubernetes is JSON");
    if let Some(fields) = value.as_object_mut() {
        fields.remove("status");
    }
    value
}

/// The labels of every object.
fn labels() -> Labels {
    let label = |key: &str, value: &str| (format!("app.kubernetes.io/{key}"), value.to_owned());
    Labels::from([label("name", NAME), label("part-of", NAME)])
}

/// What the operator's pods are selected by. It never changes: selectors are immutable.
pub fn selector() -> Labels {
    let label = |key: &str, value: &str| (format!("app.kubernetes.io/{key}"), value.to_owned());
    Labels::from([label("component", "operator"), label("name", NAME)])
}

/// Metadata of an object of this name.
fn meta(name: &str, namespace: &str) -> ObjectMeta {
    ObjectMeta {
        name: Some(name.to_owned()),
        namespace: (!namespace.is_empty()).then(|| namespace.to_owned()),
        labels: Some(labels()),
        ..ObjectMeta::default()
    }
}

#[cfg(test)]
mod tests;
