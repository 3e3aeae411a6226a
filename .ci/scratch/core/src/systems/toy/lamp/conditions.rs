//! Every reason that a lamp can report.

use crate::condition::{
    EventKind::{Normal, Warning},
    Reason, reasons,
};

reasons! {
    /// All of them.
    pub(super) REASONS;

    /// It is as the spec says.
    READY_SWITCHED = told("Ready", "Switched", Normal, "The lamp is as the spec says.");
    /// It is not.
    READY_SWITCHING = underway("Ready", "Switching", "The lamp is being switched.");
    /// Nobody knows.
    READY_UNREACHABLE = told("Ready", "Unreachable", Warning, "The lamp could not be asked.");
}
