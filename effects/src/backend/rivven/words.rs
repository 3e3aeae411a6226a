//! What a broker says when it refuses, and what that calls for.
//!
//! Its errors are sentences. Those that were seen of rivvend 0.0.22 are told apart here; one that
//! nobody has seen is tried again, since that does no harm where a plan is made anew from what the
//! broker says then.

use super::Fault;
use crate::Class;

/// What a refusal in these words calls for, and what a person can do about it.
pub(super) fn refusal(words: &str) -> (Class, Option<&'static str>) {
    (class(words), remedy(words))
}

/// Whether the broker says that there is no such topic. One whose name it does not accept cannot be
/// there either: what it says about that is told when the topic is created.
pub(super) fn no_topic(fault: &Fault) -> bool {
    matches!(fault, Fault::Refused(words)
        if is_no_topic(words) || words.starts_with("INVALID_TOPIC_NAME"))
}

/// Whether the broker says that there is no such group: that nobody has committed anything under
/// this name, or can.
pub(super) fn no_group(fault: &Fault) -> bool {
    let no_group = |words: &str| {
        let missing = words.starts_with("Consumer group '") && words.ends_with("' not found");
        missing || words.starts_with("INVALID_GROUP_ID")
    };
    matches!(fault, Fault::Refused(words) if no_group(words))
}

fn is_no_topic(words: &str) -> bool {
    words.starts_with("Topic not found: ") || words.starts_with("UNKNOWN_TOPIC_OR_PARTITION: ")
}

/// What a refusal in these words calls for.
pub(crate) fn class(words: &str) -> Class {
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
        assert!(no_topic(&refused("Topic not found: a")));
        assert!(no_topic(&refused("INVALID_TOPIC_NAME: Invalid topic name '_a': must start")));
        assert!(!no_topic(&refused("AUTHENTICATION_REQUIRED: Please authenticate first")));
        assert!(!no_topic(&Fault::Lost("Topic not found: a".to_owned())));
    }
}
