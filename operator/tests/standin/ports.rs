//! Ports of loopback for those who listen on one, leave it and come back to it.
//!
//! A program that is being started holds, for a moment, whatever its parent has open. So nobody
//! listens here in order to find out whether a port is free, and who wants one back waits for it.

use std::{
    io::ErrorKind,
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    process,
    sync::atomic::{AtomicU32, Ordering},
    thread,
    time::{Duration, Instant},
};

/// How long a port may be held by a program that is being started.
const HELD: Duration = Duration::from_secs(5);

/// A port that nobody listens on, and that the system gives to nobody by itself: one that it does
/// may be taken by any connection before it is listened on, or while a broker is away from it.
pub(crate) fn free() -> SocketAddr {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    loop {
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let place = process::id().wrapping_mul(61).wrapping_add(count) % 12_000;
        let port = u16::try_from(20_000 + place).expect("it is below 32,000");
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let refused = TcpStream::connect(address).map_err(|error| error.kind());
        if refused.is_err_and(|kind| kind == ErrorKind::ConnectionRefused) {
            return address;
        }
    }
}

/// Listens on a port that was found free.
pub(crate) fn listen(address: SocketAddr) -> TcpListener {
    let since = Instant::now();
    loop {
        match TcpListener::bind(address) {
            Ok(listener) => {
                listener.set_nonblocking(true).expect("a listener can be made non-blocking");
                return listener;
            }
            Err(error) if error.kind() == ErrorKind::AddrInUse && since.elapsed() < HELD => {
                thread::sleep(Duration::from_millis(5));
            }
            Err(error) => panic!("nobody can listen on {address}: {error}"),
        }
    }
}
