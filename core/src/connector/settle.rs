//! What a user has written of a connector, held against its catalogue: everything that is wrong
//! with it, what it asks for in vain, and what the program is to read.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{
    Connector, Key, Node, Object, Program, SECRET, Takes,
    given::Given,
    literal::{has_broken_line, in_url, literals, secrets_within},
    put::{Clash, put, stands},
};
use crate::{
    field::{Cause, Errors, Path},
    schema::did_you_mean,
    trail::Trail,
};

/// What comes of it.
#[derive(Clone, Debug, Default)]
pub struct Settled {
    /// What the program reads.
    pub config: Object,
    /// What the program cannot do and must not be met by less.
    pub lacking: Vec<Lost>,
    /// What has no effect.
    pub ignored: Vec<Lost>,
    /// Secrets that are written down instead of referred to. They are not part of `config`.
    pub literal: Vec<Path>,
    /// What is wrong.
    pub errors: Errors,
    /// Whether no text stands for another: nobody puts in what `${…}` would name.
    pub(super) plain: bool,
}

/// Something that is asked for in vain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lost {
    /// Where.
    pub path: Path,
    /// Why, as a clause without an end.
    pub why: String,
}

/// Holds what is given against a catalogue, and makes of it what the program reads.
pub fn settle(connector: &Connector, given: &Given<'_>) -> Settled {
    held(connector, given, Mode::Written)
}

/// Holds what is given against a catalogue whose program reads it as it stands: there is no
/// [`config`](Settled::config) to be made of it.
pub fn judge(connector: &Connector, given: &Given<'_>) -> Settled {
    held(connector, given, Mode::AsItStands)
}

fn held(connector: &Connector, given: &Given<'_>, mode: Mode) -> Settled {
    let mut settled = Settled { plain: mode == Mode::AsItStands, ..Settled::default() };
    if let Program::Lacks(why) | Program::Ignores(why) = connector.program {
        settled.lost(given.at.child("connector"), why);
        if connector.keys.is_empty() {
            // Nothing is known of what it would take.
            settled.literal = given.written_down();
            return settled;
        }
    }
    for (path, value) in connector.fixed {
        let clash = put(&mut settled.config, path, Node::text(*value));
        debug_assert!(clash.is_ok(), "what is fixed is fixed once");
    }
    let at = Trail::base(given.at);
    let config = at.key("config");
    let block = given.block.map(|(name, fields)| (at.key(name), fields));
    let mut all: Vec<_> = below(&config, given.config).collect();
    all.extend(block.iter().flat_map(|(block, fields)| below(block, Some(fields))));
    all.extend(given.beside.iter().map(|(name, value)| (at.key(name), *name, value)));
    let found = settled.keys(connector.keys, all, mode);
    for key in connector.keys {
        if !found.contains(key.name) {
            settled.left_out(key, given);
        }
        if let (Program::Reads(_), Takes::Block(below)) = (key.program, &key.takes) {
            below.iter().filter(|key| key.always).for_each(|key| settled.left_out(key, given));
        }
    }
    settled.alone(connector, &found, given);
    let lacks = connector.lacks.map_or_else(Vec::new, |lacks| lacks(&settled.config));
    for (keys, why) in lacks {
        let asks = keys.iter().find(|key| found.contains(*key)).unwrap_or(&keys[0]);
        let path =
            connector.key(asks).map_or_else(|| given.at.child(asks), |key| given.path_of(key));
        if !settled.lacking.iter().any(|lost| lost.path == path) {
            settled.lost(path, why);
        }
    }
    settled
}

/// Takes what is given of a connector that no catalogue has as it is, but for what is called like a
/// secret and is written down.
pub fn settle_unlisted(given: &Given<'_>) -> Settled {
    let literal = given.written_down();
    let config = given.config.into_iter().flatten().map(|(key, value)| (key.as_str(), value));
    let beside = given.beside.iter().map(|(key, value)| (*key, value));
    let all = config.chain(beside).map(|(key, value)| (key.to_owned(), Node::of(value)));
    Settled { config: all.collect(), literal, ..Settled::default() }
}

/// A field as it is written, and where.
pub(super) type Field<'a> = (Trail<'a>, &'a str, &'a Value);

/// The keys of an object, each with its place.
pub(super) fn below<'a>(
    at: &'a Trail<'a>,
    fields: Option<&'a Map<String, Value>>,
) -> impl Iterator<Item = Field<'a>> {
    let fields = fields.into_iter().flatten();
    fields.map(|(name, value)| (at.key(name), name.as_str(), value))
}

/// What becomes of what is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// It is written.
    Written,
    /// The program reads it as it stands.
    AsItStands,
    /// It stands below something that the program does not read: only what is wrong with it, and
    /// what must not be met by less, is of interest.
    Judged,
}

impl Settled {
    pub(super) fn lost(&mut self, path: Path, why: &str) {
        self.lacking.push(Lost { path, why: why.to_owned() });
    }

    /// Reads keys, and tells which were there.
    pub(super) fn keys(
        &mut self,
        keys: &'static [Key],
        given: Vec<Field<'_>>,
        mode: Mode,
    ) -> BTreeSet<&'static str> {
        let mut found: Vec<Field<'_>> = Vec::new();
        let mut names = BTreeSet::new();
        for (at, name, value) in given {
            let Some(key) = keys.iter().find(|key| key.is(name)) else {
                self.unknown(keys, at.path(), name);
                continue;
            };
            // As an API server does: what is null is not there.
            if value.is_null() {
                continue;
            }
            if !names.insert(key.name) {
                let first = found.iter().find(|(_, name, other)| key.is(name) && *other != value);
                if let Some((first, ..)) = first {
                    let why = format!("{} says something else", first.path());
                    self.errors.push(at.path(), Cause::Forbidden(why), "leave one of them out");
                }
                continue;
            }
            self.key(key, &at, value, mode);
            found.push((at, name, value));
        }
        names
    }

    fn unknown(&mut self, keys: &[Key], path: Path, name: &str) {
        let known = keys.iter().flat_map(|key| key.also.iter().copied().chain([key.name]));
        let remedy = did_you_mean(name, known).unwrap_or_else(|| {
            "leave it out; `sluicegate explain connector NAME` lists its keys".to_owned()
        });
        self.errors.push(path, Cause::Unknown, remedy);
    }

    fn key(&mut self, key: &'static Key, at: &Trail<'_>, value: &Value, mode: Mode) {
        if key.secret && self.plain {
            if *value != "" {
                self.literal.push(at.path());
            }
            return;
        }
        if key.secret {
            let before = self.literal.len();
            self.literal.extend(literals(value, at));
            if self.literal.len() > before {
                return;
            }
        }
        if value.as_str().is_some_and(in_url) {
            self.literal.push(at.path());
            return;
        }
        if matches!(key.takes, Takes::Map | Takes::Any) && !key.secret {
            let before = self.literal.len();
            secrets_within(value, at, &mut self.literal);
            if self.literal.len() > before {
                return;
            }
        }
        if has_broken_line(value) {
            let why = "a text with a reference has to be one line".to_owned();
            let remedy = "write it in quotes, without line ends";
            self.errors.push(at.path(), Cause::Forbidden(why), remedy);
            return;
        }
        let mode = match key.program {
            Program::Reads(_) => mode,
            Program::Ignores(why) => {
                // What stands below one that is told is not told again.
                if mode != Mode::Judged && !is_default(key, value) {
                    self.ignored.push(Lost { path: at.path(), why: why.to_owned() });
                }
                Mode::Judged
            }
            Program::Lacks(why) => {
                if asks(key, value) {
                    self.lost(at.path(), why);
                }
                Mode::Judged
            }
        };
        let node = match self.value(&key.takes, at, value, mode) {
            Some(node) => node,
            // A program that wants a block wants it although nothing is said in it.
            None if key.required && key.is_block() => Node::Map(Object::new()),
            None => return,
        };
        let node = if key.file { node.into_file() } else { node };
        if let (Mode::Written, Program::Reads(to)) = (mode, key.program) {
            self.write(key, to, at, node);
        }
    }

    fn write(&mut self, key: &Key, to: &'static str, at: &Trail<'_>, node: Node) {
        let places = match key.writes {
            None => vec![(to, node)],
            Some(writes) => writes(&node),
        };
        for (place, node) in places {
            if put(&mut self.config, place, node) == Err(Clash) {
                let why = format!("another key gives {place} another value");
                if key.yields {
                    self.ignored.push(Lost { path: at.path(), why });
                    continue;
                }
                self.errors.push(at.path(), Cause::Forbidden(why), "leave one of them out");
            }
        }
    }

    /// A key that is given nowhere.
    fn left_out(&mut self, key: &'static Key, given: &Given<'_>) {
        let Program::Reads(to) = key.program else { return };
        if key.required && given.secret {
            let reference = format!("{SECRET}{}}}", key.name);
            let plain = matches!(key.takes, Takes::Bool | Takes::Whole(..) | Takes::Number(..));
            let node = match (plain, key.file) {
                (true, _) => Node::Bare(reference),
                (false, true) => Node::File(key.name.to_owned()),
                (false, false) => Node::Text(reference),
            };
            self.write(key, to, &Trail::base(given.at).key("config").key(key.name), node);
        } else if key.required {
            let path = given.at.child(given.block.map_or("config", |(name, _)| name));
            let remedy = match key.secret {
                true => "name a Secret that has it in configSecretRef",
                false => "write it, or name a Secret that has it in configSecretRef",
            };
            self.errors.push(path.child(key.name), Cause::Required, remedy);
        } else if let (true, Some(default), false) =
            (key.always, key.default, stands(&self.config, to))
        {
            let value = serde_json::from_str(default).unwrap_or_else(|_| Value::from(default));
            let at = Trail::base(given.at);
            self.key(key, &at.key("config").key(key.name), &value, Mode::Written);
        }
    }

    /// Tells the keys that count together with another, where that is left out or switched off.
    fn alone(&mut self, connector: &Connector, found: &BTreeSet<&str>, given: &Given<'_>) {
        let says = |name: &str| {
            let reads = |key: &&Key| matches!(key.program, Program::Reads(_));
            found.contains(name)
                && connector.key(name).filter(reads).is_some_and(|key| !given.switches_off(key))
        };
        let alone: Vec<Lost> = connector
            .keys
            .iter()
            .filter_map(|key| {
                let other = key.with.filter(|other| says(key.name) && !says(other))?;
                let why = format!("the program looks at it together with {other} only");
                Some(Lost { path: given.path_of(key), why })
            })
            .collect();
        self.ignored.extend(alone);
    }
}

/// Whether a value only says what is so without it.
pub(super) fn is_default(key: &Key, value: &Value) -> bool {
    let word = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    key.default == Some(word.as_str())
}

/// Whether something that the program cannot do is asked for: by anything but the default, and by a
/// block unless it is switched off.
fn asks(key: &Key, value: &Value) -> bool {
    let off = |value: &Value| value.get("enabled").is_some_and(|it| *it == Value::Bool(false));
    let empty = match value {
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        Value::String(text) => text.is_empty(),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    };
    !empty && !is_default(key, value) && !off(value)
}
