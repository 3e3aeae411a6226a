//! The operator under test: the real program, as a user of its own, so that the audit log tells its
//! requests from all others.

use std::{
    fs::{self, File},
    io::Write as _,
    net::SocketAddr,
    os::unix::process::ExitStatusExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    time::Duration,
};

use serde_json::{Value, json};

use crate::{
    control_plane::{ControlPlane, documents},
    granted, kubectl,
    ports::free,
    wait::{seconds, until},
};

/// How an operator is started.
#[derive(Clone, Debug, Default)]
pub(crate) struct Start {
    /// Who it is to the API server.
    pub(crate) user: String,
    /// The namespaces it looks after; none for all.
    pub(crate) namespaces: Vec<String>,
    /// The namespace of its lease; none for no lease.
    pub(crate) lease: Option<String>,
    /// The way to the API server, if it is not the direct one.
    pub(crate) server: Option<SocketAddr>,
    /// Further arguments.
    pub(crate) args: Vec<String>,
    /// The groups it belongs to; none for the one that has the operator's role.
    pub(crate) groups: Vec<String>,
    /// The token that it is known by, if it does not act as somebody.
    pub(crate) token: Option<String>,
    /// Variables of its environment.
    pub(crate) env: Vec<(String, String)>,
}

/// A process. It is killed with its scenario.
pub(crate) struct Operator {
    child: Child,
    pub(crate) health: SocketAddr,
    pub(crate) metrics: SocketAddr,
    pub(crate) log: PathBuf,
}

impl Start {
    /// By the token of an account, with its lease in the account's namespace.
    pub(crate) fn by_token(plane: &ControlPlane, namespace: &str, account: &str) -> Self {
        let token = kubectl::run(plane, &["-n", namespace, "create", "token", account]);
        Self {
            user: format!("system:serviceaccount:{namespace}:{account}"),
            token: Some(token.trim().to_owned()),
            lease: Some(namespace.to_owned()),
            ..Self::default()
        }
    }

    /// With further arguments.
    pub(crate) fn with(mut self, args: &[&str]) -> Self {
        self.args.extend(args.iter().map(|arg| (*arg).to_owned()));
        self
    }

    /// Without leader election: what is killed then leaves no lease that somebody has to wait for.
    pub(crate) fn without_lease(mut self) -> Self {
        self.lease = None;
        self
    }

    /// A kubeconfig to act as its user.
    pub(crate) fn kubeconfig(&self, plane: &ControlPlane) -> PathBuf {
        let mut config = documents(&plane.kubeconfig()).remove(0);
        if let Some(address) = self.server {
            config["clusters"][0]["cluster"] = json!({ "server": format!("http://{address}") });
            config["users"][0]["user"] = json!({});
        }
        let user = &mut config["users"][0]["user"];
        let operators = [granted::OPERATORS.to_owned()];
        let groups = if self.groups.is_empty() { &operators[..] } else { &self.groups };
        match &self.token {
            Some(token) => *user = json!({ "token": token }),
            None => {
                user["as"] = json!(self.user);
                user["as-groups"] = json!(groups);
            }
        }
        if let Some(namespace) = &self.lease {
            config["contexts"][0]["context"]["namespace"] = json!(namespace);
        }
        let file = folder().join(format!("{}.kubeconfig", self.user));
        fs::write(&file, config.to_string()).expect("the folder can be written");
        file
    }

    /// Starts the program.
    pub(crate) fn run(&self, plane: &ControlPlane) -> Operator {
        let (health, metrics) = (free(), free());
        let mut command = Command::new(env!("CARGO_BIN_EXE_sluicegate"));
        command.arg("run").arg("--kubeconfig").arg(self.kubeconfig(plane));
        command.args(["--health-addr", &health.to_string()]);
        command.args(["--metrics-addr", &metrics.to_string()]);
        for namespace in &self.namespaces {
            command.args(["--namespace", namespace]);
        }
        match &self.lease {
            Some(namespace) => command.args(["--leader-election-namespace", namespace]),
            None => command.arg("--leader-election=false"),
        };
        command.args(&self.args).envs(self.env.iter().map(|(name, value)| (name, value)));
        let log = folder().join(format!("{}-{}.log", self.user, health.port()));
        let file = File::create(&log).expect("the folder can be written");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(file);
        let child = command.spawn().expect("the program starts");
        Operator { child, health, metrics, log }
    }
}

impl Operator {
    /// Waits until its readiness probe says so.
    pub(crate) fn ready(&self) {
        until("the operator to be ready", seconds(20), || {
            let (code, text) = page(self.health, "/readyz");
            if code == 200 { Ok(()) } else { Err(text) }
        });
    }

    /// Sends it a signal by name.
    pub(crate) fn signal(&self, name: &str) {
        signal(&self.child, name);
    }

    /// Kills it, and returns when it is gone.
    pub(crate) fn kill(&mut self) {
        drop(self.child.kill());
        let ended = self.child.wait().expect("it was started here");
        assert_eq!(ended.signal(), Some(9), "it ended by itself: {}", self.tail());
    }

    /// Asks it to end, and returns how it did and how long that took.
    pub(crate) fn stop(&mut self) -> (ExitStatus, Duration) {
        self.signal("TERM");
        self.ended(seconds(15))
    }

    /// Waits until it has ended.
    pub(crate) fn ended(&mut self, most: Duration) -> (ExitStatus, Duration) {
        until("the operator to end", most, || match self.child.try_wait() {
            Ok(Some(status)) => Ok(status),
            Ok(None) => Err("it runs".to_owned()),
            Err(error) => Err(error.to_string()),
        })
    }

    /// What it has used so far: time, and memory at its peak.
    pub(crate) fn cost(&self) -> String {
        let id = self.child.id();
        let stat = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
        let after = stat.rsplit(") ").next().unwrap_or_default();
        let ticks = |at: usize| after.split(' ').nth(at).and_then(|one| one.parse::<f64>().ok());
        // In hundredths of a second, on every Linux there is.
        let time = (ticks(11).unwrap_or_default() + ticks(12).unwrap_or_default()) / 100.0;
        let status = fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        format!("{time:.1} s of CPU, {} at the peak", peak.unwrap_or_default().trim())
    }

    /// What it has said.
    pub(crate) fn said(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// The end of what it has said.
    fn tail(&self) -> String {
        let said = self.said();
        let lines: Vec<&str> = said.lines().collect();
        lines[lines.len().saturating_sub(40)..].join("\n")
    }
}

impl Drop for Operator {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
        if std::thread::panicking() {
            let (log, tail) = (self.log.display(), self.tail());
            drop(writeln!(std::io::stderr(), "the operator said last ({log}):\n{tail}\n"));
        }
    }
}

/// What a page of the operator says.
pub(crate) fn page(address: SocketAddr, path: &str) -> (u16, String) {
    use std::io::Read as _;
    let ask = || -> std::io::Result<String> {
        let mut stream = std::net::TcpStream::connect(address)?;
        stream.set_read_timeout(Some(seconds(5)))?;
        write!(stream, "GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")?;
        let mut text = String::new();
        stream.read_to_string(&mut text)?;
        Ok(text)
    };
    match ask() {
        Ok(text) => {
            let code = text.split(' ').nth(1).and_then(|code| code.parse().ok());
            (code.unwrap_or_default(), text)
        }
        Err(error) => (0, error.to_string()),
    }
}

/// Where the suite leaves its files.
pub(crate) fn folder() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("e2e").join("operators");
    fs::create_dir_all(&folder).expect("the target folder can be written");
    folder
}

/// Sends a process a signal by name.
pub(crate) fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill").args(["-s", name, &child.id().to_string()]).status();
    assert!(sent.expect("kill is there").success(), "{name} was sent");
}

/// The program, to be asked something, as the user of a kubeconfig.
pub(crate) fn program(args: &[&str]) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sluicegate"));
    let output = command.args(args).env_remove("KUBECONFIG").output().expect("it starts");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().unwrap_or(-1), text(&output.stdout), text(&output.stderr))
}

/// A plan of the program, as data.
pub(crate) fn plan(args: &[&str]) -> Value {
    let (code, out, err) = program(&[&["plan", "-o", "json"], args].concat());
    assert_eq!(code, 0, "{err}");
    serde_json::from_str(&out).expect("a plan as JSON is JSON")
}
