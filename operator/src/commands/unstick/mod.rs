//! `unstick`: the end of resources that hang on being deleted because the operator has gone first.
//!
//! A finalizer of ours stands for something to be deleted that Kubernetes knows nothing of. Without
//! the operator nobody does that, and nobody takes the finalizer off. Here it is taken off. What is
//! thereby left undone is told beforehand: it is what the operator would have planned.

use std::sync::Arc;

use clap::Args;
use sluicegate_core::{plan::Verb, system::Kubernetes};
use sluicegate_effects::{
    Class, Error, Writer as _,
    live::{Fence, Live, Recorder},
};

use self::stuck::{Found, Stuck};
use crate::{
    commands::{args::Colour, wait::wait, which::Which},
    failure::{DONE, FAILED, Failure},
    live::Cluster,
    reach::Reach,
    render::summary::many,
    terminal::Io,
};

mod alive;
mod show;
mod stuck;

/// Arguments of `unstick`.
#[derive(Clone, Debug, Args)]
#[command(mut_arg("namespace", |namespace| namespace.help("Those of a namespace")))]
pub struct UnstickArgs {
    /// What to let go of, if it hangs.
    #[command(flatten)]
    pub which: Which,
    /// How to reach the cluster.
    #[command(flatten)]
    pub reach: Reach,
    /// Does it. Without this it is only shown
    #[arg(long)]
    pub yes: bool,
    /// The namespace of the operator that has gone. Default: an operator in any counts
    #[arg(long, value_name = "NAMESPACE")]
    pub lease_namespace: Option<String>,
    /// Whether to colour
    #[arg(long, value_enum, default_value_t = Colour::Auto)]
    pub color: Colour,
}

/// The last words where nothing was done.
const NOTHING: &str = "Nothing was changed.";

/// Runs the command.
///
/// # Errors
///
/// If nothing is chosen, the cluster cannot be read, or an operator is at work.
pub fn run(args: &UnstickArgs, io: &mut Io<'_>) -> Result<u8, Failure> {
    if !args.which.chooses() {
        return Err(Failure(vec![
            "error: nothing is chosen".to_owned(),
            "  give KIND/NAME, -n NAMESPACE, -l LABELS, or -A for every resource".to_owned(),
            NOTHING.to_owned(),
        ]));
    }
    wait(work(args, io))
}

async fn work(args: &UnstickArgs, io: &mut Io<'_>) -> Result<u8, Failure> {
    let nothing = |failure: Failure| failure.so(NOTHING);
    let mut choice = args.which.choice()?;
    let cluster = Cluster::reach(args.reach.way()).await.map_err(nothing)?;
    let mut found = stuck::find(&cluster, &mut choice, io).await.map_err(nothing)?;
    if !found.stuck.is_empty() {
        alive::refuse(&cluster, args.lease_namespace.as_deref(), io).await.map_err(nothing)?;
        stuck::tell_undone(&cluster, &mut found.stuck, &choice).await;
    }
    let colour = args.color.choose(io.terminal.colour);
    io.out(&show::page(&found, &cluster, args.yes, (io.terminal.width, colour)));
    if args.yes { let_go(&cluster, &found, io).await } else { Ok(DONE) }
}

/// Takes our finalizers off, each resource as it was seen.
async fn let_go(cluster: &Cluster, found: &Found, io: &mut Io<'_>) -> Result<u8, Failure> {
    let mut failed = 0;
    for one in &found.stuck {
        let line = match release(cluster, one).await {
            Ok(()) => format!("let go: {}", one.target),
            Err(Error::Api { source, .. }) if source.code == 404 => {
                format!("gone meanwhile: {}", one.target)
            }
            Err(error) if error.class() == Class::Conflict => {
                failed += 1;
                format!("error: {} has changed meanwhile: look at it again", one.target)
            }
            Err(error) => {
                failed += 1;
                format!("error: {}", error.in_full())
            }
        };
        io.err(&line);
    }
    if failed == 0 {
        return Ok(DONE);
    }
    io.err(&format!("{} not let go.", many(failed, "resource")));
    Ok(FAILED)
}

async fn release(cluster: &Cluster, one: &Stuck) -> Result<(), Error> {
    let live = Live::new(
        cluster.server().clone(),
        Arc::clone(cluster.products()),
        Fence::open(),
        Arc::new(Recorder::new("unstick")),
        &one.target.api.kind,
    );
    let (target, at, others) = (one.target.clone(), one.at.clone(), one.others.clone());
    live.perform(&Verb::<Kubernetes>::SetFinalizers(target, at, others)).await
}
