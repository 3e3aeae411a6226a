//! What several sinks have in common.

use super::{MANY, block, flag, reads, whole};
use crate::connector::{Key, Takes};

/// Pauses after failures: so many in a row, so many seconds, so many good batches at most.
pub(super) const fn breaker_keys(failures: i64, seconds: i64, batches: i64) -> [Key; 4] {
    [
        flag("enabled", "circuit_breaker.enabled", "Whether it pauses after failures.").or("true"),
        whole(
            "failureThreshold",
            "circuit_breaker.failure_threshold",
            1,
            failures,
            "Failures in a row after which it pauses.",
        )
        .or("5")
        .also(&["failure_threshold"]),
        whole(
            "resetTimeoutSecs",
            "circuit_breaker.reset_timeout_secs",
            1,
            seconds,
            "Seconds of such a pause.",
        )
        .or("30")
        .also(&["reset_timeout_secs"]),
        whole(
            "successThreshold",
            "circuit_breaker.success_threshold",
            1,
            batches,
            "Good batches after which all is well again.",
        )
        .or("2")
        .also(&["success_threshold"]),
    ]
}

/// Pauses after failures.
pub(super) const BREAKER: Key = block(
    "circuitBreaker",
    "circuit_breaker",
    &breaker_keys(MANY, MANY, MANY),
    "Pauses after failures.",
)
.also(&["circuit_breaker"]);

/// Tries of a batch.
pub(super) const RETRIES: Key =
    whole("maxRetries", "max_retries", 0, 10, "How often a failed batch is tried again.")
        .or("3")
        .also(&["max_retries"]);

/// The pause between tries.
pub(super) const BACKOFF: Key = whole(
    "initialBackoffMs",
    "initial_backoff_ms",
    50,
    60_000,
    "Milliseconds before a batch is tried again.",
)
.or("200")
.also(&["initial_backoff_ms"]);

/// The longest pause between tries.
pub(super) const BACKOFF_MOST: Key = whole(
    "maxBackoffMs",
    "max_backoff_ms",
    100,
    300_000,
    "Milliseconds before it is tried again at most.",
)
.or("5000")
.also(&["max_backoff_ms"]);

/// Seconds of a batch.
pub(super) const FLUSH: Key = whole(
    "flushIntervalSecs",
    "flush_interval_secs",
    1,
    3_600,
    "Seconds after which what is there is written, once another record comes.",
)
.or("5")
.also(&["flush_interval_secs", "flushIntervalSeconds"]);

/// Rows that cannot be written.
pub(super) const SKIP_ROWS: Key = flag(
    "skipInvalidRows",
    "skip_invalid_rows",
    "Whether rows that cannot be written are left out.",
)
.or("false")
.also(&["skip_invalid_rows"]);

/// Records that cannot be written.
pub(super) const SKIP_EVENTS: Key = flag(
    "skipInvalidEvents",
    "skip_invalid_events",
    "Whether records that cannot be written are left out.",
)
.or("false")
.also(&["skip_invalid_events"]);

/// The field of the id.
pub(super) const ID_FIELD: Key =
    reads("idField", "id_field", Takes::Text(255), "Field that holds the id, for field and uuid.")
        .or("id")
        .also(&["id_field"]);
