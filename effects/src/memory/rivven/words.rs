//! What rivvend 0.0.22 says no to, word by word, and how it writes what it takes.
//!
//! The stand-in of the tests answers by this as well, and is held against the real broker side by
//! side: so what is shown offline is what the broker says.

use sluicegate_core::systems::rivven::topic::config::{self, SETTINGS};

/// How many partitions a topic gets that comes about because somebody writes to it.
pub const PARTITIONS_DEFAULT: u32 = 3;

/// How many partitions a topic may be created with.
const PARTITIONS_MAX: u32 = 1000;

/// Whether a topic may be called so.
///
/// # Errors
///
/// The broker's own words.
pub fn name(name: &str) -> Result<(), String> {
    let invalid = |why: &str| Err(format!("INVALID_TOPIC_NAME: {why}"));
    let known = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    if name.is_empty() {
        return invalid("Topic name cannot be empty");
    }
    if name.len() > 255 {
        return invalid(&format!("Topic name too long: {} chars (max: 255)", name.len()));
    }
    let begins = name.as_bytes()[0].is_ascii_alphanumeric();
    let why = match begins && name.bytes().all(known) {
        false => {
            "must start with alphanumeric and contain only alphanumeric, dots, hyphens, underscores"
        }
        true if name.contains("..") => "path traversal patterns not allowed",
        true => return Ok(()),
    };
    invalid(&format!("Invalid topic name '{name}': {why}"))
}

/// Whether a topic may be created, with so many partitions, where there is one of this name or not.
///
/// # Errors
///
/// The broker's own words.
pub fn creation(topic: &str, partitions: u32, exists: bool) -> Result<(), String> {
    name(topic)?;
    if !(1..=PARTITIONS_MAX).contains(&partitions) {
        let range = format!("must be between 1 and {PARTITIONS_MAX}, got {partitions}");
        return Err(format!("INVALID_PARTITION_COUNT: {range}"));
    }
    if exists { Err(format!("Topic '{topic}' already exists")) } else { Ok(()) }
}

/// Whether a topic with so many partitions may have that many. There is no most.
///
/// # Errors
///
/// The broker's own words.
pub fn growth(is: u32, wanted: u32) -> Result<(), String> {
    if wanted > is {
        return Ok(());
    }
    let why = format!("New partition count {wanted} must be greater than current count {is}");
    Err(format!("INVALID_PARTITIONS: {why}"))
}

/// What it says of a topic that it does not have, when asked to describe or to delete it.
pub fn missing(topic: &str) -> String {
    format!("Topic not found: {topic}")
}

/// What it says of a topic that it does not have, when asked to change it.
pub fn unknown(topic: &str) -> String {
    format!("UNKNOWN_TOPIC_OR_PARTITION: Topic '{topic}' not found")
}

/// A setting as the broker keeps it; nothing for its default.
///
/// # Errors
///
/// The broker's own words.
pub fn setting(key: &str, value: Option<&str>) -> Result<Option<String>, String> {
    checked(key, value).map_err(|why| format!("INVALID_CONFIG: {why}"))
}

fn checked(key: &str, value: Option<&str>) -> Result<Option<String>, String> {
    if !SETTINGS.iter().any(|setting| setting.key == key) {
        return Err(format!("Unknown configuration key: {key}"));
    }
    let Some(value) = value else { return Ok(None) };
    let number = || value.parse::<i64>().map_err(|error| format!("Invalid {key}: {error}"));
    let at_least = |least: i64, why: &str| match number()? {
        number if number >= least => Ok(Some(number.to_string())),
        _ => Err(format!("{key} must be {why}")),
    };
    match key {
        "retention.ms" | "retention.bytes" | config::SEGMENT_MS => {
            at_least(-1, ">= -1 (-1 = infinite)")
        }
        "segment.bytes" => at_least(1024, ">= 1024"),
        "max.message.bytes" | "min.insync.replicas" => at_least(1, "> 0"),
        "cleanup.policy" => match &*value.to_lowercase() {
            "delete,compact" => Ok(Some("compact,delete".to_owned())),
            policy @ ("delete" | "compact" | "compact,delete") => Ok(Some(policy.to_owned())),
            _ => Err(format!("Invalid cleanup policy: {value}")),
        },
        _ => match &*value.to_lowercase() {
            kind @ ("none" | "producer" | "lz4" | "zstd" | "snappy" | "gzip") => {
                Ok(Some(kind.to_owned()))
            }
            _ => Err(format!("Invalid compression type: {value}")),
        },
    }
}
