//! A stand-in for the processors of flows: their page `/metrics`, and nothing else of them. It
//! tells them apart by the host that they are called by.

use std::{
    collections::BTreeMap,
    io::{BufRead as _, BufReader, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::{Duration, Instant},
};

/// What each tells, by its host and port; who has nothing to tell answers with 500.
#[derive(Clone, Default)]
pub(crate) struct Processors(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    pages: BTreeMap<String, String>,
    /// What whoever is not among them tells.
    others: Option<String>,
    asked: Vec<(String, Instant)>,
}

impl Processors {
    /// Listens on a port that is free.
    pub(crate) fn start() -> (Self, SocketAddr) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = listener.local_addr().expect("it is bound");
        let own = Self::default();
        let served = own.clone();
        // It ends with the process: nobody waits for it.
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let served = served.clone();
                thread::spawn(move || served.answer(stream));
            }
        });
        (own, address)
    }

    /// From now on the processor at this address tells this.
    pub(crate) fn tells(&self, ip: &str, page: &str) {
        self.lock().pages.insert(format!("{ip}:9090"), page.to_owned());
    }

    /// From now on all others tell this.
    pub(crate) fn others_tell(&self, page: &str) {
        self.lock().others = Some(page.to_owned());
    }

    /// From now on none of them tells anything.
    pub(crate) fn fall_ill(&self) {
        let mut state = self.lock();
        state.pages.clear();
        state.others = None;
    }

    /// How often each was asked in the last so many seconds.
    pub(crate) fn asked(&self, within: Duration) -> BTreeMap<String, usize> {
        let mut all = BTreeMap::new();
        for (host, when) in &self.lock().asked {
            if when.elapsed() < within {
                *all.entry(host.clone()).or_default() += 1;
            }
        }
        all
    }

    fn answer(&self, mut stream: TcpStream) {
        let mut host = String::new();
        for line in BufReader::new(&stream).lines() {
            let Ok(line) = line else { return };
            if let Some((name, value)) = line.split_once(": ")
                && name.eq_ignore_ascii_case("host")
            {
                value.clone_into(&mut host);
            }
            if line.is_empty() {
                break;
            }
        }
        let page = {
            let mut state = self.lock();
            state.asked.push((host.clone(), Instant::now()));
            state.pages.get(&host).or(state.others.as_ref()).cloned()
        };
        let (status, body) = match page {
            Some(page) => ("200 OK", page),
            None => ("500 Internal Server Error", String::new()),
        };
        let length = body.len();
        drop(write!(stream, "HTTP/1.1 {status}\r\ncontent-length: {length}\r\n\r\n{body}"));
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
