//! The way to a schema registry that is ill. No rivven-schema can be made to be so: a listener
//! stands in for one, and says what a test has it say.

use std::{
    collections::BTreeSet,
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    thread,
    time::{Duration, Instant},
};

use sluicegate_core::systems::rivven::{
    Answer, Call, Probe,
    registry::{Change, Question, What},
};
use sluicegate_effects::{
    Class,
    backend::{
        Backend as _, Resolve,
        rivven::{Brokers, Limits},
    },
};

use crate::registry::registry;

/// What is said once a request has come, and whether the connection is closed then.
#[derive(Clone)]
struct Says(Vec<u8>, bool);

impl Says {
    /// So much of an answer with this status and body that claims to be as long as it is.
    fn answer(status: &str, body: &str) -> Self {
        let length = body.len();
        Self(format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\n\r\n{body}").into(), true)
    }
}

/// Stands in for a registry. Its thread ends with the tests.
fn ill(says: Says) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = listener.local_addr().expect("it has an address");
    thread::spawn(move || {
        // Those that are not closed are kept.
        let mut open = Vec::new();
        for stream in listener.incoming().flatten() {
            open.extend(say(stream, &says));
        }
    });
    address
}

/// Waits for a request, and answers it. Gives back what stays open.
fn say(mut stream: TcpStream, Says(words, closes): &Says) -> Option<TcpStream> {
    let mut request = [0; 4096];
    drop(stream.read(&mut request));
    // Whoever has heard enough has gone.
    drop(stream.write_all(words));
    (!closes).then_some(stream)
}

/// The way to it, with short limits.
fn hasty(address: SocketAddr) -> Brokers {
    let entry = format!("{}:8081={address}", registry().host("cluster.local"));
    let resolve: Resolve = [entry.parse().expect("an entry")].into_iter().collect();
    let limits = Limits { whole: LIMIT, ..Limits::default() };
    Brokers::with_limits("cluster.local", resolve, limits)
}

const LIMIT: Duration = Duration::from_millis(700);

pub(crate) async fn an_ill_registry_does_not_answer_and_it_is_told_why() {
    let level = r#"{"compatibilityLevel":"FULL"}"#;
    let half = |said: &str, closes| Says(said.as_bytes().to_vec(), closes);
    let cut = "the connection was closed before there was a whole answer";
    let late = "it did not answer within 700ms";
    let long = format!("\"{}\"", "a".repeat(5 * 1024 * 1024));
    let cases = [
        ("says nothing", half("", false), late),
        ("closes", half("", true), cut),
        ("half a head", half("HTTP/1.1 200 OK\r\ncontent-le", true), cut),
        ("half a body", half("HTTP/1.1 200 OK\r\ncontent-length: 30\r\n\r\n{\"compat", true), cut),
        ("hangs", half("HTTP/1.1 200 OK\r\ncontent-length: 30\r\n\r\n{\"compat", false), late),
        ("one answer", Says::answer("200 OK", level), cut),
        ("no HTTP", half("SSH-2.0-OpenSSH_9.6\r\n", true), "it does not speak HTTP"),
        (
            "500",
            Says::answer("500 Internal Server Error", "<html>"),
            "/config is answered with 500 Internal Server Error",
        ),
        ("elsewhere", Says::answer("302 Found", level), "/config is answered with 302 Found"),
        (
            "a page",
            Says::answer("200 OK", "<html>"),
            "/config is answered by something else than it has",
        ),
        ("too long", Says::answer("200 OK", &long), "its answer is longer than 4194304 bytes"),
    ];
    for (name, says, expected) in cases {
        let brokers = hasty(ill(says));
        let subjects = BTreeSet::new();
        let question = Question { registry: registry(), subjects, turn: None };
        let since = Instant::now();
        let answer = brokers.ask(&Probe::Registry(question)).await;
        let Answer::Unreachable(why) = answer else { panic!("{name}: {answer:?}") };
        assert!(why.contains(expected), "{name}: {why}");
        assert!(since.elapsed() < 2 * LIMIT, "{name}: it is given up in time");
        let what = What::Level("NONE".to_owned());
        let change = Call::Registry(Change { registry: registry(), what });
        let error = brokers.call(&change).await.expect_err(name);
        assert_eq!(error.class(), Class::Retry, "{name}: {error}");
    }
}
