//! Two small servers: one for the probes of Kubernetes, one for the numbers.
//!
//! They answer from what is in memory and never ask anybody else, so that an answer says how this
//! process is and not how its network is. Both are bound before anything else is begun: a port that
//! is taken is told at once.

use std::{convert::Infallible, net::SocketAddr, sync::Arc, time::Duration};

use http::{Method, Request, Response, StatusCode, header};
use http_body_util::Full;
use hyper::{
    body::{Bytes, Incoming},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{net::TcpListener, sync::Semaphore};

use super::health::{Faults, Health};
use crate::failure::Failure;

/// How many may ask at the same time.
const CALLERS: usize = 64;
/// How long a caller may take to say what it wants.
const PATIENCE: Duration = Duration::from_secs(5);
/// The type of what Prometheus reads.
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Page {
    status: StatusCode,
    kind: &'static str,
    text: String,
}

/// What is answered at a path; nothing where there is no such page.
pub(crate) type Pages = Arc<dyn Fn(&str) -> Option<Page> + Send + Sync>;

/// Listens.
///
/// # Errors
///
/// If the address cannot be had, with the flag that would give another.
pub(crate) async fn listen(flag: &str, address: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).await.map_err(|error| {
        Failure(vec![
            format!("error: cannot listen on {address}"),
            format!("  because: {error}"),
            format!("  remedy: give another address with --{flag}, or end what uses this one"),
        ])
    })
}

/// The pages of the health of a process.
pub(crate) fn health(health: Arc<Health>) -> Pages {
    Arc::new(move |path| match path {
        "/healthz" | "/livez" => Some(verdict(&health.dead(), "alive", &health.part())),
        "/readyz" => Some(verdict(&health.unready(), "ready", &health.part())),
        _ => None,
    })
}

/// The page of the numbers.
pub(crate) fn metrics(encode: impl Fn() -> String + Send + Sync + 'static) -> Pages {
    Arc::new(move |path| {
        let page = || Page { status: StatusCode::OK, kind: OPEN_METRICS, text: encode() };
        (path == "/metrics").then(page)
    })
}

fn verdict(faults: &Faults, word: &str, part: &str) -> Page {
    let kind = "text/plain; charset=utf-8";
    if faults.is_empty() {
        return Page { status: StatusCode::OK, kind, text: format!("{word}: {part}\n") };
    }
    let mut text = format!("not {word}:\n");
    faults.iter().for_each(|fault| text += &format!("- {fault}\n"));
    Page { status: StatusCode::SERVICE_UNAVAILABLE, kind, text }
}

/// Serves pages for ever.
pub(crate) async fn serve(listener: TcpListener, pages: Pages) {
    let callers = Arc::new(Semaphore::new(CALLERS));
    loop {
        let Ok(turn) = Arc::clone(&callers).acquire_owned().await else { return };
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                // Out of file handles, most likely: others are closed meanwhile.
                tracing::warn!("cannot accept a caller: {error}");
                tokio::time::sleep(Duration::from_secs(1)).await;
                continue;
            }
        };
        let pages = Arc::clone(&pages);
        tokio::spawn(async move {
            let answer = service_fn(move |request| {
                let pages = Arc::clone(&pages);
                async move { Ok::<_, Infallible>(answer(&request, &pages)) }
            });
            let mut http = http1::Builder::new();
            http.timer(TokioTimer::new()).header_read_timeout(PATIENCE);
            // One that hangs up in the middle has lost interest.
            let _ = http.serve_connection(TokioIo::new(stream), answer).await;
            drop(turn);
        });
    }
}

fn answer(request: &Request<Incoming>, pages: &Pages) -> Response<Full<Bytes>> {
    let plain = |status, text: &str| Page { status, kind: "text/plain", text: text.to_owned() };
    let page = if matches!(*request.method(), Method::GET | Method::HEAD) {
        let page = pages(request.uri().path());
        page.unwrap_or_else(|| plain(StatusCode::NOT_FOUND, "there is no such page\n"))
    } else {
        plain(StatusCode::METHOD_NOT_ALLOWED, "this can only be read\n")
    };
    let mut response = Response::new(Full::new(Bytes::from(page.text)));
    *response.status_mut() = page.status;
    let kind = header::HeaderValue::from_static(page.kind);
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}

#[cfg(test)]
mod tests {
    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _},
        net::TcpStream,
        sync::watch,
    };

    use super::*;
    use crate::run::{heartbeat::Heartbeat, lease::Role};

    async fn served(pages: Pages) -> SocketAddr {
        let any = "127.0.0.1:0".parse().expect("it is an address");
        let listener = listen("health-addr", any).await.expect("any port is free");
        let address = listener.local_addr().expect("it is bound");
        tokio::spawn(serve(listener, pages));
        address
    }

    async fn ask(address: SocketAddr, line: &str) -> String {
        let mut stream = TcpStream::connect(address).await.expect("it listens");
        let request = format!("{line} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.expect("it reads");
        let mut text = String::new();
        stream.read_to_string(&mut text).await.expect("it answers");
        text
    }

    fn about(role: Role, faults: &'static [&'static str]) -> Pages {
        let faults = move || faults.iter().map(|&fault| fault.to_owned()).collect();
        let lease = Some((Heartbeat::new(), watch::channel(role).1));
        health(Arc::new(Health { lease, work: Box::new(Vec::new), views: Box::new(faults) }))
    }

    #[tokio::test]
    async fn what_is_missing_is_said_line_by_line() {
        let faults = &["pods: not seen yet", "rivventopics: not installed"];
        let address = served(about(Role::Leader, faults)).await;
        let answer = ask(address, "GET /readyz").await;
        assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
        let said = "not ready:\n- pods: not seen yet\n- rivventopics: not installed\n";
        assert!(answer.ends_with(said), "{answer}");
        for path in ["/livez", "/healthz"] {
            assert!(ask(address, &format!("GET {path}")).await.starts_with("HTTP/1.1 200 "));
        }
    }

    #[tokio::test]
    async fn one_that_stands_by_is_ready() {
        let address = served(about(Role::Standby(Some("a".to_owned())), &[])).await;
        let answer = ask(address, "GET /readyz").await;
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
        assert!(answer.ends_with("ready: stands by for a\n"), "{answer}");
    }

    #[tokio::test]
    async fn numbers_have_the_type_that_scrapers_ask_for_and_nothing_can_be_written() {
        let address = served(metrics(|| "# EOF\n".to_owned())).await;
        let answer = ask(address, "GET /metrics").await;
        assert!(answer.contains("content-type: application/openmetrics-text; version=1.0.0"));
        assert!(answer.ends_with("# EOF\n"));
        assert!(ask(address, "POST /metrics").await.starts_with("HTTP/1.1 405 "));
        assert!(ask(address, "GET /").await.starts_with("HTTP/1.1 404 "));
    }

    #[tokio::test]
    async fn a_port_that_is_taken_is_told_with_the_flag_that_gives_another() {
        let address = served(metrics(String::new)).await;
        let failure = listen("metrics-addr", address).await.expect_err("it is taken");
        let text = failure.0.join("\n");
        assert!(text.contains(&address.to_string()) && text.contains("--metrics-addr"), "{text}");
    }
}
