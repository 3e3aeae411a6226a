//! Where Helm is, as it is built for the project.

use std::{env, path::PathBuf, sync::OnceLock};

/// What is lacking where there is none.
pub(crate) const MISSING: &str = "there is no Helm: .ci/cluster build helm builds it";

/// The one of HELM, or of the project's tools. Nothing where there is none.
///
/// # Panics
///
/// If there is none and nothing may be skipped.
pub(crate) fn program() -> Option<PathBuf> {
    static PROGRAM: OnceLock<Option<PathBuf>> = OnceLock::new();
    PROGRAM.get_or_init(find).clone()
}

fn find() -> Option<PathBuf> {
    let tools = env::var_os("SLUICEGATE_TOOLS").map(PathBuf::from).or_else(|| {
        let home = || env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache"));
        let cache = env::var_os("XDG_CACHE_HOME").map(PathBuf::from).or_else(home)?;
        Some(cache.join("sluicegate/tools"))
    });
    let built = tools.map(|tools| tools.join("helm-4.3.1/helm"));
    let found = env::var_os("HELM").map(PathBuf::from).or(built).filter(|path| path.is_file());
    let is = |name, value| env::var(name).is_ok_and(|it| it == value);
    let needed = is("CI", "true") || is("SLUICEGATE_REQUIRE_CLUSTER", "1");
    assert!(found.is_some() || !needed, "{MISSING}");
    found
}
