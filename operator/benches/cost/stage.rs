//! What is measured, and on what: a control plane, brokers that are none, and the real program as a
//! user of its own, so that the audit log tells its requests from all others.

use std::{
    env,
    fs::{self, File},
    io::{self, Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::Arc,
    thread,
    time::Duration,
};

use k8s_openapi::jiff::Timestamp;
use serde_json::{Value, json};
use sluicegate_effects::yaml;

use crate::{
    audit::{Audit, Class, Entry},
    cluster::{self, root},
    kube::{DEFINITIONS, Kube},
    processors::Processors,
    standin::{StandIn, ports::free},
    wait::{seconds, until},
};

/// Who the operator is to the API server.
const USER: &str = "cost";
/// The program to measure, in place of the one that this command was built with.
const BINARY: &str = "SLUICEGATE_BINARY";
/// How long nothing may have been asked for until it is taken for quiet.
const QUIET: Duration = Duration::from_secs(4);

/// A control plane of its own. It is stopped at the end, and what it was is removed, unless it is
/// to be kept.
pub(crate) struct Stage {
    folder: PathBuf,
    pub(crate) kube: Kube,
    audit: Audit,
    brokers: StandIn,
    /// Where every processor's page is.
    processors: SocketAddr,
    stays: bool,
}

/// A running operator.
pub(crate) struct Operator {
    child: Child,
    metrics: SocketAddr,
    pub(crate) started: Timestamp,
}

/// What a process has taken so far.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Taken {
    /// The most memory it had at one time, in MiB.
    pub(crate) peak_mib: f64,
    /// The time of all its threads, in seconds.
    pub(crate) cpu: f64,
}

impl Stage {
    /// Starts all but the operator, and installs our definitions: anew, or again on what was kept.
    pub(crate) fn up(again: bool) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cost");
        if again {
            cluster::up(&folder, &[])
        } else {
            cluster::anew(&folder, &[])
        }
        let kube = Kube::of(&folder.join("stand-in.kubeconfig"));
        let audit = Audit::of(folder.join("audit.log"));
        let (told, processors) = Processors::start();
        told.others_tell("dataflow_messages_sent_total 7\ndataflow_source_lag 3\n");
        let brokers = StandIn::start();
        let stage = Self { folder, kube, audit, brokers, processors, stays: false };
        stage.install();
        stage
    }

    fn install(&self) {
        let files = fs::read_dir(root().join("deploy/crds")).expect("the folder is there");
        let paths = files.map(|file| file.expect("it can be read").path());
        for path in paths.filter(|path| path.extension().is_some_and(|end| end == "yaml")) {
            let definition = document(&path);
            self.kube.apply(DEFINITIONS, &definition);
            let name = definition["metadata"]["name"].as_str().unwrap_or_default();
            until(&format!("{name} to be served"), seconds(30), || {
                let seen = self.kube.get(DEFINITIONS, "", name).unwrap_or_default();
                let conditions = seen["status"]["conditions"].as_array().cloned();
                let is = |one: &Value| one["type"] == "Established" && one["status"] == "True";
                let served = conditions.unwrap_or_default().iter().any(is);
                if served { Ok(()) } else { Err("it is not") }
            });
        }
    }

    /// Leaves the control plane up.
    pub(crate) fn keep(mut self) {
        self.stays = true;
    }

    /// Starts the operator.
    pub(crate) fn operator(&self, args: &[&str]) -> Operator {
        let mut config = document(&self.folder.join("kubeconfig"));
        config["users"][0]["user"]["as"] = json!(USER);
        config["users"][0]["user"]["as-groups"] = json!(["system:masters"]);
        let kubeconfig = self.folder.join("operator.kubeconfig");
        fs::write(&kubeconfig, config.to_string()).expect("the folder can be written");
        let mut command = Command::new(program());
        command.arg("run").arg("--kubeconfig").arg(kubeconfig);
        command.args(["--health-addr", &free().to_string()]);
        let metrics = free();
        command.args(["--metrics-addr", &metrics.to_string()]);
        command.args(["--leader-election-namespace", "default"]);
        command.arg("--resolve").arg(format!("*:9090={}", self.processors));
        command.args(self.brokers.resolve_flags(&["*"])).args(args);
        let log = self.folder.join(format!("operator-{}.log", free().port()));
        let log = File::create(log).expect("the folder can be written");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        let started = Timestamp::now();
        Operator { child: command.spawn().expect("the program starts"), metrics, started }
    }

    /// What the operator has asked for since, but for its lease and about itself.
    pub(crate) fn since(&self, when: Timestamp) -> Vec<Arc<Entry>> {
        let mut all = self.audit.of_user(USER);
        all.retain(|entry| entry.at >= when);
        all.retain(|entry| !matches!(entry.class(), Class::Lease | Class::Own));
        all
    }

    /// Waits until the operator asks for nothing any more, and returns what it asked for since.
    /// Watches are begun anew every few minutes.
    pub(crate) fn quiet(&self, since: Timestamp) -> Vec<Arc<Entry>> {
        loop {
            let all = self.since(since);
            let calls = all.iter().filter(|entry| entry.class() != Class::Watch);
            let last = calls.map(|entry| entry.answered).max().unwrap_or(since);
            let ago = Timestamp::now().duration_since(last).unsigned_abs();
            if ago >= QUIET {
                return all;
            }
            thread::sleep(QUIET - ago);
        }
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        if self.stays {
            return;
        }
        drop(cluster::of(&self.folder, &["down"]).stderr(Stdio::null()).status());
    }
}

impl Operator {
    /// What it has taken so far.
    pub(crate) fn taken(&self) -> Taken {
        let of = |file: &str| {
            let path = format!("/proc/{}/{file}", self.child.id());
            fs::read_to_string(path).expect("the operator runs")
        };
        let status = of("status");
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let peak = peak.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
        let stat = of("stat");
        // The name in parentheses may have spaces: it is counted from behind it.
        let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
        let ticks: f64 = fields.skip(11).take(2).filter_map(|one| one.parse::<f64>().ok()).sum();
        // Of which Linux tells programs a hundred a second, on whatever machine.
        Taken { peak_mib: peak.unwrap_or_default() / 1024.0, cpu: ticks / 100.0 }
    }

    /// How often it has looked at a resource, as its own numbers say: the log does not tell.
    pub(crate) fn rounds(&self) -> usize {
        let ask = || -> io::Result<String> {
            let mut stream = TcpStream::connect(self.metrics)?;
            write!(stream, "GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")?;
            let mut page = String::new();
            stream.read_to_string(&mut page)?;
            Ok(page)
        };
        let page = ask().expect("the operator serves its numbers");
        let lines = page.lines().filter(|line| line.contains("reconcile_seconds_count{"));
        let last = |line: &str| line.rsplit(' ').next()?.parse::<usize>().ok();
        lines.filter_map(last).sum()
    }

    /// Stops it in order.
    pub(crate) fn stop(mut self) {
        let sent = Command::new("kill").args(["-s", "TERM", &self.child.id().to_string()]).status();
        assert!(sent.expect("kill is there").success(), "the operator runs");
        let ended = self.child.wait().expect("it was started here");
        assert!(ended.success(), "the operator stopped in order: {ended}");
    }
}

impl Drop for Operator {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// The program that is measured.
pub(crate) fn program() -> PathBuf {
    env::var_os(BINARY).map_or_else(|| env!("CARGO_BIN_EXE_sluicegate").into(), PathBuf::from)
}

/// The one document of a YAML file.
fn document(file: &Path) -> Value {
    let text = fs::read_to_string(file).unwrap_or_else(|error| panic!("{file:?}: {error}"));
    let parsed = yaml::parse(&file.display().to_string(), &text);
    let parsed = parsed.unwrap_or_else(|error| panic!("{error:?}"));
    let document = yaml::flatten(parsed).into_iter().next();
    document.expect("the file has a document").into_value()
}
