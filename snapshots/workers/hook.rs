//! A webhook that says yes to everything, and remembers what it was sent.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex, PoisonError},
    thread,
};

/// A webhook. It listens for as long as the program runs.
pub(crate) struct Hook {
    address: String,
    seen: Arc<Mutex<Vec<Post>>>,
}

/// What came with one `POST`.
#[derive(Clone, Debug)]
pub(crate) struct Post {
    /// The first line and the headers.
    #[allow(dead_code, reason = "shared")]
    pub(crate) head: String,
    #[allow(dead_code, reason = "shared")]
    pub(crate) body: String,
}

impl Hook {
    /// On a free port of this address.
    pub(crate) fn start(host: &str) -> Self {
        let listener = TcpListener::bind((host, 0)).expect("the address has free ports");
        let address = listener.local_addr().expect("it is bound").to_string();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let list = Arc::clone(&seen);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let list = Arc::clone(&list);
                thread::spawn(move || answer(stream, &list));
            }
        });
        Self { address, seen }
    }

    /// Where it is.
    pub(crate) fn url(&self) -> String {
        format!("http://{}/in", self.address)
    }

    /// What it was sent so far.
    pub(crate) fn seen(&self) -> Vec<Post> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Answers one request after the other on a connection.
fn answer(stream: TcpStream, seen: &Mutex<Vec<Post>>) {
    let mut reader = BufReader::new(stream);
    loop {
        let (mut head, mut length) = (String::new(), 0);
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).unwrap_or(0) == 0 {
                return;
            }
            let lower = line.to_ascii_lowercase();
            if let Some(count) = lower.strip_prefix("content-length:") {
                length = count.trim().parse().unwrap_or(0);
            }
            if line.trim().is_empty() {
                break;
            }
            head.push_str(&line);
        }
        let mut body = vec![0; length];
        if reader.read_exact(&mut body).is_err() {
            return;
        }
        if head.starts_with("POST") {
            let body = String::from_utf8_lossy(&body).into_owned();
            seen.lock().unwrap_or_else(PoisonError::into_inner).push(Post { head, body });
        }
        let yes = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
        if reader.get_mut().write_all(yes).is_err() {
            return;
        }
    }
}
