//! `mask`: what nobody is to read.

use super::config::Config;
use crate::{
    field::Cause,
    systems::dataflow::pipeline::{Record, json::Json, path::JsonPath},
};

/// How many characters are written where the length is not to be kept.
const HIDDEN: usize = 3;

/// Writes something else over fields. What it cannot see into does not go on: nobody knows what
/// would be read there.
#[derive(Clone, Debug)]
pub(in super::super) struct Mask {
    fields: Vec<JsonPath>,
    mask: String,
    keep_length: bool,
}

impl Mask {
    pub(super) fn of(config: &mut Config<'_, '_>) -> Option<Self> {
        let fields = config.fields("fields");
        let (mask, keep_length) = (config.text("maskChar", "*"), config.flag("keepLength"));
        if mask == Some("") {
            let at = config.at("maskChar");
            config.errors().push(at, Cause::Required, "write a character, or leave it out: *");
            return None;
        }
        Some(Self { fields: fields?, mask: mask?.to_owned(), keep_length: keep_length? })
    }

    pub(super) fn apply(&self, mut record: Record) -> Result<Record, &'static str> {
        let Some(document) = record.document_mut() else {
            return Err("it is no JSON, and what is to be masked cannot be found");
        };
        for field in &self.fields {
            if field.leads_into_list(document) {
                return Err(
                    "a field that is to be masked leads into a list without saying which item",
                );
            }
            if let Some(value) = field.get_mut(document) {
                let length =
                    if self.keep_length { value.to_text().chars().count() } else { HIDDEN };
                *value = Json::Text(self.mask.repeat(length));
            }
        }
        Ok(record)
    }
}
