//! A document as it was written: numbers keep their digits, and objects the order of their keys.

use std::{collections::BTreeSet, fmt::Write as _};

use jiter::{Jiter, Peek};

/// How deep a document may be. What is deeper is no document to us.
const DEEPEST: usize = 128;

/// A value of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Json {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, digit by digit as it was written.
    Number(String),
    /// A text.
    Text(String),
    /// A list.
    List(Vec<Json>),
    /// An object. Of two keys of one name the last one counts.
    Map(Vec<(String, Json)>),
}

impl Json {
    /// Reads a document; nothing if it is none.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let mut reader = Jiter::new(bytes);
        let first = reader.peek().ok()?;
        let whole = read(&mut reader, first, 0)?;
        reader.finish().ok()?;
        Some(whole)
    }

    /// The object, if it is one.
    pub fn as_map(&self) -> Option<&Vec<(String, Self)>> {
        if let Self::Map(fields) = self { Some(fields) } else { None }
    }

    /// The same, to be changed.
    pub fn as_map_mut(&mut self) -> Option<&mut Vec<(String, Self)>> {
        if let Self::Map(fields) = self { Some(fields) } else { None }
    }

    /// Whether a condition that names it is met: it says something, and that is not no.
    pub fn is_truthy(&self) -> bool {
        match self {
            Self::Null => false,
            Self::Bool(value) => *value,
            // However it is written, zero has no other digit before its exponent.
            Self::Number(digits) => {
                let digits = digits.split(['e', 'E']).next().unwrap_or_default();
                digits.contains(|digit: char| digit.is_ascii_digit() && digit != '0')
            }
            Self::Text(text) => !text.is_empty() && text != "false",
            Self::List(_) | Self::Map(_) => true,
        }
    }

    /// What it says as a text: of a text the text itself, of `null` nothing, of all else how it is
    /// written.
    pub fn to_text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Null => String::new(),
            Self::Bool(_) | Self::Number(_) | Self::List(_) | Self::Map(_) => self.to_string(),
        }
    }
}

/// As it is written, without a space.
impl std::fmt::Display for Json {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Null => out.write_str("null"),
            Self::Bool(value) => write!(out, "{value}"),
            Self::Number(digits) => out.write_str(digits),
            Self::Text(text) => quoted(text, out),
            Self::List(items) => {
                out.write_char('[')?;
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        out.write_char(',')?;
                    }
                    write!(out, "{item}")?;
                }
                out.write_char(']')
            }
            Self::Map(fields) => {
                out.write_char('{')?;
                for (index, (name, value)) in fields.iter().enumerate() {
                    if index > 0 {
                        out.write_char(',')?;
                    }
                    quoted(name, out)?;
                    write!(out, ":{value}")?;
                }
                out.write_char('}')
            }
        }
    }
}

/// Puts a value under a name of an object: in the place of what was there, or last.
pub fn put(fields: &mut Vec<(String, Json)>, name: &str, value: Json) {
    match fields.iter_mut().rev().find(|(there, _)| there == name) {
        Some((_, there)) => *there = value,
        None => fields.push((name.to_owned(), value)),
    }
}

fn quoted(text: &str, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
    let text = serde_json::to_string(text).map_err(|_| std::fmt::Error)?;
    out.write_str(&text)
}

fn read(reader: &mut Jiter<'_>, first: Peek, depth: usize) -> Option<Json> {
    if depth > DEEPEST {
        return None;
    }
    Some(match first {
        Peek::Null => {
            reader.known_null().ok()?;
            Json::Null
        }
        Peek::True | Peek::False => Json::Bool(reader.known_bool(first).ok()?),
        Peek::String => Json::Text(reader.known_str().ok()?.to_owned()),
        Peek::Array => {
            let mut items = Vec::new();
            let mut next = reader.known_array().ok()?;
            while let Some(first) = next {
                items.push(read(reader, first, depth + 1)?);
                next = reader.array_step().ok()?;
            }
            Json::List(items)
        }
        Peek::Object => {
            let mut fields: Vec<(String, Json)> = Vec::new();
            let mut next = reader.known_object().ok()?.map(str::to_owned);
            while let Some(name) = next {
                let first = reader.peek().ok()?;
                fields.push((name, read(reader, first, depth + 1)?));
                next = reader.next_key().ok()?.map(str::to_owned);
            }
            Json::Map(each_once(fields))
        }
        number if number.is_num() => {
            let digits = reader.next_number_bytes().ok()?;
            Json::Number(std::str::from_utf8(digits).ok()?.to_owned())
        }
        _ => return None,
    })
}

/// Of two fields of one name the last one: whoever reads the document sees no other, and what would
/// stand there before it no transformation would get to.
fn each_once(mut fields: Vec<(String, Json)>) -> Vec<(String, Json)> {
    let mut names: Vec<&str> = fields.iter().map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    if names.windows(2).all(|two| two[0] != two[1]) {
        return fields;
    }
    let mut seen = BTreeSet::new();
    let mut last: Vec<bool> =
        fields.iter().rev().map(|(name, _)| seen.insert(name.clone())).collect();
    last.reverse();
    let mut keep = last.into_iter();
    fields.retain(|_| keep.next().unwrap_or(true));
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    fn again(text: &str) -> Option<String> {
        Some(Json::parse(text.as_bytes())?.to_string())
    }

    #[test]
    fn what_is_read_is_written_as_it_was() {
        let texts = [
            r#"{"b":1,"a":{"z":[],"y":{}},"n":null}"#,
            "[9007199254740993,1.10,1e400,-0.0,123456789012345678901234567890]",
            r#""a\"b\\\n""#,
        ];
        for text in texts {
            assert_eq!(again(text).as_deref(), Some(text));
        }
        assert_eq!(again(" { \"a\" : [ 1 , 2 ] } ").as_deref(), Some(r#"{"a":[1,2]}"#));
    }

    #[test]
    fn of_two_fields_of_one_name_the_last_one_is_there() {
        let text = r#"{"a":1,"b":2,"a":{"c":3,"c":4}}"#;
        assert_eq!(again(text).as_deref(), Some(r#"{"b":2,"a":{"c":4}}"#));
    }

    #[test]
    fn what_is_no_document_is_none() {
        for text in
            ["", "{", "{}x", "01", "NaN", "Infinity", "-Infinity", "'a'", "\"\\ud800\"", "[1,]"]
        {
            assert_eq!(again(text), None, "{text}");
        }
        assert_eq!(Json::parse(b"\"\xff\""), None);
        let deep = |depth| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(again(&deep(DEEPEST)).is_some());
        assert_eq!(again(&deep(DEEPEST + 2)), None);
        assert_eq!(again(&"[".repeat(1_000_000)), None);
    }

    #[test]
    fn zero_is_not_truthy_however_it_is_written() {
        let truthy = |text: &str| Json::parse(text.as_bytes()).is_some_and(|one| one.is_truthy());
        for text in ["0", "-0", "0.00", "0e7", "false", "null", "\"\"", "\"false\""] {
            assert!(!truthy(text), "{text}");
        }
        for text in ["1", "-0.10", "1e-400", "true", "\"0\"", "[]", "{}"] {
            assert!(truthy(text), "{text}");
        }
    }
}
