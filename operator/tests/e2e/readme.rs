//! The README's own commands, as a newcomer would type them.
//!
//! A block of commands, or a file, that is to be tried has a comment before it, which nobody sees
//! who reads the page: `<!-- run: NAME -->`. A scenario asks for it by that name, so that what is
//! promised is what is tried, to the letter.

use std::{fs, process::Command};

use crate::{
    cluster::root,
    control_plane::ControlPlane,
    helm,
    kubectl::{self, Done},
};

/// The commands of this name, block by block.
///
/// # Panics
///
/// If there are none: then the README has changed, and its test has to.
pub(crate) fn blocks(name: &str) -> Vec<String> {
    let readme = fs::read_to_string(root().join("README.md")).expect("it is there");
    let mark = format!("<!-- run: {name} -->");
    let mut blocks = Vec::new();
    for after in readme.split(&mark).skip(1) {
        let block = after.trim_start().strip_prefix("```").and_then(|block| block.split_once('\n'));
        let block = block.and_then(|(_, block)| block.split("\n```").next());
        blocks.push(block.unwrap_or_else(|| panic!("no commands follow {mark}")).to_owned() + "\n");
    }
    assert!(!blocks.is_empty(), "the README has no {mark}");
    blocks
}

/// Runs commands as they stand, as the administrator of a control plane, at the top of the
/// repository. `cargo run --` is the program that was built for this suite. Returns what they
/// print.
///
/// # Panics
///
/// If one of them fails.
pub(crate) fn run(plane: &ControlPlane, commands: &str) -> String {
    const CARGO: &str = r#"cargo() { [ "$1 $2" = "run --" ] && shift 2 && sluicegate "$@"; }"#;
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_sluicegate"));
    let folders = [kubectl::programs(plane), program.parent().expect("a folder").to_owned()];
    let others = std::env::var_os("PATH").unwrap_or_default();
    let helm = helm::program().and_then(|path| path.parent().map(std::path::Path::to_owned));
    let path = folders.into_iter().chain(helm).chain(std::env::split_paths(&others));
    let path = std::env::join_paths(path).expect("no folder has a colon in its name");
    let mut bash = Command::new("bash");
    bash.args(["-euo", "pipefail", "-c", &format!("{CARGO}\n{commands}")]);
    bash.env("PATH", path);
    bash.env("KUBECONFIG", plane.kubeconfig()).env("KUBECACHEDIR", plane.cache());
    bash.envs(helm::HOMES.map(|name| (name, plane.cache())));
    let done = Done::of(&mut bash);
    assert_eq!(done.code, Some(0), "{commands}\n{}{}", done.out, done.err);
    done.out
}
