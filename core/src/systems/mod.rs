//! The systems this operator runs. A new one is a new folder and the lines here that name it.

use crate::{kind::Kind, system::System};

pub mod dataflow;
pub mod rivven;

/// Something to be done once for every system or every kind: write its definition, start its
/// controller, run its fixtures.
///
/// Generic over the system, so that a visitor may ask more of it than that it is one: a controller
/// needs a way to speak to the product, a definition does not.
pub trait Visitor<S: System> {
    /// Does it for the system, before its kinds.
    fn system(&mut self) {}

    /// Does it for one kind.
    fn kind<K: Kind<System = S>>(&mut self) {}
}

/// What can be done for every system that there is.
pub trait VisitsAll: Visitor<rivven::Rivven> + Visitor<dataflow::DataFlows> {}

impl<V: Visitor<rivven::Rivven> + Visitor<dataflow::DataFlows>> VisitsAll for V {}

/// Visits every kind of every system.
pub fn visit(visitor: &mut impl VisitsAll) {
    rivven::visit(visitor);
    dataflow::visit(visitor);
}
