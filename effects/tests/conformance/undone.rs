//! A test that could not run says so where it would say `ok`: `ignored`, with what it lacks in its
//! name.

use libtest_mimic::{Failed, Trial};

/// A test, ignored where it lacks something.
pub(crate) fn trial(
    name: &str,
    lacks: Option<&str>,
    run: impl FnOnce() -> Result<(), Failed> + Send + 'static,
) -> Trial {
    let Some(why) = lacks else { return Trial::test(name, run) };
    let why = why.lines().last().unwrap_or_default().to_owned();
    let failed = why.clone();
    Trial::test(format!("{name} (lacks: {why})"), move || Err(failed.into()))
        .with_ignored_flag(true)
}
