//! YAML, written: block style, in the order and with the indentation of `kubectl get -o yaml`.
//!
//! Our own, and small: what it must guarantee is that no reader, of YAML 1.1 or 1.2, takes a text
//! for anything else; so any text that is not plainly a word is quoted.

use serde_json::{Map, Value};
use sluicegate_core::printable::acts;

use super::scalar;

/// The longest key, in bytes as written, that YAML reads before its `:`.
const LONGEST_KEY: usize = 1000;

const RESOURCE: &[&str] = &["apiVersion", "kind", "metadata", "spec", "status"];
const METADATA: &[&str] = &["name", "namespace"];

/// A value as one YAML document, without `---`, ending in a line feed.
///
/// The keys keep the value's own order, except that `apiVersion`, `kind`, `metadata`, `spec` and
/// `status` come first at the top, `name` and `namespace` first in `metadata`. Texts of several
/// lines become literal blocks where that keeps them exactly. [`parse`](super::parse) gives the
/// same value back, down to [`MAX_DEPTH`](super::MAX_DEPTH).
pub fn to_string(value: &Value) -> String {
    let mut out = String::new();
    match value {
        Value::Object(map) if !map.is_empty() => entries(&mut out, map, 0, RESOURCE),
        Value::Array(list) if !list.is_empty() => items(&mut out, list, 0),
        scalar @ (Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Array(_)
        | Value::Object(_)) => {
            leaf(&mut out, scalar, 2);
            out.push('\n');
        }
    }
    out
}

/// The entries of a map. The first is written where the text stands, the others on lines of their
/// own, indented.
fn entries(out: &mut String, map: &Map<String, Value>, indent: usize, first: &[&str]) {
    let leading = first.iter().filter_map(|key| map.get_key_value(*key));
    let others = map.iter().filter(|(key, _)| !first.contains(&key.as_str()));
    for (at, (key, value)) in leading.chain(others).enumerate() {
        if at > 0 {
            pad(out, indent);
        }
        let name = text(key);
        if name.len() > LONGEST_KEY {
            out.push_str("? ");
            out.push_str(&name);
            out.push('\n');
            pad(out, indent);
        } else {
            out.push_str(&name);
        }
        out.push(':');
        let first = if indent == 0 && key == "metadata" { METADATA } else { &[] };
        field(out, value, indent, first);
    }
}

/// The value of a field, after its colon, to the end of its last line.
fn field(out: &mut String, value: &Value, indent: usize, first: &[&str]) {
    match value {
        Value::Object(map) if !map.is_empty() => {
            out.push('\n');
            pad(out, indent + 2);
            entries(out, map, indent + 2, first);
        }
        Value::Array(list) if !list.is_empty() => {
            out.push('\n');
            // The dash is indentation enough, and what kubectl writes.
            pad(out, indent);
            items(out, list, indent);
        }
        scalar @ (Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Array(_)
        | Value::Object(_)) => {
            out.push(' ');
            leaf(out, scalar, indent + 2);
            out.push('\n');
        }
    }
}

/// The items of a list. The first is written where the text stands.
fn items(out: &mut String, list: &[Value], indent: usize) {
    for (at, value) in list.iter().enumerate() {
        if at > 0 {
            pad(out, indent);
        }
        out.push_str("- ");
        match value {
            Value::Object(map) if !map.is_empty() => entries(out, map, indent + 2, &[]),
            Value::Array(list) if !list.is_empty() => items(out, list, indent + 2),
            scalar @ (Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Array(_)
            | Value::Object(_)) => {
                leaf(out, scalar, indent + 2);
                out.push('\n');
            }
        }
    }
}

/// What fits after a colon or dash: a scalar, or an empty list or map. Without the line feed.
fn leaf(out: &mut String, value: &Value, indent: usize) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(truth) => out.push_str(if *truth { "true" } else { "false" }),
        Value::Number(number) => out.push_str(&decimal(&number.to_string())),
        Value::String(lines) if literal(lines) => block(out, lines, indent),
        Value::String(word) => out.push_str(&text(word)),
        Value::Array(_) => out.push_str("[]"),
        Value::Object(_) => out.push_str("{}"),
    }
}

/// A number as YAML 1.1 needs it: with a point and a signed exponent, if it has an exponent.
fn decimal(number: &str) -> String {
    let Some((mantissa, exponent)) = number.split_once(['e', 'E']) else {
        return number.to_owned();
    };
    let point = if mantissa.contains('.') { "" } else { ".0" };
    let sign = if exponent.starts_with(['+', '-']) { "" } else { "+" };
    format!("{mantissa}{point}e{sign}{exponent}")
}

/// Whether a literal block keeps a text exactly, for every reader.
fn literal(text: &str) -> bool {
    // A first line that is empty or indented would need an explicit indentation.
    text.contains('\n')
        && !text.starts_with(['\n', ' '])
        && text.chars().all(|c| c == '\n' || c == '\t' || !escaped(c))
        && text.split('\n').all(|line| {
            !line.starts_with('\t') && (line.is_empty() || !line.trim_matches(' ').is_empty())
        })
}

fn block(out: &mut String, text: &str, indent: usize) {
    let ends = text.len() - text.trim_end_matches('\n').len();
    out.push_str(match ends {
        0 => "|-",
        1 => "|",
        _ => "|+",
    });
    // The last line feed is the caller's.
    for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
        out.push('\n');
        if !line.is_empty() {
            pad(out, indent);
            out.push_str(line);
        }
    }
}

/// A text on one line: as it is if no reader can mistake it, in quotes otherwise.
fn text(text: &str) -> String {
    if plain(text) {
        return text.to_owned();
    }
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            c if escaped(c) => quoted.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

fn plain(text: &str) -> bool {
    let starts = |c: char| c.is_alphanumeric() || "/_.$(".contains(c);
    text.starts_with(starts)
        && !text.ends_with([' ', ':'])
        && !text.contains(": ")
        && !text.contains(" #")
        && !text.starts_with("...")
        && !text.chars().any(escaped)
        && !scalar::ambiguous(text)
}

/// Whether a character does not stand for itself in YAML: what does something else than to be seen,
/// what YAML 1.1 takes for a line break among it, and what is no character. None is above U+FFFF.
fn escaped(c: char) -> bool {
    acts(c) || matches!(c, '\u{FFFE}' | '\u{FFFF}')
}

fn pad(out: &mut String, indent: usize) {
    out.extend(std::iter::repeat_n(' ', indent));
}
