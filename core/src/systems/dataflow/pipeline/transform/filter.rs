//! `filter`: only the records that meet a condition.

use super::config::Config;
use crate::systems::dataflow::pipeline::{Record, condition::Condition};

/// Keeps what meets a condition. Where there is no document, nothing meets one.
#[derive(Clone, Debug)]
pub(in super::super) struct Filter {
    condition: Condition,
}

impl Filter {
    pub(super) fn of(config: &mut Config<'_, '_>) -> Option<Self> {
        let remedy = "write a path, or path == 'text'";
        Some(Self { condition: config.read("condition", remedy, Condition::parse)? })
    }

    pub(super) fn apply(&self, record: Record) -> Option<Record> {
        record.document().is_some_and(|document| self.condition.holds(document)).then_some(record)
    }
}
