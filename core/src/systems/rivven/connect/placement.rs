//! Which worker runs which connector.
//!
//! A connector goes to the worker that it draws the highest number for and that still has room: the
//! numbers follow from the two names alone, so that one worker more or less moves few of the others
//! (rendezvous hashing). A topic that comes starts the worker of a sink with patterns anew. So from
//! two workers on such a sink shares none with a source of change data, which may bear that badly.

use std::{cmp::Reverse, collections::BTreeMap};

use serde_json::json;

use super::connectors::Wired;
use crate::{connector::Role, digest::digest};

/// What is kept apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Group {
    /// Sources of change data.
    Changes,
    /// Sinks whose topics are patterns.
    Patterns,
    /// All others.
    Others,
}

/// The worker of each of these connectors, by its name. There is at least one worker.
pub(super) fn place<'a>(
    connectors: impl Iterator<Item = &'a Wired>,
    workers: usize,
) -> BTreeMap<&'a str, usize> {
    let named: Vec<(&str, Group)> = connectors.map(|one| (one.name.as_str(), group(one))).collect();
    spread(&named, workers)
}

fn group(connector: &Wired) -> Group {
    match connector.role {
        Role::Source if connector.kind.ends_with("-cdc") => Group::Changes,
        Role::Sink if !connector.patterns.is_empty() => Group::Patterns,
        Role::Source | Role::Sink | Role::Transformation => Group::Others,
    }
}

fn spread<'a>(connectors: &[(&'a str, Group)], workers: usize) -> BTreeMap<&'a str, usize> {
    if workers == 1 {
        return connectors.iter().map(|(name, _)| (*name, 0)).collect();
    }
    let is_there = |group| connectors.iter().any(|(_, own)| *own == group);
    let apart = is_there(Group::Changes) && is_there(Group::Patterns);
    // Where none has to be kept from another they are all alike.
    let group_of = |own: Group| if apart { own } else { Group::Others };
    let mut loads = vec![0; workers];
    let mut places = BTreeMap::new();
    // Those that are bound to some workers first: the others fill up what is left.
    for group in [Group::Changes, Group::Patterns, Group::Others] {
        let may = |worker: &usize| match group {
            Group::Changes => worker.is_multiple_of(2),
            Group::Patterns => !worker.is_multiple_of(2),
            Group::Others => true,
        };
        let open: Vec<usize> = (0..workers).filter(may).collect();
        let own = connectors.iter().filter(|(_, own)| group_of(*own) == group);
        let names: Vec<&str> = own.map(|(name, _)| *name).collect();
        // What the bound ones leave to the others is never too little.
        let most = match group {
            Group::Others => connectors.len().div_ceil(workers),
            Group::Changes | Group::Patterns => names.len().div_ceil(open.len()),
        };
        draw(&names, &open, most, &mut loads, &mut places);
    }
    places
}

/// Places each of them on one of the open workers, none of which gets more than so many in all.
fn draw<'a>(
    names: &[&'a str],
    open: &[usize],
    most: usize,
    loads: &mut [usize],
    places: &mut BTreeMap<&'a str, usize>,
) {
    let of = |name: &'a str| open.iter().map(move |worker| (number(name, *worker), name, *worker));
    let mut pairs: Vec<(Reverse<String>, &str, usize)> =
        names.iter().flat_map(|name| of(name)).collect();
    pairs.sort_unstable();
    for (_, name, worker) in pairs {
        if loads[worker] < most && !places.contains_key(name) {
            places.insert(name, worker);
            loads[worker] += 1;
        }
    }
}

/// What a connector draws for a worker, the highest first.
fn number(connector: &str, worker: usize) -> Reverse<String> {
    Reverse(digest(&json!([connector, worker])))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; 6] = ["audit", "clicks", "orders", "payments", "stock", "users"];

    fn alike(count: usize) -> Vec<(&'static str, Group)> {
        NAMES[..count].iter().map(|name| (*name, Group::Others)).collect()
    }

    #[test]
    fn each_connector_has_one_worker_and_none_has_more_than_its_share() {
        for connectors in 0..=6 {
            for workers in 1..=4 {
                let places = spread(&alike(connectors), workers);
                assert_eq!(places.len(), connectors);
                for worker in 0..workers {
                    let load = places.values().filter(|place| **place == worker).count();
                    assert!(load <= connectors.div_ceil(workers), "{connectors} on {workers}");
                }
            }
        }
    }

    /// What has to move to fill a worker that is added, and beside it at most one that makes room.
    #[test]
    fn one_worker_more_moves_few() {
        for connectors in 1..=6 {
            for workers in 1..4 {
                let (before, after) =
                    (spread(&alike(connectors), workers), spread(&alike(connectors), workers + 1));
                let moved = after.iter().filter(|(name, place)| before[*name] != **place).count();
                let share = connectors.div_ceil(workers + 1);
                assert!(moved <= share + 1, "{connectors} on {workers}: {moved} moved");
            }
        }
    }

    #[test]
    fn what_a_new_topic_restarts_shares_no_worker_with_change_data() {
        let group = |nth: usize| match nth % 3 {
            0 => Group::Changes,
            1 => Group::Patterns,
            _ => Group::Others,
        };
        for count in 2..=6 {
            let all: Vec<_> = (0..count).map(|nth| (NAMES[nth], group(nth))).collect();
            for workers in 2..=4 {
                let places = spread(&all, workers);
                assert_eq!(places.len(), count);
                let of = |wanted: Group| -> Vec<usize> {
                    let own = all.iter().filter(|(_, group)| *group == wanted);
                    own.map(|(name, _)| places[name]).collect()
                };
                let (changes, patterns) = (of(Group::Changes), of(Group::Patterns));
                assert!(changes.iter().all(|worker| !patterns.contains(worker)), "{places:?}");
            }
            assert!(spread(&all, 1).values().all(|worker| *worker == 0));
        }
    }
}
