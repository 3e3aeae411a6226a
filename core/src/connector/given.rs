//! What a user has written of a connector.

use serde_json::{Map, Value};

use super::{Key, literal::secrets};
use crate::{field::Path, trail::Trail};

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
    /// Where a key is written, by the name that it has there: in the connector's own block, or else
    /// below `config`.
    pub(super) fn path_of(&self, key: &Key) -> Path {
        let (place, name) =
            self.written(key).map_or(("config", key.name), |(place, name, _)| (place, name));
        self.at.child(place).child(name)
    }

    /// Whether a key is written as `false`.
    pub(super) fn switches_off(&self, key: &Key) -> bool {
        self.written(key).is_some_and(|(_, _, value)| *value == Value::Bool(false))
    }

    fn written(&self, key: &Key) -> Option<(&str, &str, &Value)> {
        let config = self.config.map(|fields| ("config", fields));
        self.block.into_iter().chain(config).find_map(|(place, fields)| {
            let (name, value) = fields.iter().find(|(name, _)| key.is(name))?;
            Some((place, name.as_str(), value))
        })
    }

    /// What is called like a secret and is written down, where no table says what is one.
    pub(super) fn written_down(&self) -> Vec<Path> {
        let mut found = Vec::new();
        if let Some(config) = self.config {
            let at = Trail::base(self.at);
            secrets(&Value::Object(config.clone()), &at.key("config"), &mut found);
        }
        found
    }
}
