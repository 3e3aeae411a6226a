//! Values that a user has written, each as it is written for the program.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{
    Key, Node, Object, Program, REFERENCE, Takes, Word,
    fits::kind_of,
    literal::is_variable,
    settle::{Lost, Mode, Settled, below},
};
use crate::{field::Cause, schema::did_you_mean, trail::Trail};

impl Settled {
    /// A value as it is written; nothing where it is wrong, or is written elsewhere.
    pub(super) fn value(
        &mut self,
        takes: &Takes,
        at: &Trail<'_>,
        value: &Value,
        mode: Mode,
    ) -> Option<Node> {
        match (takes, value) {
            (Takes::Block(keys), Value::Object(fields)) => {
                let found = self.keys(keys, below(at, Some(fields)).collect(), mode);
                self.lacks_of(keys, &found, at);
                None
            }
            (Takes::Reference, Value::Object(fields)) => {
                let found = self.keys(&REFERENCE, below(at, Some(fields)).collect(), Mode::Judged);
                self.lacks_of(&REFERENCE, &found, at);
                Some(Node::of(value))
            }
            (Takes::Blocks(keys), Value::Array(items)) => {
                let items = items.iter().enumerate();
                let items =
                    items.map(|(index, item)| self.item(keys, &at.index(index), item, mode));
                Some(Node::List(items.collect::<Option<_>>()?))
            }
            (Takes::Bool | Takes::Whole(..) | Takes::Number(..), Value::String(text))
                if !self.plain && is_variable(text) =>
            {
                Some(Node::Bare(text.clone()))
            }
            (Takes::Words(words), Value::String(text)) if self.plain || !is_variable(text) => {
                self.word(words, at, text, mode)
            }
            (Takes::Map, Value::Object(fields)) => self.map(at, fields),
            (takes, value) => match takes.fault(value) {
                None => Some(Node::of(value)),
                Some(cause) => {
                    self.errors.push(at.path(), cause, takes.remedy());
                    None
                }
            },
        }
    }

    /// One of a list of blocks: it is a tree of its own.
    fn item(
        &mut self,
        keys: &'static [Key],
        at: &Trail<'_>,
        item: &Value,
        mode: Mode,
    ) -> Option<Node> {
        let Value::Object(fields) = item else {
            let cause = Cause::Type(kind_of(item).to_owned(), "an object".to_owned());
            self.errors.push(at.path(), cause, "write its keys below each other");
            return None;
        };
        let around = std::mem::take(&mut self.config);
        let found = self.keys(keys, below(at, Some(fields)).collect(), mode);
        self.lacks_of(keys, &found, at);
        Some(Node::Map(std::mem::replace(&mut self.config, around)))
    }

    /// What a block cannot do without.
    fn lacks_of(&mut self, keys: &[Key], found: &BTreeSet<&'static str>, at: &Trail<'_>) {
        for key in keys.iter().filter(|key| key.required && !found.contains(key.name)) {
            self.errors.push(
                at.key(key.name).path(),
                Cause::Required,
                "write it, or leave all out",
            );
        }
    }

    fn word(
        &mut self,
        words: &'static [Word],
        at: &Trail<'_>,
        text: &str,
        mode: Mode,
    ) -> Option<Node> {
        let Some(word) = words.iter().find(|word| word.name == text) else {
            let known: Vec<String> = words.iter().map(|word| word.name.to_owned()).collect();
            let remedy = did_you_mean(text, words.iter().map(|word| word.name))
                .unwrap_or_else(|| format!("write one of: {}", known.join(", ")));
            let cause = Cause::NotSupported(text.chars().take(60).collect(), known);
            self.errors.push(at.path(), cause, remedy);
            return None;
        };
        match word.program {
            Program::Reads(word) => Some(Node::text(word)),
            Program::Ignores(why) if mode != Mode::Judged => {
                self.ignored.push(Lost { path: at.path(), why: why.to_owned() });
                None
            }
            Program::Ignores(_) => None,
            Program::Lacks(why) => {
                self.lost(at.path(), why);
                None
            }
        }
    }

    fn map(&mut self, at: &Trail<'_>, fields: &Map<String, Value>) -> Option<Node> {
        let mut all = Object::new();
        for (name, value) in fields {
            let text = match value {
                Value::String(text) => text.clone(),
                Value::Number(_) | Value::Bool(_) => value.to_string(),
                Value::Null | Value::Array(_) | Value::Object(_) => {
                    let cause = Cause::Type(kind_of(value).to_owned(), "a text".to_owned());
                    self.errors.push(at.key(name).path(), cause, "write a text, in quotes");
                    return None;
                }
            };
            all.insert(name.clone(), Node::Text(text));
        }
        Some(Node::Map(all))
    }
}
