//! `.ci/cluster`, by which a suite has a control plane or a node of its own.

use std::{
    env,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// By this what needs a control plane has to run: what is missing is built, and if it cannot be,
/// that is a failure.
const REQUIRE: &str = "SLUICEGATE_REQUIRE_CLUSTER";

/// The repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Whether a missing control plane is a failure.
pub(crate) fn required() -> bool {
    let is = |name, value| env::var(name).is_ok_and(|it| it == value);
    is("CI", "true") || is(REQUIRE, "1")
}

/// Why nothing can be run here without building for minutes; nothing if it can. With `--node` more
/// has to be there.
pub(crate) fn missing(flags: &[&str]) -> Option<String> {
    match command(&["built"]).args(flags).output() {
        Ok(answer) if answer.status.success() => None,
        Ok(answer) => Some(String::from_utf8_lossy(&answer.stderr).trim().to_owned()),
        Err(error) => Some(format!(".ci/cluster cannot be run: {error}")),
    }
}

/// Starts a control plane, after one of the same state folder that was left by a suite that was
/// killed is ended.
pub(crate) fn anew(state: &Path, env: &[(&str, &str)]) {
    drop(of(state, &["down"]).stderr(Stdio::null()).output());
    up(state, env);
}

/// Starts a control plane, with what its state folder has.
pub(crate) fn up(state: &Path, env: &[(&str, &str)]) {
    let ended = of(state, &["up"]).envs(env.iter().copied()).stdout(Stdio::null()).status();
    assert!(ended.expect(".ci/cluster is there").success(), "the control plane is up");
}

/// The program, about the cluster with this state folder.
pub(crate) fn of(state: &Path, args: &[&str]) -> Command {
    let mut command = command(args);
    command.arg("--state").arg(state);
    command
}

/// The program.
pub(crate) fn command(args: &[&str]) -> Command {
    let mut command = Command::new(root().join(".ci/cluster"));
    command.args(args).stdin(Stdio::null());
    command
}
