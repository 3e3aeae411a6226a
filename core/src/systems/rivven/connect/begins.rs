//! Where connectors begin to read, and what it comes to that they are told to begin elsewhere.
//!
//! What they were told before stands in the file that was written then, in the form that `build`
//! gives it. What runs under another name is another connector: of that nothing is said.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::ConfigMap;
use serde_json::Value;

use super::{Valid, build::FILE, list};
use crate::{
    observed::{Api, Observed, at},
    systems::rivven::Rivven,
};

/// What another place to begin comes to, the worst last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Begins {
    /// It goes on where its consumer group is; what the group has not begun is begun elsewhere.
    WhereUnread,
    /// What was read already comes again.
    Again,
    /// What was not read yet may never come.
    Beyond,
}

/// What a source or a sink is told of where to begin, by the names in the file.
type Told<'a> = BTreeMap<&'a str, &'a str>;

/// The names of a place in the log of a MySQL, where a source begins at each start.
const PLACES: [&str; 3] = ["binlog_filename", "binlog_position", "gtid_set"];
/// A consumer group, and where it begins what it has not read.
const GROUP: [&str; 2] = ["consumer_group", "start_offset"];

/// The worst that comes of this file instead of those that are there.
pub(super) fn begins(valid: &Valid, seen: &Observed<Rivven>, file: &str) -> Option<Begins> {
    let maps = seen.items(&list(Api::of::<ConfigMap>(), &valid.namespace, &valid.name));
    let text = |map| at(map, "/data")?.get(FILE).and_then(Value::as_str);
    let before: Vec<&str> = maps.iter().filter_map(|map| text(map)).collect();
    if before.contains(&file) {
        return None;
    }
    let now = told(file);
    let before = before.into_iter().flat_map(told);
    before.filter_map(|(name, was)| compare(&was, now.get(&name)?)).max()
}

fn compare(was: &Told<'_>, is: &Told<'_>) -> Option<Begins> {
    let differs = |key: &&str| was.get(key) != is.get(key);
    let [group, start] = GROUP;
    if PLACES.iter().any(differs) {
        Some(Begins::Beyond)
    } else if differs(&group) {
        // A source that is told nothing begins there too.
        let all = is.get(start).is_none_or(|start| *start == "\"earliest\"");
        Some(if all { Begins::Again } else { Begins::Beyond })
    } else {
        differs(&start).then_some(Begins::WhereUnread)
    }
}

/// Each source and sink of a file, by its part and name.
fn told(file: &str) -> BTreeMap<(&str, &str), Told<'_>> {
    let mut all: BTreeMap<_, Told<'_>> = BTreeMap::new();
    let (mut part, mut name, mut block) = ("", "", "");
    for line in file.lines() {
        let rest = line.trim_start();
        let Some((key, value)) = rest.split_once(':') else { continue };
        match line.len() - rest.len() {
            0 => part = key,
            2 => {
                name = key;
                all.entry((part, name)).or_default();
            }
            depth @ (4 | 6) => {
                if depth == 4 {
                    block = key;
                }
                let own = depth == 4 || block == "config";
                if own && (PLACES.contains(&key) || GROUP.contains(&key)) {
                    all.entry((part, name)).or_default().insert(key, value.trim());
                }
            }
            _ => {}
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A sink with these lines, beside others that say nothing of this.
    fn file(lines: &str) -> String {
        format!(
            "settings:\n  retry:\n    start_offset: 1\nsinks:\n  print:\n    config:\n      \
             format: \"json\"\n{lines}    topics:\n      - \"start_offset: x\"\n"
        )
    }

    fn of(before: &str, after: &str) -> Option<Begins> {
        let (before, after) = (file(before), file(after));
        let (was, is) = (told(&before), told(&after));
        let name = ("sinks", "print");
        compare(was.get(&name).unwrap_or(&Told::new()), is.get(&name).unwrap_or(&Told::new()))
    }

    #[test]
    fn what_is_told_of_the_beginning_is_read_from_the_file() {
        let file = file("    consumer_group: \"a: b\"\n    start_offset: !timestamp \"2026\"\n");
        let sink = told(&file).remove(&("sinks", "print")).expect("it is there");
        assert_eq!(
            sink,
            Told::from([("consumer_group", "\"a: b\""), ("start_offset", "!timestamp \"2026\"")])
        );
    }

    #[test]
    fn another_group_begins_where_it_is_told_and_the_same_goes_on() {
        let group = |name: &str, start: &str| {
            format!("    consumer_group: \"{name}\"\n    start_offset: {start}\n")
        };
        let of =
            |from: (&str, &str), to: (&str, &str)| of(&group(from.0, from.1), &group(to.0, to.1));
        let (first, last) = ("\"earliest\"", "\"latest\"");
        assert_eq!(of(("a", last), ("a", last)), None);
        assert_eq!(of(("a", last), ("a", first)), Some(Begins::WhereUnread));
        assert_eq!(of(("a", last), ("b", first)), Some(Begins::Again));
        assert_eq!(of(("a", first), ("b", last)), Some(Begins::Beyond));
        assert_eq!(of(("a", first), ("b", "!timestamp \"2026\"")), Some(Begins::Beyond));
    }

    #[test]
    fn another_place_in_a_log_may_be_beyond_what_was_not_read() {
        let place = |number: u32| format!("      binlog_position: {number}\n");
        // Lines of the config stand before the others.
        let of = |before: &str, after: &str| of(before, after);
        assert_eq!(of(&place(4), &place(4)), None);
        assert_eq!(of(&place(4), &place(8)), Some(Begins::Beyond));
    }
}
