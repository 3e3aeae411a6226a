//! Secrets that are written down where they may only be referred to.

use serde_json::Value;

use super::SECRET;
use crate::{field::Path, trail::Trail};

/// Headers that are no secrets.
const PLAIN_HEADERS: [&str; 4] = ["accept", "content-encoding", "content-type", "user-agent"];
/// What stands before a secret in a header.
const SCHEMES: [&str; 6] = ["basic", "bearer", "token", "apikey", "key", "digest"];
/// What names of secrets have in them, in small letters and without dashes.
const IN_NAMES: [&str; 25] = [
    "password",
    "passcode",
    "passwd",
    "passphrase",
    "secret",
    "token",
    "apikey",
    "accesskey",
    "accountkey",
    "sharedkey",
    "masterkey",
    "encryptionkey",
    "userpass",
    "basicauth",
    "hmac",
    "privatekey",
    "signingkey",
    "credential",
    "authorization",
    "bearer",
    "connectionstring",
    "jaas",
    "sastoken",
    "signature",
    "cookie",
];
/// What secrets are called, likewise.
const NAMES: [&str; 8] = ["pass", "pwd", "pw", "auth", "sas", "dsn", "key", "sig"];
/// What the last word of a secret's name may be, where its words are told apart.
const AT_END: [&str; 8] = ["pass", "pwd", "pw", "auth", "sas", "dsn", "jwt", "otp"];
/// How a key begins that is written down whole.
const PEM: &str = "-----BEGIN ";
/// What is called so is a secret only where nothing is known of what it is for.
const ANY_KEY: &str = "key";

/// Where something is written down that is called like a secret, or stands in a URL as one.
pub(super) fn secrets(value: &Value, at: &Trail<'_>, found: &mut Vec<Path>) {
    search(value, at, is_called_secret, found);
}

/// The same in what a known connector passes on as it is, where a `key` may be that of a record.
pub(super) fn secrets_within(value: &Value, at: &Trail<'_>, found: &mut Vec<Path>) {
    search(value, at, |name| !name.eq_ignore_ascii_case(ANY_KEY) && is_called_secret(name), found);
}

fn search(value: &Value, at: &Trail<'_>, is_called: fn(&str) -> bool, found: &mut Vec<Path>) {
    match value {
        Value::Object(fields) => {
            let named = value["name"].as_str().is_some_and(is_called);
            for (name, value) in fields {
                let at = at.key(name);
                match is_called(name) || (named && name == "value") {
                    true => found.extend(literals(value, &at)),
                    false => search(value, &at, is_called, found),
                }
            }
        }
        Value::Array(items) => {
            let items = items.iter().enumerate();
            items.for_each(|(index, item)| search(item, &at.index(index), is_called, found));
        }
        Value::String(text) if in_url(text) || text.trim_start().starts_with(PEM) => {
            found.push(at.path());
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Whether something is called like a secret.
pub(crate) fn is_called_secret(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let last = lower.rsplit(['_', '-', '.']).next().unwrap_or_default();
    let whole = lower.replace(['_', '-', '.'], "");
    NAMES.contains(&whole.as_str())
        || AT_END.contains(&last)
        || IN_NAMES.iter().any(|word| whole.contains(word))
}

/// Where a secret is written down: each value of a map is one, but for headers that are none.
pub(super) fn literals(value: &Value, at: &Trail<'_>) -> Vec<Path> {
    match value {
        Value::Object(fields) => {
            let plain = |name: &str| PLAIN_HEADERS.contains(&name.to_ascii_lowercase().as_str());
            let fields = fields.iter().filter(|(name, _)| !plain(name));
            fields.flat_map(|(name, value)| literals(value, &at.key(name))).collect()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            is_literal(value).then(|| at.path()).into_iter().collect()
        }
    }
}

/// Whether a value is written down, and does not refer to one that stands elsewhere.
fn is_literal(value: &Value) -> bool {
    match value {
        Value::String(text) if text.contains("://") => in_url(text) || !text.contains("${"),
        Value::String(text) => {
            let rest = without_references(text);
            let rest = rest.trim().to_ascii_lowercase();
            let all = !text.trim().is_empty() && rest == text.trim().to_ascii_lowercase();
            all || !(rest.is_empty() || SCHEMES.contains(&rest.as_str()))
        }
        Value::Array(items) => items.iter().any(is_literal),
        Value::Null | Value::Object(_) => false,
        Value::Bool(_) | Value::Number(_) => true,
    }
}

/// Whether a URL has a password, or a parameter that is called like a secret, and has it itself.
pub(super) fn in_url(text: &str) -> bool {
    let Some((_, rest)) = text.split_once("://") else { return false };
    let own = |part: &str| !part.is_empty() && !without_references(part).is_empty();
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let user = authority.rsplit_once('@').map(|(user, _)| user);
    let password = user.and_then(password_of);
    let query = rest.split_once('?').map(|(_, query)| query).unwrap_or_default();
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    password.is_some_and(|password| own(&password))
        || pairs.any(|(name, value)| is_called_secret(name) && own(value))
}

/// The password of `user:password`, whose user may be a reference with a colon in it.
fn password_of(user: &str) -> Option<String> {
    let plain = user.replace("${secret:", "${secret.");
    plain.split_once(':').map(|(_, password)| password.replace("${secret.", "${secret:"))
}

/// Whether a text is a variable and nothing else: of the Secret, or of the program.
pub(super) fn is_variable(text: &str) -> bool {
    text.strip_prefix("${")
        .and_then(|rest| rest.strip_suffix('}'))
        .is_some_and(|name| !name.is_empty() && !name.contains(['{', '}']))
}

/// What is left of a text without `${…}`; one with a value of its own (`${A:-value}`) is no
/// reference.
fn without_references(text: &str) -> String {
    let (mut left, mut rest) = (String::new(), text);
    while let Some((before, after)) = rest.split_once("${") {
        let Some((inside, behind)) = after.split_once('}') else { break };
        left.push_str(before);
        if inside.contains(":-") {
            left.push_str(inside);
        }
        rest = behind;
    }
    left + rest
}

/// Whether a text that refers to a Secret has what cannot stand between single quotes.
pub(super) fn has_broken_line(value: &Value) -> bool {
    let breaks = |c: char| {
        c.is_control()
            || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
    };
    match value {
        Value::String(text) => text.contains(SECRET) && text.contains(breaks),
        Value::Array(items) => items.iter().any(has_broken_line),
        Value::Object(fields) => fields.values().any(has_broken_line),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_secret_is_a_reference_and_nothing_else() {
        for (text, literal) in [
            ("hunter2", true),
            ("${secret:pw}", false),
            ("${ENV}", false),
            ("${ENV:-hunter2}", true),
            ("${secret:pw}hunter2", true),
            ("Bearer ${secret:t}", false),
            ("Bearer hunter2 ${secret:t}", true),
            ("Bearer hunter2", true),
            ("", false),
            ("postgres://u:${secret:pw}@h/d", false),
            ("postgres://u:hunter2@${secret:h}/d", true),
            ("postgres://${secret:u}:${secret:pw}@h/d", false),
            ("postgres://u@h/d", true),
        ] {
            assert_eq!(is_literal(&json!(text)), literal, "{text}");
        }
    }

    #[test]
    fn a_secret_in_a_url_is_found_and_a_url_without_one_is_not() {
        for (text, literal) in [
            ("https://example.com/a?b=c", false),
            ("https://u:p@example.com", true),
            ("https://example.com/?token=x", true),
            ("https://example.com/?token=${secret:t}", false),
            ("mqtt://broker:1883", false),
            ("no url", false),
        ] {
            assert_eq!(in_url(text), literal, "{text}");
        }
    }

    #[test]
    fn what_is_called_like_a_secret_is_one_wherever_it_stands() {
        let config = json!({
            "pwd": "a", "url": "https://u:p@h",
            "headers": [{ "name": "Authorization", "value": "b" }],
            "secret": { "a": { "b": "c" } }, "batchSize": 1, "keyField": "id",
        });
        let mut found = Vec::new();
        secrets(&config, &Trail::base(&Path::root("config")), &mut found);
        let found: Vec<String> = found.iter().map(ToString::to_string).collect();
        let wanted = ["config.headers[0].value", "config.pwd", "config.secret.a.b", "config.url"];
        assert_eq!(found, wanted);
    }
}
