//! An HTTP server on loopback that answers what it is told to and keeps what it was sent.

use std::{
    collections::VecDeque,
    convert::Infallible,
    future::pending,
    sync::{Arc, Mutex},
};

use http::{Request, Response, header};
use http_body_util::{BodyExt as _, Full};
use hyper::{
    body::{Bytes, Incoming},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use kube_client::{Client, Config};
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// An answer.
#[derive(Clone, Debug)]
pub(super) enum Reply {
    /// A status and JSON.
    Json(u16, Value),
    /// A status and something else.
    Text(u16, &'static str),
    /// A status, JSON, and in how many seconds to come again.
    Later(u16, Value, u32),
    /// None, ever.
    Never,
}

/// A request, as it came.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Sent {
    /// Method, path and query.
    pub(super) line: String,
    /// Its media type; empty where it has no body.
    pub(super) media: String,
    /// Its body; null where it has none.
    pub(super) body: Value,
}

/// The server. It ends with the test's runtime.
#[derive(Debug)]
pub(super) struct Stub {
    port: u16,
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    replies: VecDeque<Reply>,
    log: Vec<Sent>,
}

impl Reply {
    /// A refusal, as the API server puts it.
    pub(super) fn refusal(code: u16, reason: &str, message: &str) -> Self {
        Self::Json(code, status(code, reason, message))
    }
}

/// A `Status` that refuses.
pub(super) fn status(code: u16, reason: &str, message: &str) -> Value {
    json!({
        "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
        "message": message, "reason": reason, "code": code,
    })
}

impl Stub {
    /// A server with these answers, one after the other; then it has no more to say but `{}`.
    pub(super) async fn new(replies: impl IntoIterator<Item = Reply>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback has a free port");
        let port = listener.local_addr().expect("it is bound").port();
        let replies = replies.into_iter().collect();
        let state = Arc::new(Mutex::new(State { replies, log: Vec::new() }));
        let shared = state.clone();
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let state = shared.clone();
                let serve = service_fn(move |request| answer(state.clone(), request));
                let socket = TokioIo::new(socket);
                tokio::spawn(http1::Builder::new().serve_connection(socket, serve));
            }
        });
        Self { port, state }
    }

    /// What it was sent so far.
    pub(super) fn sent(&self) -> Vec<Sent> {
        self.state.lock().unwrap().log.clone()
    }

    /// The first lines of what it was sent so far.
    pub(super) fn lines(&self) -> Vec<String> {
        self.sent().into_iter().map(|sent| sent.line).collect()
    }

    /// A client without the deadlines of its own, so that a paused clock runs into ours only.
    pub(super) fn client(&self) -> Client {
        let url = format!("http://127.0.0.1:{}", self.port);
        let mut config = Config::new(url.parse().expect("an address"));
        config.default_retry = false;
        config.connect_timeout = None;
        config.read_timeout = None;
        config.write_timeout = None;
        Client::try_from(config).expect("a client")
    }
}

async fn answer(
    state: Arc<Mutex<State>>,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.expect("a whole request").to_bytes();
    let media = head.headers.get(header::CONTENT_TYPE);
    let sent = Sent {
        line: format!("{} {}", head.method, head.uri),
        media: media.map(|media| media.to_str().unwrap().to_owned()).unwrap_or_default(),
        body: serde_json::from_slice(&body).unwrap_or_default(),
    };
    let reply = {
        let mut state = state.lock().unwrap();
        state.log.push(sent);
        state.replies.pop_front().unwrap_or_else(|| Reply::Json(200, json!({})))
    };
    let (code, media, wait, body) = match reply {
        Reply::Json(code, body) => (code, "application/json", 0, body.to_string()),
        Reply::Later(code, body, wait) => (code, "application/json", wait, body.to_string()),
        Reply::Text(code, body) => (code, "text/plain", 0, body.to_owned()),
        Reply::Never => return pending().await,
    };
    let mut response = Response::builder().status(code).header(header::CONTENT_TYPE, media);
    if wait > 0 {
        response = response.header(header::RETRY_AFTER, wait);
    }
    Ok(response.body(Full::from(body)).expect("a response"))
}
