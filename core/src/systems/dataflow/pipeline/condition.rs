//! What a filter keeps, and where a router leads to: `path`, which has to say something that is not
//! no, or `path == 'text'`.

use super::{
    json::Json,
    path::{JsonPath, Wrong},
};

/// A condition of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    path: JsonPath,
    /// What has to stand there, as a text; nothing where it has to be truthy.
    text: Option<String>,
}

impl Condition {
    /// Reads one.
    ///
    /// # Errors
    ///
    /// What of it cannot be a condition.
    pub fn parse(text: &str) -> Result<Self, Wrong> {
        let (path, text) = match text.split_once("==") {
            None => (text, None),
            Some((path, text)) => (path, Some(unquoted(text.trim())?)),
        };
        for operator in ["!=", ">=", "<=", ">", "<", "&&", "||", "=~", "!", "="] {
            if path.contains(operator) {
                let why = format!("{operator} is nothing that a condition can say");
                return Err((why, "write a path, or path == 'text'".to_owned()));
            }
        }
        Ok(Self { path: JsonPath::parse(path.trim())?, text })
    }

    /// Whether a document meets it. What is not there is no text, and the empty one.
    pub fn holds(&self, document: &Json) -> bool {
        let found = self.path.get(document);
        match &self.text {
            None => found.is_some_and(Json::is_truthy),
            Some(text) => found.map(Json::to_text).unwrap_or_default() == *text,
        }
    }
}

/// A text between quotes. Upstream takes one without them for the empty text.
fn unquoted(text: &str) -> Result<String, Wrong> {
    let between = |quote: char| text.strip_prefix(quote)?.strip_suffix(quote);
    match between('\'').map(|text| (text, '\'')).or_else(|| between('"').map(|text| (text, '"'))) {
        Some((text, quote)) if !text.contains(quote) => Ok(text.to_owned()),
        Some(_) | None => {
            let why = "what stands behind == is not a text in quotes".to_owned();
            Err((why, "write it in quotes, such as status == 'new'".to_owned()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_holds_for_what_says_so() {
        let document = br#"{"a":{"b":"new","n":1.0,"no":false,"o":{"x":1}},"nil":null}"#;
        let document = Json::parse(document).expect("it is one");
        let holds = |text: &str| Condition::parse(text).expect(text).holds(&document);
        for text in [
            "a.b",
            "$.a.b",
            "a.b == 'new'",
            "$.a.b==\"new\"",
            "a.n == '1.0'",
            "a.no == 'false'",
            "a.o == '{\"x\":1}'",
            "nothing == ''",
            "nil == ''",
            "a",
        ] {
            assert!(holds(text), "{text}");
        }
        for text in ["a.no", "nil", "nothing", "a.b == 'old'", "a.n == '1'", "a.b == ''"] {
            assert!(!holds(text), "{text}");
        }
    }

    #[test]
    fn what_upstream_reads_otherwise_is_refused() {
        for text in [
            "",
            "a ==",
            "a == b",
            "a == 'b",
            "a == 'b' && c == 'd'",
            "a != 'b'",
            "a > 1",
            "!a",
            "a = 'b'",
            "a == ''b''",
            "#(a == 'b')",
        ] {
            let (why, remedy) = Condition::parse(text).expect_err(text);
            assert!(!why.is_empty() && remedy.starts_with(['w', 'n']), "{text}: {why}; {remedy}");
        }
    }
}
