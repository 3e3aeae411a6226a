//! What a kind is called where it is not called by its Kubernetes kind: its folder, its metrics and
//! the component that its objects are labelled as.
//!
//! Names are said, not derived: taking the system's name off a kind gives `""` of `DataFlow` and
//! `e_source` of nothing.

use std::fmt;

use crate::kind::Kind;
use crate::system::System as _;

/// A kind by its system's name and its own, such as `rivven` and `schema_registry`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name {
    /// The system's name, lower-case.
    pub system: &'static str,
    /// The kind's name, in `snake_case`.
    pub kind: &'static str,
}

impl Name {
    /// That of a kind.
    pub fn of<K: Kind>() -> Self {
        Self { system: K::System::NAME, kind: K::NAME }
    }

    /// The folder of its code, as modules are called: `rivven/schema_registry`.
    pub fn code(self) -> String {
        let Self { system, kind } = self;
        format!("{system}/{kind}")
    }

    /// What the names of its metrics begin with: `rivven_schema_registry`.
    pub fn metrics(self) -> String {
        let Self { system, kind } = self;
        format!("{system}_{kind}")
    }

    /// What objects that make up the whole of it are labelled as (`app.kubernetes.io/component`):
    /// `schema-registry`.
    pub fn component(self) -> String {
        self.kind.replace('_', "-")
    }
}

/// The folder of its fixtures and its snapshots: `rivven/schema-registry`.
impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.system, self.component())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_that_is_planned_is_called_as_a_reader_expects() {
        let planned = [
            ("rivven", "cluster", "rivven/cluster", "rivven_cluster", "cluster"),
            ("rivven", "topic", "rivven/topic", "rivven_topic", "topic"),
            ("rivven", "connect", "rivven/connect", "rivven_connect", "connect"),
            (
                "rivven",
                "schema_registry",
                "rivven/schema-registry",
                "rivven_schema_registry",
                "schema-registry",
            ),
            ("dataflow", "flow", "dataflow/flow", "dataflow_flow", "flow"),
            (
                "conveyor",
                "router_cluster",
                "conveyor/router-cluster",
                "conveyor_router_cluster",
                "router-cluster",
            ),
            ("conveyor", "pipeline", "conveyor/pipeline", "conveyor_pipeline", "pipeline"),
            ("conveyor", "source", "conveyor/source", "conveyor_source", "source"),
            ("conveyor", "transform", "conveyor/transform", "conveyor_transform", "transform"),
            ("conveyor", "sink", "conveyor/sink", "conveyor_sink", "sink"),
        ];
        for (system, kind, folder, metrics, component) in planned {
            let name = Name { system, kind };
            assert_eq!(name.to_string(), folder);
            assert_eq!(name.code(), format!("{system}/{kind}"));
            assert_eq!(name.metrics(), metrics);
            assert_eq!(name.component(), component);
        }
    }
}
