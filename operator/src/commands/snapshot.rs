//! `snapshot`: what plans see of a cluster, as a file that `plan --state` reads. Also what a report
//! of a fault wants: it holds no Secret, and nothing that plans do not look at.

use std::path::PathBuf;

use clap::Args;
use sluicegate_effects::file::File;

use crate::{
    commands::{args::Folders, input, wait::wait, which::Which},
    failure::{DONE, Failure},
    live::{self, Capture, Cluster, Scope},
    plan::Pace,
    reach::Reach,
    terminal::Io,
    validate,
};

/// Arguments of `snapshot`.
#[derive(Clone, Debug, Args)]
pub struct SnapshotArgs {
    /// A file, a folder (searched for *.yaml, *.yml and *.json), or - for standard input: what a
    /// plan for it would see
    #[arg(short = 'f', long = "filename", value_name = "PATH")]
    #[arg(conflicts_with_all = ["all", "selector", "names"])]
    pub paths: Vec<PathBuf>,
    /// How folders are read.
    #[command(flatten)]
    pub folders: Folders,
    /// What to write down, where no file says it. Default: all.
    #[command(flatten)]
    pub which: Which,
    /// How to reach the cluster.
    #[command(flatten)]
    pub reach: Reach,
}

/// What a failure comes to.
const NOTHING: &str = "Nothing was written down.";

/// Runs the command.
///
/// # Errors
///
/// If files are wrong, or the cluster cannot be read.
pub fn run(args: &SnapshotArgs, io: &mut Io<'_>) -> Result<u8, Failure> {
    let sources = input::read(&args.paths, args.folders, io)?;
    let (files, checked) = validate::parse(&sources);
    checked.or_fail(&mut io.progress(), NOTHING)?;
    wait(taken(args, files, io))
}

/// Takes it of what these files, or the arguments, ask for.
async fn taken(args: &SnapshotArgs, files: Vec<File>, io: &mut Io<'_>) -> Result<u8, Failure> {
    let nothing = |failure: Failure| failure.so(NOTHING);
    let cluster = Cluster::reach(args.reach.way()).await.map_err(nothing)?;
    let mut wish = if args.paths.is_empty() {
        Scope::Chosen(args.which.choice()?)
    } else {
        let mut given: Vec<_> = files.into_iter().flat_map(|file| file.desired).collect();
        let namespace = args.which.namespace.as_deref();
        live::place(&mut given, namespace, cluster.namespace()).map_err(nothing)?;
        Scope::Given(given)
    };
    let mut capture = Capture::at(live::now());
    let found = live::find(&cluster, &mut wish, &mut capture, &mut io.progress()).await;
    found.map_err(nothing)?;
    let read =
        live::read(&cluster, capture, &wish, (Pace::ALL, cluster.settings()), &mut io.progress())
            .await;
    let read = read.map_err(nothing)?;
    io.err(&format!("state: {}", cluster.source()));
    read.write(|piece| io.out(piece));
    Ok(DONE)
}
