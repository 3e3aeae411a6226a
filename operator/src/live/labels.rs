//! Selectors of labels, as kubectl's `-l` takes them.

use std::collections::BTreeSet;

use crate::failure::Failure;

/// What is said of one label. All that is said has to hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Requirement {
    key: String,
    is: Is,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Is {
    /// One of these.
    Among(BTreeSet<String>),
    /// None of these; it may be missing.
    NotAmong(BTreeSet<String>),
    There,
    Missing,
}

impl Requirement {
    /// Whether it holds, given the value of a label by its key.
    pub(super) fn holds<'a>(&self, label: impl Fn(&str) -> Option<&'a str>) -> bool {
        let value = label(&self.key);
        match &self.is {
            Is::Among(values) => value.is_some_and(|value| values.contains(value)),
            Is::NotAmong(values) => value.is_none_or(|value| !values.contains(value)),
            Is::There => value.is_some(),
            Is::Missing => value.is_none(),
        }
    }
}

/// Reads a selector; one without a word selects everything.
///
/// # Errors
///
/// The first part that cannot be read.
pub(super) fn parse(text: &str) -> Result<Vec<Requirement>, Failure> {
    if text.trim().is_empty() {
        return Ok(Vec::new());
    }
    split(text).into_iter().map(|part| requirement(part.trim())).collect()
}

/// The parts between commas that stand in no parentheses.
fn split(text: &str) -> Vec<&str> {
    let mut inside = false;
    text.split(|c: char| {
        inside = (inside || c == '(') && c != ')';
        c == ',' && !inside
    })
    .collect()
}

fn requirement(text: &str) -> Result<Requirement, Failure> {
    let one = |value: &str| BTreeSet::from([value.trim().to_owned()]);
    let (key, is) = if let Some(rest) = text.strip_prefix('!') {
        (rest, Is::Missing)
    } else if let Some((head, rest)) = text.split_once('(') {
        let values = rest.strip_suffix(')').ok_or_else(|| misread(text))?;
        let values = values.split(',').map(|value| value.trim().to_owned()).collect();
        match head.trim().rsplit_once(char::is_whitespace) {
            Some((key, "in")) => (key, Is::Among(values)),
            Some((key, "notin")) => (key, Is::NotAmong(values)),
            Some(_) | None => return Err(misread(text)),
        }
    } else if let Some((key, value)) = text.split_once("!=") {
        (key, Is::NotAmong(one(value)))
    } else if let Some((key, value)) = text.split_once('=') {
        (key, Is::Among(one(value.strip_prefix('=').unwrap_or(value))))
    } else {
        (text, Is::There)
    };
    let key = key.trim().to_owned();
    let fits = match &is {
        Is::Among(values) | Is::NotAmong(values) => values.iter().all(|value| is_value(value)),
        Is::There | Is::Missing => true,
    };
    if fits && is_key(&key) { Ok(Requirement { key, is }) } else { Err(misread(text)) }
}

fn misread(text: &str) -> Failure {
    let give = "key=value, key!=value, key in (a,b), key notin (a,b), key or !key";
    Failure(vec![
        format!("error: --selector: {text:?} is not understood"),
        format!("  give {give}, separated by commas"),
    ])
}

/// Whether labels can have this key: a name, with or without a domain before it.
fn is_key(key: &str) -> bool {
    let (domain, name) = key.split_once('/').unwrap_or(("a", key));
    let labels = domain.split('.');
    let mut labels = labels.map(|label| is_name(label) && !label.contains(['_', '.']));
    !name.is_empty() && is_value(name) && domain.len() <= 253 && labels.all(|is| is)
}

/// Whether a label can have this value.
fn is_value(value: &str) -> bool {
    value.is_empty() || is_name(value)
}

fn is_name(name: &str) -> bool {
    let known = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let ends = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    name.len() <= 63
        && name.chars().all(known)
        && ends(name.chars().next())
        && ends(name.chars().last())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn selects(selector: &str, labels: &[(&str, &str)]) -> bool {
        let label = |key: &str| labels.iter().find(|(own, _)| *own == key).map(|(_, value)| *value);
        let all = parse(selector).unwrap_or_else(|failure| panic!("{failure:?}"));
        all.iter().all(|one| one.holds(label))
    }

    #[test]
    fn labels_are_selected_as_kubectl_does() {
        let prod = [("env", "prod"), ("example.com/team", "a"), ("empty", "")];
        for selector in [
            "",
            " ",
            "env",
            "env=prod",
            "env == prod",
            "env!=test",
            "!none",
            "! none",
            "none!=x",
            "env in (prod,test)",
            "env in ( test , prod )",
            "env in(prod)",
            "env notin (test)",
            "none notin (prod)",
            "empty=",
            "empty in (,x)",
            "example.com/team=a,env in (prod,test),!none",
        ] {
            assert!(selects(selector, &prod), "{selector}");
        }
        for selector in [
            "none",
            "env=test",
            "env!=prod",
            "!env",
            "env in (test)",
            "env notin (prod,test)",
            "none in (prod)",
            "none=",
            "env=prod,example.com/team=b",
        ] {
            assert!(!selects(selector, &prod), "{selector}");
        }
    }

    #[test]
    fn what_kubectl_does_not_take_is_refused() {
        for wrong in [
            ",",
            "a,",
            "a,,b",
            "!",
            "=x",
            "a b",
            "a in",
            "a in b",
            "a in (b",
            "a of (b)",
            "(b)",
            "a in (b) c",
            "a=b=c",
            "a=-b",
            "-a",
            "a/b/c",
            "A_b.c/x",
            "a>1",
            "a in (b)(c)",
        ] {
            assert!(parse(wrong).is_err(), "{wrong}: {:?}", parse(wrong));
        }
        assert!(parse(&"a".repeat(64)).is_err() && parse(&"a".repeat(63)).is_ok());
    }
}
