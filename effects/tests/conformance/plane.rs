//! A real API server of this suite's own: started once, its controllers stopped, removed at the
//! end.
//!
//! Nothing but requests may change what is compared, so that each sequence means the same every
//! time; what controllers do is not compared here. Where the control plane is not built the suite
//! says so and is skipped, as the end-to-end suite is; with `CI=true` or
//! `SLUICEGATE_REQUIRE_CLUSTER=1` it is built, or the suite fails.

use std::{
    env, fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// By this the suite has to run.
const REQUIRE: &str = "SLUICEGATE_REQUIRE_CLUSTER";
/// What would change objects by itself.
const CONTROLLERS: &[&str] = &["kube-controller-manager", "kube-scheduler", "kwok"];

/// An API server without controllers.
pub(crate) struct Plane {
    state: PathBuf,
}

/// The repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Says something to whoever runs the suite.
pub(crate) fn say(text: &str) {
    drop(writeln!(std::io::stderr(), "{text}"));
}

impl Plane {
    /// Starts one, with a state folder of this name; nothing where it is not built, which is said.
    pub(crate) fn up(name: &str) -> Option<Self> {
        let is = |name, value| env::var(name).is_ok_and(|it| it == value);
        let required = is("CI", "true") || is(REQUIRE, "1");
        if !required && let Some(why) = missing() {
            say(&format!("{name}: SKIPPED, nothing of it was tested: {why}"));
            return None;
        }
        let state = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        // One that a suite left that was killed.
        drop(command("down", Some(&state)).stderr(Stdio::null()).output());
        let ended = command("up", Some(&state)).stdout(Stdio::null()).status();
        assert!(ended.expect(".ci/cluster is there").success(), "the control plane is up");
        let plane = Self { state };
        CONTROLLERS.iter().for_each(|one| plane.stop(one));
        Some(plane)
    }

    /// The kubeconfig of one whose requests are not logged.
    pub(crate) fn kubeconfig(&self) -> PathBuf {
        self.state.join("stand-in.kubeconfig")
    }

    fn stop(&self, program: &str) {
        let noted = fs::read_to_string(self.state.join("run").join(program));
        let noted = noted.expect("it was started");
        let id = noted.split(' ').next().unwrap_or_default();
        let ended = Command::new("kill").args(["-KILL", id]).status();
        assert!(ended.expect("there is a kill").success(), "{program} is stopped");
    }
}

impl Drop for Plane {
    fn drop(&mut self) {
        drop(command("down", Some(&self.state)).arg("--keep").output());
    }
}

/// Why nothing can be run here without building for minutes; nothing if it can.
fn missing() -> Option<String> {
    match command("built", None).output() {
        Ok(answer) if answer.status.success() => None,
        Ok(answer) => Some(String::from_utf8_lossy(&answer.stderr).trim().to_owned()),
        Err(error) => Some(format!(".ci/cluster cannot be run: {error}")),
    }
}

fn command(what: &str, state: Option<&Path>) -> Command {
    let mut command = Command::new(root().join(".ci/cluster"));
    command.arg(what).stdin(Stdio::null());
    if let Some(state) = state {
        command.arg("--state").arg(state);
    }
    command
}
