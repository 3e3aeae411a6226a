//! The values of the Helm charts under `deploy/helm/`: what there is, what it means, what is wrong
//! with it.
//!
//! Types say it once. `values.yaml` and `values.schema.json` of each chart, and the list of what it
//! refuses, are written from them; `sluicegate validate --values` reads values by them.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;
use sluicegate_core::{field::Errors, k8s::schema as k8s};

use crate::{crd, kinds};

pub mod check;
pub mod rivven;
pub mod schema;
pub mod sluicegate;
pub mod text;

/// A chart.
#[derive(Clone, Copy, Debug)]
pub struct Chart {
    /// What it is called: its folder under `deploy/helm/`.
    pub name: &'static str,
    /// The headings of `values.yaml`, each with its keys, in the order of reading.
    pub sections: &'static [(&'static str, &'static [&'static str])],
    /// Values that people bring from elsewhere and that nothing here could honour: where they
    /// stand, and what to do instead.
    pub refused: &'static [(&'static str, &'static str)],
    /// Values that change nothing today: where they stand, and why.
    notes: fn() -> Vec<(String, &'static str)>,
    /// The JSON Schema of its values, as the types say it.
    raw: fn() -> Value,
    /// Its values where nobody says anything.
    pub defaults: fn() -> Value,
    /// What is wrong with values though they fit the schema.
    judge: fn(Value) -> Result<Errors, serde_json::Error>,
}

/// Something that is named.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Named {
    /// Its name.
    #[schemars(length(min = 1, max = 253), regex(pattern = k8s::SUBDOMAIN))]
    pub name: String,
}

/// All charts. Values that do not say of which they are, are of the first that fits best.
pub const CHARTS: &[Chart] = &[sluicegate::CHART, rivven::CHART];

/// The chart of a name.
pub fn named(name: &str) -> Option<&'static Chart> {
    CHARTS.iter().find(|chart| chart.name == name)
}

impl Chart {
    /// The JSON Schema that is published for its values.
    pub fn schema(&self) -> Value {
        schema::published((self.raw)(), &(self.notes)(), self.refused)
    }
}

/// Every file of the charts that is written, by its path below `deploy/helm/`.
pub fn files() -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    for chart in CHARTS {
        let mut add = |path: &str, text| files.insert(format!("{}/{path}", chart.name), text);
        add("values.yaml", text::values(chart));
        add("values.schema.json", text::schema(chart));
        add("files/refused.yaml", text::refused(chart));
    }
    for kind in kinds::all() {
        let name = format!("{}.{}.yaml", kind.crd.spec.names.plural, kind.api.group);
        files.insert(format!("sluicegate/files/crds/{name}"), crd::text(kind));
    }
    files.insert("sluicegate/files/rules.yaml".to_owned(), text::rules());
    files
}

/// The values of a chart where nobody says anything.
fn defaults<T: Default + Serialize>() -> Value {
    serde_json::to_value(T::default()).expect("values are plain data")
}

/// Values, decoded.
fn decode<T: DeserializeOwned>(values: Value) -> Result<T, serde_json::Error> {
    serde_json::from_value(values)
}
