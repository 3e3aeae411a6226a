//! What a look at a registry costs that holds many schemas: it does not grow with them.

use std::{
    io::{Read as _, Write as _},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use serde_json::json;

use crate::registry::{brokers, seen, started};

/// How many schemas there are.
const MANY: usize = 10_000;
/// How many are sent over one connection, as a client that registers many does.
const AT_ONCE: usize = 500;
/// What each request begins with on the wire.
const REQUEST: &[u8] = b" HTTP/1.1\r\n";

/// What has gone through a front.
#[derive(Clone, Default)]
struct Counts {
    requests: Arc<AtomicUsize>,
    bytes: Arc<AtomicUsize>,
}

/// A port that leads to another, and counts.
fn front(to: SocketAddr) -> (SocketAddr, Counts) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = listener.local_addr().expect("it has an address");
    let counts = Counts::default();
    let counted = counts.clone();
    thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let server = TcpStream::connect(to).expect("it listens");
            let (asks, says) = (client.try_clone(), server.try_clone());
            let counted = counted.clone();
            let asks = (asks.expect("a handle"), says.expect("a handle"));
            let requests = Arc::clone(&counted.requests);
            thread::spawn(move || {
                pass(asks.0, asks.1, |part| {
                    let found = part.windows(REQUEST.len()).filter(|part| *part == REQUEST);
                    requests.fetch_add(found.count(), Ordering::Relaxed);
                });
            });
            thread::spawn(move || {
                pass(server, client, |part| {
                    counted.bytes.fetch_add(part.len(), Ordering::Relaxed);
                });
            });
        }
    });
    (address, counts)
}

/// Passes on what comes, until there is no more.
fn pass(mut from: TcpStream, mut to: TcpStream, see: impl Fn(&[u8])) {
    let mut part = [0; 16 * 1024];
    while let Ok(length @ 1..) = from.read(&mut part) {
        see(&part[..length]);
        if to.write_all(&part[..length]).is_err() {
            break;
        }
    }
    drop(to.shutdown(Shutdown::Both));
}

pub(crate) async fn a_look_costs_the_same_however_many_schemas_there_are() {
    let program = started();
    let (address, counts) = front(program.address);
    let brokers = brokers(address);
    let look = async || {
        let before = [&counts.requests, &counts.bytes].map(|it| it.load(Ordering::Relaxed));
        let seen = seen(&brokers, &["s00007"]).await;
        let after = [&counts.requests, &counts.bytes].map(|it| it.load(Ordering::Relaxed));
        (seen.schema_count, after[0] - before[0], after[1] - before[1])
    };
    let (none, requests, bytes) = look().await;
    assert_eq!((none, requests), (0, 5), "four, and one for the subject");
    for part in 0..MANY / AT_ONCE {
        let one = |number: usize| {
            let fields = json!([{ "name": "a", "type": "string" }]);
            (format!("s{number:05}"), format!("R{number}"), fields)
        };
        let some: Vec<_> = (part * AT_ONCE..(part + 1) * AT_ONCE).map(one).collect();
        program.register_all(&some).await;
    }
    let (many, again, more) = look().await;
    assert_eq!((many, again), (MANY as u64, requests));
    assert!(more < bytes + 100, "{more} bytes with many, {bytes} without");
}
