//! What to write into a field when looking for trouble: the boundaries of its schema, other types,
//! and the words that rules look for.

use std::fmt;

use serde_json::{Value, json};
use sluicegate_core::kind::Kind;

use crate::{
    examples::{self, Fields},
    schema::{self, Field},
};

/// One field, written.
#[derive(Clone, Debug)]
pub(crate) struct Mutation {
    pointer: String,
    value: Value,
}

impl Mutation {
    /// An example around it: the least there can be, with the block that it belongs to in full.
    pub(crate) fn base(&self, least: &Value, full: &Value) -> Value {
        let mut base = least.clone();
        let block = self.pointer.split('/').nth(2).unwrap_or_default();
        if let Some(value) = full["spec"].get(block) {
            base["spec"][block] = value.clone();
        }
        base
    }

    /// The object with it, if there is such a place in it.
    pub(crate) fn applied(&self, object: &Value) -> Option<Value> {
        let (parent, key) = self.pointer.rsplit_once('/')?;
        let there = match object.pointer(parent)? {
            Value::Object(_) => true,
            Value::Array(items) => key.parse::<usize>().is_ok_and(|at| at < items.len()),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
        };
        there.then(|| schema::with(object, &self.pointer, &self.value))
    }
}

impl fmt::Display for Mutation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text: String = self.value.to_string().chars().take(80).collect();
        write!(f, "{} = {text}", self.pointer)
    }
}

/// The words that the rules of some kind look for, as values and as keys.
const WORDS: &[&str] = &[
    "",
    "a",
    "-",
    "a-",
    "A",
    "a.b",
    "a..b",
    "a_b",
    "ä",
    "a b",
    "a\n",
    ".",
    "a/b:c@d",
    "*",
    "0",
    "latest",
    "RIVVEN_A",
    "LD_A",
    "DYLD_A",
    "Unconfined",
    "RuntimeDefault",
    "Localhost",
    "spc_t",
    "container_t",
    "kernel.msgmax",
    "net.ipv4.tcp_syncookies",
    "Unmasked",
    "ALL",
    "MKNOD",
    "NET_BIND_SERVICE",
    "100%",
    "101%",
    "1%",
    "-1",
    "007",
    "1s",
    "1h30m",
    "1.5h",
    "user:a",
    "User:ä",
    "group:",
    "10Gi",
    "1.5",
    "1e3",
    "100m",
    "0Gi",
    "-1Gi",
    "1Zi",
    "01",
    ".5",
    "5.",
];
const KEYS: &[&str] = &[
    "",
    "a",
    "controller-revision-hash",
    "app.kubernetes.io/name",
    "apps.kubernetes.io/x",
    "statefulset.kubernetes.io/x",
    "sluicegate/x",
    "sluicegate",
    "command",
    "args",
    "image",
    "securityContext",
    "volumes",
    "retention.ms",
    "compression.type",
    "segment.ms",
    "rate-limit-per-ip",
    "idle-timeout-secs",
    "cpu",
    "ä",
];
const NUMBERS: &[i64] = &[
    -1,
    0,
    1,
    2,
    3,
    101,
    9292,
    65_535,
    1_048_575,
    1_048_576,
    2_147_483_648,
    -2_147_483_649,
    i64::MAX,
];

/// Every field with every value that might make a difference.
pub(crate) fn mutations<K: Kind>() -> Vec<Mutation> {
    let schema = schema::of::<K>();
    let Fields { full, exceptions, .. } = examples::of::<K>();
    let full = &full[0];
    let mut all = Vec::new();
    for field in schema::fields(&schema) {
        let now = full.pointer(&field.pointer()).cloned().unwrap_or(Value::Null);
        let mut values = values(&field, &now);
        values.extend(schema::others(&field.schema, &now));
        values.extend(exceptions.values_of(&field.path));
        values.extend(exceptions.blocks.get(&field.path).into_iter().flatten().cloned());
        values.sort_by_key(Value::to_string);
        values.dedup();
        let pointer = field.pointer();
        all.extend(values.into_iter().map(|value| Mutation { pointer: pointer.clone(), value }));
    }
    all.extend(metadata());
    all
}

fn metadata() -> Vec<Mutation> {
    let long = |count| "a".repeat(count);
    let names = [
        long(45),
        long(46),
        "a.b".to_owned(),
        "connect-a".to_owned(),
        "connect".to_owned(),
        "schema-a".to_owned(),
        "a-headless".to_owned(),
        "headless".to_owned(),
        "a-connect-b".to_owned(),
    ];
    let name = |name: String| Mutation { pointer: "/metadata/name".to_owned(), value: json!(name) };
    let annotations = [
        json!({ "sluicegate/paused": "true" }),
        json!({ "sluicegate/paused": "yes" }),
        json!({ "sluicegate/puased": "true" }),
        json!({ "sluicegate/skip-gate": "pods-ready, nowhere" }),
        json!({ "sluicegate/restart-connector": "clicks" }),
    ];
    let annotated = |value| Mutation { pointer: "/metadata/annotations".to_owned(), value };
    names.into_iter().map(name).chain(annotations.into_iter().map(annotated)).collect()
}

fn values(field: &Field, now: &Value) -> Vec<Value> {
    let schema = &field.schema;
    let bound = |key: &str| schema::whole(&schema[key]);
    let mut all =
        vec![Value::Null, json!({}), json!([]), json!("x"), json!(7), json!(true), json!(1.5)];
    for edge in ["minimum", "maximum"].iter().filter_map(|key| bound(key)) {
        all.extend([edge.saturating_sub(1), edge, edge.saturating_add(1)].map(Value::from));
    }
    let either = schema["x-kubernetes-int-or-string"] == true;
    if either || schema["type"] == "integer" {
        all.extend(NUMBERS.iter().map(|&number| json!(number)));
    }
    let bounded = ["pattern", "maxLength", "enum"].iter().any(|key| schema.get(key).is_some());
    if either || schema["type"] == "string" && bounded {
        all.extend(WORDS.iter().map(|&word| json!(word)));
        let lengths = ["minLength", "maxLength"].iter().filter_map(|key| bound(key));
        for length in lengths.flat_map(|length| [length - 1, length, length + 1]) {
            let length = usize::try_from(length).unwrap_or(0);
            all.extend(["a", "ä", "1"].map(|letter| json!(letter.repeat(length))));
        }
    }
    if let (Some(most), Value::Array(items)) = (bound("maxItems"), now) {
        let most = usize::try_from(most).expect("a small number");
        let item = items.first().cloned().unwrap_or_else(|| json!("a"));
        all.extend([most, most + 1].map(|count| Value::from(vec![item.clone(); count])));
    }
    if let (Some(of), Some(most)) = (schema["items"].get("type"), bound("maxItems"))
        && of == "string"
    {
        all.extend(WORDS.iter().map(|word| json!([word])));
        let many = |count: i64| (0..count).map(|at| json!(format!("a{at}"))).collect();
        all.extend([most, most + 1].map(many));
    }
    if let Some(of) = schema.get("additionalProperties") {
        all.extend(entries(of, bound("maxProperties").unwrap_or(1)));
    }
    all
}

fn entries(of: &Value, most: i64) -> Vec<Value> {
    let good = if of["x-kubernetes-int-or-string"] == true { json!(1) } else { json!("1") };
    let one = |key: &str, value: Value| json!({ key: value });
    let mut all: Vec<Value> = KEYS.iter().map(|key| one(key, good.clone())).collect();
    all.extend(KEYS.iter().map(|key| one(key, json!("x"))));
    all.extend([128, 129].map(|length| one(&"k".repeat(length), good.clone())));
    // No `ä` here: the crate `cel` counts its bytes, cel-go its letters.
    all.extend(WORDS.iter().map(|word| one("key", json!(word))));
    all.extend([json!(0), json!(-1), json!(1.5), json!([])].map(|value| one("key", value)));
    if let Some(length) = of["maxLength"].as_u64().and_then(|length| usize::try_from(length).ok()) {
        all.extend([length, length + 1].map(|length| one("key", json!("a".repeat(length)))));
    }
    let many = |count: i64| (0..count).map(|at| (format!("k{at}"), good.clone())).collect();
    all.extend([most, most + 1].map(|count| Value::Object(many(count))));
    all
}
