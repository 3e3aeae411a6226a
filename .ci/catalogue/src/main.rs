//! Asks the types of rivven-connect what they read.
//!
//! Questions come on standard input, a JSON object on each line: the `place` of the connector in
//! the catalogue, what the `program` calls it, the `key` and the `form`, its `config` as YAML. One
//! with a `sum` is of a key that is said to be read; one with a `why` of a key that is said not to
//! be; one with a `least` has a key at its default, which is said to be so without it too, or in
//! an `empty` block. Keys whose every form is read go to standard output. What contradicts the
//! catalogue goes to standard error, and the program ends with 1.
//!
//! With the path of a built rivven-connect in `RIVVEN_CONNECT`, its `schema NAME` has a say too.

mod ask;
mod schema;
mod types;

use std::{
    collections::{BTreeMap, BTreeSet},
    error::Error,
    io::stdin,
    process::ExitCode,
};

use serde::Deserialize;

use crate::{ask::Answer, schema::Schemas};

#[derive(Deserialize)]
struct Question {
    place: String,
    program: String,
    key: String,
    form: String,
    sum: Option<String>,
    why: Option<String>,
    least: Option<String>,
    empty: Option<String>,
}

#[derive(Default)]
struct Found {
    /// The digest of all that was asked of a key, by its place and path.
    read: BTreeMap<(String, String), String>,
    /// Those of them of which something is not read, and what.
    unread: BTreeMap<(String, String), String>,
    /// Of a key that is said not to be read: why, and whether it is, under any of its names.
    claims: BTreeMap<(String, String), (String, bool)>,
    /// Keys whose default is another, and what it is.
    defaults: BTreeMap<(String, String), String>,
    /// What a built program says of its connectors itself.
    schemas: Schemas,
    /// What could not be asked.
    unasked: BTreeSet<String>,
}

impl Found {
    fn add(&mut self, question: Question) {
        let Question { place, program, key, form, sum, why, least, empty } = question;
        let key = (place, key);
        let Some(asked) = types::of(&program) else {
            self.unasked.insert(program);
            return;
        };
        if let Some(least) = least {
            let other = (asked.difference)(&least, &form);
            // Without any key a block may be none: there the default is that of an empty one.
            let other = match (other, empty) {
                (Some(other), Some(empty)) if other.starts_with("null at ") => {
                    (asked.difference)(&empty, &form)
                }
                (other, _) => other,
            };
            self.defaults.extend(other.map(|other| (key, other)));
            return;
        }
        let answer = (asked.ask)(&form);
        if let Some(why) = why {
            let read = !matches!(answer, Answer::Ignored(_));
            self.claims.entry(key).or_insert((why, false)).1 |= read;
            return;
        }
        if answer != Answer::Read {
            let form: String = form.chars().take(300).collect();
            self.unread.insert(key.clone(), format!("{answer}\n{form}"));
        }
        if let Some(path) = self.schemas.lacks(&program, &form) {
            self.unread.insert(key.clone(), format!("the schema of {program} has no {path}"));
        }
        self.read.insert(key, sum.unwrap_or_default());
    }

    /// What contradicts the catalogue.
    fn wrong(&self) -> Vec<String> {
        let unread = self.unread.iter();
        let unread = unread.map(|((place, key), answer)| format!("{place} {key}: {answer}"));
        let defaults = self.defaults.iter();
        let defaults = defaults.map(|((place, key), is)| format!("{place} {key}: default {is}"));
        let claims = self.claims.iter().filter_map(|((place, key), (why, read))| {
            let wrong = match read {
                true => why.ends_with("reads no such key").then_some("it is read"),
                false => why.contains("reads it and").then_some("it is not read"),
            };
            wrong.map(|wrong| format!("{place} {key}: {wrong}, although {why}"))
        });
        unread.chain(defaults).chain(claims).collect()
    }
}

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let mut found = Found { schemas: Schemas::of_program(), ..Found::default() };
    for line in stdin().lines() {
        found.add(serde_json::from_str(&line?)?);
    }
    for ((place, key), sum) in found.read.iter().filter(|(key, _)| !found.unread.contains_key(key))
    {
        println!("{place} {key} read {sum}");
    }
    for program in &found.unasked {
        eprintln!("not asked: {program}");
    }
    for program in found.schemas.names() {
        eprintln!("compared with its schema too: {program}");
    }
    let wrong = found.wrong();
    wrong.iter().for_each(|wrong| eprintln!("{wrong}"));
    Ok(if wrong.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
