//! `remove`: all but some fields.

use super::config::Config;
use crate::systems::dataflow::pipeline::{Record, path::JsonPath};

/// Takes fields out.
#[derive(Clone, Debug)]
pub(in super::super) struct Remove {
    fields: Vec<JsonPath>,
}

impl Remove {
    pub(super) fn of(config: &mut Config<'_, '_>) -> Option<Self> {
        Some(Self { fields: config.fields("fields")? })
    }

    pub(super) fn apply(&self, mut record: Record) -> Record {
        if let Some(document) = record.document_mut() {
            self.fields.iter().for_each(|field| field.remove(document));
        }
        record
    }
}
