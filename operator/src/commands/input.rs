//! From `-f` arguments to texts: files, folders and standard input, in one order.

use std::path::{Path, PathBuf};

use sluicegate_effects::file::Source;

use super::args::Folders;
use crate::{failure::Failure, terminal::Io};

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
pub(super) fn read(
    paths: &[PathBuf],
    folders: Folders,
    io: &mut Io<'_>,
) -> Result<Vec<Source>, Failure> {
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
        let Found { files, left, back, failed: unread } = found;
        failed.extend(unread);
        for (link, folder) in back.iter().filter(|_| folders.recursive) {
            let (link, folder) = (link.display(), folder.display());
            io.err(&format!("note: {link} is left out: it leads back to {folder}"));
        }
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
            match self::file(&file) {
                Ok(source) => sources.push(source),
                Err(failure) => failed.extend(failure.0),
            }
        }
    }
    if failed.is_empty() { Ok(sources) } else { Err(Failure(failed)) }
}

/// Standard input.
///
/// # Errors
///
/// If it cannot be read, or is no text.
pub(super) fn stdin(io: &mut Io<'_>) -> Result<Source, Failure> {
    source("<stdin>", read_stdin(io))
}

/// The bytes of a file, or of standard input where it is called `-`.
///
/// # Errors
///
/// If it cannot be read.
pub(super) fn bytes(path: &Path, io: &mut Io<'_>) -> Result<Vec<u8>, Failure> {
    let read = if path.as_os_str() == "-" { read_stdin(io) } else { std::fs::read(path) };
    read.map_err(|error| Failure::of(format!("error: {}: cannot be read: {error}", path.display())))
}

fn read_stdin(io: &mut Io<'_>) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    io.stdin.read_to_end(&mut bytes).map(|_| bytes)
}

/// A file.
///
/// # Errors
///
/// If it cannot be read, or is no text.
pub(super) fn file(path: &Path) -> Result<Source, Failure> {
    source(&path.display().to_string(), std::fs::read(path))
}

fn source(name: &str, read: std::io::Result<Vec<u8>>) -> Result<Source, Failure> {
    let text = match read {
        Ok(bytes) => decoded(&bytes),
        Err(error) => Err(format!(": cannot be read: {error}")),
    };
    let name = name.to_owned();
    text.map_err(|why| Failure::of(format!("error: {name}{why}"))).map(|text| Source { name, text })
}

/// The text that bytes are, as kubectl takes them: UTF-8, or UTF-16 with the mark that PowerShell
/// puts before what `>` writes. If they are none, the line and why.
fn decoded(bytes: &[u8]) -> Result<String, String> {
    let utf16 = |unit: fn([u8; 2]) -> u16| {
        let units: Vec<u16> =
            bytes[2..].chunks_exact(2).map(|two| unit([two[0], two[1]])).collect();
        let text = char::decode_utf16(units).collect::<Result<String, _>>().ok();
        text.filter(|_| bytes.len().is_multiple_of(2))
            .ok_or_else(|| ":1: begins as UTF-16 and is none (save it as UTF-8)".to_owned())
    };
    match bytes {
        [0xFF, 0xFE, ..] => return utf16(u16::from_le_bytes),
        [0xFE, 0xFF, ..] => return utf16(u16::from_be_bytes),
        _ => {}
    }
    let line = |at: usize| bytes[..at].iter().filter(|byte| **byte == b'\n').count() + 1;
    if let Some(at) = bytes.iter().position(|byte| *byte == 0) {
        let line = line(at);
        return Err(format!(":{line}: is no text: it has a zero byte (name a YAML or JSON file)"));
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text.to_owned()),
        Err(error) => {
            let at = error.valid_up_to();
            let (line, byte) = (line(at), bytes[at]);
            let remedy = "save it as UTF-8: iconv -f ISO-8859-1 -t UTF-8";
            Err(format!(":{line}: is not UTF-8: it has the byte {byte:#04x} ({remedy})"))
        }
    }
}

/// What is found, and what is not.
#[derive(Default)]
struct Found {
    files: Vec<PathBuf>,
    /// Folders that are too deep.
    left: Vec<PathBuf>,
    /// Links to a folder that they are in, with that folder.
    back: Vec<(PathBuf, PathBuf)>,
    failed: Vec<String>,
}

fn find(path: &Path, depth: usize, found: &mut Found) {
    if !path.is_dir() {
        if is_kustomization(path) {
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
            found.failed.push(kustomization(folder.unwrap_or(Path::new("."))));
        } else {
            found.files.push(path.to_owned());
        }
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
    // What is beside it are parts, which it puts together.
    if inside.iter().any(|file| is_kustomization(file)) {
        found.failed.push(kustomization(path));
        return;
    }
    for path in inside {
        let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
        if !path.is_dir() {
            if ENDINGS.contains(&ending) {
                found.files.push(path);
            }
        } else if let Some(folder) = leads_back(&path) {
            found.back.push((path, folder));
        } else {
            find(&path, depth - 1, found);
        }
    }
}

/// The folder that a link is in and leads to: what is there is looked at already.
fn leads_back(path: &Path) -> Option<PathBuf> {
    if !path.is_symlink() {
        return None;
    }
    let (to, from) = (path.canonicalize().ok()?, path.parent()?.canonicalize().ok()?);
    from.starts_with(&to).then_some(to)
}

fn is_kustomization(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    matches!(name, "kustomization.yaml" | "kustomization.yml" | "Kustomization")
}

fn kustomization(folder: &Path) -> String {
    let folder = folder.display();
    format!(
        "error: {folder}: kustomize puts it together (kubectl kustomize {folder} | sluicegate plan \
         -f -)"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_powershell_writes_is_read_and_what_is_no_text_has_its_line() {
        let utf16 = |mark: [u8; 2], unit: fn(u16) -> [u8; 2]| {
            let units = "kind: é\r\n".encode_utf16().flat_map(unit);
            mark.into_iter().chain(units).collect::<Vec<u8>>()
        };
        for bytes in [utf16([0xFF, 0xFE], u16::to_le_bytes), utf16([0xFE, 0xFF], u16::to_be_bytes)]
        {
            assert_eq!(decoded(&bytes).as_deref(), Ok("kind: é\r\n"));
        }
        for (bytes, begins) in [
            (
                &b"a: b\nc: caf\xe9\n"[..],
                ":2: is not UTF-8: it has the byte 0xe9 (save it as UTF-8",
            ),
            (b"\x7fELF\0\0", ":1: is no text: it has a zero byte"),
            (b"\xff\xfea", ":1: begins as UTF-16 and is none"),
        ] {
            let why = decoded(bytes).expect_err("it is no text");
            assert!(why.starts_with(begins), "{why}");
        }
    }
}
