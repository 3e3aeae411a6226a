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
        let config = self.config.map(|fields| ("config", fields));
        let written = self.block.into_iter().chain(config).find_map(|(place, fields)| {
            Some((place, fields.keys().find(|name| key.is(name))?.as_str()))
        });
        let (place, name) = written.unwrap_or(("config", key.name));
        self.at.child(place).child(name)
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
