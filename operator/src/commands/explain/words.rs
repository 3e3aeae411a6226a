//! Names as people write them, values as they read them, and what is said of a name that there is
//! not.

use serde_json::Value;
use sluicegate_core::{field::Path, schema::nearest};

use crate::{failure::Failure, render::value};

pub(super) fn unknown<'a>(
    what: &str,
    word: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Failure {
    let near = nearest(word, known.into_iter());
    let hint = near.map_or_else(
        || "`sluicegate explain` lists what there is".to_owned(),
        |near| format!("did you mean {near}?"),
    );
    Failure::of(format!("error: there is no {what} {word} ({hint})"))
}

/// A default or an example as YAML users would write it.
pub(super) fn written(given: &Value) -> String {
    value::line(Some(given), true)
}

/// The path that a person writes: `RivvenTopic.spec.partitions`, or without the kind.
pub(super) fn split(id: &str) -> (String, Path) {
    let (kind, rest) = id.split_once('.').unwrap_or((id, ""));
    (kind.to_owned(), Path::shown(rest))
}
