//! What is done to records on their way.

use super::{flag, key, store, text, texts};
use crate::connector::{Connector, Key, Role, Takes};

const FIELDS: Key = texts("fields", PATHS).required();
const DEEP: &[Key] = &[flag("deep", "Whether names within objects and lists are written so too.")];
const PATHS: &str = "Paths of fields, such as `$.customer.email`, `items[0].id` or `a\\.b`.";
const CONDITION: &str = "A path, met by what says something and is not `false`, `0` or an empty \
                         text; or `path == 'text'`, met by what is written so.";

const fn transformation(
    name: &'static str,
    about: &'static str,
    keys: &'static [Key],
) -> Connector {
    store(name, Role::Transformation, about, keys)
}

pub(super) static CAMEL_CASE: Connector = transformation(
    "camelCase",
    "Writes the names of fields as OrderId. Of two that become the same the last one stays.",
    DEEP,
);

pub(super) static FILTER: Connector = transformation(
    "filter",
    "Lets through what meets a condition. What is no JSON meets none and is left out.",
    &[text("condition", CONDITION).required()],
);

pub(super) static FLATTEN: Connector = transformation(
    "flatten",
    "Makes a record of each item of a list: the fields of the item beside those of the record, and \
     in their place where they are called the same.",
    &[text("field", "Path of the list, such as `$.items`.").required()],
);

pub(super) static MASK: Connector = transformation(
    "mask",
    "Makes values unreadable: three signs, or as many as a value has. A record that it cannot look \
     into is a fault.",
    &[
        FIELDS,
        text("maskChar", "The sign that stands for each of a value.").or("*"),
        flag("keepLength", "Whether there are as many signs as the value has."),
    ],
);

pub(super) static REMOVE: Connector = transformation(
    "remove",
    "Takes fields out. A record that is no JSON stays as it is.",
    &[FIELDS],
);

pub(super) static ROUTER: Connector = transformation(
    "router",
    "Leads what meets a condition to a sink of its own, the first that is met. All else goes on to \
     the sink of the flow.",
    &[key("routes", Takes::Blocks(ROUTE), "Where to, at least one.").required()],
);

const ROUTE: &[Key] = &[
    text("condition", CONDITION).required(),
    key("sink", Takes::Any, "A sink as that of the flow: its type, and what it takes.").required(),
];

pub(super) static SELECT: Connector = transformation(
    "select",
    "Keeps these fields, each under the last word of its path, and nothing else. A record that has \
     none of them, or is no JSON, is left out.",
    &[FIELDS],
);

pub(super) static SNAKE_CASE: Connector = transformation(
    "snakeCase",
    "Writes the names of fields as order_id. Of two that become the same the last one stays.",
    DEEP,
);

pub(super) static TIMESTAMP: Connector = transformation(
    "timestamp",
    "Notes when it was done, in UTC, in a field at the top.",
    &[
        text("fieldName", "Name of the field.").or("created_at"),
        text(
            "format",
            "How the time is written: a layout of Go, such as `2006-01-02 15:04:05`, the name of \
             one, such as RFC3339Nano, or Unix, UnixMilli, UnixMicro or UnixNano.",
        )
        .or("RFC3339"),
    ],
);

#[cfg(test)]
mod tests {
    use serde_json::{Map, Value, json};

    use super::super::CONNECTORS;
    use super::*;
    use crate::{
        field::{Cause, Path},
        systems::dataflow::pipeline::{NAMES, Pipeline},
    };

    fn all() -> impl Iterator<Item = &'static Connector> {
        CONNECTORS.iter().copied().filter(|one| one.role == Role::Transformation)
    }

    /// A transformation with what it cannot do without, and more.
    fn spec(one: &Connector, more: &Map<String, Value>) -> Value {
        let sink = json!({ "type": "kafka", "config": {} });
        let mut config = Map::new();
        for key in one.keys.iter().filter(|key| key.required) {
            let value = match (matches!(key.takes, Takes::Texts), key.name) {
                (true, _) => json!(["$.a"]),
                (false, "routes") => json!([{ "condition": "$.a", "sink": sink }]),
                (false, _) => json!("$.a"),
            };
            config.insert(key.name.to_owned(), value);
        }
        config.extend(more.clone());
        json!({ "type": one.name, "config": config })
    }

    #[test]
    fn the_pipeline_takes_what_the_table_has() {
        let mut names: Vec<&str> = all().map(|one| one.name).collect();
        let mut known = NAMES.to_vec();
        known.sort_unstable();
        names.sort_unstable();
        assert_eq!(names, known);
        for one in all() {
            let compile = |more: Value| {
                let more = more.as_object().cloned().unwrap_or_default();
                Pipeline::compile(&[spec(one, &more)], &Path::root("transformations"))
            };
            // Nothing else is needed, and what has a default is as that.
            let least = compile(json!({})).expect(one.name);
            for key in one.keys {
                let Some(default) = key.default else { continue };
                let is_flag = matches!(key.takes, Takes::Bool);
                let default = if is_flag { json!(default == "true") } else { json!(default) };
                let said = compile(json!({ key.name: default })).expect(key.name);
                assert_eq!(format!("{said:?}"), format!("{least:?}"), "{}: {}", one.name, key.name);
            }
            // What is needed is missed.
            for key in one.keys.iter().filter(|key| key.required) {
                let without = compile(json!({ key.name: null })).expect_err(key.name);
                let missed = without.iter().any(|error| {
                    error.cause == Cause::Required && error.path.to_string().ends_with(key.name)
                });
                assert!(missed, "{}: {without}", key.name);
            }
            for key in one.keys.iter().filter(|key| matches!(key.takes, Takes::Text(_))) {
                let long = compile(json!({ key.name: format!("$.{}", "a".repeat(4_095)) }));
                assert!(long.expect_err(key.name).to_string().contains("at most 4096 characters"));
            }
            // And there is nothing more.
            let odd = compile(json!({ "xxxxxxxxxx": 1 })).expect_err(one.name).to_string();
            let mut keys: Vec<&str> = one.keys.iter().map(|key| key.name).collect();
            keys.sort_unstable();
            assert!(odd.contains(&format!("{} has: {}", one.name, keys.join(", "))), "{odd}");
        }
    }
}
