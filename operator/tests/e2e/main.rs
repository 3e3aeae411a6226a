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
mod control_plane;
mod granted;
mod kube;
mod kubectl;
mod normal;
mod operator;
mod plans;
mod proxy;
mod readme;
#[path = "../../../effects/tests/rivven/rivvend.rs"]
mod rivvend;
mod scenarios;
mod scene;
#[path = "../standin/mod.rs"]
mod standin;
mod wait;

use std::{
    io::Write as _,
    process::ExitCode,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use libtest_mimic::{Arguments, Trial};

/// How many scenarios run at the same time: they wait more than they work.
const AT_ONCE: usize = 6;

/// A scenario, by its name.
pub(crate) type Scenario = (&'static str, fn());

/// How long each took.
static TOOK: Mutex<Vec<(&'static str, Duration, bool)>> = Mutex::new(Vec::new());

fn main() -> ExitCode {
    let mut args = Arguments::from_args();
    args.test_threads = args.test_threads.or(Some(AT_ONCE));
    let chosen = |name: &str| {
        let matches = |filter: &str| match args.exact {
            true => name == filter,
            false => name.contains(filter),
        };
        args.filter.as_deref().is_none_or(matches) && !args.skip.iter().any(|one| matches(one))
    };
    let mut all: Vec<Scenario> = scenarios::ALL.concat();
    let real = scenarios::WITH_RIVVEND.concat().concat();
    let of_real = real.iter().filter(|(name, _)| chosen(name)).count();
    let runs = !args.list && !args.ignored;
    if rivvend::program().is_some() || !runs {
        all.splice(0..0, real);
    } else if of_real > 0 {
        assert!(!rivvend::required(), "{}", rivvend::MISSING);
        say(&format!("e2e: SKIPPED, {of_real} scenarios: {}", rivvend::MISSING));
    }
    let any = all.iter().any(|(name, _)| chosen(name));
    let runs = runs && any;
    if runs
        && !control_plane::required()
        && let Some(why) = control_plane::missing()
    {
        say(&format!("e2e: SKIPPED, nothing of it was tested: {why}"));
        return ExitCode::SUCCESS;
    }
    let trial = |(name, run): Scenario| {
        Trial::test(name, move || {
            let timer = Timer { name, since: Instant::now() };
            run();
            drop(timer);
            Ok(())
        })
    };
    let trials = all.into_iter().map(trial).collect();
    let since = Instant::now();
    let conclusion = libtest_mimic::run(&args, trials);
    let whole = args.filter.is_none() && args.skip.is_empty() && !conclusion.has_failed();
    let wrong = if runs { granted::wrong(whole) } else { Vec::new() };
    wrong.iter().for_each(|line| say(&format!("e2e: FAILED: {line}")));
    control_plane::down();
    if runs {
        table(since.elapsed());
    }
    if wrong.is_empty() { conclusion.exit_code() } else { ExitCode::FAILURE }
}

struct Timer {
    name: &'static str,
    since: Instant,
}

impl Drop for Timer {
    fn drop(&mut self) {
        let mut took = TOOK.lock().unwrap_or_else(PoisonError::into_inner);
        took.push((self.name, self.since.elapsed(), !std::thread::panicking()));
    }
}

fn table(whole: Duration) {
    let mut took = TOOK.lock().unwrap_or_else(PoisonError::into_inner).clone();
    took.sort_by_key(|(_, time, _)| std::cmp::Reverse(*time));
    for (name, time, passed) in took {
        let mark = if passed { "      " } else { "FAILED" };
        say(&format!("{:7.1} s {mark} {name}", time.as_secs_f32()));
    }
    say(&format!("{:7.1} s in all", whole.as_secs_f32()));
}

/// Says something to whoever runs the suite.
pub(crate) fn say(text: &str) {
    drop(writeln!(std::io::stderr(), "{text}"));
}
