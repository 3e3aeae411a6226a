//! The real rivven-connect, and how it is asked.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::atomic::{AtomicU32, Ordering},
};

use crate::{program, rendered::Worker};

/// A folder of its own for one run of a worker.
pub(crate) fn folder() -> PathBuf {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let name = format!("worker-{}-{number}", std::process::id());
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&folder).expect("the target folder can be written");
    folder
}

/// The program, to do this with a worker's file in a folder, as its container would be started.
/// Every key of a Secret holds this value.
pub(crate) fn command(
    worker: &Worker,
    folder: &Path,
    file: &str,
    what: &str,
    value: &str,
) -> Command {
    fs::write(folder.join("pipeline.yaml"), file).expect("the target folder can be written");
    let mut command = Command::new(program::connect().expect("it is there"));
    command.args(["--config", "pipeline.yaml", what]).current_dir(folder).env_clear();
    command.env("RUST_LOG", "info");
    command.envs(worker.secrets.iter().map(|name| (name, value)));
    command
}

/// Whether `validate` takes it, and what it says.
pub(crate) fn validate(worker: &Worker, value: &str) -> (bool, String) {
    let folder = folder();
    let mut command = command(worker, &folder, &worker.file, "validate", value);
    let done = command.output().expect("the program starts");
    let said = [done.stdout, done.stderr].concat();
    drop(fs::remove_dir_all(folder));
    (done.status.success(), String::from_utf8_lossy(&said).into_owned())
}
