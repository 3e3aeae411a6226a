//! One field that is to be another, or has been made another.

use serde::Serialize;
use serde_json::Value;

use crate::observed::Ref;

/// One field that differs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Change {
    /// Where, as a JSON pointer.
    pub path: String,
    /// What is there now; nothing if there is nothing.
    pub before: Option<Value>,
    /// What shall be there; nothing if it goes.
    pub after: Option<Value>,
}

/// A field of an object that the API server itself makes something else of.
#[derive(Clone, Debug, PartialEq)]
pub struct Altered {
    /// The object.
    pub target: Ref,
    /// What the server made of it (`before`) instead of what is asked for (`after`).
    pub change: Change,
}

impl Altered {
    /// Whether it is taken as it is: pods run with it, or it only describes.
    pub fn is_taken(&self) -> bool {
        let path = self.change.path.as_str();
        path.starts_with("/spec/template/") || path.starts_with("/metadata/")
    }
}
