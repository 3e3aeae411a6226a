//! In the place of a kubelet: starts the real broker as a container would be started, asks it by
//! its probes, and ends it.
//!
//! Every pod has an address of loopback to itself, so that all run side by side on the ports that
//! they name. Two things differ from what is rendered, and nothing else: `0.0.0.0` is that address,
//! and where a volume is mounted is a folder of this run.

use std::{
    collections::BTreeMap,
    fs,
    io::{self, Read as _, Write as _},
    net::{Ipv4Addr, SocketAddrV4, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::atomic::{AtomicU8, Ordering},
    thread,
    time::{Duration, Instant},
};

use crate::rendered::{How, Pod, Probe};

/// How often a probe is repeated here: a kubelet would wait for its period.
const AGAIN: Duration = Duration::from_millis(50);

/// A container that runs. It is killed with its test.
pub(crate) struct Running {
    pod: Pod,
    pub(crate) address: Ipv4Addr,
    folder: PathBuf,
    process: Child,
    since: Instant,
}

/// How a container ended.
pub(crate) struct Ended {
    pub(crate) status: ExitStatus,
    pub(crate) took: Duration,
}

impl Running {
    /// Starts the program as the container's image would.
    pub(crate) fn start(program: &Path, pod: &Pod) -> Self {
        // The published image has nothing but the program, which is its entry point.
        assert!(pod.command.is_empty(), "there is no {:?} in the image", pod.command);
        let address = an_address();
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("container-{address}"));
        // What a run that was killed left.
        drop(fs::remove_dir_all(&folder));
        let (root, volumes) = (folder.join("root"), folder.join("volumes"));
        for made in [&root, &volumes] {
            fs::create_dir_all(made).expect("the target folder can be written");
        }
        let log = fs::File::create(folder.join("log")).expect("the target folder can be written");
        let process = Command::new(program)
            .args(&pod.args)
            .env_clear()
            .envs(inside(pod, address, &volumes))
            .current_dir(&root)
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("a file can be opened twice"))
            .stderr(log)
            .spawn()
            .unwrap_or_else(|error| panic!("{} starts: {error}", program.display()));
        Self { pod: pod.clone(), address, folder, process, since: Instant::now() }
    }

    /// Where one of its ports is.
    pub(crate) fn at(&self, port: u16) -> SocketAddrV4 {
        SocketAddrV4::new(self.address, port)
    }

    /// How long it took until a probe had succeeded as often as it has to.
    ///
    /// # Errors
    ///
    /// If the program ends before, or if a kubelet would have given it up.
    pub(crate) fn passes(&mut self, which: &str, probe: &Probe) -> Result<Duration, String> {
        let patience = Duration::from_secs(probe.period_seconds * probe.failure_threshold);
        let (since, mut times) = (Instant::now(), 0);
        loop {
            match self.probe(probe) {
                Ok(()) => times += 1,
                Err(why) => {
                    times = 0;
                    self.runs().map_err(|ended| format!("{ended} ({which}: {why})"))?;
                    if since.elapsed() > patience.min(Duration::from_secs(30)) {
                        return Err(format!("{which} fails: {why}\n{}", self.said()));
                    }
                }
            }
            if times >= probe.success_threshold {
                return Ok(self.since.elapsed());
            }
            thread::sleep(AGAIN);
        }
    }

    /// Asks once, as a kubelet does: to connect is enough for a port, and a path has to be answered
    /// with 200 to 399.
    fn probe(&self, probe: &Probe) -> Result<(), String> {
        let timeout = Duration::from_secs(probe.timeout_seconds);
        match &probe.how {
            How::Tcp(port) => {
                let connected = TcpStream::connect_timeout(&self.at(*port).into(), timeout);
                connected.map(drop).map_err(|error| format!("port {port}: {error}"))
            }
            How::Http(port, path) => {
                let (code, _) = self.page(*port, path, timeout).map_err(|e| e.to_string())?;
                if (200..400).contains(&code) { Ok(()) } else { Err(format!("{path}: {code}")) }
            }
        }
    }

    /// A page of its API: the code, and what is on it.
    pub(crate) fn page(
        &self,
        port: u16,
        path: &str,
        timeout: Duration,
    ) -> io::Result<(u16, String)> {
        let mut stream = TcpStream::connect_timeout(&self.at(port).into(), timeout)?;
        stream.set_read_timeout(Some(timeout))?;
        let host = self.at(port);
        write!(stream, "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n")?;
        let mut text = String::new();
        stream.read_to_string(&mut text)?;
        let code = text.split(' ').nth(1).and_then(|code| code.parse().ok());
        let code = code.ok_or_else(|| io::Error::other(format!("no HTTP: {text:.80}")))?;
        Ok((code, text))
    }

    /// The ports that the process has open, of all addresses.
    pub(crate) fn listens(&self) -> Vec<u16> {
        let process = format!("/proc/{}", self.process.id());
        let files = fs::read_dir(format!("{process}/fd")).expect("there is a /proc");
        let links = files.filter_map(|file| fs::read_link(file.ok()?.path()).ok());
        let sockets: Vec<String> = links.map(|link| link.display().to_string()).collect();
        let mut ports = Vec::new();
        for table in ["tcp", "tcp6"] {
            let table = fs::read_to_string(format!("{process}/net/{table}")).unwrap_or_default();
            for line in table.lines().skip(1) {
                let fields: Vec<&str> = line.split_whitespace().collect();
                let [_, local, _, "0A", ..] = fields[..] else { continue };
                let socket = format!("socket:[{}]", fields[9]);
                let port = local.rsplit(':').next().unwrap_or_default();
                if sockets.contains(&socket) {
                    ports.push(u16::from_str_radix(port, 16).expect("a port, in hexadecimal"));
                }
            }
        }
        ports.sort_unstable();
        ports
    }

    /// What it has written beside its volumes, where nothing can be written in a cluster.
    pub(crate) fn strayed(&self) -> Vec<PathBuf> {
        let files = fs::read_dir(self.folder.join("root")).expect("it was made");
        files.map(|file| file.expect("it can be read").path()).collect()
    }

    /// Every file on its volumes that is called so.
    pub(crate) fn files(&self, below: &str, ending: &str) -> usize {
        fn count(folder: &Path, ending: &str) -> usize {
            let Ok(files) = fs::read_dir(folder) else { return 0 };
            let paths = files.filter_map(|file| Some(file.ok()?.path()));
            let number = |path: PathBuf| match path.is_dir() {
                true => count(&path, ending),
                false => usize::from(path.to_string_lossy().ends_with(ending)),
            };
            paths.map(number).sum()
        }
        let volumes = fs::read_dir(self.folder.join("volumes")).expect("it was made");
        let volumes = volumes.filter_map(|volume| Some(volume.ok()?.path().join(below)));
        volumes.map(|folder| count(&folder, ending)).sum()
    }

    /// Asks it to end, as a kubelet does, and waits for as long as that would.
    pub(crate) fn stop(&mut self) -> Result<Ended, String> {
        let id = self.process.id().to_string();
        let sent = Command::new("kill").args(["-TERM", &id]).status();
        assert!(sent.expect("there is a kill").success(), "it still ran");
        let since = Instant::now();
        let grace = Duration::from_secs(self.pod.grace_seconds);
        loop {
            if let Some(status) = self.process.try_wait().expect("a child can be asked") {
                return Ok(Ended { status, took: since.elapsed() });
            }
            if since.elapsed() > grace {
                return Err(format!("it runs {grace:?} after SIGTERM\n{}", self.said()));
            }
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// The end of what it has said.
    pub(crate) fn said(&self) -> String {
        let said = fs::read_to_string(self.folder.join("log")).unwrap_or_default();
        let lines: Vec<&str> = said.lines().collect();
        lines[lines.len().saturating_sub(12)..].join("\n")
    }

    fn runs(&mut self) -> Result<(), String> {
        match self.process.try_wait().expect("a child can be asked") {
            None => Ok(()),
            Some(status) => Err(format!("the program ended: {status}\n{}", self.said())),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
        // It lies in the build folder: what is left does no harm.
        drop(fs::remove_dir_all(&self.folder));
    }
}

/// The environment inside, which begins with what every container has.
fn inside(pod: &Pod, address: Ipv4Addr, volumes: &Path) -> BTreeMap<String, String> {
    let always = [
        ("HOSTNAME", &*pod.name),
        ("KUBERNETES_SERVICE_HOST", "10.96.0.1"),
        ("KUBERNETES_SERVICE_PORT", "443"),
        ("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"),
    ];
    let mut env: BTreeMap<String, String> =
        always.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    for (name, value) in &pod.env {
        let mut value = value.clone();
        if let Some(port) = value.strip_prefix("0.0.0.0:") {
            value = format!("{address}:{port}");
        }
        for (index, mount) in pod.mounts.iter().enumerate() {
            let below = value.strip_prefix(mount.as_str()).map(str::to_owned);
            if let Some(below) = below.filter(|it| it.is_empty() || it.starts_with('/')) {
                value = format!("{}{below}", volumes.join(index.to_string()).display());
            }
        }
        env.insert(name.clone(), value);
    }
    env
}

/// One of loopback that no other process of this machine is likely to take.
fn an_address() -> Ipv4Addr {
    static COUNT: AtomicU8 = AtomicU8::new(1);
    let [.., high, low] = std::process::id().to_be_bytes();
    Ipv4Addr::new(127, 1 + high % 200, low, COUNT.fetch_add(1, Ordering::Relaxed))
}
