//! A real API server of this suite's own: started once, its controllers stopped, removed at the
//! end.
//!
//! Nothing but requests may change what is compared, so that each sequence means the same every
//! time; what controllers do is not compared here. Where the control plane is not built the suite
//! says so and is ignored, as the end-to-end suite is; with `CI=true` or
//! `SLUICEGATE_REQUIRE_CLUSTER=1` it is built, or the suite fails.

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::Command,
};

use crate::cluster;

/// What would change objects by itself.
const CONTROLLERS: &[&str] = &["kube-controller-manager", "kube-scheduler", "kwok"];

/// An API server without controllers.
pub(crate) struct Plane {
    state: PathBuf,
}

/// Says something to whoever runs the suite.
pub(crate) fn say(text: &str) {
    drop(writeln!(std::io::stderr(), "{text}"));
}

impl Plane {
    /// Why none can be started here, where that is no failure.
    pub(crate) fn lacking() -> Option<String> {
        if cluster::required() { None } else { cluster::missing(&[]) }
    }

    /// Starts one, with a state folder of this name.
    pub(crate) fn up(name: &str) -> Self {
        let state = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        cluster::anew(&state, &[]);
        let plane = Self { state };
        CONTROLLERS.iter().for_each(|one| plane.stop(one));
        plane
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
        drop(cluster::of(&self.state, &["down", "--keep"]).output());
    }
}
