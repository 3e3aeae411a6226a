//! The connectors that run, each with the topics that its patterns stand for.
//!
//! The program takes the names of topics as they are written, so a pattern is looked up here. A
//! sink begins at its `startOffset` in the topics of its first start. One that comes later holds
//! records already when it is found, and the sink would skip them: it is read from its beginning,
//! by an entry of its own with the same group. What a group has read already, it does not read
//! again.

use std::{borrow::Cow, collections::BTreeSet};

use super::{api::ConnectorStatus, connectors::Wired, pattern::matches};
use crate::connector::{Node, Object};

/// A connector that runs.
#[derive(Clone, Debug)]
pub(super) struct Running<'a> {
    pub(super) wired: &'a Wired,
    /// What its patterns stand for; nothing where it has none.
    pub(super) topics: Option<Topics>,
}

/// The topics that patterns stand for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Topics {
    /// Those of the first start.
    pub(super) initial: BTreeSet<String>,
    /// Those that came later.
    pub(super) joined: BTreeSet<String>,
}

impl Topics {
    /// All of them, by name.
    pub(super) fn all(&self) -> impl Iterator<Item = &String> {
        self.initial.union(&self.joined)
    }
}

/// What patterns stand for: what was told before for as long as the broker does not answer, or the
/// worker has only just been started anew.
pub(super) fn topics(
    patterns: &[String],
    held: Option<&BTreeSet<String>>,
    before: Option<&ConnectorStatus>,
    rests: bool,
    unknown: bool,
) -> Topics {
    let told = |list: fn(&ConnectorStatus) -> &Vec<String>| -> BTreeSet<String> {
        before.map(|before| list(before).iter().cloned().collect()).unwrap_or_default()
    };
    let (initial, all) = (told(|one| &one.initial_topics), told(|one| &one.topics));
    let fits = |topic: &&String| patterns.iter().any(|pattern| matches(pattern, topic));
    let still: BTreeSet<String> = all.iter().filter(fits).cloned().collect();
    let found = held.map(|held| held.iter().filter(fits).cloned().collect::<BTreeSet<_>>());
    let now = match found {
        Some(found) if !rests || still.is_empty() => found,
        Some(_) | None => still,
    };
    // Where nobody knows which were the first: twice rather than never.
    let first = if initial.is_empty() && !unknown { now.clone() } else { initial };
    let (initial, joined) = now.into_iter().partition(|topic| first.contains(topic));
    Topics { initial, joined }
}

impl Running<'_> {
    /// What stands of it in the file, each by its name.
    pub(super) fn entries(&self) -> Vec<(Cow<'_, str>, Cow<'_, Object>)> {
        let (name, entry) = (self.wired.name.as_str(), &self.wired.entry);
        let Some(topics) = &self.topics else {
            return vec![(Cow::Borrowed(name), Cow::Borrowed(entry))];
        };
        let mut entries = Vec::new();
        let lists = [
            (Cow::Borrowed(name), &topics.initial),
            // No connector is called so.
            (Cow::Owned(format!("{name}.joined")), &topics.joined),
        ];
        for (own, topics) in lists.into_iter().filter(|(_, topics)| !topics.is_empty()) {
            let mut entry = entry.clone();
            let list = topics.iter().map(Node::text).collect();
            entry.insert("topics".to_owned(), Node::List(list));
            if own != name {
                entry.insert("start_offset".to_owned(), Node::text("earliest"));
            }
            entries.push((own, Cow::Owned(entry)));
        }
        entries
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::systems::rivven::connect::api::ConnectorState;

    fn set(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    fn told(initial: &[&str], all: &[&str]) -> ConnectorStatus {
        ConnectorStatus {
            name: "all".to_owned(),
            connector_type: "sink".to_owned(),
            kind: "stdout".to_owned(),
            state: ConnectorState::Running,
            reason: None,
            message: None,
            worker: None,
            loses_changes: None,
            initial_topics: set(initial).into_iter().collect(),
            topics: set(all).into_iter().collect(),
        }
    }

    #[test]
    fn topics_of_the_first_start_stay_what_they_are_and_others_join() {
        let patterns = ["t*".to_owned()];
        let held = set(&["t1", "t2", "x"]);
        let topics = |held, before, rests, unknown| {
            let Topics { initial, joined } = topics(&patterns, held, before, rests, unknown);
            (initial, joined)
        };
        assert_eq!(topics(Some(&held), None, false, false), (set(&["t1", "t2"]), set(&[])));
        let before = told(&["t1"], &["t1"]);
        let joins = (set(&["t1"]), set(&["t2"]));
        assert_eq!(topics(Some(&held), Some(&before), false, false), joins);
        // Just started anew, and with a broker that does not answer, it stays as it was.
        let stays = (set(&["t1"]), set(&[]));
        assert_eq!(topics(Some(&held), Some(&before), true, false), stays);
        assert_eq!(topics(None, Some(&before), false, false), stays);
        // A worker whose status was lost: nobody knows which were the first.
        assert_eq!(topics(Some(&held), None, false, true), (set(&[]), set(&["t1", "t2"])));
    }
}
