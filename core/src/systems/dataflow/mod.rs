//! DataFlow: flows of records from a source, by transformations, to a sink.
//!
//! | kind | makes | asks |
//! |---|---|---|
//! | [`flow`] | Deployment, ConfigMaps, account, role, budget | nobody yet |
//!
//! What stores take stands in [`catalogue`], what becomes of a record in [`pipeline`], what decides
//! in [`rules`].

use std::collections::BTreeMap;

use crate::{
    connector::Connector,
    rule::Rule,
    settings::Setting,
    system::{self, Never},
    systems::Visitor,
};

pub mod catalogue;
pub mod flow;
pub mod pipeline;
pub mod rules;
mod spelled;

/// The system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DataFlows;

/// Visits every kind of this system.
pub fn visit(visitor: &mut impl Visitor<DataFlows>) {
    visitor.system();
    visitor.kind::<flow::Flow>();
}

/// Its processor is asked nothing yet.
impl system::System for DataFlows {
    const NAME: &'static str = "dataflow";
    const RULES: &'static [&'static Rule] = rules::RULES;
    const PEERS: &'static [&'static [(&'static str, &'static str)]] = &[];
    const CONNECTORS: &'static [&'static Connector] = catalogue::CONNECTORS;
    const CONNECTS: &'static str = "DataFlow";
    const SETTINGS: &'static [&'static Setting] =
        &[&flow::PROCESSOR_IMAGE, &flow::PROCESSOR_LOG_LEVEL];
    type Probe = Never;
    type Answer = Never;
    type Call = Never;

    fn unreachable(probe: &Never, _: String) -> Never {
        match *probe {}
    }

    fn unreached(answer: &Never) -> Option<&str> {
        match *answer {}
    }

    fn rests_on(later: &Never, _: &Never) -> bool {
        match *later {}
    }

    fn subject(call: &Never) -> String {
        match *call {}
    }

    fn fold(call: &Never, _: &mut BTreeMap<Never, Never>) -> bool {
        match *call {}
    }
}
