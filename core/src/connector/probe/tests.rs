//! What is asked of programs, and that what was answered is told. `PROBES=FILE` writes the
//! questions there, which `.ci/catalogue/run` does.

use std::{collections::BTreeSet, fmt::Write as _};

use serde_json::{Map, Value, json};

use super::{super::put::put, *};
use crate::{
    kind::Kind,
    system::System,
    systems::{self, Visitor, rivven::Rivven},
};

/// Keys whose default is what comes of leaving them out, although the type has another.
const MEANT: &[(&str, &str)] = &[
    // A mechanism that is not there is PLAIN.
    ("sink/kafka", "saslMechanism"),
    ("source/kafka", "saslMechanism"),
    // No mode makes them take a snapshot.
    ("source/mysql-cdc", "snapshotMode"),
    ("source/sqlserver-cdc", "snapshotMode"),
];

fn is_meant(program: &str, key: &str) -> bool {
    MEANT.iter().any(|(of, name)| *of == program && key.rsplit('.').next() == Some(name))
}

/// What one connector's program is asked.
struct Asked {
    compared: Compared,
    connector: &'static Connector,
}

/// The connectors of all systems that say what they were compared with.
fn all() -> Vec<Asked> {
    struct Gather(Vec<Asked>);
    impl<S: System> Visitor<S> for Gather {
        fn system(&mut self) {
            let asked = |one: &&'static Connector| Asked { compared: S::COMPARED, connector: one };
            self.0.extend(S::CONNECTORS.iter().map(asked));
        }

        fn kind<K: Kind<System = S>>(&mut self) {}
    }
    let mut gather = Gather(Vec::new());
    systems::visit(&mut gather);
    gather.0
}

/// The way of a connector, and what its program calls it.
fn of_program(connector: &Connector) -> String {
    let name = match connector.program {
        Program::Reads(name) => name,
        Program::Ignores(_) | Program::Lacks(_) => connector.name,
    };
    format!("{}/{name}", connector.role.as_str())
}

#[test]
fn the_questions_are_written_where_they_are_wanted() {
    let (mut lines, mut mute) = (String::new(), Vec::new());
    for Asked { compared, connector } in all() {
        let (place, program) = (place(connector), of_program(connector));
        let mut ask = |question: &Value| _ = writeln!(lines, "{question}");
        for (key, forms) in compared.probes(connector) {
            let sum = sum(&forms);
            mute.extend(forms.is_empty().then(|| format!("{place} {key}")));
            for form in forms {
                ask(&json!({
                    "place": place, "program": program, "key": key, "form": form, "sum": sum,
                }));
            }
        }
        let writer = Writer { place: &place, samples: compared.samples };
        let defaults = defaults(&writer, connector.keys, "", None).into_iter();
        let defaults = defaults.filter(|one| !is_meant(&program, &one.key));
        defaults.filter_map(|one| one.question(&place, connector)).for_each(|one| ask(&one));
        for (key, why, form) in claims(&writer, connector) {
            ask(&json!({
                "place": place, "program": program, "key": key, "form": form, "why": why,
            }));
        }
    }
    #[expect(clippy::disallowed_methods, reason = "whoever runs a test may tell it something")]
    if let Some(file) = std::env::var_os("PROBES") {
        std::fs::write(&file, &lines).expect("the file can be written");
    }
    assert!(!lines.is_empty());
    assert!(mute.is_empty(), "nothing can be written of {mute:#?}");
}

/// Of each key that a program does not read: its path, why, and what would be read if it did, under
/// each name that it may have.
fn claims(writer: &Writer<'_>, connector: &Connector) -> Vec<(String, &'static str, String)> {
    let least = writer.needed(connector.keys, "");
    let mut claims = Vec::new();
    let mut levels = vec![(connector.keys, String::new(), String::new())];
    while let Some((keys, above, at)) = levels.pop() {
        for key in keys {
            let path = format!("{above}{}", key.name);
            let own = snake_case(key.name);
            let place = match key.program {
                Program::Reads(place) if place.ends_with(&own) => place.to_owned(),
                Program::Reads(_) | Program::Ignores(_) | Program::Lacks(_) => format!("{at}{own}"),
            };
            if let Takes::Block(below) = key.takes {
                levels.push((below, format!("{path}."), format!("{place}.")));
            }
            let (Program::Ignores(why) | Program::Lacks(why)) = key.program else { continue };
            let Some(value) = any(writer, key, &path) else { continue };
            let names: BTreeSet<&str> = key.also.iter().copied().chain([&*own]).collect();
            for name in names {
                if let Some(form) = with(connector, &least, &format!("{at}{name}"), &value) {
                    claims.push((path.clone(), why, form));
                }
            }
        }
    }
    claims
}

type Fields = Map<String, Value>;

/// What is asked of a default.
struct Default {
    key: String,
    /// What is written with it, and without it.
    with: Fields,
    least: Fields,
    /// Where the program has the block that it stands in, if in one.
    block: Option<&'static str>,
}

impl Default {
    fn question(&self, place: &str, connector: &Connector) -> Option<Value> {
        let (form, least) = (rendered(connector, &self.with)?, settled(connector, &self.least)?);
        let mut empty = least.clone();
        let put = self.block.map(|block| put(&mut empty, block, Node::Map(Object::new())));
        let empty = matches!(put, Some(Ok(()))).then(|| yaml(empty));
        Some(json!({
            "place": place, "program": of_program(connector), "key": self.key, "form": form,
            "least": yaml(least), "empty": empty,
        }))
    }
}

/// Each default that is said to be the program's.
fn defaults(
    writer: &Writer<'_>,
    keys: &'static [Key],
    above: &str,
    block: Option<&'static str>,
) -> Vec<Default> {
    let mut found = Vec::new();
    for key in keys {
        let Program::Reads(place) = key.program else { continue };
        let path = format!("{above}{}", key.name);
        let mut least = writer.needed(keys, above);
        least.extend(writer.beside(&path));
        let with = |value: Value| {
            let mut fields = least.clone();
            fields.insert(key.name.to_owned(), value);
            fields
        };
        if let Some(default) = key.default.filter(|_| !key.always) {
            let is_text = matches!(key.takes, Takes::Text(_) | Takes::Words(_));
            let json = serde_json::from_str(default).ok().filter(|_| !is_text);
            let value = json.unwrap_or_else(|| Value::from(default));
            let (with, least) = (with(value), least.clone());
            found.push(Default { key: path.clone(), with, least, block });
        }
        if let Takes::Block(below) = key.takes {
            let below = defaults(writer, below, &format!("{path}."), Some(place)).into_iter();
            found.extend(below.map(|one| Default {
                with: with(Value::from(one.with)),
                least: with(Value::from(one.least)),
                ..one
            }));
        }
    }
    found
}

/// A value of a key.
fn any(writer: &Writer<'_>, key: &'static Key, path: &str) -> Option<Value> {
    if let Takes::Words(words) = key.takes {
        return words.first().map(|word| Value::from(word.name));
    }
    writer.values(key, path).into_iter().next()
}

/// The least that a connector needs, with a value at a place where nothing stands.
fn with(connector: &Connector, least: &Fields, place: &str, value: &Value) -> Option<String> {
    let mut config: Object = settled(connector, least)?;
    put(&mut config, place, Node::of(value)).ok()?;
    Some(yaml(config))
}

fn snake_case(key: &str) -> String {
    let letter = |c: char| match c.is_ascii_uppercase() {
        true => format!("_{}", c.to_ascii_lowercase()),
        false => c.to_string(),
    };
    key.chars().map(letter).collect()
}

#[test]
fn every_key_that_was_compared_is_read_and_every_other_is_called_unproven() {
    for Asked { compared, connector } in all() {
        let place = place(connector);
        let (probes, unproven) = (compared.probes(connector), compared.unproven(connector));
        let mine = compared.answers.lines().filter(|line| line.starts_with(&format!("{place} ")));
        for line in mine {
            let words: Vec<&str> = line.split(' ').collect();
            let &[_, key, read, sum] = words.as_slice() else { panic!("{line}: four words") };
            assert_eq!((read, sum.len()), ("read", 16), "{line}");
            // A key that is no more, or was changed, is no reason to fail.
            let same = probes.get(key).is_some_and(|forms| super::sum(forms) == sum);
            assert_eq!(probes.contains_key(key) && !same, unproven.contains(key), "{line}");
        }
        let heads = compared.answers.lines().filter_map(|line| line.strip_prefix(&place));
        let told: BTreeSet<&str> = heads.filter_map(|rest| rest.split(' ').nth(1)).collect();
        let untold = probes.keys().filter(|key| !told.contains(key.as_str()));
        untold.for_each(|key| assert!(unproven.contains(key), "{place} {key}"));
    }
}

#[test]
fn a_key_is_proven_until_what_is_written_of_it_changes() {
    static KEYS: &[Key] = &[
        Key::new("a", Program::Reads("a"), Takes::Whole(1, 2), "A."),
        Key::new("b", Program::Ignores("why"), Takes::Bool, "B."),
    ];
    let mut one = Connector {
        name: "one",
        role: crate::connector::Role::Sink,
        about: "One.",
        block: None,
        program: Program::Reads("one"),
        fixed: &[],
        lacks: None,
        keys: KEYS,
    };
    let asked = Compared::NONE.probes(&one);
    assert_eq!(
        asked.into_iter().collect::<Vec<_>>(),
        [("a".to_owned(), vec!["a: 1\n".to_owned(), "a: 2\n".to_owned()])]
    );
    assert_eq!(Compared::NONE.unproven(&one), BTreeSet::from(["a".to_owned()]));
    let answers = format!("sink/one a read {}", sum(&["a: 1\n".to_owned(), "a: 2\n".to_owned()]));
    let compared = Compared { samples: &[], answers: Box::leak(answers.into_boxed_str()) };
    assert_eq!(compared.unproven(&one), BTreeSet::new());
    one.fixed = &[("more", "is told")];
    assert_eq!(compared.unproven(&one), BTreeSet::from(["a".to_owned()]));
}

#[test]
fn samples_are_json_of_keys_that_are_there() {
    for sample in Rivven::COMPARED.samples {
        let with = serde_json::from_str::<Map<String, Value>>(sample.with);
        assert!(with.is_ok(), "{sample:?}");
        let value = sample.value.map(serde_json::from_str::<Value>);
        assert!(value.is_none_or(|value| value.is_ok()), "{sample:?}");
        let path = sample.key.split('=').next().unwrap_or_default();
        let mut mine =
            Rivven::CONNECTORS.iter().filter(|one| place(one).starts_with(sample.connector));
        let has = |one: &&'static Connector| Rivven::COMPARED.probes(one).contains_key(path);
        assert!(mine.any(has), "{sample:?}");
    }
}
