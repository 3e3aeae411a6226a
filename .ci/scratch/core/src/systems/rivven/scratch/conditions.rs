//! Every reason that a scratch can report.

use crate::condition::{EventKind::Normal, Reason, reasons};

reasons! {
    /// All of them.
    pub(super) REASONS;

    /// All pods are ready.
    READY_SERVING = told("Ready", "Serving", Normal, "Every pod that the spec asks for is ready.");
    /// Some are not.
    READY_STARTING = underway("Ready", "Starting", "Not every pod is ready yet.");
}
