//! The operator from end to end: the real program against a real control plane.
//!
//! Each scenario has a namespace, an operator and a user of its own, so that they run side by side;
//! most of their time they wait. What an operator asked for is read from the API server's audit log
//! and from nowhere else. Brokers do not exist here: the stand-in answers for them.
//!
//! Where the control plane is not built the suite says so and is skipped: building it takes
//! minutes. With `CI=true` or `SLUICEGATE_REQUIRE_CLUSTER=1` it is built, or the suite fails. With
//! `SLUICEGATE_E2E_CLUSTER` a control plane is used that is up already, by its state folder.

mod audit;
mod control_plane;
mod kube;
mod normal;
mod operator;
mod plans;
mod proxy;
mod scenarios;
mod scene;
#[path = "../standin/mod.rs"]
mod standin;
mod timing;
mod wait;

use std::{io::Write as _, process::ExitCode};

use libtest_mimic::Arguments;

/// How many scenarios run at the same time: they wait more than they work.
const AT_ONCE: usize = 6;

/// A scenario, by its name.
pub(crate) type Scenario = (&'static str, fn());

fn main() -> ExitCode {
    let mut args = Arguments::from_args();
    args.test_threads = args.test_threads.or(Some(AT_ONCE));
    if timing::chosen(&args, scenarios::ALL)
        && !control_plane::required()
        && let Some(why) = control_plane::missing()
    {
        say(&format!("e2e: SKIPPED, nothing of it was tested: {why}"));
        return ExitCode::SUCCESS;
    }
    let conclusion = timing::run(&args, scenarios::ALL);
    control_plane::down();
    conclusion.exit_code()
}

/// Says something to whoever runs the suite.
pub(crate) fn say(text: &str) {
    drop(writeln!(std::io::stderr(), "{text}"));
}
