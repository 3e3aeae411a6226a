//! Why a broker did not do what it was asked, and what that calls for.
//!
//! The broker's errors are sentences. Those that were seen of rivvend 0.0.22 are told apart here;
//! one that nobody has seen is tried again, since that does no harm where a plan is made anew from
//! what the broker says then.

use std::io;

use sluicegate_core::systems::rivven::Call;

use crate::{Class, Error};

/// As much of what a broker says as anybody is shown.
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
    /// The broker answered no, in these words.
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

    /// Whether the broker has answered.
    pub(super) fn answered(&self) -> bool {
        matches!(self, Self::Refused(_) | Self::Slow(_))
    }

    /// Whether the broker says that there is no such topic. One whose name it does not accept
    /// cannot be there either: what it says about that is told when the topic is created.
    pub(super) fn no_topic(&self) -> bool {
        matches!(self, Self::Refused(words)
            if is_no_topic(words) || words.starts_with("INVALID_TOPIC_NAME"))
    }

    /// The error of a call that failed for this reason.
    pub(super) fn of(self, call: &Call) -> Error {
        let (class, remedy, why) = match self {
            Self::Unsent(why) => (Class::Retry, None, why),
            Self::Lost(why) | Self::Slow(why) => {
                (Class::Retry, None, format!("{why}: it may have been done, or not"))
            }
            Self::Refused(words) => (class(&words), remedy(&words), words),
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

/// What a broker says, on one line and not too long.
pub(super) fn cleaned(words: &str) -> String {
    let plain = |letter: char| if letter.is_control() { ' ' } else { letter };
    let mut cleaned: String = words.chars().take(WORDS_MAX).map(plain).collect();
    if words.chars().nth(WORDS_MAX).is_some() {
        cleaned.push('…');
    }
    cleaned
}

fn is_no_topic(words: &str) -> bool {
    words.starts_with("Topic not found: ") || words.starts_with("UNKNOWN_TOPIC_OR_PARTITION: ")
}

fn class(words: &str) -> Class {
    let exists = words.starts_with("Topic '") && words.ends_with("' already exists");
    // Whoever asked for more partitions than there were has been overtaken.
    if exists || is_no_topic(words) || words.starts_with("INVALID_PARTITIONS: ") {
        return Class::Conflict;
    }
    let never = ["INVALID_TOPIC_NAME: ", "INVALID_PARTITION_COUNT: ", "INVALID_CONFIG: "];
    if never.iter().any(|start| words.starts_with(start)) { Class::Final } else { Class::Retry }
}

/// What a person can do about what a broker says. What it refuses for good it is not asked for
/// again while the resource is the same.
fn remedy(words: &str) -> Option<&'static str> {
    let table = [
        (
            "INVALID_TOPIC_NAME: ",
            "Make a RivvenTopic with a spec.topicName that the broker takes, and delete this one",
        ),
        ("INVALID_PARTITION_COUNT: ", "Set spec.partitions to a number that the broker takes"),
        (
            "INVALID_CONFIG: ",
            "Change this setting in spec.config to what the broker takes, or leave it out",
        ),
        ("PARTITION_CREATE_FAILED: ", VOLUME),
        ("I/O error: ", VOLUME),
        (
            "AUTHENTICATION_REQUIRED: ",
            "Start the broker with RIVVEN_NO_REQUIRE_AUTH=true: it knows nobody who could sign in",
        ),
        ("RATE_LIMIT_EXCEEDED", "Raise RIVVEN_RATE_LIMIT_PER_IP of the broker"),
    ];
    table.iter().find(|(start, _)| words.starts_with(start)).map(|(_, remedy)| *remedy)
}

const VOLUME: &str = "Look at the broker's volume, its limit of open files and its log";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_refusal_that_was_seen_has_its_class() {
        let table = [
            ("Topic 'a' already exists", Class::Conflict),
            ("Topic not found: a", Class::Conflict),
            ("UNKNOWN_TOPIC_OR_PARTITION: Topic 'a' not found", Class::Conflict),
            (
                "INVALID_PARTITIONS: New partition count 3 must be greater than current count 3",
                Class::Conflict,
            ),
            ("INVALID_TOPIC_NAME: Invalid topic name '_a': must start", Class::Final),
            ("INVALID_PARTITION_COUNT: must be between 1 and 1000, got 1001", Class::Final),
            ("INVALID_CONFIG: Unknown configuration key: a", Class::Final),
            ("PARTITION_CREATE_FAILED: I/O error: No space left on device", Class::Retry),
            ("I/O error: No space left on device", Class::Retry),
            ("AUTHENTICATION_REQUIRED: Please authenticate first", Class::Retry),
            ("RATE_LIMIT_EXCEEDED: Too many requests", Class::Retry),
            ("INVALID_REQUEST: ", Class::Retry),
        ];
        for (words, expected) in table {
            assert_eq!(class(words), expected, "{words}");
        }
    }

    #[test]
    fn a_topic_that_cannot_be_is_not_there() {
        let refused = |words: &str| Fault::Refused(words.to_owned());
        assert!(refused("Topic not found: a").no_topic());
        assert!(refused("INVALID_TOPIC_NAME: Invalid topic name '_a': must start").no_topic());
        assert!(!refused("AUTHENTICATION_REQUIRED: Please authenticate first").no_topic());
        assert!(!Fault::Lost("Topic not found: a".to_owned()).no_topic());
    }

    #[test]
    fn words_are_one_short_line() {
        assert_eq!(cleaned("a\r\nb\u{1b}[31m"), "a  b [31m");
        assert_eq!(cleaned(&"ü".repeat(1000)).chars().count(), WORDS_MAX + 1);
        assert_eq!(without_number("Connection refused (os error 111)"), "connection refused");
        assert_eq!(without_number(""), "");
    }
}
