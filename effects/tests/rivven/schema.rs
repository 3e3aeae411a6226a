//! A real rivven-schema on a port of loopback.

use std::{
    net::{SocketAddr, TcpStream},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use crate::rivvend::program::schema;

/// How long it may take to open its port.
const PATIENCE: Duration = Duration::from_secs(20);

/// A process. It goes with this.
pub(crate) struct Program {
    process: Child,
    pub(crate) address: SocketAddr,
}

impl Program {
    /// One that holds nothing yet. Its port is open when this returns.
    pub(crate) fn start(address: SocketAddr) -> Self {
        let port = address.port().to_string();
        let mut command = Command::new(schema().expect("it was looked for"));
        command.args(["serve", "--host", "127.0.0.1", "--port", &port]);
        let process = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let own = Self { process: process.expect("it starts"), address };
        let since = Instant::now();
        while TcpStream::connect(address).is_err() {
            assert!(since.elapsed() < PATIENCE, "rivven-schema opens its port");
            thread::sleep(Duration::from_millis(20));
        }
        own
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}
