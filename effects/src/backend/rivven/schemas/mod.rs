//! All schemas of a registry, so that they can outlive it.
//!
//! Ids are counted from 1, and one that was given leads to its schema for as long as the process
//! lives: what was deleted is read by its id, and belongs to no subject.

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use self::order::faults;
pub(super) use self::restore::{check, close, restore};
use super::registry::{Stats, get};
use crate::backend::{fault::Fault, http1::Wire};

mod order;
mod restore;

/// The longest answer that is read, in bytes: the program takes schemas of 10 MiB, which are longer
/// as JSON.
pub(super) const MOST: usize = 64 * 1024 * 1024;

/// A schema, with where it is registered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Schema {
    /// Its id: schemas that are the same have one.
    pub id: u64,
    /// `AVRO`, `JSON` or `PROTOBUF`.
    pub schema_type: String,
    /// The schema itself, as the registry writes it.
    pub schema: String,
    /// What it refers to, as the registry writes it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<Value>,
    /// Where it is registered; nowhere if it was deleted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub versions: Vec<Version>,
}

/// A version of a subject.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Version {
    /// The subject.
    pub subject: String,
    /// Its version.
    pub version: u64,
}

/// What is answered for an id.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Found {
    schema: String,
    schema_type: String,
    #[serde(default)]
    references: Vec<Value>,
}

/// One of the places of an id, with more than is asked for.
#[derive(Deserialize)]
struct Place {
    subject: String,
    version: u64,
}

/// All of them, in the order of their ids, those among them that are registered meanwhile.
pub(super) async fn read(wire: &mut Wire, host: &str) -> Result<Vec<Schema>, Fault> {
    let mut all = Vec::new();
    let mut known = 0;
    for id in 1_u64.. {
        if id > known {
            known = get::<Stats>(wire, host, "/stats").await?.schema_count;
            if id > known {
                break;
            }
        }
        let path = format!("/schemas/ids/{id}");
        let Found { schema, schema_type, references } = get(wire, host, &path).await?;
        let places: Vec<Place> = get(wire, host, &format!("{path}/versions")).await?;
        let place = |Place { subject, version }: Place| Version { subject, version };
        let mut versions: Vec<Version> = places.into_iter().map(place).collect();
        versions.sort();
        all.push(Schema { id, schema_type, schema, references, versions });
    }
    Ok(all)
}
