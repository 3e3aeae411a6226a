//! What one worker is to run: what its objects are built from.

use std::collections::BTreeMap;

use super::running::Running;

/// What one worker is to run.
#[derive(Clone, Debug, Default)]
pub(super) struct Task<'a> {
    /// What the worker is called.
    pub(super) name: String,
    pub(super) running: Vec<Running<'a>>,
    /// Whether a sink that ran is to have other topics than it had.
    pub(super) joins: bool,
    /// The partitions of the topics of its sinks, as far as they are known.
    pub(super) partitions: BTreeMap<String, u32>,
    /// Whether it has no pod yet.
    pub(super) stopped: bool,
    /// Whether it is a Job that runs, and is left as it is: it would begin anew.
    pub(super) kept: bool,
}

impl Task<'_> {
    pub(super) fn of(name: String) -> Self {
        Self { name, ..Self::default() }
    }

    /// Whether nothing falls to it.
    pub(super) fn is_idle(&self) -> bool {
        self.running.is_empty()
    }
}
