//! The connections of the proxy: each request is told what it is, met by the rules, and forwarded.

use std::{io, sync::Arc};

use http::{Method, Request, Response, StatusCode, header::CONTENT_TYPE};
use http_body_util::{BodyExt as _, Full, combinators::BoxBody};
use hyper::{
    body::{Bytes, Incoming},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use kube_client::{Client, client::Body};
use serde_json::json;
use tokio::net::TcpListener;

use super::{All, Call, Fault, lock, watching::Watching};

pub(super) type Answer = BoxBody<Bytes, io::Error>;

pub(super) async fn listen(listener: TcpListener, upstream: Client, all: Arc<All>) {
    // Everything under way ends with the proxy.
    let mut connections = tokio::task::JoinSet::new();
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        let (upstream, all) = (upstream.clone(), all.clone());
        let service = service_fn(move |request| {
            let (upstream, all) = (upstream.clone(), all.clone());
            async move { meet(request, upstream, &all).await }
        });
        let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
        connections.spawn(async move { drop(connection.await) });
        while connections.try_join_next().is_some() {}
    }
}

/// Answers a request. An error cuts the connection without a word.
async fn meet(
    request: Request<Incoming>,
    upstream: Client,
    all: &All,
) -> Result<Response<Answer>, io::Error> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
    let call = call(&parts.method, parts.uri.path(), parts.uri.query().unwrap_or_default());
    if call.resource != "leases" {
        lock(&all.calls).push(call.clone());
    }
    let rules = lock(&all.rules).clone();
    let rule = rules.iter().find(|rule| rule.hits(&call));
    let lifted = |rule: &super::Rule| {
        let mut lifted = rule.lifted.subscribe();
        async move { drop(lifted.wait_for(|lifted| *lifted).await) }
    };
    let lost = || Err::<Response<Answer>, io::Error>(io::Error::other("lost"));
    match rule.map(|rule| &rule.fault) {
        Some(Fault::Answer(code)) => return Ok(refusal(*code)),
        Some(Fault::Before) => return lost(),
        Some(Fault::Never) => return std::future::pending().await,
        Some(Fault::Stopped) => lifted(rule.expect("it is this one")).await,
        Some(Fault::After | Fault::Held) | None => {}
    }
    let mut forwarded = Request::from_parts(parts, Body::from(body.to_vec()));
    // It is the client's to say where and how.
    for name in ["host", "connection", "content-length", "transfer-encoding"] {
        forwarded.headers_mut().remove(name);
    }
    let path = forwarded.uri().path_and_query().expect("it has a path").as_str();
    let path = path.parse().map_err(io::Error::other)?;
    *forwarded.uri_mut() = path;
    let answer = upstream.send(forwarded).await.map_err(io::Error::other)?;
    match rule.map(|rule| &rule.fault) {
        Some(Fault::After) => {
            answer.into_body().collect().await.map_err(io::Error::other)?;
            return lost();
        }
        Some(Fault::Held) => lifted(rule.expect("it is this one")).await,
        _ => {}
    }
    let (mut head, body) = answer.into_parts();
    for name in ["connection", "content-length", "transfer-encoding"] {
        head.headers.remove(name);
    }
    let body = body.map_err(io::Error::other);
    if call.verb == "watch" && head.status.is_success() {
        let watching = Arc::new(Watching::of(call.resource));
        lock(&all.watches).push(watching.clone());
        return Ok(Response::from_parts(head, watching.over(body)));
    }
    Ok(Response::from_parts(head, BoxBody::new(SyncBody(std::sync::Mutex::new(body)))))
}

/// A body that may be looked at from several threads, by one at a time.
pub(super) struct SyncBody<B>(pub(super) std::sync::Mutex<B>);

impl<B: hyper::body::Body<Data = Bytes> + Unpin> hyper::body::Body for SyncBody<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        self: std::pin::Pin<&mut Self>,
        cx: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<hyper::body::Frame<Bytes>, B::Error>>> {
        let body = self.get_mut().0.get_mut();
        let body = body.unwrap_or_else(std::sync::PoisonError::into_inner);
        std::pin::Pin::new(body).poll_frame(cx)
    }
}

/// A refusal as the API server writes one. One of too many requests asks for an hour of patience.
fn refusal(code: u16) -> Response<Answer> {
    let (reason, message) = match code {
        409 => ("Conflict", "the object has been modified"),
        422 => ("Invalid", "spec.made-up: Invalid value: refused by the proxy"),
        429 => ("TooManyRequests", "too many requests, please try again later"),
        503 => ("ServiceUnavailable", "the server is currently unable to handle the request"),
        _ => ("InternalError", "an error on the server has prevented the request"),
    };
    let details = json!({
        "causes": [{ "reason": "FieldValueInvalid", "field": "spec.made-up", "message": "no" }],
    });
    let mut status = json!({
        "apiVersion": "v1", "kind": "Status", "status": "Failure",
        "code": code, "reason": reason, "message": message,
    });
    if code == 422 {
        status["details"] = details;
    }
    let mut answer = Response::builder()
        .status(StatusCode::from_u16(code).expect("it is a status"))
        .header(CONTENT_TYPE, "application/json");
    if code == 429 || code == 503 {
        answer = answer.header("Retry-After", "3600");
    }
    let body = Full::new(Bytes::from(status.to_string())).map_err(|never| match never {});
    answer.body(BoxBody::new(body)).expect("it is an answer")
}

/// What a request is, by its method and address.
fn call(method: &Method, path: &str, query: &str) -> Call {
    let segments: Vec<&str> = path.split('/').filter(|one| !one.is_empty()).collect();
    let rest = match segments.as_slice() {
        ["api", _, rest @ ..] | ["apis", _, _, rest @ ..] => rest,
        other => other,
    };
    let (namespace, rest) = match rest {
        ["namespaces", namespace, rest @ ..] if !rest.is_empty() => (*namespace, rest),
        rest => ("", rest),
    };
    let part = |at: usize| rest.get(at).copied().unwrap_or_default().to_owned();
    let watches = query.split('&').any(|pair| pair == "watch=true" || pair == "watch=1");
    let verb = match *method {
        Method::GET if watches => "watch",
        Method::GET if rest.len() > 1 => "get",
        Method::GET => "list",
        Method::POST => "create",
        Method::PUT => "update",
        Method::PATCH => "patch",
        _ => "delete",
    };
    Call {
        verb,
        resource: part(0),
        subresource: part(2),
        namespace: namespace.to_owned(),
        name: part(1),
        dry: query.contains("dryRun=All"),
    }
}
