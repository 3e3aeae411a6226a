//! What a scalar says, with the tag that it may have.

use granit_parser::{Marker, Tag};
use serde_json::Value;

use super::super::Error;
use super::super::scalar::{self, Unkeepable};
use super::Loader;

impl Loader<'_> {
    /// What a scalar says.
    pub(super) fn value(
        &self,
        text: &str,
        plain: bool,
        tag: Option<&Tag>,
        at: Marker,
    ) -> Result<Value, Error> {
        let Some(tag) = tag else {
            return if plain { self.core(text, at) } else { Ok(Value::from(text)) };
        };
        let value = match tag.core_suffix() {
            Some("str") => return Ok(Value::from(text)),
            None if tag.original() == "!" => return Ok(Value::from(text)),
            Some("null" | "bool" | "int" | "float") => self.core(text, at)?,
            Some(_) | None => return Err(self.custom(tag, at)),
        };
        let fits = match tag.core_suffix() {
            Some("null") => value.is_null(),
            Some("bool") => value.is_boolean(),
            Some("int") => value.is_i64() || value.is_u64(),
            Some(_) | None => value.is_number(),
        };
        if fits {
            return Ok(value);
        }
        let what = format!("{text:?} is no {}", tag.original());
        Err(self.error(at, what, "remove the tag"))
    }

    fn core(&self, text: &str, at: Marker) -> Result<Value, Error> {
        scalar::core(text).map_err(|why| {
            let what = match why {
                Unkeepable::NotFinite => format!("`{text}` is a number that JSON does not have"),
                Unkeepable::TooLarge => format!("`{text}` is a number too large to keep"),
            };
            self.error(at, what, format!("write \"{text}\" in quotes if text is meant"))
        })
    }

    /// Refuses a list or map with a tag of something else.
    pub(super) fn tagged(&self, tag: Option<&Tag>, own: &str, at: Marker) -> Result<(), Error> {
        match tag {
            Some(tag) if tag.core_suffix() != Some(own) && tag.original() != "!" => {
                Err(self.custom(tag, at))
            }
            Some(_) | None => Ok(()),
        }
    }

    fn custom(&self, tag: &Tag, at: Marker) -> Error {
        let what = format!("the tag {} has no meaning here", tag.original());
        self.error(at, what, "remove the tag")
    }
}
