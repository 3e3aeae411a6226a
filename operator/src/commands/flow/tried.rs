//! What becomes of one record, step by step.

use k8s_openapi::jiff::Timestamp;
use sluicegate_core::systems::dataflow::{
    flow::Meaning,
    pipeline::{Fault, Record},
};

/// What has become of a record.
pub(super) struct Tried {
    /// The line that it stands in.
    pub(super) line: usize,
    /// As the source gives it.
    pub(super) given: Record,
    /// What was there after each transformation.
    pub(super) steps: Vec<Vec<Record>>,
    /// Why something of it went no further.
    pub(super) faults: Vec<Fault>,
}

impl Tried {
    /// Every step of one record. What a step does not let on is not in the next.
    pub(super) fn of(meaning: &Meaning, now: Timestamp, line: usize, record: &[u8]) -> Self {
        let given = Record::read(record.trim_ascii_end().to_vec());
        let mut tried = Self { line, given, steps: Vec::new(), faults: Vec::new() };
        for step in 0..meaning.pipeline.names().count() {
            let mut next = Vec::new();
            for record in tried.last().to_vec() {
                match meaning.pipeline.step(step, now, record) {
                    Ok(records) => next.extend(records),
                    Err(fault) => tried.faults.push(fault),
                }
            }
            tried.steps.push(next);
        }
        tried
    }

    /// What reaches a sink. Where anything of a record must not go on, nothing of it does: it is
    /// one thing to whoever looks for it.
    pub(super) fn arrives(&self) -> &[Record] {
        if self.faults.is_empty() { self.last() } else { &[] }
    }

    /// What is there after the last step.
    fn last(&self) -> &[Record] {
        self.steps.last().map_or(std::slice::from_ref(&self.given), Vec::as_slice)
    }
}
