//! The type that each connector reads its `config` with.

use rivven_connect::connectors::{
    cdc, datagen, http, lakehouse, queue, rdbc, stdout, storage, vectordb, warehouse,
};
use serde::{Serialize, de::DeserializeOwned};
use validator::Validate;

use crate::ask::{Answer, ask, difference};

/// What a type is asked by.
pub struct Type {
    /// See [`ask()`].
    pub ask: fn(&str) -> Answer,
    /// See [`difference()`].
    pub difference: fn(&str, &str) -> Option<String>,
}

impl Type {
    fn of<T: DeserializeOwned + Serialize + Validate>() -> Self {
        Self { ask: ask::<T>, difference: difference::<T> }
    }
}

/// The type of a connector, such as `sink/s3`; nothing where there is none to ask.
pub fn of(connector: &str) -> Option<Type> {
    let of: fn() -> Type = match connector {
        "source/datagen" => Type::of::<datagen::DatagenConfig>,
        "source/kafka" => Type::of::<queue::KafkaSourceConfig>,
        "source/mqtt" => Type::of::<queue::MqttSourceConfig>,
        "source/mysql-cdc" => Type::of::<cdc::MySqlCdcConfig>,
        "source/postgres-cdc" => Type::of::<cdc::PostgresCdcConfig>,
        "source/pubsub" => Type::of::<queue::PubSubSourceConfig>,
        "source/rdbc-source" => Type::of::<rdbc::RdbcSourceConfig>,
        "source/sqlserver-cdc" => Type::of::<cdc::SqlServerCdcConfig>,
        "source/sqs" => Type::of::<queue::SqsSourceConfig>,
        "sink/azure-blob" | "sink/gcs" | "sink/object-storage" | "sink/s3" => {
            Type::of::<storage::ObjectStorageSinkConfig>
        }
        "sink/bigquery" => Type::of::<warehouse::BigQuerySinkConfig>,
        "sink/clickhouse" => Type::of::<warehouse::ClickHouseSinkConfig>,
        "sink/databricks" => Type::of::<warehouse::DatabricksSinkConfig>,
        "sink/delta-lake" => Type::of::<lakehouse::DeltaLakeSinkConfig>,
        "sink/http-webhook" => Type::of::<http::HttpWebhookConfig>,
        "sink/iceberg" => Type::of::<lakehouse::IcebergSinkConfig>,
        "sink/kafka" => Type::of::<queue::KafkaSinkConfig>,
        "sink/pinecone" => Type::of::<vectordb::PineconeSinkConfig>,
        "sink/qdrant" => Type::of::<vectordb::QdrantSinkConfig>,
        "sink/rdbc-sink" => Type::of::<rdbc::RdbcSinkConfig>,
        "sink/redshift" => Type::of::<warehouse::RedshiftSinkConfig>,
        "sink/s3-vectors" => Type::of::<vectordb::S3VectorSinkConfig>,
        "sink/snowflake" => Type::of::<warehouse::SnowflakeSinkConfig>,
        "sink/sqs" => Type::of::<queue::SqsSinkConfig>,
        "sink/stdout" => Type::of::<stdout::StdoutSinkConfig>,
        // http, the source and the sink, have no type: the program takes their keys out of the
        // YAML one by one.
        _ => return None,
    };
    Some(of())
}
