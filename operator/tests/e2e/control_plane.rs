//! The control plane that the suite runs against: started once for all scenarios, stopped at the
//! end. The few that need every namespace, or change the definitions, have a second one and take
//! turns.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{Mutex, MutexGuard, OnceLock, PoisonError},
};

use serde_json::Value;
use sluicegate_effects::yaml;

use crate::{
    audit::Audit,
    kube::{DEFINITIONS, Kube},
    wait::{seconds, until},
};

/// The state folder of a control plane that is up and is to stay so.
const GIVEN: &str = "SLUICEGATE_E2E_CLUSTER";
/// By this the suite has to run: what it needs is built, and if it cannot be, that is a failure.
const REQUIRE: &str = "SLUICEGATE_REQUIRE_CLUSTER";

/// A control plane.
pub(crate) struct ControlPlane {
    state: PathBuf,
    ours: bool,
    /// As somebody whose requests are not in the audit log.
    pub(crate) kube: Kube,
    /// What everybody else asked for.
    pub(crate) audit: Audit,
}

static SHARED: OnceLock<ControlPlane> = OnceLock::new();
static ALONE: OnceLock<ControlPlane> = OnceLock::new();

/// The repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Whether a missing control plane is a failure.
pub(crate) fn required() -> bool {
    let is = |name, value| env::var(name).is_ok_and(|it| it == value);
    is("CI", "true") || is(REQUIRE, "1")
}

/// Why nothing can be run here without building for minutes; nothing if it can.
pub(crate) fn missing() -> Option<String> {
    if env::var_os(GIVEN).is_some() {
        return None;
    }
    let asked = command("built", None).output();
    match asked {
        Ok(answer) if answer.status.success() => None,
        Ok(answer) => Some(String::from_utf8_lossy(&answer.stderr).trim().to_owned()),
        Err(error) => Some(format!(".ci/cluster cannot be run: {error}")),
    }
}

/// The one that scenarios share, each in a namespace of its own. The definitions are installed.
pub(crate) fn shared() -> &'static ControlPlane {
    SHARED.get_or_init(|| {
        let given = env::var_os(GIVEN).map(PathBuf::from);
        let plane = ControlPlane::up(given, "shared");
        plane.install();
        plane
    })
}

/// The one that a scenario has to itself, with nothing installed.
pub(crate) fn alone() -> (MutexGuard<'static, ()>, &'static ControlPlane) {
    static TURN: Mutex<()> = Mutex::new(());
    let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    (turn, ALONE.get_or_init(|| ControlPlane::up(None, "alone")))
}

/// Stops what was started.
pub(crate) fn down() {
    for plane in [SHARED.get(), ALONE.get()].into_iter().flatten() {
        if plane.ours {
            let ended = command("down", Some(&plane.state)).arg("--keep").output();
            ended.expect(".ci/cluster has been run before");
        }
    }
}

impl ControlPlane {
    fn up(given: Option<PathBuf>, name: &str) -> Self {
        let ours = given.is_none();
        let own = || Path::new(env!("CARGO_TARGET_TMPDIR")).join("e2e").join(name);
        let state = given.unwrap_or_else(own);
        if ours {
            // One that a suite left that was killed.
            drop(command("down", Some(&state)).stderr(Stdio::null()).output());
            let ended = command("up", Some(&state)).stdout(Stdio::null()).status();
            assert!(ended.expect(".ci/cluster is there").success(), "the control plane is up");
        }
        let (kube, audit) =
            (Kube::of(&state.join("stand-in.kubeconfig")), Audit::of(state.join("audit.log")));
        Self { state, ours, kube, audit }
    }

    /// The kubeconfig of its administrator, whose requests are in the audit log.
    pub(crate) fn kubeconfig(&self) -> PathBuf {
        self.state.join("kubeconfig")
    }

    /// Installs our definitions, and waits until they are served.
    pub(crate) fn install(&self) {
        for definition in definitions() {
            let name = definition["metadata"]["name"].as_str().unwrap_or_default().to_owned();
            self.kube.apply(DEFINITIONS, &definition);
            self.established(&name);
        }
    }

    /// Waits until a definition is served.
    pub(crate) fn established(&self, name: &str) {
        until(&format!("{name} to be served"), seconds(30), || {
            let seen = self.kube.get(DEFINITIONS, "", name).unwrap_or_default();
            let conditions = seen["status"]["conditions"].as_array().cloned().unwrap_or_default();
            let named = conditions.iter().find(|one| one["type"] == "Established");
            let is = named.is_some_and(|one| one["status"] == "True");
            if is { Ok(()) } else { Err(format!("{conditions:?}")) }
        });
    }
}

/// Our definitions, as they are shipped.
pub(crate) fn definitions() -> Vec<Value> {
    let folder = root().join("deploy/crds");
    let mut files: Vec<PathBuf> = fs::read_dir(&folder)
        .expect("the folder is there")
        .map(|entry| entry.expect("it can be read").path())
        .filter(|path| path.extension().is_some_and(|end| end == "yaml"))
        .collect();
    files.sort();
    files.iter().flat_map(|file| documents(file)).collect()
}

/// The documents of a YAML file.
pub(crate) fn documents(file: &Path) -> Vec<Value> {
    let text = fs::read_to_string(file).unwrap_or_else(|error| panic!("{file:?}: {error}"));
    let parsed = yaml::parse(&file.display().to_string(), &text);
    let parsed = parsed.unwrap_or_else(|error| panic!("{error:?}"));
    yaml::flatten(parsed).into_iter().map(|document| document.value).collect()
}

fn command(what: &str, state: Option<&Path>) -> Command {
    let mut command = Command::new(root().join(".ci/cluster"));
    command.arg(what).stdin(Stdio::null());
    if let Some(state) = state {
        command.arg("--state").arg(state);
    }
    command
}
