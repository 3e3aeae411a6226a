//! What is written into a connector's file: a tree of values, some of which come from a Secret, and
//! how it stands there.
//!
//! Programs of this kind replace `${NAME}` in the text of their file before they read it as YAML. A
//! value from a Secret is a variable there, so that none stands in the file.

use std::{collections::BTreeMap, fmt::Write as _};

use serde_json::{Number, Value};

/// How a reference to the key of a Secret begins. It ends with a brace.
pub const SECRET: &str = "${secret:";

/// A value of a file.
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    /// Nothing.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A text. It may refer to keys of the Secret: `${secret:KEY}`.
    Text(String),
    /// What a variable of the program holds and is no text: `${secret:KEY}`, or a variable that the
    /// user has named.
    Bare(String),
    /// A text in which keys of the Secret have become variables.
    Resolved(String),
    /// The path of a file that has what this key of the Secret holds.
    File(String),
    /// A text behind a tag, such as `!timestamp`.
    Tagged(&'static str, String),
    /// A list.
    List(Vec<Self>),
    /// Values by their names.
    Map(Object),
}

/// Values by their names.
pub type Object = BTreeMap<String, Node>;

impl Node {
    /// A text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// A whole number.
    pub fn whole(number: impl Into<i64>) -> Self {
        Self::Number(Number::from(number.into()))
    }

    /// Values by their names.
    pub fn map<const N: usize>(fields: [(&str, Self); N]) -> Self {
        Self::Map(fields.map(|(name, node)| (name.to_owned(), node)).into())
    }

    /// The text, if it is one as it was written.
    pub fn as_text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// The items, if it is a list.
    pub fn as_list(&self) -> Option<&[Self]> {
        if let Self::List(items) = self { Some(items) } else { None }
    }

    /// The values by their names, if it has such.
    pub fn as_map(&self) -> Option<&Object> {
        if let Self::Map(fields) = self { Some(fields) } else { None }
    }

    /// A reference to a key of the Secret as the file that holds it, where a program wants a file.
    pub(super) fn into_file(self) -> Self {
        let key = self.as_text().and_then(|text| text.strip_prefix(SECRET)?.strip_suffix('}'));
        match key.filter(|key| !key.contains('}')) {
            Some(key) => Self::File(key.to_owned()),
            None => self,
        }
    }

    /// Any JSON, as it is.
    pub fn of(value: &Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(flag) => Self::Bool(*flag),
            Value::Number(number) => Self::Number(number.clone()),
            Value::String(text) => Self::Text(text.clone()),
            Value::Array(items) => Self::List(items.iter().map(Self::of).collect()),
            Value::Object(fields) => Self::Map(
                fields.iter().map(|(key, value)| (key.clone(), Self::of(value))).collect(),
            ),
        }
    }

    /// The keys of the Secret that it refers to.
    pub fn secret_keys(&self) -> Vec<&str> {
        let mut keys = Vec::new();
        for leaf in self.leaves() {
            if let Self::Text(text) | Self::Bare(text) = leaf {
                keys.extend(pieces(text).filter_map(Result::err));
            }
        }
        keys
    }

    /// The keys of the Secret that are files.
    pub fn secret_files(&self) -> Vec<&str> {
        let files = self.leaves().into_iter();
        files
            .filter_map(|leaf| if let Self::File(key) = leaf { Some(&**key) } else { None })
            .collect()
    }

    /// Everything in it that is neither a list nor a map.
    fn leaves(&self) -> Vec<&Self> {
        if let Self::List(items) = self {
            return items.iter().flat_map(Self::leaves).collect();
        }
        match self.as_map() {
            Some(fields) => fields.values().flat_map(Self::leaves).collect(),
            None => vec![self],
        }
    }

    /// The same, where keys of the Secret are the variables of these names, and files lie in this
    /// folder. A text that has a variable stands in single quotes, between which nothing but such a
    /// quote or a new line can end it.
    #[must_use]
    pub fn resolved(mut self, folder: &str, variable: &dyn Fn(&str) -> String) -> Self {
        self.resolve(folder, variable);
        self
    }

    fn resolve(&mut self, folder: &str, variable: &dyn Fn(&str) -> String) {
        let resolve = |text: &str| {
            pieces(text).fold(String::new(), |whole, piece| match piece {
                Ok(plain) => whole + plain,
                Err(key) => format!("{whole}${{{}}}", variable(key)),
            })
        };
        match self {
            Self::Text(text) if text.contains(SECRET) => *self = Self::Resolved(resolve(text)),
            Self::Bare(text) => *text = resolve(text),
            Self::File(key) => *self = Self::Text(format!("{folder}/{key}")),
            Self::List(items) => items.iter_mut().for_each(|item| item.resolve(folder, variable)),
            Self::Map(fields) => {
                fields.values_mut().for_each(|field| field.resolve(folder, variable));
            }
            Self::Null
            | Self::Bool(_)
            | Self::Number(_)
            | Self::Text(_)
            | Self::Resolved(_)
            | Self::Tagged(..) => {}
        }
    }

    /// As YAML, in blocks, with a line end at its end.
    pub fn to_yaml(&self) -> String {
        let mut text = String::new();
        match self.as_map().filter(|fields| !fields.is_empty()) {
            Some(fields) => write_fields(fields, 0, &mut text),
            None => {
                scalar(self, &mut text);
                text.push('\n');
            }
        }
        text
    }
}

/// What a text is made of: as it stands, or the key of a Secret.
fn pieces(text: &str) -> impl Iterator<Item = Result<&str, &str>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        if let Some(reference) = rest.strip_prefix(SECRET)
            && let Some((key, after)) = reference.split_once('}')
        {
            rest = after;
            return Some(Err(key));
        }
        // One that is never closed is a text like any other.
        let first = rest.chars().next().map_or(0, char::len_utf8);
        let next = rest[first..].find(SECRET).map_or(rest.len(), |at| first + at);
        let (plain, after) = rest.split_at(next);
        rest = after;
        Some(Ok(plain))
    })
}

/// Writes a field as YAML, at the beginning of a line.
pub fn write_field(key: &str, value: &Node, text: &mut String) {
    write_name(key, 0, text);
    below(value, 0, text);
}

/// Writes fields as YAML, so far from the beginning of the line.
pub fn write_fields(fields: &Object, depth: usize, text: &mut String) {
    for (key, value) in fields {
        write_name(key, depth, text);
        below(value, depth, text);
    }
}

/// Writes the name of a field, and a colon.
pub fn write_name(key: &str, depth: usize, text: &mut String) {
    let _ = write!(text, "{:depth$}", "");
    name(key, text);
    text.push(':');
}

/// What stands behind a name or a dash.
fn below(value: &Node, depth: usize, text: &mut String) {
    if let Some(fields) = value.as_map().filter(|fields| !fields.is_empty()) {
        text.push('\n');
        write_fields(fields, depth + 2, text);
    } else if let Some(items) = value.as_list().filter(|items| !items.is_empty()) {
        text.push('\n');
        for item in items {
            let _ = write!(text, "{:depth$}-", "", depth = depth + 2);
            item_of(item, depth + 2, text);
        }
    } else {
        text.push(' ');
        scalar(value, text);
        text.push('\n');
    }
}

/// An item: the first of its fields stands beside the dash.
fn item_of(item: &Node, depth: usize, text: &mut String) {
    let Node::Map(fields) = item else { return below(item, depth, text) };
    if fields.is_empty() {
        return below(item, depth, text);
    }
    let mut block = String::new();
    write_fields(fields, depth + 2, &mut block);
    text.push(' ');
    text.push_str(block.trim_start());
}

fn scalar(value: &Node, text: &mut String) {
    match value {
        Node::Null => text.push_str("null"),
        Node::Bool(true) => text.push_str("true"),
        Node::Bool(false) => text.push_str("false"),
        Node::Number(number) => _ = write!(text, "{number}"),
        Node::Text(plain) | Node::File(plain) => quoted(plain, text),
        Node::Bare(plain) => text.push_str(plain),
        Node::Resolved(resolved) => _ = write!(text, "'{}'", resolved.replace('\'', "''")),
        Node::Tagged(tag, plain) => {
            text.push_str(tag);
            text.push(' ');
            quoted(plain, text);
        }
        Node::List(_) => text.push_str("[]"),
        Node::Map(_) => text.push_str("{}"),
    }
}

/// In double quotes: what JSON makes of a text is YAML too, once nothing in it is unprintable.
fn quoted(plain: &str, text: &mut String) {
    let as_it_is = |byte: u8| matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\');
    if plain.bytes().all(as_it_is) {
        text.push('"');
        text.push_str(plain);
        text.push('"');
        return;
    }
    for c in Value::from(plain).to_string().chars() {
        match c {
            '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' => {
                let _ = write!(text, "\\u{:04x}", u32::from(c));
            }
            c => text.push(c),
        }
    }
}

/// A name stands as it is where nobody could take it for anything else.
fn name(key: &str, text: &mut String) {
    const WORDS: [&str; 9] = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];
    let plain = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'_' | b'-' | b'.');
    let begins = key.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    let is_word = || WORDS.iter().any(|word| word.eq_ignore_ascii_case(key));
    if begins && key.bytes().all(plain) && !is_word() {
        text.push_str(key);
    } else {
        quoted(key, text);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_tree_stands_in_blocks_and_every_text_in_quotes() {
        let tree = json!({
            "version": "1.0",
            "list": [{ "a": 1, "b": { "c": true } }, "x", []],
            "no": null,
            "odd key": "line\nend \"quoted\" \u{85}",
        });
        let yaml = Node::of(&tree).to_yaml();
        assert_eq!(
            yaml,
            "list:\n  - a: 1\n    b:\n      c: true\n  - \"x\"\n  - []\n\"no\": null\n\
             \"odd key\": \"line\\nend \\\"quoted\\\" \\u0085\"\nversion: \"1.0\"\n"
        );
    }

    #[test]
    fn a_key_of_a_secret_is_a_variable() {
        let url = Node::text("postgres://${secret:user}:it's${secret:pass}@db/${HOME}");
        assert_eq!(url.secret_keys(), ["user", "pass"]);
        let resolved = url.resolved("/s", &|key| key.to_uppercase());
        assert_eq!(resolved.to_yaml(), "'postgres://${USER}:it''s${PASS}@db/${HOME}'\n");
        let port = Node::Bare("${secret:port}".to_owned());
        assert_eq!(port.resolved("/s", &|key| key.to_uppercase()).to_yaml(), "${PORT}\n");
    }

    #[test]
    fn what_is_no_reference_stays_as_it_is() {
        for text in ["${secret:open", "ä${secret:x", "${HOME}", "$"] {
            assert_eq!(Node::text(text).secret_keys(), Vec::<&str>::new(), "{text}");
            assert_eq!(Node::text(text).resolved("/s", &|_| String::new()).to_yaml().trim(), {
                match text.contains(SECRET) {
                    true => format!("'{text}'"),
                    false => format!("\"{text}\""),
                }
            });
        }
    }
}
