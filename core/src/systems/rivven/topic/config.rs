//! The settings of a topic: which the broker knows, what they are when nobody sets them, and how it
//! writes them.

use std::collections::BTreeMap;

use super::api::TopicConfig;

/// A setting that the broker knows, with its default there (`rivven-core` 0.0.22, `topic_config`).
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// Its name in the broker.
    pub key: &'static str,
    /// The field of `spec.config` that holds it; `custom` holds several, by their names.
    pub field: &'static str,
    /// Its value in a topic that nobody configured.
    pub default: &'static str,
    /// Whether the release acts on it. One that it only stores is set all the same.
    pub enforced: bool,
}

/// All eight of them. A broker answers `INVALID_CONFIG` to any other.
pub const SETTINGS: &[Setting] = &[
    setting("cleanup.policy", "cleanupPolicy", "delete", true),
    setting("compression.type", "compressionType", "producer", false),
    setting("max.message.bytes", "maxMessageBytes", "1048576", false),
    setting("min.insync.replicas", "minInsyncReplicas", "1", false),
    setting("retention.bytes", "retentionBytes", "-1", false),
    setting("retention.ms", "retentionMs", "604800000", false),
    setting("segment.bytes", "segmentBytes", "1073741824", false),
    setting("segment.ms", "custom", "604800000", false),
];

const fn setting(
    key: &'static str,
    field: &'static str,
    default: &'static str,
    enforced: bool,
) -> Setting {
    Setting { key, field, default, enforced }
}

/// The only setting without a field of its own, which `spec.config.custom` may hold.
pub const SEGMENT_MS: &str = "segment.ms";

/// What every setting shall be, as the broker writes it. What the spec leaves out has the default
/// that the spec documents, so that taking a field out means something.
pub fn wanted(config: &TopicConfig) -> BTreeMap<&'static str, String> {
    let number = |value: Option<i64>, default: i64| value.unwrap_or(default).to_string();
    let custom = config.custom.as_ref().and_then(|custom| custom.get(SEGMENT_MS));
    let policy = config.cleanup_policy.map_or("delete", |policy| policy.as_str());
    let compression = config.compression_type.map_or("lz4", |compression| compression.as_str());
    BTreeMap::from([
        ("cleanup.policy", normalised("cleanup.policy", policy)),
        ("compression.type", compression.to_owned()),
        ("max.message.bytes", number(config.max_message_bytes, 1_048_576)),
        ("min.insync.replicas", number(config.min_insync_replicas.map(i64::from), 1)),
        ("retention.bytes", number(config.retention_bytes, -1)),
        ("retention.ms", number(config.retention_ms, 604_800_000)),
        ("segment.bytes", number(config.segment_bytes, 1_073_741_824)),
        (
            SEGMENT_MS,
            custom.map_or_else(|| "604800000".to_owned(), |text| normalised(SEGMENT_MS, text)),
        ),
    ])
}

/// What a setting is in a topic: as the broker says, or its default where it says nothing.
pub fn actual(configs: &BTreeMap<String, String>, setting: &Setting) -> String {
    let said = configs.get(setting.key).map_or(setting.default, String::as_str);
    normalised(setting.key, said)
}

/// The value as the broker writes it.
fn normalised(key: &str, value: &str) -> String {
    match (key, value) {
        ("cleanup.policy", "delete,compact") => "compact,delete".to_owned(),
        // `+5` and `05` are numbers, too.
        (SEGMENT_MS, text) => text.parse::<i64>().map_or(text.to_owned(), |it| it.to_string()),
        _ => value.to_owned(),
    }
}

/// Whether going from one value to another lets the broker remove records.
pub fn may_remove_records(key: &str, before: &str, after: &str) -> bool {
    let limit = |text: &str| match text.parse::<i64>() {
        Ok(limit) if limit >= 0 => limit,
        Ok(_) | Err(_) => i64::MAX,
    };
    match key {
        "retention.ms" | "retention.bytes" => limit(after) < limit(before),
        "cleanup.policy" => after.contains("compact") && !before.contains("compact"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_is_wanted_at_some_value() {
        let wanted = wanted(&TopicConfig::default());
        assert!(SETTINGS.iter().all(|setting| wanted.contains_key(setting.key)));
        assert_eq!(wanted.len(), SETTINGS.len());
    }

    #[test]
    fn a_number_is_compared_as_the_broker_writes_it() {
        for (written, stored) in [("+5", "5"), ("007", "7"), ("-0", "0"), ("-1", "-1")] {
            let custom = Some(BTreeMap::from([(SEGMENT_MS.to_owned(), written.to_owned())]));
            let config = TopicConfig { custom, ..TopicConfig::default() };
            assert_eq!(wanted(&config)[SEGMENT_MS], stored);
        }
    }

    #[test]
    fn a_shorter_retention_and_a_first_compaction_may_remove_records() {
        assert!(may_remove_records("retention.ms", "-1", "5"));
        assert!(may_remove_records("retention.bytes", "10", "5"));
        assert!(!may_remove_records("retention.ms", "5", "-1"));
        assert!(may_remove_records("cleanup.policy", "delete", "compact,delete"));
        assert!(!may_remove_records("segment.ms", "5", "1"));
    }
}
