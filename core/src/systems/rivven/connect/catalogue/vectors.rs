//! Records into stores of vectors.

use super::{UNUSED, block, flag, ignored, reads, shared, whole, words};
use crate::connector::{Connector, Key, Program, Role, Takes, Word};

const IDS: &[Word] = &[Word::same("field"), Word::same("uuid"), Word::same("hash")];

pub(super) static QDRANT: Connector = Connector {
    name: "qdrant",
    role: Role::Sink,
    about: "Writes records into a collection of Qdrant.",
    block: None,
    program: Program::Reads("qdrant"),
    fixed: &[],
    lacks: None,
    keys: &[
        reads("url", "url", Takes::Text(2048), "Address of the server, its gRPC port.").required(),
        reads("apiKey", "api_key", Takes::Text(8192), "Key to log in with.")
            .secret()
            .also(&["api_key"]),
        reads(
            "collection",
            "collection",
            Takes::Text(255),
            "Name of the collection; it must be there.",
        )
        .required(),
        reads("vectorField", "vector_field", Takes::Text(255), "Field that holds the vector.")
            .or("embedding")
            .also(&["vector_field"]),
        reads(
            "vectorName",
            "vector_name",
            Takes::Text(255),
            "Name of the vector, of a collection with several.",
        )
        .also(&["vector_name"]),
        words("idStrategy", "id_strategy", IDS, "Where ids come from.")
            .or("field")
            .also(&["id_strategy"]),
        shared::ID_FIELD,
        whole("batchSize", "batch_size", 1, 100_000, "Records of one batch.")
            .or("1000")
            .also(&["batch_size"]),
        shared::FLUSH,
        whole("timeoutSecs", "timeout_secs", 1, 300, "Seconds that a call may take.")
            .or("30")
            .also(&["timeout_secs"]),
        flag("wait", "wait", "Whether each batch waits until it is kept.").or("true"),
        shared::SKIP_EVENTS,
        shared::RETRIES,
        shared::BACKOFF,
        shared::BACKOFF_MOST,
        shared::BREAKER,
    ],
};

const PINECONE_BREAKER_KEYS: &[Key] = &shared::breaker_keys(100, 3_600, 10);

pub(super) static PINECONE: Connector = Connector {
    name: "pinecone",
    role: Role::Sink,
    about: "Writes records into an index of Pinecone.",
    block: None,
    program: Program::Reads("pinecone"),
    fixed: &[],
    lacks: None,
    keys: &[
        reads("apiKey", "api_key", Takes::Text(8192), "Key to log in with.")
            .required()
            .secret()
            .also(&["api_key"]),
        reads("indexHost", "index_host", Takes::Text(2048), "Address of the index.")
            .required()
            .also(&["index_host"]),
        ignored("controlPlaneHost", UNUSED, Takes::Text(2048), "Address of the control plane.")
            .also(&["control_plane_host"]),
        reads("namespace", "namespace", Takes::Text(255), "Namespace in the index."),
        reads("vectorField", "vector_field", Takes::Text(255), "Field that holds the vector.")
            .or("embedding")
            .also(&["vector_field"]),
        reads(
            "sparseVectorIndicesField",
            "sparse_vector_indices_field",
            Takes::Text(255),
            "Field that holds the places of a sparse vector.",
        )
        .also(&["sparse_vector_indices_field"]),
        reads(
            "sparseVectorValuesField",
            "sparse_vector_values_field",
            Takes::Text(255),
            "Field that holds the values of a sparse vector.",
        )
        .also(&["sparse_vector_values_field"]),
        words("idStrategy", "id_strategy", IDS, "Where ids come from.")
            .or("field")
            .also(&["id_strategy"]),
        shared::ID_FIELD,
        whole("batchSize", "batch_size", 1, 100_000, "Records of one batch.")
            .or("1000")
            .also(&["batch_size"]),
        shared::FLUSH,
        shared::SKIP_EVENTS,
        shared::RETRIES,
        shared::BACKOFF,
        shared::BACKOFF_MOST,
        whole("timeoutSecs", "timeout_secs", 1, 300, "Seconds that a call may take.")
            .or("30")
            .also(&["timeout_secs"]),
        block("circuitBreaker", "circuit_breaker", PINECONE_BREAKER_KEYS, "Pauses after failures.")
            .also(&["circuit_breaker"]),
    ],
};

const METRICS: &[Word] = &[Word::same("cosine"), Word::same("euclidean")];

const S3_BREAKER_KEYS: &[Key] = &shared::breaker_keys(100, 600, 50);

pub(super) static S3_VECTORS: Connector = Connector {
    name: "s3-vectors",
    role: Role::Sink,
    about: "Writes records into an index of S3 Vectors.",
    block: None,
    program: Program::Reads("s3-vectors"),
    fixed: &[],
    lacks: None,
    keys: &[
        reads("region", "region", Takes::Text(64), "AWS region; from the environment if left out."),
        reads(
            "endpointUrl",
            "endpoint_url",
            Takes::Text(2048),
            "Address of another service that speaks S3 Vectors.",
        )
        .also(&["endpoint_url"]),
        reads("vectorBucketName", "vector_bucket_name", Takes::Text(255), "Name of the bucket.")
            .required()
            .also(&["vector_bucket_name"]),
        reads("indexName", "index_name", Takes::Text(255), "Name of the index.")
            .required()
            .also(&["index_name"]),
        whole(
            "dimension",
            "dimension",
            1,
            20_000,
            "Length of the vectors, for an index that is made.",
        ),
        words(
            "distanceMetric",
            "distance_metric",
            METRICS,
            "How vectors are compared, for an index that is made.",
        )
        .or("cosine")
        .also(&["distance_metric"]),
        flag("autoCreate", "auto_create", "Whether a missing bucket and index are made.")
            .or("false")
            .also(&["auto_create"]),
        reads("vectorField", "vector_field", Takes::Text(255), "Field that holds the vector.")
            .or("vector")
            .also(&["vector_field"]),
        words("idStrategy", "id_strategy", IDS, "Where ids come from.")
            .or("field")
            .also(&["id_strategy"]),
        shared::ID_FIELD,
        whole("batchSize", "batch_size", 1, 10_000, "Records of one batch.")
            .or("100")
            .also(&["batch_size"]),
        whole(
            "flushIntervalSecs",
            "flush_interval_secs",
            1,
            300,
            "Seconds after which what is there is written, once another record comes.",
        )
        .or("5")
        .also(&["flush_interval_secs"]),
        shared::SKIP_EVENTS,
        shared::RETRIES,
        shared::BACKOFF,
        whole(
            "maxBackoffMs",
            "max_backoff_ms",
            100,
            300_000,
            "Milliseconds before it is tried again at most.",
        )
        .or("10000")
        .also(&["max_backoff_ms"]),
        whole("timeoutSecs", "timeout_secs", 1, 300, "Seconds that a call may take.")
            .or("30")
            .also(&["timeout_secs"]),
        reads(
            "metadataFields",
            "metadata_fields",
            Takes::Map,
            "Fields that become metadata, with their names there.",
        )
        .also(&["metadata_fields"]),
        block("circuitBreaker", "circuit_breaker", S3_BREAKER_KEYS, "Pauses after failures.")
            .also(&["circuit_breaker"]),
    ],
};
