//! From `-f` arguments to texts: files, folders and standard input, in one order.

use std::path::{Path, PathBuf};

use sluicegate_effects::file::Source;

use crate::{Failure, terminal::Io};

/// The endings of files that are read from a folder.
const ENDINGS: &[&str] = &["json", "yaml", "yml"];
/// How deep folders are searched: a bound for links that lead in circles.
const DEPTH_MAX: usize = 32;

/// Reads everything that was named, each file once, folders in the order of their names.
///
/// # Errors
///
/// Every path that cannot be read, not only the first.
pub fn read(paths: &[PathBuf], io: &mut Io<'_>) -> Result<Vec<Source>, Failure> {
    let mut sources: Vec<Source> = Vec::new();
    let mut failed = Vec::new();
    for path in paths {
        if path.as_os_str() == "-" {
            let mut text = String::new();
            match io.stdin.read_to_string(&mut text) {
                Ok(_) => sources.push(Source { name: "<stdin>".to_owned(), text }),
                Err(error) => failed.push(format!("error: <stdin>: cannot be read: {error}")),
            }
            continue;
        }
        let mut files = Vec::new();
        find(path, DEPTH_MAX, &mut files, &mut failed);
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

fn find(path: &Path, depth: usize, files: &mut Vec<PathBuf>, failed: &mut Vec<String>) {
    if !path.is_dir() {
        files.push(path.to_owned());
        return;
    }
    if depth == 0 {
        failed.push(format!("error: {}: folders are nested too deep", path.display()));
        return;
    }
    let entries = match std::fs::read_dir(path) {
        Ok(entries) => entries,
        Err(error) => {
            failed.push(format!("error: {}: cannot be read: {error}", path.display()));
            return;
        }
    };
    let mut inside: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    inside.sort();
    for path in inside {
        let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
        if path.is_dir() {
            find(&path, depth - 1, files, failed);
        } else if ENDINGS.contains(&ending) {
            files.push(path);
        }
    }
}
