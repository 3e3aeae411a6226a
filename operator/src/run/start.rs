//! A controller for every kind there is. A kind more is not a line more here.

use std::{sync::Arc, time::Duration};

use sluicegate_core::{kind::Kind, observed::Api, system::System, systems::Visitor};
use sluicegate_effects::{
    backend::{Backend, Products},
    controller::{self, Deps, Mode, Options, Progress},
    live::{ApiServer, Fence, Recorder},
    metrics::Metrics,
    watch::Watches,
};
use tokio::sync::watch;

use super::{health::Faults, tasks::Tasks};

/// How long a controller may be busy without getting on. Every request has a deadline, so that
/// some worker is free long before.
const STANDSTILL: Duration = Duration::from_secs(120);

/// Starts a controller for each kind that it visits.
pub(crate) struct Start {
    /// What all of them work with.
    pub watches: Watches,
    pub server: ApiServer,
    pub products: Arc<Products>,
    pub fence: Fence,
    pub recorder: Arc<Recorder>,
    pub options: Options,
    pub metrics: Metrics,
    pub mode: watch::Receiver<Mode>,
    /// Where they run.
    pub tasks: Tasks,
    /// By which they show that they go on.
    pub progress: Vec<(String, Progress)>,
}

impl<S: System> Visitor<S> for Start
where
    Products: Backend<S>,
{
    fn kind<K: Kind<System = S>>(&mut self) {
        let kind = Api::of::<K::Resource>().kind.into_owned();
        let progress = Progress::new();
        let deps = Deps {
            watches: self.watches.clone(),
            server: self.server.clone(),
            backend: self.products.clone(),
            fence: self.fence.clone(),
            recorder: self.recorder.clone(),
            options: self.options.clone(),
            metrics: self.metrics.clone(),
            mode: self.mode.clone(),
            progress: progress.clone(),
        };
        self.tasks.begin(format!("the controller of {kind}"), async {
            match controller::run::<K, Products>(deps).await {
                Ok(()) => "it was told to stop".to_owned(),
                Err(error) => error.in_full(),
            }
        });
        self.progress.push((kind, progress));
    }
}

/// The controllers that stand still, a sentence each.
pub(crate) fn stuck(progress: &[(String, Progress)]) -> Faults {
    let stuck = progress.iter().filter(|(_, progress)| progress.age() > STANDSTILL);
    let tell = |(kind, progress): &(String, Progress)| {
        format!("the controller of {kind} has not got on for {} s", progress.age().as_secs())
    };
    stuck.map(tell).collect()
}
