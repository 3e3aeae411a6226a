//! Where plans are carried out: in the cluster, or nowhere, for those who only want to know.

use std::{future::Future, sync::Arc};

use sluicegate_core::{
    observed::{Ref, text},
    system::System,
};

use serde_json::Value;

use crate::{
    Error, Reader, Writer,
    backend::Backend,
    live::{ApiServer, Fence, Live, Recorder, Shadow, Written},
};

/// Makes a hand for each round.
pub(super) trait World<S: System>: Send + Sync + 'static {
    /// What carries out the plan of one round.
    type Hand: Hand<S>;

    /// One for this resource.
    fn hand(&self, target: &Ref, object: &Value) -> Self::Hand;
}

/// Carries out the plan of one round.
pub(super) trait Hand<S: System>: Reader<S> + Writer<S> + Send + Sync {
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
pub(super) struct Mirror<B>(pub(super) Cluster<B>);

impl<S: System, B: Backend<S>> World<S> for Cluster<B> {
    type Hand = Live<B>;

    fn hand(&self, target: &Ref, object: &Value) -> Live<B> {
        let Self { server, backend, fence, recorder, kind } = self;
        Live::new(server.clone(), backend.clone(), fence.clone(), recorder.clone(), kind)
            .for_resource(target.clone(), text(object, "/metadata/uid"))
    }
}

impl<S: System, B: Backend<S>> World<S> for Mirror<B> {
    type Hand = Shadow<B>;

    fn hand(&self, target: &Ref, object: &Value) -> Shadow<B> {
        Shadow::new(World::<S>::hand(&self.0, target, object))
    }
}

impl<S: System, B: Backend<S>> Hand<S> for Live<B> {
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

impl<S: System, B: Backend<S>> Hand<S> for Shadow<B> {
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
