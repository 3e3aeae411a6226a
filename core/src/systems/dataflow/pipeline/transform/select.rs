//! `select`: only some fields.

use super::config::Config;
use crate::{
    field::Cause,
    systems::dataflow::pipeline::{Body, Record, json::Json, path::JsonPath},
};

/// Makes a document of some fields, each by its last name. A record that has none of them, and one
/// that is no document, is gone.
#[derive(Clone, Debug)]
pub(in super::super) struct Select {
    fields: Vec<JsonPath>,
}

impl Select {
    pub(super) fn of(config: &mut Config<'_, '_>) -> Option<Self> {
        let fields = config.fields("fields")?;
        let collides = |index: &usize| {
            fields[..*index].iter().any(|other| other.last() == fields[*index].last())
        };
        let twice: Vec<usize> = (0..fields.len()).filter(collides).collect();
        for index in &twice {
            let name = fields[*index].last().unwrap_or_default().to_owned();
            let at = config.at("fields").index(*index);
            let remedy = "select one field of a name: the last would be all that is left of them";
            config.errors().push(at, Cause::Duplicate(name), remedy);
        }
        twice.is_empty().then_some(Self { fields })
    }

    pub(super) fn apply(&self, record: &Record) -> Option<Record> {
        let document = record.document()?;
        let found = self
            .fields
            .iter()
            .filter_map(|field| Some((field.last()?.to_owned(), field.get(document)?.clone())));
        let found: Vec<(String, Json)> = found.collect();
        (!found.is_empty())
            .then_some(Record { body: Body::Document(Json::Map(found)), route: record.route })
    }
}
