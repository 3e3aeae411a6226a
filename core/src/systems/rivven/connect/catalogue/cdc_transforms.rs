//! The transforms of the connectors of change data.

use super::{block, flag, reads, text, texts, words, written};
use crate::connector::{Key, Takes, Word};

/// Why a transform is refused.
const NO_TRANSFORM: &str = "rivven-connect 0.0.22 has no such transform";
/// Why a transform that routes is refused.
const NO_ROUTE: &str = "rivven-connect 0.0.22 only writes the topic into a field of the record";

const TYPES: &[Word] = &[
    Word::same("extract_new_record_state"),
    Word::same("mask_field"),
    Word::same("filter"),
    Word::same("flatten"),
    Word::same("cast"),
    Word::same("insert_field"),
    Word::same("replace_field"),
    Word::same("value_to_key"),
    Word::lacking("regex_router", NO_ROUTE),
    Word::lacking("content_router", NO_ROUTE),
    Word::lacking("timestamp_router", NO_TRANSFORM),
    Word::lacking("header_from", NO_TRANSFORM),
    Word::lacking("drop_headers", NO_TRANSFORM),
    Word::lacking("message_timestamp", NO_TRANSFORM),
    Word::read_as("unwrap_envelope", "unwrap"),
    Word::read_as("convert_timezone", "timezone_converter"),
    Word::lacking("drop_null", NO_TRANSFORM),
    Word::same("timestamp_converter"),
    Word::same("timezone_converter"),
    Word::same("rename_field"),
    Word::same("header_to_value"),
    Word::same("unwrap"),
    Word::same("set_null"),
    Word::same("compute_field"),
    Word::same("externalize_blob"),
    Word::lacking("conditional_smt", "rivven-connect 0.0.22 refuses it; a predicate does the same"),
];

const FIELD_VALUE_KEYS: &[Key] = &[
    text("field", "predicate.field_value.field", "Name of the field.").required(),
    reads("value", "predicate.field_value.value", Takes::Any, "What the field must be.").required(),
];

const PREDICATE_KEYS: &[Key] = &[
    text("table", "predicate.table", "Table to which it applies, as a regular expression."),
    texts("tables", "predicate.tables", "Tables to which it applies; not together with table."),
    text("schema", "predicate.schema", "Schema to which it applies, as a regular expression."),
    texts("schemas", "predicate.schemas", "Schemas to which it applies; not together with schema."),
    text(
        "database",
        "predicate.database",
        "Database to which it applies, as a regular expression.",
    ),
    texts(
        "operations",
        "predicate.operations",
        "Changes to which it applies: insert, update, delete, snapshot and so on.",
    ),
    text("fieldExists", "predicate.field_exists", "A field that must be there.")
        .also(&["field_exists"]),
    block(
        "fieldValue",
        "predicate.field_value",
        FIELD_VALUE_KEYS,
        "A field that must have a value.",
    )
    .also(&["field_value"]),
    flag("negate", "predicate.negate", "Whether it applies to all others instead.").or("false"),
];

const TRANSFORM_KEYS: &[Key] = &[
    words("type", "type", TYPES, "What the transform does.")
        .required()
        .also(&["transformType", "transform_type"]),
    text("name", "name", "Name of the transform in the log."),
    block(
        "predicate",
        "predicate",
        PREDICATE_KEYS,
        "Records to which it applies; all of them if left out.",
    ),
    reads(
        "config",
        "config",
        Takes::Any,
        "Settings of the transform, by the names of the program.",
    ),
];

/// Changes to each record.
pub(super) const TRANSFORMS: Key = reads(
    "transforms",
    "transforms",
    Takes::Blocks(TRANSFORM_KEYS),
    "Changes to each record, in this order; a snapshot does not apply them.",
)
.written(written::transforms);
