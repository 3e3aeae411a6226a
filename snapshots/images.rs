//! Every image that a node is ever asked to fetch stands in `deploy/images.txt`, one a line, for
//! those who bring images to clusters that cannot fetch any. What is rendered says which they are,
//! and nothing that is handed out names another.
//!
//! `UPDATE=1 cargo test -p snapshots --test images` writes the list.

use std::{collections::BTreeSet, fs, process::Command};

use serde_json::Value;
use sluicegate_effects::yaml;

#[path = "common/command.rs"]
mod command;
#[path = "common/files.rs"]
mod files;

use command::run;
use files::{below, root};

/// Where images of the world are, for a look at what is no manifest.
const REGISTRIES: &[&str] = &[
    "docker.io/",
    "gcr.io/",
    "ghcr.io/",
    "mcr.microsoft.com/",
    "public.ecr.aws/",
    "quay.io/",
    "registry.k8s.io/",
];
/// Named so as to be refused, or told of: it was never published.
const NEVER: &str = "ghcr.io/hupe1980/rivven";
/// Nobody's, by RFC 2606: it stands for a registry of the reader's own.
const NOBODYS: &str = "registry.example/";
/// What is handed out to nobody, or is the word of others.
const TESTS: &[&str] = &[".ci/", "fixtures/", "snapshots/", "deploy/examples/rivven/seeds/"];

/// What a command prints.
fn printed(args: &[&str]) -> String {
    let (code, out, err) = run(args, b"");
    assert_eq!(code, 0, "{args:?}: {err}");
    out
}

/// The images of manifests.
fn images(text: &str, found: &mut BTreeSet<String>) {
    let parsed = yaml::parse("what was rendered", text).expect("it is YAML");
    for document in yaml::flatten(parsed) {
        walk(&document.value, found);
    }
}

fn walk(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            for (key, below) in fields {
                match below.as_str().filter(|_| key == "image") {
                    Some(image) => drop(found.insert(image.to_owned())),
                    None => walk(below, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| walk(item, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Of the operator, and of what it makes of the examples.
fn rendered() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    images(&printed(&["manifests"]), &mut found);
    let all = below(&root().join("deploy/examples"), "yaml");
    let own = all.iter().map(|path| path.display().to_string());
    // Those of others are not all valid, and nobody is to fetch what they name.
    let own: Vec<String> = own.filter(|file| !file.contains("/seeds/")).collect();
    assert!(!own.is_empty());
    // Together: some need others to be there.
    let mut args = vec!["plan", "--state", "empty", "-o", "manifests"];
    own.iter().for_each(|file| args.extend(["-f", file.as_str()]));
    images(&printed(&args), &mut found);
    found
}

fn listed() -> BTreeSet<String> {
    let text = fs::read_to_string(root().join("deploy/images.txt")).unwrap_or_default();
    text.lines().map(str::to_owned).collect()
}

#[test]
fn the_list_has_every_image_that_is_rendered_and_no_other() {
    let rendered = rendered();
    if std::env::var_os("UPDATE").is_some() {
        let text: String = rendered.iter().map(|image| format!("{image}\n")).collect();
        fs::write(root().join("deploy/images.txt"), text).expect("it can be written");
    }
    assert_eq!(listed(), rendered, "UPDATE=1 cargo test -p snapshots --test images");
    for image in rendered {
        let (_, tag) = image.rsplit_once(':').unwrap_or_default();
        assert!(!tag.is_empty() && tag != "latest", "{image} is pinned");
    }
}

/// What stands in a line where an image may: after a registry's name, or as the value of `image:`.
fn named(line: &str) -> Vec<String> {
    let ends = |c: char| !(c.is_ascii_alphanumeric() || "/._-:@".contains(c));
    let until = |text: &str| {
        let end = text.find(ends).unwrap_or(text.len());
        text[..end].trim_end_matches(['.', ':', '/', '-']).to_owned()
    };
    let begins = |at: usize| line[..at].chars().next_back().is_none_or(ends);
    let mut found: Vec<String> = Vec::new();
    for registry in REGISTRIES {
        let places = line.match_indices(registry).filter(|(at, _)| begins(*at));
        found.extend(places.map(|(at, _)| until(&line[at..])));
    }
    let value = line.trim_start().trim_start_matches("- ").strip_prefix("image: ");
    let value = value.map(|value| until(value.trim().trim_matches('"')));
    found.extend(value.filter(|value| value.contains(['/', ':']) && !value.contains("::")));
    found
}

#[test]
fn nothing_that_is_handed_out_names_another() {
    let list = Command::new("git").args(["ls-files"]).current_dir(root()).output();
    let list = String::from_utf8(list.expect("git lists files").stdout).expect("paths are text");
    let (listed, mut wrong, mut seen) = (listed(), Vec::new(), BTreeSet::new());
    let test = |name: &str| {
        let of_tests =
            name.contains("/tests") || name.contains("/ci/") || name.contains("/benches/");
        of_tests || TESTS.iter().any(|folder| name.starts_with(folder))
    };
    for name in list.lines().filter(|name| !test(name)) {
        let Ok(text) = fs::read_to_string(root().join(name)) else { continue };
        for (nth, line) in text.lines().enumerate() {
            for image in named(line) {
                let is = listed.contains(&image)
                    || listed.iter().any(|one| one.strip_prefix(&image).is_some_and(a_tag));
                if !is && image != NEVER && !image.starts_with(NOBODYS) {
                    wrong.push(format!("{name}:{}: {image}", nth + 1));
                }
                seen.insert(image);
            }
        }
    }
    assert!(wrong.is_empty(), "neither in deploy/images.txt nor told apart: {wrong:#?}");
    assert!(seen.len() >= listed.len(), "{seen:?}");
}

/// The rest of an image after its repository.
fn a_tag(rest: &str) -> bool {
    rest.starts_with([':', '@'])
}

#[test]
fn an_image_is_found_wherever_it_stands() {
    for (line, image) in [
        ("        image: \"busybox:1.37\"", "busybox:1.37"),
        ("- image: quay.io/a/b@sha256:0a", "quay.io/a/b@sha256:0a"),
        ("pub const IMAGE: &str = concat!(\"ghcr.io/a/b:\", VERSION);", "ghcr.io/a/b"),
        ("Pull `docker.io/library/busybox:1`.", "docker.io/library/busybox:1"),
    ] {
        assert!(named(line).iter().any(|found| found == image), "{line}: {:?}", named(line));
    }
    assert_eq!(named("image: {{ .Values.image }}"), Vec::<String>::new());
    assert_eq!(named("apiVersion: rivven.hupe1980.github.io/v1alpha1"), Vec::<String>::new());
}
