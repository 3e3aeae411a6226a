//! The resources to plan for: those that files give, or those that are there.

use std::{collections::BTreeSet, sync::Arc};

use serde_json::Value;
use sluicegate_core::{
    field::Path,
    observed::{Api, List, Look, Reads, Ref, Seen, Selector, text},
};
use sluicegate_effects::file::{Entry, Looked};

use super::{
    capture::Capture,
    choice::Choice,
    cluster::{Cluster, unread},
    reader::ClusterReader as _,
};
use crate::{failure::Failure, kinds, progress::Progress};

/// What a plan is for.
#[derive(Clone, Debug)]
pub enum Scope {
    /// What files give.
    Given(Vec<Entry>),
    /// Of what is there, these.
    Chosen(Choice),
}

/// Puts what files put into no namespace where kubectl would: into the one given, else this.
///
/// # Errors
///
/// If a file puts something into another namespace than the one that is given.
pub fn place(entries: &mut [Entry], given: Option<&str>, otherwise: &str) -> Result<(), Failure> {
    let mut lines = Vec::new();
    for entry in entries {
        entry.place(given.unwrap_or(otherwise));
        let own = &entry.target.namespace;
        if let Some(given) = given.filter(|given| !own.is_empty() && own != given) {
            let what = format!("{} is in the namespace {own}, and -n says {given}", entry.target);
            let remedy = format!("give -n {own}, or leave -n out");
            let problem = entry.problem(&Path::dotted("metadata.namespace"), what, &remedy);
            lines.push(format!("error: {problem}"));
        }
    }
    if lines.is_empty() { Ok(()) } else { Err(Failure(lines)) }
}

/// Looks for the resources, as they are now.
///
/// # Errors
///
/// If they cannot be looked at, their definitions are not installed, or one that is named is not
/// there.
pub async fn find(
    cluster: &Cluster,
    wish: &mut Scope,
    capture: &mut Capture,
    progress: &mut impl Progress,
) -> Result<(), Failure> {
    match wish {
        Scope::Given(entries) => given(cluster, entries, capture).await,
        Scope::Chosen(choice) => {
            for (target, object) in chosen(cluster, choice, progress).await? {
                capture.saw(target, &Look::Found(object));
            }
            Ok(())
        }
    }
}

async fn given(cluster: &Cluster, entries: &[Entry], capture: &mut Capture) -> Result<(), Failure> {
    let kinds = kinds::all();
    let mut served = BTreeSet::new();
    let mut missing = BTreeSet::new();
    let targets = entries.iter().filter_map(|entry| {
        let api = kinds::of(kinds, &entry.target)?.api.clone();
        Some(Ref { api, ..entry.target.clone() })
    });
    let targets: BTreeSet<Ref> = targets.collect();
    let kubernetes = Reads { objects: targets.clone(), ..Reads::none() };
    let looked = Looked { kubernetes, ..Looked::nothing() };
    let found = cluster.look(looked).await.map_err(|error| unread(&error))?;
    for target in targets {
        // Where an API is not served, nothing of it is there either.
        if found.kubernetes.raw(&target) == Seen::Absent && !served.contains(&target.api) {
            match cluster.list(&Selector::all(target.api.clone(), &target.namespace)).await? {
                List::NotServed | List::Denied(_) => drop(missing.insert(target.api)),
                List::Items(_) => drop(served.insert(target.api)),
            }
        }
    }
    capture.add(&found, true);
    if missing.is_empty() { Ok(()) } else { Err(undefined(cluster, &missing)) }
}

/// The resources that are there and chosen. Single ones that are named without a namespace are
/// those of the context.
///
/// # Errors
///
/// If they cannot be looked at, their definitions are not installed, or one that is named is not
/// there.
pub async fn chosen(
    cluster: &Cluster,
    choice: &mut Choice,
    progress: &mut impl Progress,
) -> Result<Vec<(Ref, Arc<Value>)>, Failure> {
    if choice.names_some() && choice.namespace.is_none() {
        choice.namespace = Some(cluster.namespace().to_owned());
    }
    let (mut found, mut missing, mut served) = (Vec::new(), BTreeSet::new(), false);
    for kind in kinds::all().iter().filter(|kind| choice.has_kind(&kind.api.kind)) {
        let list = Selector::all(kind.api.clone(), choice.namespace.as_deref().unwrap_or_default());
        let List::Items(items) = cluster.list(&list).await? else {
            missing.insert(kind.api.clone());
            continue;
        };
        served = true;
        for item in items {
            let part = |at| text(&item, at).to_owned();
            let (namespace, name) = (part("/metadata/namespace"), part("/metadata/name"));
            let target = Ref { api: kind.api.clone(), namespace, name };
            if choice.has(&target, &item) {
                found.push((target, item));
            }
        }
    }
    if !missing.is_empty() && (!served || choice.names_some()) {
        return Err(undefined(cluster, &missing));
    }
    for api in missing {
        let (kind, group) = (&api.kind, &api.group);
        progress
            .notes(&format!("note: {kind} is not installed ({}.{group}): left out", api.plural));
    }
    let lost = choice.missing(&found.iter().map(|(target, _)| target).collect::<Vec<_>>());
    if lost.is_empty() {
        return Ok(found);
    }
    let place = choice.namespace.as_deref().unwrap_or_default();
    let tell = |name: &String| format!("error: {name} is not in the namespace {place}");
    let mut lines: Vec<String> = lost.iter().map(tell).collect();
    lines.push(format!("  looked at {}; name a namespace with -n", cluster.address()));
    Err(Failure(lines))
}

fn undefined(cluster: &Cluster, missing: &BTreeSet<Api>) -> Failure {
    let tell = |api: &Api| {
        let (plural, group) = (&api.plural, &api.group);
        format!("error: {} does not serve {plural}.{group}: not defined", cluster.address())
    };
    let mut lines: Vec<String> = missing.iter().map(tell).collect();
    lines.push("  install the definitions: sluicegate crd | kubectl apply -f -".to_owned());
    Failure(lines)
}
