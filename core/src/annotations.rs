//! The annotations by which people steer one resource, read strictly: what is misspelt, key or
//! value, is refused, because guessing at a safety switch is worse than stopping.

use std::collections::BTreeSet;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

use crate::{
    field::{Cause, Errors, Path},
    label::{ADOPT, OURS, PAUSED, RESTART, SKIP_GATE},
    schema::did_you_mean,
};

/// The annotations that there are.
const KNOWN: [&str; 4] = [ADOPT, PAUSED, RESTART, SKIP_GATE];

/// What the annotations of a resource ask for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Control {
    /// Nothing is changed.
    pub paused: bool,
    /// What has lost its owner is taken over.
    pub adopt: bool,
    /// All pods are restarted once for each new value.
    pub restart: Option<String>,
    /// The ids of gates that are passed unseen.
    pub skip: BTreeSet<String>,
}

impl Control {
    /// Reads the annotations of a kind that has these gates, and these annotations of its own. What
    /// is wrong with them is added to the errors.
    pub fn of(meta: &ObjectMeta, gates: &[&str], own: &[&str], errors: &mut Errors) -> Self {
        let known: Vec<&str> = KNOWN.iter().chain(own).copied().collect();
        let given = meta.annotations.iter().flatten().map(|(key, _)| key.as_str());
        for key in given.filter(|key| key.starts_with(OURS) && !known.contains(key)) {
            let remedy = did_you_mean(key, known.iter().copied())
                .unwrap_or_else(|| format!("known here: {}", known.join(", ")));
            errors.push(path(key), Cause::Unknown, remedy);
        }
        let annotation = |key: &str| meta.annotations.as_ref().and_then(|all| all.get(key));
        let paused = switch(meta, PAUSED, true, errors);
        let adopt = switch(meta, ADOPT, false, errors);
        let skipped = annotation(SKIP_GATE).map(String::as_str).unwrap_or_default();
        let skip: BTreeSet<String> = skipped
            .split(',')
            .map(str::trim)
            .filter(|id| !id.is_empty())
            .map(str::to_owned)
            .collect();
        for unknown in skip.iter().filter(|id| !gates.contains(&id.as_str())) {
            if gates.is_empty() {
                let why = format!("{unknown}: nothing waits here that could be let through unseen");
                errors.push(path(SKIP_GATE), Cause::Forbidden(why), "remove the annotation");
                continue;
            }
            let known = gates.iter().map(|&gate| gate.to_owned()).collect();
            let cause = Cause::NotSupported(unknown.clone(), known);
            errors.push(path(SKIP_GATE), cause, "name gates as `explain` lists them");
        }
        Self { paused, adopt, restart: annotation(RESTART).cloned(), skip }
    }
}

/// Whether an annotation is `"true"`. What is neither that nor `"false"` is added to the errors,
/// and counts as told.
pub(crate) fn switch(meta: &ObjectMeta, key: &str, unclear: bool, errors: &mut Errors) -> bool {
    let given = meta.annotations.as_ref().and_then(|all| all.get(key));
    match given.map(String::as_str) {
        Some("true") => true,
        Some("false") | None => false,
        Some(other) => {
            let known = ["\"true\"", "\"false\""].map(str::to_owned).to_vec();
            let cause = Cause::NotSupported(other.to_owned(), known);
            errors.push(path(key), cause, "write \"true\", or remove the annotation");
            unclear
        }
    }
}

/// Where an annotation stands.
pub(crate) fn path(key: &str) -> Path {
    Path::root("metadata").child("annotations").child(key)
}

/// Whether a resource is paused. A value that is neither `"true"` nor `"false"` pauses too.
pub fn paused(meta: &ObjectMeta) -> bool {
    Control::of(meta, &[], &[], &mut Errors::default()).paused
}

/// The ids of the gates that a resource passes unseen, known or not.
pub fn skipped(meta: &ObjectMeta) -> BTreeSet<String> {
    Control::of(meta, &[], &[], &mut Errors::default()).skip
}

/// Whether a resource takes over what has lost its owner. Only `"true"` says so.
pub fn adopts(meta: &ObjectMeta) -> bool {
    Control::of(meta, &[], &[], &mut Errors::default()).adopt
}
