//! A proxy between the operator and the API server, which fails on demand: for a request that it is
//! told of, or for watches that are under way. What was to fail and did not is a mistake of the
//! scenario, and fails it.

mod serve;
mod watching;

use std::{
    fmt,
    net::SocketAddr,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{net::TcpListener, task::JoinHandle};

use self::watching::Watching;
use crate::{
    control_plane::ControlPlane,
    kube::{client, runtime},
    operator::Start,
    wait::until,
};

/// A request, as far as faults tell one from another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Call {
    /// As Kubernetes calls it.
    pub(crate) verb: &'static str,
    pub(crate) resource: String,
    pub(crate) subresource: String,
    pub(crate) namespace: String,
    pub(crate) name: String,
    pub(crate) dry: bool,
}

/// What is done instead of forwarding a request and its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It is answered with this HTTP status.
    Answer(u16),
    /// It is lost, and the connection with it.
    Before,
    /// It is done; the answer is lost, and the connection with it.
    After,
    /// It is lost, and nobody says so.
    Never,
    /// It is done, and the answer is kept back until the rule is lifted.
    Held,
    /// It is kept back until the rule is lifted, then sent.
    Stopped,
}

type Matches = Box<dyn Fn(&Call) -> bool + Send + Sync>;

/// When which fault happens.
pub(crate) struct Rule {
    fault: Fault,
    matches: Matches,
    /// Of those that match, the first that fails, from 1.
    from: usize,
    /// How many fail.
    times: usize,
    seen: AtomicUsize,
    fired: AtomicUsize,
    lifted: tokio::sync::watch::Sender<bool>,
    /// Whether it need not happen.
    waived: AtomicBool,
}

/// The proxy. It ends with its scenario.
pub(crate) struct Proxy {
    pub(crate) address: SocketAddr,
    all: Arc<All>,
    task: JoinHandle<()>,
}

#[derive(Default)]
struct All {
    rules: Mutex<Vec<Arc<Rule>>>,
    watches: Mutex<Vec<Arc<Watching>>>,
    calls: Mutex<Vec<Call>>,
}

impl Call {
    /// Whether it changes something that a plan asks for: not the lease, no event, no question.
    pub(crate) fn writes(&self) -> bool {
        let aside = ["leases", "events", "selfsubjectreviews", "selfsubjectaccessreviews"];
        let aside = aside.contains(&&*self.resource) || self.resource == "selfsubjectrulesreviews";
        !matches!(self.verb, "get" | "list" | "watch") && !aside && !self.dry
    }
}

impl Rule {
    /// Whether this request is to fail.
    fn hits(&self, call: &Call) -> bool {
        if *self.lifted.borrow() || !(self.matches)(call) {
            return false;
        }
        let at = self.seen.fetch_add(1, Ordering::SeqCst) + 1;
        let hit = at >= self.from && at - self.from < self.times;
        if hit {
            self.fired.fetch_add(1, Ordering::SeqCst);
        }
        hit
    }

    /// How often it has happened.
    pub(crate) fn fired(&self) -> usize {
        self.fired.load(Ordering::SeqCst)
    }

    /// How many requests it could have been.
    pub(crate) fn seen(&self) -> usize {
        self.seen.load(Ordering::SeqCst)
    }

    /// It happens no more, and what was kept back goes on.
    pub(crate) fn lift(&self) {
        self.lifted.send_replace(true);
    }

    /// It happens no more, and that it never did is no mistake: there was no such request.
    pub(crate) fn waive(&self) {
        self.lift();
        self.waived.store(true, Ordering::SeqCst);
    }

    /// Waits until it has happened.
    pub(crate) fn has_fired(&self, most: Duration) {
        until(&format!("{:?} to happen", self.fault), most, || {
            if self.fired() > 0 { Ok(()) } else { Err(format!("{} were seen", self.seen())) }
        });
    }
}

impl Start {
    /// Through a proxy.
    pub(crate) fn through(mut self, proxy: &Proxy) -> Self {
        self.server = Some(proxy.address);
        self
    }
}

impl Proxy {
    /// Before the API server of a control plane, as its administrator.
    pub(crate) fn before(plane: &ControlPlane) -> Self {
        let upstream = client(&plane.kubeconfig());
        let all: Arc<All> = Arc::default();
        let listener = runtime().block_on(TcpListener::bind("127.0.0.1:0"));
        let listener = listener.expect("a port is free");
        let address = listener.local_addr().expect("it listens");
        let task = runtime().spawn(serve::listen(listener, upstream, all.clone()));
        Self { address, all, task }
    }

    /// Lets the n-th request of these fail.
    pub(crate) fn fail(
        &self,
        nth: usize,
        fault: Fault,
        matches: impl Fn(&Call) -> bool + Send + Sync + 'static,
    ) -> Arc<Rule> {
        self.fail_often(nth, 1, fault, matches)
    }

    /// Lets so many of these requests fail, from the n-th.
    pub(crate) fn fail_often(
        &self,
        from: usize,
        times: usize,
        fault: Fault,
        matches: impl Fn(&Call) -> bool + Send + Sync + 'static,
    ) -> Arc<Rule> {
        let rule = Arc::new(Rule {
            fault,
            matches: Box::new(matches),
            from,
            times,
            seen: AtomicUsize::new(0),
            fired: AtomicUsize::new(0),
            lifted: tokio::sync::watch::Sender::new(false),
            waived: AtomicBool::new(false),
        });
        lock(&self.all.rules).push(rule.clone());
        rule
    }

    /// Lets every watch of a resource that is under way go silent, without an end. Says how many.
    pub(crate) fn silence(&self, resource: &str) -> usize {
        self.watches(resource).iter().map(|watch| watch.silence()).count()
    }

    /// Tells every watch of a resource that is under way that its version is too old, and ends it.
    /// Says how many.
    pub(crate) fn expire(&self, resource: &str) -> usize {
        self.watches(resource).iter().map(|watch| watch.expire()).count()
    }

    /// Every request so far, but for those for the lease.
    pub(crate) fn calls(&self) -> Vec<Call> {
        lock(&self.all.calls).clone()
    }

    fn watches(&self, resource: &str) -> Vec<Arc<Watching>> {
        let mut watches = lock(&self.all.watches);
        watches.retain(|watch| !watch.ended());
        watches.iter().filter(|watch| watch.resource == resource).cloned().collect()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
        let rules = lock(&self.all.rules);
        rules.iter().for_each(|rule| rule.lift());
        let due = |rule: &&Arc<Rule>| !rule.waived.load(Ordering::SeqCst) && rule.fired() == 0;
        let idle: Vec<_> = rules.iter().filter(due).collect();
        if !std::thread::panicking() {
            assert!(idle.is_empty(), "faults that never happened: {idle:?}");
        }
    }
}

impl fmt::Debug for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} from the {}. on, of {} seen", self.fault, self.from, self.seen())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
