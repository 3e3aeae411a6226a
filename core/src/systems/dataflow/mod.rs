//! DataFlow: flows of records from a source, by transformations, to a sink.
//!
//! | kind | makes | asks |
//! |---|---|---|
//! | [`flow`] | Deployment, ConfigMaps, account, role, budget, policy | its processors |
//!
//! What stores take stands in [`catalogue`], what becomes of a record in [`pipeline`], what a
//! processor tells of itself in [`processor`], what decides in [`rules`]. How far a flow is tells
//! the [`ledger`], when what was collected is written [`batch`], and what becomes of what could not
//! be [`verdict`]: the processor does as they say.

use std::collections::BTreeMap;

use crate::{
    connector::Connector,
    rule::Rule,
    settings::Setting,
    system::{self, Never},
    systems::Visitor,
};

pub mod batch;
pub mod catalogue;
pub mod flow;
pub mod ledger;
pub mod pipeline;
pub mod processor;
pub mod rules;
mod spelled;
pub mod verdict;

pub use processor::{Answer, Figures, Probe, Processor};

/// The system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DataFlows;

/// Visits every kind of this system.
pub fn visit(visitor: &mut impl Visitor<DataFlows>) {
    visitor.system();
    visitor.kind::<flow::Flow>();
}

/// Its processors are asked, and told nothing.
impl system::System for DataFlows {
    const NAME: &'static str = "dataflow";
    const RULES: &'static [&'static Rule] = rules::RULES;
    const PEERS: &'static [&'static [(&'static str, &'static str)]] = &[flow::PODS];
    const CONNECTORS: &'static [&'static Connector] = catalogue::CONNECTORS;
    const CONNECTS: &'static str = "DataFlow";
    const SETTINGS: &'static [&'static Setting] =
        &[&flow::PROCESSOR_IMAGE, &flow::PROCESSOR_LOG_LEVEL];
    type Probe = Probe;
    type Answer = Answer;
    type Call = Never;

    fn unreachable(_: &Probe, why: String) -> Answer {
        Answer::Unreachable(why)
    }

    fn unreached(answer: &Answer) -> Option<&str> {
        if let Answer::Unreachable(why) = answer { Some(why) } else { None }
    }

    fn rests_on(later: &Never, _: &Never) -> bool {
        match *later {}
    }

    fn subject(call: &Never) -> String {
        match *call {}
    }

    fn fold(call: &Never, _: &mut BTreeMap<Probe, Answer>) -> bool {
        match *call {}
    }
}
