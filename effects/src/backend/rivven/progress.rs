//! How far topics and groups are.

use std::collections::{BTreeMap, BTreeSet};

use rivven_protocol::{Request, Response};
use sluicegate_core::systems::rivven::{Position, Progress};
use tokio::time::Instant;

use super::{
    Fault,
    session::{bounds, metadata, partitions},
    wire::{Wire, refused},
    words::{no_group, no_topic},
};

/// What a group has committed: offsets by topic and partition.
type Committed = BTreeMap<String, BTreeMap<u32, u64>>;

/// Where these topics end, and where these groups are in theirs. A topic is asked for once, whoever
/// names it.
pub(super) async fn ask(
    wire: &mut Wire,
    topics: &BTreeSet<String>,
    groups: &BTreeMap<String, BTreeSet<String>>,
    until: Instant,
) -> Result<Progress, Fault> {
    let names: BTreeSet<&String> = topics.iter().chain(groups.values().flatten()).collect();
    let questions: Vec<_> = names.iter().map(|name| metadata(name)).collect();
    let described = wire.ask_all(&questions).await?;
    let mut found: BTreeMap<&String, Vec<(u64, u64)>> = BTreeMap::new();
    for (name, described) in names.into_iter().zip(described) {
        match partitions(&described) {
            Ok(count) => drop(found.insert(name, bounds(wire, name, count, until).await?)),
            // Deleted since the list was made.
            Err(fault) if no_topic(&fault) => {}
            Err(fault) => return Err(fault),
        }
    }
    let end = |name: &String| {
        let ends = found.get(name)?.iter().map(|(_, latest)| *latest);
        Some((name.clone(), ends.fold(0, u64::saturating_add)))
    };
    let mut progress =
        Progress { ends: topics.iter().filter_map(end).collect(), groups: BTreeMap::new() };
    let describe = |name: &String| Request::DescribeGroup { consumer_group: name.clone() };
    let questions: Vec<_> = groups.keys().map(describe).collect();
    let described = wire.ask_all(&questions).await?;
    for ((group, topics), described) in groups.iter().zip(described) {
        let committed = committed(described)?;
        let there = topics.iter().filter_map(|topic| Some((topic, found.get(topic)?)));
        let at =
            there.map(|(topic, bounds)| (topic.clone(), position(bounds, committed.get(topic))));
        progress.groups.insert(group.clone(), at.collect());
    }
    Ok(progress)
}

/// A group is there once it has committed something.
fn committed(described: Response) -> Result<Committed, Fault> {
    if let Response::GroupDescription { offsets, .. } = described {
        return Ok(offsets
            .into_iter()
            .map(|(topic, at)| (topic, at.into_iter().collect()))
            .collect());
    }
    match refused(&described) {
        fault if no_group(&fault) => Ok(Committed::new()),
        fault => Err(fault),
    }
}

fn position(bounds: &[(u64, u64)], committed: Option<&BTreeMap<u32, u64>>) -> Position {
    let mut position = Position { committed: 0, lag: 0 };
    for (partition, (earliest, latest)) in (0_u32..).zip(bounds) {
        let at = committed.and_then(|all| all.get(&partition)).copied();
        position.committed = position.committed.saturating_add(at.unwrap_or(0));
        // What was deleted before it was read is nothing that is still to be read.
        let from = at.unwrap_or(0).max(*earliest);
        position.lag = position.lag.saturating_add(latest.saturating_sub(from));
    }
    position
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_committed_lags_as_far_as_it_is_still_there() {
        let committed = BTreeMap::from([(0, 40), (2, 10)]);
        // One half read, one not at all, one whose beginning is gone, one that was read whole.
        let bounds = [(0, 100), (5, 8), (60, 70)];
        let at = position(&bounds, Some(&committed));
        assert_eq!(at, Position { committed: 50, lag: 60 + 3 + 10 });
        assert_eq!(position(&[(0, 7)], None), Position { committed: 0, lag: 7 });
        let through = BTreeMap::from([(0, 7)]);
        assert_eq!(position(&[(0, 7)], Some(&through)), Position { committed: 7, lag: 0 });
    }
}
