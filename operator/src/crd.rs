//! `crd`: the definitions of the custom resources, for `kubectl apply`.

use serde_json::Value;
use sluicegate_effects::yaml;

use crate::{
    cli::CrdArgs,
    failure::{DONE, Failure},
    kinds::{self, KindInfo},
    terminal::Io,
};

/// Runs the command.
///
/// # Errors
///
/// If there is no such kind.
pub fn run(args: &CrdArgs, io: &mut Io<'_>) -> Result<u8, Failure> {
    let all = kinds::all();
    let wanted: Vec<&KindInfo> = match &args.kind {
        None => all.iter().collect(),
        Some(name) => vec![kinds::named(all, name).ok_or_else(|| unknown(all, name))?],
    };
    let texts: Vec<String> = wanted.iter().map(|kind| text(kind)).collect();
    io.out(&texts.join("---\n"));
    Ok(DONE)
}

/// The definition of a kind as YAML: what `deploy/crds/` holds.
pub fn text(kind: &KindInfo) -> String {
    yaml::to_string(&definition(kind))
}

/// What keeps tools from taking a definition away, and with it every resource of its kind; and has
/// Argo CD apply it on the server, where its size does not matter.
const NOTES: &[(&str, &str)] = &[
    ("argocd.argoproj.io/sync-options", "Delete=false,Prune=false,ServerSideApply=true"),
    ("helm.sh/resource-policy", "keep"),
    ("kustomize.toolkit.fluxcd.io/prune", "disabled"),
];

/// The definition of a kind, as it is applied.
pub fn definition(kind: &KindInfo) -> Value {
    let mut crd = kind.crd.clone();
    let notes = NOTES.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
    crd.metadata.annotations.get_or_insert_default().extend(notes);
    without_status(serde_json::to_value(&crd).expect("a definition is JSON"))
}

/// Nobody applies a status.
fn without_status(mut crd: Value) -> Value {
    if let Some(fields) = crd.as_object_mut() {
        fields.remove("status");
    }
    crd
}

fn unknown(all: &[KindInfo], name: &str) -> Failure {
    let known: Vec<&str> = all.iter().map(|kind| &*kind.api.kind).collect();
    let near = kinds::nearest(name, known.iter().copied());
    let hint = near.map_or_else(
        || format!("kinds are {}", known.join(", ")),
        |near| format!("did you mean {near}?"),
    );
    Failure::of(format!("error: there is no kind {name} ({hint})"))
}
