//! The real Helm, as the administrator of a control plane.

use std::{path::PathBuf, process::Command};

use serde_json::Value;

use crate::{cluster::root, control_plane::ControlPlane, kubectl::Done};

#[path = "../../../snapshots/helm/program.rs"]
mod program;

pub(crate) use program::{MISSING, program};

/// The variables that name where it keeps what it knows.
pub(crate) const HOMES: [&str; 3] = ["HELM_CACHE_HOME", "HELM_CONFIG_HOME", "HELM_DATA_HOME"];

/// Runs it at the top of the repository.
///
/// # Panics
///
/// If there is none: scenarios with Helm run where there is [`program`].
pub(crate) fn by(plane: &ControlPlane, args: &[&str]) -> Done {
    let mut command = Command::new(program().expect("there is a Helm"));
    command.arg("--kubeconfig").arg(plane.kubeconfig()).args(args);
    command.envs(HOMES.map(|name| (name, plane.cache())));
    Done::of(&mut command)
}

/// The same, and returns what it prints.
///
/// # Panics
///
/// If it fails.
pub(crate) fn run(plane: &ControlPlane, args: &[&str]) -> String {
    let done = by(plane, args);
    assert_eq!(done.code, Some(0), "helm {}: {}{}", args.join(" "), done.out, done.err);
    done.out
}

/// The same, for what prints JSON.
pub(crate) fn json(plane: &ControlPlane, args: &[&str]) -> Value {
    let out = run(plane, &[args, &["-o", "json"]].concat());
    serde_json::from_str(&out).expect("it was asked for JSON")
}

/// The values that the tests of a chart have, by file.
pub(crate) fn cases(chart: &str) -> Vec<PathBuf> {
    let folder = root().join("deploy/helm").join(chart).join("ci");
    let files = std::fs::read_dir(folder).expect("the chart has cases");
    let mut files: Vec<PathBuf> = files
        .map(|file| file.expect("it can be listed").path())
        .filter(|one| one.is_file())
        .collect();
    files.sort();
    files
}
