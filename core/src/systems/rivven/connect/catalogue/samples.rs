//! What is written of keys that do not take just any value, when their program is asked whether it
//! reads them.

use crate::connector::Sample;

/// Of those for a key the first counts.
pub(super) const SAMPLES: &[Sample] = &[
    value("sink/clickhouse", "url", r#""https://example.com""#),
    value("sink/databricks", "tableName", r#""a.b.c""#),
    value("sink/http-webhook", "url", r#""https://example.com""#),
    value("sink/sqs", "queueUrl", r#""https://example.com""#),
    value("source/pubsub", "subscription", r#""abc""#),
    value("source/sqs", "queueUrl", r#""https://example.com""#),
    // Each way of logging in has keys of its own.
    value("sink/http-webhook", "auth", r#"{"type": "bearer", "token": "${secret:a}"}"#),
    beside("sink/http-webhook", "auth.type=bearer", r#"{"token": "${secret:a}"}"#),
    beside(
        "sink/http-webhook",
        "auth.type=basic",
        r#"{"username": "a", "password": "${secret:a}"}"#,
    ),
    beside(
        "sink/http-webhook",
        "auth.type=api_key",
        r#"{"headerName": "a", "key": "${secret:a}"}"#,
    ),
    beside("sink/http-webhook", "auth.username", r#"{"type": "basic", "password": "${secret:a}"}"#),
    beside("sink/http-webhook", "auth.password", r#"{"type": "basic", "username": "a"}"#),
    beside("sink/http-webhook", "auth.headerName", r#"{"type": "api_key", "key": "${secret:a}"}"#),
    beside("sink/http-webhook", "auth.key", r#"{"type": "api_key", "headerName": "a"}"#),
];

/// What is written of a key.
const fn value(connector: &'static str, key: &'static str, value: &'static str) -> Sample {
    Sample { connector, key, value: Some(value), with: "{}" }
}

/// What is written beside a key, or beside one of its words.
const fn beside(connector: &'static str, key: &'static str, with: &'static str) -> Sample {
    Sample { connector, key, value: None, with }
}
