//! What a user has written of a connector.

use serde_json::{Map, Value};

use super::{Connector, literal::secrets};
use crate::field::Path;

/// What a user has written of a connector.
#[derive(Clone, Copy, Debug)]
pub struct Given<'a> {
    /// Where it stands, such as `spec.sources[0]`.
    pub at: &'a Path,
    /// Its generic settings.
    pub config: Option<&'a Map<String, Value>>,
    /// The same in the field that is its own, by the name of that.
    pub block: Option<(&'a str, &'a Map<String, Value>)>,
    /// Keys that stand in fields of their own beside these.
    pub beside: &'a [(&'static str, Value)],
    /// Whether it has a Secret, which then has what is required and given nowhere.
    pub secret: bool,
}

impl Given<'_> {
    /// The field that has a key: its own block where it is there, whatever it is called.
    pub(super) fn place_of(&self, connector: &Connector, key: &str) -> &str {
        let key = connector.keys.iter().find(|one| one.name == key);
        let has = |fields: &Map<String, Value>| {
            key.is_some_and(|key| fields.keys().any(|name| key.is(name)))
        };
        self.block.filter(|(_, fields)| has(fields)).map_or("config", |(name, _)| name)
    }

    /// What is called like a secret and is written down, where no table says what is one.
    pub(super) fn written_down(&self) -> Vec<Path> {
        let mut found = Vec::new();
        if let Some(config) = self.config {
            secrets(&Value::Object(config.clone()), &self.at.child("config"), &mut found);
        }
        found
    }
}
