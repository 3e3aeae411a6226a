//! The operator from end to end: the real program against a real control plane.
//!
//! Each scenario has a namespace, an operator and a user of its own, so that they run side by side;
//! most of their time they wait. What an operator asked for is read from the API server's audit log
//! and from nowhere else. Pods have no containers here: a stand-in answers for their brokers, or a
//! real rivvend process on loopback where a scenario is about what brokers do.
//!
//! Where the control plane is not built the suite says so and is skipped: building it takes
//! minutes. With `CI=true` or `SLUICEGATE_REQUIRE_CLUSTER=1` it is built, or the suite fails. With
//! `SLUICEGATE_E2E_CLUSTER` a control plane is used that is up already, by its state folder. The
//! scenarios with real brokers are skipped in the same way without a rivvend, which `RIVVEND` names
//! or `PATH` has; with `CI=true` or `SLUICEGATE_REQUIRE_RIVVEND=1` that is a failure.

mod audit;
mod brokers;
#[path = "../../../effects/tests/conformance/cluster.rs"]
mod cluster;
mod control_plane;
mod granted;
mod helm;
mod kube;
mod kubectl;
mod normal;
mod operator;
mod plans;
#[allow(dead_code, reason = "the benchmark uses more of it")]
mod processors;
mod proxy;
mod readme;
#[path = "../registry/mod.rs"]
mod registry;
#[path = "../../../effects/tests/rivven/rivvend.rs"]
mod rivvend;
mod scenarios;
mod scene;
#[path = "../../../effects/tests/rivven/schema.rs"]
mod schema;
#[path = "../standin/mod.rs"]
mod standin;
mod timing;
#[path = "../../../effects/tests/conformance/undone.rs"]
mod undone;
mod wait;

use std::{io::Write as _, process::ExitCode};

use libtest_mimic::Arguments;

use self::standin::ports;

/// How many scenarios run at the same time: they wait more than they work.
const AT_ONCE: usize = 10;

/// A scenario, by its name.
pub(crate) type Scenario = (&'static str, fn());

fn main() -> ExitCode {
    let mut args = Arguments::from_args();
    args.test_threads = args.test_threads.or(Some(AT_ONCE));
    let mut all = scenarios::ALL.to_vec();
    // What needs Helm, or a real broker, where there is none.
    let mut lacking = Vec::new();
    if helm::program().is_some() {
        all.splice(0..0, scenarios::WITH_HELM.to_vec());
    } else {
        lacking.push((scenarios::WITH_HELM.to_vec(), helm::MISSING));
    }
    if rivvend::program::schema().is_some() {
        all.splice(0..0, scenarios::WITH_SCHEMA.to_vec());
    } else {
        lacking.push((scenarios::WITH_SCHEMA.to_vec(), rivvend::program::NO_SCHEMA));
    }
    let real = scenarios::WITH_RIVVEND.concat();
    if rivvend::program().is_some() {
        all.splice(0..0, real);
    } else if timing::chosen(&args, &real) {
        assert!(!rivvend::required(), "{}", rivvend::MISSING);
        lacking.push((real, rivvend::MISSING));
    }
    let runs = timing::chosen(&args, &all);
    if runs
        && !cluster::required()
        && let Some(why) = control_plane::missing()
    {
        all.extend(lacking.into_iter().flat_map(|(these, _)| these));
        return timing::ignored(&args, &all, &why).exit_code();
    }
    for (these, why) in lacking {
        drop(timing::ignored(&args, &these, why));
    }
    let conclusion = timing::run(&args, &all);
    let whole = args.filter.is_none() && args.skip.is_empty() && !conclusion.has_failed();
    let wrong = if runs { granted::wrong(whole) } else { Vec::new() };
    wrong.iter().for_each(|line| say(&format!("e2e: FAILED: {line}")));
    control_plane::down();
    if wrong.is_empty() { conclusion.exit_code() } else { ExitCode::FAILURE }
}

/// Says something to whoever runs the suite.
pub(crate) fn say(text: &str) {
    drop(writeln!(std::io::stderr(), "{text}"));
}
