//! `flatten`: one record for each item of a list.

use super::config::{Config, below};
use crate::systems::dataflow::pipeline::{
    Record,
    json::{Json, put},
    path::JsonPath,
};

/// Takes a list apart. What an item that is an object has, the record has then; any other item
/// stands where the list stood.
#[derive(Clone, Debug)]
pub(in super::super) struct Flatten {
    field: JsonPath,
}

impl Flatten {
    pub(super) fn of(config: &mut Config<'_, '_>) -> Option<Self> {
        let remedy = "name the field that holds the list, such as items";
        Some(Self { field: config.read("field", remedy, below)? })
    }

    pub(super) fn apply(&self, mut record: Record) -> Vec<Record> {
        let list = record.document_mut().and_then(|document| self.field.get_mut(document));
        let Some(items) = list.and_then(take) else { return vec![record] };
        let mut without = record.clone();
        if let Some(document) = without.document_mut() {
            self.field.remove(document);
        }
        if items.is_empty() {
            return vec![without];
        }
        let one = |item| self.one((&record, &without), item);
        items.into_iter().map(one).collect()
    }

    /// The record of one item: from that with nothing in the place of the list, or that without it.
    fn one(&self, (emptied, without): (&Record, &Record), item: Json) -> Record {
        if let Json::Map(fields) = &item {
            let mut record = without.clone();
            if let Some(root) = record.document_mut().and_then(Json::as_map_mut) {
                fields.iter().for_each(|(name, value)| put(root, name, value.clone()));
                return record;
            }
        }
        let mut record = emptied.clone();
        let place = record.document_mut().and_then(|document| self.field.get_mut(document));
        if let Some(place) = place {
            *place = item;
        }
        record
    }
}

/// Takes the items of a list, or of the object that Avro makes of one, and leaves nothing in its
/// place.
fn take(value: &mut Json) -> Option<Vec<Json>> {
    match std::mem::replace(value, Json::Null) {
        Json::List(items) => Some(items),
        Json::Map(mut fields) if is_list_of_avro(&fields) => {
            fields.pop().and_then(|(_, mut list)| take(&mut list))
        }
        other @ (Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) | Json::Map(_)) => {
            *value = other;
            None
        }
    }
}

fn is_list_of_avro(fields: &[(String, Json)]) -> bool {
    matches!(fields, [(name, Json::List(_))] if name == "array")
}
