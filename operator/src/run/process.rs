//! The parts of the process, from their beginning to their end.

use std::{
    future::pending,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use sluicegate_core::systems;
use sluicegate_effects::{
    Error,
    controller::{Mode, Options},
    live::{ApiServer, Budget, Connection, Fence, Recorder, connect},
    metrics::Metrics,
    watch::{Scope, Watches},
};
use tokio::{sync::watch, task::JoinHandle, time::timeout};

use super::{
    announce,
    args::RunArgs,
    health::Health,
    heartbeat::Heartbeat,
    lease::{self, Candidate, End, Role},
    metrics::{encode, registry},
    probes,
    start::{self, Start},
    tasks::Tasks,
    views,
};
use crate::{
    failure::{DONE, FAILED, Failure},
    live::looked_at,
    signals::Signals,
};

/// What the API server is told who calls.
const AGENT: &str = concat!("sluicegate/", env!("CARGO_PKG_VERSION"));
/// How long the actions in hand may take at the end: the longest deadline of a request, and some.
pub(crate) const FINISH: Duration = Duration::from_secs(20);
/// How long giving up the lease may take.
pub(crate) const LEAVE: Duration = Duration::from_millis(2_500);

/// The process, as it runs.
pub(crate) struct Process {
    /// What must not end: streams, probes, numbers.
    services: Tasks,
    controllers: Tasks,
    mode: watch::Sender<Mode>,
    fence: Fence,
    /// The loop of the lease, what came of it, and how it is told to leave.
    lease: Option<(JoinHandle<End>, watch::Receiver<Role>)>,
    leave: watch::Sender<bool>,
    signals: Signals,
}

/// Why it ends.
enum Ending {
    Asked(&'static str),
    Broken(String),
    Lost(String),
}

impl Process {
    /// Begins all parts.
    ///
    /// # Errors
    ///
    /// If the kubeconfig cannot be used or an address is taken.
    pub(crate) async fn begin(args: &RunArgs) -> Result<Self, Failure> {
        let reached = connect(&args.reach.access(), AGENT).await;
        let connection = reached.map_err(|error| no_access(args, &error))?;
        let metrics_at = probes::listen("metrics-addr", args.metrics_addr).await?;
        let health_at = probes::listen("health-addr", args.health_addr).await?;
        let signals = Signals::listen()?;

        let metrics = Metrics::default();
        let budget = Budget::new(args.api_qps, args.api_burst);
        let server = ApiServer::new(connection.client.clone(), budget, metrics.clone());
        let own = views::own();
        let watches = Watches::new(
            server.clone(),
            scope(args),
            own.iter().cloned().collect(),
            metrics.clone(),
        );
        let competes = args.competes();
        let fence = if competes { Fence::closed() } else { Fence::open() };
        let (leave, left) = watch::channel(false);
        let candidate = competes.then(|| candidate(args, &connection, &server));
        let lease = candidate.clone().map(|candidate| compete(candidate, &fence, left));
        let (mode, duties) = watch::channel(if competes { Mode::Standby } else { Mode::Lead });

        let mut start = Start {
            watches: watches.clone(),
            server: server.clone(),
            products: Arc::new(args.reach.products().counted(&metrics)),
            fence: fence.clone(),
            recorder: Arc::new(Recorder::new(&lease::place())),
            options: options(args),
            metrics: metrics.clone(),
            mode: duties,
            tasks: Tasks::default(),
            progress: Vec::new(),
        };
        systems::visit(&mut start);
        let Start { tasks: controllers, progress, .. } = start;

        let mut services = Tasks::default();
        let announcement = announcement(args, &connection, server, candidate.as_ref());
        let health = Health {
            lease: lease.as_ref().map(|(_, role, heartbeat)| (heartbeat.clone(), role.clone())),
            work: Box::new(move || start::stuck(&progress)),
            views: views_of(&watches, &announcement),
        };
        let roles = lease.as_ref().map(|(_, role, _)| role.clone());
        let registry = registry(&metrics, roles);
        let pages = probes::metrics(move || encode(&registry));
        services.begin("/metrics", ended(probes::serve(metrics_at, pages)));
        let pages = probes::health(Arc::new(health));
        services.begin("the probes", ended(probes::serve(health_at, pages)));
        services.begin("the teller of views", views::tell(watches.clone(), own));
        services.begin("the streams", async move { watches.run().await.in_full() });
        services.begin("the start", async move {
            announcement.tell().await;
            pending().await
        });
        let lease = lease.map(|(task, role, _)| (task, role));
        Ok(Self { services, controllers, mode, fence, lease, leave, signals })
    }

    /// Runs until it is asked to end or has to. Returns the exit code.
    pub(crate) async fn run(mut self) -> u8 {
        match self.until_the_end().await {
            Ending::Asked(signal) => {
                tracing::info!("ends, as asked by {signal}");
                self.finish().await
            }
            Ending::Broken(why) => {
                tracing::error!("ends: {why}");
                // Nothing more is written, so another may take over at once.
                self.fence.close();
                self.controllers = Tasks::default();
                self.give_up().await;
                FAILED
            }
            Ending::Lost(why) => {
                tracing::error!("ends, since it does not lead any more: {why}");
                FAILED
            }
        }
    }

    async fn until_the_end(&mut self) -> Ending {
        loop {
            let lease = async {
                match &mut self.lease {
                    None => pending().await,
                    Some((task, role)) => tokio::select! {
                        end = task => Err(lost(end)),
                        _ = role.changed() => Ok(*role.borrow_and_update() == Role::Leader),
                    },
                }
            };
            tokio::select! {
                signal = self.signals.asked() => return Ending::Asked(signal),
                why = self.services.ended() => return Ending::Broken(why),
                why = self.controllers.ended() => return Ending::Broken(why),
                led = lease => match led {
                    Ok(true) => drop(self.mode.send_replace(Mode::Lead)),
                    Ok(false) => {}
                    Err(ending) => return ending,
                },
            }
        }
    }

    /// Lets the controllers finish what they have in hand, then gives up the lease. Who asks a
    /// second time does not wait.
    async fn finish(mut self) -> u8 {
        self.mode.send_replace(Mode::Stop);
        let (duties, signals) = (timeout(FINISH, self.controllers.all_ended()), &mut self.signals);
        tokio::select! {
            finished = duties => {
                if finished.is_err() {
                    tracing::warn!("left actions behind: they took longer than 20 s");
                }
            }
            _ = signals.asked() => return FAILED,
        }
        self.give_up().await;
        DONE
    }

    async fn give_up(&mut self) {
        let Some((task, role)) = self.lease.take() else { return };
        let led = *role.borrow() == Role::Leader;
        self.leave.send_replace(true);
        match timeout(LEAVE, task).await {
            Ok(Ok(End::Left)) if led => tracing::info!("gave up the lease"),
            Ok(Ok(End::Left)) => {}
            Ok(Ok(End::Taken(_) | End::Late(_)) | Err(_)) | Err(_) => {
                tracing::warn!("could not give up the lease: it runs out within 15 s");
            }
        }
    }
}

/// Why a lease is no longer held.
fn lost(end: Result<End, tokio::task::JoinError>) -> Ending {
    match end {
        Ok(End::Taken(by)) => Ending::Lost(format!("{by} has the lease")),
        Ok(End::Late(why)) => {
            Ending::Lost(format!("the lease could not be renewed within 10 s: {why}"))
        }
        Ok(End::Left) => Ending::Broken("the lease was given up unasked".to_owned()),
        Err(error) => Ending::Broken(format!("the loop of the lease broke off: {error}")),
    }
}

fn compete(
    candidate: Candidate,
    fence: &Fence,
    leave: watch::Receiver<bool>,
) -> (JoinHandle<End>, watch::Receiver<Role>, Heartbeat) {
    let (tell, role) = watch::channel(Role::Standby(None));
    let (heartbeat, fence) = (Heartbeat::new(), fence.clone());
    let shown = heartbeat.clone();
    let task =
        tokio::spawn(async move { lease::compete(&candidate, &fence, &tell, &shown, leave).await });
    (task, role, heartbeat)
}

fn candidate(args: &RunArgs, connection: &Connection, server: &ApiServer) -> Candidate {
    let set = std::env::var("POD_NAMESPACE").ok().filter(|name| !name.is_empty());
    let namespace = args.leader_election_namespace.clone().or(set);
    let namespace = namespace.unwrap_or_else(|| connection.namespace.clone());
    Candidate { server: server.clone(), namespace, identity: lease::identity() }
}

fn announcement(
    args: &RunArgs,
    connection: &Connection,
    server: ApiServer,
    candidate: Option<&Candidate>,
) -> Arc<announce::Start> {
    Arc::new(announce::Start {
        server,
        address: connection.address.clone(),
        kinds: views::own().iter().map(|api| api.plural.to_string()).collect(),
        namespaces: args.namespaces(),
        lease: candidate.map(|candidate| (candidate.namespace.clone(), candidate.identity.clone())),
        writes: !args.dry_run,
        answered: false.into(),
    })
}

fn views_of(watches: &Watches, announcement: &Arc<announce::Start>) -> super::health::Look {
    let (watches, announcement, own) = (watches.clone(), announcement.clone(), views::own());
    Box::new(move || {
        let mut faults = views::unseen(&watches, &own);
        if !announcement.answered.load(Ordering::Acquire) {
            faults.insert(0, format!("{} has not answered yet", announcement.address));
        }
        faults
    })
}

fn scope(args: &RunArgs) -> Scope {
    match args.namespaces() {
        none if none.is_empty() => Scope::All,
        some => Scope::Namespaces(some.into_iter().collect()),
    }
}

fn options(args: &RunArgs) -> Options {
    Options {
        settings: args.reach.settings(),
        resync: args.resync,
        workers: usize::from(args.workers),
        dry_run: args.dry_run,
    }
}

async fn ended(task: impl Future<Output = ()>) -> String {
    task.await;
    "it stopped listening".to_owned()
}

/// A kubeconfig that cannot be used: what, where and what to do.
fn no_access(args: &RunArgs, error: &Error) -> Failure {
    let mut failure = Failure::chain(error);
    failure.0.push(format!("  looked at: {}", looked_at(&args.reach.access())));
    failure.0.push(
        "  remedy: name a kubeconfig with --kubeconfig and a context of it with --context"
            .to_owned(),
    );
    failure
}
