//! `snapshot`: what plans see of a cluster, as a file that `plan --state` reads. Also what a report
//! of a fault wants: it holds no Secret, and nothing that plans do not look at.

use k8s_openapi::jiff::{SignedDuration, Timestamp};

use crate::{
    cli::SnapshotArgs,
    failure::{DONE, Failure},
    input,
    live::{self, Capture, Cluster, Wish},
    plan::Pace,
    terminal::Io,
    validate,
};

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
    let nothing = |failure: Failure| failure.so(NOTHING);
    let cluster = Cluster::reach(&args.reach).map_err(nothing)?;
    let mut wish = if args.paths.is_empty() {
        Wish::Chosen(args.which.choice()?)
    } else {
        let mut given: Vec<_> = files.into_iter().flat_map(|file| file.desired).collect();
        let namespace = args.which.namespace.as_deref();
        live::place(&mut given, namespace, cluster.namespace()).map_err(nothing)?;
        Wish::Given(given)
    };
    let mut capture = Capture::at(now());
    let read = live::find(&cluster, &mut wish, &mut capture, &mut io.progress())
        .and_then(|()| live::read(&cluster, capture, &wish, Pace::ALL, &mut io.progress()))
        .map_err(nothing)?;
    io.err(&format!("state: {}", cluster.source()));
    read.write(|piece| io.out(piece));
    Ok(DONE)
}

/// The time, to the second.
pub(crate) fn now() -> Timestamp {
    let now = Timestamp::now();
    now.checked_sub(SignedDuration::from_nanos(now.subsec_nanosecond().into())).unwrap_or(now)
}
