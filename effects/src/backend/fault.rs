//! Why a product did not do what it was asked.

use std::{fmt, io};

use crate::{Class, Error};

/// As much of what a product says as anybody is shown.
const WORDS_MAX: usize = 300;

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// Nothing was sent.
    Unsent(String),
    /// It was sent, and no whole answer came: it may have been done, or not.
    Lost(String),
    /// It answers, but not all that had to be asked was answered in time.
    Slow(String),
    /// The product answered no, in these words.
    Refused(String),
}

/// A source of an error, as a sentence.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Why(String);

impl Fault {
    /// The reason, to be shown.
    pub(super) fn why(&self) -> &str {
        match self {
            Self::Unsent(why) | Self::Lost(why) | Self::Slow(why) | Self::Refused(why) => why,
        }
    }

    /// The reason in one word, to be counted.
    pub(super) fn outcome(&self) -> &'static str {
        match self {
            Self::Unsent(_) => "unsent",
            Self::Lost(_) => "lost",
            Self::Slow(_) => "slow",
            Self::Refused(_) => "refused",
        }
    }

    /// Whether the product has answered.
    pub(super) fn answered(&self) -> bool {
        matches!(self, Self::Refused(_) | Self::Slow(_))
    }

    /// The error of a call that failed for this reason. What a refusal in its words calls for and
    /// what a person can do about it, the product's own table says.
    pub(super) fn of(
        self,
        call: &impl fmt::Display,
        refusal: impl Fn(&str) -> (Class, Option<&'static str>),
    ) -> Error {
        let (class, remedy, why) = match self {
            Self::Unsent(why) => (Class::Retry, None, why),
            Self::Lost(why) | Self::Slow(why) => {
                (Class::Retry, None, format!("{why}: it may have been done, or not"))
            }
            Self::Refused(words) => {
                let (class, remedy) = refusal(&words);
                (class, remedy, words)
            }
        };
        Error::Product { doing: call.to_string(), class, remedy, source: Box::new(Why(why)) }
    }
}

/// Why a connection failed, in words that do not depend on the operating system's numbers.
pub(super) fn io_why(error: &io::Error) -> String {
    if error.kind() == io::ErrorKind::UnexpectedEof {
        return "the connection was closed before there was a whole answer".to_owned();
    }
    without_number(&error.to_string())
}

/// `Connection refused (os error 111)` as `connection refused`.
fn without_number(said: &str) -> String {
    let said = cleaned(said);
    let said = said.split(" (os error ").next().unwrap_or_default();
    let mut letters = said.chars();
    let first = letters.next().map(|first| first.to_ascii_lowercase());
    first.into_iter().chain(letters).collect()
}

/// What a product says, on one line and not too long.
pub(super) fn cleaned(words: &str) -> String {
    let plain = |letter: char| if letter.is_control() { ' ' } else { letter };
    let mut cleaned: String = words.chars().take(WORDS_MAX).map(plain).collect();
    if words.chars().nth(WORDS_MAX).is_some() {
        cleaned.push('…');
    }
    cleaned
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_one_short_line() {
        assert_eq!(cleaned("a\r\nb\u{1b}[31m"), "a  b [31m");
        assert_eq!(cleaned(&"ü".repeat(1000)).chars().count(), WORDS_MAX + 1);
        assert_eq!(without_number("Connection refused (os error 111)"), "connection refused");
        assert_eq!(without_number(""), "");
    }
}
