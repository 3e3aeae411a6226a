//! The values of the Helm charts under `deploy/helm/`: what there is, what it means, what is wrong
//! with it.
//!
//! Types say it once. `values.yaml` and `values.schema.json` of each chart, and the list of what it
//! refuses, are written from them; `sluicegate validate --values` reads values by them.

use std::collections::BTreeMap;

use crate::{crd, kinds};

mod chart;
pub mod check;
mod field;
mod given;
pub mod rivven;
pub mod schema;
pub mod sluicegate;
pub mod text;

pub use self::chart::{Chart, Named};

/// All charts. Values that do not say of which they are, are of the first that fits best.
pub const CHARTS: &[Chart] = &[sluicegate::CHART, rivven::CHART];

/// The chart of a name.
pub fn named(name: &str) -> Option<&'static Chart> {
    CHARTS.iter().find(|chart| chart.name == name)
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
    files.insert("rivven/files/fields.yaml".to_owned(), text::sources(rivven::FIELDS));
    files.insert("sluicegate/files/rules.yaml".to_owned(), text::rules());
    files
}
