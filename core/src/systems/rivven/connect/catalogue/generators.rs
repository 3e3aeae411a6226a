//! Records for trials, and where they can be seen.

use super::{MANY, NO_KEY, UNUSED, flag, ignored, reads, text, whole, words};
use crate::connector::{Connector, Program, Role, Takes, Word};

const PATTERNS: &[Word] = &[
    Word::same("sequence"),
    Word::same("random"),
    Word::same("users"),
    Word::same("orders"),
    Word::same("events"),
    Word::same("metrics"),
    Word::same("key_value"),
];

const SCHEMAS: &[Word] = &[Word::same("json")];

pub(super) static DATAGEN: Connector = Connector {
    name: "datagen",
    role: Role::Source,
    about: "Makes up records for trials.",
    block: Some("datagen"),
    program: Program::Reads("datagen"),
    fixed: &[],
    lacks: None,
    keys: &[
        whole(
            "eventsPerSecond",
            "events_per_second",
            0,
            100_000,
            "Records a second; 0 for as many as it can. It waits for each to be taken: at most \
             about 23 a second were seen.",
        )
        .or("1")
        .always()
        .also(&["events_per_second"]),
        whole(
            "maxEvents",
            "max_events",
            0,
            MANY,
            "Records after which it ends; 0 for never. It has a Job of its own then.",
        )
        .or("0")
        .also(&["max_events"]),
        ignored(
            "schemaType",
            "rivven-connect 0.0.22 always writes JSON",
            Takes::Words(SCHEMAS),
            "Form of the records.",
        )
        .or("json"),
        whole("seed", "seed", 0, i64::MAX, "Number from which the same records come each time."),
        words("pattern", "pattern", PATTERNS, "What the records are about.").or("random"),
        reads(
            "streamName",
            "stream_name",
            Takes::Text(255),
            "Name of the stream that stands in each record.",
        )
        .or("datagen")
        .also(&["stream_name"]),
        text("namespace", "namespace", "Namespace that stands in each record."),
        flag("includeSequence", "include_sequence", "Whether records are numbered.")
            .or("true")
            .also(&["include_sequence"]),
        flag("includeTimestamp", "include_timestamp", "Whether records tell when they were made.")
            .or("true")
            .also(&["include_timestamp"]),
        reads(
            "customFields",
            "custom_fields",
            Takes::Any,
            "Fields that are added to each record, with their values.",
        )
        .also(&["custom_fields"]),
        ignored("batchSize", UNUSED, Takes::Whole(1, 10_000), "Records of one batch.")
            .or("100")
            .also(&["batch_size"]),
        flag("cdcMode", "cdc_mode", "Whether records are inserts, updates and deletions of rows.")
            .or("false")
            .also(&["cdc_mode"]),
    ],
};

const FORMATS: &[Word] = &[
    Word::same("pretty"),
    Word::same("json"),
    Word::same("tsv"),
    Word::same("text"),
    Word::same("avrojson"),
    Word::same("avrobinary"),
    Word::same("avrohex"),
];

pub(super) static STDOUT: Connector = Connector {
    name: "stdout",
    role: Role::Sink,
    about: "Prints records on the standard output of the worker.",
    block: Some("stdout"),
    program: Program::Reads("stdout"),
    fixed: &[],
    lacks: None,
    keys: &[
        words("format", "format", FORMATS, "How records are printed.").or("pretty"),
        ignored(
            "pretty",
            NO_KEY,
            Takes::Bool,
            "Whether JSON is indented; the format pretty does it.",
        )
        .or("false"),
        flag(
            "includeMetadata",
            "include_metadata",
            "Whether metadata is printed too, in the format pretty.",
        )
        .or("true")
        .also(&["include_metadata"]),
        flag(
            "includeTimestamp",
            "include_timestamp",
            "Whether the time is printed too, in the format pretty.",
        )
        .or("true")
        .also(&["include_timestamp"]),
        flag("color", "color", "Whether colours are used.").or("true"),
        whole(
            "rateLimit",
            "rate_limit",
            0,
            100_000,
            "Records a second; 0 for as many as there are.",
        )
        .or("0")
        .also(&["rate_limit"]),
        reads(
            "avroSchema",
            "avro_schema",
            Takes::Text(65536),
            "Avro schema, for the formats that begin with avro.",
        )
        .also(&["avro_schema"]),
        flag(
            "confluentWireFormat",
            "confluent_wire_format",
            "Whether Avro begins with the number of its schema.",
        )
        .or("false")
        .also(&["confluent_wire_format"]),
    ],
};
