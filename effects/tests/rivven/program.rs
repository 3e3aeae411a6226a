//! Where a real broker is found: the program that `RIVVEND` names, or a `rivvend` in `PATH`.

use std::{env, path::PathBuf};

/// The program, if there is one.
pub(crate) fn program() -> Option<PathBuf> {
    let named = env::var_os("RIVVEND").map(PathBuf::from);
    let path = env::var_os("PATH").unwrap_or_default();
    let mut found = env::split_paths(&path).map(|folder| folder.join("rivvend"));
    named.or_else(|| found.find(|file| file.is_file()))
}

/// Whether it is a failure that there is none.
pub(crate) fn required() -> bool {
    let is = |name, value| env::var(name).is_ok_and(|it| it == value);
    is("CI", "true") || is("SLUICEGATE_REQUIRE_RIVVEND", "1")
}

/// What is said where there is none.
pub(crate) const MISSING: &str = "no rivvend found (set RIVVEND)";
