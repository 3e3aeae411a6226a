//! The exit codes of `plan`.

use serde_json::Value;
use sluicegate_core::{
    condition::{EventKind, Told},
    observed::text,
    plan::Risk,
};

use super::args::{Detail, FailOn, PlanArgs};
use crate::{
    failure::DONE,
    kinds,
    plan::model::{Outcome, Output, Planned, Summary},
};

/// There are changes, none worse than online.
const CHANGES: u8 = 2;
/// There are changes that restart something, or worse.
const RISKY: u8 = 3;
/// Something is refused.
const BLOCKED: u8 = 4;

/// What the exit code tells, if it was asked to tell anything.
pub(super) fn code(args: &PlanArgs, output: &Output) -> u8 {
    let Summary { worst_risk, .. } = output.summary;
    let worst = worst_risk.unwrap_or(Risk::None);
    let blocked = output.resources.iter().any(|one| one.result == Outcome::Blocked);
    let changes = output.resources.iter().any(|one| one.result != Outcome::Unchanged);
    let warned = output.resources.iter().any(warns);
    let detailed = match (blocked, worst >= Risk::Restart, changes) {
        (true, ..) => BLOCKED,
        (_, true, _) => RISKY,
        (.., true) => CHANGES,
        (false, false, false) => DONE,
    };
    let found = if blocked { BLOCKED } else { RISKY };
    let policy = args.fail_on.iter().map(|what| match what {
        FailOn::Blocked if blocked => found,
        FailOn::Changes if changes => found,
        FailOn::Restart if worst >= Risk::Restart => found,
        FailOn::Unavailable if worst >= Risk::Unavailable => found,
        FailOn::DataLoss if worst >= Risk::DataLoss => found,
        FailOn::Warning if warned => found,
        FailOn::Blocked
        | FailOn::Changes
        | FailOn::Restart
        | FailOn::Unavailable
        | FailOn::DataLoss
        | FailOn::Warning => DONE,
    });
    let asked = match args.detailed_exitcode {
        None => DONE,
        Some(Detail::Full) => detailed,
        Some(Detail::Simple) => detailed.min(CHANGES),
    };
    policy.max().unwrap_or(DONE).max(asked)
}

/// Whether there is a warning about a resource: the plan's own, or a condition of which the
/// operator warns.
fn warns(resource: &Planned) -> bool {
    let kind = kinds::all().iter().find(|kind| kind.api.kind == resource.cr.kind);
    let warned = |condition: &Value| {
        let reasons = kind.map_or(&[][..], |kind| kind.reasons);
        let mut named = reasons.iter().filter(|reason| {
            reason.condition == text(condition, "/type")
                && reason.name == text(condition, "/reason")
        });
        named.any(|reason| reason.told == Told::Always(EventKind::Warning))
    };
    let status = resource.status_after.as_ref();
    let conditions = status.and_then(|status| status["conditions"].as_array());
    !resource.warnings.is_empty() || conditions.into_iter().flatten().any(warned)
}
