//! Catalogues of connectors: what each takes, as data.
//!
//! A system that runs other people's connectors has a table of them, which `explain connector`
//! prints. A key stands in it by the name that users write, with the name that the program reads,
//! or why it reads none. [`settle()`] holds what a user has written against it, and makes of it
//! what the program reads: a tree of [`Node`]s.

pub(crate) mod fits;
mod given;
mod keys;
mod literal;
mod node;
mod probe;
mod put;
mod said;
mod schema;
mod settle;
mod value;

pub use given::Given;
pub use keys::Keys;
pub(crate) use literal::is_called_secret;
pub use node::{Node, Object, SECRET, write_field, write_fields, write_name};
pub use probe::{Compared, Sample, place, sum};
pub use said::said;
pub use schema::union_of;
pub use settle::{Lost, Settled, judge, settle, settle_unlisted};

/// A connector.
#[derive(Debug)]
pub struct Connector {
    /// What users call it, such as `postgres-cdc`.
    pub name: &'static str,
    /// Which way records go.
    pub role: Role,
    /// What it does, as a sentence.
    pub about: &'static str,
    /// The field of a resource that holds its keys beside the generic `config`, if it has one, such
    /// as `postgresCdc`.
    pub block: Option<&'static str>,
    /// What the program calls it, if it has it.
    pub program: Program,
    /// What the program is told in any case: a key and its value, both as it reads them.
    pub fixed: &'static [(&'static str, &'static str)],
    /// What it cannot do together although it does each.
    pub lacks: Option<Lacks>,
    /// Everything that it takes.
    pub keys: &'static [Key],
}

/// Of what would be written, everything that is too much: the keys that may ask for it, of which
/// one does, and why it cannot be done, as in [`Program::Lacks`].
pub type Lacks = fn(&Object) -> Vec<(&'static [&'static str], &'static str)>;

/// What is written of a value: the paths below the connector's `config`, and what stands there.
pub type Writes = fn(&Node) -> Vec<(&'static str, Node)>;

/// Which way records go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// From elsewhere in.
    Source,
    /// Out to elsewhere.
    Sink,
    /// Neither: something is done to them on their way. RivvenConnect has none.
    Transformation,
}

/// Something that a connector takes.
#[derive(Debug)]
pub struct Key {
    /// Its name as users write it, in `camelCase`.
    pub name: &'static str,
    /// Other names that are taken for it, such as the program's own.
    pub also: &'static [&'static str],
    /// What it may be.
    pub takes: Takes,
    /// What it is when left out, as users would write it; nothing where that is nothing, or where
    /// the system derives it (`about` says how).
    pub default: Option<&'static str>,
    /// Whether the connector cannot do without it.
    pub required: bool,
    /// Whether its value is a secret, so that it may only be referred to.
    pub secret: bool,
    /// What it is, as a sentence; with its unit.
    pub about: &'static str,
    /// What the program makes of it.
    pub program: Program,
    /// Whether its default is written when it is left out, because the program's own is another.
    pub always: bool,
    /// Whether it is the path of a file. A key of the Secret that stands there is a file with what
    /// it holds.
    pub file: bool,
    /// Whether another key that gives its place another value counts, and this one does not.
    pub yields: bool,
    /// How it is written, where that is not by the path that the program reads.
    pub writes: Option<Writes>,
    /// The key without which the program does not look at it.
    pub with: Option<&'static str>,
}

/// What a value may be.
#[derive(Debug)]
pub enum Takes {
    /// A text, at most so many characters.
    Text(usize),
    /// `true` or `false`.
    Bool,
    /// A whole number, from and to.
    Whole(i64, i64),
    /// A number, from and to.
    Number(f64, f64),
    /// One of these words.
    Words(&'static [Word]),
    /// A list of texts.
    Texts,
    /// Texts by names.
    Map,
    /// Keys of its own.
    Block(&'static [Key]),
    /// A list of such.
    Blocks(&'static [Key]),
    /// Where a value stands: a key of a Secret, by `name` and `key`.
    Reference,
    /// Anything: it is passed on as it is written.
    Any,
}

/// A word that a key may be.
#[derive(Debug)]
pub struct Word {
    /// As users write it.
    pub name: &'static str,
    /// What the program makes of it.
    pub program: Program,
}

/// What the program makes of a connector, a key or a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Program {
    /// It reads it by this name: of a key the path below the connector's `config`, such as
    /// `snapshot.batch_size`.
    Reads(&'static str),
    /// It does not, and all that is lost is tuning: why, as a clause without an end.
    Ignores(&'static str),
    /// It does not, and without it other records would reach the sink, or other people could read
    /// them: a connector that asks for it does not start. Why, as a clause without an end.
    Lacks(&'static str),
}

impl Role {
    /// As it stands in the path of a connector: `source`, `sink` or `transformation`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::Sink => "sink",
            Self::Transformation => "transformation",
        }
    }
}

impl Connector {
    /// Its key of this name.
    pub fn key(&self, name: &str) -> Option<&'static Key> {
        self.keys.iter().find(|key| key.name == name)
    }
}

impl Key {
    /// A key that may be left out.
    pub const fn new(
        name: &'static str,
        program: Program,
        takes: Takes,
        about: &'static str,
    ) -> Self {
        let (also, default, required, secret) = (&[] as &[&str], None, false, false);
        let (always, file, yields, writes) = (false, false, false, None);
        Self {
            name,
            also,
            takes,
            default,
            required,
            secret,
            about,
            program,
            always,
            file,
            yields,
            writes,
            with: None,
        }
    }

    /// It has a default.
    #[must_use]
    pub const fn or(self, default: &'static str) -> Self {
        Self { default: Some(default), ..self }
    }

    /// It cannot be left out.
    #[must_use]
    pub const fn required(self) -> Self {
        Self { required: true, ..self }
    }

    /// It is a secret.
    #[must_use]
    pub const fn secret(self) -> Self {
        Self { secret: true, ..self }
    }

    /// It has other names too.
    #[must_use]
    pub const fn also(self, names: &'static [&'static str]) -> Self {
        Self { also: names, ..self }
    }

    /// Its default is another one than the program's.
    #[must_use]
    pub const fn always(self) -> Self {
        Self { always: true, ..self }
    }

    /// It is the path of a file.
    #[must_use]
    pub const fn file(self) -> Self {
        Self { file: true, ..self }
    }

    /// Another key may say otherwise.
    #[must_use]
    pub const fn yields(self) -> Self {
        Self { yields: true, ..self }
    }

    /// It is written in another way.
    #[must_use]
    pub const fn written(self, how: Writes) -> Self {
        Self { writes: Some(how), ..self }
    }

    /// It counts together with another only.
    #[must_use]
    pub const fn with(self, other: &'static str) -> Self {
        Self { with: Some(other), ..self }
    }

    /// Whether it has keys of its own.
    const fn is_block(&self) -> bool {
        matches!(self.takes, Takes::Block(_))
    }

    /// Whether it is called so.
    pub fn is(&self, name: &str) -> bool {
        self.name == name || self.also.contains(&name)
    }
}

impl Word {
    /// A word that the program reads as it is.
    pub const fn same(name: &'static str) -> Self {
        Self { name, program: Program::Reads(name) }
    }

    /// A word that the program reads by another name.
    pub const fn read_as(name: &'static str, program: &'static str) -> Self {
        Self { name, program: Program::Reads(program) }
    }

    /// A word that only tunes, and that the program does not know.
    pub const fn ignored(name: &'static str, why: &'static str) -> Self {
        Self { name, program: Program::Ignores(why) }
    }

    /// A word that the program cannot do, and that must not be met by less.
    pub const fn lacking(name: &'static str, why: &'static str) -> Self {
        Self { name, program: Program::Lacks(why) }
    }
}

/// What [`Takes::Reference`] has. A namespace may be written, and is judged by whoever has one.
static REFERENCE: [Key; 3] = [
    Key::new("name", Program::Reads("name"), Takes::Text(253), "Name of the Secret.").required(),
    Key::new("key", Program::Reads("key"), Takes::Text(253), "Key of the Secret.").required(),
    Key::new("namespace", Program::Reads("namespace"), Takes::Text(63), "Namespace of the Secret."),
];

/// What of it tells where a value stands.
fn referred() -> impl Iterator<Item = &'static Key> + Clone {
    REFERENCE.iter().filter(|key| key.required)
}

#[cfg(test)]
mod tests;
