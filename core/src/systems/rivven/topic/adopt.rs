//! From a topic that a broker has to a resource that asks for exactly that: the way back.
//!
//! What the resource leaves out it asks for at the default that its fields document, which is not
//! everywhere the broker's own. So everything is written that such a topic is not.

use serde_json::{Map, Value, json};

use super::{
    api::TopicConfig,
    config::{self, SETTINGS},
};
use crate::systems::rivven::SeenTopic;

/// The fields of a spec under which a topic stays as it is, beside those that say which topic it
/// is. Values are taken as they are: whether a resource may have them is for its schema to say.
pub fn spec(topic: &SeenTopic) -> Map<String, Value> {
    let SeenTopic { partitions, configs, records: _, replication_factor } = topic;
    let mut spec = Map::from_iter([("partitions".to_owned(), json!(partitions))]);
    if let Some(copies) = replication_factor {
        spec.insert("replicationFactor".to_owned(), json!(copies));
    }
    let unset = config::wanted(&TopicConfig::default());
    let mut settings = Map::new();
    for setting in SETTINGS {
        let is = config::actual(configs, setting);
        if unset[setting.key] == is {
            continue;
        }
        if setting.key == config::SEGMENT_MS {
            settings.insert(setting.field.to_owned(), json!({ setting.key: is }));
        } else {
            settings.insert(setting.field.to_owned(), value(setting.default, is));
        }
    }
    if !settings.is_empty() {
        spec.insert("config".to_owned(), Value::Object(settings));
    }
    spec
}

/// A number where the setting is one: by its default.
fn value(default: &str, is: String) -> Value {
    match (default.parse::<i64>(), is.parse::<i64>()) {
        (Ok(_), Ok(number)) => json!(number),
        _ => Value::String(is),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn seen(configs: &[(&str, &str)]) -> SeenTopic {
        let text = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
        let configs = configs.iter().map(text).collect();
        SeenTopic { partitions: 7, configs, records: 5, replication_factor: None }
    }

    /// What the broker has after a resource with this spec has asked for it.
    fn asked_for(spec: &Map<String, Value>) -> BTreeMap<&'static str, String> {
        let settings = spec.get("config").cloned().unwrap_or_default();
        let settings: Option<TopicConfig> = serde_json::from_value(settings).expect("it decodes");
        config::wanted(&settings.unwrap_or_default())
    }

    #[test]
    fn whatever_a_setting_is_the_spec_asks_for_it() {
        for configs in [
            &[][..],
            &[("compression.type", "lz4")],
            &[("compression.type", "none"), ("cleanup.policy", "compact,delete")],
            &[("cleanup.policy", "delete,compact"), ("segment.ms", "-1")],
            &[("retention.ms", "7200000"), ("retention.bytes", "1048576")],
            &[("segment.bytes", "2097152"), ("segment.ms", "60000")],
            &[("min.insync.replicas", "2"), ("max.message.bytes", "1024")],
        ] {
            let seen = seen(configs);
            let asked = asked_for(&spec(&seen));
            for setting in SETTINGS {
                let is = config::actual(&seen.configs, setting);
                assert_eq!(asked[setting.key], is, "{} of {configs:?}", setting.key);
            }
        }
    }

    #[test]
    fn what_a_spec_asks_for_by_itself_is_left_out_and_what_only_the_broker_has_is_not() {
        assert_eq!(
            Value::Object(spec(&seen(&[]))),
            json!({ "partitions": 7, "config": { "compressionType": "producer" } }),
        );
        let lz4 = spec(&seen(&[("compression.type", "lz4")]));
        assert_eq!(Value::Object(lz4), json!({ "partitions": 7 }));
    }

    #[test]
    fn every_field_is_one_of_the_resource() {
        let fields = serde_json::to_value(schemars::schema_for!(TopicConfig)).expect("it is JSON");
        for setting in SETTINGS {
            let known = fields["properties"].get(setting.field).is_some();
            assert!(known, "{} of {}", setting.field, setting.key);
        }
    }
}
