//! The real kubectl, as the administrator of a control plane.

use std::{
    env,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use serde_json::Value;

use crate::{cluster::root, control_plane::ControlPlane};

/// By these `.ci/cluster` names the folder with its programs, and the audit log of one cluster.
const PROGRAMS: &str = "KUBEBUILDER_ASSETS";
const AUDIT_LOG: &str = "SLUICEGATE_AUDIT_LOG";

/// The folder with the programs of a control plane, kubectl among them.
pub(crate) fn programs(plane: &ControlPlane) -> PathBuf {
    // What `.ci/cluster exec` runs has been told already.
    if let (Some(log), Some(folder)) = (env::var_os(AUDIT_LOG), env::var_os(PROGRAMS))
        && plane.state().join("audit.log") == log
    {
        return folder.into();
    }
    let lines = plane.env();
    let line = lines
        .lines()
        .find_map(|line| line.strip_prefix("export ")?.strip_prefix(PROGRAMS)?.strip_prefix('='));
    PathBuf::from(line.expect(".ci/cluster env names the folder"))
}

/// What became of a command.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Done {
    /// Runs a command at the top of the repository, with nothing on its standard input.
    pub(crate) fn of(command: &mut Command) -> Self {
        let done = command.current_dir(root()).stdin(Stdio::null()).output().expect("it is there");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Self { code: done.status.code(), out: text(&done.stdout), err: text(&done.stderr) }
    }
}

/// Runs it at the top of the repository, by a kubeconfig.
pub(crate) fn by(plane: &ControlPlane, kubeconfig: &Path, args: &[&str]) -> Done {
    let mut command = Command::new(programs(plane).join("kubectl"));
    command.arg("--kubeconfig").arg(kubeconfig).args(args).env("KUBECACHEDIR", plane.cache());
    Done::of(&mut command)
}

/// Runs it as the administrator, and returns what it prints.
///
/// # Panics
///
/// If it fails.
pub(crate) fn run(plane: &ControlPlane, args: &[&str]) -> String {
    let done = by(plane, &plane.kubeconfig(), args);
    assert_eq!(done.code, Some(0), "kubectl {}: {}{}", args.join(" "), done.out, done.err);
    done.out
}

/// The same, for what prints JSON.
pub(crate) fn json(plane: &ControlPlane, args: &[&str]) -> Value {
    let out = run(plane, &[args, &["-o", "json"]].concat());
    serde_json::from_str(&out).expect("it was asked for JSON")
}
