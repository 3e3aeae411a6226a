//! A real rivvend on ports of loopback, with its data: to be killed, stopped, started again and
//! robbed of what it holds.

use std::{
    fs, io,
    net::{SocketAddr, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    thread,
    time::{Duration, Instant},
};

#[path = "program.rs"]
pub(crate) mod program;

pub(crate) use self::program::{MISSING, program, required};
use crate::standin;

/// A process and its data. Both go with it.
#[derive(Debug)]
pub(crate) struct Rivvend {
    program: PathBuf,
    node: String,
    data: PathBuf,
    client: SocketAddr,
    api: SocketAddr,
    process: Child,
}

#[allow(dead_code, reason = "no suite uses all of it")]
impl Rivvend {
    /// One that holds nothing yet. Both ports are open when this returns.
    pub(crate) fn start(program: &Path, node: &str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("rivvend-{}-{count}", std::process::id());
        let data = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        let (client, api) = (standin::ports::free(), standin::ports::free());
        let process = spawn(program, node, &data, client, api);
        let (program, node) = (program.to_owned(), node.to_owned());
        let mut rivvend = Self { program, node, data, client, api, process };
        rivvend.opens();
        rivvend
    }

    /// Where clients find it.
    pub(crate) fn client(&self) -> SocketAddr {
        self.client
    }

    /// Where its API is.
    pub(crate) fn api(&self) -> SocketAddr {
        self.api
    }

    /// Where its data lies.
    pub(crate) fn data(&self) -> &Path {
        &self.data
    }

    /// Ends it at once, as a crash does.
    pub(crate) fn kill(&mut self) {
        self.process.kill().expect("a child can be killed");
        self.process.wait().expect("a child can be waited for");
    }

    /// Starts it again after that, with the data that it has left.
    pub(crate) fn revive(&mut self) {
        self.process = spawn(&self.program, &self.node, &self.data, self.client, self.api);
        self.opens();
    }

    /// Takes its data away. It must have been killed.
    pub(crate) fn wipe(&self) {
        fs::remove_dir_all(&self.data).expect("it has left some");
    }

    /// Stops it in the middle of whatever it does: its ports stay open and nobody answers. Each
    /// thread stops when its turn comes: it is waited for until the last has.
    pub(crate) fn stop(&self) {
        self.signal("STOP");
        let is_stopped = |task: io::Result<fs::DirEntry>| {
            let stat = fs::read_to_string(task.expect("a thread").path().join("stat"));
            stat.is_ok_and(|stat| {
                stat.rsplit(") ").next().is_some_and(|rest| rest.starts_with('T'))
            })
        };
        let tasks = || fs::read_dir(format!("/proc/{}/task", self.process.id()));
        while !tasks().expect("there is a /proc").all(is_stopped) {
            thread::sleep(Duration::from_millis(1));
        }
    }

    /// Lets it go on after that.
    pub(crate) fn resume(&self) {
        self.signal("CONT");
    }

    fn signal(&self, name: &str) {
        let id = self.process.id().to_string();
        let sent = Command::new("kill").args(["-s", name, &id]).status();
        assert!(sent.expect("there is a kill").success(), "{name} was sent");
    }

    fn opens(&mut self) {
        let until = Instant::now() + Duration::from_secs(30);
        let open = |address: &SocketAddr| TcpStream::connect(address).is_ok();
        while ![self.client, self.api].iter().all(open) {
            let ended = self.process.try_wait().expect("a child can be asked");
            assert!(ended.is_none(), "rivvend ended: {ended:?}");
            assert!(Instant::now() < until, "rivvend did not open its ports within 30 s");
            thread::sleep(Duration::from_millis(20));
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

fn spawn(program: &Path, node: &str, data: &Path, client: SocketAddr, api: SocketAddr) -> Child {
    let child = Command::new(program)
        .env_clear()
        .env("RIVVEN_MODE", "standalone")
        .env("RIVVEN_NODE_ID", node)
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
