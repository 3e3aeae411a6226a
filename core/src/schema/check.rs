//! Everything wrong with a value but unknown fields. It descends as deep as the schema, however
//! deep the value, and allocates nothing for a value with nothing wrong.

use std::collections::BTreeSet;

use k8s_openapi::jiff::Timestamp;
use serde_json::{Map, Number, Value};

use super::{Bound, Count, Kind, Node, Unique, Width, patterns::in_words};
use crate::{
    field::{Cause, Errors},
    quantity::{self, Quantity},
    trail::Trail,
};

/// Lists up to this long are compared item by item; longer ones by what they are written as.
const FEW: usize = 16;

/// What no integer of an API holds: two to the power of 63.
const LARGE: f64 = 9_223_372_036_854_775_808.0;

/// The longest value that an error repeats, in characters.
const SHOWN: usize = 60;

pub(super) fn node(node: &Node, at: &Trail<'_>, value: &Value, errors: &mut Errors) {
    if value.is_null() && is_null(node) {
        return;
    }
    if !fits(node.kind, value) {
        let wanted = wanted(node.kind).to_owned();
        return errors.push(
            at.path(),
            Cause::Type(found(node.kind, value), wanted),
            instead(node, value),
        );
    }
    if !node.values.is_empty() && !node.values.contains(value) {
        // An empty text is taken as if it was left out, which is no advice.
        let known = node.values.iter().map(word).filter(|word| !word.is_empty());
        let known: Vec<String> = known.collect();
        let remedy = super::did_you_mean(&word(value), known.iter().map(String::as_str))
            .unwrap_or_else(|| format!("write one of: {}", known.join(", ")));
        errors.push(at.path(), Cause::NotSupported(cut(word(value)), known), remedy);
    }
    match value {
        Value::Object(map) => object(node, at, map, errors),
        Value::Array(list) => array(node, at, list, errors),
        Value::String(text) => string(node, at, text, errors),
        Value::Number(number) => {
            bounds(node, at, number, errors);
            if is_amount(node) && !number.is_i64() {
                amount(at, &number.to_string(), errors);
            }
        }
        Value::Null | Value::Bool(_) => {}
    }
}

/// Whether a field may be null.
fn is_null(node: &Node) -> bool {
    node.nullable || node.default.is_some() || node.kind == Kind::Any
}

fn object(node: &Node, at: &Trail<'_>, map: &Map<String, Value>, errors: &mut Errors) {
    for name in &node.required {
        let field = node.fields.get(name);
        if !map.contains_key(name) && field.is_none_or(|field| field.default.is_none()) {
            let what = field.map_or("value", |field| wanted(field.kind));
            errors.push(at.key(name).path(), Cause::Required, format!("add `{name}:` ({what})"));
        }
    }
    count(node.properties, map.len(), at, "fields", errors);
    for (name, value) in map {
        let Some(field) = node.fields.get(name).or(node.rest.as_deref()) else { continue };
        let required = || node.required.contains(name);
        if value.is_null() && !is_null(field) && required() {
            let cause = Cause::Type("null".to_owned(), wanted(field.kind).to_owned());
            errors.push(at.key(name).path(), cause, "give it a value: it cannot be left out");
            continue;
        }
        self::node(field, &at.key(name), value, errors);
    }
}

fn array(node: &Node, at: &Trail<'_>, list: &[Value], errors: &mut Errors) {
    count(node.items, list.len(), at, "items", errors);
    let Some(item) = &node.item else { return };
    for (index, value) in list.iter().enumerate() {
        self::node(item, &at.index(index), value, errors);
    }
    match &node.unique {
        Unique::No => {}
        Unique::Set => duplicates(at, list, |value| [value].into_iter(), errors),
        Unique::Map(keys) => {
            let of = |value| keys.iter().map(move |key| of(item, value, key));
            duplicates(at, list, of, errors);
        }
    }
}

/// The field of an item that tells it from others, with its default.
fn of<'a>(item: &'a Node, value: &'a Value, key: &str) -> &'a Value {
    const NONE: &Value = &Value::Null;
    let default = || item.fields.get(key).and_then(|field| field.default.as_ref());
    value.get(key).or_else(default).unwrap_or(NONE)
}

/// Adds an error for each item that equals an earlier one in what `of` gives.
fn duplicates<'a, I: Iterator<Item = &'a Value>>(
    at: &Trail<'_>,
    list: &'a [Value],
    of: impl Fn(&'a Value) -> I,
    errors: &mut Errors,
) {
    let mut seen = BTreeSet::new();
    for (index, value) in list.iter().enumerate() {
        let twice = if list.len() <= FEW {
            list[..index].iter().any(|earlier| of(earlier).eq(of(value)))
        } else {
            !seen.insert(of(value).map(Value::to_string).collect::<Vec<_>>())
        };
        if twice {
            let words: Vec<String> = of(value).map(word).collect();
            let path = at.index(index).path();
            errors.push(path, Cause::Duplicate(cut(words.join(", "))), "remove one of the two");
        }
    }
}

fn string(node: &Node, at: &Trail<'_>, text: &str, errors: &mut Errors) {
    let Count { least, most } = node.length;
    if least.is_some() || most.is_some() {
        let length = text.chars().count();
        count(node.length, length, at, "characters", errors);
        // A pattern takes its time on what is too long, and says no more of what is empty.
        if most.is_some_and(|most| wide(length) > most) || (length == 0 && least.is_some()) {
            return;
        }
    }
    if node.time && !is_time(text) {
        let cause = Cause::Invalid(cut(Value::from(text).to_string()), "must be a time".to_owned());
        errors.push(at.path(), cause, "write it as 2026-01-01T00:00:00Z, or remove the field");
    }
    if let Some(pattern) = &node.pattern
        && !pattern.is_match(text)
    {
        let must = format!("must match `{}`", pattern.as_str());
        let cause = Cause::Invalid(cut(Value::from(text).to_string()), must);
        let remedy = in_words(pattern.as_str()).map_or_else(
            || format!("write a text that matches `{}`", pattern.as_str()),
            |words| format!("write {words}"),
        );
        errors.push(at.path(), cause, remedy);
    } else if is_amount(node) {
        amount(at, text, errors);
    }
}

fn is_amount(node: &Node) -> bool {
    node.pattern.as_ref().is_some_and(|pattern| pattern.as_str() == quantity::PATTERN)
}

/// Adds that an amount is more than Kubernetes holds, which no pattern can say.
fn amount(at: &Trail<'_>, text: &str, errors: &mut Errors) {
    if text.parse::<Quantity>().is_err() {
        let must = "must be at most 9223372036854775807, which is less than 8Ei";
        let cause = Cause::Invalid(cut(Value::from(text).to_string()), must.to_owned());
        errors.push(at.path(), cause, "write a smaller amount");
    }
}

/// A moment as RFC 3339 writes it, which is what Kubernetes reads.
fn is_time(text: &str) -> bool {
    let separated = text.as_bytes().get(10).is_some_and(|byte| *byte == b'T');
    separated && !text.contains('[') && text.parse::<Timestamp>().is_ok()
}

fn count(count: Count, has: usize, at: &Trail<'_>, what: &str, errors: &mut Errors) {
    let Count { least, most } = count;
    let has = wide(has);
    if least.is_none_or(|least| has >= least) && most.is_none_or(|most| has <= most) {
        return;
    }
    let range = match (least, most) {
        (Some(least), Some(most)) if least == most => format!("exactly {least} {what}"),
        (Some(least), Some(most)) => format!("between {least} and {most} {what}"),
        (Some(least), None) => format!("at least {least} {what}"),
        (None, most) => format!("at most {} {what}", most.unwrap_or_default()),
    };
    let found = if has == 1 { what.trim_end_matches('s') } else { what };
    let cause = Cause::Invalid(format!("{has} {found}"), format!("must have {range}"));
    let more = least.is_some_and(|least| has < least);
    let remedy = if more { format!("write {range}") } else { format!("shorten it to {range}") };
    errors.push(at.path(), cause, remedy);
}

fn bounds(node: &Node, at: &Trail<'_>, number: &Number, errors: &mut Errors) {
    let fits = match node.width {
        None => true,
        Some(Width::Int32) => number.as_i64().is_some_and(|number| i32::try_from(number).is_ok()),
        Some(Width::Int64) => number.is_i64(),
    };
    let value = number.as_f64().unwrap_or_default();
    let above = node.minimum.is_none_or(
        |Bound { value: least, exclusive }| {
            if exclusive { value > least } else { value >= least }
        },
    );
    let below = node.maximum.is_none_or(
        |Bound { value: most, exclusive }| {
            if exclusive { value < most } else { value <= most }
        },
    );
    if fits && above && below {
        return;
    }
    let range = range(node);
    let cause = Cause::Invalid(number.to_string(), format!("must be {range}"));
    errors.push(at.path(), cause, format!("write a number {range}"));
}

/// What a number may be, behind "a number".
fn range(node: &Node) -> String {
    match (node.minimum, node.maximum, node.width) {
        (None, None, Some(Width::Int32)) => format!("between {} and {}", i32::MIN, i32::MAX),
        (None, None, _) => format!("between {} and {}", i64::MIN, i64::MAX),
        (Some(Bound { value: least, exclusive: false }), None, _) => format!("at least {least}"),
        (None, Some(Bound { value: most, exclusive: false }), _) => format!("at most {most}"),
        (Some(Bound { value: least, exclusive: true }), None, _) => format!("greater than {least}"),
        (None, Some(Bound { value: most, exclusive: true }), _) => format!("less than {most}"),
        (Some(least), Some(most), _) if !least.exclusive && !most.exclusive => {
            format!("between {} and {}", least.value, most.value)
        }
        (Some(least), Some(most), _) => format!(
            "{} {} and {} {}",
            if least.exclusive { "greater than" } else { "at least" },
            least.value,
            if most.exclusive { "less than" } else { "at most" },
            most.value
        ),
    }
}

fn fits(kind: Kind, value: &Value) -> bool {
    match value {
        Value::Null => kind == Kind::Any,
        Value::Bool(_) => matches!(kind, Kind::Any | Kind::Boolean),
        Value::Number(number) if number.is_f64() => matches!(kind, Kind::Any | Kind::Number),
        Value::Number(_) => {
            matches!(kind, Kind::Any | Kind::Number | Kind::Integer | Kind::IntOrString)
        }
        Value::String(_) => matches!(kind, Kind::Any | Kind::String | Kind::IntOrString),
        Value::Array(_) => matches!(kind, Kind::Any | Kind::Array),
        Value::Object(_) => matches!(kind, Kind::Any | Kind::Object),
    }
}

fn wanted(kind: Kind) -> &'static str {
    match kind {
        Kind::Any => "any value",
        Kind::Object => "an object",
        Kind::Array => "a list",
        Kind::String => "a string",
        Kind::Integer => "an integer",
        Kind::Number => "a number",
        Kind::Boolean => "a boolean",
        Kind::IntOrString => "an integer or a string",
    }
}

/// What was found instead. Its value is told only where a number or a truth is wanted: a text may
/// be a secret, as those of variables are, and a number is not shown as it was written.
fn found(wanted: Kind, value: &Value) -> String {
    let harmless = matches!(wanted, Kind::Integer | Kind::Number | Kind::Boolean);
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(truth) if harmless => format!("boolean {truth}"),
        Value::Number(number) if harmless => format!("number {number}"),
        Value::String(_) if harmless => format!("string {}", cut(value.to_string())),
        Value::Bool(_) => "boolean".to_owned(),
        Value::Number(_) => "number".to_owned(),
        Value::String(_) => "string".to_owned(),
        Value::Array(_) => "list".to_owned(),
        Value::Object(_) => "object".to_owned(),
    }
}

/// What to write instead of a value of another type.
fn instead(node: &Node, value: &Value) -> String {
    let text = value.as_str().unwrap_or_default();
    match (node.kind, value) {
        (_, Value::Null) => "give it a value, or remove the field".to_owned(),
        (Kind::Integer, Value::String(_)) if text.parse::<i64>().is_ok() => {
            format!("write {text} without quotes")
        }
        (Kind::Number, Value::String(_)) if text.parse::<f64>().is_ok_and(f64::is_finite) => {
            format!("write {text} without quotes")
        }
        (Kind::Integer, Value::Number(number)) => match number.as_f64().unwrap_or_default() {
            whole if whole.fract() == 0.0 && whole.abs() >= LARGE => {
                format!("write a number {}", range(node))
            }
            whole if whole.fract() == 0.0 => format!("write {whole}, without a fraction"),
            other => format!("write a whole number, such as {}", other.trunc()),
        },
        (Kind::Boolean, Value::String(_)) => match text.to_ascii_lowercase().as_str() {
            "true" => "write true without quotes".to_owned(),
            "false" => "write false without quotes".to_owned(),
            "yes" | "y" | "on" => "write true".to_owned(),
            "no" | "n" | "off" => "write false".to_owned(),
            _ => "write true or false".to_owned(),
        },
        (Kind::Boolean, _) => "write true or false".to_owned(),
        (Kind::String | Kind::IntOrString, Value::Bool(_) | Value::Number(_)) => {
            "put it in quotes".to_owned()
        }
        (Kind::String, Value::Object(fields))
            if fields.len() == 1 && fields.contains_key("name") =>
        {
            "write the name alone, without `name:`".to_owned()
        }
        (Kind::Array, _) => "write a list: each item on a line of its own, after `- `".to_owned(),
        (Kind::Object, _) if !node.fields.is_empty() => {
            format!("write its fields, each on a line of its own: {}", names(node))
        }
        (Kind::Object, _) => "write `key: value`, each on a line of its own".to_owned(),
        (kind, _) => format!("write {}", wanted(kind)),
    }
}

/// The most fields that a remedy names.
const NAMED: usize = 20;

/// The fields of a node, as a remedy names them.
pub(super) fn names(node: &Node) -> String {
    let mut names: Vec<&str> = node.fields.keys().map(String::as_str).take(NAMED + 1).collect();
    if names.len() > NAMED {
        names[NAMED] = "...";
    }
    names.join(", ")
}

/// A value as its author may have written it.
fn word(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn cut(text: String) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((at, _)) => format!("{}...", &text[..at]),
        None => text,
    }
}

fn wide(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
