//! Every product that is simulated, in one value: a world made from files holds them all.

use sluicegate_core::systems::{dataflow::DataFlows, rivven::Rivven};

use super::{Brokers, Containers, NoProduct, Simulated, Simulates};

/// The products. A system more is a field and a block more.
#[derive(Clone, Debug, Default)]
pub struct SimProducts {
    rivven: Simulated<Brokers>,
    dataflow: Simulated<NoProduct<DataFlows>>,
}

impl SimProducts {
    fn each(&mut self) -> [&mut dyn Containers; 2] {
        let Self { rivven, dataflow } = self;
        [rivven, dataflow]
    }
}

impl Containers for SimProducts {
    fn pod_started(&mut self, namespace: &str, name: &str) {
        self.each().into_iter().for_each(|one| one.pod_started(namespace, name));
    }

    fn pod_stopped(&mut self, namespace: &str, name: &str) {
        self.each().into_iter().for_each(|one| one.pod_stopped(namespace, name));
    }
}

impl Simulates<Rivven> for SimProducts {
    type Product = Brokers;

    fn simulated(&self) -> &Simulated<Brokers> {
        &self.rivven
    }

    fn simulated_mut(&mut self) -> &mut Simulated<Brokers> {
        &mut self.rivven
    }
}

/// No stand-in for processors: their pods have no addresses here, so that nobody asks them.
impl Simulates<DataFlows> for SimProducts {
    type Product = NoProduct<DataFlows>;

    fn simulated(&self) -> &Simulated<NoProduct<DataFlows>> {
        &self.dataflow
    }

    fn simulated_mut(&mut self) -> &mut Simulated<NoProduct<DataFlows>> {
        &mut self.dataflow
    }
}
