//! What is put to the test: one broker, real or not, and the way to it.

use std::{
    fs, io,
    net::{SocketAddr, TcpStream},
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use sluicegate_core::systems::rivven::{Answer, Broker, Call, Probe, SeenTopic};
use sluicegate_effects::{
    Class, Error,
    backend::{
        Backend, Entry, Resolve,
        rivven::{Brokers, Limits},
    },
};

use crate::{
    program::{program, required},
    standin::{self, API_PORT, CLIENT_PORT, Mood, StandIn},
};

/// The name of the first broker of the cluster `demo`.
pub(crate) const HOST: &str = "rivven-demo-0.rivven-demo-headless.default.svc.cluster.local";

/// A broker.
pub(crate) enum Subject {
    /// One that is none, and the thread that it runs on.
    StandIn(#[expect(dead_code, reason = "kept alive")] StandIn, Arc<standin::Broker>),
    /// A real one.
    Real(Rivvend),
}

/// A rivvend process with its data.
pub(crate) struct Rivvend {
    program: PathBuf,
    data: PathBuf,
    client: SocketAddr,
    api: SocketAddr,
    process: Child,
}

/// The stand-in, and the real broker where there is one.
pub(crate) fn subjects() -> Vec<Subject> {
    let standin = Subject::standin();
    match program() {
        Some(program) => vec![standin, Subject::Real(Rivvend::start(program))],
        None => {
            assert!(!required(), "no rivvend found (set RIVVEND)");
            subject_skipped();
            vec![standin]
        }
    }
}

/// Past the harness, which would keep it to itself.
fn subject_skipped() {
    use io::Write;
    let name = thread::current().name().unwrap_or_default().to_owned();
    let told = writeln!(
        io::stderr(),
        "skipped: no rivvend found (set RIVVEND): {name} saw the stand-in only"
    );
    told.expect("stderr can be written to");
}

impl Subject {
    /// The stand-in.
    pub(crate) fn standin() -> Self {
        let standin = StandIn::start();
        let broker = standin.broker(HOST);
        Self::StandIn(standin, broker)
    }

    /// The way to it.
    pub(crate) fn brokers(&self) -> Brokers {
        Brokers::new("cluster.local", self.resolve())
    }

    /// The way to it, with short limits: for what is to run into them.
    pub(crate) fn hasty(&self) -> Brokers {
        let limits = Limits {
            whole: Duration::from_millis(1000),
            connect: Duration::from_millis(500),
            check: Duration::from_millis(200),
            at_once: 4,
        };
        Brokers::with_limits("cluster.local", self.resolve(), limits)
    }

    /// Where it is.
    pub(crate) fn resolve(&self) -> Resolve {
        let entries = match self {
            Self::StandIn(_, broker) => broker.entries(API_PORT),
            Self::Real(real) => [
                format!("{HOST}:{CLIENT_PORT}={}", real.client),
                format!("{HOST}:{API_PORT}={}", real.api),
            ],
        };
        entries.iter().map(|entry| entry.parse::<Entry>().expect(entry)).collect()
    }

    /// What it is, for messages.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::StandIn(..) => "the stand-in",
            Self::Real(_) => "rivvend",
        }
    }

    /// Ends it at once, as a crash does.
    pub(crate) fn kill(&mut self) {
        match self {
            Self::StandIn(_, broker) => broker.set(Mood::Refusing),
            Self::Real(real) => real.kill(),
        }
    }

    /// Starts it again after that.
    pub(crate) fn revive(&mut self) {
        match self {
            Self::StandIn(_, broker) => broker.restart(),
            Self::Real(real) => real.revive(),
        }
    }

    /// Lets it say nothing more, with its ports open.
    pub(crate) fn silence(&mut self) {
        match self {
            Self::StandIn(_, broker) => broker.set(Mood::Silent),
            Self::Real(real) => real.stop(),
        }
    }
}

impl Rivvend {
    fn start(program: PathBuf) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("rivvend-{}-{count}", std::process::id());
        let data = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        let (client, api) = (standin::free(), standin::free());
        let process = spawn(&program, &data, client, api);
        let mut rivvend = Self { program, data, client, api, process };
        rivvend.wait();
        rivvend
    }

    fn wait(&mut self) {
        let until = Instant::now() + Duration::from_secs(30);
        let open = |address: &SocketAddr| TcpStream::connect(address).is_ok();
        while ![self.client, self.api].iter().all(open) {
            let ended = self.process.try_wait().expect("a child can be asked");
            assert!(ended.is_none(), "rivvend ended: {ended:?}");
            assert!(Instant::now() < until, "rivvend did not open its ports within 30 s");
            thread::sleep(Duration::from_millis(20));
        }
    }

    fn kill(&mut self) {
        self.process.kill().expect("a child can be killed");
        self.process.wait().expect("a child can be waited for");
    }

    fn revive(&mut self) {
        self.process = spawn(&self.program, &self.data, self.client, self.api);
        self.wait();
    }

    /// Stops it in the middle of whatever it does. Each thread stops when its turn comes: it is
    /// waited for until the last has.
    fn stop(&self) {
        let pid = self.process.id();
        let status = Command::new("kill").args(["-STOP", &pid.to_string()]).status();
        assert!(status.expect("there is a kill").success());
        let is_stopped = |task: io::Result<fs::DirEntry>| {
            let stat = fs::read_to_string(task.expect("a thread").path().join("stat"));
            stat.is_ok_and(|stat| {
                stat.rsplit(") ").next().is_some_and(|rest| rest.starts_with('T'))
            })
        };
        let tasks = || fs::read_dir(format!("/proc/{pid}/task")).expect("there is a /proc");
        while !tasks().all(is_stopped) {
            thread::sleep(Duration::from_millis(1));
        }
    }
}

impl Drop for Rivvend {
    fn drop(&mut self) {
        self.kill();
        // It lies in the build folder: what is left does no harm.
        let _ = fs::remove_dir_all(&self.data);
    }
}

fn spawn(program: &PathBuf, data: &PathBuf, client: SocketAddr, api: SocketAddr) -> Child {
    let child = Command::new(program)
        .env_clear()
        .env("RIVVEN_MODE", "standalone")
        .env("RIVVEN_NODE_ID", "rivven-demo-0")
        .env("RIVVEN_BIND", client.to_string())
        .env("RIVVEN_API_BIND", api.to_string())
        .env("RIVVEN_DATA_DIR", data)
        .env("RIVVEN_REPLICATION_FACTOR", "1")
        .env("RIVVEN_MIN_ISR", "1")
        .env("RIVVEN_NO_REQUIRE_AUTH", "true")
        .env("RUST_LOG", "warn")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    child.unwrap_or_else(|error| panic!("{} starts: {error}", program.display()))
}

/// The broker at a port.
pub(crate) fn at(port: u16) -> Broker {
    Broker { namespace: "default".to_owned(), cluster: "demo".to_owned(), ordinal: 0, port }
}

pub(crate) fn health() -> Probe {
    Probe::Health(at(API_PORT))
}

pub(crate) fn holdings() -> Probe {
    Probe::Holdings(at(CLIENT_PORT))
}

pub(crate) fn topic(name: &str) -> Probe {
    Probe::Topic { broker: at(CLIENT_PORT), name: name.to_owned() }
}

pub(crate) fn create(name: &str, partitions: u32) -> Call {
    Call::CreateTopic { broker: at(CLIENT_PORT), name: name.to_owned(), partitions }
}

pub(crate) fn grow(name: &str, partitions: u32) -> Call {
    Call::GrowTopic { broker: at(CLIENT_PORT), name: name.to_owned(), partitions }
}

pub(crate) fn set(name: &str, key: &str, value: Option<&str>) -> Call {
    let (name, key, value) = (name.to_owned(), key.to_owned(), value.map(str::to_owned));
    Call::SetConfig { broker: at(CLIENT_PORT), name, key, value }
}

pub(crate) fn delete(name: &str) -> Call {
    Call::DeleteTopic { broker: at(CLIENT_PORT), name: name.to_owned() }
}

/// A topic without records.
pub(crate) fn seen(partitions: u32, configs: &[(&str, &str)]) -> Answer {
    let text = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
    let configs = configs.iter().map(text).collect();
    Answer::Topic(SeenTopic { partitions, configs, records: 0, replication_factor: None })
}

/// Calls, and returns the class and the reason if that fails.
pub(crate) async fn refused(brokers: &Brokers, call: &Call) -> Option<(Class, String)> {
    let error = brokers.call(call).await.err()?;
    let source = std::error::Error::source(&error).map(ToString::to_string);
    assert!(matches!(error, Error::Product { .. }), "{error}");
    Some((error.class(), source.expect("a refusal has a reason")))
}

/// The answer that says that it could not be asked, for this reason.
pub(crate) fn unreachable(port: u16, why: &str) -> Answer {
    Answer::Unreachable(format!("{HOST}:{port}: {why}"))
}
