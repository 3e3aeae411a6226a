//! The stores that a flow reads from and writes to, and what it does to records on their way: what
//! each takes, as data.
//!
//! Names, defaults and ranges are those of the documentation. The processor reads each key by the
//! name that users write. Where a value may stand in a Secret, a key of the same name with
//! `SecretRef` behind it says where; it counts before the value itself.

use crate::connector::{Connector, Key, Program, Role, Takes, Word};

mod clickhouse;
mod kafka;
mod nessie;
mod postgresql;
mod shared;
mod transformations;
mod trino;

/// The store of this name that can be used so.
pub(super) fn find(role: Role, name: &str) -> Option<&'static Connector> {
    CONNECTORS.iter().copied().find(|one| (one.role, one.name) == (role, name))
}

/// All that can be used so.
pub(super) fn of(role: Role) -> Vec<&'static Connector> {
    CONNECTORS.iter().copied().filter(|one| one.role == role).collect()
}

/// What stores are called, in the order of the documentation.
pub const NAMES: [&str; 5] = ["kafka", "postgresql", "trino", "clickhouse", "nessie"];

/// All of them: sources first, then sinks, then transformations, each by name.
pub(super) static CONNECTORS: &[&Connector] = &[
    &clickhouse::SOURCE,
    &kafka::SOURCE,
    &nessie::SOURCE,
    &postgresql::SOURCE,
    &trino::SOURCE,
    &clickhouse::SINK,
    &kafka::SINK,
    &nessie::SINK,
    &postgresql::SINK,
    &trino::SINK,
    &transformations::CAMEL_CASE,
    &transformations::FILTER,
    &transformations::FLATTEN,
    &transformations::MASK,
    &transformations::REMOVE,
    &transformations::ROUTER,
    &transformations::SELECT,
    &transformations::SNAKE_CASE,
    &transformations::TIMESTAMP,
];

/// The longest text that a key may be, where nothing else bounds it.
const LONG: usize = 4_096;
/// As many seconds as a day has: the longest pause between two looks.
const DAY: i64 = 86_400;

/// A store or a transformation, which may be written in a field of its own name too.
const fn store(
    name: &'static str,
    role: Role,
    about: &'static str,
    keys: &'static [Key],
) -> Connector {
    let program = Program::Reads(name);
    Connector { name, role, about, block: Some(name), program, fixed: &[], lacks: None, keys }
}

/// A text.
const fn text(name: &'static str, about: &'static str) -> Key {
    key(name, Takes::Text(LONG), about)
}

/// A list of texts.
const fn texts(name: &'static str, about: &'static str) -> Key {
    key(name, Takes::Texts, about)
}

/// Something that is `true` or `false`; left out it is `false`.
const fn flag(name: &'static str, about: &'static str) -> Key {
    key(name, Takes::Bool, about).or("false")
}

/// A whole number, from and to.
const fn whole(name: &'static str, from: i64, to: i64, about: &'static str) -> Key {
    key(name, Takes::Whole(from, to), about)
}

/// One of several words.
const fn words(name: &'static str, words: &'static [Word], about: &'static str) -> Key {
    key(name, Takes::Words(words), about)
}

/// Keys of its own.
const fn block(name: &'static str, keys: &'static [Key], about: &'static str) -> Key {
    key(name, Takes::Block(keys), about)
}

/// The key of a Secret that has a value.
const fn reference(name: &'static str, about: &'static str) -> Key {
    key(name, Takes::Reference, about)
}

const fn key(name: &'static str, takes: Takes, about: &'static str) -> Key {
    Key::new(name, Program::Reads(name), takes, about)
}
