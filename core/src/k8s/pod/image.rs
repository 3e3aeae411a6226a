//! The name of an image as container runtimes read it. The API server takes any text; a kubelet
//! then says `InvalidImageName`, and the pod never starts.

use crate::{check::Judge, field::Path};

/// Adds what no container runtime reads.
pub fn image(image: &str, path: &Path, judge: &mut Judge<'_>) {
    if let Err((part, must, remedy)) = parts(image) {
        judge.invalid(path.clone(), part, must, remedy);
    }
}

type Wrong<'a> = (&'a str, &'static str, &'static str);

fn parts(image: &str) -> Result<(), Wrong<'_>> {
    let (name, digest) = match image.split_once('@') {
        Some((name, digest)) => (name, Some(digest)),
        None => (image, None),
    };
    // A colon before the last slash is that of a port.
    let last = name.rfind('/').map_or(0, |at| at + 1);
    let (name, tag) = match name[last..].split_once(':') {
        Some((own, tag)) => (&name[..last + own.len()], Some(tag)),
        None => (name, None),
    };
    let path = match name.split_once('/') {
        Some((host, path)) if is_host(host) => path,
        _ => name,
    };
    if path.is_empty() || !path.split('/').all(is_component) {
        let must = "must have a path of lower-case letters and digits, with ., -, _ or __ between";
        return Err((path, must, "write the path in lower case"));
    }
    if let Some(tag) = tag
        && !is_tag(tag)
    {
        let must = "must have a tag of 1 to 128 letters, digits, _, . and -";
        return Err((tag, must, "write the tag as the registry has it"));
    }
    if let Some(digest) = digest
        && !is_digest(digest)
    {
        let must = "must have a whole digest";
        return Err((digest, must, "write sha256: and all its 64 hexadecimal digits"));
    }
    Ok(())
}

/// Whether what stands before the first slash is a registry and no part of the path.
fn is_host(text: &str) -> bool {
    text == "localhost"
        || text.contains(['.', ':'])
        || text.bytes().any(|it| it.is_ascii_uppercase())
}

fn is_component(text: &str) -> bool {
    let own = |one: u8| one.is_ascii_lowercase() || one.is_ascii_digit();
    let ends = text.bytes().next().is_some_and(own) && text.bytes().last().is_some_and(own);
    let between = text.split(|it: char| it.is_ascii_lowercase() || it.is_ascii_digit());
    let joins = |it: &str| matches!(it, "" | "." | "_" | "__") || it.bytes().all(|one| one == b'-');
    ends && between.into_iter().all(joins)
}

fn is_tag(text: &str) -> bool {
    let word = |it: u8| it.is_ascii_alphanumeric() || it == b'_';
    text.len() <= 128
        && text.bytes().next().is_some_and(word)
        && text.bytes().all(|it| word(it) || it == b'.' || it == b'-')
}

fn is_digest(text: &str) -> bool {
    let Some((algorithm, hex)) = text.split_once(':') else { return false };
    let length = match algorithm {
        "sha256" => 64,
        "sha384" => 96,
        "sha512" => 128,
        _ => return false,
    };
    hex.len() == length && hex.bytes().all(|it| matches!(it, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_runtime_reads_is_taken_and_the_rest_is_not() {
        let digest = format!("@sha256:{}", "0a".repeat(32));
        for good in [
            "a",
            "a/b",
            "a:1",
            "registry.example:5000/team/rivvend:0.0.22",
            "Registry/rivvend",
            "localhost/a__b/c--d.e_f:V_1",
            &format!("a{digest}"),
            &format!("r.io/a:1{digest}"),
        ] {
            assert_eq!(parts(good), Ok(()), "{good}");
        }
        let long = format!("a:{}", "1".repeat(129));
        for bad in [
            "",
            "Rivvend",
            "r.io/Team/rivvend",
            "a_-b",
            "a___b",
            "a:",
            "a:-1",
            "a@sha256:0a",
            "a@md5:00",
            "a/",
            "r.io/",
            &long,
            &format!("a{}", digest.to_uppercase()),
        ] {
            assert!(parts(bad).is_err(), "{bad}");
        }
    }
}
