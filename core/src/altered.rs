//! What the API server makes of what is applied, where that is something else.
//!
//! An admission policy or a webhook may change what we send: another registry, a port, a label. To
//! apply that again would change it again, without end. So whoever carries out a plan compares the
//! answer to each apply with what was asked for and writes what differs on the object itself, in
//! [`ADMITTED`]: field by field, with a digest of what was made of it. There everybody finds it,
//! after a restart and in a plan from a file, and can tell it from what somebody else changed.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::{
    compare,
    digest::digest,
    json::merge,
    label::{ADMITTED, DIGEST},
    observed,
    plan::{Altered, Change, Manifest, Precondition, Verb},
    system::System,
};

/// How much of a value is told.
const TOLD_MAX: usize = 80;
/// How many fields are told.
const FIELDS_MAX: usize = 5;

/// All of it as one sentence.
pub(crate) fn sentence<'a>(all: impl Iterator<Item = &'a Altered>) -> String {
    let all: Vec<&Altered> = all.collect();
    let value = |value: &Option<Value>| match value {
        None => "absent".to_owned(),
        Some(value) => {
            let text = value.to_string();
            match text.char_indices().nth(TOLD_MAX) {
                Some((end, _)) => format!("{}…", &text[..end]),
                None => text,
            }
        }
    };
    let one = |altered: &&Altered| {
        let Altered { target, change } = altered;
        let (is, asked) = (value(&change.before), value(&change.after));
        format!("{} {}: {} is {is}, not {asked}", target.api.kind, target.name, change.path)
    };
    let mut told: Vec<String> = all.iter().take(FIELDS_MAX).map(one).collect();
    if all.len() > FIELDS_MAX {
        told.push(format!("and {} fields more", all.len() - FIELDS_MAX));
    }
    told.join("; ")
}

/// The fields in which an object lacks what is wished for, but for our own notes on it.
pub(crate) fn differences(exists: &Value, wish: &Manifest) -> Vec<Change> {
    let mut changes = compare::differences(exists, wish);
    let noted = |path: &str| {
        path == "/metadata/annotations"
            || [DIGEST, ADMITTED].iter().any(|key| path == annotation(key))
    };
    changes.retain(|change| !noted(&change.path));
    changes
}

/// What of these changes the API server itself is known to have made, and what somebody else did.
pub(crate) fn partition(exists: &Value, changes: Vec<Change>) -> (Vec<Change>, Vec<Change>) {
    let known = known(exists);
    changes.into_iter().partition(|change| known.get(&change.path) == Some(&mark(change)))
}

/// The same manifest with the note that an object carries.
pub(crate) fn noted(manifest: Manifest, exists: &Value) -> Manifest {
    match note(exists) {
        Some(note) => with_note(manifest, Some(note)),
        None => manifest,
    }
}

/// What has to be written down of the answer to an apply: nothing where the API server made of it
/// what was asked for, or what is noted already.
pub fn to_note<S: System>(applied: &Manifest, answer: &Value) -> Option<Verb<S>> {
    // Some fields of another's object have no place for a note, and no digest.
    applied.digest()?;
    let changes = differences(answer, applied);
    let marks: BTreeMap<&str, String> =
        changes.iter().map(|change| (change.path.as_str(), mark(change))).collect();
    let wanted = (!marks.is_empty()).then(|| json!(marks).to_string());
    if wanted.as_deref() == note(&applied.body) {
        return None;
    }
    let manifest = with_note(applied.clone(), wanted.as_deref());
    let seen = Precondition::as_seen(&applied.target, answer);
    Some(Verb::Apply(manifest, seen))
}

fn with_note(mut manifest: Manifest, note: Option<&str>) -> Manifest {
    match note {
        Some(note) => {
            merge(&mut manifest.body, &json!({ "metadata": { "annotations": { ADMITTED: note } } }))
        }
        None => {
            let annotations = manifest.body.pointer_mut("/metadata/annotations");
            if let Some(annotations) = annotations.and_then(Value::as_object_mut) {
                annotations.remove(ADMITTED);
            }
        }
    }
    manifest
}

fn note(object: &Value) -> Option<&str> {
    observed::annotation(object, ADMITTED)
}

/// What is noted on an object; nothing where somebody else has written there.
fn known(object: &Value) -> BTreeMap<String, String> {
    note(object).and_then(|note| serde_json::from_str(note).ok()).unwrap_or_default()
}

fn mark(change: &Change) -> String {
    change.before.as_ref().map_or_else(|| "absent".to_owned(), digest)
}

fn annotation(key: &str) -> String {
    format!("/metadata/annotations/{}", key.replace('/', "~1"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observed::Ref;
    use crate::{observed::Api, systems::rivven::Rivven};

    fn wish(image: &str) -> Manifest {
        let api = Api::new("apps", "v1", "StatefulSet", "statefulsets");
        let target = Ref { api, namespace: "default".to_owned(), name: "a".to_owned() };
        let body = json!({
            "metadata": { "annotations": { DIGEST: "1" } },
            "spec": { "replicas": 1, "template": { "image": image } },
        });
        Manifest { target, body, intent: "1".to_owned() }
    }

    fn answer(to: &Manifest, image: &str) -> Value {
        let mut answer = to.body.clone();
        answer["metadata"]["uid"] = json!("u");
        answer["spec"]["template"]["image"] = json!(image);
        answer
    }

    fn follow(applied: &Manifest, answer: &Value) -> Option<Manifest> {
        let verb = to_note::<Rivven>(applied, answer)?;
        if let Verb::Apply(manifest, _) = verb { Some(manifest) } else { None }
    }

    #[test]
    fn what_the_server_makes_of_an_apply_is_noted_once_and_then_known() {
        let asked = wish("a:1");
        let noted = follow(&asked, &answer(&asked, "mirror/a:1")).expect("it differs");
        let stored = answer(&noted, "mirror/a:1");
        assert_eq!(follow(&noted, &stored), None, "the second answer says nothing new");
        let (taken, others) = partition(&stored, differences(&stored, &asked));
        assert_eq!((taken.len(), others.len()), (1, 0));
        assert_eq!(taken[0].path, "/spec/template/image");
    }

    #[test]
    fn what_somebody_else_makes_of_it_later_is_told_apart() {
        let asked = wish("a:1");
        let noted = follow(&asked, &answer(&asked, "mirror/a:1")).expect("it differs");
        let mut edited = answer(&noted, "mine/a:1");
        edited["spec"]["replicas"] = json!(7);
        let (taken, others) = partition(&edited, differences(&edited, &asked));
        assert_eq!((taken.len(), others.len()), (0, 2));
    }

    #[test]
    fn the_note_goes_with_the_policy_that_it_speaks_of() {
        let asked = wish("a:1");
        let noted = follow(&asked, &answer(&asked, "mirror/a:1")).expect("it differs");
        let cleared = follow(&noted, &answer(&noted, "a:1")).expect("it no longer differs");
        assert_eq!(cleared, asked);
    }

    #[test]
    fn a_note_that_does_not_decode_says_nothing() {
        let mut stored = answer(&wish("a:1"), "b:1");
        stored["metadata"]["annotations"][ADMITTED] = json!("{");
        let (taken, others) = partition(&stored, differences(&stored, &wish("a:1")));
        assert_eq!((taken.len(), others.len()), (0, 1));
    }
}
