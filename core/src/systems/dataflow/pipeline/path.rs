//! Where in a document something stands: `a.b`, `$.a.b`, `a[0]`, `a.0`, `a\.b` and `$['a b']`.
//!
//! Upstream reads its paths with gjson and documents them as JSONPath. What both can say means here
//! what it seems to say; what only one of them can is refused.

use super::json::Json;

/// A way down into a document. Without a step it is the whole of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonPath(Vec<String>);

/// Why a path is none: what is wrong with it, and what to write instead.
pub type Wrong = (String, String);

impl JsonPath {
    /// Reads one.
    ///
    /// # Errors
    ///
    /// What of it cannot be a path.
    pub fn parse(text: &str) -> Result<Self, Wrong> {
        let rest =
            text.strip_prefix('$').map_or(text, |rest| rest.strip_prefix('.').unwrap_or(rest));
        if text.is_empty() {
            return Err((
                "it is empty".to_owned(),
                "write the way to a field, such as order.id".to_owned(),
            ));
        }
        let mut steps = Vec::new();
        let mut chars = rest.chars().peekable();
        // Whether a name may begin here, which it must after a dot.
        let (mut may, mut must) = (true, false);
        while let Some(next) = chars.peek() {
            match next {
                '[' => {
                    chars.next();
                    steps.push(bracket(&mut chars)?);
                    (may, must) = (false, false);
                }
                '.' if !may => {
                    chars.next();
                    (may, must) = (true, true);
                }
                _ if may => {
                    steps.push(name(&mut chars)?);
                    (may, must) = (false, false);
                }
                _ => {
                    let remedy = "write a dot, such as a[0].b";
                    return Err(("a name follows a bracket at once".to_owned(), remedy.to_owned()));
                }
            }
        }
        if must {
            return Err(unnamed());
        }
        Ok(Self(steps))
    }

    /// Whether it is the whole document.
    pub fn is_whole(&self) -> bool {
        self.0.is_empty()
    }

    /// The name of what it leads to; nothing for the whole document.
    pub fn last(&self) -> Option<&str> {
        self.0.last().map(String::as_str)
    }

    /// What stands there.
    pub fn get<'j>(&self, document: &'j Json) -> Option<&'j Json> {
        self.0.iter().try_fold(document, |value, step| below(value, step))
    }

    /// The same, to be changed.
    pub fn get_mut<'j>(&self, document: &'j mut Json) -> Option<&'j mut Json> {
        self.0.iter().try_fold(document, |value, step| match value {
            Json::Map(fields) => {
                fields.iter_mut().rev().find(|(name, _)| name == step).map(|(_, value)| value)
            }
            Json::List(items) => items.get_mut(index(step)?),
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) => None,
        })
    }

    /// Whether it leads into a list by a name: nobody knows into which of its items.
    pub fn leads_into_list(&self, document: &Json) -> bool {
        let mut value = document;
        for step in &self.0 {
            if matches!(value, Json::List(_)) && index(step).is_none() {
                return true;
            }
            let Some(below) = below(value, step) else { return false };
            value = below;
        }
        false
    }

    /// Takes out what stands there. The whole document stays.
    pub fn remove(&self, document: &mut Json) {
        let Some((step, above)) = self.0.split_last() else { return };
        match Self(above.to_vec()).get_mut(document) {
            Some(Json::Map(fields)) => fields.retain(|(name, _)| name != step),
            Some(Json::List(items)) => {
                if let Some(index) = index(step).filter(|index| *index < items.len()) {
                    items.remove(index);
                }
            }
            Some(Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_)) | None => {}
        }
    }
}

/// What stands below a value by a name, or at a place.
fn below<'j>(value: &'j Json, step: &str) -> Option<&'j Json> {
    match value {
        Json::Map(fields) => {
            fields.iter().rev().find(|(name, _)| name == step).map(|(_, value)| value)
        }
        Json::List(items) => items.get(index(step)?),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) => None,
    }
}

/// The place of an item.
fn index(step: &str) -> Option<usize> {
    step.bytes().all(|byte| byte.is_ascii_digit()).then(|| step.parse().ok())?
}

fn unnamed() -> Wrong {
    ("a step of it has no name".to_owned(), "write one dot between two names".to_owned())
}

/// A name, up to the next dot or bracket. What a backslash stands before is a character like any
/// other.
fn name(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Result<String, Wrong> {
    let mut name = String::new();
    while let Some(next) = chars.peek().copied() {
        match next {
            '.' | '[' => break,
            '\\' => {
                chars.next();
                let Some(next) = chars.next() else {
                    let remedy = r"write \\ for the character itself";
                    return Err(("it ends in a backslash".to_owned(), remedy.to_owned()));
                };
                name.push(next);
            }
            '*' | '?' | '|' | '{' | '}' | ']' => return Err(foreign(next)),
            '#' | '@' | '!' if name.is_empty() => return Err(foreign(next)),
            _ => {
                chars.next();
                name.push(next);
            }
        }
    }
    if name.is_empty() { Err(unnamed()) } else { Ok(name) }
}

/// What only other languages of paths have.
fn foreign(character: char) -> Wrong {
    let why = format!("{character} asks for more than one place");
    let remedy =
        format!("name one place, such as a.b or a[0]; \\{character} is the character itself");
    (why, remedy)
}

/// What stands between brackets: a number, or a name in quotes.
fn bracket(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Result<String, Wrong> {
    let wrong = |why: &str| (why.to_owned(), "write a[0], or a['name']".to_owned());
    let mut text = String::new();
    match chars.next() {
        Some(quote @ ('\'' | '"')) => {
            loop {
                match chars.next() {
                    Some('\\') => text.extend(chars.next()),
                    Some(next) if next == quote => break,
                    Some(next) => text.push(next),
                    None => return Err(wrong("a quote in brackets is not closed")),
                }
            }
            if chars.next() != Some(']') {
                return Err(wrong("a bracket is not closed"));
            }
        }
        Some(first) if first.is_ascii_digit() => {
            text.push(first);
            loop {
                match chars.next() {
                    Some(']') => break,
                    Some(next) if next.is_ascii_digit() => text.push(next),
                    Some(_) => return Err(wrong("between brackets stands more than a number")),
                    None => return Err(wrong("a bracket is not closed")),
                }
            }
        }
        Some(_) => return Err(wrong("between brackets stands neither a number nor a name")),
        None => return Err(wrong("a bracket is not closed")),
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str) -> Option<String> {
        let document = br#"{"a":{"b":[{"c":1},{"c":2}],"0":"zero","x.y":3,"s p":4},"d":5,"d":6}"#;
        let document = Json::parse(document).expect("it is one");
        Some(JsonPath::parse(path).expect(path).get(&document)?.to_string())
    }

    #[test]
    fn all_ways_to_write_a_path_lead_to_the_same_place() {
        for path in ["a.b.1.c", "$.a.b[1].c", "a.b[1].c", "$a.b[1].c", "$['a']['b'][1]['c']"] {
            assert_eq!(found(path).as_deref(), Some("2"), "{path}");
        }
        for (path, value) in [("a.0", "\"zero\""), ("a['0']", "\"zero\""), (r"a.x\.y", "3")] {
            assert_eq!(found(path).as_deref(), Some(value), "{path}");
        }
        assert_eq!(found("a['s p']").as_deref(), Some("4"));
        assert_eq!(found("a.s p").as_deref(), Some("4"));
        assert_eq!(found("d").as_deref(), Some("6"), "the last one counts");
        for path in ["a.b.2", "a.b.x", "a.b.-1", "e", "a.b[0].c.d", "a.b.99999999999999999999"] {
            assert_eq!(found(path), None, "{path}");
        }
        assert!(found("$").is_some_and(|whole| whole.starts_with('{')));
    }

    #[test]
    fn what_is_no_path_says_why_and_what_to_write() {
        for text in [
            "", ".", "a.", "a..b", ".a", "$..a", "a.*", "a?", "#", "a.#.b", "a.#(b>1)", "@this",
            "a|b", "a[", "a[]", "a[*]", "a[-1]", "a[1", "a['b", "a['b'", "a[0]b", "a\\", "!x",
            "{a,b}",
        ] {
            let (why, remedy) = JsonPath::parse(text).expect_err(text);
            assert!(!why.is_empty() && remedy.starts_with(['w', 'n']), "{text}: {why}; {remedy}");
        }
        assert!(JsonPath::parse(r"\*").is_ok_and(|path| path.last() == Some("*")));
        assert!(JsonPath::parse("user@home").is_ok(), "only at its beginning it is foreign");
    }

    #[test]
    fn what_is_taken_out_is_gone_and_the_rest_is_as_it_was() {
        for (path, left) in [
            ("a.b[0]", r#"{"a":{"b":[2]},"d":5}"#),
            ("d", r#"{"a":{"b":[1,2]}}"#),
            ("a.b[7]", r#"{"a":{"b":[1,2]},"d":5}"#),
            ("$", r#"{"a":{"b":[1,2]},"d":5}"#),
        ] {
            let document = br#"{"a":{"b":[1,2]},"d":5}"#;
            let mut document = Json::parse(document).expect("it is one");
            JsonPath::parse(path).expect(path).remove(&mut document);
            assert_eq!(document.to_string(), left, "{path}");
        }
    }
}
