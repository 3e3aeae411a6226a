//! PostgreSQL.

use super::{flag, shared, store, text, whole};
use crate::connector::{Connector, Role};

pub(super) static SOURCE: Connector = store(
    "postgresql",
    Role::Source,
    "Reads the rows of a table as they are written, by a column that grows. Needs \
     connectionString, and table or query, or their SecretRefs.",
    &[
        shared::CONNECTION,
        shared::CONNECTION_REF,
        shared::TABLE,
        shared::TABLE_REF,
        shared::QUERY,
        shared::poll("5"),
        whole("readBatchSize", 0, 1_000_000, "Rows that are read at once. 0: all that there are.")
            .or("0"),
        text(
            "changeTrackingColumn",
            "Column that says when a row was last written. It is not looked at beside a query.",
        )
        .or("updated_at"),
        shared::AUTO_CREATE,
    ],
);

pub(super) static SINK: Connector = store(
    "postgresql",
    Role::Sink,
    "Writes each record as a row, its fields as columns. Needs connectionString and table, or \
     their SecretRefs.",
    &[
        shared::CONNECTION,
        shared::CONNECTION_REF,
        shared::TABLE,
        shared::TABLE_REF,
        shared::batch("1"),
        shared::FLUSH,
        shared::AUTO_CREATE,
        flag("upsertMode", "Whether a row with the same key is written over."),
        text("conflictKey", "Column that tells rows apart. Left out: the primary key, or else id.")
            .with("upsertMode"),
        text("softDeleteColumn", "Column that says that a row is deleted, instead of deleting it."),
        shared::RAW,
    ],
);
