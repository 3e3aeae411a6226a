//! `snakeCase` and `camelCase`: how keys are called.

use super::config::Config;
use crate::systems::dataflow::pipeline::{
    Record,
    json::{Json, put},
};

/// Calls keys otherwise. Of two that come to be called the same, the last one counts.
#[derive(Clone, Debug)]
pub(in super::super) struct Rename {
    how: fn(&str) -> String,
    deep: bool,
}

impl Rename {
    pub(super) fn snake(config: &mut Config<'_, '_>) -> Option<Self> {
        Some(Self { how: snake, deep: config.flag("deep")? })
    }

    pub(super) fn pascal(config: &mut Config<'_, '_>) -> Option<Self> {
        Some(Self { how: pascal, deep: config.flag("deep")? })
    }

    pub(super) fn apply(&self, mut record: Record) -> Record {
        if let Some(document) = record.document_mut() {
            self.rename(document);
        }
        record
    }

    fn rename(&self, value: &mut Json) {
        match value {
            Json::Map(fields) => {
                let mut renamed = Vec::with_capacity(fields.len());
                for (name, mut value) in std::mem::take(fields) {
                    if self.deep {
                        self.rename(&mut value);
                    }
                    put(&mut renamed, &(self.how)(&name), value);
                }
                *fields = renamed;
            }
            Json::List(items) if self.deep => items.iter_mut().for_each(|item| self.rename(item)),
            Json::List(_) | Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) => {}
        }
    }
}

/// `orderId` and `OrderID` are `order_id`, `HTTPServer` is `http_server`.
fn snake(name: &str) -> String {
    let chars: Vec<char> = name.chars().collect();
    let mut snake = String::with_capacity(name.len() + 4);
    for (index, next) in chars.iter().enumerate() {
        if next.is_uppercase() {
            let before = index.checked_sub(1).and_then(|before| chars.get(before));
            let after = chars.get(index + 1);
            let word = before.is_some_and(|one| one.is_lowercase() || one.is_numeric());
            let last_of_many = before.is_some_and(|one| one.is_uppercase())
                && after.is_some_and(|one| one.is_lowercase());
            if word || last_of_many {
                snake.push('_');
            }
            snake.extend(next.to_lowercase());
        } else {
            snake.push(*next);
        }
    }
    snake
}

/// `order_id` is `OrderId`. What would be nothing stays as it is.
fn pascal(name: &str) -> String {
    let mut pascal = String::with_capacity(name.len());
    for part in name.split('_') {
        let mut chars = part.chars();
        pascal.extend(chars.next().into_iter().flat_map(char::to_uppercase));
        pascal.extend(chars);
    }
    if pascal.is_empty() { name.to_owned() } else { pascal }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_written_as_upstream_does() {
        for (name, is) in [
            ("orderId", "order_id"),
            ("OrderID", "order_id"),
            ("HTTPServer", "http_server"),
            ("a1B", "a1_b"),
            ("already_snake", "already_snake"),
            ("Größe", "größe"),
            ("", ""),
        ] {
            assert_eq!(snake(name), is);
        }
        for (name, is) in [
            ("order_id", "OrderId"),
            ("orderId", "OrderId"),
            ("_a__b", "AB"),
            ("_", "_"),
            ("ärger_x", "ÄrgerX"),
        ] {
            assert_eq!(pascal(name), is);
        }
    }
}
