//! The scenarios as tests, and how long each took, as a table at the end.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use libtest_mimic::{Arguments, Conclusion, Trial};

use crate::{Scenario, say};

/// How long each took.
static TOOK: Mutex<Vec<(&'static str, Duration, bool)>> = Mutex::new(Vec::new());

/// Whether a scenario is among those that were asked for.
pub(crate) fn chosen(args: &Arguments, name: &str) -> bool {
    let matches = |filter: &str| match args.exact {
        true => name == filter,
        false => name.contains(filter),
    };
    args.filter.as_deref().is_none_or(matches) && !args.skip.iter().any(|one| matches(one))
}

/// Runs those that were asked for.
pub(crate) fn run(args: &Arguments, all: Vec<Scenario>) -> Conclusion {
    let trial = |(name, run): Scenario| {
        Trial::test(name, move || {
            let timer = Timer { name, since: Instant::now() };
            run();
            drop(timer);
            Ok(())
        })
    };
    let since = Instant::now();
    let conclusion = libtest_mimic::run(args, all.into_iter().map(trial).collect());
    if !args.list {
        table(since.elapsed());
    }
    conclusion
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
