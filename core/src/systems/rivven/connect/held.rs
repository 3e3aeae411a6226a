//! The topics that the broker is known to have, and what a connector lacks among them.
//!
//! The release asks once, when a sink starts, how many partitions a topic has. Of one that is not
//! there yet it takes one for granted and reads no other: so a sink starts when its topics are
//! there, unless a source beside it makes them with a single partition.

use std::collections::BTreeMap;

use super::{Valid, connectors::Wired, topics_of};
use crate::{
    connector::Role,
    observed::Observed,
    systems::rivven::{Answer, Rivven},
};

/// The topics that there are or will be.
pub(super) struct Held<'a> {
    /// Those of the broker, with their partitions; nothing where it has not told.
    pub(super) topics: Option<&'a BTreeMap<String, u32>>,
    /// Those that sources make where there are none.
    made: BTreeMap<&'a str, u32>,
}

impl<'a> Held<'a> {
    /// By what the broker has answered, and what the sources do that run and are not through.
    pub(super) fn of(
        valid: &'a Valid,
        seen: &'a Observed<Rivven>,
        is_through: impl Fn(&Wired) -> bool,
    ) -> Self {
        let topics = match seen.answer(&topics_of(&valid.cluster)) {
            Some(Answer::Topics(topics)) => Some(topics),
            Some(_) | None => None,
        };
        let running = valid.connectors.iter().filter(|one| one.runs() && !is_through(one));
        let mut made: BTreeMap<&str, u32> = BTreeMap::new();
        for (name, count) in running.filter_map(|one| one.makes.as_ref()) {
            // Whichever of them comes first.
            let most = made.entry(name).or_default();
            *most = (*most).max(*count);
        }
        Self { topics, made }
    }

    /// The partitions that the broker says a topic has.
    pub(super) fn there(&self, topic: &str) -> Option<u32> {
        self.topics.and_then(|topics| topics.get(topic)).copied()
    }

    /// The one partition that a topic is made with which is not there yet.
    pub(super) fn to_come(&self, topic: &str) -> Option<u32> {
        self.made.get(topic).filter(|count| **count == 1).copied()
    }

    /// Why a connector cannot start yet, as a sentence; nothing where it can.
    pub(super) fn lacking(&self, wired: &Wired) -> Option<String> {
        let lacks = |topic: &&String| match wired.role {
            Role::Source => self.topics.is_some_and(|topics| !topics.contains_key(*topic)),
            Role::Sink => self.there(topic).or_else(|| self.to_come(topic)).is_none(),
            Role::Transformation => false,
        };
        let lacking: Vec<&str> = wired.wants.iter().filter(lacks).map(String::as_str).collect();
        let names = lacking.join(", ");
        match (lacking.len(), self.topics) {
            (0, _) => None,
            (_, None) => Some(format!("the broker has not told whether it has {names}")),
            (1, _) => Some(format!("topic {names} does not exist")),
            _ => Some(format!("topics {names} do not exist")),
        }
    }
}
