//! ClickHouse.

use super::{shared, store};
use crate::connector::{Connector, Role};

pub(super) static SOURCE: Connector = store(
    "clickhouse",
    Role::Source,
    "Reads the rows of a table as they are written. Needs connectionString, and table or query, or \
     their SecretRefs.",
    &[
        shared::CONNECTION,
        shared::CONNECTION_REF,
        shared::TABLE,
        shared::TABLE_REF,
        shared::QUERY,
        shared::poll("5"),
    ],
);

pub(super) static SINK: Connector = store(
    "clickhouse",
    Role::Sink,
    "Writes each record as a row. Needs connectionString and table, or their SecretRefs.",
    &[
        shared::CONNECTION,
        shared::CONNECTION_REF,
        shared::TABLE,
        shared::TABLE_REF,
        shared::batch("100"),
        shared::FLUSH,
        shared::AUTO_CREATE,
        shared::RAW,
    ],
);
