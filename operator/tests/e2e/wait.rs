//! Waiting for something to become true. Nothing in the suite sleeps for a guessed time where it
//! can look, and what was waited for in vain is named with how it was last.

use std::{
    fmt::Display,
    thread,
    time::{Duration, Instant},
};

/// How often it looks.
const LOOK: Duration = Duration::from_millis(100);

/// So many seconds.
pub(crate) const fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

/// Looks until something is there, and returns it with the time that took.
///
/// # Panics
///
/// If it is not there in time, with what the last look saw instead.
pub(crate) fn until<T, W: Display>(
    what: &str,
    most: Duration,
    mut look: impl FnMut() -> Result<T, W>,
) -> (T, Duration) {
    let since = Instant::now();
    loop {
        match look() {
            Ok(found) => return (found, since.elapsed()),
            Err(instead) if since.elapsed() > most => {
                panic!("waited {most:?} for {what} in vain: {instead}")
            }
            Err(_) => thread::sleep(LOOK),
        }
    }
}

/// Looks for as long as given, and stops at the first look that fails.
pub(crate) fn throughout(how_long: Duration, mut look: impl FnMut()) {
    let since = Instant::now();
    while since.elapsed() < how_long {
        look();
        thread::sleep(LOOK);
    }
}
