//! The scenarios as tests, and how long each took, as a table at the end.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use libtest_mimic::{Arguments, Conclusion, Trial};

use crate::{Scenario, say, undone};

/// How long each took.
static TOOK: Mutex<Vec<(&'static str, Duration, bool)>> = Mutex::new(Vec::new());

/// Whether any scenario is to be run.
pub(crate) fn chosen(args: &Arguments, all: &[&[Scenario]]) -> bool {
    let chosen = |name: &str| {
        let matches = |filter: &str| match args.exact {
            true => name == filter,
            false => name.contains(filter),
        };
        args.filter.as_deref().is_none_or(matches) && !args.skip.iter().any(|one| matches(one))
    };
    let any = all.iter().flat_map(|all| *all).any(|(name, _)| chosen(name));
    any && !args.list && !args.ignored
}

/// Runs those that are chosen.
pub(crate) fn run(args: &Arguments, all: &[&[Scenario]]) -> Conclusion {
    let trial = |(name, run): &Scenario| {
        let (name, run) = (*name, *run);
        Trial::test(name, move || {
            let timer = Timer { name, since: Instant::now() };
            run();
            drop(timer);
            Ok(())
        })
    };
    let since = Instant::now();
    let conclusion = libtest_mimic::run(args, all.iter().flat_map(|all| *all).map(trial).collect());
    if chosen(args, all) {
        table(since.elapsed());
    }
    conclusion
}

/// Says of each that is chosen that it did not run, and why.
pub(crate) fn ignored(args: &Arguments, all: &[&[Scenario]], why: &str) -> Conclusion {
    let trial = |(name, _): &Scenario| undone::trial(name, Some(why), || Ok(()));
    libtest_mimic::run(args, all.iter().flat_map(|all| *all).map(trial).collect())
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
    let mut took = std::mem::take(&mut *TOOK.lock().unwrap_or_else(PoisonError::into_inner));
    took.sort_by_key(|(_, time, _)| std::cmp::Reverse(*time));
    for (name, time, passed) in took {
        let mark = if passed { "      " } else { "FAILED" };
        say(&format!("{:7.1} s {mark} {name}", time.as_secs_f32()));
    }
    say(&format!("{:7.1} s in all", whole.as_secs_f32()));
}
