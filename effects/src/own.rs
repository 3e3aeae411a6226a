//! The APIs of our own kinds, found by the name of one: files name kinds and no plurals.

use std::{collections::BTreeMap, sync::OnceLock};

use sluicegate_core::{
    kind::Kind,
    observed::Api,
    system::System,
    systems::{self, Visitor},
};

/// The API of a kind of ours.
pub(crate) fn api(kind: &str) -> Option<&'static Api> {
    static ALL: OnceLock<BTreeMap<String, Api>> = OnceLock::new();
    let all = ALL.get_or_init(|| {
        let mut gather = Gather(BTreeMap::new());
        systems::visit(&mut gather);
        gather.0
    });
    all.get(kind)
}

struct Gather(BTreeMap<String, Api>);

impl<S: System> Visitor<S> for Gather {
    fn kind<K: Kind<System = S>>(&mut self) {
        let api = Api::of::<K::Resource>();
        self.0.insert(api.kind.to_string(), api);
    }
}
