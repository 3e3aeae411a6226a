//! From what was seen to the resources that ask for it, as text.

use serde_json::{Map, Value, json};
use sluicegate_core::{
    field::Path,
    observed::Api,
    systems::rivven::{
        SeenTopic,
        topic::{RivvenTopic, adopt},
    },
};
use sluicegate_effects::yaml;

use super::{look::Found, names};
use crate::kinds::{self, KindInfo};

/// As much of a broker's words as anybody is shown.
const WORDS_MAX: usize = 200;

/// What is printed.
#[derive(Debug, Default)]
pub(super) struct Written {
    /// The resources, in the order of their topics.
    pub(super) resources: Vec<Value>,
    /// Topics that no resource can ask for, and why.
    pub(super) left_out: Vec<(String, String)>,
}

/// A resource for every topic that has none.
pub(super) fn resources(found: &Found) -> Written {
    let kinds = kinds::all();
    let own = Api::of::<RivvenTopic>();
    let kind = kinds.iter().find(|kind| kind.api == own).expect("it is one of ours");
    let names = names::of(found.topics.keys().map(String::as_str), &found.taken);
    let mut written = Written::default();
    for (topic, seen) in &found.topics {
        let outcome = match (seen, names.get(topic.as_str())) {
            (Some(seen), Some(name)) => resource(found, name, topic, seen, kind),
            (None, _) => Err("the broker names it and says that there is none".to_owned()),
            (_, None) => Err("there is no name left for a resource".to_owned()),
        };
        match outcome {
            Ok(resource) => written.resources.push(resource),
            Err(why) => written.left_out.push((topic.clone(), one_line(&why))),
        }
    }
    written
}

fn resource(
    found: &Found,
    name: &str,
    topic: &str,
    seen: &SeenTopic,
    kind: &KindInfo,
) -> Result<Value, String> {
    let mut spec =
        Map::from_iter([("clusterRef".to_owned(), json!({ "name": found.cluster.name }))]);
    if name != topic {
        spec.insert("topicName".to_owned(), json!(topic));
    }
    spec.extend(adopt::spec(seen));
    let resource = json!({
        "apiVersion": kind.api.api_version(),
        "kind": kind.api.kind,
        "metadata": { "name": name, "namespace": found.cluster.namespace },
        "spec": spec,
    });
    let mut errors = kind.schema.unknown(&Path::default(), &resource);
    errors.extend((kind.check)(&resource).err().unwrap_or_default());
    let told: Vec<String> =
        errors.iter().map(|error| format!("{}: {}", error.path, error.cause)).collect();
    if told.is_empty() { Ok(resource) } else { Err(told.join("; ")) }
}

/// The file. Nothing where there is no resource: a file of comments alone is none.
pub(super) fn file(found: &Found, written: &Written, source: &str) -> String {
    if written.resources.is_empty() {
        return String::new();
    }
    let mut comment = vec![
        format!("Topics of {}, as {} has them", found.cluster, found.broker),
        format!("({source})."),
        "They ask for what is there: applying them changes nothing at the broker.".to_owned(),
    ];
    let left_out = written.left_out.iter();
    comment
        .extend(left_out.map(|(topic, why)| format!("Left out: topic {}: {why}", quoted(topic))));
    let comment: String = comment.iter().map(|line| format!("# {}\n", one_line(line))).collect();
    let documents: Vec<String> = written.resources.iter().map(yaml::to_string).collect();
    format!("{comment}{}", documents.join("---\n"))
}

/// A topic's name, for people: it is the broker's word, and may be anything.
pub(super) fn quoted(topic: &str) -> String {
    one_line(&format!("{topic:?}"))
}

/// A text that stays on its line, and ends.
fn one_line(text: &str) -> String {
    let plain = |c: char| if c.is_control() { ' ' } else { c };
    let mut line: String = text.chars().map(plain).take(WORDS_MAX).collect();
    if text.chars().nth(WORDS_MAX).is_some() {
        line.push('…');
    }
    line
}
