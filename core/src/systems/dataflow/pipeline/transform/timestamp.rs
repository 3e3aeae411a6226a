//! `timestamp`: when a record came by.

use k8s_openapi::jiff::Timestamp;

use super::config::Config;
use crate::{
    field::Cause,
    systems::dataflow::pipeline::{Record, json::put, layout::Layout},
};

/// Sets a field of the document to the time.
#[derive(Clone, Debug)]
pub(in super::super) struct Stamp {
    field: String,
    layout: Layout,
}

impl Stamp {
    pub(super) fn of(config: &mut Config<'_, '_>) -> Option<Self> {
        let field = config.text("fieldName", "created_at");
        let layout = config.read_or("format", "RFC3339", Layout::parse);
        let field = field?;
        if field.is_empty() {
            let at = config.at("fieldName");
            config.errors().push(
                at,
                Cause::Required,
                "name the field, or leave it out: created_at",
            );
            return None;
        }
        Some(Self { field: field.to_owned(), layout: layout? })
    }

    pub(super) fn apply(&self, now: Timestamp, mut record: Record) -> Record {
        if let Some(fields) = record.document_mut().and_then(|document| document.as_map_mut()) {
            put(fields, &self.field, self.layout.write(now));
        }
        record
    }
}
