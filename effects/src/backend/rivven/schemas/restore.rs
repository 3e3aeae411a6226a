//! Schemas that a registry had, brought into one that is empty.
//!
//! The registry judges what comes by the levels of today, which may refuse what those of its time
//! let in, and by its rules: so both are out of force meanwhile, and nobody else may use it. What
//! it holds in the end is read and compared.

use std::collections::{BTreeMap, BTreeSet};

use http::Method;
use serde::Deserialize;
use serde_json::json;
use sluicegate_core::systems::rivven::registry::MARK;

use super::{
    Schema, Version,
    order::{Step, order},
    read,
};
use crate::backend::{
    fault::Fault,
    http1::Wire,
    rivven::registry::{
        RULES, Stats, config_of, contexts, delete_rule, encoded, get, level_of, rules, send,
        set_level,
    },
};

/// The level that refuses nothing.
const NONE: &str = "NONE";

/// What is answered to what is registered.
#[derive(Deserialize)]
struct Registered {
    id: u64,
}

/// Takes away what lets clients in, of a registry that can take schemas.
pub(in super::super) async fn close(wire: &mut Wire, host: &str) -> Result<(), Fault> {
    check(wire, host).await?;
    if contexts(wire, host).await?.contains(MARK) {
        send(wire, host, Method::DELETE, &format!("/contexts/{MARK}"), None).await?;
    }
    Ok(())
}

/// Sees that a registry is empty and has no rules but the operator's, which it puts back.
pub(in super::super) async fn check(wire: &mut Wire, host: &str) -> Result<(), Fault> {
    let Stats { schema_count, .. } = get(wire, host, "/stats").await?;
    if schema_count > 0 {
        let why = format!(
            "it has given {schema_count} ids already, deleted schemas included: an import wants a \
             registry that holds none"
        );
        return Err(Fault::Refused(why));
    }
    let rules = rules(wire, host).await?;
    let others: Vec<&str> =
        rules.iter().filter(|(_, digest)| digest.is_empty()).map(|(name, _)| &**name).collect();
    if !others.is_empty() {
        let why = format!(
            "it has rules that the operator would not put back: {}; delete them at {RULES}, and \
             set them again afterwards",
            others.join(", ")
        );
        return Err(Fault::Refused(why));
    }
    Ok(())
}

/// Registers schemas, and returns the id that each has now, by the one that it had.
pub(in super::super) async fn restore(
    wire: &mut Wire,
    host: &str,
    all: &[Schema],
    new_ids: bool,
) -> Result<BTreeMap<u64, u64>, Fault> {
    let steps = order(all, new_ids).map_err(|why| Fault::Unsent(why.join("; ")))?;
    let rules = rules(wire, host).await?;
    for name in rules.keys() {
        delete_rule(wire, host, name).await?;
    }
    let levels = lift(wire, host, all).await?;
    let ids = register(wire, host, steps, new_ids).await?;
    // What is there is known before anything is judged again.
    compare(all, read(wire, host).await?, &ids, new_ids)?;
    // A subject that follows the level of all is never laxer than it was meanwhile.
    for (path, level) in levels.iter().rev() {
        set_level(wire, host, path, level).await?;
    }
    Ok(ids)
}

/// Takes the levels out of force: that of all, and those that subjects have of their own. Returns
/// what they were, by the path of each.
async fn lift(wire: &mut Wire, host: &str, all: &[Schema]) -> Result<Vec<(String, String)>, Fault> {
    let subjects: BTreeSet<&str> =
        all.iter().flat_map(|one| &one.versions).map(|one| one.subject.as_str()).collect();
    let paths = std::iter::once("/config".to_owned()).chain(subjects.into_iter().map(config_of));
    let mut levels = Vec::new();
    for path in paths {
        let level = level_of(wire, host, &path).await?;
        if level != NONE {
            set_level(wire, host, &path, NONE).await?;
            levels.push((path, level));
        }
    }
    Ok(levels)
}

async fn register(
    wire: &mut Wire,
    host: &str,
    steps: Vec<Step<'_>>,
    new_ids: bool,
) -> Result<BTreeMap<u64, u64>, Fault> {
    let mut ids = BTreeMap::new();
    for step in steps {
        match step {
            Step::Register(subject, schema) => {
                let path = format!("/subjects/{}/versions", encoded(&subject));
                let body = json!({
                    "schema": schema.schema,
                    "schemaType": schema.schema_type,
                    "references": schema.references,
                });
                let said = send(wire, host, Method::POST, &path, Some(&body)).await;
                let said = said.map_err(|fault| about(fault, schema, &subject))?;
                let Registered { id } = serde_json::from_slice(&said)
                    .map_err(|_| Fault::Refused(format!("{path} gives no id")))?;
                if !new_ids && id != schema.id {
                    let why = format!(
                        "the schema with id {} was given {id}: somebody else registers schemas too",
                        schema.id
                    );
                    return Err(Fault::Refused(why));
                }
                ids.insert(schema.id, id);
            }
            Step::Delete(Version { subject, version }) => {
                let path = format!("/subjects/{}/versions/{version}", encoded(&subject));
                send(wire, host, Method::DELETE, &path, None).await?;
            }
        }
    }
    Ok(ids)
}

/// Which schema it was about.
fn about(fault: Fault, schema: &Schema, subject: &str) -> Fault {
    match fault {
        Fault::Refused(why) => {
            let which = format!("the schema with id {} in subject {subject}", schema.id);
            Fault::Refused(format!("{which}: {why}"))
        }
        Fault::Unsent(_) | Fault::Lost(_) | Fault::Slow(_) => fault,
    }
}

/// Sees that what is there is what was to be.
fn compare(
    wanted: &[Schema],
    seen: Vec<Schema>,
    ids: &BTreeMap<u64, u64>,
    new_ids: bool,
) -> Result<(), Fault> {
    let seen: BTreeMap<u64, Schema> = seen.into_iter().map(|one| (one.id, one)).collect();
    let other = |one: &&Schema| {
        let id = ids.get(&one.id).copied();
        let mut as_wanted = Schema { id: id.unwrap_or_default(), ..(*one).clone() };
        as_wanted.versions.sort();
        // With ids of its own, what was deleted is left out.
        let left_out = new_ids && one.versions.is_empty() && id.is_none();
        !left_out && id.and_then(|id| seen.get(&id)) != Some(&as_wanted)
    };
    let others: Vec<String> = wanted.iter().filter(other).map(|one| one.id.to_string()).collect();
    let more = seen.len() > ids.len();
    match (others.is_empty(), more) {
        (true, false) => Ok(()),
        (true, true) => {
            let why = format!("it holds {} more schemas than it was given", seen.len() - ids.len());
            Err(Fault::Refused(why))
        }
        (false, _) => {
            let some = others.iter().take(10).cloned().collect::<Vec<_>>().join(", ");
            let why = format!(
                "{} of {} are not there as they were, by their ids: {some}",
                others.len(),
                wanted.len()
            );
            Err(Fault::Refused(why))
        }
    }
}
