//! Where the real programs are found: the broker that `RIVVEND` names, or a `rivvend` in `PATH`;
//! the runner of connectors that `RIVVEN_CONNECT` names, and the schema registry that
//! `RIVVEN_SCHEMA` names, or those of the project's tools.

#![allow(dead_code, reason = "each suite takes what it needs of it")]

use std::{env, path::PathBuf};

/// The program, if there is one.
pub(crate) fn program() -> Option<PathBuf> {
    let named = env::var_os("RIVVEND").map(PathBuf::from);
    let path = env::var_os("PATH").unwrap_or_default();
    let mut found = env::split_paths(&path).map(|folder| folder.join("rivvend"));
    named.or_else(|| found.find(|file| file.is_file()))
}

/// The folder of the project's tools.
pub(crate) fn tools() -> Option<PathBuf> {
    env::var_os("SLUICEGATE_TOOLS").map(PathBuf::from).or_else(|| {
        let home = || env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache"));
        let cache = env::var_os("XDG_CACHE_HOME").map(PathBuf::from).or_else(home)?;
        Some(cache.join("sluicegate/tools"))
    })
}

/// The program that runs connectors, if there is one.
pub(crate) fn connect() -> Option<PathBuf> {
    let built = tools().map(|tools| tools.join("bin/rivven-connect"));
    env::var_os("RIVVEN_CONNECT").map(PathBuf::from).or(built).filter(|path| path.is_file())
}

/// What is said where there is none.
pub(crate) const NO_CONNECT: &str = "no rivven-connect: .ci/cluster build connect builds it";

/// The schema registry, if there is one.
pub(crate) fn schema() -> Option<PathBuf> {
    let built = tools().map(|tools| tools.join("bin/rivven-schema"));
    env::var_os("RIVVEN_SCHEMA").map(PathBuf::from).or(built).filter(|path| path.is_file())
}

/// What is said where there is none.
pub(crate) const NO_SCHEMA: &str = "no rivven-schema: .ci/cluster build schema builds it";

/// Whether it is a failure that there is none.
pub(crate) fn required() -> bool {
    let is = |name, value| env::var(name).is_ok_and(|it| it == value);
    is("CI", "true") || is("SLUICEGATE_REQUIRE_RIVVEND", "1")
}

/// What is said where there is none.
pub(crate) const MISSING: &str = "no rivvend found (set RIVVEND)";
