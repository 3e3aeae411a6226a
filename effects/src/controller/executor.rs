//! Where plans are carried out: in the cluster, or nowhere, for those who only want to know.

use std::{future::Future, sync::Arc};

use sluicegate_core::{
    observed::{Ref, text},
    system::System,
};

use serde_json::Value;

use crate::{
    Ask, Error, Reader, Writer,
    backend::Backend,
    live::{ApiServer, Fence, Live, Recorder, Shadow, Written},
};

/// Makes an executor for each round.
pub(super) trait Executors<S: System>: Send + Sync + 'static {
    /// What carries out the plan of one round.
    type Executor: Executor<S>;

    /// One for this resource.
    fn executor(&self, target: &Ref, object: &Value) -> Self::Executor;
}

/// Carries out the plan of one round.
pub(super) trait Executor<S: System>: Reader + Ask<S> + Writer<S> + Send + Sync {
    /// What it has written so far.
    fn written(&self) -> Vec<Written>;

    /// What it would have done so far, if it does nothing.
    fn would(&self) -> Option<Vec<String>>;

    /// Tells what it would have done.
    fn announce(&self, resource: &Ref) -> impl Future<Output = Result<(), Error>> + Send;
}

/// The cluster.
pub(super) struct Cluster<B> {
    pub(super) server: ApiServer,
    pub(super) backend: Arc<B>,
    pub(super) fence: Fence,
    pub(super) recorder: Arc<Recorder>,
    pub(super) kind: String,
}

/// The cluster, as it would be.
pub(super) struct DryRun<B>(pub(super) Cluster<B>);

impl<S: System, B: Backend<S>> Executors<S> for Cluster<B> {
    type Executor = Live<B>;

    fn executor(&self, target: &Ref, object: &Value) -> Live<B> {
        let Self { server, backend, fence, recorder, kind } = self;
        Live::new(server.clone(), backend.clone(), fence.clone(), recorder.clone(), kind)
            .for_resource(target.clone(), text(object, "/metadata/uid"))
    }
}

impl<S: System, B: Backend<S>> Executors<S> for DryRun<B> {
    type Executor = Shadow<B>;

    fn executor(&self, target: &Ref, object: &Value) -> Shadow<B> {
        Shadow::new(Executors::<S>::executor(&self.0, target, object))
    }
}

impl<S: System, B: Backend<S>> Executor<S> for Live<B> {
    fn written(&self) -> Vec<Written> {
        Live::written(self)
    }

    fn would(&self) -> Option<Vec<String>> {
        None
    }

    async fn announce(&self, _: &Ref) -> Result<(), Error> {
        Ok(())
    }
}

impl<S: System, B: Backend<S>> Executor<S> for Shadow<B> {
    fn written(&self) -> Vec<Written> {
        Vec::new()
    }

    fn would(&self) -> Option<Vec<String>> {
        Some(Shadow::would(self))
    }

    async fn announce(&self, resource: &Ref) -> Result<(), Error> {
        Shadow::announce(self, resource).await
    }
}
