//! What a scalar without quotes means: to YAML 1.2, which we read, and to the readers of YAML 1.1
//! that the same file meets elsewhere, `kubectl` first.
//!
//! `kubectl`'s reading is that of go-yaml v2 (`resolve.go` in kubernetes-sigs/yaml), which is
//! neither version: it has 1.1's booleans and octals, but no sexagesimals.

use serde_json::{Number, Value};

/// How a plain scalar cannot be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unkeepable {
    /// NaN or infinity, by name.
    NotFinite,
    /// A number that no double can hold.
    TooLarge,
}

/// The value of a plain scalar in the core schema of YAML 1.2.
pub(super) fn core(text: &str) -> Result<Value, Unkeepable> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Ok(Value::Null),
        "true" | "True" | "TRUE" => return Ok(Value::Bool(true)),
        "false" | "False" | "FALSE" => return Ok(Value::Bool(false)),
        ".nan" | ".NaN" | ".NAN" => return Err(Unkeepable::NotFinite),
        _ => {}
    }
    if matches!(text.strip_prefix(['+', '-']).unwrap_or(text), ".inf" | ".Inf" | ".INF") {
        return Err(Unkeepable::NotFinite);
    }
    if !text.starts_with(|first: char| first.is_ascii_digit() || "+-.".contains(first)) {
        return Ok(Value::from(text));
    }
    for (prefix, radix) in [("0x", 16), ("0o", 8)] {
        if let Some(digits) = text.strip_prefix(prefix) {
            if digits.is_empty() || !digits.chars().all(|digit| digit.is_digit(radix)) {
                return Ok(Value::from(text));
            }
            let number = u64::from_str_radix(digits, radix);
            return number.map(Value::from).map_err(|_| Unkeepable::TooLarge);
        }
    }
    decimal(text).unwrap_or_else(|| Ok(Value::from(text)))
}

/// How a plain scalar is read elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Misread {
    /// Who reads it as what.
    pub(super) meaning: String,
    /// What to write instead.
    pub(super) remedy: String,
    /// Whether it is `kubectl` that reads something else than we do.
    pub(super) misleads: bool,
}

/// Who else reads a plain scalar as what, and what to write instead, if anyone does.
pub(super) fn trap(text: &str) -> Option<Misread> {
    let misread = |misleads, meaning, remedy| Some(Misread { meaning, remedy, misleads });
    if let Some(truth) = boolean(text) {
        let meaning = format!("kubectl reads `{text}` as {truth}; YAML 1.2 as text");
        let remedy = format!("write \"{text}\" in quotes if text is meant, or {truth}");
        return misread(true, meaning, remedy);
    }
    if !text.starts_with(|first: char| first.is_ascii_digit() || "+-.".contains(first)) {
        return None;
    }
    let quotes = |number: &str| format!("write \"{text}\" in quotes if text is meant, or {number}");
    let ours = core(text).ok();
    if let Some(theirs) = kubectl(text) {
        let same = ours.as_ref() == Some(&theirs) && !leading_zero(text);
        if !same {
            let ours = match &ours {
                Some(Value::Number(number)) => format!("the number {number}"),
                _ => "text".to_owned(),
            };
            let meaning = format!("kubectl reads the number {theirs}; YAML 1.2 {ours}");
            return misread(true, meaning, quotes(&theirs.to_string()));
        }
        if text.starts_with("0o") {
            let meaning = format!("kubectl reads the number {theirs}; YAML 1.1 text");
            return misread(false, meaning, quotes(&theirs.to_string()));
        }
    }
    if ours.as_ref().is_some_and(Value::is_f64) && integral(text) {
        let meaning = "a number too large to be kept to the last digit".to_owned();
        return misread(false, meaning, format!("write \"{text}\" in quotes"));
    }
    let number = sexagesimal(text)?;
    let meaning = format!("YAML 1.1 reads the number {number} (base 60); kubectl text");
    misread(false, meaning, format!("write \"{text}\" in quotes"))
}

/// Whether a text, written without quotes, might be read as anything but that text by YAML 1.1 or
/// 1.2. Errs towards yes.
pub(super) fn ambiguous(text: &str) -> bool {
    let date = |text: &str| {
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        digits == 4 && text[digits..].starts_with('-')
    };
    let number = |text: &str| {
        text.starts_with(|first: char| first.is_ascii_digit() || "+-.".contains(first))
            && text.chars().all(|c| c.is_ascii_digit() || "_.:,+-".contains(c))
    };
    !matches!(core(text), Ok(Value::String(_)))
        || matches!(text, "<<" | "=")
        || date(text)
        || number(text)
        || trap(text).is_some()
}

fn boolean(text: &str) -> Option<bool> {
    match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => Some(true),
        "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => Some(false),
        _ => None,
    }
}

/// A decimal number, of a form that the core schema has.
fn decimal(text: &str) -> Option<Result<Value, Unkeepable>> {
    if !is_decimal(text) {
        return None;
    }
    if integral(text) {
        if let Ok(number) = text.parse::<i64>() {
            return Some(Ok(number.into()));
        }
        if let Ok(number) = text.parse::<u64>() {
            return Some(Ok(number.into()));
        }
    }
    let number = text.parse::<f64>().ok().and_then(Number::from_f64);
    Some(number.map(whole).ok_or(Unkeepable::TooLarge))
}

/// A number as `kubectl` sends it: one without a fraction as an integer, however it was written.
/// So it is one to the API server, too: `129e6` is 129000000, and `12.0` is 12.
pub(super) fn whole(number: Number) -> Value {
    // Both write the shortest digits that are this number, without an exponent.
    let digits = number.as_f64().map(|number| number.to_string());
    let integer = digits.and_then(|digits| digits.parse::<i64>().ok());
    integer.map_or(Value::Number(number), Value::from)
}

/// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`
fn is_decimal(text: &str) -> bool {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let text = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let exponent = exponent.map(|exponent| exponent.strip_prefix(['+', '-']).unwrap_or(exponent));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    !(whole.is_empty() && fraction.is_empty())
        && digits(whole)
        && digits(fraction)
        && exponent.is_none_or(|exponent| !exponent.is_empty() && digits(exponent))
}

fn integral(text: &str) -> bool {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

fn leading_zero(text: &str) -> bool {
    integral(text) && {
        let digits = text.trim_start_matches(['+', '-']);
        digits.len() > 1 && digits.starts_with('0')
    }
}

/// The number that go-yaml v2 reads, if it reads one.
fn kubectl(text: &str) -> Option<Value> {
    if text.starts_with('.') {
        // Underscores are dropped after a digit or sign only.
        return decimal(text)?.ok();
    }
    let plain = text.replace('_', "");
    let (negative, digits) = match plain.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, plain.strip_prefix('+').unwrap_or(&plain)),
    };
    let lower = digits.to_ascii_lowercase();
    let (digits, radix) = match lower.get(..2) {
        Some("0x") => (&lower[2..], 16),
        Some("0o") => (&lower[2..], 8),
        Some("0b") => (&lower[2..], 2),
        Some(_) if lower.starts_with('0') => (&lower[1..], 8),
        Some(_) | None => (lower.as_str(), 10),
    };
    // A second sign would be Rust's, not Go's.
    let read = if digits.starts_with(['+', '-']) {
        None
    } else if negative {
        i64::from_str_radix(&format!("-{digits}"), radix).ok().map(Value::from)
    } else {
        u64::from_str_radix(digits, radix).ok().map(Value::from)
    };
    read.or_else(|| decimal(&plain)?.ok())
}

/// The number that YAML 1.1 reads in base 60: `12:30:45`, or with a fraction `12:30:45.5`.
fn sexagesimal(text: &str) -> Option<String> {
    let (negative, text) = match text.strip_prefix('-') {
        Some(text) => (true, text),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, fraction) = match text.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (text, None),
    };
    let mut parts = whole.split(':');
    let first = parts.next()?;
    let mut total = first.replace('_', "").parse::<u64>().ok()?;
    let mut count = 0;
    for part in parts {
        let part = part.parse::<u64>().ok().filter(|n| *n < 60 && part.len() <= 2)?;
        total = total.checked_mul(60)?.checked_add(part)?;
        count += 1;
    }
    let plain = fraction.is_none_or(|fraction| fraction.bytes().all(|byte| byte.is_ascii_digit()));
    if count == 0 || !plain || !first.starts_with(|first: char| first.is_ascii_digit()) {
        return None;
    }
    let sign = if negative { "-" } else { "" };
    Some(match fraction {
        Some(fraction) if !fraction.is_empty() => format!("{sign}{total}.{fraction}"),
        Some(_) | None => format!("{sign}{total}"),
    })
}
