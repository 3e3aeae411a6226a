//! From `-f` arguments to texts: files, folders and standard input, in one order.

use std::path::{Path, PathBuf};

use sluicegate_effects::file::Source;

use crate::{Failure, cli::Folders, terminal::Io};

/// The endings of files that are read from a folder.
const ENDINGS: &[&str] = &["json", "yaml", "yml"];
/// How deep folders are searched: a bound for links that lead in circles.
const DEPTH_MAX: usize = 32;

/// Reads everything that was named, each file once, folders in the order of their names. Folders
/// within folders are left out unless they are asked for, as by kubectl, which is told: what is
/// planned for is what `kubectl apply` with the same arguments applies.
///
/// # Errors
///
/// Every path that cannot be read, not only the first.
pub fn read(paths: &[PathBuf], folders: Folders, io: &mut Io<'_>) -> Result<Vec<Source>, Failure> {
    let mut sources: Vec<Source> = Vec::new();
    let mut failed = Vec::new();
    for path in paths {
        if path.as_os_str() == "-" {
            match stdin(io) {
                Ok(source) => sources.push(source),
                Err(failure) => failed.extend(failure.0),
            }
            continue;
        }
        let mut found = Found::default();
        find(path, if folders.recursive { DEPTH_MAX } else { 1 }, &mut found);
        let Found { files, left, failed: unread } = found;
        failed.extend(unread);
        for folder in left {
            let folder = folder.display();
            if folders.recursive {
                failed.push(format!("error: {folder}: folders are nested too deep"));
            } else {
                io.err(&format!("note: {folder} is left out; -R takes what is in it"));
            }
        }
        if path.is_dir() && files.is_empty() && failed.is_empty() {
            let kinds = ENDINGS.join(", *.");
            failed.push(format!("error: {}: no file *.{kinds} in this folder", path.display()));
        }
        for file in files {
            let name = file.display().to_string();
            if sources.iter().any(|known| known.name == name) {
                continue;
            }
            match std::fs::read_to_string(&file) {
                Ok(text) => sources.push(Source { name, text }),
                Err(error) => failed.push(format!("error: {name}: cannot be read: {error}")),
            }
        }
    }
    if failed.is_empty() { Ok(sources) } else { Err(Failure(failed)) }
}

/// Standard input.
///
/// # Errors
///
/// If it cannot be read.
pub fn stdin(io: &mut Io<'_>) -> Result<Source, Failure> {
    let mut text = String::new();
    match io.stdin.read_to_string(&mut text) {
        Ok(_) => Ok(Source { name: "<stdin>".to_owned(), text }),
        Err(error) => Err(Failure::of(format!("error: <stdin>: cannot be read: {error}"))),
    }
}

/// What is found, and what is not.
#[derive(Default)]
struct Found {
    files: Vec<PathBuf>,
    /// Folders that are too deep.
    left: Vec<PathBuf>,
    failed: Vec<String>,
}

fn find(path: &Path, depth: usize, found: &mut Found) {
    if !path.is_dir() {
        found.files.push(path.to_owned());
        return;
    }
    if depth == 0 {
        found.left.push(path.to_owned());
        return;
    }
    let entries = match std::fs::read_dir(path) {
        Ok(entries) => entries,
        Err(error) => {
            found.failed.push(format!("error: {}: cannot be read: {error}", path.display()));
            return;
        }
    };
    let mut inside: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    inside.sort();
    for path in inside {
        let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
        if path.is_dir() {
            find(&path, depth - 1, found);
        } else if ENDINGS.contains(&ending) {
            found.files.push(path);
        }
    }
}
