//! The pages' own commands, as a newcomer would type them: those of the README, and of every page
//! below `deploy`.
//!
//! A block of commands, or a file, that is to be tried has a comment before it, which nobody sees
//! who reads the page: `<!-- run: NAME -->`. A scenario asks for it by that name, so that what is
//! promised is what is tried, to the letter.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

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
/// If there are none: then the pages have changed, and their test has to.
pub(crate) fn blocks(name: &str) -> Vec<String> {
    let mark = format!("<!-- run: {name} -->");
    let mut blocks = Vec::new();
    for page in pages() {
        let text = fs::read_to_string(page).expect("it is there");
        for after in text.split(&mark).skip(1) {
            let block = after.trim_start().strip_prefix("```");
            let block = block.and_then(|block| block.split_once('\n'));
            let block = block.and_then(|(_, block)| block.split("\n```").next());
            let block = block.unwrap_or_else(|| panic!("no commands follow {mark}"));
            blocks.push(block.to_owned() + "\n");
        }
    }
    assert!(!blocks.is_empty(), "no page has {mark}");
    blocks
}

/// The README, and the pages beside what is handed out, in the order of their paths.
fn pages() -> Vec<PathBuf> {
    let mut pages = vec![root().join("README.md")];
    below(&root().join("deploy"), &mut pages);
    pages[1..].sort();
    pages
}

fn below(folder: &Path, pages: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("it is a folder") {
        let path = entry.expect("it can be listed").path();
        if path.is_dir() {
            below(&path, pages);
        } else if path.extension().is_some_and(|ending| ending == "md") {
            pages.push(path);
        }
    }
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
