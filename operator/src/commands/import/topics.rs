//! `import topics`: a RivvenTopic for each topic that a running broker has and that has none.

use std::collections::BTreeMap;

use clap::Args;
use sluicegate_core::observed::Ref;

use super::{
    look::{self, Found},
    write::{self, Written},
};
use crate::{
    failure::{DONE, Failure},
    live::{Cluster, ClusterReader},
    reach::Reach,
    render::summary::many,
    terminal::Io,
};

/// Arguments of `import topics`.
#[derive(Clone, Debug, Args)]
pub struct ImportTopicsArgs {
    /// The RivvenCluster whose topics they are
    #[arg(long, value_name = "NAME")]
    pub cluster: String,
    /// Its namespace, which the resources get, too. Default: that of the context
    #[arg(short, long, value_name = "NAMESPACE")]
    pub namespace: Option<String>,
    /// How to reach the cluster.
    #[command(flatten)]
    pub reach: Reach,
}

/// How many are named one by one.
const NAMED: usize = 10;

/// Runs the command.
///
/// # Errors
///
/// If there is no such cluster, or its broker cannot be asked.
pub(super) async fn run(args: &ImportTopicsArgs, io: &mut Io<'_>) -> Result<u8, Failure> {
    let cluster = Cluster::reach(args.reach.way()).await?;
    let namespace = args.namespace.as_deref().unwrap_or(cluster.namespace()).to_owned();
    print(&cluster, (&namespace, &args.cluster), cluster.source(), io).await?;
    Ok(DONE)
}

/// Prints what is to be seen of this cluster.
pub(super) async fn print(
    sight: &impl ClusterReader,
    (namespace, name): (&str, &str),
    source: &str,
    io: &mut Io<'_>,
) -> Result<(), Failure> {
    let found = look::look(sight, namespace, name).await?;
    let written = write::resources(&found);
    tell(&found, &written, io);
    io.out(&write::file(&found, &written, source));
    Ok(())
}

fn tell(found: &Found, written: &Written, io: &mut Io<'_>) {
    let Found { cluster, broker, brokers, held, topics, .. } = found;
    for (topic, why) in &written.left_out {
        io.err(&format!("warning: topic {} is left out: {why}", write::quoted(topic)));
    }
    if *brokers > 1 {
        io.err(&format!(
            "note: {broker} was asked and no other: clients are led to the first only"
        ));
    }
    if !held.is_empty() {
        let (count, verb) =
            (many(held.len(), "topic"), if held.len() == 1 { "has" } else { "have" });
        io.err(&format!("note: {count} {verb} a RivvenTopic already: {}", names(held)));
    }
    let (count, all) = (written.resources.len(), held.len() + topics.len());
    let all = many(all, "topic");
    io.err(&format!("note: {count} of {all} of {cluster} can be taken over"));
}

/// The first of them, each with its resource where that is called otherwise.
fn names(held: &BTreeMap<String, Ref>) -> String {
    let called = |(topic, resource): (&String, &Ref)| match resource.name == *topic {
        true => topic.clone(),
        false => format!("{} ({resource})", write::quoted(topic)),
    };
    let mut names: Vec<String> = held.iter().take(NAMED).map(called).collect();
    if held.len() > NAMED {
        names.push(format!("and {} more", held.len() - NAMED));
    }
    names.join(", ")
}
