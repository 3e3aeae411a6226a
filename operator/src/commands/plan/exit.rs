//! The exit codes of `plan`.

use sluicegate_core::plan::Risk;

use super::args::{Detail, FailOn, PlanArgs};
use crate::{
    failure::DONE,
    plan::model::{Outcome, Output, Summary},
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
    let warned = output.resources.iter().any(|one| !one.warnings.is_empty());
    let detailed = match (blocked, worst >= Risk::Restart, changes) {
        (true, ..) => BLOCKED,
        (_, true, _) => RISKY,
        (.., true) => CHANGES,
        (false, false, false) => DONE,
    };
    let policy = args.fail_on.iter().map(|what| match what {
        FailOn::Blocked if blocked => BLOCKED,
        FailOn::Changes if changes => RISKY,
        FailOn::Restart if worst >= Risk::Restart => RISKY,
        FailOn::Unavailable if worst >= Risk::Unavailable => RISKY,
        FailOn::DataLoss if worst >= Risk::DataLoss => RISKY,
        FailOn::Warning if warned => RISKY,
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
