//! The control plane that the suite runs against: started once for all scenarios, stopped at the
//! end. The few that need every namespace, or change the definitions, have a second one and take
//! turns; so do those that install, on a third.

use std::{
    env, fs,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, Once, OnceLock, PoisonError},
};

use http::Method;
use serde_json::{Value, json};
use sluicegate_effects::yaml;

use crate::{
    audit::Audit,
    cluster::{self, root},
    granted,
    kube::{CLAIMS, CLUSTER_ROLE_BINDINGS, CLUSTER_ROLES, DEFINITIONS, Kind, Kube, NAMESPACES},
    wait::{seconds, until},
};

/// The state folder of a control plane that is up and is to stay so.
const GIVEN: &str = "SLUICEGATE_E2E_CLUSTER";
/// The feature gates of an API server that .ci/cluster starts.
const GATES: &str = "SLUICEGATE_FEATURE_GATES";

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
static BARE: OnceLock<ControlPlane> = OnceLock::new();

/// Why nothing can be run here without building for minutes; nothing if it can.
pub(crate) fn missing() -> Option<String> {
    if env::var_os(GIVEN).is_some() {
        return None;
    }
    cluster::missing(&[])
}

/// The one that scenarios share, each in a namespace of its own. The definitions are installed.
pub(crate) fn shared() -> &'static ControlPlane {
    static INSTALLED: Once = Once::new();
    let plane = started();
    INSTALLED.call_once(|| plane.install());
    plane
}

/// The same, and nothing is installed by it.
pub(crate) fn started() -> &'static ControlPlane {
    let given = || env::var_os(GIVEN).map(PathBuf::from);
    SHARED.get_or_init(|| ControlPlane::up(given(), "shared"))
}

/// The one that a scenario has to itself, with nothing installed.
pub(crate) fn alone() -> (MutexGuard<'static, ()>, &'static ControlPlane) {
    static TURN: Mutex<()> = Mutex::new(());
    let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    (turn, ALONE.get_or_init(|| ControlPlane::up(None, "alone")))
}

/// The one on which things are installed, as it was when it was new. It does not stream lists, as
/// servers of Kubernetes 1.33 do not unless they are told to.
pub(crate) fn bare() -> (MutexGuard<'static, ()>, &'static ControlPlane) {
    static TURN: Mutex<()> = Mutex::new(());
    let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let plane = BARE.get_or_init(|| ControlPlane::up_with(None, "bare", "WatchList=false"));
    plane.clear();
    (turn, plane)
}

/// Those that were used.
pub(crate) fn used() -> impl Iterator<Item = &'static ControlPlane> {
    [SHARED.get(), ALONE.get(), BARE.get()].into_iter().flatten()
}

/// Stops what was started.
pub(crate) fn down() {
    for plane in used() {
        if plane.ours {
            let ended = cluster::of(&plane.state, &["down", "--keep"]).output();
            ended.expect(".ci/cluster has been run before");
        }
    }
}

impl ControlPlane {
    fn up(given: Option<PathBuf>, name: &str) -> Self {
        Self::up_with(given, name, "")
    }

    /// With feature gates of the API server.
    fn up_with(given: Option<PathBuf>, name: &str, gates: &str) -> Self {
        let ours = given.is_none();
        let own = || Path::new(env!("CARGO_TARGET_TMPDIR")).join("e2e").join(name);
        let state = given.unwrap_or_else(own);
        if ours {
            cluster::anew(&state, &[(GATES, gates)]);
        }
        let (kube, audit) =
            (Kube::of(&state.join("stand-in.kubeconfig")), Audit::of(state.join("audit.log")));
        granted::everywhere(&kube);
        Self { state, ours, kube, audit }
    }

    /// The kubeconfig of its administrator, whose requests are in the audit log.
    pub(crate) fn kubeconfig(&self) -> PathBuf {
        self.state().join("kubeconfig")
    }

    /// Where it keeps its files.
    pub(crate) fn state(&self) -> &Path {
        &self.state
    }

    /// What kubectl keeps, so that control planes do not share it.
    pub(crate) fn cache(&self) -> PathBuf {
        self.state.join("cache")
    }

    /// What a shell evaluates to use it.
    pub(crate) fn env(&self) -> String {
        let told = cluster::of(&self.state, &["env"]).output().expect(".ci/cluster is there");
        assert!(told.status.success(), "the control plane is up");
        String::from_utf8_lossy(&told.stdout).into_owned()
    }

    /// Installs our definitions, and waits until they are served.
    pub(crate) fn install(&self) {
        for definition in definitions() {
            self.kube.apply(DEFINITIONS, &definition);
            self.established(name(&definition));
        }
    }

    /// Removes everything that was ever installed, and what came of it.
    pub(crate) fn clear(&self) {
        let kube = &self.kube;
        kube.list(DEFINITIONS, "").iter().for_each(|definition| self.free(definition));
        let all = [DEFINITIONS, CLAIMS, CLUSTER_ROLES, CLUSTER_ROLE_BINDINGS, NAMESPACES];
        for kind in all {
            let own = |one: &Value| match kind {
                CLUSTER_ROLES | CLUSTER_ROLE_BINDINGS => name(one).starts_with("sluicegate"),
                NAMESPACES => name(one) != "default" && !name(one).starts_with("kube-"),
                _ => true,
            };
            let place = if kind == CLAIMS { "default" } else { "" };
            let there = || kube.list(kind, place).into_iter().filter(own);
            there().for_each(|one| kube.delete(kind, place, name(&one)));
            until("what was installed to be gone", seconds(60), || {
                let of = |one: Value| format!("{}: {}", name(&one), one["status"]["conditions"]);
                let left: Vec<String> = there().map(of).collect();
                if left.is_empty() { Ok(()) } else { Err(left.join(", ")) }
            });
        }
    }

    /// Takes the finalizers off what a definition has resources of: nobody is there to finish what
    /// they wait for. That they were listed lets the definition go, too. One that nobody has read
    /// yet answers "storage is (re)initializing" to the controller that is to remove it, whose
    /// second try, 5 ms later, may then be overtaken by its own write of that and be forgotten for
    /// up to five minutes (apiextensions-apiserver 0.36.3, `crd_finalizer.go`: seen on a busy
    /// machine).
    fn free(&self, definition: &Value) {
        let kind = Kind::defined_by(definition);
        // One that was just changed is not served for a moment.
        let asked = || self.kube.send(&Method::GET, &kind.path("", ""), None);
        let (list, _) = until(&format!("{} to be served", name(definition)), seconds(30), || {
            asked().map_err(|refused| refused.message)
        });
        for one in list["items"].as_array().into_iter().flatten() {
            let namespace = one["metadata"]["namespace"].as_str().unwrap_or_default();
            let free = json!({ "metadata": { "finalizers": null } });
            self.kube.merge(kind, namespace, name(one), &free);
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

fn name(object: &Value) -> &str {
    object["metadata"]["name"].as_str().unwrap_or_default()
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
    yaml::flatten(parsed).into_iter().map(|document| document.into_value()).collect()
}
