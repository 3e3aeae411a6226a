//! What is told of everything that runs pods, in the same words by every kind.

use crate::{
    condition::{Draft, EventKind::Warning, Reason},
    observed::{Observed, Selector},
    system::System,
};

/// A ServiceMonitor is there.
pub(crate) static MONITORED_YES: Reason = Reason::quiet(
    "Monitored",
    "ServiceMonitor",
    "A ServiceMonitor tells Prometheus where to look.",
);
/// None is asked for.
pub(crate) static MONITORED_NOT_ASKED: Reason =
    Reason::quiet("Monitored", "NotAsked", "metrics.serviceMonitor.enabled is not true.");
/// Its definition is not installed.
pub(crate) static MONITORED_NOT_SERVED: Reason = Reason::told(
    "Monitored",
    "NotInstalled",
    Warning,
    "A ServiceMonitor is asked for and its definition (monitoring.coreos.com/v1) is not \
     installed in this cluster. It is created as soon as it is.",
);
/// It may not be looked at.
pub(crate) static MONITORED_DENIED: Reason = Reason::told(
    "Monitored",
    "NotAllowed",
    Warning,
    "A ServiceMonitor is asked for and the operator may not look at them, so that none is \
     made. It is created as soon as the right is given.",
);

/// Every pod is of the newest template.
pub(crate) static ROLLED_OUT_ALL: Reason =
    Reason::quiet("RolledOut", "UpToDate", "Every pod runs what the spec asks for.");
/// Some are of an earlier one.
pub(crate) static ROLLED_OUT_NOT: Reason = Reason::quiet(
    "RolledOut",
    "OutOfDate",
    "Some pods run what the spec asked for earlier, or are just being restarted.",
);

/// What runs was measured.
pub(crate) static MEASURED_YES: Reason =
    Reason::quiet("ReleaseKnown", "Measured", "What this release can do was measured.");
/// Nobody has measured it.
pub(crate) static MEASURED_NOT: Reason = Reason::told(
    "ReleaseKnown",
    "Unmeasured",
    Warning,
    "The version is not in the table of releases, or the image is one of your own: it is taken \
     to be able to do what the oldest release can, and no more.",
);

/// Whether the release of a program is known: by what it is called with its version, if it is, or
/// else by its image and by what it is taken for.
pub(crate) fn measured(is: bool, program: &str, version: &str, image: &str) -> Draft {
    match is {
        true => MEASURED_YES.yes(format!("{program} {version}")),
        false => MEASURED_NOT.no(format!("{image} is taken to be able to do what {version} can")),
    }
}

/// Whether Prometheus is told where the metrics are; `monitors` is the list of the kind's own.
pub(crate) fn monitored<S: System>(asked: bool, monitors: &Selector, seen: &Observed<S>) -> Draft {
    if !asked {
        return MONITORED_NOT_ASKED.no("");
    }
    if seen.served(monitors) == Some(true) {
        MONITORED_YES.yes("")
    } else if let Some(why) = seen.denied(monitors) {
        MONITORED_DENIED.no(why)
    } else {
        MONITORED_NOT_SERVED.no("monitoring.coreos.com/v1 ServiceMonitor is not installed")
    }
}
