//! The node that the suite runs on: started from outside, and then this program once more within
//! its network, where the cluster's names resolve. What is left when it is gone is looked for.

use std::{
    env, fs,
    path::Path,
    process::{Command, ExitCode, Stdio},
    time::{Duration, Instant},
};

use libtest_mimic::Arguments;

use crate::{Scenario, cluster, say, timing};

/// By this the suite has to run: what it needs is built, and if it cannot be, that is a failure.
const REQUIRE: &str = "SLUICEGATE_REQUIRE_NODE";
/// By this name the control plane is known to the modules that are shared with the other suite.
pub(crate) const GIVEN: &str = "SLUICEGATE_E2E_CLUSTER";
/// The names that the operator's image is known by: that of the manifests, and the pages' own.
const OPERATOR: [&str; 2] = [
    concat!("ghcr.io/sluicegate/sluicegate:", env!("CARGO_PKG_VERSION")),
    concat!("registry.example/sluicegate:", env!("CARGO_PKG_VERSION")),
];
/// The image that the client is in.
pub(crate) const CLIENT: &str = "sluicegate.test/client:1";

/// Whether this is the program within the node's network.
pub(crate) fn inside() -> bool {
    env::var_os(GIVEN).is_some()
}

/// Starts a node, runs this program again beside it, and looks at what it leaves.
pub(crate) fn outside(args: &Arguments, all: &[&[Scenario]]) -> ExitCode {
    let is = |name, value| env::var(name).is_ok_and(|it| it == value);
    let required = is(REQUIRE, "1") || is("CI", "true");
    if is(REQUIRE, "0") {
        return timing::ignored(args, all, &format!("{REQUIRE} is 0")).exit_code();
    }
    if let Some(why) = cluster::missing(&["--node"]) {
        if !required {
            return timing::ignored(args, all, &why).exit_code();
        }
        say(&format!("node: building what is missing: {why}"));
    }
    let state = Path::new(env!("CARGO_TARGET_TMPDIR")).join("node");
    // One that a suite left that was killed.
    drop(cluster::of(&state, &["down"]).stderr(Stdio::null()).output());
    let (up, took) =
        timed(|| cluster::of(&state, &["up", "--node"]).stdout(Stdio::null()).status());
    if !up {
        say("node: FAILED: .ci/cluster up --node did not start one");
        return ExitCode::FAILURE;
    }
    say(&format!("{:7.1} s from nothing to a node that is Ready", took.as_secs_f32()));
    let boxed = box_of(&state);
    let seen = traces(&state, &boxed).len();
    let own = env::current_exe().expect("it runs");
    let operator = Path::new(env!("CARGO_BIN_EXE_sluicegate"));
    let loaded =
        load(&state, "client", &own, &[CLIENT]) && load(&state, "sluicegate", operator, &OPERATOR);
    let passed = loaded && run_inside(&state);
    let (down, took) = timed(|| cluster::of(&state, &["down", "--keep"]).status());
    let left = traces(&state, &boxed);
    let took = took.as_secs_f32();
    say(&format!("{took:7.1} s to end the node: {} of {seen} traces are left", left.len()));
    if !left.is_empty() || seen == 0 || boxed.is_empty() {
        say(&format!("node: FAILED: `.ci/cluster down` leaves behind: {left:#?}"));
        return ExitCode::FAILURE;
    }
    if passed && down { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Makes an image of a program and gives it to the node, by these names.
fn load(state: &Path, what: &str, of: &Path, names: &[&str]) -> bool {
    let (small, archive) = (state.join(what), state.join(format!("{what}.tar")));
    let strip = Command::new("strip").arg("-o").arg(&small).arg(of).status();
    let (place, file) = (format!("/{what}"), format!("{}:/{what}", small.display()));
    let image = cluster::command(&["image", "--entrypoint", &place, "--user", "65532", "--libs"])
        .args(["--file", &file])
        .args(names.iter().flat_map(|name| ["--name", *name]))
        .arg("-o")
        .arg(&archive)
        .status();
    let load = cluster::of(state, &["load"]).arg(&archive).status();
    [strip, image, load].into_iter().all(|done| done.is_ok_and(|status| status.success()))
}

/// Becomes nothing else: what it says, and how it ends, is what this program does there.
fn run_inside(state: &Path) -> bool {
    let own = env::current_exe().expect("it runs");
    let mut command = cluster::of(state, &["exec"]);
    command.arg("--").arg(own).args(env::args_os().skip(1)).env(GIVEN, state);
    command.status().is_ok_and(|status| status.success())
}

/// By what name the node's box is known to Linux.
fn box_of(state: &Path) -> String {
    let first = fs::read_to_string(state.join("run/box")).unwrap_or_default();
    let pid = first.split(' ').next().unwrap_or_default();
    let cgroups = fs::read_to_string(format!("/proc/{pid}/cgroup")).unwrap_or_default();
    let mut names = cgroups.split(['/', '\n']);
    names.find(|name| name.starts_with("sluicegate-")).unwrap_or_default().to_owned()
}

/// What there is of a node on this machine: its processes, mounts and cgroups. Its network is that
/// of its processes and goes with the last of them.
fn traces(state: &Path, boxed: &str) -> Vec<String> {
    let (mut traces, place) = (Vec::new(), state.display().to_string());
    let own = std::process::id().to_string();
    for entry in fs::read_dir("/proc").expect("there is a /proc").flatten() {
        let pid = entry.file_name().to_string_lossy().into_owned();
        let read = |file: &str| fs::read_to_string(entry.path().join(file)).unwrap_or_default();
        let (cgroups, command) = (read("cgroup"), read("cmdline").replace('\0', " "));
        if pid != own && (cgroups.contains(boxed) || command.contains(&place)) {
            traces.push(format!("process {pid}: {command}"));
        }
    }
    let mounts = fs::read_to_string("/proc/self/mountinfo").unwrap_or_default();
    traces.extend(mounts.lines().filter(|line| line.contains(&place)).map(str::to_owned));
    let trees = fs::read_dir("/sys/fs/cgroup").into_iter().flatten().flatten();
    let cgroups = trees.map(|tree| tree.path().join(boxed));
    let cgroups = cgroups.chain([Path::new("/sys/fs/cgroup").join(boxed)]);
    traces.extend(cgroups.filter(|one| one.is_dir()).map(|one| one.display().to_string()));
    traces
}

fn timed(run: impl FnOnce() -> std::io::Result<std::process::ExitStatus>) -> (bool, Duration) {
    let since = Instant::now();
    (run().is_ok_and(|status| status.success()), since.elapsed())
}
