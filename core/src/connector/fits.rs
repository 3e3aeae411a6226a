//! Whether a value is of the kind that a key takes.

use serde_json::Value;

use super::Takes;
use crate::field::Cause;

impl Takes {
    /// What is wrong with a value that is no block and none of several words.
    pub(super) fn fault(&self, value: &Value) -> Option<Cause> {
        let wrong = |wanted: &str| Some(Cause::Type(kind_of(value).to_owned(), wanted.to_owned()));
        match (self, value) {
            (Self::Text(most), Value::String(text)) => (text.chars().count() > *most).then(|| {
                let must = format!("must be at most {most} characters");
                Cause::Invalid(format!("{} characters", text.chars().count()), must)
            }),
            (Self::Whole(least, most), Value::Number(number)) => {
                let fits = number.as_i64().is_some_and(|it| (*least..=*most).contains(&it));
                let must = format!("must be a whole number from {least} to {most}");
                (!fits).then(|| Cause::Invalid(number.to_string(), must))
            }
            (Self::Number(least, most), Value::Number(number)) => {
                let fits = number.as_f64().is_some_and(|it| (*least..=*most).contains(&it));
                let must = format!("must be a number from {least} to {most}");
                (!fits).then(|| Cause::Invalid(number.to_string(), must))
            }
            (Self::Texts, Value::Array(items)) if items.iter().all(Value::is_string) => None,
            (Self::Bool, Value::Bool(_)) | (Self::Any, _) | (Self::Words(_), Value::String(_)) => {
                None
            }
            (Self::Text(_) | Self::Words(_), _) => wrong("a text"),
            (Self::Bool, _) => wrong("true or false"),
            (Self::Whole(..), _) => wrong("a whole number"),
            (Self::Number(..), _) => wrong("a number"),
            (Self::Texts, _) => wrong("a list of texts"),
            (Self::Map | Self::Block(_) | Self::Reference, _) => wrong("an object"),
            (Self::Blocks(_), _) => wrong("a list of objects"),
        }
    }

    pub(super) fn remedy(&self) -> String {
        match self {
            Self::Text(_) | Self::Words(_) => "write a text, in quotes if it looks like a number",
            Self::Bool => "write true or false, without quotes",
            Self::Whole(least, most) => return format!("write a number from {least} to {most}"),
            Self::Number(least, most) => return format!("write a number from {least} to {most}"),
            Self::Texts => "write each text behind a dash",
            Self::Map | Self::Block(_) => "write its keys below it",
            Self::Reference => "write name and key of a Secret below it",
            Self::Blocks(_) => "write each item behind a dash, its keys below each other",
            Self::Any => "write anything",
        }
        .to_owned()
    }
}

/// What a value is, for people.
pub(crate) fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
