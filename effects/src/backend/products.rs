//! Every product there is, in one value: whoever runs all kinds needs no more than this.

use sluicegate_core::{
    system::{Kubernetes, Never, System},
    systems::{
        dataflow::{self, DataFlows},
        rivven::{Answer, Call, Probe, Rivven},
    },
};

use super::{Backend, Resolve, dataflow::Processors, rivven::Brokers};
use crate::{Ask, Error, metrics::Metrics};

/// A way to each product. A system more is a field and a block more.
#[derive(Debug)]
pub struct Products {
    /// Rivven's brokers.
    pub rivven: Brokers,
    /// The processors of flows.
    pub dataflow: Processors,
}

impl Products {
    /// Ways to products in a cluster with this DNS suffix, such as `cluster.local`.
    pub fn new(domain: &str, resolve: Resolve) -> Self {
        let dataflow = Processors::new(domain, resolve.clone());
        Self { rivven: Brokers::new(domain, resolve), dataflow }
    }

    /// Counts what they are asked among these numbers.
    #[must_use]
    pub fn counted(self, metrics: &Metrics) -> Self {
        Self {
            rivven: self.rivven.counted(metrics.clone()),
            dataflow: self.dataflow.counted(metrics.clone()),
        }
    }
}

impl<S: System> Ask<S> for Products
where
    Self: Backend<S>,
{
    async fn ask(&self, probe: &S::Probe) -> Result<S::Answer, Error> {
        Ok(Backend::<S>::ask(self, probe).await)
    }
}

/// There is nobody to ask: what is done to Kubernetes alone is done by a client for all.
impl Backend<Kubernetes> for Products {
    async fn ask(&self, probe: &Never) -> Never {
        match *probe {}
    }

    async fn call(&self, call: &Never) -> Result<(), Error> {
        match *call {}
    }
}

impl Backend<Rivven> for Products {
    async fn ask(&self, probe: &Probe) -> Answer {
        self.rivven.ask(probe).await
    }

    async fn call(&self, call: &Call) -> Result<(), Error> {
        self.rivven.call(call).await
    }
}

impl Backend<DataFlows> for Products {
    async fn ask(&self, probe: &dataflow::Probe) -> dataflow::Answer {
        self.dataflow.ask(probe).await
    }

    async fn call(&self, call: &Never) -> Result<(), Error> {
        match *call {}
    }
}
