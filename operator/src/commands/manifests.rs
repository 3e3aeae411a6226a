//! `manifests`: the operator's own objects, as one stream.

use clap::Args;

use crate::{
    dns,
    failure::{DONE, Failure},
    install::{self, Install, planner},
    terminal::Io,
};

/// Arguments of `manifests`.
#[derive(Clone, Debug, Args)]
pub struct ManifestsArgs {
    /// The namespace that the operator runs in
    #[arg(short, long, value_name = "NAMESPACE", default_value = install::NAMESPACE)]
    #[arg(value_parser = dns::name)]
    pub namespace: String,
    /// The namespaces to look after, repeated or separated by commas: then nothing is allowed
    /// outside of them, and no namespace is printed. Default: all
    #[arg(short, long, value_name = "NAMESPACE", value_delimiter = ',')]
    #[arg(value_parser = dns::name)]
    pub watch_namespace: Vec<String>,
    /// The image of the operator
    #[arg(long, value_name = "IMAGE", default_value = install::IMAGE, value_parser = image)]
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
    let mut all = install::objects::all(&install);
    if args.planner {
        all.extend(planner::all(&install));
    }
    io.out(&install::stream(&all));
    Ok(DONE)
}
